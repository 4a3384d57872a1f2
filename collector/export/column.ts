/**
 * A column of a table that is exported, as CSV and as Parquet. Names and types are promises: columns are added
 * at the end, and never renamed, reordered or given another type.
 */
export type Column<R> = {
  readonly header: string
  /** Never empty. */
  readonly isRequired?: true
  /** As a spreadsheet has it, where that is another text. */
  readonly inCsv?: (row: R) => string
} & (
  | { readonly type: 'text'; readonly of: (row: R) => string | null | undefined }
  /** ISO 8601 in UTC. */
  | { readonly type: 'instant'; readonly of: (row: R) => string | null | undefined }
  /** A whole number, as a float holds it exactly. */
  | { readonly type: 'integer'; readonly of: (row: R) => number | null | undefined }
  | { readonly type: 'number'; readonly of: (row: R) => number | null | undefined }
  | { readonly type: 'flag'; readonly of: (row: R) => boolean | null | undefined }
  /** A list or a record, written as JSON. */
  | { readonly type: 'json'; readonly of: (row: R) => object | null | undefined }
)
