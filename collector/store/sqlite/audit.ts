import type { AuditEntry } from '../audit-store.ts'
import { MOST_AUDIT_ENTRIES } from '../audit-store.ts'
import type { Db } from './connect.ts'

/** Writes down who did what; there is no way to change or take back an entry. */
export function createAudit(db: Db): { addAudit(entry: AuditEntry): void } {
  const insert = db.prepare(
    'INSERT INTO audit (at, author, action, subject, detail) VALUES (@at, @author, @action, @subject, @detail)',
  )
  return { addAudit: (entry) => void insert.run(entry) }
}

/** Looked at in one piece of pruning: entries come in order of time, so the oldest are the first. */
const LOOKED_AT = 10_000

/** Drops entries from before an instant, and what is over the most that are kept; how many of the oldest. */
export function dropOldAudit(db: Db, before: number): number {
  return db
    .prepare(
      `DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT @most)
         AND (at < @before OR id <= (SELECT max(id) FROM audit) - @kept)`,
    )
    .run({ before, most: LOOKED_AT, kept: MOST_AUDIT_ENTRIES }).changes
}
