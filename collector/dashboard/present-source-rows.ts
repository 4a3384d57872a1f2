import type { Share } from '../scoring/proportion.ts'
import type { FunnelJson, SourceRowJson } from '../store/reports.ts'
import { type Whisker, whiskerOf } from './funnel-shape.ts'
import { hrefOf } from './links.ts'
import type { ColumnView } from './present-leads.ts'
import { type SortKey, type SourceFilters, sourcesHref, type Tab } from './source-filters.ts'
import { channelWords, sourceWords } from './vocabulary.ts'
import { countWords, listWords, money } from './words.ts'

/** The rows of Sources: what they are called, where they lead, how sure their shares are. */

export interface RateView {
  /** "12 %" */
  readonly rate: string
  /** "8–17" */
  readonly range: string
  /** "2 of 17, likely between 8 % and 17 %" */
  readonly words: string
  readonly whisker: Whisker
  readonly isUnsure: boolean
}

export interface CellView {
  readonly count: string
  readonly href: string | null
  /** What the link shows, which are more than are counted: of any visit, medium and period. */
  readonly shows: string
  readonly rate: RateView | null
}

type SortColumn = Pick<ColumnView, 'label' | 'href' | 'sorted' | 'arrow'>

export interface SourceColumn extends SortColumn {
  /** Sorts by the share of the column before. */
  readonly rate: SortColumn | null
}

export interface SourceRow {
  readonly name: string
  /** What it means where the name is not enough. */
  readonly hint: string | null
  /** Looks closer: the sources of a channel, and so on. */
  readonly href: string | null
  readonly visitors: string
  readonly share: number
  readonly cells: readonly CellView[]
  readonly value: string
  readonly days: string
}

/** A share of fewer than this says little. */
const FEW = 30

export const TAB_WORDS: Readonly<Record<Tab, string>> = {
  channel: 'Channel',
  source: 'Source',
  campaign: 'Campaign',
  landing: 'Landing page',
}
/** `top` is where the line of the interval ends. */
export function rateView(
  share: Share,
  [hits, of]: readonly [number, number],
  top: number,
): RateView {
  const [low, high] = [shareWords(share.low), shareWords(share.high)]
  return {
    rate: `${shareWords(share.rate)}\u00a0%`,
    range: `${low}–${high}`,
    words: `${countWords(hits)} of ${countWords(of)}; the true share is likely between ${low} % and ${high} %`,
    whisker: whiskerOf(share, top),
    isUnsure: of < FEW,
  }
}

/** Percent as short as it can be told apart: "0.4", "3.1", "42". */
function shareWords(share: number): string {
  const percent = share * 100
  if (percent === 0 || percent >= 9.95) return String(Math.round(percent))
  return percent < 0.05 ? '0' : percent.toFixed(1)
}

export function valueWords(value: FunnelJson['value']): string {
  return listWords(
    value.map(({ currency, amount }) =>
      currency === null ? `${countWords(amount)} without a currency` : money(amount, currency),
    ),
  )
}

const RATES = ['lead', 'mql', 'sql', 'won'] as const
type Tops = Readonly<Record<(typeof RATES)[number], number>>

/** How far each column's line of shares goes: twice the share of all, or the largest that is sure. */
export function topsOf(rows: readonly SourceRowJson[], total: FunnelJson): Tops {
  const top = (key: (typeof RATES)[number]) =>
    Math.min(
      1,
      Math.max(
        2 * (total.rates[key]?.rate ?? 0),
        ...rows.map(({ rates }) => rates[key]?.rate ?? 0),
      ),
    )
  return { lead: top('lead'), mql: top('mql'), sql: top('sql'), won: top('won') }
}

interface RowContext {
  readonly filters: SourceFilters
  readonly total: FunnelJson
  readonly tops: Tops
}

export function presentRow(row: SourceRowJson, { filters, total, tops }: RowContext): SourceRow {
  const { visitors, leads, mql, sql, won, rates, days_to_mql: wait } = row
  const cell = (
    hits: number,
    of: number,
    key: (typeof RATES)[number],
    href: string | null = null,
  ) => ({
    count: countWords(hits),
    href: hits > 0 ? href : null,
    shows: href === null ? '' : `All leads that ever came from ${row.source}`,
    rate: rates[key] && rateView(rates[key], [hits, of], tops[key]),
  })
  const people =
    row.source === null ? null : hrefOf('/leads', { site: filters.site, source: row.source })
  return {
    ...nameOf(row, filters),
    visitors: countWords(visitors),
    share: total.visitors === 0 ? 0 : Math.round((visitors / total.visitors) * 1000) / 10,
    cells: [
      cell(leads, visitors, 'lead', people),
      cell(mql, leads, 'mql'),
      cell(sql, mql, 'sql'),
      cell(won, sql, 'won'),
    ],
    value: row.value.length === 0 ? '–' : valueWords(row.value),
    days: wait === null ? '–' : shareless(wait.median),
  }
}

function shareless(days: number): string {
  return days < 10 ? String(days) : String(Math.round(days))
}

const UNKNOWN: Readonly<Record<Tab, readonly [name: string, hint: string]>> = {
  channel: ['Unknown', 'No visit with a landing page'],
  source: ['Unknown', 'No visit with a landing page'],
  campaign: ['No campaign', 'Their links had no utm_campaign'],
  landing: ['Unknown', 'No visit with a landing page'],
}

function nameOf(
  { name, source, medium }: SourceRowJson,
  filters: SourceFilters,
): Pick<SourceRow, 'name' | 'hint' | 'href'> {
  const closer = (changes: Partial<SourceFilters>) => sourcesHref(filters, changes)
  if (name === null) {
    const [words, hint] = UNKNOWN[filters.by]
    return { name: words, hint, href: null }
  }
  if (filters.by === 'channel') {
    return { name: channelWords(name), hint: null, href: closer({ channel: name, by: 'source' }) }
  }
  if (filters.by === 'source' && source !== null && medium !== null) {
    const href = closer({ source, medium, by: 'campaign' })
    return { name: sourceName(source, medium), hint: null, href }
  }
  if (filters.by === 'campaign') {
    return { name, hint: null, href: closer({ campaign: name, by: 'landing' }) }
  }
  return { name, hint: null, href: null }
}

export function sourceName(source: string, medium: string): string {
  const touch = {
    channel: '',
    source,
    medium,
    campaign: null,
    landing: null,
    referrer: null,
    at: '',
  }
  return sourceWords(touch) ?? source
}

const COLUMNS: readonly (readonly [label: string, key: SortKey, rate: SortKey | null])[] = [
  ['Visitors', 'visitors', null],
  ['Leads', 'leads', 'lead_rate'],
  ['MQLs', 'mql', 'mql_rate'],
  ['SQLs', 'sql', 'sql_rate'],
  ['Won', 'won', 'won_rate'],
]

export function columnsOf(filters: SourceFilters): readonly SourceColumn[] {
  const column = (label: string, key: SortKey): SortColumn => {
    const falls = filters.sort === `-${key}`
    const rises = filters.sort === key
    const natural = key === 'name' || key === 'days' ? '' : '-'
    const next = falls ? key : rises ? `-${key}` : `${natural}${key}`
    return {
      label,
      href: sourcesHref(filters, { sort: next }),
      sorted: falls ? 'descending' : rises ? 'ascending' : undefined,
      arrow: falls ? '↓' : rises ? '↑' : '',
    }
  }
  const plain = { label: 'Value', href: null, sorted: undefined, arrow: '', rate: null }
  return [
    { ...column(TAB_WORDS[filters.by], 'name'), rate: null },
    ...COLUMNS.map(([label, key, rate]) => ({
      ...column(label, key),
      rate: rate && column('rate', rate),
    })),
    plain,
    { ...column('Days to MQL', 'days'), rate: null },
  ]
}

/** Sorted; what has no value comes last, whichever way. A rate counts by what is sure of it. */
export function sortRows(rows: readonly SourceRowJson[], sort: string): SourceRowJson[] {
  const sign = sort.startsWith('-') ? -1 : 1
  const key = sort.replace(/^-/, '') as SortKey // parsed from the list of them
  const keyOf = (row: SourceRowJson): number | string | null => {
    if (key === 'name') return row.name?.toLowerCase() ?? null
    if (key === 'days') return row.days_to_mql?.median ?? null
    if (key === 'lead_rate') return row.rates.lead?.low ?? null
    if (key === 'mql_rate') return row.rates.mql?.low ?? null
    if (key === 'sql_rate') return row.rates.sql?.low ?? null
    if (key === 'won_rate') return row.rates.won?.low ?? null
    return row[key]
  }
  const compare = (a: SourceRowJson, b: SourceRowJson): number => {
    const [x, y] = [keyOf(a), keyOf(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return x < y ? -sign : x > y ? sign : 0
  }
  return [...rows].sort(compare)
}
