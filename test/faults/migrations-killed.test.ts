import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { callsIn, compileShim, spread } from '../support/fault-shim.ts'
import { verifyFindings } from '../support/ledger.ts'
import { type Patch, patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { IS_LONG } from '../support/scale.ts'

/**
 * Duty 22: a start that brings a store to the present schema, killed at any call, leaves the old
 * store or the new one; the next start ends with the rows of one that nobody disturbed.
 *
 * The stores in `fixtures/` were filled by the programs of their time: sites, keys, browsers with
 * late, joined and cookieless events, rejected ones, and in schema 2 a published model and what
 * sales said.
 */

const SCHEMAS = [1, 2]
/** Every call, or a tenth of what the duty asks for. */
const POINTS = IS_LONG ? Number.POSITIVE_INFINITY : 3
/** What every start makes anew, or notes of itself. */
const OWN_TABLES = new Set(['sign_in', 'secret', 'backup', 'salt'])
const OWN_COUNTERS = ['checks', 'commit', 'seed']
/** When something was decided, and in which commit; and what is sealed with a random part. */
const OWN_COLUMNS = ['changed', 'look_at', 'below_since', 'signing_secret']

const shim = compileShim()
const places: { remove(): void }[] = []
const running: RunningCollector[] = []
afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop('SIGKILL')
  for (const place of places.splice(0)) place.remove()
})
afterAll(() => shim?.remove())

function oldStore(schema: number): string {
  const place = createPlace()
  places.push(place)
  const fixture = `test/faults/fixtures/store-schema-${schema}.db.gz`
  writeFileSync(place.store, gunzipSync(readFileSync(fixture)), { mode: 0o600 })
  return place.store
}

function read<T>(store: string, query: (db: Database.Database) => T): T {
  const db = new Database(store, { readonly: true })
  try {
    return query(db)
  } finally {
    db.close()
  }
}

/** Of a copy, for whoever opens a store after a kill may have to roll it back, and so to write. */
function schemaOf(store: string): number {
  const copy = createPlace()
  try {
    for (const end of ['', '-wal', '-journal'])
      if (existsSync(store + end)) copyFileSync(store + end, copy.store + end)
    const db = new Database(copy.store)
    const schema = Number(db.pragma('user_version', { simple: true }))
    db.close()
    return schema
  } finally {
    copy.remove()
  }
}

/** Every row, in words that two stores have in common. */
function rowsOf(store: string): Record<string, readonly string[]> {
  return read(store, (db) => {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all()
      .map(String)
    const rows = tables
      .filter((table) => !OWN_TABLES.has(table))
      .map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all().map(wordOf).sort()])
    return Object.fromEntries(rows)
  })
}

function wordOf(row: unknown): string {
  const all = Object.entries(row as Record<string, unknown>) // a row of columns
  const isOwn = OWN_COUNTERS.includes(String(Object.fromEntries(all).name))
  const isDecision = all.some(([name]) => name === 'decided_by')
  return JSON.stringify(
    all
      .filter(([name]) => !OWN_COLUMNS.includes(name) && !(isDecision && name === 'at'))
      .filter(([name]) => !(isOwn && name === 'value'))
      .map(([name, value]) => [
        name,
        value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
      ]),
  )
}

async function startAndStop(store: string, env: Record<string, string> = {}, dist = 'dist') {
  const collector = await startBuilt('start', store, [], { env, dist })
  running.push(collector)
  return async () => expect(await collector.stop()).toBe(0)
}

/** What kills at so many points of a migration leave wrong. */
async function killMigrations(schema: number, points: number, dist = 'dist') {
  if (!shim) throw new Error('no shim')
  const whole = oldStore(schema)
  const count = join(dirname(whole), 'count')
  const stop = await startAndStop(whole, shim.env(whole, { count }))
  const calls = callsIn(count)
  await stop()
  const expected = rowsOf(whole)
  const newest = schemaOf(whole)
  expect(newest).toBeGreaterThan(schema)
  expect(await verifyFindings(whole)).toEqual([])

  const findings: string[] = []
  let left = 0
  for (const killAt of spread(calls, Math.min(points, calls), randomOf(Date.now()))) {
    const store = oldStore(schema)
    const env = shim.env(store, { killAt, isTorn: killAt % 2 === 0 })
    const survivor = await startBuilt('start', store, [], { env, dist }).catch(() => null)
    await survivor?.stop('SIGKILL')
    const found = schemaOf(store)
    if (found === schema) left += 1
    else if (found !== newest) findings.push(`killed at ${killAt}: schema ${found}`)
    try {
      await (await startAndStop(store, {}, dist))()
      expect(rowsOf(store)).toEqual(expected)
      const wrong = await verifyFindings(store)
      findings.push(...wrong.map((one) => `killed at ${killAt}: ${one}`))
    } catch (error) {
      findings.push(`killed at ${killAt}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { findings, calls, left }
}

const TIMEOUT = { timeout: IS_LONG ? 1_800_000 : 60_000, retry: 0 }

test.skipIf(!shim).each(SCHEMAS)('from schema %i', TIMEOUT, async (schema) => {
  const { findings, calls, left } = await killMigrations(schema, POINTS)
  expect(findings).toEqual([])
  console.info(
    `schema ${schema}: killed at ${Math.min(POINTS, calls)} of ${calls} calls, ${left} times left as it was`,
  )
})

/** Each step for itself. */
const STEP_BY_STEP: readonly Patch[] = [
  {
    file: 'writer.js',
    from: 'for (const step of MIGRATIONS.slice(done)) db.exec(step);',
    to: 'for (const step of MIGRATIONS.slice(done)) { db.exec("COMMIT"); db.exec(step); db.exec("BEGIN"); }',
  },
]

test.skipIf(!shim)('a migration that is no transaction is found', TIMEOUT, async () => {
  const { dist, remove } = patchedBuild(STEP_BY_STEP)
  places.push({ remove })
  const { findings } = await killMigrations(1, 4, dist)
  expect(findings).not.toEqual([])
})
