import { stringify } from 'csv-stringify/sync'
import type { Planned } from './plan.ts'

/** CSV files about an import, for spreadsheets: what they would take for a formula is text. */

const OPTIONS = { bom: true, escape_formulas: true, record_delimiter: 'windows' } as const

/** A file to begin with: its rows say how, and name nobody. */
export function templateCsv(): string {
  return stringify(
    [
      ['email', 'type', 'occurred_at', 'value', 'currency', 'reason'],
      ['ada@example.com', 'won', '2026-03-04', '1200.50', 'EUR', 'Annual plan'],
      ['grace@example.com', 'qualified', '2026-03-02T14:30:00Z', '', '', ''],
      ['linus@example.com', 'lost', '2026-02-27', '', '', 'No budget this year'],
    ],
    OPTIONS,
  )
}

/** The rows that are not added, as they came, each with why: put right, the file can be imported itself. */
export function skippedCsv(head: readonly string[], rows: readonly Planned[]): string {
  const skipped = rows.filter(({ fate }) => fate !== 'new')
  return stringify(
    [
      [...head, 'Line', 'Why it was skipped'],
      ...skipped.map(({ judged: { row }, why }) => [
        ...head.map((_, place) => row.cells[place] ?? ''),
        String(row.line),
        why,
        ...row.cells.slice(head.length),
      ]),
    ],
    OPTIONS,
  )
}
