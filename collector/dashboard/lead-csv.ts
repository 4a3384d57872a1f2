import { csvOf, slugOf } from '../export/csv.ts'
import type { ListedLeadJson, TouchJson } from '../store/shapes.ts'
import type { ColumnKey } from './lead-columns.ts'
import { leadName, stageWords, topReason, traitOf } from './present.ts'
import { HEATS, sourceWords } from './vocabulary.ts'

/**
 * The list of leads as a file: the columns that are shown, in their order, as values for a spreadsheet.
 * A line of a trend is no value, so that column has none; the lead's id stands last, to find it again. Instants are ISO 8601 in UTC, points and percentiles are numbers.
 */
type Value = string | number | null
type Column = readonly [head: string, value: (lead: ListedLeadJson) => Value]

const source = (touch: TouchJson | null): string | null => sourceWords(touch)

const COLUMNS: Readonly<Record<ColumnKey | 'who' | 'id', readonly Column[]>> = {
  who: [
    ['Lead', leadName],
    ['E-mail', ({ email }) => email],
  ],
  score: [
    ['Score', ({ score }) => score],
    ['Percentile', ({ percentile }) => percentile],
  ],
  grade: [
    ['Grade', ({ grade }) => grade],
    ['Engagement', ({ engagement }) => HEATS[engagement]],
  ],
  trend: [],
  change: [['Change in 7 days', ({ change_milli }) => change_milli / 1000]],
  stage: [['Stage', stageWords]],
  why: [['Strongest reason', topReason]],
  source: [
    ['First source', (lead) => source(lead.first_touch)],
    ['Last source', (lead) => source(lead.last_touch)],
  ],
  seen: [['Last seen', (lead) => lead.last_seen_at]],
  // Who it is stands first and says it.
  email: [],
  company: [['Company', (lead) => traitOf(lead, 'company', 'company_name', 'organization')]],
  job: [['Job title', (lead) => traitOf(lead, 'job_title', 'title')]],
  fit: [
    ['Fit', (lead) => lead.fit.letter],
    ['Fit points', (lead) => lead.fit.points],
  ],
  first: [['First seen', (lead) => lead.first_seen_at]],
  campaign: [
    ['Campaign', (lead) => (lead.last_non_direct_touch ?? lead.first_touch)?.campaign ?? null],
  ],
  landing: [['Landing page', (lead) => lead.first_touch?.landing ?? null]],
  user: [['User id', (lead) => lead.user_id]],
  id: [['Id', (lead) => lead.id]],
}

const columnsOf = (keys: readonly ColumnKey[]): readonly Column[] =>
  (['who', ...keys, 'id'] as const).flatMap((key) => COLUMNS[key])

export function csvHead(keys: readonly ColumnKey[]): string {
  return csvOf([columnsOf(keys).map(([head]) => head)], { bom: true })
}

export function csvRows(leads: readonly ListedLeadJson[], keys: readonly ColumnKey[]): string {
  const columns = columnsOf(keys)
  return csvOf(leads.map((lead) => columns.map(([, value]) => value(lead))))
}

/** "leads-hot-this-week-2026-11-29.csv"; letters that not every disk takes are left out. */
export function csvName(view: string | null, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10)
  return ['leads', slugOf(view ?? ''), `${day}.csv`].filter((part) => part !== '').join('-')
}
