import type { SkipCode } from '../errors.ts'

/** A row of a file as an event that somebody did, whatever the file's format. */
export interface ImportRow {
  /** As a browser calls itself, or any text that a server calls it. */
  readonly browser: string
  /** By a server's word: needs no proof of being human, and makes no visit. Else a browser's event, told again. */
  readonly server: boolean
  /** The event came with the proof of a person. */
  readonly human: boolean
  /** `browser` is a day's pseudonym. */
  readonly cookieless: boolean
  readonly device: string | null
  readonly bot: string | null
  readonly skewMs: number | null
  /** The file says not when: `at` is when it is read, and tells no row from another. */
  readonly isUndated?: boolean
  readonly event: RowEvent
}

/** As a delivery has it; nothing of it is in normal form yet. */
export interface RowEvent {
  /** Absent where the file gives none; see `createRowIds`. */
  readonly id?: string
  readonly type: string
  /** Epoch milliseconds. */
  readonly at: number
  /** When it was first received, where that is known. */
  readonly receivedAt?: number
  readonly session?: string
  readonly view?: string
  readonly url?: string
  readonly referrer?: string
  readonly title?: string
  readonly props?: Readonly<Record<string, unknown>>
  readonly claim?: Readonly<Record<string, unknown>>
}

export type ReadRow =
  | { readonly ok: true; readonly row: ImportRow }
  /** `why` says what is wrong in it, and what would be right, where the code says too little. */
  | { readonly ok: false; readonly code: SkipCode; readonly why?: string }

/** Reads a line of a file. Total: whatever it is given, it answers. */
export type LineReader = (text: string) => ReadRow

export function skipped(code: SkipCode, why?: string): ReadRow {
  return why === undefined ? { ok: false, code } : { ok: false, code, why }
}
