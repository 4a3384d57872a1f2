import type { IdentityJson, TimelineEventJson, TimelineSessionJson } from '../store/shapes.ts'
import type { MomentView } from './present-moments.ts'

/** Where what was decided stands among the visits of a page: inside of one, above it, or below all. */

/** A decision belongs to the visit that made it so, though it may be written down after its last event. */
const GRACE_MS = 5 * 60_000

export interface Placed {
  /** By the visit's place in the list. */
  readonly inside: ReadonlyMap<number, readonly MomentView[]>
  /** Newer than that visit, and older than the one above it. */
  readonly above: ReadonlyMap<number, readonly MomentView[]>
  readonly below: readonly MomentView[]
}

export interface PageSpan {
  /** Whether older visits stand on another page. */
  readonly hasOlder: boolean
  /** When the oldest visit of the page before began, epoch milliseconds; null on the first page. */
  readonly before: number | null
}

/** Sessions and moments are newest first; a moment of a time that another page tells is not placed. */
export function placeMoments(
  sessions: readonly TimelineSessionJson[],
  moments: readonly MomentView[],
  span: PageSpan,
): Placed {
  const inside = new Map<number, MomentView[]>()
  const above = new Map<number, MomentView[]>()
  const below: MomentView[] = []
  const put = (into: Map<number, MomentView[]>, index: number, moment: MomentView) => {
    into.set(index, [...(into.get(index) ?? []), moment])
  }
  for (const moment of moments) {
    if (span.before !== null && moment.at >= span.before) continue
    const index = sessions.findIndex(({ started_at }) => Date.parse(started_at) <= moment.at)
    const session = sessions[index]
    if (!session) {
      if (!span.hasOlder) below.push(moment)
      continue
    }
    const endsAt = Date.parse(session.ended_at) + (moment.isAlone ? 0 : GRACE_MS)
    put(moment.at <= endsAt ? inside : above, index, moment)
  }
  return { inside, above, below }
}

/** Whether an event is the one that told who somebody is; of a visitor's links, the best. */
export function isIdentifying(
  event: TimelineEventJson,
  { visitor }: TimelineSessionJson,
  identities: readonly IdentityJson[],
): boolean {
  return (
    event.props.evidence !== undefined &&
    identities.some((one) => one.visitor === visitor && one.at === event.at)
  )
}
