import { LEAD_SORTS, type LeadQuery, type VisitorQuery } from '../store/reader.ts'
import type { Stage } from '../store/shapes.ts'
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
  readonly sort: string
  readonly cursor: string
}

export const DEFAULT_SORT = '-score'
export const PAGE_SIZE = 50
const GRADE = /^(?:[A-D][1-4]?|-?[1-4])$/
const MAX_TEXT = 200
const MAX_MIN_SCORE = 1_000_000

export type Params = Readonly<Record<string, string>>

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

export interface LeadsAsked {
  readonly filters: LeadFilters
  readonly query: LeadQuery
}

export function parseLeadFilters(params: Params): Parsed<LeadsAsked> {
  const filters: LeadFilters = {
    site: params.site ?? '',
    q: (params.q ?? '').trim().slice(0, MAX_TEXT),
    stage: params.stage ?? '',
    grade: (params.grade ?? '').trim().toUpperCase(),
    min_score: (params.min_score ?? '').trim(),
    source: (params.source ?? '').trim().slice(0, MAX_TEXT),
    sort: params.sort ?? '',
    cursor: params.cursor ?? '',
  }
  const stage = LEAD_STAGES.find((known) => known === filters.stage)
  const minScore = Number(filters.min_score)
  const problems = problemsOf(filters, stage, minScore)
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    value: {
      filters,
      query: {
        limit: PAGE_SIZE,
        sort: filters.sort || DEFAULT_SORT,
        ...(filters.site && { site: filters.site }),
        ...(filters.q && { q: filters.q }),
        ...(stage && { stage }),
        ...(filters.grade && { grade: filters.grade }),
        ...(filters.min_score && { minScore }),
        ...(filters.source && { source: filters.source }),
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
  if (filters.sort && !LEAD_SORTS.some((sort) => sort === filters.sort)) {
    problems.push(`The list can't be sorted by “${filters.sort}”. Use ${LEAD_SORTS.join(', ')}.`)
  }
  return problems
}

/** The same list with something changed; a changed list starts at its first page again. */
export function leadsHref(filters: LeadFilters, changes: Partial<LeadFilters> = {}): string {
  const { site, q, stage, grade, min_score, source, sort, cursor } = {
    ...filters,
    cursor: '',
    ...changes,
  }
  const kept = sort === DEFAULT_SORT ? '' : sort
  return hrefOf('/leads', { site, q, stage, grade, min_score, source, sort: kept, cursor })
}

export function isFiltered(filters: LeadFilters): boolean {
  const { q, stage, grade, min_score, source } = filters
  return [q, stage, grade, min_score, source].some((value) => value !== '')
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
