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

export function createWeek(
  tools: ReadTools,
  book: LeadBook,
  reads: Pick<RowReads, 'changedSince' | 'newestChange' | 'epoch'>,
): Week {
  const { db } = tools
  const firstClaim = db.prepare('SELECT min(at) FROM claim WHERE lead = ?').pluck()
  const lastClaim = db.prepare('SELECT max(at) FROM claim WHERE lead = ?').pluck()
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

  function scoreThen(slot: number, lead: number, today: number, adjusted: number): number {
    const day = today - WEEK_DAYS
    const counts = { counts: book.counts, model: tools.current().rules, day, beforeDay: day + 1 }
    const score = scoreSlot(counts, slot, adjusted)
    if (score === 0) return 0
    const end = (day + 1) * DAY_MS
    if (Number(firstClaim.get(lead) ?? end) >= end) return Math.max(0, adjusted)
    if (Number(lastClaim.get(lead)) < end) return score
    const buckets = ofLinkedBy.all({ lead, day: day + 1, end }).map(bucketOf)
    const given = [{ label: '', milli: adjusted, at: end }]
    return createScoreAt(buckets, counts.model, given)(day)
  }

  function refresh(now: number): void {
    const today = dayOf(now)
    const end = (today - WEEK_DAYS + 1) * DAY_MS - 1
    const asked = `${today} ${tools.activeVersion()} ${reads.epoch()}`
    const newest = reads.newestChange()
    if (asked !== state) {
      const adjusted = new Map(given.all(end) as [number, number][])
      past = new Float64Array(book.scores.length)
      for (const card of book.cards) {
        if (!card) continue
        const { slot, lead } = card
        past[slot] = scoreThen(slot, lead.ref, today, adjusted.get(lead.ref) ?? 0)
      }
    } else if (newest > change) {
      const longer = new Float64Array(book.scores.length)
      longer.set(past.subarray(0, longer.length))
      past = longer
      for (const { ref } of reads.changedSince(change)) {
        const slot = book.cardOf(ref)?.slot
        if (slot === undefined) continue
        past[slot] = scoreThen(slot, ref, today, Number(givenBy.get(ref, end)))
      }
    }
    state = asked
    change = newest
  }

  return {
    changes(now) {
      refresh(now)
      return book.scores.map((score, slot) => score - (past[slot] ?? 0))
    },
  }
}
