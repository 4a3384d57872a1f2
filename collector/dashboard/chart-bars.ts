import { scaleBand, scaleLinear } from 'd3-scale'

/** The geometry of bars; what is said beside them, and their table, is the screen's. */

export interface BarShape {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A bar for each value, from zero up to the largest; what is more than nothing can be seen. */
export function barShapes(
  values: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): BarShape[] {
  const x = scaleBand<number>(values.keys(), [0, width]).padding(0.2)
  const y = scaleLinear([0, Math.max(1, ...values)], [0, height])
  return values.map((value, index) => {
    const tall = value === 0 ? 0 : Math.max(1, round(y(value)))
    return {
      x: round(x(index) ?? 0),
      y: round(height - tall),
      width: round(x.bandwidth()),
      height: tall,
    }
  })
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
