import { type Dimension, type SourcesQuery, TOUCHES, type TouchChoice } from '../store/reports.ts'
import type { Params, Parsed } from './filters.ts'
import { hrefOf } from './links.ts'

/** The state of Sources, which is its address: parsed once, and written back into every link. */

export const PERIODS = ['30', '90', '365', 'all'] as const
export type Period = (typeof PERIODS)[number]

/** What the rows may be, in the order in which one looks closer. */
export const TABS = ['channel', 'source', 'campaign', 'landing'] as const satisfies Dimension[]
export type Tab = (typeof TABS)[number]

/** Columns that the rows can be sorted by; `-` is downwards. A rate counts by its lower end. */
export const SORT_KEYS = [
  'name',
  'visitors',
  'leads',
  'lead_rate',
  'mql',
  'mql_rate',
  'sql',
  'sql_rate',
  'won',
  'won_rate',
  'days',
] as const
export type SortKey = (typeof SORT_KEYS)[number]

export interface SourceFilters {
  readonly site: string
  readonly by: Tab
  readonly touch: TouchChoice
  readonly period: Period
  readonly channel: string
  readonly source: string
  readonly medium: string
  readonly campaign: string
  readonly sort: string
}

const USUAL: SourceFilters = {
  site: '',
  by: 'channel',
  touch: 'first',
  period: '90',
  channel: '',
  source: '',
  medium: '',
  campaign: '',
  sort: '-mql',
}
const DAY_MS = 86_400_000
const MAX_TEXT = 200

export interface SourcesAsked {
  readonly filters: SourceFilters
  readonly query: SourcesQuery
}

/** A period of so many days is today and the days before, UTC. */
export function parseSourceFilters(params: Params, now: number): Parsed<SourcesAsked> {
  const text = (name: 'channel' | 'source' | 'medium' | 'campaign') =>
    (params[name] ?? '').slice(0, MAX_TEXT)
  const by = TABS.find((one) => one === (params.by || USUAL.by))
  const touch = TOUCHES.find((one) => one === (params.touch || USUAL.touch))
  const period = PERIODS.find((one) => one === (params.period || USUAL.period))
  const sort = params.sort || USUAL.sort
  const isSort = SORT_KEYS.some((key) => key === sort.replace(/^-/, ''))
  if (!by || !touch || !period || !isSort) {
    const wrong = (name: string, known: readonly string[], isRight: boolean) =>
      isRight ? [] : [`There is no ${name} “${params[name]}”. Use ${known.join(', ')}.`]
    return {
      ok: false,
      problems: [
        ...wrong('by', TABS, by !== undefined),
        ...wrong('touch', TOUCHES, touch !== undefined),
        ...wrong('period', PERIODS, period !== undefined),
        ...wrong('sort', SORT_KEYS, isSort),
      ],
    }
  }
  const narrow = {
    channel: text('channel'),
    source: text('source'),
    medium: text('medium'),
    campaign: text('campaign'),
  }
  const today = Math.floor(now / DAY_MS)
  const filters = { site: params.site ?? '', by, touch, period, ...narrow, sort }
  return {
    ok: true,
    value: {
      filters,
      query: {
        by,
        touch,
        ...(filters.site && { site: filters.site }),
        ...(period !== 'all' && { since: (today - Number(period) + 1) * DAY_MS }),
        ...(narrow.channel && { channel: narrow.channel }),
        ...(narrow.source && { source: narrow.source }),
        ...(narrow.medium && { medium: narrow.medium }),
        ...(narrow.campaign && { campaign: narrow.campaign }),
      },
    },
  }
}

/** The same report with something changed; what is usual stays out of the address. */
export function sourcesHref(
  filters: SourceFilters,
  changes: Partial<SourceFilters> = {},
  path = '/sources',
): string {
  const wanted = { ...filters, ...changes }
  const said = Object.entries(wanted).map(([name, value]) => [
    name,
    value === USUAL[name as keyof SourceFilters] ? '' : value, // a name of the filters'
  ])
  return hrefOf(path, Object.fromEntries(said))
}
