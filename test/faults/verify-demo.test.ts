import { spawnSync } from 'node:child_process'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoModel, seedDemo } from '../../collector/demo/seed.ts'
import { createPlace } from '../support/collector.ts'
import { defaultModelYaml } from '../support/world.ts'

/** `pique verify` on ninety days of the demo shop: clean as made, and exact about what was tampered with. */

const NOW = Date.UTC(2026, 10, 18, 15, 30)
const place = createPlace()
let events = 0

beforeAll(() => {
  const { store } = place
  const secrets = { writeKey: 'w', signingSecret: 's' }
  const model = demoModel(defaultModelYaml())
  const origin = 'http://127.0.0.1:8787'
  events = seedDemo({ store, model, now: NOW, origin, siteKey: 'demo', secrets }).events
})
afterAll(() => place.remove())

function verify() {
  const args = ['dist/pique.js', 'verify', '--store', place.store]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}

function change(sql: string, ...params: (number | string)[]): void {
  const db = new Database(place.store)
  expect(db.prepare(sql).run(...params).changes).toBe(1)
  db.close()
}

test('it finds nothing in what the pipeline made', () => {
  const { status, stdout } = verify()
  expect(stdout).toMatch(/^No difference: replayed \d+ events/)
  expect(status).toBe(0)
  expect(events).toBeGreaterThan(20_000)
})

test('it names the lead, the rule and the day of every count that was altered by hand', () => {
  const db = new Database(place.store, { readonly: true })
  const row = db
    .prepare(
      `SELECT v.lead, b.visitor, b.day, b.rule, r.name FROM bucket b JOIN visitor v ON v.id = b.visitor
       JOIN rule r ON r.id = b.rule WHERE v.lead IS NOT NULL AND r.name LIKE 'pricing_time %' LIMIT 1`,
    )
    .get() as { lead: number; visitor: number; day: number; rule: number }
  db.close()
  const { lead, visitor, day, rule } = row
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
  const where = `WHERE visitor = ${visitor} AND day = ${day} AND rule = ${rule}`
  const told = `ld_${lead}: rule pricing_time on ${date}: stored `

  change(`UPDATE bucket SET engaged_ms = engaged_ms + 1 ${where}`)
  const more = verify()
  expect(more.status).toBe(1)
  expect(more.stdout).toContain(told)
  expect(more.stdout).toContain('\n1 difference: replayed ')

  change(`DELETE FROM bucket ${where}`)
  const gone = verify()
  expect(gone.status).toBe(1)
  expect(gone.stdout).toContain(`${told}"nothing"`)
})
