import { scoreSlot } from '../../../scoring/score-all.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type { LeadBook } from './book.ts'
import type { RowReads } from './lead-rows.ts'
import type { ReadTools } from './tools.ts'

/**
 * By how much each lead's score differs from that at the end of the UTC day a week ago, for lists that are
 * sorted by it: out of the counts in memory, made once a day and brought up to date by what changed.
 *
 * Counts say what is known today. As of a past day they differ from the events up to then where a browser
 * was linked to a lead only later (one that was not known at all by then counts from zero, as it should),
 * where engagement was reported after midnight of a view that began before, and where a session was proven,
 * or a link undone or passed on, in between. So this chooses the order alone, and the change that is shown
 * beside a lead is read from its events; see trend.ts.
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
  const knownSince = db.prepare('SELECT min(at) FROM claim WHERE lead = ?').pluck()
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
    const since = knownSince.get(lead)
    const wasKnown = typeof since === 'number' && since < (day + 1) * DAY_MS
    return wasKnown ? score : Math.max(0, adjusted)
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
