/**
 * How much of a long proof runs: all of it under `npm run test:long`, a tenth in `npm test`.
 */
export const IS_LONG = process.env.LONG === '1'

/** A tenth of the full number, or all of it; never less than `least`. */
export function scaled(full: number, least = 1): number {
  return IS_LONG ? full : Math.max(least, Math.round(full / 10))
}
