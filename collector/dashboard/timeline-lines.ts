import type { TimelineEventJson } from '../store/shapes.ts'

/**
 * From the events of one visit to the lines a person reads, in the order they happened. A page view
 * and the engaged time reported for it are one line; the event that opens a visit is told by the
 * visit's heading, so its points join the first line. No point is lost: the lines sum to the visit.
 */

/** A line is shaped like an event; one of a page view carries `engaged_ms` and `scroll` in its props. */
export function linesOf(events: readonly TimelineEventJson[]): TimelineEventJson[] {
  const inOrder = events.toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
  const views = inOrder.filter(({ type }) => type === 'page_view')
  const pingsOf = new Map<TimelineEventJson, TimelineEventJson[]>()
  const lone: TimelineEventJson[][] = []
  for (const ping of inOrder.filter(isPing)) {
    const view = viewOf(ping, views)
    if (view) pingsOf.set(view, [...(pingsOf.get(view) ?? []), ping])
    else addToRun(lone, ping)
  }
  const lines = inOrder.flatMap((event) => {
    if (isArrival(event)) return []
    if (!isPing(event)) return [withAttention(event, pingsOf.get(event) ?? [])]
    const run = lone.find(([first]) => first === event)
    return run ? [withAttention(event, run)] : []
  })
  return withPointsOf(inOrder.filter(isArrival), lines)
}

function isPing({ type }: TimelineEventJson): boolean {
  return type === 'user_engagement'
}

function isArrival({ type }: TimelineEventJson): boolean {
  return type === 'session_start'
}

/**
 * The page view that a ping is about. Each ping says when its view began, corrected by its own
 * journey, so two pings of one view differ by some milliseconds: the nearest view of its address.
 */
function viewOf(
  ping: TimelineEventJson,
  views: readonly TimelineEventJson[],
): TimelineEventJson | undefined {
  const same = views.filter(({ url }) => url === ping.url)
  const beganAt = ping.props.view_at
  if (typeof beganAt !== 'number') {
    return same.filter(({ at }) => at <= ping.at).at(-1) ?? same[0]
  }
  const distance = ({ at }: TimelineEventJson): number => Math.abs(Date.parse(at) - beganAt)
  return same.toSorted((a, b) => distance(a) - distance(b))[0]
}

/** Pings without a page view: a total that grows goes on, a smaller one is of another view. */
function addToRun(runs: TimelineEventJson[][], ping: TimelineEventJson): void {
  const run = runs.findLast(([first]) => first?.url === ping.url)
  const last = run?.at(-1)
  if (run && last && engagedMs(ping) >= engagedMs(last)) run.push(ping)
  else runs.push([ping])
}

function withAttention(
  event: TimelineEventJson,
  pings: readonly TimelineEventJson[],
): TimelineEventJson {
  if (pings.length === 0) return event
  const line = withPointsOf(
    pings.filter((ping) => ping !== event),
    [event],
  )[0] as TimelineEventJson // one line in, one line out
  const runs: TimelineEventJson[][] = []
  for (const ping of pings) addToRun(runs, ping)
  const engaged = runs.reduce((sum, run) => sum + Math.max(...run.map(engagedMs)), 0)
  const scroll = Math.max(...pings.map(({ props }) => Number(props.scroll) || 0))
  return { ...line, props: { ...line.props, engaged_ms: engaged, scroll } }
}

function engagedMs({ props }: TimelineEventJson): number {
  return Number(props.engaged_ms) || 0
}

/** The points and rules of some events, given to the first line. */
function withPointsOf(
  events: readonly TimelineEventJson[],
  [first, ...rest]: readonly TimelineEventJson[],
): TimelineEventJson[] {
  if (!first) return []
  const milli = events.reduce((sum, event) => sum + event.milli, first.milli)
  const rules = [...first.rules, ...events.flatMap((event) => event.rules)]
  return [{ ...first, milli, rules: [...new Set(rules)] }, ...rest]
}

const SUFFIX = /\s[—–|·:-]\s[^—–|·]+$/u
const ENOUGH_TITLES = 3

/** What most titles of a site end with, " — Shop name": said on every line, it says nothing. */
export function sharedSuffix(titles: readonly (string | null)[]): string {
  const known = new Set(titles.filter((title) => title !== null))
  const counts = new Map<string, number>()
  for (const title of known) {
    const suffix = SUFFIX.exec(title)?.[0]
    if (suffix) counts.set(suffix, (counts.get(suffix) ?? 0) + 1)
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a)
  return most && most[1] >= ENOUGH_TITLES && most[1] * 2 > known.size ? most[0] : ''
}
