import type { RuleSpec } from './model.ts'

/**
 * The arithmetic of SCORING.md, "From counts to points", as tables of integers made once per
 * model: `exp` and `**` may differ between engines, tables don't. Everything is in milli-points.
 */

const WEIGHT_SCALE = 1_000_000
export const DAY_MS = 86_400_000
/** Engaged time beyond this, per day, adds nothing. */
const MAX_ENGAGED_S = 3600
/** A line this many half-lives old is worth nothing. */
const LIFE_IN_HALF_LIVES = 10

export interface RuleTables {
  /** Index: distinct events of one day, up to the day's maximum. */
  readonly ofCount: readonly number[]
  /** Index: whole engaged seconds of one day, at most an hour. Empty for rules that count events. */
  readonly ofSeconds: readonly number[]
  /** Index: age in days; older is 0. */
  readonly weights: readonly number[]
  /** In milli-points; Infinity where the rule has no cap. */
  readonly capMilli: number
}

/** Rounds the absolute value half up, then restores the sign. The 1e-9 undoes binary noise below a true half. */
function roundHalfUp(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5 + 1e-9) || 0
}

/** UTC day number of an instant. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS)
}

export function compileTables(rule: RuleSpec): RuleTables {
  const { points, repeat, max_per_day: most, saturation_s: tau, half_life_days: halfLife } = rule
  const ofCount = Array.from({ length: most + 1 }, (_, n) =>
    roundHalfUp(
      repeat === 1 ? 1000 * points * n : (1000 * points * (1 - repeat ** n)) / (1 - repeat),
    ),
  )
  const ofSeconds =
    tau === undefined
      ? []
      : Array.from({ length: MAX_ENGAGED_S + 1 }, (_, s) =>
          roundHalfUp(1000 * points * (1 - Math.exp(-s / tau))),
        )
  const weights = Array.from({ length: Math.floor(LIFE_IN_HALF_LIVES * halfLife) + 1 }, (_, k) =>
    roundHalfUp(WEIGHT_SCALE * 2 ** (-k / halfLife)),
  )
  return {
    ofCount,
    ofSeconds,
    weights,
    capMilli: rule.cap === undefined ? Number.POSITIVE_INFINITY : roundHalfUp(1000 * rule.cap),
  }
}

/** g of one day's bucket, in milli-points, before decay: by seconds where the rule has them, else by count. */
export function grossMilli(tables: RuleTables, count: number, engagedMs: number): number {
  if (tables.ofSeconds.length > 0) {
    const seconds = Math.min(Math.floor(engagedMs / 1000), MAX_ENGAGED_S)
    return tables.ofSeconds[Math.max(0, seconds)] ?? 0
  }
  return tables.ofCount[Math.min(Math.max(0, count), tables.ofCount.length - 1)] ?? 0
}

/** w of an age in days, out of WEIGHT_SCALE. A bucket of the future (a clock set back) counts as today's. */
export function weightOf(tables: RuleTables, ageDays: number): number {
  return tables.weights[Math.max(0, ageDays)] ?? 0
}

/** One rule's points for one day: the gross, decayed, cut towards zero. */
export function lineMilli(gross: number, weight: number): number {
  return Math.trunc((gross * weight) / WEIGHT_SCALE)
}
