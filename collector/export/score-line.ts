import type { ExportedLeadJson } from '../store/exported.ts'
import type { ScoreJson } from '../store/shapes.ts'
import type { Column } from './column.ts'

/** Whose score it is, and the score as the API tells it: a line of NDJSON. */
export interface ScoreLine extends ScoreJson {
  readonly lead: string
  readonly site: string
  readonly email: string | null
  readonly user_id: string | null
}

export function scoreLineOf(lead: ExportedLeadJson): ScoreLine {
  const { id, site, email, user_id, score, score_milli, engagement, fit, grade, stage } = lead
  const { model_version, as_of, percentile, reasons } = lead
  const whose = { lead: id, site, email, user_id }
  const parts = { engagement, fit, grade, stage, model_version, as_of, percentile, reasons }
  return { ...whose, score, score_milli, ...parts }
}

/** The same as a row of a table; the `milli` of its reasons sum to `score_milli`. */
export const SCORE_COLUMNS: readonly Column<ScoreLine>[] = [
  { header: 'lead', type: 'text', isRequired: true, of: ({ lead }) => lead },
  { header: 'site', type: 'text', isRequired: true, of: ({ site }) => site },
  { header: 'email', type: 'text', of: ({ email }) => email },
  { header: 'user_id', type: 'text', of: (line) => line.user_id },
  { header: 'score', type: 'number', isRequired: true, of: ({ score }) => score },
  { header: 'score_milli', type: 'integer', isRequired: true, of: (line) => line.score_milli },
  { header: 'engagement', type: 'integer', isRequired: true, of: (line) => line.engagement },
  { header: 'fit_points', type: 'number', of: ({ fit }) => fit.points },
  { header: 'fit_letter', type: 'text', of: ({ fit }) => fit.letter },
  { header: 'grade', type: 'text', isRequired: true, of: ({ grade }) => grade },
  { header: 'stage', type: 'text', isRequired: true, of: ({ stage }) => stage },
  { header: 'model_version', type: 'integer', isRequired: true, of: (line) => line.model_version },
  { header: 'as_of', type: 'instant', isRequired: true, of: (line) => line.as_of },
  { header: 'percentile', type: 'number', of: ({ percentile }) => percentile },
  { header: 'reasons', type: 'json', isRequired: true, of: ({ reasons }) => reasons },
]
