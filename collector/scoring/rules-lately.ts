import { at, type Columns } from './counts.ts'
import type { Reading } from './score-all.ts'
import { grossMilli, lineMilli, weightOf } from './tables.ts'

/**
 * What each rule of a model matched lately, and what it gives now, in one pass over the counts of all
 * leads: no event is read. Points are as they stand in the scores of this day, caps applied.
 */

/** Days that are looked back on, today among them. */
export const LATELY_DAYS = 30
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

/** The slots that are not kept are left out of everything. */
export function rulesLately(
  reading: Reading,
  keep: (slot: number) => boolean,
): readonly RuleLately[] {
  const { columns, slots } = reading.counts
  const found = reading.model.rules.map(({ spec }) => createTally(spec.id, reading.day))
  for (let slot = 0; slot < slots; slot += 1) {
    if (!keep(slot)) continue
    let row = at(columns.startOf, slot)
    const end = row + at(columns.lengthOf, slot)
    while (row < end) {
      const ref = at(columns.rule, row)
      const rule = reading.model.byRef.get(ref)
      const tally = rule && found[rule.index]
      let sum = 0
      tally?.begin(slot)
      for (; row < end && columns.rule[row] === ref; row += 1) {
        if (!rule || !tally) continue
        const gross = grossMilli(rule.tables, at(columns.count, row), at(columns.engagedMs, row))
        sum += lineMilli(gross, weightOf(rule.tables, reading.day - at(columns.day, row)))
        tally.add(columns, row)
      }
      if (rule) tally?.end(Math.sign(sum) * Math.min(rule.tables.capMilli, Math.abs(sum)))
    }
  }
  return found.map((tally) => tally.total())
}

/** Adds up one rule, lead by lead; a lead's rows follow each other. */
function createTally(rule: string, today: number) {
  const days = new Array<number>(LATELY_DAYS).fill(0)
  const week = { leads: 0, events: 0, engagedMs: 0 }
  const month = { leads: 0, events: 0, engagedMs: 0 }
  const newest: { slot: number; at: number }[] = []
  let [milli, leads, current, latest, inWeek, inMonth] = [0, 0, 0, 0, false, false]

  function note(slot: number, lastAt: number): void {
    if (newest.length === NEWEST && lastAt <= (newest[NEWEST - 1]?.at ?? 0)) return
    newest.push({ slot, at: lastAt })
    newest.sort((a, b) => b.at - a.at)
    newest.length = Math.min(newest.length, NEWEST)
  }
  return {
    begin(slot: number) {
      ;[current, latest, inWeek, inMonth] = [slot, 0, false, false]
    },
    add(columns: Columns, row: number) {
      const age = Math.max(0, today - at(columns.day, row)) // a clock set back counts as today
      const [events, engagedMs] = [at(columns.count, row), at(columns.engagedMs, row)]
      if (age >= LATELY_DAYS || (events === 0 && engagedMs === 0)) return
      inMonth = true
      month.events += events
      month.engagedMs += engagedMs
      days[LATELY_DAYS - 1 - age] = (days[LATELY_DAYS - 1 - age] ?? 0) + 1
      latest = Math.max(latest, at(columns.lastAt, row))
      if (age >= WEEK_DAYS) return
      inWeek = true
      week.events += events
      week.engagedMs += engagedMs
    },
    end(kept: number) {
      milli += kept
      leads += kept === 0 ? 0 : 1
      month.leads += inMonth ? 1 : 0
      week.leads += inWeek ? 1 : 0
      if (inMonth) note(current, latest)
    },
    total: (): RuleLately => ({ rule, milli, leads, week, month, days, newest }),
  }
}
