import { scaleLinear } from 'd3-scale'
import { area, curveMonotoneX, line } from 'd3-shape'

/** The geometry of charts; what is said beside them, and their tables, is the screens'. */

export interface Box {
  readonly width: number
  readonly height: number
  /** Room around the drawing, so that a line of some thickness isn't cut. */
  readonly inset: number
}

export interface LineShape {
  /** Path data, for `<path d>`. */
  readonly line: string
  readonly area: string
  /** Where the last value is. */
  readonly last: { readonly x: number; readonly y: number }
}

/** A line over values at equal distances, from zero up to the largest value, or to `most`. */
export function lineShape(values: readonly number[], box: Box, most?: number): LineShape {
  const { width, height, inset } = box
  const top = Math.max(most ?? 0, ...values, 1)
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [inset, width - inset])
  const y = scaleLinear([0, top], [height - inset, inset])
  const at = (_: number, index: number) => round(x(index))
  const points = [...values]
  return {
    line: line<number>(at, (value) => round(y(value))).curve(curveMonotoneX)(points) ?? '',
    area:
      area<number>(at, height - inset, (value) => round(y(value))).curve(curveMonotoneX)(points) ??
      '',
    last: { x: round(x(Math.max(0, values.length - 1))), y: round(y(values.at(-1) ?? 0)) },
  }
}

/**
 * A small line over values at equal distances, from zero up to the largest, or to `least` where all are
 * below. Its coordinates are whole, because a list has many of them: let a unit be a pixel or less.
 */
export function sparkShape(
  values: readonly number[],
  { width, height, inset }: Box,
  least: number,
): Pick<LineShape, 'line' | 'last'> {
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [inset, width - inset])
  const y = scaleLinear([0, Math.max(least, ...values)], [height - inset, inset])
  const at = (_: number, index: number) => Math.round(x(index))
  const shape = line<number>(at, (value) => Math.round(y(value)))
  return {
    line: shape([...values]) ?? '',
    last: { x: Math.round(x(values.length - 1)), y: Math.round(y(values.at(-1) ?? 0)) },
  }
}

export interface Plot {
  readonly line: string
  readonly area: string
  /** Where a value stands: by its place in the list, and by its size. */
  readonly x: (index: number) => number
  readonly y: (value: number) => number
}

/** Room for half of a dot. */
const MARGIN = 5

/** A line as `lineShape` draws it, with its scales, for whoever writes into the drawing. */
export function plot(values: readonly number[], box: Box, top: number): Plot {
  const { width, height, inset } = box
  const across = scaleLinear([0, Math.max(1, values.length - 1)], [MARGIN, width - MARGIN])
  const up = scaleLinear([0, Math.max(top, 1)], [height - inset, MARGIN])
  const x = (index: number) => round(across(index))
  const y = (value: number) => round(up(value))
  const at = (_: number, index: number) => x(index)
  const points = [...values]
  return {
    line: line<number>(at, y).curve(curveMonotoneX)(points) ?? '',
    area: area<number>(at, y(0), y).curve(curveMonotoneX)(points) ?? '',
    x,
    y,
  }
}

/** Tenths of a unit are finer than a pixel, and a page of charts stays small. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
