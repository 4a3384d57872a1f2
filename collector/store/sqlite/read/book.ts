import { type Counts, createCounts } from '../../../scoring/counts.ts'
import { fitOf } from '../../../scoring/fit.ts'
import { createRanks } from '../../../scoring/ranks.ts'
import { type Reading, scoreAll, scoreSlot } from '../../../scoring/score-all.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type { FitLetter } from '../../shapes.ts'
import { type LeadFacts, type LeadRow, nameOf, type RowReads } from './lead-rows.ts'
import type { ReadModel, ReadTools } from './tools.ts'

/**
 * All leads in memory: what lists sort and filter by, and the counts of each as columns. It is brought
 * up to date by what changed since the last reading, so a list costs that, and is exact at the instant
 * of reading: a score is right for a UTC day and until its lead changes.
 */
export interface Card {
  readonly slot: number
  readonly lead: LeadRow
  readonly letter: FitLetter | null
  readonly haystack: string
  readonly sources: readonly string[]
  readonly firstAt: number
  readonly lastAt: number
}

export interface LeadBook {
  /** Brings the book up to date; inside the snapshot that is read. */
  refresh(now: number): void
  /**
   * The first reading of a large store takes seconds: this is the same in slices, on reads of a snapshot that
   * lasts as long. Nothing else may ask the book before it is at its end.
   */
  loading(reads: RowReads, now: number): Generator<void>
  cardOf(lead: number): Card | undefined
  /** By slot, which is in the order of leads' numbers; empty where a lead is no more. */
  readonly cards: readonly (Card | undefined)[]
  /** Milli-points by slot, as of the last refresh. */
  readonly scores: Float64Array
  readonly counts: Counts
  /** Points given by hand, by slot. */
  readonly adjustments: Float64Array
  /** Share of the site's other leads that score lower, in whole percent. */
  percentile(card: Card): number
}

/** More changed leads than this are read together, with all others. */
const MANY = 2000
/** Rows of one slice of a loading: a few milliseconds. */
const SLICE = 4000

export function createLeadBook(tools: ReadTools, reads: RowReads): LeadBook {
  let counts = createCounts()
  let cards: (Card | undefined)[] = []
  let slots = new Map<number, number>()
  let scores: Float64Array<ArrayBuffer> = new Float64Array(0)
  let adjustments = new Float64Array(0)
  let ranks: ((slot: number) => number | null) | null = null
  /** The fit rules that letters are by. */
  let fitText = ''
  let [day, version, epoch, change] = [Number.NaN, Number.NaN, 0, -1]
  /** Leads that are no more and have a slot; one may come back, where claims that joined it to another are undone. */
  let gone = new Set<number>()

  const reading = (model: ReadModel): Reading => ({ counts, model: model.rules, day })

  function refresh(now: number): void {
    const model = tools.current()
    const today = dayOf(now)
    const isOld = Number.isNaN(version) || reads.epoch() !== epoch
    if (isOld) load(model, today)
    else if (model.rules.version !== version) judge(model, today)
    if (reads.newestChange() > change || today !== day) update(model, today)
  }

  /** Another model scores, which counts the same events: what it makes of them. */
  function judge(model: ReadModel, today: number): void {
    if (fitTextOf(model) !== fitText) {
      cards = cards.map((card) => card && { ...card, letter: letterOf(card.lead, model) })
    }
    take(model, today)
  }

  function load(model: ReadModel, today: number): void {
    for (const _ of loadingOf(reads, model, today));
  }

  /** Everything anew: at the first reading, and when other events are counted. */
  function* loadingOf(from: RowReads, model: ReadModel, today: number): Generator<void> {
    version = Number.NaN // until its end: what breaks off is begun anew
    change = from.newestChange()
    const leads = from.leads()
    yield
    const facts = from.facts()
    for (let row = 1; facts.more(); row += 1) if (row % SLICE === 0) yield
    slots = new Map(leads.map(({ ref }, slot) => [ref, slot]))
    counts = createCounts()
    counts.reserve(leads.length, from.bucketCount())
    const { add, end } = counts.loading()
    let rows = 0
    for (const [lead, rule, on, count, engagedMs, lastMs] of from.buckets()) {
      const slot = slots.get(lead)
      if (slot !== undefined) add(slot, rule, on, count, engagedMs, on * DAY_MS + lastMs)
      rows += 1
      if (rows % SLICE === 0) yield
    }
    end()
    adjustments = new Float64Array(leads.length)
    for (const [lead, milli] of from.adjustments()) {
      const slot = slots.get(lead)
      if (slot !== undefined) adjustments[slot] = milli
    }
    cards = []
    for (const [slot, lead] of leads.entries()) {
      cards.push(cardOf(lead, slot, facts.found(lead.ref), model))
      if (slot % SLICE === 0) yield
    }
    epoch = from.epoch()
    gone = new Set()
    take(model, today)
  }

  function update(model: ReadModel, today: number): void {
    const newest = reads.newestChange()
    const changed = reads.changedSince(change)
    if (changed.length > Math.max(MANY, slots.size / 4)) {
      load(model, today)
      return
    }
    const fresh = changed.filter(({ ref }) => !slots.has(ref)).sort((a, b) => a.ref - b.ref)
    for (const { ref } of fresh) slots.set(ref, slots.size)
    counts.reserve(slots.size)
    adjustments = grown(adjustments, slots.size)
    scores = grown(scores, slots.size)
    for (const lead of changed) {
      const slot = slots.get(lead.ref) ?? 0
      counts.set(slot, reads.bucketsOf(lead.ref))
      adjustments[slot] = reads.adjustmentOf(lead.ref)
      cards[slot] = cardOf(lead, slot, reads.factsOf(lead.ref), model)
      gone.delete(lead.ref)
    }
    if (reads.leadCount() !== slots.size - gone.size) dropGone()
    change = newest // not before it is all taken: a read may fail
    if (today !== day) rescore(model, today)
    else {
      for (const { ref } of changed) {
        const slot = slots.get(ref)
        if (slot === undefined) continue
        scores[slot] = scoreSlot(reading(model), slot, adjustments[slot])
      }
      ranks = null
    }
  }

  /** A lead that is no more leaves its slot empty: slots stay in the order of leads. */
  function dropGone(): void {
    const left = reads.refs()
    for (const [ref, slot] of slots) {
      if (left.has(ref) || gone.has(ref)) continue
      counts.remove(slot)
      cards[slot] = undefined
      scores[slot] = 0
      adjustments[slot] = 0
      gone.add(ref)
    }
  }

  function take(model: ReadModel, today: number): void {
    version = model.rules.version
    fitText = fitTextOf(model)
    rescore(model, today)
  }

  function rescore(model: ReadModel, today: number): void {
    day = today
    scores = scoreAll(reading(model), adjustments)
    ranks = null
  }

  function letterOf({ traits, email }: LeadRow, model: ReadModel): FitLetter | null {
    return fitOf(traits, email, model.fit, tools.domains).letter
  }

  function cardOf(
    lead: LeadRow,
    slot: number,
    facts: LeadFacts | undefined,
    model: ReadModel,
  ): Card {
    const words = [lead.email, lead.userId, nameOf(lead.traits), lead.traits.company]
    return {
      slot,
      lead,
      letter: letterOf(lead, model),
      haystack: words
        .filter((word) => word !== null && word !== undefined)
        .join('\n')
        .toLowerCase(),
      sources: [...(facts?.sources ?? [])],
      firstAt: facts?.firstAt ?? Number.MAX_SAFE_INTEGER,
      lastAt: facts?.lastAt ?? Number.MIN_SAFE_INTEGER,
    }
  }

  return {
    refresh,
    loading: (from, now) => loadingOf(from, tools.current(), dayOf(now)),
    cardOf(lead) {
      const slot = slots.get(lead)
      return slot === undefined ? undefined : cards[slot]
    },
    get cards() {
      return cards
    },
    get scores() {
      return scores
    },
    get counts() {
      return counts
    },
    get adjustments() {
      return adjustments
    },
    percentile(card) {
      ranks ??= createRanks(scores, (slot) => cards[slot]?.lead.site ?? null)
      return ranks(card.slot) ?? 100
    },
  }
}

function fitTextOf({ rules }: ReadModel): string {
  return JSON.stringify(rules.spec.fit)
}

/** The column with room for more slots, which begin at 0. */
function grown(column: Float64Array<ArrayBuffer>, slots: number): Float64Array<ArrayBuffer> {
  if (slots <= column.length) return column
  const longer = new Float64Array(slots)
  longer.set(column)
  return longer
}
