import type { IgnoreReason, RejectCode } from '../errors.ts'

/** What became of events, counted since the process started. */
export type Verdict =
  | 'accepted'
  | 'duplicate'
  | `ignored:${IgnoreReason}`
  | `rejected:${RejectCode}`

/** What the writer thread tells about itself, for `/metrics` and `/readyz`. */
export interface WriterStats {
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>
  /** Groups written, the events in them, and how long each took from its begin to its flush. */
  readonly commits: {
    readonly count: number
    readonly events: number
    readonly seconds: readonly number[]
  }
  /** Entries of each bounded memory, by name. */
  readonly memory: Readonly<Record<string, number>>
  /** Bytes of the write-ahead log, and free on the store's disk; null where that can't be told. */
  readonly walBytes: number | null
  readonly freeBytes: number | null
  /** Events in quarantine. */
  readonly quarantined: number
}

export interface VerdictTally {
  add(verdict: Verdict, count?: number): void
  read(): Readonly<Partial<Record<Verdict, number>>>
}

export function createVerdictTally(): VerdictTally {
  const counts: Partial<Record<Verdict, number>> = {}
  return {
    add(verdict, count = 1) {
      if (count > 0) counts[verdict] = (counts[verdict] ?? 0) + count
    },
    read: () => ({ ...counts }),
  }
}
