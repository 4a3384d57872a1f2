import { at, type Columns, type Counts } from './counts.ts'
import type { CompiledModel } from './match.ts'
import { grossMilli, lineMilli, type RuleTables, weightOf } from './tables.ts'

/**
 * What is read out of the counts of all leads at once: scores under any numbers, and what each rule
 * gives. Scores are what `scoreOf` gives, to the last milli-point; receipts are left to it.
 */

/** What is read, and as of which UTC day. */
export interface Reading {
  readonly counts: Counts
  readonly model: CompiledModel
  readonly day: number
  /** Buckets of this day and later are left out. */
  readonly beforeDay?: number
}

export interface RuleTotal {
  readonly rule: string
  readonly label: string
  /** What the rule gives all leads together, caps applied. */
  readonly milli: number
  /** Leads that it gives something, or takes something from. */
  readonly leads: number
}

/** The score of every slot, in milli-points; adjustments are sums by slot. */
export function scoreAll(
  reading: Reading,
  adjustments: Float64Array | null = null,
): Float64Array<ArrayBuffer> {
  const scores = new Float64Array(reading.counts.slots)
  for (let slot = 0; slot < scores.length; slot += 1) {
    scores[slot] = scoreSlot(reading, slot, adjustments?.[slot])
  }
  return scores
}

/** The score of one slot, in milli-points. */
export function scoreSlot(reading: Reading, slot: number, adjustment = 0): number {
  return Math.max(0, totalOf(reading, slot) + adjustment)
}

/** The same before adjustments and floor, for who adds more to it; may be below zero. */
export function sumOfRules(reading: Reading, slot: number): number {
  return totalOf(reading, slot)
}

/** What each rule gives over all slots, or those to keep; in the model's order. */
export function ruleTotals(
  reading: Reading,
  keep: (slot: number) => boolean = () => true,
): readonly RuleTotal[] {
  const totals = reading.model.rules.map(({ spec }) => {
    return { rule: spec.id, label: spec.label, milli: 0, leads: 0 }
  })
  for (let slot = 0; slot < reading.counts.slots; slot += 1) {
    if (keep(slot)) totalOf(reading, slot, totals)
  }
  return totals
}

type Totals = { milli: number; leads: number }[]

/** The sum of a slot's rules, each within its cap; before adjustments and floor. */
function totalOf(reading: Reading, slot: number, totals: Totals = []): number {
  const { columns } = reading.counts
  let row = at(columns.startOf, slot)
  const end = row + at(columns.lengthOf, slot)
  let total = 0
  while (row < end) {
    const ref = at(columns.rule, row)
    const rule = reading.model.byRef.get(ref)
    let sum = 0
    for (; row < end && columns.rule[row] === ref; row += 1) {
      if (rule) sum += lineOf(reading, columns, row, rule.tables)
    }
    if (!rule || sum === 0) continue // of another model, or it has faded
    const kept = Math.sign(sum) * Math.min(rule.tables.capMilli, Math.abs(sum))
    total += kept
    const ofRule = totals[rule.index]
    if (!ofRule || kept === 0) continue
    ofRule.milli += kept
    ofRule.leads += 1
  }
  return total
}

function lineOf(reading: Reading, columns: Columns, row: number, tables: RuleTables): number {
  const day = at(columns.day, row)
  if (reading.beforeDay !== undefined && day >= reading.beforeDay) return 0
  const gross = grossMilli(tables, at(columns.count, row), at(columns.engagedMs, row))
  return lineMilli(gross, weightOf(tables, reading.day - day))
}

/** The newest hand raise whose points have not faded, epoch ms; as `lastRaiseOf` of score.ts. */
export function lastRaiseOf(reading: Reading, slot: number): number | null {
  const { model, day, beforeDay = Number.POSITIVE_INFINITY } = reading
  const { columns } = reading.counts
  const start = at(columns.startOf, slot)
  let newest: number | null = null
  for (let row = start; row < start + at(columns.lengthOf, slot); row += 1) {
    const rule = model.byRef.get(at(columns.rule, row))
    const rowDay = at(columns.day, row)
    if (!rule?.spec.hand_raise || rowDay >= beforeDay || columns.count[row] === 0) continue
    if (weightOf(rule.tables, day - rowDay) === 0) continue
    newest = Math.max(newest ?? Number.NEGATIVE_INFINITY, at(columns.lastAt, row))
  }
  return newest
}

/** Days on which the slot has a count of this rule, which need not be in the model. */
export function activeDaysOf(reading: Reading, slot: number, rule: number): number {
  const { columns } = reading.counts
  const { beforeDay = Number.POSITIVE_INFINITY } = reading
  const start = at(columns.startOf, slot)
  let days = 0
  for (let row = start; row < start + at(columns.lengthOf, slot); row += 1) {
    const isCounted = columns.rule[row] === rule && at(columns.count, row) > 0
    if (isCounted && at(columns.day, row) < beforeDay) days += 1
  }
  return days
}
