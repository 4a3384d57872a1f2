import type { TouchSessions } from '../../../attribution/touches.ts'
import { uuidOf } from '../../ids.ts'
import type { TouchJson } from '../../shapes.ts'
import { bytesOf, hexOf } from '../rows.ts'
import type { ReadTools } from './tools.ts'

/** One browser's time in one person's hands: from `from` to before `to`. */
export interface HoldRow {
  readonly visitor: number
  readonly browser: number
  readonly browserKey: Uint8Array
  /** As its owner's systems call it: a UUID, or any text of a server; null for a day's pseudonym. */
  readonly browserId: string | null
  readonly isCookieless: boolean
  readonly site: number
  readonly lead: number | null
  readonly from: number
  readonly to: number
  readonly firstAt: number | null
  readonly lastAt: number | null
  readonly touches: TouchSessions
}

const COLUMNS = `v.id, v.browser, b.key, b.cookieless, b.site, v.lead, v.from_at,
  (SELECT min(n.from_at) FROM visitor n WHERE n.browser = v.browser
     AND n.from_at > coalesce(v.from_at, -9e15)) AS to_at, v.first_at, v.last_at,
  v.first_touch, v.last_touch, v.last_non_direct, b.external`

type Row = [
  number,
  number,
  Uint8Array,
  number,
  number,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  string | null,
]

export function createHoldReader({ db }: ReadTools) {
  const query = (where: string) =>
    db.prepare(`SELECT ${COLUMNS} FROM visitor v JOIN browser b ON b.id = v.browser ${where}`).raw()
  const byLead = query('WHERE v.lead = ? ORDER BY v.id')
  const byId = query('WHERE v.id = ?')
  const byBrowser = query(
    'WHERE b.key = ? AND b.site = ? AND b.cookieless = 0 ORDER BY v.from_at DESC LIMIT 1',
  )
  return {
    ofLead: (lead: number) => byLead.all(lead).map(holdOf),
    ofVisitor: (visitor: number) => byId.all(visitor).map(holdOf)[0],
    /** The latest of a browser, by the 32 hex digits of its id: in whose hands it is now. */
    ofBrowser: (site: number, key: string) => byBrowser.all(bytesOf(key), site).map(holdOf)[0],
  }
}

function holdOf(raw: unknown): HoldRow {
  const [visitor, browser, key, cookieless, site, lead, from, to, firstAt, lastAt, ...more] =
    raw as Row
  const [first, last, lastNonDirect, external] = more
  return {
    visitor,
    browser,
    browserKey: key,
    browserId: cookieless === 1 ? null : (external ?? uuidOf(hexOf(key))),
    isCookieless: cookieless === 1,
    site,
    lead,
    from: from ?? Number.NEGATIVE_INFINITY,
    to: to ?? Number.POSITIVE_INFINITY,
    firstAt,
    lastAt,
    touches: { first, last, lastNonDirect },
  }
}

export interface Touches {
  readonly first: TouchJson | null
  readonly last: TouchJson | null
  readonly lastNonDirect: TouchJson | null
}

/** First, last and last non-direct touch over these holds. */
export function createTouchesReader({ db, texts }: ReadTools) {
  const session = db
    .prepare(
      `SELECT s.start_at, s.touch, e.url, e.referrer FROM session s
       JOIN event e ON e.session = s.id AND e.n = s.landing_n WHERE s.id = ?`,
    )
    .raw()

  function touchOf(ref: number | null): TouchJson | null {
    const row = ref === null ? undefined : (session.get(ref) as TouchRow | undefined)
    const touch = row && texts.touchOf(row[1])
    if (!row || !touch) return null
    return {
      channel: touch.channel,
      source: touch.source,
      medium: touch.medium,
      campaign: touch.campaign,
      landing: texts.valueOf(row[2]),
      referrer: texts.valueOf(row[3]),
      at: new Date(row[0]).toISOString(),
    }
  }
  return (holds: readonly Pick<HoldRow, 'touches'>[]): Touches => {
    const of = (which: keyof TouchSessions) => holds.map(({ touches }) => touchOf(touches[which]))
    return {
      first: pick(of('first'), (a, b) => a < b),
      last: pick(of('last'), (a, b) => a > b),
      lastNonDirect: pick(of('lastNonDirect'), (a, b) => a > b),
    }
  }
}

type TouchRow = [startAt: number, touch: number | null, url: number | null, referrer: number | null]

function pick(
  touches: readonly (TouchJson | null)[],
  isBetter: (a: string, b: string) => boolean,
): TouchJson | null {
  return touches.reduce(
    (best, one) => (one && (!best || isBetter(one.at, best.at)) ? one : best),
    null,
  )
}
