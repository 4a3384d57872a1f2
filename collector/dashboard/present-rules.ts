import type { Model, RuleSpec } from '../scoring/model.ts'
import { compileTables, grossMilli, weightOf } from '../scoring/tables.ts'
import type { ModelJson, RuleLatelyJson } from '../store/shapes.ts'
import { type LineShape, lineShape } from './chart.ts'
import { hrefOf, leadHref, pathOf } from './links.ts'
import {
  durationWords,
  listWords,
  percentWords,
  plural,
  shortPoints,
  type When,
  whenOf,
} from './words.ts'

/** The rules of the model in words, with what each matched lately, and the curves of one of them. */

export interface RuleView {
  readonly id: string
  readonly href: string
  readonly label: string
  readonly isChosen: boolean
  readonly counts: string
  readonly points: string
  readonly how: string
  readonly isRaise: boolean
  readonly week: string
  readonly month: string
  readonly monthTitle: string
  readonly spark: LineShape | null
  /** Of all points that rules give or take, in percent. */
  readonly share: number
  readonly shareWords: string
  readonly tone: 'plus' | 'minus'
  readonly given: string
  readonly newest: readonly MatchView[]
  readonly warning: string | null
}

export interface MatchView {
  readonly href: string
  readonly who: string
  readonly when: When
  readonly page: string | null
}

export interface CurveView {
  readonly id: string
  readonly title: string
  readonly shape: LineShape
  readonly from: string
  readonly to: string
  readonly columns: readonly [string, string]
  readonly rows: readonly (readonly [string, string])[]
}

export interface ChosenView {
  readonly label: string
  readonly explained: readonly string[]
  readonly curves: readonly CurveView[]
  readonly newest: readonly MatchView[]
}

export interface ModelView {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly silent: string | null
  readonly rules: readonly RuleView[]
  readonly chosen: ChosenView | null
}

export const SPARK = { width: 92, height: 24, inset: 2 }
export const CURVE = { width: 240, height: 84, inset: 3 }

export interface ModelSource {
  readonly stored: ModelJson
  readonly model: Model
  readonly lately: readonly RuleLatelyJson[]
  readonly chosen: string | undefined
  readonly now: number
}

export function presentModel({ stored, model, lately, chosen, now }: ModelSource): ModelView {
  const of = new Map(lately.map((one) => [one.rule, one]))
  const total = lately.reduce((sum, { milli }) => sum + Math.abs(milli), 0)
  const strongest = lately.reduce<RuleLatelyJson | null>(
    (best, one) => (best && best.milli >= one.milli ? best : one),
    null,
  )
  const rule = model.rules.find(({ id }) => id === chosen) ?? ruleOf(model, strongest?.rule)
  const rules = model.rules.map((spec) =>
    presentRule({ spec, model, found: of.get(spec.id), total, now, isChosen: spec === rule }),
  )
  const silent = rules.filter(({ warning }) => warning !== null).length
  // On a store that nobody has come to, no rule is to blame.
  const isStill = silent === rules.length
  return {
    name: stored.name,
    version: `Version ${stored.version}`,
    summary: summaryOf(model),
    silent: isStill
      ? 'No lead did anything in 30 days, so no rule has matched yet'
      : silent === 0
        ? null
        : `${plural(silent, 'rule')} matched no lead in 30 days`,
    rules: isStill ? rules.map((one) => ({ ...one, warning: null })) : rules,
    chosen: rule ? presentChosen(rule, model, of.get(rule.id), now) : null,
  }
}

function ruleOf(model: Model, id: string | undefined): RuleSpec | undefined {
  return model.rules.find((rule) => rule.id === id) ?? model.rules[0]
}

function summaryOf({ mql }: Model): string {
  const days = plural(mql.min_active_days, 'active day')
  return (
    `A lead qualifies at ${mql.enter} points on ${days} with fit ${mql.min_fit} or better, or at once when it asks to talk. ` +
    `Below ${mql.exit} points for ${plural(mql.dwell_days, 'day')} it goes back to lead.`
  )
}

interface RuleSource {
  readonly spec: RuleSpec
  readonly model: Model
  readonly found: RuleLatelyJson | undefined
  readonly total: number
  readonly now: number
  readonly isChosen: boolean
}

function presentRule({ spec, model, found, total, now, isChosen }: RuleSource): RuleView {
  const share = total === 0 || !found ? 0 : (100 * Math.abs(found.milli)) / total
  const isSilent = !found || found.month.leads === 0
  return {
    id: spec.id,
    href: `${hrefOf('/model', { rule: spec.id })}#chosen`,
    label: spec.label,
    isChosen,
    counts: capital(countsWords(spec, model.pages)),
    points: pointsWords(spec.points),
    how: howWords(spec),
    isRaise: spec.hand_raise,
    week: stretchWords(found?.week),
    month: stretchWords(found?.month),
    monthTitle: found ? leadsByDay(found.days) : '',
    spark: isSilent ? null : lineShape(found.days, SPARK),
    share: Math.round(10 * share) / 10,
    shareWords: share > 0 && share < 1 ? `under ${percentWords(1)}` : percentWords(share),
    tone: (found?.milli ?? 0) < 0 ? 'minus' : 'plus',
    given: found?.leads
      ? `${shortPoints(found.milli)} points, ${plural(found.leads, 'lead')}`
      : 'no points now',
    newest: matchesOf(found, now),
    warning: isSilent ? silenceOf(spec) : null,
  }
}

function silenceOf({ where, on }: RuleSpec): string {
  if (where.path || where.page) return 'Matched no lead in 30 days: is the path right?'
  if (where.props || where.source || where.host) {
    return 'Matched no lead in 30 days: are its conditions right?'
  }
  return `Matched no lead in 30 days: is ${listWords(on)} sent?`
}

function matchesOf(found: RuleLatelyJson | undefined, now: number): readonly MatchView[] {
  return (found?.newest ?? []).map(({ id, email, name, at, url }) => ({
    href: leadHref(id),
    who: name ?? email ?? 'Unnamed lead',
    when: whenOf(at, now),
    page: url === null ? null : pathOf(url),
  }))
}

function stretchWords(stretch: RuleLatelyJson['week'] | undefined): string {
  if (!stretch || stretch.leads === 0) return 'none'
  const amount =
    stretch.events === 0 ? durationWords(stretch.engaged_ms) : plural(stretch.events, 'time')
  return `${plural(stretch.leads, 'lead')}, ${amount}`
}

function leadsByDay(days: readonly number[]): string {
  return `Leads by day, oldest first: ${days.join(', ')}`
}

/** What the events are called that a rule counts. */
const EVENTS: Readonly<Record<string, string>> = {
  page_view: 'page views',
  engaged_time: 'time',
  session: 'visits',
  landing: 'landings',
  view_item: 'products viewed',
  view_search_results: 'searches',
  file_download: 'downloads',
  video_progress: 'videos in progress',
  video_complete: 'videos watched to the end',
  sign_up: 'sign-ups',
  form_submit: 'forms submitted',
  generate_lead: 'contact forms',
  request_demo: 'requests for a demo',
  request_quote: 'for a quote',
  request_call: 'for a call',
  webinar_register: 'webinar registrations',
  webinar_attend: 'webinars attended',
  add_to_wishlist: 'additions to a wish list',
  add_to_cart: 'additions to a cart',
  begin_checkout: 'checkouts begun',
  email_click: 'clicks in e-mails',
  trial_start: 'trials started',
  unsubscribe: 'unsubscriptions',
}

const SIGNS: Readonly<Record<string, string>> = { '>=': '≥', '<=': '≤' }

/** "page views of /pricing*, /plans*", "landings where paid is true". */
function countsWords({ on, where }: RuleSpec, pages: Model['pages']): string {
  const what = listWords(on.map((name) => EVENTS[name] ?? `${name.replace(/[_-]+/g, ' ')} events`))
  const paths = [...((where.page && pages[where.page]) || []), ...(where.path ?? [])]
  const conditions = Object.entries(where.props ?? {}).map(([name, value]) => {
    const values = [value].flat().map(String)
    const [, sign, bound] = /^([<>]=?)(.+)$/.exec(values[0] ?? '') ?? []
    return sign ? `${name} ${SIGNS[sign] ?? sign} ${bound}` : `${name} is ${values.join(' or ')}`
  })
  const parts = [
    what,
    ...(paths.length > 0
      ? [`${on.includes('engaged_time') ? 'on' : 'of'} ${paths.join(', ')}`]
      : []),
    ...(where.host ? [`at ${where.host.join(', ')}`] : []),
    ...(where.source ? [`from ${where.source.join(', ')}`] : []),
    ...(conditions.length > 0 ? [`where ${listWords(conditions)}`] : []),
  ]
  return parts.join(' ')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function pointsWords(points: number): string {
  return points < 0 ? `\u2212${Math.abs(points)}` : `+${points}`
}

function howWords(rule: RuleSpec): string {
  const most = rule.max_per_day >= 1000 ? [] : [`at most ${rule.max_per_day} a day`]
  const parts =
    rule.saturation_s !== undefined
      ? [`63 % of it after ${rule.saturation_s} s`]
      : rule.repeat === 0 || rule.max_per_day === 1
        ? ['once a day']
        : [...(rule.repeat === 1 ? [] : [`repeats ${percentWords(100 * rule.repeat)}`]), ...most]
  const cap = rule.cap === undefined ? 'no cap' : `cap ${rule.cap}`
  return [...parts, `halves in ${plural(rule.half_life_days, 'day')}`, cap].join(' · ')
}

/** Seconds of one day in the table of the second curve, and where the curve ends. */
const SECONDS: readonly number[] = [0, 10, 20, 30, 60, 120, 180, 300, 600]
const LONG_S = 600
const STEPS = 24
/** Half-lives that the first curve looks at; more where they are shorter than days. */
const LIVES = 4

function presentChosen(
  spec: RuleSpec,
  model: Model,
  found: RuleLatelyJson | undefined,
  now: number,
): ChosenView {
  const tables = compileTables(spec)
  const full = 1000 * Math.abs(spec.points)
  // At equal distances, as a line takes them: weights are of whole days.
  const stride = Math.max(1, Math.ceil((LIVES * spec.half_life_days) / STEPS))
  const lastDay = stride * STEPS
  const days = Array.from({ length: STEPS + 1 }, (_, i) => stride * i)
  const decayed = days.map((day) => (full * weightOf(tables, day)) / 1e9)
  const isTime = spec.saturation_s !== undefined
  const most = Math.min(spec.max_per_day, 8)
  const amounts = isTime ? SECONDS : Array.from({ length: most + 1 }, (_, n) => n)
  const pointsOf = (amount: number) =>
    Math.abs(isTime ? grossMilli(tables, 0, 1000 * amount) : grossMilli(tables, amount, 0)) / 1000
  const even = isTime ? Array.from({ length: STEPS + 1 }, (_, i) => (i * LONG_S) / STEPS) : amounts
  const row = (name: string, value: number) => [name, shortPoints(1000 * value)] as const
  const decay: CurveView = {
    id: 'decay',
    title: 'How it fades',
    shape: lineShape(decayed, CURVE),
    from: 'today',
    to: plural(lastDay, 'day'),
    columns: ['Age', 'Points'],
    rows: [0, 1, 2, 3, 4].map((lives) => {
      const day = Math.round(lives * spec.half_life_days)
      return row(plural(day, 'day'), (full * weightOf(tables, day)) / 1e9)
    }),
  }
  const day: CurveView = {
    id: 'day',
    title: isTime ? 'What time on a day gives' : 'What repeats on a day give',
    shape: lineShape(even.map(pointsOf), CURVE),
    from: isTime ? '0 s' : 'none',
    to: isTime ? durationWords(1000 * LONG_S) : plural(most, 'time'),
    columns: [isTime ? 'Time' : 'Times', 'Points'],
    rows: amounts.map((amount) => row(isTime ? `${amount} s` : String(amount), pointsOf(amount))),
  }
  return {
    label: spec.label,
    explained: explain(spec, model),
    curves: isTime || most > 1 ? [decay, day] : [decay],
    newest: matchesOf(found, now),
  }
}

/** How the rule counts, in sentences. */
function explain(spec: RuleSpec, model: Model): readonly string[] {
  const points = plural(Math.abs(spec.points), 'point')
  const gives = spec.points < 0 ? `takes ${points}` : `gives ${points}`
  const first =
    spec.saturation_s !== undefined
      ? `Time on a day ${gives} at most: 63 % of them after ${spec.saturation_s} s, nearly all after ${durationWords(4000 * spec.saturation_s)}.`
      : spec.repeat === 0 || spec.max_per_day === 1
        ? `It ${gives}, once a day.`
        : `The first of a day ${gives}${spec.repeat === 1 ? ', and so does each repeat' : `, each repeat ${percentWords(100 * spec.repeat)} of the one before`}.`
  const fade = `What a day gave is worth half after ${plural(spec.half_life_days, 'day')}.`
  const cap =
    spec.cap === undefined
      ? []
      : [`All days together never count for more than ${plural(spec.cap, 'point')}.`]
  const raise = spec.hand_raise ? ['Whoever does it qualifies at once, whatever the score.'] : []
  return [`Counts ${countsWords(spec, model.pages)}.`, first, fade, ...cap, ...raise]
}
