import type { ProspectJson, StepJson } from '../store/explained.ts'
import type { DecisionJson, LeadJson } from '../store/shapes.ts'
import { STAGES } from './vocabulary.ts'
import { listWords, maybeWhen, plural, shortPoints, type When, whenOf } from './words.ts'

/**
 * What is missing to an MQL, in words. Whether something holds, what the clock will decide and what a
 * step would change was decided by the stage machine; here it is only said.
 */

export interface ConditionView {
  readonly holds: boolean
  readonly words: string
  readonly detail: string
}

export interface StepView {
  readonly words: string
  readonly gain: string
  readonly isMql: boolean
}

export interface ProspectView {
  readonly title: string
  readonly tone: 'open' | 'reached' | 'barred' | 'sales'
  readonly headline: string
  /** What comes by itself, and until when; empty where nothing does. */
  readonly note: string
  /** The way to the bar, 0–100; null where there is none left to go. */
  readonly share: number | null
  readonly conditions: readonly ConditionView[]
  readonly stepsTitle: string
  readonly steps: readonly StepView[]
  readonly since: When | null
}

export interface ProspectSource {
  readonly lead: LeadJson
  readonly prospect: ProspectJson
  readonly decisions: readonly DecisionJson[]
  readonly now: number
}

const SHOWN_STEPS = 3

export function presentProspect(source: ProspectSource): ProspectView {
  const { lead, prospect } = source
  if (prospect.is_with_sales) return withSales(source)
  if (lead.stage === 'mql') return qualified(source)
  const conditions = conditionsOf(source)
  const missing = missingOf(source)
  return {
    title: 'What is missing to MQL',
    tone: prospect.is_included ? 'open' : 'barred',
    headline: headlineOf(source, missing),
    note: comingWords(source),
    share: prospect.is_over_bar
      ? null
      : Math.max(0, Math.min(100, Math.floor(lead.score_milli / (10 * prospect.enter)))),
    conditions,
    ...stepsOf(prospect),
    since: null,
  }
}

function headlineOf({ lead, prospect }: ProspectSource, missing: readonly string[]): string {
  if (!prospect.is_included) return `Can’t become an MQL: ${lead.excluded ?? 'excluded'}.`
  if (missing.length > 0) return `${capital(listWords(missing))}.`
  if (prospect.ready_at) return 'Everything is there, but for the time between two times as an MQL.'
  return 'Everything is there: it becomes an MQL within moments.'
}

/** "12.6 points", "one more active day", in the order of the conditions. */
function missingOf({ lead, prospect }: ProspectSource): string[] {
  const points = prospect.enter * 1000 - lead.score_milli
  const days = prospect.min_active_days - prospect.active_days
  return [
    // Rounded up: 0.04 points are missing too.
    ...(prospect.is_over_bar ? [] : [`${shortPoints(Math.ceil(points / 100) * 100)} points`]),
    ...(prospect.is_active
      ? []
      : [days === 1 ? 'one more active day' : `${days} more active days`]),
    ...(prospect.is_fit ? [] : [`a fit of ${prospect.min_fit} or better`]),
  ]
}

function conditionsOf({ lead, prospect, now }: ProspectSource): ConditionView[] {
  const by = lead.user_id && lead.email ? 'e-mail and user id' : lead.email ? 'e-mail' : 'user id'
  const { letter } = lead.fit
  const ready = maybeWhen(prospect.ready_at, now)
  return [
    {
      holds: prospect.is_over_bar,
      words: `Score of ${prospect.enter} or more`,
      detail: `${shortPoints(lead.score_milli)} now`,
    },
    {
      holds: prospect.is_active,
      words: `Active on ${plural(prospect.min_active_days, 'day')} or more`,
      detail: plural(prospect.active_days, 'day'),
    },
    {
      holds: prospect.is_fit,
      words: `Fit of ${prospect.min_fit} or better`,
      detail: letter ?? 'unknown, no obstacle',
    },
    { holds: true, words: 'Known', detail: `by ${by}` },
    { holds: prospect.is_included, words: 'Not excluded', detail: lead.excluded ?? '' },
    ...(ready
      ? [{ holds: false, words: 'Cool-down over', detail: `on ${dateWords(prospect.ready_at)}` }]
      : []),
  ]
}

function comingWords({ prospect }: ProspectSource): string {
  const { next, ready_at } = prospect
  if (next?.to === 'mql') return `If nothing changes, it qualifies on ${dateWords(next.at)}.`
  if (!ready_at) return ''
  const days = plural(prospect.cool_down_days, 'day')
  return `It can qualify by its score again from ${dateWords(ready_at)}, ${days} after the last time. A hand raise counts at once.`
}

function qualified({ lead, prospect, decisions, now }: ProspectSource): ProspectView {
  // Sales’ word taken back makes it an MQL again, but not anew: it has been one since the score said so.
  const last =
    decisions.find(({ to, by }) => to === 'mql' && by !== 'sales') ??
    decisions.find(({ to }) => to === 'mql')
  const how = last?.by === 'hand_raise' ? 'by a hand raise' : 'by its score'
  return {
    title: 'Marketing-qualified',
    tone: 'reached',
    headline: last
      ? `An MQL ${how}, with ${shortPoints(last.score_milli)} points then. Sales is next.`
      : 'An MQL. Sales is next.',
    note: fallWords(lead, prospect),
    share: null,
    conditions: [],
    stepsTitle: '',
    steps: [],
    since: last ? whenOf(last.at, now) : null,
  }
}

function fallWords(lead: LeadJson, prospect: ProspectJson): string {
  const { next, exit, dwell_days } = prospect
  if (prospect.is_worked) return 'Sales works on it, so it stays one, whatever the score does.'
  if (next?.to !== 'lead') return ''
  const day = dateWords(next.at)
  const isBelow = prospect.below_since !== null && lead.score_milli < exit * 1000
  return isBelow
    ? `The score is below ${exit}. It falls back to lead on ${day}, unless it gets there again before.`
    : `If nothing new happens, the score falls below ${exit} and, ${plural(dwell_days, 'day')} later, on ${day}, it is a lead again.`
}

function withSales({ lead, decisions, now }: ProspectSource): ProspectView {
  const last = decisions[0]
  return {
    title: STAGES[lead.stage],
    tone: 'sales',
    headline: SALES_WORDS[lead.stage] ?? 'Sales has the word.',
    note: 'The score goes on, but sales’ word wins. Recycle the lead to let the score decide again.',
    share: null,
    conditions: [],
    stepsTitle: '',
    steps: [],
    since: last ? whenOf(last.at, now) : null,
  }
}

const SALES_WORDS: Readonly<Record<string, string>> = {
  sql: 'Sales has qualified this lead.',
  opportunity: 'There is an open deal.',
  won: 'A customer now.',
  lost: 'The deal was lost.',
  disqualified: 'Sales does not want this lead.',
}

function stepsOf({ steps }: ProspectJson): Pick<ProspectView, 'steps' | 'stepsTitle'> {
  const tipping = steps.filter((step) => step.is_mql)
  const shown = (tipping.length > 0 ? tipping : steps).slice(0, SHOWN_STEPS)
  return {
    stepsTitle:
      tipping.length > 0 ? 'Any of these makes it an MQL at once' : 'What would help most',
    steps: shown.map(presentStep),
  }
}

function presentStep({ label, unit, gain_milli, is_mql }: StepJson): StepView {
  return {
    words: unit === 'minute' ? `${label}, one minute more` : label,
    gain: `+${shortPoints(gain_milli)}`,
    isMql: is_mql,
  }
}

const days = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long' })

function dateWords(iso: string | null): string {
  return iso === null ? '' : days.format(Date.parse(iso))
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
