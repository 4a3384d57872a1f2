/** Imports that were broken off, so that the next one of the same file goes on where they were. */
export interface ImportRuns {
  importRun(name: string): ImportRun | null
  /** Writes how far it is. */
  putImportRun(name: string, run: ImportRun): void
  /** It is at its end. */
  dropImportRun(name: string): void
}

export interface ImportRun {
  /** Bytes of the file that are dealt with. */
  readonly place: number
  /** JSON, of nobody's data: what it came to so far. */
  readonly report: string
  readonly updatedAt: number
}
