import { holdAt } from '../identity/claims.ts'
import { type HistoryEvent, viewKeyOf } from '../scoring/derive.ts'
import {
  type CompiledRule,
  ENGAGED_TIME,
  isDerivedName,
  LANDING,
  SESSION,
} from '../scoring/match.ts'
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
  for (const event of events) countEvent(event, browser, group)
  if (isNew) countVisit(session, browser, group)
}

/** A visit is counted by its beginning and its landing. */
function hasMoved(session: SessionState, { before }: TouchedSession): boolean {
  return session.landing?.id !== before.landing?.id || session.startAt !== before.startAt
}

function countEvent(event: HistoryEvent, browser: BrowserState, group: Group): void {
  if (event.type === 'user_engagement') {
    countPing(event, browser, group)
    return
  }
  if (isDerivedName(event.type)) return
  for (const rule of group.model.match(event.type, event.url, event.props)) {
    add(browser, event.at, bucket(rule, event.at, 1, 0, event.at), group)
  }
}

function countPing(event: HistoryEvent, browser: BrowserState, group: Group): void {
  const view = browser.views.get(viewKeyOf(event))
  if (!view) return
  if (view.isMixed) {
    group.rederived.add(browser)
    return
  }
  const grown = Math.max(0, (event.engagedMs ?? 0) - view.engagedMs)
  for (const rule of group.model.match(ENGAGED_TIME, event.url, event.props)) {
    add(browser, view.startAt, bucket(rule, view.startAt, 1, grown, event.at), group)
  }
  if (grown > 0) {
    view.engagedMs += grown
    group.changes.views.set(view, browser)
  }
}

function countVisit({ landing, startAt }: SessionState, browser: BrowserState, group: Group) {
  for (const rule of matchTouch(SESSION, landing, group)) {
    add(browser, startAt, bucket(rule, startAt, 1, 0, startAt), group)
  }
  if (!landing) return
  for (const rule of matchTouch(LANDING, landing, group)) {
    add(browser, landing.at, bucket(rule, landing.at, 1, 0, landing.at), group)
  }
}

function matchTouch(on: string, landing: Landing | null, group: Group): readonly CompiledRule[] {
  const touch = group.touchOf(landing?.url ?? null, landing?.referrer ?? null)
  return group.model.match(on, landing?.url ?? null, { ...touch })
}

function bucket(
  rule: CompiledRule,
  at: number,
  count: number,
  engagedMs: number,
  lastAt: number,
): Bucket {
  return { rule: rule.ref, day: dayOf(at), count, engagedMs, lastAt }
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
