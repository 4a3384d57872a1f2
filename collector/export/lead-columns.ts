import type { ExportedLeadJson } from '../store/exported.ts'
import type { Reason, TouchJson } from '../store/shapes.ts'
import type { Column } from './column.ts'

/** A lead as a row of a table: the fields of the API, one to a column, under their names there. */

type Lead = ExportedLeadJson

/** Traits that have a column of their own; all of them stand together in `traits`. */
const TRAITS = ['company', 'job_title', 'phone'] as const

export const LEAD_COLUMNS: readonly Column<Lead>[] = [
  { header: 'id', type: 'text', isRequired: true, of: ({ id }) => id },
  { header: 'site', type: 'text', isRequired: true, of: ({ site }) => site },
  { header: 'email', type: 'text', of: ({ email }) => email },
  { header: 'user_id', type: 'text', of: (lead) => lead.user_id },
  { header: 'name', type: 'text', of: ({ name }) => name },
  ...TRAITS.map(
    (trait): Column<Lead> => ({
      header: trait,
      type: 'text',
      of: ({ traits }) => textOf(traits[trait]),
    }),
  ),
  { header: 'stage', type: 'text', isRequired: true, of: ({ stage }) => stage },
  { header: 'grade', type: 'text', isRequired: true, of: ({ grade }) => grade },
  { header: 'score', type: 'number', isRequired: true, of: ({ score }) => score },
  { header: 'fit_points', type: 'number', of: ({ fit }) => fit.points },
  { header: 'percentile', type: 'number', of: ({ percentile }) => percentile },
  {
    header: 'reasons',
    type: 'json',
    isRequired: true,
    of: ({ reasons }) => reasons,
    inCsv: ({ reasons }) => reasons.map(reasonWords).join('; '),
  },
  ...touchColumns('first_touch', (lead) => lead.first_touch),
  ...touchColumns('last_touch', (lead) => lead.last_touch),
  { header: 'first_seen_at', type: 'instant', of: (lead) => lead.first_seen_at },
  { header: 'last_seen_at', type: 'instant', of: (lead) => lead.last_seen_at },
  { header: 'excluded', type: 'text', of: ({ excluded }) => excluded },
  { header: 'model_version', type: 'integer', isRequired: true, of: (lead) => lead.model_version },
  { header: 'as_of', type: 'instant', isRequired: true, of: (lead) => lead.as_of },
  { header: 'traits', type: 'json', isRequired: true, of: ({ traits }) => traits },
  { header: 'score_milli', type: 'integer', isRequired: true, of: (lead) => lead.score_milli },
  { header: 'engagement', type: 'integer', isRequired: true, of: (lead) => lead.engagement },
  { header: 'fit_letter', type: 'text', of: ({ fit }) => fit.letter },
  { header: 'outcomes', type: 'json', isRequired: true, of: ({ outcomes }) => outcomes },
  { header: 'adjustments', type: 'json', isRequired: true, of: ({ adjustments }) => adjustments },
]

function touchColumns(name: string, touchOf: (lead: Lead) => TouchJson | null): Column<Lead>[] {
  const texts = ['channel', 'source', 'medium', 'campaign', 'landing'] as const
  return [
    ...texts.map(
      (field): Column<Lead> => ({
        header: `${name}_${field}`,
        type: 'text',
        of: (lead) => touchOf(lead)?.[field],
      }),
    ),
    { header: `${name}_at`, type: 'instant', of: (lead) => touchOf(lead)?.at },
  ]
}

function reasonWords({ label, milli }: Reason): string {
  return `${label} ${milli / 1000}`
}

function textOf(value: string | number | boolean | undefined): string | null {
  return value === undefined ? null : String(value)
}
