import { setImmediate as turn } from 'node:timers/promises'
import { csvOf } from '../export/csv.ts'
import { piecesOf } from './pieces.ts'
import type { Planned } from './plan.ts'

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

/** Rows written at once: a few milliseconds, between which others have their turn. */
const AT_ONCE = 500

/** The rows that are not added, as they came, each with why: put right, the file can be imported itself. */
export async function skippedCsv(
  head: readonly string[],
  rows: readonly Planned[],
): Promise<string> {
  const skipped = rows.filter(({ fate }) => fate !== 'new')
  const parts = [csvOf([[...head, 'Line', 'Why it was skipped']], { bom: true })]
  for (const some of piecesOf(skipped, AT_ONCE)) {
    parts.push(csvOf(some.map(cellsOf)))
    await turn()
  }
  return parts.join('')

  function cellsOf({ judged: { row }, why }: Planned): string[] {
    const own = head.map((_, place) => row.cells[place] ?? '')
    return [...own, String(row.line), why, ...row.cells.slice(head.length)]
  }
}
