import { holdAt } from '../../identity/claims.ts'
import {
  ACTIVITY_REF,
  type CompiledRule,
  ENGAGED_TIME,
  isDerivedName,
  LANDING,
  SESSION,
} from '../../scoring/match.ts'
import { type Bucket, bucketKey } from '../../scoring/score.ts'
import { dayOf } from '../../scoring/tables.ts'
import type { ScanPlan } from '../model-store.ts'
import type { Db } from './connect.ts'
import type { Texts } from './texts.ts'

/**
 * Counts stored events for some rules, a page of browsers at a time: what a changed matcher asks for.
 * The same counts as derive.ts defines, read the cheap way: rows as they are, addresses and names by
 * number, and rules looked up once for each pair of them. `test/golden/scan` holds the two together.
 */

export interface ScannedPage {
  /** The last browser of the page. */
  readonly last: number
  readonly events: number
  readonly visitors: readonly ScannedVisitor[]
}

export interface ScannedVisitor {
  readonly visitor: number
  readonly lead: number | null
  readonly buckets: ReadonlyMap<number, Bucket>
}

/** Browsers of one page, and the events after which it ends. */
const PAGE = 500
const PAGE_EVENTS = 20_000
/** Pairs of name and address remembered before the memory starts over. */
const REMEMBERED = 100_000

interface Session {
  readonly startAt: number
  readonly baseAt: number
  readonly landingN: number | null
  readonly touch: number | null
  readonly browser: Browser
  readonly source: string
  /** What servers tell is no visit. */
  readonly isServer: boolean
}

interface Browser {
  readonly holds: Hold[]
  /** When each view began, by its number. */
  readonly views: Map<number, number>
}

interface Hold {
  readonly from: number
  readonly owner: MutableVisitor
}

interface MutableVisitor extends ScannedVisitor {
  readonly buckets: Map<number, MutableBucket>
}

type MutableBucket = { -readonly [K in keyof Bucket]: Bucket[K] }

type EventRow = [
  session: number,
  n: number,
  type: number,
  atMs: number,
  url: number | null,
  view: number | null,
  engagedMs: number | null,
  props: string | null,
]

/** The rules that count events of one name on one address; picky ones have to be asked each time. */
interface Known {
  readonly rules: readonly CompiledRule[]
  readonly isPicky: boolean
  readonly isPing: boolean
}

export function createScanner(db: Db, texts: Texts) {
  const readPage = pageReader(db)
  /** Counts the page of browsers after one; null after the last. */
  return (plan: ScanPlan): ((after: number) => ScannedPage | null) => {
    const count = createCounter(plan, texts)
    const needsProps = plan.rules.some(({ spec }) => spec.where.props !== undefined)
    const direct = plan.touchOf(null, null).source
    return (after) => {
      const page = readPage(after, (touch) => texts.touchOf(touch)?.source ?? direct)
      if (!page) return null
      const { last, browsers, sessions } = page
      const landings = new Map<number, EventRow>()
      const largest = new Map<string, number>()
      let events = 0
      for (const raw of page.events(needsProps)) {
        const row = raw as EventRow // the columns of pageReader, in that order
        const session = sessions.get(row[0])
        if (!session) continue
        events += 1
        if (row[1] === session.landingN) landings.set(row[0], row)
        count.event(row, session, largest)
      }
      for (const [ref, session] of sessions) count.visit(session, landings.get(ref))
      const visitors = [...browsers.values()].flatMap(({ holds }) => holds.map((h) => h.owner))
      return { last, events, visitors }
    }
  }
}

function createCounter({ rules, match, touchOf, activity }: ScanPlan, texts: Texts) {
  const picky = new Set(rules.filter((rule) => rule.isPicky).flatMap(({ spec }) => spec.on))
  const known = new Map<number, Known>()

  function rulesOf(type: number, url: number | null): Known {
    const key = type * 0x8000000 + (url ?? 0)
    const found = known.get(key)
    if (found) return found
    const sent = texts.valueOf(type) ?? ''
    const isPing = sent === 'user_engagement'
    const name = isPing ? ENGAGED_TIME : sent
    const counts = isPing || !isDerivedName(sent)
    const isPicky = counts && picky.has(name)
    const always =
      counts && !isPicky ? match(name, texts.valueOf(url), { props: null, source: '' }) : []
    const fresh = { rules: always, isPicky, isPing }
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, fresh)
    return fresh
  }
  function askFor([, , type, , url, , , props]: EventRow, isPing: boolean, source: string) {
    const more = { props: props === null ? null : JSON.parse(props), source }
    return match(isPing ? ENGAGED_TIME : (texts.valueOf(type) ?? ''), texts.valueOf(url), more)
  }
  return {
    /** `largest` is the greatest value so far by rule and view of a browser; pages don't share views. */
    event(row: EventRow, session: Session, largest: Map<string, number>): void {
      const at = session.baseAt + row[3]
      const owner = ownerAt(session.browser, at)
      if (activity) add(owner, ACTIVITY_REF, at, 0, at)
      const { rules: always, isPicky, isPing } = rulesOf(row[2], row[4])
      const found = isPicky ? askFor(row, isPing, session.source) : always
      if (found.length === 0) return
      if (!isPing) {
        for (const { ref } of found) add(owner, ref, at, 0, at)
        return
      }
      const [view, engaged] = [row[5] ?? 0, row[6] ?? 0]
      const startAt = session.browser.views.get(view) ?? at
      const viewOwner = ownerAt(session.browser, startAt)
      for (const { ref } of found) {
        const key = `${ref} ${view} ${viewOwner.visitor}`
        const before = largest.get(key) ?? 0
        if (engaged > before) largest.set(key, engaged)
        add(viewOwner, ref, startAt, Math.max(0, engaged - before), at)
      }
    },
    visit(session: Session, landing?: EventRow): void {
      const { startAt, baseAt, browser, touch, source } = session
      const url = landing ? texts.valueOf(landing[4]) : null
      const more = { props: { ...(texts.touchOf(touch) ?? touchOf(null, null)) }, source }
      const visiting = session.isServer ? [] : match(SESSION, url, more)
      for (const { ref } of visiting) {
        add(ownerAt(browser, startAt), ref, startAt, 0, startAt)
      }
      if (!landing) return
      const at = baseAt + landing[3]
      for (const { ref } of match(LANDING, url, more)) add(ownerAt(browser, at), ref, at, 0, at)
    },
  }
}

/** Reads a page of browsers: who held each, its views, and the sessions that count. */
function pageReader(db: Db) {
  const sizes = db
    .prepare(
      `SELECT b.id, (SELECT sum(next_n) FROM session WHERE browser = b.id) FROM browser b
       WHERE b.id > ? ORDER BY b.id LIMIT ?`,
    )
    .raw()
  const visitors = db
    .prepare(
      `SELECT browser, id, from_at, lead FROM visitor WHERE browser > ? AND browser <= ?
       ORDER BY browser, from_at`,
    )
    .raw()
  const views = db
    .prepare('SELECT browser, n, start_at FROM view WHERE browser > ? AND browser <= ?')
    .raw()
  const sessions = db
    .prepare(
      `SELECT id, browser, base_at, start_at, server, landing_n, touch FROM session
       WHERE browser > ? AND browser <= ? AND proven_ms IS NOT NULL AND bot IS NULL`,
    )
    .raw()
  const eventsWith = (props: string) =>
    db
      .prepare(
        `SELECT e.session, e.n, e.type, e.at_ms, e.url, e.view, e.engaged_ms, ${props}
         FROM session s CROSS JOIN event e ON e.session = s.id
         WHERE s.browser > ? AND s.browser <= ? AND s.proven_ms IS NOT NULL AND s.bot IS NULL`,
      )
      .raw()
  const withProps = eventsWith('e.props')
  const withoutProps = eventsWith('NULL')

  /** The last browser of the page after one. */
  function lastOf(after: number): number | null {
    let last: number | null = null
    let events = 0
    for (const raw of sizes.iterate(after, PAGE)) {
      const [ref, size] = raw as [number, number | null]
      events += size ?? 0
      if (last !== null && events > PAGE_EVENTS) break
      last = ref
    }
    return last
  }

  function browsersOf(after: number, last: number): Map<number, Browser> {
    const browsers = new Map<number, Browser>()
    for (const raw of visitors.all(after, last)) {
      const [ref, visitor, fromAt, lead] = raw as [number, number, number | null, number | null]
      const browser: Browser = browsers.get(ref) ?? { holds: [], views: new Map() }
      browsers.set(ref, browser)
      const owner: MutableVisitor = { visitor, lead, buckets: new Map() }
      browser.holds.push({ from: fromAt ?? Number.NEGATIVE_INFINITY, owner })
    }
    for (const raw of views.all(after, last)) {
      const [ref, n, startAt] = raw as [number, number, number | null]
      if (startAt !== null) browsers.get(ref)?.views.set(n, startAt)
    }
    return browsers
  }

  return (after: number, sourceOf: (touch: number | null) => string) => {
    const last = lastOf(after)
    if (last === null) return null
    const browsers = browsersOf(after, last)
    const known = new Map<number, Session>()
    for (const raw of sessions.all(after, last)) {
      const [ref, owner, baseAt, startAt, server, landingN, touch] = raw as [
        ...[number, number, number, number, number],
        ...[number | null, number | null],
      ]
      const browser = browsers.get(owner)
      const source = sourceOf(touch)
      const isServer = server === 1
      if (browser) known.set(ref, { browser, baseAt, startAt, isServer, landingN, touch, source })
    }
    return {
      last,
      browsers,
      sessions: known,
      events: (needsProps: boolean) => (needsProps ? withProps : withoutProps).iterate(after, last),
    }
  }
}

function ownerAt({ holds }: Browser, at: number): MutableVisitor {
  const hold = holds[holds.length === 1 ? 0 : holdAt(holds, at)]
  if (!hold) throw new Error('a browser has at least one visitor')
  return hold.owner
}

function add(
  { buckets }: MutableVisitor,
  rule: number,
  heldAt: number,
  engagedMs: number,
  lastAt: number,
): void {
  const day = dayOf(heldAt)
  const key = bucketKey({ rule, day })
  const bucket = buckets.get(key)
  if (!bucket) {
    buckets.set(key, { rule, day, count: 1, engagedMs, lastAt })
    return
  }
  bucket.count += 1
  bucket.engagedMs += engagedMs
  if (lastAt > bucket.lastAt) bucket.lastAt = lastAt
}
