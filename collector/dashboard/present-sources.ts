import type { Share } from '../scoring/proportion.ts'
import type { FunnelJson, SourceRowJson, SourcesJson, TouchChoice } from '../store/reports.ts'
import { type FunnelShape, funnelShape } from './funnel-shape.ts'
import type { LinkView } from './present.ts'
import {
  columnsOf,
  presentRow,
  type RateView,
  rateView,
  type SourceColumn,
  type SourceRow,
  sortRows,
  sourceName,
  TAB_WORDS,
  topsOf,
  valueWords,
} from './present-source-rows.ts'
import { PERIODS, type Period, type SourceFilters, sourcesHref, TABS } from './source-filters.ts'
import { channelWords } from './vocabulary.ts'
import { countWords, plural, type When, whenOf } from './words.ts'

/** Sources: the funnel of everybody, and of each channel, source, campaign or landing page. */

export interface StepView {
  readonly key: string
  readonly label: string
  readonly count: string
  readonly rate: RateView | null
  /** "of leads" */
  readonly of: string
}

export interface SourcesView {
  readonly periods: readonly LinkView[]
  readonly touches: readonly LinkView[]
  readonly tabs: readonly LinkView[]
  readonly chips: readonly { readonly label: string; readonly href: string }[]
  readonly steps: readonly StepView[]
  readonly shape: FunnelShape
  /** How long it took, what was won, what was left out. */
  readonly facts: readonly string[]
  readonly caption: string
  readonly columns: readonly SourceColumn[]
  readonly rows: readonly SourceRow[]
  readonly more: string | null
  readonly csvHref: string
  /** Said where visitors were not counted just now. */
  readonly counted: When | null
  readonly cohort: string
  readonly touchWords: string
  readonly empty: 'none' | 'period' | null
  readonly allHref: string
  /** Shown where no link is tagged: how to do it, with an address of the own site. */
  readonly example: string | null
}

const SHOWN_ROWS = 50
const PERIOD_WORDS: Readonly<Record<Period, string>> = {
  '30': '30 days',
  '90': '90 days',
  '365': '365 days',
  all: 'All time',
}
const TOUCH_WORDS: Readonly<Record<TouchChoice, { label: string; words: string }>> = {
  first: { label: 'First touch', words: 'the visit that brought them the first time' },
  last: { label: 'Last touch', words: 'the latest visit that had a landing page' },
  last_non_direct: {
    label: 'Last, not direct',
    words: 'the latest visit that somebody or something sent; direct where none was',
  },
}

export interface SourcesPage {
  readonly report: SourcesJson
  readonly filters: SourceFilters
  readonly now: number
  /** An address of the site, for examples. */
  readonly origin: string
  /** Nobody was ever seen, whatever the period. */
  readonly isUntouched: boolean
}

export function presentSources(page: SourcesPage): SourcesView {
  const { report, filters, now, origin, isUntouched } = page
  const { total, data, others } = report
  const sorted = sortRows(data, filters.sort)
  const tops = topsOf(data, total)
  const shown = sorted.slice(0, SHOWN_ROWS)
  const rowOf = (row: SourceRowJson) => presentRow(row, { filters, total, tops })
  const hidden = sorted.length - shown.length + report.others_count
  const isNobody = total.visitors === 0 && total.leads === 0
  const isNarrow = filters.period !== 'all' || chipsOf(filters).length > 0
  const isUntagged =
    filters.by === 'campaign' && data.length > 0 && data.every(({ name }) => name === null)
  return {
    periods: PERIODS.map((period) => ({
      label: PERIOD_WORDS[period],
      href: sourcesHref(filters, { period }),
      current: period === filters.period,
    })),
    touches: (['first', 'last', 'last_non_direct'] as const).map((touch) => ({
      label: TOUCH_WORDS[touch].label,
      href: sourcesHref(filters, { touch }),
      current: touch === filters.touch,
    })),
    tabs: TABS.map((by) => ({
      label: TAB_WORDS[by],
      href: sourcesHref(filters, { by }),
      current: by === filters.by,
    })),
    chips: chipsOf(filters),
    steps: stepsOf(total),
    shape: funnelShape([total.visitors, total.leads, total.mql, total.sql, total.won]),
    facts: factsOf(report),
    caption: `Where people came from, by ${TAB_WORDS[filters.by].toLowerCase()}`,
    columns: columnsOf(filters),
    rows: [
      ...shown.map(rowOf),
      ...(others && hidden === report.others_count ? [rowOf(others)] : []),
    ],
    more: hidden > 0 ? moreWords(hidden) : null,
    csvHref: sourcesHref(filters, {}, '/sources.csv'),
    counted: now - Date.parse(report.as_of) >= 1000 ? whenOf(report.as_of, now) : null,
    cohort: cohortWords(filters.period),
    touchWords: TOUCH_WORDS[filters.touch].words,
    empty: isNobody ? (isNarrow && !isUntouched ? 'period' : 'none') : null,
    allHref: sourcesHref(filters, { period: 'all', ...NOT_NARROW }),
    example:
      isUntagged || (isNobody && (!isNarrow || isUntouched)) ? `${origin}/guide${EXAMPLE}` : null,
  }
}

const EXAMPLE = '?utm_source=newsletter&utm_medium=email&utm_campaign=spring-offer'
const NOT_NARROW = { channel: '', source: '', medium: '', campaign: '' }

function cohortWords(period: Period): string {
  return period === 'all'
    ? 'Everybody who was ever seen.'
    : `People who were first seen in the last ${plural(Number(period), 'day')} (UTC, with today).`
}

function moreWords(hidden: number): string {
  return `${plural(hidden, 'more row is', 'more rows are')} in the CSV.`
}

/** What is looked at closer, each with the way back out; further steps in go with it. */
function chipsOf(filters: SourceFilters): SourcesView['chips'] {
  const { channel, source, medium, campaign } = filters
  return [
    { label: channel && channelWords(channel), out: { ...NOT_NARROW, by: 'channel' } as const },
    {
      label: source && sourceName(source, medium),
      out: { source: '', medium: '', campaign: '', by: 'source' } as const,
    },
    { label: campaign, out: { campaign: '', by: 'campaign' } as const },
  ]
    .filter(({ label }) => label !== '')
    .map(({ label, out }) => ({ label, href: sourcesHref(filters, out) }))
}

function stepsOf({ visitors, leads, mql, sql, won, rates }: FunnelJson): StepView[] {
  const step = (
    [key, label, of]: readonly [string, string, string],
    [hits, from]: readonly [number, number],
    share: Share | null,
  ): StepView => ({
    key,
    label,
    of,
    count: countWords(hits),
    rate: share && rateView(share, [hits, from], Math.min(1, share.high * 1.3)),
  })
  return [
    step(['visitors', 'Visitors', ''], [visitors, 0], null),
    step(['leads', 'Leads', 'of visitors'], [leads, visitors], rates.lead),
    step(['mql', 'Marketing-qualified', 'of leads'], [mql, leads], rates.mql),
    step(['sql', 'Sales-qualified', 'of marketing-qualified'], [sql, mql], rates.sql),
    step(['won', 'Won', 'of sales-qualified'], [won, sql], rates.won),
  ]
}

function factsOf({ total, excluded }: SourcesJson): string[] {
  const { days_to_mql: wait, value } = total
  return [
    ...(wait
      ? [
          `Half of those who qualify do so within ${daysWords(wait.median)}, nine in ten within ${daysWords(wait.p90)}.`,
        ]
      : []),
    ...(total.mql > 0 && total.sql === 0 ? [NO_SALES] : []),
    ...(value.length > 0 ? [`Won so far: ${valueWords(value)}.`] : []),
    ...(excluded.leads > 0
      ? [
          `Left out: ${plural(excluded.leads, 'excluded lead')}, such as own staff, with ${plural(excluded.visitors, 'visitor')}.`,
        ]
      : []),
  ]
}

const NO_SALES =
  'Nobody is sales-qualified yet. Accept leads on Today, or have your CRM report outcomes, and this funnel goes on.'

function daysWords(days: number): string {
  if (days < 1) return 'a day'
  return plural(Math.ceil(days), 'day')
}
