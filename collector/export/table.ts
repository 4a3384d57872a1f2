import type { Column } from './column.ts'
import { type Cell, csvOf } from './csv.ts'

/** Rows as a spreadsheet has them; with the head, they begin a file. */
export function csvTable<R>(rows: readonly R[], columns: readonly Column<R>[], isFirst: boolean) {
  const cells = rows.map((row) => columns.map((column) => cellOf(column, row)))
  const head = columns.map(({ header }) => header)
  return csvOf(isFirst ? [head, ...cells] : cells, { bom: isFirst })
}

function cellOf<R>(column: Column<R>, row: R): Cell {
  if (column.inCsv) return column.inCsv(row)
  const value = column.of(row)
  if (value === null || value === undefined) return null
  if (typeof value === 'object') return JSON.stringify(value)
  // A flag is a word: some spreadsheets make a number of it.
  return typeof value === 'boolean' ? String(value) : value
}
