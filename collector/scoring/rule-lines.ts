import type { CompiledModel, CompiledRule } from './match.ts'
import { type Bucket, united } from './score.ts'
import { grossMilli, lineMilli, weightOf } from './tables.ts'

/**
 * A receipt opened: what each day gave to a rule's line, and what time will make of it. Pure, by the
 * same tables as the score: the days of a line sum to the line, to the last digit.
 */

/** A rule on one UTC day; `milli` is what is left of `grossMilli`. */
export interface DayLine {
  readonly day: number
  readonly count: number
  readonly engagedMs: number
  readonly grossMilli: number
  /** Millionths. */
  readonly weight: number
  readonly milli: number
}

export interface RuleLine {
  readonly rule: CompiledRule
  /** Before the cap. */
  readonly milli: number
  /** Newest first; days whose points are gone are left out, they sum to nothing. */
  readonly days: readonly DayLine[]
  /** The day as of which half of the line is gone, if nothing new happens: all its days decay alike. */
  readonly halvesOn: number
  /** The first day on which the cap takes nothing any more; null where it takes nothing now. */
  readonly fitsCapOn: number | null
}

/** The lines of all rules that give something as of a UTC day, in the model's order. */
export function ruleLinesOf(
  buckets: Iterable<Bucket>,
  model: CompiledModel,
  asOfDay: number,
): RuleLine[] {
  const byRule = new Map<CompiledRule, DayLine[]>()
  for (const { bucket, rule } of united(buckets, model)) {
    const gross = grossMilli(rule.tables, bucket.count, bucket.engagedMs)
    const weight = weightOf(rule.tables, asOfDay - bucket.day)
    const milli = lineMilli(gross, weight)
    if (milli === 0) continue
    const { day, count, engagedMs } = bucket
    const lines = byRule.get(rule) ?? []
    byRule.set(rule, lines)
    lines.push({ day, count, engagedMs, grossMilli: gross, weight, milli })
  }
  return model.rules.flatMap((rule): RuleLine[] => {
    const days = (byRule.get(rule) ?? []).sort((a, b) => b.day - a.day)
    if (days.length === 0) return []
    return [
      {
        rule,
        milli: sumOn(days, rule, asOfDay),
        days,
        halvesOn: asOfDay + Math.ceil(rule.spec.half_life_days),
        fitsCapOn: fitsCapOn(days, rule, asOfDay),
      },
    ]
  })
}

function sumOn(days: readonly DayLine[], { tables }: CompiledRule, asOfDay: number): number {
  return days.reduce(
    (sum, { day, grossMilli: gross }) => sum + lineMilli(gross, weightOf(tables, asOfDay - day)),
    0,
  )
}

/**
 * A line only shrinks towards zero while nothing happens, so the first day is between one that is too early
 * and one that is late enough: a half-life may be years.
 */
function fitsCapOn(days: readonly DayLine[], rule: CompiledRule, asOfDay: number): number | null {
  const fits = (day: number) => Math.abs(sumOn(days, rule, day)) <= rule.tables.capMilli
  if (fits(asOfDay)) return null
  let [early, late] = [asOfDay, asOfDay + 1]
  while (!fits(late)) [early, late] = [late, late + 2 * (late - asOfDay)]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (fits(middle)) late = middle
    else early = middle
  }
  return late
}
