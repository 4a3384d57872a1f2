import type { FitLetter } from '../store/shapes.ts'
import type { Model } from './model.ts'
import type { RuleTotal } from './score-all.ts'

/**
 * What if another model were in force: the same people under two models, side by side. It takes
 * standings by slot and gives slots back; who they are is for the caller to say.
 *
 * Where sales have said how leads turned out, each model is also asked about the past: would it
 * have qualified the lead as it stood before sales' first word? So no outcome helps to predict itself.
 */

/** How a lead stands under a model. */
export interface Standing {
  readonly milli: number
  readonly letter: FitLetter | null
  readonly isExcluded: boolean
  readonly activeDays: number
  /** The newest hand raise that is still worth anything, epoch ms. */
  readonly raisedAt: number | null
}

/**
 * Whether a lead counts as qualified under a model. An MQL stays one down to `exit`, also when it is
 * excluded now; others need `enter`, fit and active days, and not to be excluded. A hand raise does
 * for both. The dwell and the cool-down are left to the clock: this is where a lead tends to, not the
 * day it gets there.
 */
export function isQualified(standing: Standing, mql: Model['mql'], wasMql: boolean): boolean {
  const { milli, letter, isExcluded, activeDays, raisedAt } = standing
  if (wasMql) return raisedAt !== null || milli >= 1000 * Math.min(mql.exit, mql.enter)
  if (isExcluded) return false
  if (raisedAt !== null) return true
  const isFit = letter === null || letter <= mql.min_fit // letters sort as they rank
  return isFit && activeDays >= mql.min_active_days && milli >= 1000 * mql.enter
}

/** What sales made of a lead. */
export interface Verdict {
  readonly isAccepted: boolean
  readonly at: number
}

const ACCEPTED: readonly string[] = ['qualify_lead', 'open_opportunity', 'close_convert_lead']
const TURNED_DOWN: readonly string[] = ['disqualify_lead', 'close_unconvert_lead']

/** Sales' first word on a lead that accepts it or turns it down; null where there is none. */
export function verdictOf(
  outcomes: Iterable<{ readonly type: string; readonly at: number }>,
): Verdict | null {
  let first: Verdict | null = null
  for (const { type, at } of outcomes) {
    const isAccepted = ACCEPTED.includes(type)
    if (!isAccepted && !TURNED_DOWN.includes(type)) continue
    // Of two at the same instant the good one, so that their order does not matter.
    if (first === null || at < first.at || (at === first.at && isAccepted)) {
      first = { isAccepted, at }
    }
  }
  return first
}

/** The people, whom no model changes. */
export interface People {
  /** The leads to compare. */
  readonly slots: readonly number[]
  isMql(slot: number): boolean
  verdictOf(slot: number): Verdict | null
}

/** What a model makes of the people. */
export interface View {
  readonly mql: Model['mql']
  /** What each rule gives these leads together. */
  readonly rules: readonly RuleTotal[]
  standingOf(slot: number): Standing
  /** As the lead stood just before an instant; asked for leads with a verdict. */
  standingBefore(slot: number, at: number): Standing
}

/** How a model's qualification agrees with what sales made of the leads they judged. */
export interface Agreement {
  /** Leads with a verdict. */
  readonly leads: number
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  /** Accepted among those that would have been qualified; null where none would. */
  readonly precision: number | null
  /** Would have been qualified among the accepted; null where none was accepted. */
  readonly recall: number | null
}

export interface Side {
  /** Leads by score, in the order of BAND_EDGES. */
  readonly histogram: readonly number[]
  /** The score that half of the leads don't exceed, and 90 % of them; null where there are no leads. */
  readonly medianMilli: number | null
  readonly p90Milli: number | null
  /** Leads by the letter of their fit; `-` where nothing is known. */
  readonly letters: Readonly<Record<FitLetter | '-', number>>
  readonly qualified: number
  /** Null where no lead has a verdict. */
  readonly agreement: Agreement | null
}

export interface MovedLead {
  readonly slot: number
  readonly beforeMilli: number
  readonly afterMilli: number
}

export interface MovedRule {
  readonly rule: string
  readonly label: string
  readonly beforeMilli: number
  readonly afterMilli: number
  readonly beforeLeads: number
  readonly afterLeads: number
}

export interface WhatIf {
  readonly leads: number
  readonly before: Side
  readonly after: Side
  /** Qualified only after, and only before; the furthest moved first. */
  readonly gained: readonly MovedLead[]
  readonly lost: readonly MovedLead[]
  /** Rules that give another sum or reach other numbers of leads; the greatest change first. */
  readonly rules: readonly MovedRule[]
}

/** Where the bands of a histogram begin, in points; the last has no end. */
export const BAND_EDGES: readonly number[] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]

/** Compares two models over the same people. */
export function compareViews(people: People, before: View, after: View): WhatIf {
  const gained: MovedLead[] = []
  const lost: MovedLead[] = []
  const sides = [createSide(before, people), createSide(after, people)] as const
  for (const slot of people.slots) {
    const [was, is] = [sides[0].add(slot), sides[1].add(slot)]
    if (was.isIn === is.isIn) continue
    const list = is.isIn ? gained : lost
    list.push({ slot, beforeMilli: was.milli, afterMilli: is.milli })
  }
  return {
    leads: people.slots.length,
    before: sides[0].total(),
    after: sides[1].total(),
    gained: gained.sort(byMove),
    lost: lost.sort(byMove),
    rules: movedRules(before.rules, after.rules),
  }
}

function byMove(a: MovedLead, b: MovedLead): number {
  const move = (lead: MovedLead) => Math.abs(lead.afterMilli - lead.beforeMilli)
  return move(b) - move(a) || a.slot - b.slot
}

/** Adds up one side, lead by lead. */
function createSide(view: View, people: People) {
  const scores: number[] = []
  const histogram = BAND_EDGES.map(() => 0)
  const letters = { A: 0, B: 0, C: 0, D: 0, '-': 0 }
  const judged = { leads: 0, truePositives: 0, falsePositives: 0, falseNegatives: 0 }
  let qualified = 0

  function judge(slot: number): void {
    const verdict = people.verdictOf(slot)
    if (!verdict) return
    // Nobody is an MQL yet here: whether one was under the model of then is no merit of this one.
    const isPredicted = isQualified(view.standingBefore(slot, verdict.at), view.mql, false)
    judged.leads += 1
    if (isPredicted && verdict.isAccepted) judged.truePositives += 1
    else if (isPredicted) judged.falsePositives += 1
    else if (verdict.isAccepted) judged.falseNegatives += 1
  }

  return {
    add(slot: number) {
      const standing = view.standingOf(slot)
      const { milli, letter } = standing
      const isIn = isQualified(standing, view.mql, people.isMql(slot))
      const band = BAND_EDGES.findLastIndex((edge) => milli >= 1000 * edge)
      histogram[band] = (histogram[band] ?? 0) + 1
      letters[letter ?? '-'] += 1
      scores.push(milli)
      if (isIn) qualified += 1
      judge(slot)
      return { milli, isIn }
    },
    total(): Side {
      const sorted = Float64Array.from(scores).sort()
      return {
        histogram,
        medianMilli: quantile(sorted, 0.5),
        p90Milli: quantile(sorted, 0.9),
        letters,
        qualified,
        agreement: judged.leads === 0 ? null : { ...judged, ...ratiosOf(judged) },
      }
    },
  }
}

function ratiosOf({
  truePositives,
  falsePositives,
  falseNegatives,
}: Pick<Agreement, 'truePositives' | 'falsePositives' | 'falseNegatives'>) {
  const share = (of: number) => (of === 0 ? null : truePositives / of)
  return {
    precision: share(truePositives + falsePositives),
    recall: share(truePositives + falseNegatives),
  }
}

/** The least value that this share of the values does not exceed: always a value that is there. */
function quantile(sorted: Float64Array, share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

function movedRules(before: readonly RuleTotal[], after: readonly RuleTotal[]): MovedRule[] {
  const was = new Map(before.map((total) => [total.rule, total]))
  const is = new Map(after.map((total) => [total.rule, total]))
  const change = (moved: MovedRule) => Math.abs(moved.afterMilli - moved.beforeMilli)
  return [...new Map([...was, ...is]).values()]
    .map(
      ({ rule, label }): MovedRule => ({
        rule,
        label,
        beforeMilli: was.get(rule)?.milli ?? 0,
        afterMilli: is.get(rule)?.milli ?? 0,
        beforeLeads: was.get(rule)?.leads ?? 0,
        afterLeads: is.get(rule)?.leads ?? 0,
      }),
    )
    .filter((moved) => change(moved) > 0 || moved.beforeLeads !== moved.afterLeads)
    .sort((a, b) => change(b) - change(a) || (a.rule < b.rule ? -1 : 1))
}
