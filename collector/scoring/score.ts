import type { Reason } from '../store/shapes.ts'
import { ACTIVITY_REF, type CompiledModel, type CompiledRule } from './match.ts'
import { grossMilli, lineMilli, weightOf } from './tables.ts'

/**
 * From counts to a score with its receipt (SCORING.md, "From counts to points"). Pure integers:
 * the same buckets, model and day give the same score to the last digit, in any order.
 */

/** What one visitor, or all of a lead's visitors together, did for one rule on one UTC day. */
export interface Bucket {
  /** The rule's store number. */
  readonly rule: number
  readonly day: number
  readonly count: number
  readonly engagedMs: number
  /** The latest event that counted, epoch ms. */
  readonly lastAt: number
}

/** Points that a person gave or took, with the reason for it. */
export interface Adjustment {
  readonly label: string
  readonly milli: number
  readonly at: number
}

export interface Score {
  readonly milli: number
  readonly reasons: readonly Reason[]
}

interface RuleSum {
  milli: number
  count: number
  engagedMs: number
  lastAt: number
}

/**
 * Scores buckets as of a UTC day. Buckets of several visitors may be given side by side: those of
 * the same rule and day are added before anything else, because merging is union.
 */
export function scoreOf(
  buckets: Iterable<Bucket>,
  model: CompiledModel,
  asOfDay: number,
  adjustments: readonly Adjustment[] = [],
): Score {
  const sums = new Map<CompiledRule, RuleSum>()
  for (const { bucket, rule } of united(buckets, model)) {
    const gross = grossMilli(rule.tables, bucket.count, bucket.engagedMs)
    const sum = sums.get(rule) ?? { milli: 0, count: 0, engagedMs: 0, lastAt: 0 }
    sum.milli += lineMilli(gross, weightOf(rule.tables, asOfDay - bucket.day))
    sum.count += bucket.count
    sum.engagedMs += bucket.engagedMs
    sum.lastAt = Math.max(sum.lastAt, bucket.lastAt)
    sums.set(rule, sum)
  }
  const reasons: Reason[] = []
  let total = 0
  for (const rule of model.rules) {
    const sum = sums.get(rule)
    if (!sum || sum.milli === 0) continue
    const kept = Math.sign(sum.milli) * Math.min(rule.tables.capMilli, Math.abs(sum.milli))
    reasons.push({
      rule: rule.spec.id,
      label: rule.spec.label,
      milli: sum.milli,
      count: sum.count,
      ...(rule.tables.ofSeconds.length > 0 && { engaged_ms: sum.engagedMs }),
      last_at: new Date(sum.lastAt).toISOString(),
    })
    if (kept !== sum.milli) {
      reasons.push({
        rule: rule.spec.id,
        kind: 'cap',
        label: `${rule.spec.label}: at most ${Math.abs(rule.spec.cap ?? 0)} points`,
        milli: kept - sum.milli,
      })
    }
    total += kept
  }
  for (const { label, milli } of adjustments) {
    reasons.push({ kind: 'adjustment', label, milli })
    total += milli
  }
  if (total < 0)
    reasons.push({ kind: 'floor', label: 'A score is never below zero', milli: -total })
  return { milli: Math.max(0, total), reasons }
}

/**
 * The same score as a function of the day alone, for who asks for many days: nothing but the counts
 * as they are, decaying. In milli-points, without the receipt.
 */
export function createScoreAt(
  buckets: Iterable<Bucket>,
  model: CompiledModel,
  adjustments: readonly Adjustment[] = [],
): (day: number) => number {
  const byRule = new Map<CompiledRule, { readonly day: number; readonly gross: number }[]>()
  for (const { bucket, rule } of united(buckets, model)) {
    const gross = grossMilli(rule.tables, bucket.count, bucket.engagedMs)
    const lines = byRule.get(rule) ?? []
    byRule.set(rule, lines)
    lines.push({ day: bucket.day, gross })
  }
  const adjusted = adjustments.reduce((sum, { milli }) => sum + milli, 0)
  return (asOfDay) => {
    let total = adjusted
    for (const [{ tables }, lines] of byRule) {
      let sum = 0
      for (const { day, gross } of lines) sum += lineMilli(gross, weightOf(tables, asOfDay - day))
      total += Math.sign(sum) * Math.min(tables.capMilli, Math.abs(sum))
    }
    return Math.max(0, total)
  }
}

/** The newest hand raise whose points have not decayed to nothing by a day; null if there is none. */
export function lastRaiseOf(
  buckets: Iterable<Bucket>,
  model: CompiledModel,
  asOfDay: number,
): number | null {
  let newest: number | null = null
  for (const { rule: ref, day, count, lastAt } of buckets) {
    const rule = model.byRef.get(ref)
    if (!rule?.spec.hand_raise || count === 0) continue
    if (weightOf(rule.tables, asOfDay - day) > 0) newest = Math.max(newest ?? lastAt, lastAt)
  }
  return newest
}

/** How many UTC days a person was active on. */
export function activeDaysOf(buckets: Iterable<Bucket>): number {
  const days = new Set<number>()
  for (const { rule, day, count } of buckets) {
    if (rule === ACTIVITY_REF && count > 0) days.add(day)
  }
  return days.size
}

/** The buckets of the model's rules, those of one rule and day added; with their rules. */
export function united(buckets: Iterable<Bucket>, model: CompiledModel) {
  const byRuleAndDay = new Map<number, { bucket: Bucket; rule: CompiledRule }>()
  for (const bucket of buckets) {
    const rule = model.byRef.get(bucket.rule)
    if (!rule) continue // counted under a model that had this rule; the current one does not
    const key = bucketKey(bucket)
    const other = byRuleAndDay.get(key)?.bucket
    byRuleAndDay.set(key, { rule, bucket: other ? addBuckets(other, bucket) : bucket })
  }
  return byRuleAndDay.values()
}

/** A number for a rule and day, which maps find faster than a text. Rules stay far below the factor. */
export function bucketKey({ rule, day }: { readonly rule: number; readonly day: number }): number {
  return day * 65_536 + rule
}

export function addBuckets(a: Bucket, b: Bucket): Bucket {
  return {
    rule: a.rule,
    day: a.day,
    count: a.count + b.count,
    engagedMs: a.engagedMs + b.engagedMs,
    lastAt: Math.max(a.lastAt, b.lastAt),
  }
}

/** The 1–4 of a grade: at least 100, 60, 25 points, or below. */
export function engagementOf(milli: number): 1 | 2 | 3 | 4 {
  if (milli >= 100_000) return 1
  if (milli >= 60_000) return 2
  return milli >= 25_000 ? 3 : 4
}
