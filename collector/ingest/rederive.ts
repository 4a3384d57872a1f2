import { holdAt } from '../identity/claims.ts'
import {
  bucketsOf,
  contributionsOf,
  type DerivedSession,
  sessionsOf,
  viewKeyOf,
} from '../scoring/derive.ts'
import type { Bucket } from '../scoring/score.ts'
import type { BrowserState, PlacedEvent, SessionState } from '../store/store.ts'
import type { Group } from './fold.ts'

/**
 * Derives one browser's sessions, views and buckets from all of its events, and puts the result in
 * place of what was kept. Rare, and exact: this is the same code that `verify` replays.
 */
export function rederive(browser: BrowserState, group: Group): void {
  const places = new Map<string, PlacedEvent>()
  for (const stored of group.now.eventsOfBrowser(browser)) places.set(stored.event.id, stored)
  const lent = new Set(group.changes.proofs.map(({ session, n }) => `${session} ${n}`))
  const events = [...places.values()].map(({ event, session, n }) =>
    lent.has(`${session} ${n}`) ? { ...event, human: true } : event,
  )
  for (const { browser: owner, session, n, event, human } of group.changes.events) {
    if (owner !== browser) continue
    places.set(event.id, { event, session: session.ref, n })
    events.push({ ...event, human })
  }
  const sessions = sessionsOf(events)
  settleSessions(browser, sessions, places, group)
  settleViews(browser, sessions, places, group)
  const contributions = contributionsOf(sessions, group.match, group.touchOf)
  const byHold = bucketsOf(contributions, (at) => holdAt(browser.visitors, at))
  browser.visitors.forEach((visitor, index) => {
    group.changes.bucketDeltas.delete(visitor)
    group.changes.bucketsReplaced.set(visitor, byHold.get(index) ?? new Map<number, Bucket>())
  })
  settleSeen(browser, events, group)
}

function settleSessions(
  browser: BrowserState,
  derived: readonly DerivedSession[],
  places: Map<string, PlacedEvent>,
  group: Group,
): void {
  const byRef = new Map(browser.sessions.map((session) => [session.ref, session]))
  const kept = new Set<SessionState>()
  for (const one of derived) {
    const first = one.events[0]
    const place = first && places.get(first.id)
    const own = place && byRef.get(place.session)
    if (!own) continue // a session is opened when its first event is placed
    const session = kept.has(own) ? partOf(own, one, group) : own
    kept.add(session)
    gather(one, session, places, group)
    session.startAt = one.startAt
    session.endAt = one.endAt
    session.provenAt = one.provenAt
    session.bot = one.bot
    const landing = one.landing
    session.landing = landing && {
      n: places.get(landing.id)?.n ?? 0,
      id: landing.id,
      at: landing.at,
      url: landing.url,
      referrer: landing.referrer,
    }
    session.touch = landing && group.touchOf(landing.url, landing.referrer)
    group.changes.sessions.set(session, browser)
  }
  for (const session of browser.sessions.filter((s) => !kept.has(s))) {
    group.changes.sessions.delete(session)
    group.changes.removedSessions.push(session)
    // Its browser may go on with it, and then it begins anew.
    if (session.key !== null) browser.sessionByKey.delete(session.key)
  }
  browser.sessions.splice(0, browser.sessions.length, ...kept)
}

/** A session for what lies beyond a gap that opened in a stored one, because what was in between was erased. */
function partOf(stored: SessionState, { startAt }: DerivedSession, group: Group): SessionState {
  return { ...stored, ref: group.now.nextRef('session'), baseAt: startAt, nextN: 0 }
}

/** Brings the events of a gap session together that were stored as several. */
function gather(
  derived: DerivedSession,
  session: SessionState,
  places: Map<string, PlacedEvent>,
  group: Group,
): void {
  for (const event of derived.events) {
    const place = places.get(event.id)
    if (!place || place.session === session.ref) continue
    const n = session.nextN++
    const added = group.changes.events.findIndex((e) => e.event.id === event.id)
    const fresh = group.changes.events[added]
    if (fresh && fresh.session.ref === place.session) {
      group.changes.events[added] = { ...fresh, session, n }
    } else {
      group.changes.moves.push({ from: place, session, n })
    }
    places.set(event.id, { ...place, session: session.ref, n })
  }
}

/** A view is what its pings say: where and when it began, and the largest time among those that count. */
function settleViews(
  browser: BrowserState,
  sessions: readonly DerivedSession[],
  places: ReadonlyMap<string, PlacedEvent>,
  group: Group,
): void {
  const pings = new Map<string, Ping[]>()
  for (const { events, provenAt, bot } of sessions) {
    const isCounted = provenAt !== null && bot === null
    for (const event of events) {
      if (event.type !== 'user_engagement') continue
      const key = viewKeyOf(event)
      const session = places.get(event.id)?.session ?? 0
      const ping = { session, url: event.url, startAt: event.viewAt ?? event.at }
      const engagedMs = isCounted ? (event.engagedMs ?? 0) : 0
      pings.set(key, [...(pings.get(key) ?? []), { ...ping, engagedMs }])
    }
  }
  for (const view of browser.views.values()) {
    const own = pings.get(view.key) ?? []
    const [first] = own
    view.session = first?.session ?? null
    view.url = first?.url ?? null
    view.isMixed = own.some(({ session, url }) => session !== first?.session || url !== first?.url)
    view.startAt = own.reduce((at, ping) => Math.min(at, ping.startAt), Number.POSITIVE_INFINITY)
    view.engagedMs = own.reduce((ms, ping) => Math.max(ms, ping.engagedMs), 0)
    group.changes.views.set(view, browser)
  }
}

interface Ping {
  readonly session: number
  readonly url: string | null
  readonly startAt: number
  readonly engagedMs: number
}

function settleSeen(
  browser: BrowserState,
  events: readonly { readonly at: number }[],
  group: Group,
): void {
  for (const visitor of browser.visitors) {
    visitor.firstAt = Number.POSITIVE_INFINITY
    visitor.lastAt = Number.NEGATIVE_INFINITY
    group.changes.visitors.set(visitor, browser)
    if (visitor.lead !== null) group.changes.changedLeads.add(visitor.lead)
  }
  for (const { at } of events) {
    const visitor = browser.visitors[holdAt(browser.visitors, at)]
    if (!visitor) continue
    visitor.firstAt = Math.min(visitor.firstAt, at)
    visitor.lastAt = Math.max(visitor.lastAt, at)
  }
}
