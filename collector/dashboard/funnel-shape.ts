import { scaleLinear, scaleSqrt } from 'd3-scale'
import { area, curveBumpX } from 'd3-shape'
import type { Share } from '../scoring/proportion.ts'

/** The geometry of the funnel, and of a share with its interval. */

export const FUNNEL_BOX = { width: 1000, height: 120 } as const

export interface FunnelShape {
  /** Path data of each step, from its count to that of the next. */
  readonly bands: readonly string[]
}

const LEAST = 3

/**
 * A band for each step over equal widths, as high at its left edge as its own count and at its right as the
 * next one's. Heights grow with the square root, or few who won would not be seen beside many who came.
 */
export function funnelShape(counts: readonly number[]): FunnelShape {
  const { width, height } = FUNNEL_BOX
  const y = scaleSqrt([0, Math.max(1, ...counts)], [0, height])
  const x = scaleLinear([0, counts.length], [0, width])
  const high = (at: number) => {
    const count = counts[Math.min(at, counts.length - 1)] ?? 0
    return count === 0 ? 0 : Math.max(LEAST, y(count))
  }
  const band = area<number>()
    .x((at) => round(x(at)))
    .y0((at) => round((height - high(at)) / 2))
    .y1((at) => round((height + high(at)) / 2))
    .curve(curveBumpX)
  return { bands: counts.map((_, i) => band([i, i + 1]) ?? '') }
}

export const WHISKER_BOX = { width: 72, height: 8 } as const

export interface Whisker {
  readonly dot: number
  readonly low: number
  readonly high: number
}

/** Where a share and its interval lie on a line up to `top`; what lies beyond ends at its end. */
export function whiskerOf({ rate, low, high }: Share, top: number): Whisker {
  const { width, height } = WHISKER_BOX
  const radius = height / 2
  const x = scaleLinear([0, Math.max(top, Number.EPSILON)], [radius, width - radius]).clamp(true)
  return { dot: round(x(rate)), low: round(x(low)), high: round(x(high)) }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
