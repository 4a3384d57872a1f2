import {
  contributionsOf,
  type DerivedSession,
  type HistoryEvent,
  type Match,
  sessionsOf,
  type TouchReader,
  viewKeyOf,
} from '../../../scoring/derive.ts'
import { ACTIVITY_REF } from '../../../scoring/match.ts'
import { addBuckets, type Bucket, bucketKey } from '../../../scoring/score.ts'

/**
 * The counts of one browser at many instants for the price of one. Everything is derived once, and the
 * counts at an instant are what the events up to it gave: exactly what deriving those events alone gives,
 * unless something that was learnt later changes what earlier events give. That is so
 *
 * - from a session's beginning until it is proven, has its first page view, or is found to be a bot's;
 * - from a view's first ping until the one that says when it began.
 *
 * At an instant inside such a span the events up to it are derived anew. Whose the counts are is asked as
 * of each instant, by the claims up to it.
 */
export interface BrowserPast {
  /** All events up to the last instant, in any order. */
  readonly events: readonly HistoryEvent[]
  readonly match: Match
  readonly touchOf: TouchReader
  /** Another number where other claims are known than at an earlier instant. */
  readonly claimsBy: (until: number) => number
  /** Whether what began at an instant was this person's, by what was known by `until`. */
  readonly ownerBy: (until: number) => (at: number) => boolean
  readonly anew: (until: number) => readonly Bucket[]
  /** Only claims on this browser say whose it is. */
  readonly isPlain: boolean
}

interface Span {
  readonly from: number
  /** Not including it. */
  readonly to: number
}

export function bucketsAt(instants: readonly number[], past: BrowserPast) {
  const sessions = sessionsOf(past.events)
  const spans = unsettledSpans(sessions)
  const parts = contributionsOf(sessions, past.match, past.touchOf)
    .filter(({ rule }) => rule !== null) // a day's activity scores nothing
    .sort((a, b) => a.event.at - b.event.at)
  let isSettled = past.isPlain
  let known: { claims: number; next: number; isOwn: (at: number) => boolean } | null = null
  const counts = new Map<number, Bucket>()
  let list: readonly Bucket[] = []

  const buckets = instants.map((until) => {
    if (spans.some(({ from, to }) => from <= until && until < to)) {
      isSettled = false
      known = null
      return past.anew(until)
    }
    const claims = past.claimsBy(until)
    if (known?.claims !== claims) {
      known = { claims, next: 0, isOwn: past.ownerBy(until) }
      counts.clear()
      list = []
    }
    const before = known.next
    for (let part = parts[known.next]; part && part.event.at <= until; part = parts[known.next]) {
      known.next += 1
      if (!known.isOwn(part.heldAt)) continue
      const { rule, day, count, engagedMs, lastAt } = part
      const one: Bucket = { rule: rule?.ref ?? ACTIVITY_REF, day, count, engagedMs, lastAt }
      const key = bucketKey(one)
      const other = counts.get(key)
      counts.set(key, other ? addBuckets(other, one) : one)
    }
    if (known.next > before) list = [...counts.values()]
    return list
  })
  return { buckets, isSettled }
}

/** When later events still change what earlier ones give. */
function unsettledSpans(sessions: readonly DerivedSession[]): Span[] {
  const ofSessions = sessions
    // What is never proven gives nothing, at any instant.
    .filter(({ provenAt }) => provenAt !== null)
    .map(({ startAt, provenAt, landing, events }) => ({
      from: startAt,
      to: Math.max(
        provenAt ?? startAt,
        landing?.at ?? startAt,
        events.find(({ bot }) => bot !== null)?.at ?? startAt,
      ),
    }))
  const views = new Map<string, { from: number; start: number; to: number }>()
  for (const event of sessions.flatMap(({ events }) => events)) {
    if (event.type !== 'user_engagement') continue
    const key = viewKeyOf(event)
    const start = event.viewAt ?? event.at
    const view = views.get(key) ?? { from: event.at, start, to: event.at }
    views.set(key, view)
    view.from = Math.min(view.from, event.at)
    // The first ping, by time, that says the smallest beginning settles it.
    if (start < view.start || (start === view.start && event.at < view.to)) {
      view.start = start
      view.to = event.at
    }
  }
  return [...ofSessions, ...views.values()].filter(({ from, to }) => from < to)
}
