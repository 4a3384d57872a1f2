import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { createWorld, eventAt, found } from '../support/world.ts'

/** Events that were refused or wait are of whom they name, and of nobody who only looks alike. */

const START = Date.UTC(2026, 2, 3)
const ask = { now: START + 60_000, retentionMonths: 13 }

async function withWaiting(
  ids: { readonly user_id?: string; readonly email?: string },
  use: (tools: {
    wait(props: object): void
    waiting(): string[]
    held(): Promise<readonly string[]>
    erase(): void
  }) => Promise<void>,
): Promise<void> {
  const world = createWorld()
  const db = new Database(world.path)
  try {
    const props = { ...ids }
    const events = [eventAt(START, 'identify', { props })]
    world.deliver({ browser: randomUUID(), events }, START)
    const insert = db.prepare(
      "INSERT INTO quarantine (site, reason, raw, envelope, received_at) VALUES (1, 'test', ?, '{}', ?)",
    )
    const reader = createSqliteReader(world.path, createMailDomains('', ''))
    await use({
      wait: (more) =>
        void insert.run(JSON.stringify({ type: 'identify', at: START + 42, props: more }), START),
      waiting: () => db.prepare('SELECT raw FROM quarantine ORDER BY id').pluck().all().map(String),
      held: async () =>
        (await found(reader.held('ld_1', {}, ask))).waiting.map(({ sample }) => sample),
      erase: () => void world.service.erase(1, START + 1),
    })
  } finally {
    db.close()
    world.close()
  }
}

test.each([
  [{ user_id: '42' }, { user_id: '1421', email: 'bob42@corp.example' }],
  [{ email: 'ann@corp.example' }, { email: 'joann@corp.example' }],
  [{ email: 'ann@corp.example' }, { email: 'ann@corp.example.org' }],
  [{ email: 'ann@corp.example' }, { email: 'jo.ann@corp.example' }],
])('what waits of others is neither shown nor erased: %o beside %o', async (own, others) => {
  await withWaiting(own, async ({ wait, waiting, held, erase }) => {
    wait(others)
    wait(own)
    const [ofOthers, ofPerson] = waiting()
    expect(await held()).toEqual([ofPerson])
    erase()
    expect(waiting()).toEqual([ofOthers])
  })
})

test.each([
  [{ user_id: '42' }, { user_id: 42 }],
  [{ user_id: '42' }, { user_id: ' 42 ' }],
  [{ user_id: 'a "quoted" \\ id' }, { user_id: 'a "quoted" \\ id' }],
  [{ email: 'jörg@corp.example' }, { email: 'JÖRG@corp.example' }],
  [{ email: 'jörg@corp.example' }, { email: 'jo\u0308rg@corp.example' }],
  [{ email: 'ann@corp.example' }, { traits: { contact: 'Ann <ANN@corp.example>' } }],
])('what waits of a person goes with them, however it was typed: %o as %o', async (own, typed) => {
  await withWaiting(own, async ({ wait, waiting, held, erase }) => {
    wait(typed)
    expect(await held()).toEqual(waiting())
    erase()
    expect(waiting()).toEqual([])
  })
})
