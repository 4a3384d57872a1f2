import { parseInstant } from '../http/api-instant.ts'
import { type LeadQuery, LIST_SORTS, type VisitorQuery } from '../store/reader.ts'
import type { Stage } from '../store/shapes.ts'
import { COLUMN_KEYS, type ColumnKey, colsOf, parseColumns } from './lead-columns.ts'
import { hrefOf } from './links.ts'
import { LEAD_STAGES } from './vocabulary.ts'

/** The state of the lists, which is the address: parsed once, and written back into every link. */

export interface LeadFilters {
  readonly site: string
  readonly q: string
  readonly stage: string
  readonly grade: string
  readonly min_score: string
  readonly source: string
  /** A day, an instant, or a length of time until now such as `7d`. */
  readonly seen_since: string
  /** The same, of when they were first seen. */
  readonly new_since: string
  readonly sort: string
  /** Names of columns; empty for the usual ones. */
  readonly cols: string
  readonly cursor: string
}

export const DEFAULT_SORT = '-score'
export const PAGE_SIZE = 50
const GRADE = /^(?:[A-D][1-4]?|-?[1-4])$/
const MAX_TEXT = 200
const MAX_MIN_SCORE = 1_000_000
const DAYS = /^([1-9]\d{0,2})d$/
const DAY_MS = 86_400_000

export type Params = Readonly<Record<string, string>>

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

export interface LeadsAsked {
  readonly filters: LeadFilters
  readonly query: LeadQuery
  readonly columns: readonly ColumnKey[]
}

export function parseLeadFilters(params: Params, now: number): Parsed<LeadsAsked> {
  const filters: LeadFilters = {
    site: params.site ?? '',
    q: (params.q ?? '').trim().slice(0, MAX_TEXT),
    stage: params.stage ?? '',
    grade: (params.grade ?? '').trim().toUpperCase(),
    min_score: (params.min_score ?? '').trim(),
    source: (params.source ?? '').trim().slice(0, MAX_TEXT),
    seen_since: (params.seen_since ?? '').trim(),
    new_since: (params.new_since ?? '').trim(),
    sort: params.sort ?? '',
    cols: params.cols ?? '',
    cursor: params.cursor ?? '',
  }
  const columns = parseColumns(filters.cols) ?? []
  const seenSince = sinceOf(filters.seen_since, now)
  const firstSince = sinceOf(filters.new_since, now)
  const stage = LEAD_STAGES.find((known) => known === filters.stage)
  const minScore = Number(filters.min_score)
  const problems = problemsOf(filters, stage, minScore)
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    value: {
      filters: { ...filters, cols: colsOf(columns) },
      columns,
      query: {
        limit: PAGE_SIZE,
        sort: filters.sort || DEFAULT_SORT,
        ...(filters.site && { site: filters.site }),
        ...(filters.q && { q: filters.q }),
        ...(stage && { stage }),
        ...(filters.grade && { grade: filters.grade }),
        ...(filters.min_score && { minScore }),
        ...(filters.source && { source: filters.source }),
        ...(seenSince !== null && { seenSince }),
        ...(firstSince !== null && { firstSince }),
        ...(filters.cursor && { cursor: filters.cursor }),
      },
    },
  }
}

function problemsOf(filters: LeadFilters, stage: Stage | undefined, minScore: number): string[] {
  const problems: string[] = []
  if (filters.stage && !stage) {
    problems.push(`There is no stage “${filters.stage}”. The stages are ${LEAD_STAGES.join(', ')}.`)
  }
  if (filters.grade && !GRADE.test(filters.grade)) {
    problems.push(
      `“${filters.grade}” is not a grade. Grades go from A1 to D4; A or 1 alone work too.`,
    )
  }
  if (!(Math.abs(minScore) <= MAX_MIN_SCORE)) {
    problems.push(`The least score is “${filters.min_score}”; it should be a number, such as 60.`)
  }
  if (filters.sort && !LIST_SORTS.some((sort) => sort === filters.sort)) {
    problems.push(`The list can't be sorted by “${filters.sort}”. Use ${LIST_SORTS.join(', ')}.`)
  }
  for (const since of [filters.seen_since, filters.new_since]) {
    if (since && sinceOf(since, 0) === null) {
      problems.push(
        `“${since}” is not a time to look back to. Use a day such as 2026-11-21, or 7d for seven days.`,
      )
    }
  }
  if (!parseColumns(filters.cols)) {
    problems.push(
      `“${filters.cols}” names other columns than there are: ${COLUMN_KEYS.join(', ')}.`,
    )
  }
  return problems
}

/** The instant that a `seen_since` or `new_since` names; null where it names none. */
function sinceOf(text: string, now: number): number | null {
  const [, days] = DAYS.exec(text) ?? []
  return days ? now - Number(days) * DAY_MS : parseInstant(text, 'start')
}

/** The days of a `7d`; null for a day or an instant. */
export function daysOf(since: string): number | null {
  const [, days] = DAYS.exec(since) ?? []
  return days ? Number(days) : null
}

/**
 * What of these parameters can be used; what can't is left out, so that a query which was kept for long
 * never breaks.
 */
export function mendLeadFilters(params: Params): LeadFilters {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    if (name !== 'cursor' && parseLeadFilters({ [name]: value }, 0).ok) kept[name] = value
  }
  const parsed = parseLeadFilters(kept, 0)
  if (!parsed.ok) throw new Error('parameters that are right one by one are right together')
  return parsed.value.filters
}

/** The same list with something changed; a changed list starts at its first page again. */
export function leadsHref(filters: LeadFilters, changes: Partial<LeadFilters> = {}): string {
  return listHref('/leads', { ...filters, cursor: '', ...changes })
}

/** The same list as a file. */
export function csvHref(filters: LeadFilters): string {
  return listHref('/leads.csv', { ...filters, cursor: '' })
}

/** The list's query, as a saved view keeps it. */
export function queryOf(filters: LeadFilters): string {
  return leadsHref(filters).split('?')[1] ?? ''
}

function listHref(path: string, filters: LeadFilters): string {
  const { site, q, stage, grade, min_score, source, seen_since, new_since } = filters
  const { sort, cols, cursor } = filters
  const asked = { site, q, stage, grade, min_score, source, seen_since, new_since }
  return hrefOf(path, { ...asked, sort: sort === DEFAULT_SORT ? '' : sort, cols, cursor })
}

export const NO_FILTERS = {
  q: '',
  stage: '',
  grade: '',
  min_score: '',
  source: '',
  seen_since: '',
  new_since: '',
} as const

export function isFiltered(filters: LeadFilters): boolean {
  const { q, stage, grade, min_score, source, seen_since, new_since } = filters
  return [q, stage, grade, min_score, source, seen_since, new_since].some((value) => value !== '')
}

export interface VisitorFilters {
  readonly site: string
  readonly anonymous: boolean
  readonly cursor: string
}

export function parseVisitorFilters(params: Params): {
  readonly filters: VisitorFilters
  readonly query: VisitorQuery
} {
  const filters = {
    site: params.site ?? '',
    anonymous: params.anonymous === '1',
    cursor: params.cursor ?? '',
  }
  return {
    filters,
    query: {
      limit: PAGE_SIZE,
      ...(filters.site && { site: filters.site }),
      ...(filters.anonymous && { anonymous: true }),
      ...(filters.cursor && { cursor: filters.cursor }),
    },
  }
}

export function visitorsHref(
  filters: VisitorFilters,
  changes: Partial<VisitorFilters> = {},
): string {
  const { site, anonymous, cursor } = { ...filters, cursor: '', ...changes }
  return hrefOf('/visitors', { site, anonymous: anonymous ? '1' : '', cursor })
}
