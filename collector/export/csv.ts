import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | boolean | null | undefined

/**
 * Rows of a file for spreadsheets, as RFC 4180 has them: what they would take for a formula begins with an
 * apostrophe, and a lone line break ends no row.
 *
 * `bom` begins the file with a byte order mark: Excel takes one without it for the code page of its computer
 * and breaks every name with an accent; other programs skip the mark.
 */
export function csvOf(rows: readonly (readonly Cell[])[], { bom = false } = {}): string {
  return stringify(
    rows.map((row) => [...row]),
    { bom, escape_formulas: true, record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  )
}

/** Words as a part of a file's name, which every disk takes. */
export function slugOf(words: string): string {
  const plain = words.normalize('NFKD').replace(/[^a-z0-9]+/gi, '-')
  return plain.replace(/^-+|-+$/g, '').toLowerCase()
}
