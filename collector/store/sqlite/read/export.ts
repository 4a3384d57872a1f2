import type { HistoryEvent } from '../../../scoring/derive.ts'
import type { ExportedEventJson, ExportQuery } from '../../exported.ts'
import { cursorOf, placeOf, publicId, refOf, uuidOf } from '../../ids.ts'
import type { Found } from '../../reader.ts'
import type { Page } from '../../shapes.ts'
import { eventReader, hexOf } from '../rows.ts'
import { claimPropsReader } from './claim-props.ts'
import { propsOf } from './timeline.ts'
import type { ReadTools } from './tools.ts'

/** Events as they lie in the store: by session, in each by place. */

/** Sessions looked at for one page, so that a page without a single event is soon read too. */
const SESSIONS_A_PAGE = 500

type SessionRow = [
  ref: number,
  browser: number,
  key: Uint8Array | null,
  startAt: number,
  endMs: number,
  provenMs: number | null,
  bot: number | null,
  device: number | null,
  site: number,
  browserKey: Uint8Array,
  cookieless: number,
]

export function createEventWalk({ db, texts }: ReadTools) {
  const sessionsFrom = db
    .prepare(
      `SELECT s.id, s.browser, s.key, s.start_at, s.end_ms, s.proven_ms, s.bot, s.device,
         b.site, b.key, b.cookieless
       FROM session s CROSS JOIN browser b ON b.id = s.browser
       WHERE s.id >= ? ORDER BY s.id LIMIT ?`,
    )
    .raw()
  const eventsOf = eventReader(
    db,
    texts,
    'WHERE s.id = ? AND e.n > ? AND s.base_at + e.at_ms BETWEEN ? AND ? ORDER BY e.n LIMIT ?',
  )
  const holdsOf = db
    .prepare('SELECT id, from_at, lead FROM visitor WHERE browser = ? ORDER BY from_at DESC')
    .raw()
  const claimsOf = claimPropsReader(db)

  /** How the events of a session are told. */
  function teller(row: SessionRow) {
    const [ref, browser, key, , , provenMs, bot, device, site, browserKey, cookieless] = row
    const claims = claimsOf(browser)
    // In whose hands the browser was, the latest first; the first hold has no beginning.
    const holds = holdsOf.all(browser) as [number, number | null, number | null][]
    const shared = {
      site: publicId('site', site),
      session: key === null ? publicId('session', ref) : uuidOf(hexOf(key)),
      browser: cookieless === 1 ? null : uuidOf(hexOf(browserKey)),
      device: texts.valueOf(device),
      human: provenMs !== null,
      bot: texts.valueOf(bot),
    }
    return (event: HistoryEvent): ExportedEventJson => {
      // A ping is whose its view was.
      const heldAt = event.viewAt ?? event.at
      const [visitor, , lead] = holds.find(([, from]) => from === null || from <= heldAt) ?? []
      return {
        id: event.external ?? uuidOf(event.id),
        type: event.type,
        at: new Date(event.at).toISOString(),
        visitor: visitor === undefined ? null : publicId('visitor', visitor),
        lead: lead ? publicId('lead', lead) : null,
        ...shared,
        url: event.url,
        referrer: event.referrer,
        title: event.title,
        view: event.view === null ? null : uuidOf(event.view),
        props: propsOf(event, claims),
      }
    }
  }

  /** A page of events: no more than asked for, and no more than so many sessions hold. */
  return (query: ExportQuery): Found<Page<ExportedEventJson>> => {
    const place = query.cursor === undefined ? [0, -1] : placeOf(query.cursor, ['number', 'number'])
    if (!place) return { kind: 'bad_cursor' }
    const [from, after] = place.map(Number) as [number, number] // two numbers, as asked for
    const { since = -9e15, until = 9e15, limit } = query
    const site = query.site === undefined ? null : (refOf('site', query.site) ?? 0)
    const sessions = sessionsFrom.all(from, SESSIONS_A_PAGE) as SessionRow[]
    const data: ExportedEventJson[] = []
    let last = cursorOf([from, after])
    for (const row of sessions) {
      const [ref, , , startAt, endMs, , , , of] = row
      if ((site !== null && of !== site) || startAt > until || startAt + endMs < since) continue
      const rows = eventsOf(ref, ref === from ? after : -1, since, until, limit - data.length + 1)
      if (rows.length === 0) continue
      const tell = teller(row)
      for (const { n, event } of rows) {
        if (data.length === limit) return page(data, last)
        data.push(tell(event))
        last = cursorOf([ref, n])
      }
    }
    const end = sessions.at(-1)
    const hasMore = sessions.length === SESSIONS_A_PAGE && end
    return page(data, hasMore ? cursorOf([end[0] + 1, -1]) : null)
  }
}

function page(data: readonly ExportedEventJson[], next: string | null) {
  return { kind: 'found' as const, value: { data, next_cursor: next } }
}
