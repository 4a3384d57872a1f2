import { at, type Columns } from './counts.ts'
import type { CompiledRule } from './match.ts'
import type { Reading } from './score-all.ts'
import { grossMilli, lineMilli, weightOf } from './tables.ts'

/**
 * What each rule of a model matched lately, and what it gives now, in one pass over the counts of all
 * leads: no event is read. Points are as they stand in the scores of this day, caps applied.
 */

/** Days that are looked back on, today among them. */
const LATELY_DAYS = 30
const WEEK_DAYS = 7
/** Leads named as the newest matches of a rule. */
const NEWEST = 3

export interface Stretch {
  readonly leads: number
  /** Distinct events; 0 for rules of engaged time. */
  readonly events: number
  readonly engagedMs: number
}

export interface RuleLately {
  readonly rule: string
  /** What the rule gives all leads together now. */
  readonly milli: number
  /** Leads that it gives something to, or takes something from. */
  readonly leads: number
  readonly week: Stretch
  readonly month: Stretch
  /** Leads that matched by UTC day, the last of them today. */
  readonly days: readonly number[]
  /** The latest of these days' matches, a lead each, newest first. */
  readonly newest: readonly { readonly slot: number; readonly at: number }[]
}

/** The slots that are not kept are left out of everything. Columns of numbers: there are millions of rows. */
export function rulesLately(
  reading: Reading,
  keep: (slot: number) => boolean,
): readonly RuleLately[] {
  const { model, day: today } = reading
  const { slots, columns } = reading.counts
  const tallies = model.rules.map((rule) => createTally(rule, today))
  const byRef: (Tally | undefined)[] = []
  for (const tally of tallies) if (tally.rule.ref > 0) byRef[tally.rule.ref] = tally
  for (let slot = 0; slot < slots; slot += 1) {
    if (!keep(slot)) continue
    let row = at(columns.startOf, slot)
    const end = row + at(columns.lengthOf, slot)
    while (row < end) {
      const ref = at(columns.rule, row)
      let next = row + 1
      while (next < end && columns.rule[next] === ref) next += 1
      byRef[ref]?.add(columns, slot, row, next)
      row = next
    }
  }
  return tallies.map((tally) => tally.total())
}

type Tally = ReturnType<typeof createTally>

/** Adds up one rule, lead by lead; a lead's rows follow each other. */
function createTally(rule: CompiledRule, today: number) {
  const { tables } = rule
  const days = new Array<number>(LATELY_DAYS).fill(0)
  const week = { leads: 0, events: 0, engagedMs: 0 }
  const month = { leads: 0, events: 0, engagedMs: 0 }
  const newest: { slot: number; at: number }[] = []
  let milli = 0
  let leads = 0
  let oldest = 0

  function note(slot: number, lastAt: number): void {
    if (lastAt <= oldest) return
    newest.push({ slot, at: lastAt })
    newest.sort((a, b) => b.at - a.at)
    newest.length = Math.min(newest.length, NEWEST)
    if (newest.length === NEWEST) oldest = newest[NEWEST - 1]?.at ?? 0
  }
  return {
    rule,
    /** The rows of a lead, up to the one before `end`. */
    add(columns: Columns, slot: number, start: number, end: number): void {
      let sum = 0
      let latest = 0
      let youngest = LATELY_DAYS
      for (let row = start; row < end; row += 1) {
        const events = at(columns.count, row)
        const engagedMs = at(columns.engagedMs, row)
        const age = Math.max(0, today - at(columns.day, row)) // a clock set back counts as today
        sum += lineMilli(grossMilli(tables, events, engagedMs), weightOf(tables, age))
        if (age >= LATELY_DAYS || (events === 0 && engagedMs === 0)) continue
        month.events += events
        month.engagedMs += engagedMs
        days[LATELY_DAYS - 1 - age] = (days[LATELY_DAYS - 1 - age] ?? 0) + 1
        latest = Math.max(latest, at(columns.lastAt, row))
        youngest = Math.min(youngest, age)
        if (age >= WEEK_DAYS) continue
        week.events += events
        week.engagedMs += engagedMs
      }
      if (sum !== 0) {
        milli += Math.sign(sum) * Math.min(tables.capMilli, Math.abs(sum))
        leads += 1
      }
      if (youngest === LATELY_DAYS) return
      month.leads += 1
      if (youngest < WEEK_DAYS) week.leads += 1
      note(slot, latest)
    },
    total: (): RuleLately => ({ rule: rule.spec.id, milli, leads, week, month, days, newest }),
  }
}
