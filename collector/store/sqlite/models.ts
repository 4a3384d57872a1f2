import { ACTIVITY_REF } from '../../scoring/match.ts'
import { bucketKey } from '../../scoring/score.ts'
import { DAY_MS } from '../../scoring/tables.ts'
import type { ModelStore, StoredModel } from '../model-store.ts'
import type { Db } from './connect.ts'
import type { Feed } from './feed.ts'
import { createScanner } from './scan.ts'
import type { Texts } from './texts.ts'

/** Visitors whose stale counts are dropped in one go. */
const DROPPED_AT_ONCE = 2000

/** Models, and the counts that stand for their rules. */
export function createModels(db: Db, texts: Texts, feed: Pick<Feed, 'published'>): ModelStore {
  const columns = 'version, yaml'
  const active = db.prepare(
    `SELECT ${columns} FROM model WHERE active_at IS NOT NULL ORDER BY version DESC LIMIT 1`,
  )
  const newest = db.prepare(`SELECT ${columns}, active_at FROM model ORDER BY version DESC LIMIT 1`)
  const publish = db.prepare(
    'INSERT INTO model (yaml, note, author, published_at, active_at) VALUES (?, ?, ?, ?, ?)',
  )
  const activate = db.prepare('UPDATE model SET active_at = ? WHERE version = ?')
  const addRule = db.prepare(
    'INSERT INTO rule (name, counted) VALUES (?, NOT EXISTS (SELECT 1 FROM event))',
  )
  const ruleRef = db.prepare('SELECT id FROM rule WHERE name = ?').pluck()
  const rename = db.prepare('UPDATE rule SET name = ? WHERE name = ? RETURNING id').pluck()
  const isCounted = db.prepare('SELECT counted FROM rule WHERE id = ?').pluck()
  const setCounted = db.prepare(
    `UPDATE rule SET counted = id IN (SELECT value FROM json_each(@refs))
     WHERE counted <> (id IN (SELECT value FROM json_each(@refs)))`,
  )
  const dropOf = db.prepare(
    'DELETE FROM bucket WHERE visitor = ? AND rule IN (SELECT value FROM json_each(?))',
  )
  const addBucket = db.prepare(
    `INSERT INTO bucket (visitor, day, rule, count, engaged_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const staleRules = db.prepare('SELECT count(*) FROM rule WHERE counted = 0').pluck()
  // What is remembered of counts is old: they were written without any lead having changed.
  const bumpEpoch = db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (0, 'counts_epoch', 1)
     ON CONFLICT DO UPDATE SET value = value + 1`,
  )
  const lastBrowser = db.prepare('SELECT max(id) FROM browser').pluck()
  const lastVisitor = db.prepare('SELECT max(id) FROM visitor').pluck()
  const dropStale = db.prepare(
    `DELETE FROM bucket WHERE visitor > ? AND visitor <= ?
       AND rule IN (SELECT id FROM rule WHERE counted = 0)`,
  )
  const scanner = createScanner(db, texts)
  let dropped = 0

  return {
    active(initial, now) {
      const row = active.get()
      if (isModelRow(row)) return row
      publish.run(initial, 'The model Pique starts with', '', now, now)
      return { version: 1, yaml: initial }
    },
    pending() {
      const row = newest.get()
      return isModelRow(row) && row.active_at === null ? row : null
    },
    publish: ({ yaml, note, by, publishedAt }) =>
      Number(publish.run(yaml, note, by, publishedAt, null).lastInsertRowid),
    activate(version, now) {
      activate.run(now, version)
      feed.published(version, now)
    },
    ruleRef(name) {
      const known = ruleRef.get(name)
      if (typeof known === 'number') return known
      // Stores of the first schema know a rule by its id alone, and had one model.
      const renamed = rename.get(name, name.slice(0, name.indexOf(' ')))
      if (typeof renamed === 'number') return renamed
      return Number(addRule.run(name).lastInsertRowid)
    },
    uncounted: (refs) => refs.filter((ref) => isCounted.get(ref) !== 1),
    createScan(plan) {
      const page = scanner(plan)
      const refs = plan.rules.map(({ ref }) => ref)
      const list = JSON.stringify(plan.activity ? [...refs, ACTIVITY_REF] : refs)
      const write = db.transaction((after: number) => {
        const scanned = page(after)
        for (const { visitor, buckets } of scanned?.visitors ?? []) {
          dropOf.run(visitor, list)
          const sorted = [...buckets.values()].sort((a, b) => bucketKey(a) - bucketKey(b))
          for (const { day, rule, count, engagedMs, lastAt } of sorted) {
            addBucket.run(visitor, day, rule, count, engagedMs, lastAt - day * DAY_MS)
          }
        }
        return scanned && { after: scanned.last, events: scanned.events }
      })
      return (after) => write.immediate(after)
    },
    lastBrowser: () => Number(lastBrowser.get() ?? 0),
    keepOnly(refs) {
      const { changes } = setCounted.run({ refs: JSON.stringify(refs) })
      if (changes > 0) bumpEpoch.run()
      dropped = 0
    },
    dropStale() {
      const end = Number(lastVisitor.get() ?? 0)
      if (dropped >= end || Number(staleRules.get()) === 0) return false
      dropStale.run(dropped, dropped + DROPPED_AT_ONCE)
      dropped += DROPPED_AT_ONCE
      return dropped < end
    },
  }
}

interface ModelRow extends StoredModel {
  readonly active_at?: number | null
}

function isModelRow(row: unknown): row is ModelRow {
  return typeof row === 'object' && row !== null && 'version' in row && 'yaml' in row
}
