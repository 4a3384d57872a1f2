import { topOf } from '../../../scoring/ranks.ts'
import { type Score, scoreOf } from '../../../scoring/score.ts'
import { scoreSlot } from '../../../scoring/score-all.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import { type MovedJson, WITH_MARKETING } from '../../attention.ts'
import type { Reason, Stage } from '../../shapes.ts'
import type { Card, LeadBook } from './book.ts'
import { bucketsOfHistory, type createHistoryReader } from './history.ts'
import type { createLeadReader } from './leads.ts'
import type { ReadTools } from './tools.ts'

/**
 * Whose score moved most in a week. All leads are compared by their counts, which takes milliseconds;
 * counts know what happened on a day, not what was known on it: a visitor that was joined to a lead
 * later is in them. So they choose candidates, and what is shown is read from the events, as
 * `GET /leads/{id}/score?as_of=` reads it.
 */

const DAYS = 7
const SHOWN = 5
/** Candidates read from their events for each that is shown. */
const SPARE = 2
/** A smaller change is no news. */
const LEAST_MILLI = 5_000
/** Who was not even mild before has nothing to lose. */
const MILD_MILLI = 25_000
/** More changed leads than this are read in one go. */
const MANY = 2_000
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
) {
  const knownSince = tools.db.prepare('SELECT min(at) FROM claim WHERE lead = ?').pluck()
  const allKnownSince = tools.db
    .prepare('SELECT lead, min(at) FROM claim WHERE lead IS NOT NULL GROUP BY lead')
    .raw()
  const past = createPast(book)

  /** Brings the scores of the past day up to date with the leads that changed. */
  function refresh(day: number): void {
    const model = tools.current().rules
    const stale = past.staleUnder(day, model.version)
    const endAt = endOf(day)
    const reading = { counts: book.counts, model, day, beforeDay: day + 1 }
    const known = stale.length > MANY ? new Map(allKnownSince.all() as [number, number][]) : null
    for (const slot of stale) {
      const card = book.cards[slot]
      const at = card && Number(known ? known.get(card.lead.ref) : knownSince.get(card.lead.ref))
      const wasKnown = at !== undefined && at <= endAt
      past.scores[slot] = wasKnown ? scoreSlot(reading, slot, adjustedBy(card, endAt)) : 0
    }
  }

  function adjustedBy(card: Card | undefined, endAt: number): number {
    if (!card || book.adjustments[card.slot] === 0) return 0
    const own = adjustmentsOf(card.lead.ref).filter(({ at }) => at <= endAt)
    return own.reduce((sum, { milli }) => sum + milli, 0)
  }

  /** The score at the end of a day, from the events; remembered until the lead changes. */
  function exactly(card: Card, day: number): Score {
    const remembered = past.exact.get(card)
    if (remembered) return remembered
    const { rules } = tools.current()
    const endAt = endOf(day)
    const { ref } = card.lead
    const own = adjustmentsOf(ref).filter(({ at }) => at <= endAt)
    const buckets = bucketsOfHistory(history.ofLead(ref, endAt, rules))
    const score = scoreOf(buckets, rules, day, own)
    past.exact.set(card, score)
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
    keep: (card: Card) => boolean,
    day: number,
    now: number,
  ): MovedJson[] {
    const moves = new Float64Array(book.cards.length)
    for (let slot = 0; slot < moves.length; slot += 1) {
      moves[slot] = sign * ((book.scores[slot] ?? 0) - (past.scores[slot] ?? 0))
    }
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
    const day = dayOf(now) - DAYS
    refresh(day)
    const { exclusion } = tools.current()
    const counts = (card: Card) => isWanted(card) && exclusion.reasonFor(card.lead.email) === null
    const heats = (card: Card) => MAY_HEAT.includes(card.lead.stage) && counts(card)
    const cools = (card: Card) =>
      WITH_MARKETING.includes(card.lead.stage) &&
      (past.scores[card.slot] ?? 0) >= MILD_MILLI &&
      counts(card)
    return {
      since: new Date(day * DAY_MS).toISOString().slice(0, 10),
      heating: most(1, heats, day, now),
      cooling: most(-1, cools, day, now).filter(({ before_milli }) => before_milli >= MILD_MILLI),
    }
  }
}

function endOf(day: number): number {
  return (day + 1) * DAY_MS - 1
}

/** Scores as of a past day, by slot. A lead that changes gets another card, so the card says what is stale. */
function createPast(book: LeadBook) {
  let [day, version] = [Number.NaN, Number.NaN]
  let cards: (Card | undefined)[] = []
  let scores = new Float64Array(0)
  let exact = new WeakMap<Card, Score>()
  return {
    get scores() {
      return scores
    },
    get exact() {
      return exact
    },
    /** The slots whose lead is another than it was, under this model and as of this day. */
    staleUnder(newDay: number, newVersion: number): number[] {
      if (newDay !== day || newVersion !== version) {
        cards = []
        exact = new WeakMap()
      }
      day = newDay
      version = newVersion
      if (scores.length < book.cards.length) {
        const longer = new Float64Array(2 * book.cards.length)
        longer.set(scores)
        scores = longer
      }
      const stale: number[] = []
      for (let slot = 0; slot < book.cards.length; slot += 1) {
        if (cards[slot] === book.cards[slot]) continue
        cards[slot] = book.cards[slot]
        stale.push(slot)
      }
      return stale
    },
  }
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
