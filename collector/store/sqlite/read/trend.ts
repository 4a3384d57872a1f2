import { createScoreAt } from '../../../scoring/score.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type { TrendDayJson } from '../../shapes.ts'
import type { createHistoryReader, Past } from './history.ts'
import type { createLeadReader } from './leads.ts'
import type { ReadTools } from './tools.ts'

/**
 * A lead's score at the end of each of the last days, exactly: from events, claims and adjustments up to
 * then. Of days that are over it is remembered, because a list shows many leads: until the lead changes, a
 * claim is added where it was seen, or another model scores; and only where nothing else could change it.
 */
export interface Trends {
  /** In milli-points, the earliest day first, as of now the last; `TREND_DAYS` and one more. */
  of(lead: number, now: number): readonly number[]
}

/** Days of a trend before today. */
export const TREND_DAYS = 30
const MOST_REMEMBERED = 3000

interface Remembered {
  readonly key: string
  readonly days: readonly number[]
}

interface TrendDeps {
  readonly tools: ReadTools
  readonly history: Pick<ReturnType<typeof createHistoryReader>, 'ofLeadAt'>
  readonly leads: Pick<ReturnType<typeof createLeadReader>, 'adjustmentsOf' | 'bucketsOf' | 'holds'>
}

export function createTrends({ tools, history, leads }: TrendDeps): Trends {
  const stateOf = tools.db
    .prepare(
      `SELECT l.changed,
         (SELECT count(*) FROM claim c WHERE c.browser IN
           (SELECT o.browser FROM claim o WHERE o.lead = l.id)),
         (SELECT value FROM counter WHERE site = 0 AND name = 'counts_epoch')
       FROM lead l WHERE l.id = ?`,
    )
    .raw()
  // The least recently used first, as maps keep the order of setting.
  const remembered = new Map<number, Remembered>()

  function read(lead: number, now: number): { past: Past; milli: number[] } {
    const { rules } = tools.current()
    const ends = endsOf(now)
    const past = history.ofLeadAt(lead, ends, rules)
    const adjustments = leads.adjustmentsOf(lead)
    let scoreAt = (_day: number) => 0
    let before: { parts: Past['buckets'][number]; adjusted: number } | null = null
    const milli = ends.map((end, i) => {
      const own = adjustments.filter(({ at }) => at <= end)
      const parts = past.buckets[i] ?? []
      const isSame =
        before?.adjusted === own.length && parts.every((part, n) => part === before?.parts[n])
      if (!isSame) scoreAt = createScoreAt(parts.flat(), rules, own)
      before = { parts, adjusted: own.length }
      return scoreAt(dayOf(end))
    })
    return { past, milli }
  }

  return {
    of(lead, now) {
      const { rules } = tools.current()
      const key = JSON.stringify([dayOf(now), rules.version, stateOf.get(lead)])
      const known = remembered.get(lead)
      remembered.delete(lead)
      if (known?.key === key) {
        remembered.set(lead, known)
        const buckets = leads.bucketsOf(leads.holds.ofLead(lead))
        const own = leads.adjustmentsOf(lead).filter(({ at }) => at <= now)
        return [...known.days, createScoreAt(buckets, rules, own)(dayOf(now))]
      }
      const { past, milli } = read(lead, now)
      if (past.isSettled) remembered.set(lead, { key, days: milli.slice(0, TREND_DAYS) })
      if (remembered.size > MOST_REMEMBERED) {
        const [oldest] = remembered.keys()
        if (oldest !== undefined) remembered.delete(oldest)
      }
      return milli
    },
  }
}

/** The ends of the days of a trend; of today, now. */
export function endsOf(now: number): number[] {
  const today = dayOf(now)
  return Array.from({ length: TREND_DAYS + 1 }, (_, i) =>
    Math.min(now, (today - TREND_DAYS + i + 1) * DAY_MS - 1),
  )
}

export function trendJson(milli: readonly number[], now: number): TrendDayJson[] {
  const first = dayOf(now) - TREND_DAYS
  return milli.map((score_milli, i) => ({
    day: new Date((first + i) * DAY_MS).toISOString().slice(0, 10),
    score: score_milli / 1000,
    score_milli,
  }))
}
