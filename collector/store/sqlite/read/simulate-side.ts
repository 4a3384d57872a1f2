import type { Counts } from '../../../scoring/counts.ts'
import { fitOf } from '../../../scoring/fit.ts'
import { ACTIVITY_REF } from '../../../scoring/match.ts'
import {
  activeDaysOf,
  lastRaiseOf,
  type Reading,
  type RuleTotal,
  ruleTotals,
  scoreAll,
  scoreSlot,
  sumOfRules,
} from '../../../scoring/score-all.ts'
import { dayOf } from '../../../scoring/tables.ts'
import type { Standing, View } from '../../../scoring/what-if.ts'
import type { LeadBook } from './book.ts'
import type { ReadModel, ReadTools } from './tools.ts'

/** One side of a what-if: how a model sees the people. */

export interface SideTools extends Pick<ReadTools, 'domains'> {
  /** Points given by hand, with when. */
  adjustmentsOf(lead: number): readonly { readonly milli: number; readonly at: number }[]
}

/**
 * The book's leads, held on to: where it is loaded anew meanwhile, these are the old ones and stay as
 * they were. Where it is brought up to date, a lead that changed has another card than was seen.
 */
export interface Scene {
  readonly slots: readonly number[]
  readonly day: number
  readonly counts: Counts
  readonly adjustments: Float64Array
  readonly cards: LeadBook['cards']
  readonly seen: LeadBook['cards']
}

export interface SideScene extends Scene {
  /** Counts of the model's own rules, beside those of the book: a rule is in one of the two. */
  readonly own: Counts
  /** Whether it rates the fit as the active model does. */
  readonly isSameFit: boolean
}

/** How a model sees the people. What it reads stands still until others are let in. */
export function createSide(model: ReadModel, scene: SideScene, tools: SideTools) {
  const { cards, seen, slots } = scene
  const kept = new Set(slots)
  const now = readings(scene.day)

  function readings(day: number, beforeDay?: number): Readings {
    const common = { model: model.rules, day, ...(beforeDay !== undefined && { beforeDay }) }
    return { main: { counts: scene.counts, ...common }, own: { counts: scene.own, ...common } }
  }
  function standing({ main, own }: Readings, slot: number, milli: number): Standing {
    const { lead = null, letter: known = null } = cards[slot] ?? {}
    const email = lead?.email ?? null
    const letter = scene.isSameFit
      ? known
      : fitOf(lead?.traits ?? {}, email, model.fit, tools.domains).letter
    const raises = [main, own].flatMap((reading) => lastRaiseOf(reading, slot) ?? [])
    return {
      letter,
      isExcluded: model.exclusion.reasonFor(email) !== null,
      milli,
      activeDays: activeDaysOf(main, slot, ACTIVITY_REF),
      raisedAt: raises.length === 0 ? null : Math.max(...raises),
    }
  }
  function adjustmentOf(slot: number, before = Number.POSITIVE_INFINITY): number {
    const given = tools.adjustmentsOf(cards[slot]?.lead.ref ?? 0).filter(({ at }) => at < before)
    return given.reduce((sum, { milli }) => sum + milli, 0)
  }
  return {
    scores: () =>
      scoreAll(
        now.main,
        scene.adjustments.map((milli, slot) => milli + sumOfRules(now.own, slot)),
      ),
    totals(): readonly RuleTotal[] {
      const [ofMain, ofOwn] = [now.main, now.own].map((one) =>
        ruleTotals(one, (slot) => kept.has(slot)),
      )
      return (ofMain ?? []).map((total, i) => ({
        ...total,
        milli: total.milli + (ofOwn?.[i]?.milli ?? 0),
        leads: total.leads + (ofOwn?.[i]?.leads ?? 0),
      }))
    },
    view: (scores: Float64Array, rules: readonly RuleTotal[]): View => ({
      mql: model.rules.spec.mql,
      rules,
      standingOf(slot) {
        const isAsSeen = cards[slot] === seen[slot]
        const milli = isAsSeen ? scores[slot] : milliOf(now, slot, adjustmentOf(slot))
        return standing(now, slot, milli ?? 0)
      },
      standingBefore(slot, at) {
        const before = readings(dayOf(at), dayOf(at))
        return standing(before, slot, milliOf(before, slot, adjustmentOf(slot, at)))
      },
    }),
  }
}

/** What a model reads: the counts of the book, and its own. A rule has all of its counts in one of them. */
interface Readings {
  readonly main: Reading
  readonly own: Reading
}

/** One floor under the sum of both. */
function milliOf({ main, own }: Readings, slot: number, adjustment: number): number {
  return scoreSlot(main, slot, adjustment + sumOfRules(own, slot))
}
