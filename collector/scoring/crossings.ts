import { engagementOf } from './score.ts'

/**
 * When a score has crossed a bar that is worth telling: up to 60 points (engagement 2) or 100
 * (engagement 1). A bar counts again only after the score was below four fifths of it, so that a
 * score that trembles around a bar, or loses by night what it gains by day, is told of once.
 */

/** The best level that was told: 1, 2, or 3 for none. */
export type ToldLevel = 1 | 2 | 3

const BARS_MILLI: Readonly<Record<1 | 2, number>> = { 1: 100_000, 2: 60_000 }

/** What a lead's receivers know, and the UTC day on which that was noted. */
export interface Told {
  readonly level: ToldLevel
  readonly day: number
}

export interface Crossing {
  readonly told: ToldLevel
  /** The bar that was crossed, in points; null for none. */
  readonly bar: number | null
}

/** A lead's score on a UTC day: as the day began, which is the lowest since the day before, and as it is now. */
export interface ScoreOfDay {
  readonly day: number
  readonly openingMilli: number
  readonly nowMilli: number
}

/**
 * What has been crossed, from what was told before (null: nobody listened). What the day began with was
 * before whatever was noted on that day, and counts no more then.
 */
export function crossingOf(
  before: Told | null,
  { day, openingMilli, nowMilli }: ScoreOfDay,
): Crossing {
  const lowest = before?.day === day ? nowMilli : Math.min(openingMilli, nowMilli)
  let told = before?.level ?? levelOf(openingMilli)
  while (told !== 3 && 5 * lowest < 4 * BARS_MILLI[told]) told = told === 1 ? 2 : 3
  const level = levelOf(nowMilli)
  if (level === 3 || level >= told) return { told, bar: null }
  return { told: level, bar: BARS_MILLI[level] / 1000 }
}

function levelOf(milli: number): ToldLevel {
  const level = engagementOf(milli)
  return level === 4 ? 3 : level
}
