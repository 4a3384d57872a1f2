/** How sure a share is that was counted in a sample, and where the middle of a sample lies. */

/** A share with its 95 % interval; all three from 0 to 1. */
export interface Share {
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** The standard normal quantile of 97.5 %, for two-sided 95 %. */
const Z = 1.959963984540054

/**
 * The share of `hits` among `of` with the 95 % score interval of Wilson (1927), "Probable Inference, the Law
 * of Succession, and Statistical Inference", J. Am. Stat. Assoc. 22, 209–212, without correction for
 * continuity (method 3 of Newcombe 1998, Statistics in Medicine 17, 857–872):
 *
 *     (2np + z² ± z √(z² + 4np(1 − p))) / 2(n + z²)
 *
 * It stays within 0 and 1 and is honest about small samples, where the usual p ± z·√(p(1−p)/n) is not. Null
 * where there is nothing to take a share of, or more hits than there are.
 */
export function shareOf(hits: number, of: number): Share | null {
  if (of <= 0 || hits > of) return null
  const rate = hits / of
  const middle = 2 * hits + Z * Z
  const reach = Z * Math.sqrt(Z * Z + 4 * hits * (1 - rate))
  const scale = 2 * (of + Z * Z)
  return {
    rate,
    low: hits === 0 ? 0 : Math.max(0, (middle - reach) / scale),
    high: hits === of ? 1 : Math.min(1, (middle + reach) / scale),
  }
}

/** The value that this part of the sorted sample does not exceed (nearest rank); null where there is none. */
export function quantileOf(sorted: Float64Array, part: number): number | null {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null
}
