import { copyFileSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import {
  DAY,
  deliver,
  deliverTidily,
  END,
  forWorlds,
  leadsIn,
  networkGroups,
  openStore,
  readDb,
  type TestStore,
  type Told,
  WORLD_MODEL,
} from './worlds.ts'

/** Who is erased is gone, stays away, and takes nothing of anybody else along; over random worlds. */

const timeout = 3_600_000

async function expectSound(store: TestStore): Promise<void> {
  expect((await store.verify()).differences).toEqual([])
}

interface Gone {
  readonly lead: number
  readonly ids: readonly string[]
}

/** Erases one lead of each world that has one. */
function eraseSome(store: TestStore, worlds: readonly Told[]): Gone[] {
  return worlds.flatMap(({ tag }, i) => {
    const leads = leadsIn(store.path, tag)
    const lead = leads[i % Math.max(1, leads.length)]
    if (!lead) return []
    const ids = readDb(store.path, (db) =>
      db.prepare('SELECT value FROM lead_key WHERE lead = ?').pluck().all(lead.ref).map(String),
    )
    expect(store.service.erase(lead.ref, END)).not.toBeNull()
    return [{ lead: lead.ref, ids }]
  })
}

function countOf(path: string, sql: string, ...params: unknown[]): number {
  return readDb(path, (db) =>
    Number(
      db
        .prepare(sql)
        .pluck()
        .get(...params),
    ),
  )
}

test(
  'an erased person leaves no byte, what is left equals its replay, and late retries bring nothing back',
  async () => {
    await forWorlds(async (worlds) => {
      const store = openStore()
      try {
        deliverTidily(store, worlds)
        await expectSound(store)
        const gone = eraseSome(store, worlds)
        await expectSound(store)
        const events = countOf(store.path, 'SELECT count(*) FROM event')
        for (const { lead, ids } of gone) {
          expect(countOf(store.path, 'SELECT count(*) FROM lead WHERE id = ?', lead)).toBe(0)
          expect(store.service.erase(lead, END)).toBeNull()
          for (const id of ids) expect([id, bytesHold(store.path, id)]).toEqual([id, false])
        }
        // All that was ever sent comes once more: what is kept is known, what was erased stays away.
        deliver(store, networkGroups(worlds).flat())
        expect(countOf(store.path, 'SELECT count(*) FROM event')).toBe(events)
        for (const { ids } of gone) {
          for (const id of ids) expect([id, bytesHold(store.path, id)]).toEqual([id, false])
        }
        await expectSound(store)
      } finally {
        store.close()
      }
    }, 25)
  },
  timeout,
)

function bytesHold(path: string, text: string): boolean {
  return [path, `${path}-wal`].some((file) => readFileSync(file).includes(text))
}

test(
  'old sessions go whole, and what is left equals its replay',
  async () => {
    await forWorlds(async (worlds) => {
      const store = openStore()
      try {
        deliverTidily(store, worlds)
        const firstAt = countOf(store.path, 'SELECT min(start_at) FROM session')
        const lastAt = countOf(store.path, 'SELECT max(start_at + end_ms) FROM session')
        const months = 13 // a long month and a day more than a year after the middle of the world
        const middle = (firstAt + lastAt) / 2
        const date = new Date(middle)
        const at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate())
        const cut = Math.floor(middle / DAY) * DAY
        const { events } = store.service.prune(at, false)
        const before = 'SELECT count(*) FROM session WHERE start_at + end_ms < ?'
        expect(countOf(store.path, before, cut)).toBe(0)
        if (firstAt + 2 * DAY < cut) expect(events).toBeGreaterThan(0)
        await expectSound(store)
        store.service.prune(lastAt + 800 * DAY, true)
        for (const table of ['event', 'session', 'bucket', 'view', 'rejected']) {
          expect([table, countOf(store.path, `SELECT count(*) FROM ${table}`)]).toEqual([table, 0])
        }
        const anonymous = 'SELECT count(*) FROM browser WHERE id NOT IN (SELECT browser FROM claim)'
        expect(countOf(store.path, anonymous)).toBe(0)
        await expectSound(store)
      } finally {
        store.close()
      }
    }, 25)
  },
  timeout,
)

test(
  'a restored backup has nobody who was erased since',
  async () => {
    await forWorlds(async (worlds) => {
      const store = openStore()
      try {
        deliverTidily(store, worlds)
        const [lead] = leadsIn(store.path)
        if (!lead) return
        const path = `${store.path}-restored`
        readDb(store.path, (db) => db.prepare('VACUUM INTO ?').run(path))
        copyFileSync(`${store.path}-instance`, `${path}-instance`)
        store.service.erase(lead.ref, END)
        const hashes = readDb(store.path, (db) => ({
          rows: db.prepare('SELECT kind, hash, from_at, to_at, erased_at FROM tombstone').all(),
          key: db.prepare("SELECT value FROM secret WHERE name = 'tombstones'").pluck().get(),
        }))
        const old = new Database(path)
        old
          .prepare("INSERT OR REPLACE INTO secret (name, value) VALUES ('tombstones', ?)")
          .run(hashes.key)
        const insert = old.prepare(
          'INSERT INTO tombstone (kind, hash, from_at, to_at, erased_at) VALUES (@kind, @hash, @from_at, @to_at, @erased_at)',
        )
        for (const row of hashes.rows) insert.run(row)
        old.exec("INSERT INTO counter (site, name, value) VALUES (0, 'tombstones_to_apply', 1)")
        old.close()
        const initialModel = WORLD_MODEL
        openWriterService(
          { store: path, initialModel, now: END },
          createMailDomains('', ''),
        ).close()
        expect(countOf(path, 'SELECT count(*) FROM lead WHERE id = ?', lead.ref)).toBe(0)
        const reader = createSqliteReader(path, createMailDomains('', ''))
        expect((await reader.verify()).differences).toEqual([])
      } finally {
        store.close()
      }
    }, 25)
  },
  timeout,
)
