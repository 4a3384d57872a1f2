import type { ListedLeadJson, Stage } from '../store/shapes.ts'
import { sparkShape } from './chart.ts'
import { leadHref, pathOf } from './links.ts'
import {
  leadName,
  leadNote,
  presentScore,
  type ScoreView,
  stageWords,
  topReason,
  traitOf,
} from './present.ts'
import { sourceWords } from './vocabulary.ts'
import { maybeWhen, percentWords, plural, shortPoints, type When } from './words.ts'

/** One lead as a row of the list: everything any column shows. */

export interface LeadRow {
  readonly id: string
  readonly href: string
  readonly who: string
  readonly note: string
  readonly score: ScoreView
  /** "top 7 %"; empty for the lower half, and for who has no points. */
  readonly standing: string
  readonly trend: SparkView
  readonly change: ChangeView
  /** Short where marketers know the short form. */
  readonly stage: string
  readonly stageWords: string
  readonly stageKey: string
  readonly why: string
  readonly firstSource: string
  /** Null where the last source is the first. */
  readonly lastSource: string | null
  readonly seen: When | null
  readonly firstSeen: When | null
  readonly email: string
  readonly company: string
  readonly job: string
  readonly fit: string
  readonly campaign: string
  readonly landing: string
  readonly user: string
}

export interface SparkView {
  readonly viewBox: string
  readonly line: string
  readonly last: { readonly x: number; readonly y: number }
  /** What the line shows. */
  readonly words: string
}

export interface ChangeView {
  readonly words: string
  readonly tone: 'plus' | 'minus' | 'same'
  /** "From 12.3 at the end of 22 Nov". */
  readonly hint: string
}

const SHORT_STAGES: Partial<Record<Stage, string>> = { mql: 'MQL', sql: 'SQL' }
const SPARK = { width: 100, height: 26, inset: 3 }
/** A line of people with few points stays low, instead of filling its height with noise. */
const LEAST_TOP = 30_000
const DAY_MS = 86_400_000
const WEEK_DAYS = 7
const dates = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })

export function presentRow(lead: ListedLeadJson, now: number): LeadRow {
  const first = sourceWords(lead.first_touch)
  const last = sourceWords(lead.last_touch)
  const touch = lead.last_non_direct_touch ?? lead.first_touch
  return {
    id: lead.id,
    href: leadHref(lead.id),
    who: leadName(lead),
    note: leadNote(lead),
    score: presentScore(lead),
    standing: topWords(lead),
    trend: presentSpark(lead.trend_milli, now),
    change: presentChange(lead, now),
    stage: SHORT_STAGES[lead.stage] ?? stageWords(lead),
    stageWords: stageWords(lead),
    stageKey: lead.stage,
    why: topReason(lead),
    firstSource: first ?? last ?? 'Unknown',
    lastSource: first !== null && last !== null && last !== first ? last : null,
    seen: maybeWhen(lead.last_seen_at, now),
    firstSeen: maybeWhen(lead.first_seen_at, now),
    email: lead.email ?? '–',
    company: traitOf(lead, 'company', 'company_name', 'organization') ?? '–',
    job: traitOf(lead, 'job_title', 'title') ?? '–',
    fit: lead.fit.letter ? `${lead.fit.letter} · ${plural(lead.fit.points, 'point')}` : 'Unknown',
    campaign: touch?.campaign ?? '–',
    landing: lead.first_touch?.landing ? pathOf(lead.first_touch.landing) : '–',
    user: lead.user_id ?? '–',
  }
}

/** Of the lower half it would say nothing that the score doesn't. */
function topWords({
  percentile,
  score_milli,
}: Pick<ListedLeadJson, 'percentile' | 'score_milli'>): string {
  if (percentile === null || percentile < 50 || score_milli === 0) return ''
  return percentile >= 100 ? 'top lead' : `top ${percentWords(100 - percentile)}`
}

/** The day, in UTC, at whose end the change begins: "22 Nov". */
export function weekAgoWords(now: number): string {
  return dates.format(now - WEEK_DAYS * DAY_MS)
}

function presentChange({ change_milli, score_milli }: ListedLeadJson, now: number): ChangeView {
  const size = shortPoints(Math.abs(change_milli))
  // What is cut to "0.0" has no direction either.
  const tone = Math.abs(change_milli) < 100 ? 'same' : change_milli > 0 ? 'plus' : 'minus'
  const sign = { plus: '+', minus: '\u2212', same: '' }[tone]
  const before = shortPoints(score_milli - change_milli)
  return {
    words: `${sign}${size}`,
    tone,
    hint: `From ${before} at the end of ${weekAgoWords(now)} (UTC)`,
  }
}

/** The days of a trend end with today. */
function presentSpark(milli: readonly number[], now: number): SparkView {
  const { width, height } = SPARK
  const most = Math.max(0, ...milli)
  const on = now - (milli.length - 1 - milli.lastIndexOf(most)) * DAY_MS
  const [from, to] = [milli[0] ?? 0, milli.at(-1) ?? 0]
  const words =
    most === 0
      ? 'No points in 30 days'
      : `30 days: from ${shortPoints(from)} to ${shortPoints(to)} points, highest ${shortPoints(most)} on ${dates.format(on)}`
  return { viewBox: `0 0 ${width} ${height}`, ...sparkShape(milli, SPARK, LEAST_TOP), words }
}
