import type { Touch } from '../attribution/touch.ts'
import { holdAt } from '../identity/claims.ts'
import { type HistoryEvent, viewKeyOf } from '../scoring/derive.ts'
import { ACTIVITY_REF, ENGAGED_TIME, isDerivedName, LANDING, SESSION } from '../scoring/match.ts'
import { addBuckets, type Bucket, bucketKey } from '../scoring/score.ts'
import { dayOf } from '../scoring/tables.ts'
import type { BrowserState, Landing, SessionState } from '../store/store.ts'
import type { Group, TouchedSession } from './fold.ts'

/** How a session stood before the group: what of it the stored buckets already hold. */
export interface SessionBefore {
  readonly isCounted: boolean
  readonly startAt: number
  readonly landing: Landing | null
  readonly storedEvents: number
}

/**
 * Adds to the buckets what a group brought to one session: its new events where it was proven
 * before, all of them where it is proven only now. Whatever moves something already counted to
 * another day, holder or rule is left to `rederive`.
 */
export function countSession(session: SessionState, touched: TouchedSession, group: Group): void {
  const { browser, before, added } = touched
  const isCounted = session.provenAt !== null && session.bot === null
  if (!isCounted && !before.isCounted) return
  if (before.isCounted && (!isCounted || hasMoved(session, touched))) {
    group.rederived.add(browser)
    return
  }
  const isNew = !before.isCounted
  const events: HistoryEvent[] =
    isNew && before.storedEvents > 0 ? group.now.eventsOfSession(browser, session) : []
  for (const placed of added) events.push(placed.event)
  const { source } = touchOf(session, group)
  for (const event of events) countEvent(event, source, browser, group)
  if (isNew) countVisit(session, browser, group)
}

/** A visit is counted by its beginning and its landing. */
function hasMoved(session: SessionState, { before }: TouchedSession): boolean {
  return session.landing?.id !== before.landing?.id || session.startAt !== before.startAt
}

function countEvent(
  event: HistoryEvent,
  source: string,
  browser: BrowserState,
  group: Group,
): void {
  const { type, url, props, at } = event
  add(browser, at, bucket(ACTIVITY_REF, at, 0, at), group)
  if (type === 'user_engagement') {
    countPing(event, source, browser, group)
    return
  }
  if (isDerivedName(type)) return
  for (const rule of group.match(type, url, { props, source })) {
    add(browser, at, bucket(rule.ref, at, 0, at), group)
  }
}

function countPing(event: HistoryEvent, source: string, browser: BrowserState, group: Group): void {
  const view = browser.views.get(viewKeyOf(event))
  if (!view) return
  if (view.isMixed) {
    group.rederived.add(browser)
    return
  }
  const grown = Math.max(0, (event.engagedMs ?? 0) - view.engagedMs)
  for (const rule of group.match(ENGAGED_TIME, event.url, { props: event.props, source })) {
    add(browser, view.startAt, bucket(rule.ref, view.startAt, grown, event.at), group)
  }
  if (grown > 0) {
    view.engagedMs += grown
    group.changes.views.set(view, browser)
  }
}

function countVisit(session: SessionState, browser: BrowserState, group: Group): void {
  const { landing, startAt } = session
  const touch = touchOf(session, group)
  const more = { props: { ...touch }, source: touch.source }
  const visiting = session.isServer ? [] : group.match(SESSION, landing?.url ?? null, more)
  for (const rule of visiting) {
    add(browser, startAt, bucket(rule.ref, startAt, 0, startAt), group)
  }
  if (!landing) return
  for (const rule of group.match(LANDING, landing.url, more)) {
    add(browser, landing.at, bucket(rule.ref, landing.at, 0, landing.at), group)
  }
}

/** A session without a landing came from nowhere. */
function touchOf({ touch }: SessionState, group: Group): Touch {
  return touch ?? group.touchOf(null, null)
}

function bucket(rule: number, at: number, engagedMs: number, lastAt: number): Bucket {
  return { rule, day: dayOf(at), count: 1, engagedMs, lastAt }
}

function add(browser: BrowserState, heldAt: number, delta: Bucket, group: Group): void {
  const visitor = browser.visitors[holdAt(browser.visitors, heldAt)]
  if (!visitor) return
  const { bucketDeltas, changedLeads } = group.changes
  if (visitor.lead !== null) changedLeads.add(visitor.lead)
  const deltas = bucketDeltas.get(visitor) ?? new Map<number, Bucket>()
  bucketDeltas.set(visitor, deltas)
  const key = bucketKey(delta)
  const known = deltas.get(key)
  deltas.set(key, known ? addBuckets(known, delta) : delta)
}
