import type { HistoryEvent } from '../../scoring/derive.ts'
import type { Bucket } from '../../scoring/score.ts'
import { DAY_MS } from '../../scoring/tables.ts'
import type { Db } from './connect.ts'
import type { Texts } from './texts.ts'

/** How event rows become events; the one place that knows the columns. */

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Columns in the order of `EventRow`, for a query that joins event `e`, session `s` and view `v`. */
const EVENT_COLUMNS = `e.session, e.n, e.id, e.type, s.base_at + e.at_ms, e.human, e.url, e.referrer, e.title,
  v.key, e.view_ms, e.engaged_ms, e.scroll, e.props, s.key, s.bot, e.external, e.server`
const EVENT_JOIN = `FROM session s CROSS JOIN event e ON e.session = s.id
  LEFT JOIN view v ON v.browser = s.browser AND v.n = e.view`

export type EventRow = [
  session: number,
  n: number,
  id: Uint8Array,
  type: number,
  at: number,
  human: number,
  url: number | null,
  referrer: number | null,
  title: number | null,
  view: Uint8Array | null,
  viewMs: number | null,
  engagedMs: number | null,
  scroll: number | null,
  props: string | null,
  sessionKey: Uint8Array | null,
  bot: number | null,
  external: string | null,
  server: number,
]

function eventOf(row: EventRow, texts: Texts): HistoryEvent {
  const [, , id, type, at, human, url, referrer, title, view, viewMs, engagedMs, scroll] = row
  const [props, sessionKey, bot] = [row[13], row[14], row[15]]
  return {
    id: hexOf(id),
    external: row[16],
    isServer: row[17] === 1,
    type: texts.valueOf(type) ?? '',
    at,
    session: sessionKey && hexOf(sessionKey),
    human: human === 1,
    bot: texts.valueOf(bot),
    url: texts.valueOf(url),
    referrer: texts.valueOf(referrer),
    title: texts.valueOf(title),
    view: view && hexOf(view),
    viewAt: viewMs === null ? null : at - viewMs,
    engagedMs,
    scroll,
    props: props === null ? null : JSON.parse(props),
  }
}

/** Runs a query that selects EVENT_COLUMNS and reads its rows. */
export function eventReader(db: Db, texts: Texts, where: string) {
  const query = db.prepare(`SELECT ${EVENT_COLUMNS} ${EVENT_JOIN} ${where}`).raw()
  return (...params: (number | string)[]) =>
    query.all(...params).map((raw) => {
      const row = raw as EventRow // the columns above, in that order
      return { session: row[0], n: row[1], event: eventOf(row, texts) }
    })
}

/** The buckets of all of a lead's visitors, side by side. */
export function leadBucketReader(db: Db) {
  const select = db
    .prepare(
      `SELECT b.day, b.rule, b.count, b.engaged_ms, b.last_ms FROM visitor v
       CROSS JOIN bucket b ON b.visitor = v.id WHERE v.lead = ?`,
    )
    .raw()
  return (lead: number): Bucket[] => select.all(lead).map(bucketOf)
}

/** A row of `day, rule, count, engaged_ms, last_ms`. */
export function bucketOf(raw: unknown): Bucket {
  const [day, rule, count, engagedMs, lastMs] = raw as [number, number, number, number, number]
  return { day, rule, count, engagedMs, lastAt: day * DAY_MS + lastMs }
}
