import type { RuleDay, RuleExplained } from '../store/explained.ts'
import type { Reason } from '../store/shapes.ts'
import { measureOf } from './vocabulary.ts'
import {
  type DayView,
  dayOfWords,
  durationWords,
  exactPoints,
  plural,
  shortPoints,
  signedPoints,
} from './words.ts'

/** A line of the receipt, opened: how it came about, what each day gave, and what time will make of it. */

export interface RuleDayView {
  readonly day: DayView
  readonly measure: string
  /** "15.000 × 0.81", what to type into a calculator. */
  readonly sum: string
  readonly points: string
}

export interface RuleView {
  /** "3 views on 2 days". */
  readonly measure: string
  /** "72.5 points when earned, 57.6 left"; empty where nothing has decayed. */
  readonly earned: string
  /** Half of the line is gone, if nothing new happens. */
  readonly halves: DayView
  readonly days: readonly RuleDayView[]
  /** How the rule counts, in sentences. */
  readonly how: readonly string[]
}

export function presentRule(reason: Reason, rule: RuleExplained): RuleView {
  const gross = rule.days.reduce((sum, day) => sum + day.gross_milli, 0)
  return {
    measure: measureWords(reason, rule),
    earned:
      gross === reason.milli
        ? ''
        : `${shortPoints(gross)} points when earned, ${shortPoints(reason.milli)} left`,
    halves: dayOfWords(rule.halves_on),
    days: rule.days.map((day) => presentDay(day, rule, reason)),
    how: [...repeatWords(rule), `Points halve every ${plural(rule.half_life_days, 'day')}.`],
  }
}

/** Of the days that still give something, so that it says what the lines below it sum up. */
function measureWords(reason: Reason, rule: RuleExplained): string {
  const days = plural(rule.days.length, 'day')
  const measure = measureOf({ ...reason, ...totalsOf(rule) })
  if (measure === null) return `on ${days}`
  return rule.days.length === 1 ? measure : `${measure} on ${days}`
}

function totalsOf({ days, saturation_s }: RuleExplained) {
  const count = days.reduce((sum, day) => sum + day.count, 0)
  const engaged_ms = days.reduce((sum, day) => sum + day.engaged_ms, 0)
  return { count, ...(saturation_s !== null && { engaged_ms }) }
}

function presentDay(day: RuleDay, rule: RuleExplained, reason: Reason): RuleDayView {
  const isTime = rule.saturation_s !== null
  const { count, engaged_ms } = day
  const measure = measureOf({ ...reason, count, ...(isTime && { engaged_ms }) }) ?? ''
  const isOver = !isTime && count > rule.max_per_day
  return {
    day: dayOfWords(day.day),
    measure: isOver ? `${measure}, ${rule.max_per_day} counted` : measure,
    sum: `${exactPoints(day.gross_milli)} × ${day.weight / 1_000_000}`,
    points: signedPoints(day.milli),
  }
}

const MOST_NAMED = 100

function repeatWords(rule: RuleExplained): string[] {
  const { repeat, max_per_day: most, saturation_s: seconds, points } = rule
  if (seconds !== null) {
    const first = durationWords(seconds * 1000)
    return [`A day’s time gives at most ${points} points, 63 % of them in the first ${first}.`]
  }
  if (most === 1 || repeat === 0) return ['It counts once a day.']
  const limit = most < MOST_NAMED ? `, up to ${most} a day` : ''
  if (repeat === 1) return [`Each counts ${plural(points, 'point')}${limit}.`]
  const share = repeat === 0.5 ? 'half' : `${Math.round(repeat * 100)} %`
  return [`The 2nd in a day counts ${share} of the 1st, the 3rd ${share} of that${limit}.`]
}
