import { stringify } from 'csv-stringify/sync'

/** Rows for a spreadsheet: what it would take for a formula is text. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[\r\n]/ },
  )
}
