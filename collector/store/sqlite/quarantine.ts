import type { AskedRequeue, QuarantinedEvent } from '../records.ts'
import type { WriteStore } from '../store.ts'
import type { Db } from './connect.ts'
import { bytesOf, hexOf } from './rows.ts'

type Row = [number, number, Uint8Array | null, string, string, string, number]
type Kept = Pick<
  WriteStore,
  | 'quarantined'
  | 'countQuarantined'
  | 'dropQuarantined'
  | 'askRequeue'
  | 'askedRequeues'
  | 'forgetRequeue'
>

/** Events read at once: so many are taken in one commit. */
const PAGE = 100
/** Requests stand among the counters, under a name that says what is asked. */
const REQUEST = 'requeue '

/** Events that could not be taken; see ingest/quarantine.ts. */
export function createQuarantine(db: Db): Kept & {
  quarantine(event: Omit<QuarantinedEvent, 'ref'>): void
} {
  const insert = db.prepare(
    `INSERT INTO quarantine (site, browser, reason, raw, envelope, received_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const select = db
    .prepare(
      `SELECT id, site, browser, reason, raw, envelope, received_at FROM quarantine
       WHERE id > ? AND (? IS NULL OR id = ?) AND (? IS NULL OR reason = ?) ORDER BY id LIMIT ${PAGE}`,
    )
    .raw()
  const count = db.prepare('SELECT count(*) FROM quarantine').pluck()
  const drop = db.prepare('DELETE FROM quarantine WHERE id = ?')
  const ask = db.prepare(
    'INSERT INTO counter (site, name, value) VALUES (0, ?, 1) ON CONFLICT DO NOTHING',
  )
  const asked = db
    .prepare("SELECT name FROM counter WHERE site = 0 AND name GLOB 'requeue {*' ORDER BY name")
    .pluck()
  const forget = db.prepare('DELETE FROM counter WHERE site = 0 AND name = ?')
  return {
    quarantine({ site, browserKey, reason, raw, envelope, receivedAt }) {
      const browser = browserKey === null ? null : bytesOf(browserKey)
      insert.run(site, browser, reason, raw, envelope, receivedAt)
    },
    quarantined: ({ ref = null, reason = null }, after) =>
      select.all(after, ref, ref, reason, reason).map(eventOf),
    countQuarantined: () => Number(count.get()),
    dropQuarantined: (ref) => drop.run(ref).changes > 0,
    askRequeue: (request) => void ask.run(REQUEST + JSON.stringify(request)),
    askedRequeues: () =>
      asked
        .all()
        // As `askRequeue` wrote it.
        .map((name) => JSON.parse(String(name).slice(REQUEST.length)) as AskedRequeue),
    forgetRequeue: (request) => void forget.run(REQUEST + JSON.stringify(request)),
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
