import type { QuarantinedEvent, WriteStore } from '../store.ts'
import type { Db } from './connect.ts'
import { bytesOf, hexOf } from './rows.ts'

type Row = [number, number, Uint8Array | null, string, string, string, number]

/** Events that could not be taken; see ingest/quarantine.ts. */
export function createQuarantine(db: Db): Pick<WriteStore, 'quarantined' | 'dropQuarantined'> & {
  quarantine(event: Omit<QuarantinedEvent, 'ref'>): void
} {
  const insert = db.prepare(
    `INSERT INTO quarantine (site, browser, reason, raw, envelope, received_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const select = db
    .prepare(
      `SELECT id, site, browser, reason, raw, envelope, received_at FROM quarantine
       WHERE (? IS NULL OR id = ?) AND (? IS NULL OR reason = ?) ORDER BY id`,
    )
    .raw()
  const drop = db.prepare('DELETE FROM quarantine WHERE id = ?')
  return {
    quarantine({ site, browserKey, reason, raw, envelope, receivedAt }) {
      const browser = browserKey === null ? null : bytesOf(browserKey)
      insert.run(site, browser, reason, raw, envelope, receivedAt)
    },
    quarantined: ({ ref = null, reason = null }) =>
      select.all(ref, ref, reason, reason).map(eventOf),
    dropQuarantined: (ref) => drop.run(ref).changes > 0,
  }
}

function eventOf(raw: unknown): QuarantinedEvent {
  const row = raw as Row // the columns above, in that order
  return {
    ref: row[0],
    site: row[1],
    browserKey: row[2] && hexOf(row[2]),
    reason: row[3],
    raw: row[4],
    envelope: row[5],
    receivedAt: row[6],
  }
}
