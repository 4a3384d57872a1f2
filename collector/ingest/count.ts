import { holdAt } from '../identity/claims.ts'
import { type HistoryEvent, viewKeyOf } from '../scoring/derive.ts'
import { type CompiledRule, ENGAGED_TIME, LANDING, SESSION } from '../scoring/match.ts'
import { addBuckets, type Bucket } from '../scoring/score.ts'
import { dayOf } from '../scoring/tables.ts'
import type { BrowserState, Landing, SessionState } from '../store/store.ts'
import type { Group, TouchedSession } from './fold.ts'

/** How a session stood before the group: what of it the stored buckets already hold. */
export interface SessionBefore {
  readonly isCounted: boolean
  readonly startAt: number
  readonly endAt: number
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
  if (isNew) countLanding(session, browser, group)
  if (isNew || session.endAt > before.endAt) countVisit(session, browser, isNew ? 1 : 0, group)
}

function hasMoved(session: SessionState, { browser, before }: TouchedSession): boolean {
  return (
    session.landing?.id !== before.landing?.id ||
    dayOf(session.startAt) !== dayOf(before.startAt) ||
    holdAt(browser.visitors, session.startAt) !== holdAt(browser.visitors, before.startAt)
  )
}

function countEvent(event: HistoryEvent, browser: BrowserState, group: Group): void {
  if (event.type === 'user_engagement') {
    countPing(event, browser, group)
    return
  }
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

function countVisit(session: SessionState, browser: BrowserState, count: 0 | 1, group: Group) {
  const { landing, startAt, endAt } = session
  for (const rule of matchTouch(SESSION, landing, group)) {
    add(browser, startAt, bucket(rule, startAt, count, 0, endAt), group)
  }
}

function countLanding({ landing }: SessionState, browser: BrowserState, group: Group): void {
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
  const { bucketDeltas } = group.changes
  const deltas = bucketDeltas.get(visitor) ?? new Map<string, Bucket>()
  bucketDeltas.set(visitor, deltas)
  const key = `${delta.rule} ${delta.day}`
  const known = deltas.get(key)
  deltas.set(key, known ? addBuckets(known, delta) : delta)
}
