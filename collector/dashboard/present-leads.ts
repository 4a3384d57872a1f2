import type { LeadJson, Page } from '../store/shapes.ts'
import { DEFAULT_SORT, isFiltered, type LeadFilters, leadsHref, PAGE_SIZE } from './filters.ts'
import { leadHref } from './links.ts'
import {
  leadName,
  leadNote,
  presentScore,
  type ScoreView,
  stageWords,
  topReason,
} from './present.ts'
import { FITS, HEATS, LEAD_STAGES, STAGES, sourceWords } from './vocabulary.ts'
import { maybeWhen, plural, type When } from './words.ts'

/** The list of leads, and the form and links that carry its state. */

export interface LeadRow {
  readonly id: string
  readonly href: string
  readonly who: string
  readonly note: string
  readonly score: ScoreView
  readonly stage: string
  readonly stageKey: string
  readonly why: string
  readonly firstSource: string
  /** Null where the last source is the first. */
  readonly lastSource: string | null
  readonly seen: When | null
}

export interface OptionView {
  readonly value: string
  readonly label: string
  readonly selected: boolean
}

export interface ColumnView {
  readonly label: string
  /** Null for a column the list can't be sorted by. */
  readonly href: string | null
  readonly sorted: 'ascending' | 'descending' | undefined
  readonly arrow: string
}

export interface LeadsView {
  readonly rows: readonly LeadRow[]
  readonly columns: readonly ColumnView[]
  readonly shown: string
  readonly empty: 'none' | 'unmatched' | 'end' | null
  readonly q: string
  readonly minScore: string
  readonly source: string
  readonly sources: readonly string[]
  readonly stages: readonly OptionView[]
  readonly fits: readonly OptionView[]
  readonly heats: readonly OptionView[]
  readonly hidden: readonly { readonly name: string; readonly value: string }[]
  readonly chips: readonly { readonly label: string; readonly href: string }[]
  readonly clearHref: string
  readonly nextHref: string | null
  readonly nextLabel: string
  readonly firstHref: string | null
}

export function presentLeads(page: Page<LeadJson>, filters: LeadFilters, now: number): LeadsView {
  const sources = page.data.flatMap((lead) => [lead.first_touch?.source, lead.last_touch?.source])
  return {
    rows: page.data.map((lead) => presentRow(lead, now)),
    columns: columnsOf(filters),
    shown: plural(page.data.length, 'lead'),
    empty: emptyOf(page, filters),
    q: filters.q,
    minScore: filters.min_score,
    source: filters.source,
    sources: [...new Set(sources)].filter((source) => source !== undefined).toSorted(),
    stages: [
      { value: '', label: 'Any stage', selected: filters.stage === '' },
      ...LEAD_STAGES.map((value) => ({
        value,
        label: STAGES[value],
        selected: value === filters.stage,
      })),
    ],
    ...gradeOptions(filters.grade),
    hidden: [
      { name: 'site', value: filters.site },
      { name: 'sort', value: filters.sort },
    ].filter(({ value }) => value !== ''),
    chips: chipsOf(filters),
    clearHref: leadsHref(filters, { q: '', stage: '', grade: '', min_score: '', source: '' }),
    nextHref: page.next_cursor ? leadsHref(filters, { cursor: page.next_cursor }) : null,
    nextLabel: `Next ${PAGE_SIZE}`,
    firstHref: filters.cursor ? leadsHref(filters) : null,
  }
}

function presentRow(lead: LeadJson, now: number): LeadRow {
  const first = sourceWords(lead.first_touch)
  const last = sourceWords(lead.last_touch)
  return {
    id: lead.id,
    href: leadHref(lead.id),
    who: leadName(lead),
    note: leadNote(lead),
    score: presentScore(lead),
    stage: stageWords(lead),
    stageKey: lead.stage,
    why: topReason(lead),
    firstSource: first ?? last ?? 'Unknown',
    lastSource: first !== null && last !== null && last !== first ? last : null,
    seen: maybeWhen(lead.last_seen_at, now),
  }
}

function emptyOf(page: Page<LeadJson>, filters: LeadFilters): LeadsView['empty'] {
  if (page.data.length > 0) return null
  if (isFiltered(filters)) return 'unmatched'
  return filters.cursor ? 'end' : 'none'
}

function columnsOf(filters: LeadFilters): ColumnView[] {
  const plain = (label: string): ColumnView => ({ label, href: null, sorted: undefined, arrow: '' })
  return [
    sortable('Score', 'score', '-', filters),
    sortable('Lead', 'email', '', filters),
    plain('Stage'),
    plain('Strongest reason'),
    plain('Source'),
    sortable('Last seen', 'last_seen', '-', filters),
  ]
}

/** A sorted column links to the other direction, an unsorted one to its natural direction. */
function sortable(
  label: string,
  field: string,
  natural: '' | '-',
  filters: LeadFilters,
): ColumnView {
  const sort = filters.sort || DEFAULT_SORT
  const descends = sort === `-${field}`
  const sorted = descends ? 'descending' : sort === field ? 'ascending' : undefined
  const next = sorted === undefined ? `${natural}${field}` : `${descends ? '' : '-'}${field}`
  return {
    label,
    href: leadsHref(filters, { sort: next }),
    sorted,
    arrow: sorted === undefined ? '' : descends ? '↓' : '↑',
  }
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
  ]
    .filter(({ on }) => on !== '')
    .map(({ label, without }) => ({ label, href: leadsHref(filters, without) }))
}
