/** The columns of the list of leads: which there are, which are shown, and what each can be sorted by. */

export const COLUMN_KEYS = [
  'score',
  'grade',
  'trend',
  'change',
  'stage',
  'why',
  'source',
  'seen',
  'email',
  'company',
  'job',
  'fit',
  'first',
  'campaign',
  'landing',
  'user',
] as const
export type ColumnKey = (typeof COLUMN_KEYS)[number]

interface ColumnSpec {
  readonly label: string
  /** The order it is sorted by, and the way people want it first. */
  readonly sort?: readonly [field: string, natural: '' | '-']
}

/** Who it is stands first in every list and can't be left out. */
export const WHO: ColumnSpec = { label: 'Lead', sort: ['name', ''] }

export const COLUMNS: Readonly<Record<ColumnKey, ColumnSpec>> = {
  score: { label: 'Score', sort: ['score', '-'] },
  grade: { label: 'Grade', sort: ['grade', ''] },
  trend: { label: '30 days' },
  change: { label: '7 days', sort: ['change', '-'] },
  stage: { label: 'Stage', sort: ['stage', ''] },
  why: { label: 'Strongest reason' },
  source: { label: 'Source' },
  seen: { label: 'Last seen', sort: ['last_seen', '-'] },
  email: { label: 'E-mail', sort: ['email', ''] },
  company: { label: 'Company' },
  job: { label: 'Job title' },
  fit: { label: 'Fit' },
  first: { label: 'First seen', sort: ['first_seen', '-'] },
  campaign: { label: 'Campaign' },
  landing: { label: 'Landing page' },
  user: { label: 'User id' },
}

export const USUAL_COLUMNS: readonly ColumnKey[] = COLUMN_KEYS.slice(0, 8)

/** The columns that a `cols` names, in its order, each once; null where it names another. */
export function parseColumns(text: string): readonly ColumnKey[] | null {
  if (text === '') return USUAL_COLUMNS
  const keys = text.split(',').map((part) => COLUMN_KEYS.find((key) => key === part))
  return keys.includes(undefined) ? null : [...new Set(keys.filter((key) => key !== undefined))]
}

/** The `cols` of these columns; empty for the usual ones. */
export function colsOf(columns: readonly ColumnKey[]): string {
  const text = columns.join(',')
  return text === USUAL_COLUMNS.join(',') ? '' : text
}
