import type { ListedPage } from '../store/shapes.ts'
import {
  csvHref,
  DEFAULT_SORT,
  daysOf,
  isFiltered,
  type LeadFilters,
  type LeadsAsked,
  leadsHref,
  NO_FILTERS,
  PAGE_SIZE,
  queryOf,
} from './filters.ts'
import { COLUMN_KEYS, COLUMNS, type ColumnKey, USUAL_COLUMNS, WHO } from './lead-columns.ts'
import { type LeadRow, presentRow, weekAgoWords } from './lead-row.ts'
import type { TabsView } from './saved-views.ts'
import { FITS, HEATS, LEAD_STAGES, STAGES } from './vocabulary.ts'
import { countWords, humanise, plural } from './words.ts'

/** The list of leads, and the form and links that carry its state. */

export interface OptionView {
  readonly value: string
  readonly label: string
  readonly selected: boolean
}

export interface ColumnView {
  readonly key: ColumnKey | 'who'
  readonly label: string
  readonly title: string | undefined
  /** Null for a column the list can't be sorted by. */
  readonly href: string | null
  readonly sorted: 'ascending' | 'descending' | undefined
  readonly arrow: string
}

export interface LeadsView {
  readonly rows: readonly LeadRow[]
  readonly columns: readonly ColumnView[]
  readonly isWide: boolean
  /** "128 leads". */
  readonly total: string
  /** "51–100 of 128 leads"; null where all of them are shown. */
  readonly position: string | null
  /** What a change counts from. */
  readonly since: string
  readonly empty: 'none' | 'unmatched' | 'end' | null
  readonly q: string
  readonly minScore: string
  readonly source: string
  readonly sources: readonly string[]
  readonly stages: readonly OptionView[]
  readonly fits: readonly OptionView[]
  readonly heats: readonly OptionView[]
  readonly seens: readonly OptionView[]
  /** What the form of filters carries along. */
  readonly hidden: readonly FieldView[]
  readonly chips: readonly { readonly label: string; readonly href: string }[]
  readonly clearHref: string
  readonly nextHref: string | null
  readonly nextLabel: string
  readonly firstHref: string | null
  readonly csvHref: string
  readonly chooser: ChooserView
  readonly tabs: TabsView
  /** The query to save; null for whoever may not. */
  readonly saving: string | null
  /** What was typed as a name for it, where it could not be saved. */
  readonly typedName: string
}

export interface FieldView {
  readonly name: string
  readonly value: string
}

export interface ChooserView {
  readonly choices: readonly {
    readonly key: ColumnKey
    readonly label: string
    readonly chosen: boolean
  }[]
  /** Everything of the list's state but its columns. */
  readonly hidden: readonly FieldView[]
  readonly usualHref: string
}

export interface LeadsSource {
  readonly page: ListedPage
  readonly asked: LeadsAsked
  readonly tabs: TabsView
  readonly mayWrite: boolean
  readonly typedName?: string
  readonly now: number
}

export function presentLeads(source: LeadsSource): LeadsView {
  const { page, asked, tabs, mayWrite, now } = source
  const { filters, columns } = asked
  const sources = page.data.flatMap((lead) => [lead.first_touch?.source, lead.last_touch?.source])
  const { cursor: _, cols, ...state } = filters
  const carried = fieldsOf(state)
  const typed = ['q', 'stage', 'grade', 'min_score', 'source', 'seen_since']
  return {
    rows: page.data.map((lead) => presentRow(lead, now)),
    columns: columnsOf(columns, filters, now),
    isWide: columns.length > USUAL_COLUMNS.length,
    total: plural(page.total, 'lead'),
    position: positionOf(page),
    since: columns.includes('change') ? `Change since the end of ${weekAgoWords(now)}, UTC` : '',
    empty: emptyOf(page, filters),
    q: filters.q,
    minScore: filters.min_score,
    source: filters.source,
    sources: [...new Set(sources)].filter((one) => one !== undefined).toSorted(),
    stages: [
      { value: '', label: 'Any stage', selected: filters.stage === '' },
      ...LEAD_STAGES.map((value) => ({
        value,
        label: STAGES[value],
        selected: value === filters.stage,
      })),
    ],
    ...gradeOptions(filters.grade),
    seens: seenOptions(filters.seen_since),
    hidden: fieldsOf({ ...state, cols }).filter(({ name }) => !typed.includes(name)),
    chips: chipsOf(filters),
    clearHref: leadsHref(filters, NO_FILTERS),
    nextHref: page.next_cursor ? leadsHref(filters, { cursor: page.next_cursor }) : null,
    nextLabel: `Next ${PAGE_SIZE}`,
    firstHref: filters.cursor ? leadsHref(filters) : null,
    csvHref: csvHref(filters),
    chooser: {
      choices: COLUMN_KEYS.map((key) => ({
        key,
        label: COLUMNS[key].label,
        chosen: columns.includes(key),
      })),
      hidden: carried,
      usualHref: leadsHref(filters, { cols: '' }),
    },
    tabs,
    saving: mayWrite ? queryOf(filters) : null,
    typedName: source.typedName ?? '',
  }
}

function fieldsOf(state: Readonly<Record<string, string>>): FieldView[] {
  return Object.entries(state)
    .filter(([name, value]) => value !== '' && !(name === 'sort' && value === DEFAULT_SORT))
    .map(([name, value]) => ({ name, value }))
}

function positionOf({ data, total, before }: ListedPage): string | null {
  if (data.length === 0 || data.length === total) return null
  return `${countWords(before + 1)}–${countWords(before + data.length)} of ${plural(total, 'lead')}`
}

function emptyOf(page: ListedPage, filters: LeadFilters): LeadsView['empty'] {
  if (page.data.length > 0) return null
  if (isFiltered(filters)) return 'unmatched'
  return filters.cursor ? 'end' : 'none'
}

function columnsOf(
  keys: readonly ColumnKey[],
  filters: LeadFilters,
  now: number,
): readonly ColumnView[] {
  const views = keys.map((key) => {
    const { label, sort } = COLUMNS[key]
    const title = key === 'change' ? `Since the end of ${weekAgoWords(now)}, UTC` : undefined
    return { key, label, title, ...sorting(sort, filters) }
  })
  return [
    { key: 'who', label: WHO.label, title: undefined, ...sorting(WHO.sort, filters) },
    ...views,
  ]
}

const UNSORTED = { href: null, sorted: undefined, arrow: '' } as const

/** A sorted column links to the other direction, an unsorted one to its natural direction. */
function sorting(
  by: (typeof WHO)['sort'],
  filters: LeadFilters,
): Pick<ColumnView, 'href' | 'sorted' | 'arrow'> {
  if (!by) return UNSORTED
  const [field, natural] = by
  const sort = filters.sort || DEFAULT_SORT
  const descends = sort === `-${field}`
  const sorted = descends ? 'descending' : sort === field ? 'ascending' : undefined
  const next = sorted === undefined ? `${natural}${field}` : `${descends ? '' : '-'}${field}`
  return {
    href: leadsHref(filters, { sort: next }),
    sorted,
    arrow: sorted === undefined ? '' : descends ? '↓' : '↑',
  }
}

const LOOK_BACK = ['1d', '7d', '30d', '90d'] as const

function seenOptions(since: string): OptionView[] {
  const all = ['', ...LOOK_BACK, ...(LOOK_BACK.some((one) => one === since) ? [] : [since])]
  return [...new Set(all)].map((value) => ({
    value,
    label: value === '' ? 'Any time' : humanise(sinceWords(value)),
    selected: value === since,
  }))
}

/** "in the last 7 days", "since 2026-11-21". */
function sinceWords(since: string): string {
  const days = daysOf(since)
  if (days === null) return `since ${since}`
  return days === 1 ? 'in the last day' : `in the last ${plural(days, 'day')}`
}

function gradeOptions(grade: string): { fits: OptionView[]; heats: OptionView[] } {
  const option = (value: string, words: string): OptionView => ({
    value,
    label: `${value} · ${words}`,
    selected: value === grade,
  })
  const fits = Object.entries(FITS).map(([letter, words]) => option(letter, words))
  const heats = Object.entries(HEATS).map(([number, words]) => option(number, words))
  const exact = grade !== '' && ![...fits, ...heats].some(({ value }) => value === grade)
  return {
    fits: [
      { value: '', label: 'Any grade', selected: grade === '' },
      ...(exact ? [{ value: grade, label: grade, selected: true }] : []),
      ...fits,
    ],
    heats,
  }
}

function chipsOf(filters: LeadFilters): LeadsView['chips'] {
  const stage = LEAD_STAGES.find((known) => known === filters.stage)
  return [
    { label: `“${filters.q}”`, on: filters.q, without: { q: '' } },
    { label: stage ? STAGES[stage] : '', on: filters.stage, without: { stage: '' } },
    { label: `Grade ${filters.grade}`, on: filters.grade, without: { grade: '' } },
    { label: `Score from ${filters.min_score}`, on: filters.min_score, without: { min_score: '' } },
    { label: `Source ${filters.source}`, on: filters.source, without: { source: '' } },
    {
      label: `Seen ${sinceWords(filters.seen_since)}`,
      on: filters.seen_since,
      without: { seen_since: '' },
    },
    {
      label: `New ${sinceWords(filters.new_since)}`,
      on: filters.new_since,
      without: { new_since: '' },
    },
  ]
    .filter(({ on }) => on !== '')
    .map(({ label, without }) => ({ label, href: leadsHref(filters, without) }))
}
