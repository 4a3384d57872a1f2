import { quantileOf, shareOf } from '../scoring/proportion.ts'

/** Counts of visitors and leads by group, and the funnel of each. Pure; groups are numbers from 0. */

/** How far a lead got; each step counts those of the later ones too. */
export type Reached = 'lead' | 'mql' | 'sql' | 'won'
const STEPS: readonly Reached[] = ['lead', 'mql', 'sql', 'won']
const DAY_MS = 86_400_000

export interface TalliedLead {
  readonly reached: Reached
  /** From first seen to first MQL; null where it never became one by itself. */
  readonly mqlAfterMs: number | null
  readonly won: readonly Amount[]
}

interface Amount {
  readonly currency: string | null
  readonly amount: number
}

export interface Tally {
  addVisitor(group: number): void
  addLead(group: number, lead: TalliedLead): void
  /** Of one group, or of several together. */
  funnelOf(groups: Iterable<number>): Funnel
  readonly visitors: Float64Array
  /** By group: leads that got to each step or further. */
  readonly steps: Readonly<Record<Reached, Float64Array>>
}

export type Funnel = ReturnType<typeof funnel>

export function createTally(groups: number): Tally {
  const column = () => new Float64Array(groups)
  const visitors = column()
  const steps = { lead: column(), mql: column(), sql: column(), won: column() }
  const waits = new Map<number, number[]>()
  const sums = new Map<number, Map<string | null, number>>()
  return {
    visitors,
    steps,
    addVisitor(group) {
      visitors[group] = (visitors[group] ?? 0) + 1
    },
    addLead(group, { reached, mqlAfterMs, won }) {
      for (const step of STEPS) {
        steps[step][group] = (steps[step][group] ?? 0) + 1
        if (step === reached) break
      }
      if (mqlAfterMs !== null) put(waits, group, () => []).push(Math.max(0, mqlAfterMs))
      if (won.length === 0) return
      const own = put(sums, group, () => new Map<string | null, number>())
      for (const { currency, amount } of won) own.set(currency, (own.get(currency) ?? 0) + amount)
    },
    funnelOf(wanted) {
      const all = [...wanted]
      const sum = (of: Float64Array) => all.reduce((total, group) => total + (of[group] ?? 0), 0)
      const together = new Map<string | null, number>()
      for (const group of all) {
        for (const [currency, amount] of sums.get(group) ?? []) {
          together.set(currency, (together.get(currency) ?? 0) + amount)
        }
      }
      const [visited, leads] = [sum(visitors), sum(steps.lead)]
      const [mql, sql, won] = [sum(steps.mql), sum(steps.sql), sum(steps.won)]
      const waited = Float64Array.from(all.flatMap((group) => waits.get(group) ?? [])).sort()
      return funnel({ visitors: visited, leads, mql, sql, won }, together, waited)
    },
  }
}

interface Counts {
  readonly visitors: number
  readonly leads: number
  readonly mql: number
  readonly sql: number
  readonly won: number
}

function funnel(counts: Counts, sums: ReadonlyMap<string | null, number>, waitsMs: Float64Array) {
  const { visitors, leads, mql, sql, won } = counts
  const [median, p90] = [quantileOf(waitsMs, 0.5), quantileOf(waitsMs, 0.9)]
  return {
    ...counts,
    value: [...sums]
      .map(([currency, amount]) => ({ currency, amount: Math.round(amount * 100) / 100 }))
      .sort((a, b) => b.amount - a.amount),
    rates: {
      lead: shareOf(leads, visitors),
      mql: shareOf(mql, leads),
      sql: shareOf(sql, mql),
      won: shareOf(won, sql),
    },
    days_to_mql: median === null || p90 === null ? null : { median: days(median), p90: days(p90) },
  }
}

function days(ms: number): number {
  return Math.round((ms / DAY_MS) * 10) / 10
}

function put<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
