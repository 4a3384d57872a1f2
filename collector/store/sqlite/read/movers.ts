import { topOf } from '../../../scoring/ranks.ts'
import { type Score, scoreOf } from '../../../scoring/score.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import { type MovedJson, WITH_MARKETING } from '../../attention.ts'
import type { Reason, Stage } from '../../shapes.ts'
import type { Card } from './book.ts'
import { bucketsOfHistory, type createHistoryReader } from './history.ts'
import type { createLeadReader } from './leads.ts'
import type { ReadTools } from './tools.ts'
import { WEEK_DAYS, type Week } from './week.ts'

/**
 * Whose score moved most in a week. All leads are compared by their counts (week.ts), which choose
 * candidates; what is shown is read from the events, as
 * `GET /leads/{id}/score?as_of=` reads it.
 */

const SHOWN = 5
/** Candidates read from their events for each that is shown. */
const SPARE = 2
/** A smaller change is no news. */
const LEAST_MILLI = 5_000
/** Who was not even mild before has nothing to lose. */
const MILD_MILLI = 25_000
/** MQLs stand in a queue of their own already. */
const MAY_HEAT: readonly Stage[] = ['lead', 'recycled']

export interface Movers {
  readonly since: string
  readonly heating: readonly MovedJson[]
  readonly cooling: readonly MovedJson[]
}

type LeadReads = Pick<ReturnType<typeof createLeadReader>, 'book' | 'json' | 'adjustmentsOf'>

export function createMoverReader(
  tools: ReadTools,
  { book, json, adjustmentsOf }: LeadReads,
  history: Pick<ReturnType<typeof createHistoryReader>, 'ofLead'>,
  week: Week,
) {
  /** By the card, which is another one when the lead has changed. */
  let exact = new WeakMap<Card, Score>()
  let state = ''

  /** Forgets what is remembered of another day, and of what another model made of it. */
  function forget(day: number): void {
    const asked = `${day} ${tools.current().rules.version}`
    if (asked !== state) exact = new WeakMap()
    state = asked
  }

  /** The score at the end of a day, from the events; remembered until the lead changes. */
  function exactly(card: Card, day: number): Score {
    const remembered = exact.get(card)
    if (remembered) return remembered
    const { rules } = tools.current()
    const endAt = endOf(day)
    const { ref } = card.lead
    const own = adjustmentsOf(ref).filter(({ at }) => at <= endAt)
    const buckets = bucketsOfHistory(history.ofLead(ref, endAt, rules))
    const score = scoreOf(buckets, rules, day, own)
    exact.set(card, score)
    return score
  }

  function movedOf(card: Card, day: number, now: number): MovedJson {
    const lead = json(card.lead, now)
    const before = exactly(card, day)
    const change = lead.score_milli - before.milli
    const cause = causeOf(before.reasons, lead.reasons, Math.sign(change))
    return { lead, before_milli: before.milli, change_milli: change, cause }
  }

  /** Those that moved most up (1) or down (-1), of those to keep. */
  function most(
    sign: 1 | -1,
    changes: Float64Array,
    keep: (card: Card) => boolean,
    now: number,
  ): MovedJson[] {
    const day = dayOf(now) - WEEK_DAYS
    const moves = sign > 0 ? changes : changes.map((change) => -change)
    const isKept = (slot: number) => {
      const card = book.cards[slot]
      return card !== undefined && (moves[slot] ?? 0) >= LEAST_MILLI && keep(card)
    }
    return topOf(moves, SHOWN * SPARE, isKept)
      .flatMap((slot) => book.cards[slot] ?? [])
      .map((card) => movedOf(card, day, now))
      .filter(({ change_milli }) => sign * change_milli >= LEAST_MILLI)
      .sort((a, b) => sign * (b.change_milli - a.change_milli))
      .slice(0, SHOWN)
  }

  /** `isWanted` says whose site is asked for; inside the snapshot of a book that is up to date. */
  return (isWanted: (card: Card) => boolean, now: number): Movers => {
    const day = dayOf(now) - WEEK_DAYS
    forget(day)
    const [before, changes] = [week.before(now), week.changes(now)]
    const { exclusion } = tools.current()
    const counts = (card: Card) => isWanted(card) && exclusion.reasonFor(card.lead.email) === null
    const heats = (card: Card) => MAY_HEAT.includes(card.lead.stage) && counts(card)
    const cools = (card: Card) =>
      WITH_MARKETING.includes(card.lead.stage) &&
      (before[card.slot] ?? 0) >= MILD_MILLI &&
      counts(card)
    return {
      since: new Date(day * DAY_MS).toISOString().slice(0, 10),
      heating: most(1, changes, heats, now),
      cooling: most(-1, changes, cools, now).filter(
        ({ before_milli }) => before_milli >= MILD_MILLI,
      ),
    }
  }
}

function endOf(day: number): number {
  return (day + 1) * DAY_MS - 1
}

/** The rule, or the adjustment, that moved a score most in a direction; what a cap takes is taken from its rule. */
function causeOf(
  before: readonly Reason[],
  after: readonly Reason[],
  sign: number,
): MovedJson['cause'] {
  const moves = new Map<string, { label: string; rule: string | null; milli: number }>()
  const add = (reasons: readonly Reason[], by: 1 | -1) => {
    for (const { rule, kind, label, milli } of reasons) {
      if (kind === 'floor') continue
      const key = rule ?? `: ${label}`
      const move = moves.get(key) ?? { label, rule: rule ?? null, milli: 0 }
      moves.set(key, { ...move, milli: move.milli + by * milli })
    }
  }
  add(after, 1)
  add(before, -1)
  const [strongest] = [...moves.values()].sort((a, b) => sign * (b.milli - a.milli))
  return strongest && sign * strongest.milli > 0 ? strongest : null
}
