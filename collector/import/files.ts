import { setImmediate as turn } from 'node:timers/promises'
import { csvOf } from '../export/csv.ts'
import { piecesOf } from './pieces.ts'
import type { Planned } from './plan.ts'
import type { Row } from './table.ts'

/** CSV files about an import, for spreadsheets. */

/** A file to begin with: its rows say how, and name nobody. */
export function templateCsv(): string {
  return csvOf(
    [
      ['email', 'type', 'occurred_at', 'value', 'currency', 'reason'],
      ['ada@example.com', 'won', '2026-03-04', '1200.50', 'EUR', 'Annual plan'],
      ['grace@example.com', 'qualified', '2026-03-02T14:30:00Z', '', '', ''],
      ['linus@example.com', 'lost', '2026-02-27', '', '', 'No budget this year'],
    ],
    { bom: true },
  )
}

/** The same for people. */
export function leadsTemplateCsv(): string {
  return csvOf(
    [
      ['email', 'user_id', 'name', 'job_title', 'company', 'phone', 'created_at'],
      ['ada@example.com', '42', 'Ada King', 'CTO', 'Northwind', '', '2026-01-15'],
      ['grace@example.com', '', 'Grace Hall', 'Head of Marketing', 'Contoso', '', ''],
    ],
    { bom: true },
  )
}

/** Rows written at once: a few milliseconds, between which others have their turn. */
const AT_ONCE = 500

/** The rows that are not added, as they came, each with why: put right, the file can be imported itself. */
export function skippedCsv(head: readonly string[], rows: readonly Planned[]): Promise<string> {
  const skipped = rows.filter(({ fate }) => fate !== 'new')
  return rowsCsv(
    head,
    skipped.map(({ judged: { row }, why }) => ({ row, why })),
  )
}

/** Rows of a file as they came, each with why it is passed over. */
export async function rowsCsv(
  head: readonly string[],
  rows: readonly { readonly row: Row; readonly why: string }[],
): Promise<string> {
  const parts = [csvOf([[...head, 'Line', 'Why it was skipped']], { bom: true })]
  for (const some of piecesOf(rows, AT_ONCE)) {
    parts.push(csvOf(some.map(cellsOf)))
    await turn()
  }
  return parts.join('')

  function cellsOf({ row, why }: { readonly row: Row; readonly why: string }): string[] {
    const own = head.map((_, place) => row.cells[place] ?? '')
    return [...own, String(row.line), why, ...row.cells.slice(head.length)]
  }
}
