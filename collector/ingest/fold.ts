import { SESSION_IDLE_MS } from '../../shared/wire.ts'
import { touchSessionsOf } from '../attribution/touches.ts'
import { type Match, payloadOf, strongerBot, type TouchReader } from '../scoring/derive.ts'
import type {
  BrowserState,
  Changes,
  Delivery,
  DeliveryCounts,
  Loaded,
  NewEvent,
  NewPlacedEvent,
  SessionState,
} from '../store/store.ts'
import { countSession, type SessionBefore } from './count.ts'
import { linkClaims, type Rest, relink, unlinkVisitor } from './link.ts'
import { noteSeen } from './note-seen.ts'
import { rederive } from './rederive.ts'

/**
 * Decides what a group of deliveries changes. In order:
 *
 * 1. place every new event in its session; a known id only lends its proof of being human;
 * 2. settle claims: who holds each touched browser when;
 * 3. add what the new events count for, session by session;
 * 4. where that can't be said incrementally (see `Group.rederived`), derive the browser anew.
 *
 * The result equals `derive.ts` over all events ever accepted, whatever order they came in.
 */
export interface Group {
  readonly now: Loaded
  readonly match: Match
  readonly touchOf: TouchReader
  readonly changes: Changes
  readonly touched: Map<SessionState, TouchedSession>
  /** Events this group adds, by scope and id, to recognise repeats within it. */
  readonly added: Map<string, Map<string, NewPlacedEvent>>
  /** Browsers for which a late claim, proof or event changes what was already counted. */
  readonly rederived: Set<BrowserState>
}

export interface TouchedSession {
  readonly browser: BrowserState
  readonly before: SessionBefore
  readonly added: NewPlacedEvent[]
}

export interface Decision {
  readonly changes: Changes
  readonly counts: readonly DeliveryCounts[]
}

export function foldGroup(
  deliveries: readonly Delivery[],
  now: Loaded,
  match: Match,
  touchOf: TouchReader,
): Decision {
  const group = newGroup(now, match, touchOf)
  const counts = deliveries.map((delivery) => placeDelivery(delivery, group))
  linkClaims(group)
  for (const placed of group.changes.events) noteSeen(placed, group)
  for (const [session, touched] of group.touched) {
    if (!group.rederived.has(touched.browser)) countSession(session, touched, group)
  }
  return { changes: settled(group), counts }
}

/** What undoing the link of a visitor to its lead changes; null where there is no such visitor, or no link. */
export function foldUnlink(
  visitorRef: number,
  undone: { readonly at: number; readonly by: string },
  { now, match, touchOf }: Pick<Group, 'now' | 'match' | 'touchOf'>,
): Changes | null {
  const found = now.visitor(visitorRef)
  if (!found || found.visitor.lead === null) return null
  const group = newGroup(now, match, touchOf)
  unlinkVisitor(found, undone, group)
  return settled(group)
}

/**
 * What is left to say after somebody was erased, or old events were dropped: the browsers are derived anew
 * from what is still there, and claims that were connected by an erased id are resolved without it.
 */
export function foldRest(
  { site, browsers, connected }: Rest,
  { now, match, touchOf }: Pick<Group, 'now' | 'match' | 'touchOf'>,
): Changes {
  const group = newGroup(now, match, touchOf)
  relink({ site, browsers, connected }, group)
  for (const ref of browsers) group.rederived.add(now.browser(ref))
  return settled(group)
}

function newGroup(now: Loaded, match: Match, touchOf: TouchReader): Group {
  return {
    now,
    match,
    touchOf,
    changes: noChanges(),
    touched: new Map(),
    added: new Map(),
    rederived: new Set(),
  }
}

/** Derives anew what has to be, and settles which sessions give each visitor's touches. */
function settled(group: Group): Changes {
  for (const browser of group.rederived) rederive(browser, group)
  const browsers = new Set([...group.touched.values()].map(({ browser }) => browser))
  for (const browser of [...group.changes.visitors.values(), ...group.rederived]) {
    browsers.add(browser)
  }
  for (const browser of browsers) settleTouches(browser, group)
  return group.changes
}

function settleTouches(browser: BrowserState, group: Group): void {
  browser.visitors.forEach((visitor, i) => {
    const to = browser.visitors[i + 1]?.from ?? Number.POSITIVE_INFINITY
    const touches = touchSessionsOf(browser.sessions, { from: visitor.from, to })
    const { first, last, lastNonDirect } = visitor.touches
    const isSame =
      first === touches.first && last === touches.last && lastNonDirect === touches.lastNonDirect
    if (isSame) return
    visitor.touches = touches
    group.changes.visitors.set(visitor, browser)
    if (visitor.lead !== null) group.changes.changedLeads.add(visitor.lead)
  })
}

function placeDelivery(delivery: Delivery, group: Group): DeliveryCounts {
  const counts: DeliveryCounts = { accepted: 0, duplicates: 0, refused: [] }
  if (delivery.events.length === 0) return counts
  // A browser comes into being with its first accepted event: not for refused ones, and not for a
  // cookieless repeat that comes under another day's or network's pseudonym.
  let own = group.now.knownBrowser(delivery)
  const scope = delivery.isCookieless
    ? `${delivery.site}`
    : `${delivery.site} ${delivery.browserKey}`
  const added = group.added.get(scope) ?? new Map<string, NewPlacedEvent>()
  group.added.set(scope, added)
  for (const event of delivery.events) {
    if (isRepeat(event, delivery, added, group) || isStored(event, delivery, own, group)) {
      if (!event.isOurs) counts.duplicates += 1
    } else if (event.refusal !== null) {
      counts.refused.push(event)
    } else {
      if (!event.isOurs) counts.accepted += 1
      own ??= group.now.openBrowser(delivery)
      added.set(event.id, place(event, delivery, own, group))
    }
  }
  return counts
}

function place(
  event: NewEvent,
  delivery: Delivery,
  browser: BrowserState,
  group: Group,
): NewPlacedEvent {
  const session = sessionFor(browser, event, delivery, group)
  const touched = touch(session, browser, group)
  const placed: NewPlacedEvent = {
    browser,
    session,
    n: session.nextN++,
    receivedAt: event.receivedAt ?? delivery.receivedAt,
    event,
    human: delivery.human,
  }
  extend(session, placed, delivery, group)
  touched.added.push(placed)
  group.changes.events.push(placed)
  if (browser.newestId !== null && event.id > browser.newestId) browser.newestId = event.id
  return placed
}

/** Whether this group brought the id already; then the first stands, and only proof still counts. */
function isRepeat(
  event: NewEvent,
  delivery: Delivery,
  added: ReadonlyMap<string, NewPlacedEvent>,
  group: Group,
): boolean {
  const first = added.get(event.id)
  if (!first) return false
  if (payloadOf(first.event) !== payloadOf(event)) group.changes.conflictingIds += 1
  if (lendsProof(event, delivery)) {
    first.human = true
    prove(first.session, first.event.at)
  }
  return true
}

/** The same for an id that is in the store. Ids are time-ordered, so most are newer than any known one. */
function isStored(
  event: NewEvent,
  delivery: Delivery,
  browser: BrowserState | undefined,
  group: Group,
): boolean {
  if (!browser && !delivery.isCookieless) return false
  const newestId = delivery.isCookieless ? null : (browser?.newestId ?? null)
  if (newestId !== null && event.id > newestId) return false
  const scope = delivery.isCookieless || !browser ? -delivery.site : browser.ref
  const stored = group.now.stored(scope, event.id)
  if (!stored) return false
  if (stored.payload !== payloadOf(event)) group.changes.conflictingIds += 1
  if (lendsProof(event, delivery) && !stored.human) {
    const owner = group.now.browser(stored.browser)
    const session = owner.sessions.find((s) => s.ref === stored.session)
    if (session) {
      touch(session, owner, group)
      prove(session, stored.at)
      group.changes.proofs.push({ session: stored.session, n: stored.n })
    }
  }
  return true
}

/** A server's word needs no proof, and is none of a browser's whose event it repeats. */
function lendsProof({ isServer }: NewEvent, { human }: Delivery): boolean {
  return human && !isServer
}

function prove(session: SessionState, at: number): void {
  session.provenAt = session.provenAt === null ? at : Math.min(session.provenAt, at)
}

/** The session the browser named, or the gap session the event falls into. */
function sessionFor(
  browser: BrowserState,
  event: NewEvent,
  { skewMs }: Delivery,
  group: Group,
): SessionState {
  if (event.session !== null) {
    const known = browser.sessionByKey.get(event.session)
    return known ?? openSession(browser, event, skewMs, group)
  }
  const near = browser.sessions.filter(
    (s) =>
      s.key === null &&
      s.isServer === event.isServer &&
      event.at >= s.startAt - SESSION_IDLE_MS &&
      event.at <= s.endAt + SESSION_IDLE_MS,
  )
  if (near.length > 1) group.rederived.add(browser) // the event bridges two gap sessions
  return near[0] ?? openSession(browser, event, skewMs, group)
}

function openSession(
  browser: BrowserState,
  event: NewEvent,
  skewMs: number | null,
  group: Group,
): SessionState {
  const session: SessionState = {
    ref: group.now.nextRef('session'),
    key: event.session,
    isServer: event.isServer,
    baseAt: event.at,
    startAt: event.at,
    endAt: event.at,
    provenAt: null,
    bot: null,
    device: null,
    skewMs,
    landing: null,
    touch: null,
    nextN: 0,
  }
  browser.sessions.push(session)
  if (session.key !== null) browser.sessionByKey.set(session.key, session)
  return session
}

/** Remembers how a session stood before this group, once. */
function touch(session: SessionState, browser: BrowserState, group: Group): TouchedSession {
  const known = group.touched.get(session)
  if (known) return known
  const touched: TouchedSession = {
    browser,
    before: {
      isCounted: session.provenAt !== null && session.bot === null && session.nextN > 0,
      startAt: session.startAt,
      landing: session.landing,
      storedEvents: session.nextN,
    },
    added: [],
  }
  group.touched.set(session, touched)
  group.changes.sessions.set(session, browser)
  return touched
}

function extend(
  session: SessionState,
  placed: NewPlacedEvent,
  delivery: Delivery,
  group: Group,
): void {
  const { event, n } = placed
  session.startAt = Math.min(session.startAt, event.at)
  session.endAt = Math.max(session.endAt, event.at)
  session.bot = strongerBot(session.bot, event.bot)
  session.device ??= delivery.device
  if (delivery.human) prove(session, event.at)
  const { landing } = session
  const isEarlier =
    !landing || event.at < landing.at || (event.at === landing.at && event.id < landing.id)
  if (event.type === 'page_view' && isEarlier) {
    session.landing = { n, id: event.id, at: event.at, url: event.url, referrer: event.referrer }
    session.touch = group.touchOf(event.url, event.referrer)
  }
}

function noChanges(): Changes {
  return {
    events: [],
    proofs: [],
    moves: [],
    visitors: new Map(),
    sessions: new Map(),
    views: new Map(),
    removedVisitors: [],
    removedSessions: [],
    bucketDeltas: new Map(),
    bucketsReplaced: new Map(),
    claims: new Set(),
    leads: new Map(),
    removedLeads: new Map(),
    newLeads: new Set(),
    unlinks: [],
    changedLeads: new Set(),
    conflictingIds: 0,
  }
}
