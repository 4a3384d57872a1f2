import { REJECT_CODES, type RejectCode, SKIP_REASONS, type SkipCode } from '../errors.ts'

/** What came of a file, counted row by row. */

export interface ImportReport {
  /** Rows looked at; blank ones are none. */
  readonly read: number
  /** Events that were not in the store. */
  readonly new: number
  /** Events that were there already. */
  readonly known: number
  /** Of somebody who was erased since. */
  readonly erased: number
  /** Rows that were passed over. */
  readonly skipped: number
  readonly reasons: readonly SkipCount[]
}

export interface SkipCount {
  readonly code: string
  readonly rows: number
  /** What the code means; of a row that says more, the first such. */
  readonly why: string
  /** The first of them. */
  readonly lines: readonly number[]
}

/** A row that was passed over. */
export interface Skip {
  readonly line: number
  readonly code: SkipCode | RejectCode
  readonly why?: string
}

export interface Tally {
  read(rows: number): void
  skip(skip: Skip): void
  add(counts: { readonly new?: number; readonly known?: number; readonly erased?: number }): void
  report(): ImportReport
}

/** Lines named for each reason. */
const SHOWN_LINES = 10

export function createTally(before: ImportReport = NOTHING): Tally {
  let { read, new: fresh, known, erased } = before
  const reasons = new Map(before.reasons.map((one) => [one.code, one]))
  return {
    read(rows) {
      read += rows
    },
    skip({ line, code, why }) {
      const { rows, lines, ...seen } = reasons.get(code) ?? NONE
      reasons.set(code, {
        code,
        rows: rows + 1,
        why: seen.why || (why ?? meaningOf(code)),
        lines: lines.length < SHOWN_LINES ? [...lines, line] : lines,
      })
    },
    add(counts) {
      fresh += counts.new ?? 0
      known += counts.known ?? 0
      erased += counts.erased ?? 0
    },
    report() {
      const all = [...reasons.values()].sort((a, b) => b.rows - a.rows)
      const skips = all.reduce((sum, { rows }) => sum + rows, 0)
      return { read, new: fresh, known, erased, skipped: skips, reasons: all }
    },
  }
}

export const NOTHING: ImportReport = {
  read: 0,
  new: 0,
  known: 0,
  erased: 0,
  skipped: 0,
  reasons: [],
}
const NONE = { rows: 0, lines: [] as readonly number[], why: '' }

export function meaningOf(code: SkipCode | RejectCode): string {
  return code in SKIP_REASONS
    ? SKIP_REASONS[code as SkipCode] // just looked up
    : REJECT_CODES[code as RejectCode] // the other of the two
}
