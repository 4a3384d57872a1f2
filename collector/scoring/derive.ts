import { SESSION_IDLE_MS } from '../../shared/wire.ts'
import type { Touch } from '../attribution/touch.ts'
import {
  ACTIVITY_REF,
  type CompiledModel,
  type CompiledRule,
  ENGAGED_TIME,
  isDerivedName,
  LANDING,
  type PropsLike,
  SESSION,
} from './match.ts'
import { addBuckets, type Bucket, bucketKey } from './score.ts'
import { dayOf } from './tables.ts'

/**
 * The definition of every count: from all events of one browser, in any order, to sessions and to
 * what each event adds to which bucket. The ingest path keeps the same numbers incrementally;
 * `verify`, as-of readings, timelines and every rare case (a late proof of another session's view,
 * a claim in the past, a gap bridged) come here. When the two differ, this file is right.
 */

export interface HistoryEvent {
  /** 32 hex digits. */
  readonly id: string
  /** What its server calls it, where that is no UUID and `id` is a hash of it. */
  readonly external: string | null
  /** By a server's word: it needs no proof, and no browser reported its session. */
  readonly isServer: boolean
  readonly type: string
  readonly at: number
  /** The session the browser reported, or null: then the gaps decide. */
  readonly session: string | null
  /** Some delivery of this event said that its session is human. */
  readonly human: boolean
  /** Why this event's sender can't be a person; a recorded fact. */
  readonly bot: string | null
  readonly url: string | null
  readonly referrer: string | null
  readonly title: string | null
  readonly view: string | null
  /** `user_engagement`: when its view began, corrected. */
  readonly viewAt: number | null
  /** `user_engagement`: cumulative for its view. */
  readonly engagedMs: number | null
  readonly scroll: number | null
  readonly props: PropsLike | null
}

/** What an event says apart from its id and its times: a repeat that says something else is a conflict. */
export function payloadOf(event: HistoryEvent): string {
  const { type, session, url, referrer, title, view, engagedMs, scroll, props } = event
  return JSON.stringify([type, session, url, referrer, title, view, engagedMs, scroll, props])
}

export interface DerivedSession {
  /** The browser's session, or null for a gap session. */
  readonly key: string | null
  /** Of events that servers told; what they prove, they don't prove of a browser's. */
  readonly isServer: boolean
  readonly startAt: number
  readonly endAt: number
  /** The earliest event that came with the proof, or null. */
  readonly provenAt: number | null
  readonly bot: string | null
  /** The first page view. */
  readonly landing: HistoryEvent | null
  /** In order of (at, id). */
  readonly events: readonly HistoryEvent[]
}

/** What matches events to rules; see match.ts. */
export type Match = CompiledModel['match']

/** One event's part in one bucket. */
export interface Contribution {
  readonly event: HistoryEvent
  /** Null for the day's activity, which is counted under `ACTIVITY_REF` and scores nothing. */
  readonly rule: CompiledRule | null
  readonly day: number
  /** The instant whose holder owns the bucket: the event's, or the beginning of its view or session. */
  readonly heldAt: number
  readonly count: 0 | 1
  readonly engagedMs: number
  readonly lastAt: number
}

export type TouchReader = (url: string | null, referrer: string | null) => Touch

export function byTime(a: HistoryEvent, b: HistoryEvent): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** The sessions of one browser, by their beginning. */
export function sessionsOf(events: readonly HistoryEvent[]): DerivedSession[] {
  const sorted = [...events].sort(byTime)
  const groups = new Map<string, HistoryEvent[]>()
  const gaps = { browser: newGap(), server: newGap() }
  for (const event of sorted) {
    let key = event.session
    if (key === null) {
      const of = event.isServer ? 'server' : 'browser'
      const gap = gaps[of]
      if (event.at - gap.end > SESSION_IDLE_MS) gap.number += 1
      gap.end = event.at
      key = `${of} gap ${gap.number}`
    }
    const group = groups.get(key)
    if (group) group.push(event)
    else groups.set(key, [event])
  }
  return [...groups.values()].map(sessionOf).sort((a, b) => a.startAt - b.startAt)
}

function newGap() {
  return { number: 0, end: Number.NEGATIVE_INFINITY }
}

function sessionOf(events: readonly HistoryEvent[]): DerivedSession {
  const first = events[0]
  const last = events.at(-1)
  if (!first || !last) throw new Error('a session has at least one event')
  return {
    key: first.session,
    isServer: first.isServer,
    startAt: first.at,
    endAt: last.at,
    provenAt: events.find((event) => event.human)?.at ?? null,
    bot: events.map((event) => event.bot).reduce(strongerBot, null),
    landing: events.find((event) => event.type === 'page_view') ?? null,
    events,
  }
}

/** Of two verdicts about one session, the one that is kept, whatever order they came in. */
export function strongerBot(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

/**
 * What every event of these sessions adds, sessions side by side, events in order of (at, id)
 * within the browser. Sessions without proof, and those of bots, add nothing.
 */
export function contributionsOf(
  sessions: readonly DerivedSession[],
  match: Match,
  touchOf: TouchReader,
): Contribution[] {
  const counted = sessions
    .filter((s) => s.provenAt !== null && s.bot === null)
    .map((session) => ({ session, touch: touchOfSession(session, touchOf) }))
  const viewStarts = startsOfViews(sessions)
  const out: Contribution[] = []
  for (const { session, touch } of counted) out.push(...ofSession(session, match, touch))
  const largest = new Map<string, number>()
  const events = counted.flatMap(({ session, touch }) =>
    session.events.map((event) => ({ event, source: touch.source })),
  )
  for (const { event, source } of events.sort((a, b) => byTime(a.event, b.event))) {
    out.push(counting(event, null))
    if (event.type === 'user_engagement') {
      out.push(...ofPing({ event, source, match, viewStarts, largest }))
      continue
    }
    if (isDerivedName(event.type)) continue
    for (const rule of match(event.type, event.url, { props: event.props, source })) {
      out.push(counting(event, rule))
    }
  }
  return out
}

/** Counts an event, or its day's activity, on its own day. */
function counting(event: HistoryEvent, rule: CompiledRule | null): Contribution {
  const { at } = event
  return { event, rule, day: dayOf(at), heldAt: at, count: 1, engagedMs: 0, lastAt: at }
}

function touchOfSession({ landing }: DerivedSession, touchOf: TouchReader): Touch {
  return touchOf(landing?.url ?? null, landing?.referrer ?? null)
}

/** A ping without a view is a view of its own. */
export function viewKeyOf(event: { readonly id: string; readonly view: string | null }): string {
  return event.view ?? event.id
}

/** A view began at its smallest corrected `view_at`, or where a ping has none, at that ping. */
export function startsOfViews(sessions: readonly DerivedSession[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>()
  for (const event of sessions.flatMap((s) => s.events)) {
    if (event.type !== 'user_engagement') continue
    const key = viewKeyOf(event)
    starts.set(key, Math.min(starts.get(key) ?? Number.POSITIVE_INFINITY, event.viewAt ?? event.at))
  }
  return starts
}

function ofSession(session: DerivedSession, match: Match, touch: Touch): Contribution[] {
  const first = session.events[0]
  const { landing, startAt } = session
  if (!first) return []
  const more = { props: { ...touch }, source: touch.source }
  // What a server tells is no visit.
  const visiting = session.isServer ? [] : match(SESSION, landing?.url ?? null, more)
  const visits = visiting.map((rule) => ({
    ...counting(first, rule),
    day: dayOf(startAt),
    heldAt: startAt,
    lastAt: startAt,
  }))
  if (!landing) return visits
  const landings = match(LANDING, landing.url, more).map((rule) => counting(landing, rule))
  return [...visits, ...landings]
}

interface Ping {
  readonly event: HistoryEvent
  readonly source: string
  readonly match: Match
  readonly viewStarts: ReadonlyMap<string, number>
  /** By rule and view, the largest value so far. */
  readonly largest: Map<string, number>
}

/** Per view and rule the largest cumulative value wins, so a ping adds only what exceeds the ones before. */
function ofPing({ event, source, match, viewStarts, largest }: Ping): Contribution[] {
  const view = viewKeyOf(event)
  const heldAt = viewStarts.get(view) ?? event.at
  const engaged = event.engagedMs ?? 0
  return match(ENGAGED_TIME, event.url, { props: event.props, source }).map((rule) => {
    const key = `${rule.ref} ${view}`
    const before = largest.get(key) ?? 0
    largest.set(key, Math.max(before, engaged))
    const engagedMs = Math.max(0, engaged - before)
    return { ...counting(event, rule), day: dayOf(heldAt), heldAt, engagedMs }
  })
}

/** Sums contributions to buckets, keyed by holder (see `holderAt`), rule and day. */
export function bucketsOf(
  contributions: readonly Contribution[],
  holderAt: (at: number) => number,
): Map<number, Map<number, Bucket>> {
  const byHolder = new Map<number, Map<number, Bucket>>()
  for (const part of contributions) {
    const holder = holderAt(part.heldAt)
    const buckets = byHolder.get(holder) ?? new Map<number, Bucket>()
    byHolder.set(holder, buckets)
    const one: Bucket = {
      rule: part.rule?.ref ?? ACTIVITY_REF,
      day: part.day,
      count: part.count,
      engagedMs: part.engagedMs,
      lastAt: part.lastAt,
    }
    const key = bucketKey(one)
    const before = buckets.get(key)
    buckets.set(key, before ? addBuckets(before, one) : one)
  }
  return byHolder
}
