import type { LeadJson, Reason, TouchJson } from '../store/shapes.ts'

/** A lead as a row of a spreadsheet: the fields of the API, one to a column, under their names there. */

type Cell = string | number | null | undefined

interface Column {
  readonly header: string
  readonly of: (lead: LeadJson) => Cell
}

const TOUCH_FIELDS = ['channel', 'source', 'medium', 'campaign', 'landing', 'at'] as const
/** Traits that have a column of their own; all of them stand together in the last. */
const TRAITS = ['company', 'job_title', 'phone'] as const

export const LEAD_COLUMNS: readonly Column[] = [
  { header: 'id', of: ({ id }) => id },
  { header: 'site', of: ({ site }) => site },
  { header: 'email', of: ({ email }) => email },
  { header: 'user_id', of: (lead) => lead.user_id },
  { header: 'name', of: ({ name }) => name },
  ...TRAITS.map((trait) => ({
    header: trait,
    of: ({ traits }: LeadJson) => textOf(traits[trait]),
  })),
  { header: 'stage', of: ({ stage }) => stage },
  { header: 'grade', of: ({ grade }) => grade },
  { header: 'score', of: ({ score }) => score },
  { header: 'fit_points', of: ({ fit }) => fit.points },
  { header: 'percentile', of: ({ percentile }) => percentile },
  { header: 'reasons', of: ({ reasons }) => reasons.map(reasonWords).join('; ') },
  ...touchColumns('first_touch', (lead) => lead.first_touch),
  ...touchColumns('last_touch', (lead) => lead.last_touch),
  { header: 'first_seen_at', of: (lead) => lead.first_seen_at },
  { header: 'last_seen_at', of: (lead) => lead.last_seen_at },
  { header: 'excluded', of: ({ excluded }) => excluded },
  { header: 'model_version', of: (lead) => lead.model_version },
  { header: 'as_of', of: (lead) => lead.as_of },
  { header: 'traits', of: ({ traits }) => JSON.stringify(traits) },
]

function touchColumns(name: string, touchOf: (lead: LeadJson) => TouchJson | null): Column[] {
  return TOUCH_FIELDS.map((field) => ({
    header: `${name}_${field}`,
    of: (lead) => touchOf(lead)?.[field],
  }))
}

function reasonWords({ label, milli }: Reason): string {
  return `${label} ${milli / 1000}`
}

function textOf(value: string | number | boolean | undefined): Cell {
  return typeof value === 'boolean' ? String(value) : value
}
