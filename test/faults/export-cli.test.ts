import { execFile, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { scaled } from '../support/scale.ts'
import { CHROME } from '../support/world.ts'

/** `pique export` beside a running collector: at constant memory, whole or not there at all. */

const EVENTS = scaled(400_000)
const A_BROWSER = 10
/** A heap in which some ten thousand events have room, and all of them have not. */
const HEAP_MB = 48
const RSS_MB = 260
const timeout = 300_000
const run = promisify(execFile)

const place = createPlace()
const at = (name: string) => join(dirname(place.store), name)
let collector: RunningCollector
let stored = 0

/** Tells what a process took at most, when it ends. */
const MEASURE = `data:text/javascript,process.on('exit', () => process.stderr.write(
  'rss ' + Math.round(process.resourceUsage().maxRSS / 1024) + '\\n'))`

async function pique(args: readonly string[], flags: readonly string[] = []) {
  const all = [...flags, 'dist/pique.js', ...args, '--store', place.store]
  try {
    const { stdout, stderr } = await run(process.execPath, all, { maxBuffer: 1e9 })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string } // of execFile
    return { code, out: stdout, err: stderr }
  }
}

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const { data: sites } = await (await collector.api('/sites')).json()
  const browser = randomUUID()
  const session = randomUUID()
  const now = Date.now()
  const url = 'https://shop.example/pricing'
  const views = Array.from({ length: A_BROWSER - 1 }, (_, i) => ({
    id: randomUUID(),
    type: 'page_view',
    at: now - 60_000 + i,
    session,
    url,
    title: 'Pricing of everything there is',
    props: { place: i, words: 'a property of some length, as pages have them' },
  }))
  const email = 'ann@corp.example'
  const claim = { id: randomUUID(), type: 'identify', at: now, session, props: { email } }
  const body = JSON.stringify({
    site: sites[0].key,
    browser,
    human: true,
    events: [...views, claim],
  })
  await fetch(`${collector.url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
  // The same browser many times more, as other people: what an export reads of them is the same.
  const db = new Database(place.store)
  db.function('id_of', (kind, k) => {
    return createHash('md5').update(`${kind} ${k}`).digest()
  })
  const copies = EVENTS / A_BROWSER - 1
  const many = `WITH RECURSIVE many (k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM many WHERE k < ${copies})`
  const first = db.prepare('SELECT id FROM session').pluck().get()
  db.exec(`BEGIN;
    ${many} INSERT INTO browser (id, site, key, cookieless) SELECT id + k, site, id_of('b', k), 0 FROM browser, many;
    ${many} INSERT INTO session SELECT id + k, browser + k, id_of('s', k), base_at, start_at, end_ms, proven_ms, bot,
      device, landing_n, touch, next_n, skew_ms, server FROM session, many;
    INSERT INTO event (session, n, id, probe, type, at_ms, delay_ms, human, url, referrer, title, props)
      SELECT s.id, e.n, id_of(e.n, s.id), 0, e.type, e.at_ms, e.delay_ms, 1, e.url, e.referrer, e.title, e.props
      FROM session s JOIN event e ON e.session = ${first} WHERE s.id <> ${first};
    COMMIT`)
  stored = Number(db.prepare('SELECT count(*) FROM event').pluck().get())
  db.close()
  expect(stored).toBe(EVENTS)
}, timeout)

afterAll(async () => {
  await collector?.stop('SIGKILL')
  place.remove()
})

test('takes the memory of a page, whatever there is', { timeout }, async () => {
  for (const format of ['ndjson', 'csv', 'parquet']) {
    const file = at(`all.${format}`)
    const flags = [`--max-old-space-size=${HEAP_MB}`, '--import', MEASURE]
    const args = ['export', 'events', '--format', format, '--out', file, '--progress']
    const { code, out, err } = await pique(args, flags)
    expect([code, JSON.parse(out || '{}')]).toEqual([
      0,
      { exported: 'events', format, rows: EVENTS, bytes: statSync(file).size, file },
    ])
    expect(err).toMatch(/^pique: [\d,]+ of about [\d,]+ events, [\d.]+ [kM]B, [\d,]+ a second$/m)
    expect(Number(/rss (\d+)/.exec(err)?.[1])).toBeLessThan(RSS_MB)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  }
  const answer = await collector.api('/export?what=events&format=parquet')
  writeFileSync(at('api.parquet'), Buffer.from(await answer.arrayBuffer()))
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  for (const name of ['all', 'api']) {
    const sql = `SELECT count(*), count(DISTINCT id) FROM '${at(`${name}.parquet`)}'`
    const [row] = (await duck.runAndReadAll(sql)).getRowsJson()
    expect(row).toEqual([String(EVENTS), String(EVENTS)])
  }
  duck.closeSync()
  const lines = readFileSync(at('all.ndjson')).toString('latin1').split('\n')
  expect(lines.length).toBe(EVENTS + 1)
})

test('goes to stdout; who stops reading ends it quietly', { timeout }, async () => {
  const { code, out } = await pique(['export', 'leads', '--since', '2020-01-01'])
  expect([code, JSON.parse(out).email]).toEqual([0, 'ann@corp.example'])
  const command = `set -o pipefail; ${process.execPath} dist/pique.js export events --store '${place.store}' | head -1`
  const piped = await run('bash', ['-c', command]).catch((error) => error)
  expect([piped.code, piped.stdout.split('\n').length, piped.stderr]).toEqual([141, 2, ''])
  // Where a person would see the bytes of a file.
  const seen = await run('script', [
    '-qec',
    `${process.execPath} dist/pique.js export events --format parquet --store '${place.store}'`,
    '/dev/null',
  ]).catch((error) => error)
  expect([seen.code, seen.stdout]).toEqual([
    1,
    expect.stringContaining('Parquet is nothing for a terminal; name a file with --out'),
  ])
})

test.each([
  ['SIGKILL', null, 1],
  ['SIGTERM', 130, 0],
] as const)('broken off by %s it leaves no file that looks whole', async (signal, code, left) => {
  const file = at(`${signal}.csv`)
  const args = ['dist/pique.js', 'export', 'events', '--format', 'csv', '--out', file]
  const child = spawn(process.execPath, [...args, '--store', place.store], { stdio: 'ignore' })
  const parts = () => readdirSync(dirname(file)).filter((name) => name.startsWith(`${signal}.csv`))
  const part = `${file}.part-${child.pid}`
  const ended = new Promise((resolve) => child.once('exit', resolve))
  while (!existsSync(part) || statSync(part).size === 0) await new Promise(setImmediate)
  child.kill(signal)
  expect(await ended).toBe(code)
  expect(existsSync(file)).toBe(false)
  expect(parts()).toHaveLength(left)
})

test('says what is wrong, and writes over nothing', { timeout }, async () => {
  const file = at('there.ndjson')
  writeFileSync(file, 'mine')
  const there = await pique(['export', 'scores', '--out', file])
  expect([there.code, there.err]).toEqual([
    1,
    `pique: ${file} is there already; name another file with --out, or replace it with --overwrite\n`,
  ])
  expect(readFileSync(file, 'utf8')).toBe('mine')
  expect((await pique(['export', 'scores', '--out', file, '--overwrite'])).code).toBe(0)
  const score = JSON.parse(readFileSync(file, 'utf8'))
  expect(score.score_milli).toBeGreaterThan(0)
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [['export'], 'takes leads, scores or events, or --lead WHO'],
    [['export', 'leads', '--lead', 'x@y.example'], 'or --lead WHO for a person'],
    [['export', 'people'], 'Allowed choices are leads, scores, events'],
    [['export', 'leads', '--format', 'xlsx'], 'Allowed choices are ndjson, csv, parquet'],
    [['export', 'leads', '--since', 'monday'], 'A period begins and ends with a day'],
    [['export', 'leads', '--site', 'si_9'], 'there is no site si_9'],
    [['export', 'leads', '--out', at('no/such/place')], 'can’t be written'.replace('’', "'")],
  ]
  const answers = await Promise.all(wrong.map(([args]) => pique(args)))
  answers.forEach(({ code, out, err }, i) => {
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(wrong[i]?.[1])
  })
  const { data } = await (await collector.api('/audit?action=data.exported')).json()
  expect(data[0]).toMatchObject({ by: 'command line', detail: 'scores, ndjson' })
})
