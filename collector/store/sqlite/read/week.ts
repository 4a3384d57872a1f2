import { createScoreAt } from '../../../scoring/score.ts'
import { scoreSlot } from '../../../scoring/score-all.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import { bucketOf } from '../rows.ts'
import type { LeadBook } from './book.ts'
import type { RowReads } from './lead-rows.ts'
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
  let state = ''
  let change = -1
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

  function refresh(now: number): void {
    const today = dayOf(now)
    const end = (today - WEEK_DAYS + 1) * DAY_MS - 1
    const asked = `${today} ${tools.activeVersion()} ${reads.epoch()}`
    const newest = reads.newestChange()
    if (asked !== state || book.cards !== cards) {
      const adjusted = new Map(given.all(end) as [number, number][])
      const times = new Map<number, readonly [first: number, last: number]>()
      for (const row of allClaimed.iterate()) {
        const [lead, first, last] = row as [number, number, number] // as selected
        times.set(lead, [first, last])
      }
      past = new Float64Array(book.scores.length)
      for (const card of book.cards) {
        if (!card) continue
        const { slot, lead } = card
        const [first, last] = times.get(lead.ref) ?? [null, null]
        const then = { adjusted: adjusted.get(lead.ref) ?? 0, first, last }
        past[slot] = scoreThen(slot, lead.ref, today, then)
      }
    } else if (newest > change) {
      const longer = new Float64Array(book.scores.length)
      longer.set(past.subarray(0, longer.length))
      past = longer
      for (const { ref } of reads.changedSince(change)) {
        const slot = book.cardOf(ref)?.slot
        if (slot === undefined) continue
        const [first, last] = claimed.get(ref) as [number | null, number | null] // as selected
        past[slot] = scoreThen(slot, ref, today, {
          adjusted: Number(givenBy.get(ref, end)),
          first,
          last,
        })
      }
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
  }
}
