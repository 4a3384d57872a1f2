/**
 * When people come: working days and office hours of their own time zone, and a little more traffic
 * every week. Zones are fixed offsets; a demo does not need summer time.
 */
import type { Pickable, Random } from './random.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Hours ahead of UTC. */
export const ZONES: Pickable<readonly [number, number]> = [
  [46, 1],
  [30, -5],
  [14, 0],
  [6, -8],
  [4, 8],
]

const WEEKDAY = [0.16, 0.95, 1, 1, 0.95, 0.78, 0.13]
const HOUR = [
  0.02, 0.01, 0.01, 0.01, 0.02, 0.05, 0.15, 0.4, 0.75, 0.95, 1, 0.95, 0.7, 0.8, 0.95, 0.92, 0.78,
  0.5, 0.32, 0.3, 0.3, 0.24, 0.14, 0.06,
]
const GROWTH_AT_START = 0.45
// Rejection sampling finds a time in a few draws; this many in vain means the span has no good one.
const MAX_DRAWS = 60

export interface Span {
  readonly from: number
  readonly to: number
}

/** A moment in the span, likelier at busy hours and, with `growing`, towards its end. */
export function drawMoment(
  random: Random,
  span: Span,
  options: { readonly zone: number; readonly growing: boolean },
): number {
  let at = span.to
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    at = random.between(span.from, span.to)
    const share = (at - span.from) / Math.max(1, span.to - span.from)
    const growth = options.growing ? GROWTH_AT_START + (1 - GROWTH_AT_START) * share : 1
    if (random.chance(growth * busyness(at, options.zone))) break
  }
  return Math.floor(at)
}

function busyness(at: number, zone: number): number {
  const local = new Date(at + zone * HOUR_MS)
  return (WEEKDAY[local.getUTCDay()] ?? 0) * (HOUR[local.getUTCHours()] ?? 0)
}

/** The zone that is most at work at that moment: who browses within the last hour should be awake. */
export function awakeZone(at: number): number {
  const hourIn = (zone: number) => new Date(at + zone * HOUR_MS).getUTCHours()
  const zones = ZONES.map(([, zone]) => zone)
  return zones.reduce((best, zone) =>
    (HOUR[hourIn(zone)] ?? 0) > (HOUR[hourIn(best)] ?? 0) ? zone : best,
  )
}
