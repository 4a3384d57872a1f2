import { createScoreAt } from '../../../scoring/score.ts'
import { scoreSlot } from '../../../scoring/score-all.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import { bucketOf } from '../rows.ts'
import type { LeadBook } from './book.ts'
import type { LeadRow, RowReads } from './lead-rows.ts'
import type { ReadTools } from './tools.ts'

/**
 * By how much each lead's score differs from that at the end of the UTC day a week ago, for lists that are
 * sorted by it: out of the counts in memory, made once a day and brought up to date by what changed.
 *
 * Counts say what is known today. Browsers that were linked to a lead only since then are left out here. What
 * remains different from the events up to then is engagement that was reported after midnight of a view
 * which began before, and what a late proof, or a link that was undone or passed on since, makes of it. So
 * this chooses the order alone, and the change that is shown beside a lead is read from its events; see
 * trend.ts.
 */
export const WEEK_DAYS = 7

export interface Week {
  /** In milli-points, by slot of the book, which has been refreshed for the same instant. */
  changes(now: number): Float64Array
  /** What a lead had at the end of that day, by the same counts. */
  before(now: number): Float64Array
}

/** What a lead had been given by hand by then, and when it was claimed. */
interface Then {
  readonly adjusted: number
  readonly first: number | null
  readonly last: number | null
}

export function createWeek(
  tools: ReadTools,
  book: LeadBook,
  reads: Pick<RowReads, 'changedSince' | 'newestChange' | 'epoch'>,
): Week {
  const { db } = tools
  const claimed = db.prepare('SELECT min(at), max(at) FROM claim WHERE lead = ?').raw()
  const allClaimed = db
    .prepare('SELECT lead, min(at), max(at) FROM claim WHERE lead IS NOT NULL GROUP BY lead')
    .raw()
  const ofLinkedBy = db
    .prepare(
      `SELECT b.day, b.rule, b.count, b.engaged_ms, b.last_ms FROM visitor v
       CROSS JOIN bucket b ON b.visitor = v.id AND b.day < @day
       WHERE v.lead = @lead AND EXISTS (SELECT 1 FROM claim c
         WHERE c.browser = v.browser AND c.lead = v.lead AND c.at < @end)`,
    )
    .raw()
  const givenBy = db
    .prepare('SELECT coalesce(sum(milli), 0) FROM adjustment WHERE lead = ? AND at <= ?')
    .pluck()
  const given = db
    .prepare('SELECT lead, sum(milli) FROM adjustment WHERE at <= ? GROUP BY lead')
    .raw()
  let past: Float64Array<ArrayBuffer> = new Float64Array(0)
  /** The first and last claim of each lead: read once, and then of those that changed. */
  const times = new Map<number, readonly [first: number | null, last: number | null]>()
  let [state, epoch, change] = ['', Number.NaN, -1]
  /** Whose slots these are: where the book was loaded anew, a slot may be another lead's. */
  let cards: LeadBook['cards'] = []

  function scoreThen(slot: number, lead: number, today: number, then: Then): number {
    const day = today - WEEK_DAYS
    const { adjusted, first, last } = then
    const counts = { counts: book.counts, model: tools.current().rules, day, beforeDay: day + 1 }
    const score = scoreSlot(counts, slot, adjusted)
    if (score === 0) return 0
    const end = (day + 1) * DAY_MS
    if (first === null || first >= end) return Math.max(0, adjusted)
    if (last !== null && last < end) return score
    const buckets = ofLinkedBy.all({ lead, day: day + 1, end }).map(bucketOf)
    const given = [{ label: '', milli: adjusted, at: end }]
    return createScoreAt(buckets, counts.model, given)(day)
  }

  function readTimes(changed: readonly LeadRow[]): void {
    if (reads.epoch() === epoch) {
      for (const { ref } of changed) {
        times.set(ref, claimed.get(ref) as [number | null, number | null]) // as selected
      }
      return
    }
    epoch = reads.epoch()
    times.clear()
    for (const row of allClaimed.iterate()) {
      const [lead, first, last] = row as [number, number, number] // as selected
      times.set(lead, [first, last])
    }
  }

  function refresh(now: number): void {
    const today = dayOf(now)
    const end = (today - WEEK_DAYS + 1) * DAY_MS - 1
    const asked = `${today} ${tools.activeVersion()} ${reads.epoch()}`
    const newest = reads.newestChange()
    const isNew = asked !== state || book.cards !== cards
    if (!isNew && newest <= change) return
    const changed = change < 0 ? [] : reads.changedSince(change)
    readTimes(changed)
    const adjusted = new Map(isNew ? (given.all(end) as [number, number][]) : [])
    const longer = new Float64Array(book.scores.length)
    if (!isNew) longer.set(past.subarray(0, longer.length))
    past = longer
    for (const ref of isNew
      ? book.cards.flatMap((card) => card?.lead.ref ?? [])
      : refsOf(changed)) {
      const slot = book.cardOf(ref)?.slot
      if (slot === undefined) continue
      const [first, last] = times.get(ref) ?? [null, null]
      const points = isNew ? (adjusted.get(ref) ?? 0) : Number(givenBy.get(ref, end))
      past[slot] = scoreThen(slot, ref, today, { adjusted: points, first, last })
    }
    state = asked
    change = newest
    cards = book.cards
  }

  return {
    changes(now) {
      refresh(now)
      return book.scores.map((score, slot) => score - (past[slot] ?? 0))
    },
    before(now) {
      refresh(now)
      return past
    },
  }
}

function refsOf(leads: readonly LeadRow[]): number[] {
  return leads.map(({ ref }) => ref)
}
