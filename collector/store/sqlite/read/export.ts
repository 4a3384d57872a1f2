import { type EventLine, eventLineOf } from '../../../export/event-line.ts'
import type { ExportQuery } from '../../exported.ts'
import { cursorOf, placeOf, refOf } from '../../ids.ts'
import type { Found } from '../../reader.ts'
import type { Page } from '../../shapes.ts'
import type { StoredClaim } from '../../store.ts'
import { claimReader } from '../claim-rows.ts'
import { bytesOf, hexOf } from '../rows.ts'
import type { ReadTools } from './tools.ts'

/**
 * Events for an export: browser by browser, in each by (at, id). A browser keeps its number, and an event its
 * browser, its instant and its id, also when a late event joins two sessions; so what was there when an export
 * began is neither left out nor told twice, whatever comes in meanwhile.
 */

/** Browsers looked at for one page, so that a page without a single event is soon read too. */
const BROWSERS_A_PAGE = 500
/** Before everything: SQLite has no infinity to compare an instant with. */
const LONG_AGO = -9e15
const NEVER = 9e15

type BrowserRow = [
  ref: number,
  site: number,
  key: Uint8Array,
  cookieless: number,
  external: string | null,
]
type SessionRow = [
  ref: number,
  key: Uint8Array | null,
  baseAt: number,
  startAt: number,
  provenMs: number | null,
  bot: number | null,
  device: number | null,
  skewMs: number | null,
  nextN: number,
]
type EventRow = [
  id: Uint8Array,
  external: string | null,
  type: number,
  atMs: number,
  delayMs: number,
  human: number,
  server: number,
  url: number | null,
  referrer: number | null,
  title: number | null,
  view: Uint8Array | null,
  viewMs: number | null,
  engagedMs: number | null,
  scroll: number | null,
  props: string | null,
]
type Hold = [visitor: number, from: number | null, lead: number | null]

/** An event that was told; the next is the first behind it. */
interface Place {
  readonly at: number
  /** Hex digits; empty before every event of that instant. */
  readonly id: string
}
const FIRST: Place = { at: LONG_AGO, id: '' }

interface Told extends Place {
  readonly line: EventLine
}

export function createEventWalk(tools: ReadTools) {
  const browsersFrom = tools.db
    .prepare(
      'SELECT id, site, key, cookieless, external FROM browser WHERE id >= ? ORDER BY id LIMIT ?',
    )
    .raw()
  const eventsOf = createBrowserReader(tools)

  /** A page of events: no more than asked for, and no more than so many browsers have. */
  return (query: ExportQuery): Found<Page<EventLine>> => {
    const { limit, cursor } = query
    const start = cursor === undefined ? [0, LONG_AGO, ''] : placeOf(cursor, PLACE)
    if (!start) return { kind: 'bad_cursor' }
    const [from, at, id] = start as [number, number, string] // three of these types, as asked for
    const site = query.site === undefined ? null : (refOf('site', query.site) ?? 0)
    const browsers = browsersFrom.all(from, BROWSERS_A_PAGE) as BrowserRow[] // as selected
    const data: EventLine[] = []
    for (const row of browsers) {
      if (data.length === limit) return page(data, cursorOf([row[0], LONG_AGO, '']))
      if (site !== null && row[1] !== site) continue
      const after = row[0] === from ? { at, id } : FIRST
      const told = eventsOf(row, after, { ...query, limit: limit - data.length })
      for (const { line } of told.events) data.push(line)
      if (told.next) return page(data, cursorOf([row[0], told.next.at, told.next.id]))
    }
    const last = browsers.length === BROWSERS_A_PAGE ? browsers.at(-1) : undefined
    return page(data, last ? cursorOf([last[0] + 1, LONG_AGO, '']) : null)
  }
}
const PLACE = ['number', 'number', 'string'] as const

function page(data: readonly EventLine[], next: string | null) {
  return { kind: 'found' as const, value: { data, next_cursor: next } }
}

/** Reads the events of one browser, as many as asked for, and from where to go on. */
function createBrowserReader({ db, texts }: ReadTools) {
  const sessionsOf = db
    .prepare(
      `SELECT id, key, base_at, start_at, proven_ms, bot, device, skew_ms, next_n FROM session
       WHERE browser = ? AND start_at + end_ms >= ? AND start_at <= ? ORDER BY start_at, id`,
    )
    .raw()
  const eventsOf = db
    .prepare(
      `SELECT e.id, e.external, e.type, e.at_ms, e.delay_ms, e.human, e.server, e.url, e.referrer,
         e.title, v.key, e.view_ms, e.engaged_ms, e.scroll, e.props
       FROM event e LEFT JOIN view v ON v.browser = ? AND v.n = e.view
       WHERE e.session = ? AND (e.at_ms, e.id) > (?, ?) AND e.at_ms < ?
       ORDER BY e.at_ms, e.id LIMIT ?`,
    )
    .raw()
  const holdsOf = db
    .prepare('SELECT id, from_at, lead FROM visitor WHERE browser = ? ORDER BY from_at DESC')
    .raw()
  const readClaims = claimReader(db)

  return (browser: BrowserRow, after: Place, { since, until, limit }: ExportQuery) => {
    const [ref] = browser
    const lower = Math.max(after.at, since ?? LONG_AGO)
    const sessions = sessionsOf.all(ref, lower, until ?? NEVER) as SessionRow[] // as selected
    const events: Told[] = []
    if (sessions.length === 0) return { events, next: null }
    const claims = new Map(readClaims('browser', ref).map((claim) => [claim.id, claim]))
    // In whose hands the browser was, the latest first; the first hold has no beginning.
    const holds = holdsOf.all(ref) as Hold[] // as selected
    const tell = createTeller(browser, { claims, holds })
    let place: Place = since === undefined || since <= after.at ? after : { at: since, id: '' }
    for (;;) {
      const { taken, horizon } = stretchOf(sessions, place.at, limit - events.length)
      const end = Math.min(horizon, (until ?? NEVER) + 1)
      const found = taken.flatMap((session) => eventsIn(session, place, end))
      found.sort(byPlace)
      events.push(...found.slice(0, limit - events.length))
      const last = events.at(-1)
      if (events.length === limit && last) return { events, next: last }
      if (horizon === NEVER) return { events, next: null }
      place = { at: horizon, id: '' }
    }

    /** A session's events behind a place and before an instant, no more than are still asked for. */
    function eventsIn(session: SessionRow, { at, id }: Place, end: number): Told[] {
      const [number, , baseAt] = session
      const behind = [at - baseAt, bytesOf(id)] as const
      const rows = eventsOf.all(ref, number, ...behind, end - baseAt, limit - events.length)
      return rows.map((row) => tell(session, row as EventRow)) // as selected
    }
  }

  /** How the events of a browser are told. */
  function createTeller(
    [, site, browserKey, cookieless, browserExternal]: BrowserRow,
    { claims, holds }: { claims: ReadonlyMap<string, StoredClaim>; holds: readonly Hold[] },
  ) {
    const browser = hexOf(browserKey)
    return (session: SessionRow, row: EventRow): Told => {
      const [visit, key, baseAt, , provenMs, bot, device, skewMs] = session
      const [rawId, external, type, atMs, delayMs, human, server, url, referrer, title] = row
      const [view, viewMs, engagedMs, scroll, props] = [row[10], row[11], row[12], row[13], row[14]]
      const id = hexOf(rawId)
      const at = baseAt + atMs
      const viewAt = viewMs === null ? null : at - viewMs
      // A ping is whose its view was.
      const heldAt = viewAt ?? at
      const [visitor, , lead] = holds.find(([, from]) => from === null || from <= heldAt) ?? []
      const line = eventLineOf({
        id,
        external,
        type: texts.valueOf(type) ?? '',
        at,
        receivedAt: at + delayMs,
        site,
        visitor: visitor ?? null,
        lead: lead ?? null,
        browser,
        browserExternal,
        isCookieless: cookieless === 1,
        session: key && hexOf(key),
        visit,
        view: view && hexOf(view),
        url: texts.valueOf(url),
        referrer: texts.valueOf(referrer),
        title: texts.valueOf(title),
        viewAt,
        engagedMs,
        scroll,
        props: props === null ? null : JSON.parse(props),
        human: human === 1,
        isProven: provenMs !== null,
        bot: texts.valueOf(bot),
        device: texts.valueOf(device),
        skewMs,
        isServer: server === 1,
        claim: claims.get(id) ?? null,
      })
      return { at, id, line }
    }
  }
}

/**
 * The sessions to read next, so that a browser of many is not read whole for each page: those that had begun
 * by `from`, and of the later ones as many as have about `room` events. All that happened before `horizon`,
 * where the next begins, is in them.
 */
function stretchOf(sessions: readonly SessionRow[], from: number, room: number) {
  let [count, begun] = [0, LONG_AGO]
  for (const [i, [, , , startAt, , , , , nextN]] of sessions.entries()) {
    if (count >= room && startAt > begun) return { taken: sessions.slice(0, i), horizon: startAt }
    if (startAt > from) count += nextN
    begun = startAt
  }
  return { taken: sessions, horizon: NEVER }
}

function byPlace(a: Told, b: Told): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1)
}
