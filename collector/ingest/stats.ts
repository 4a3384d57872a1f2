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
  readonly commits: CommitStats
  /** Entries of each bounded memory, by name. */
  readonly memory: Readonly<Record<string, number>>
  /** Bytes of the write-ahead log, and free on the store's disk; null where that can't be told. */
  readonly walBytes: number | null
  readonly freeBytes: number | null
  /** Events in quarantine. */
  readonly quarantined: number
}

/** Groups written, the events in them, and how long they took from their begin to their flush. */
export interface CommitStats {
  readonly groups: number
  readonly deliveries: number
  readonly seconds: number
  /** How many took at most this many seconds: cumulative, as Prometheus has it. */
  readonly within: readonly { readonly seconds: number; readonly groups: number }[]
}

const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const

export function createCommitTally() {
  const within = COMMIT_SECONDS.map((seconds) => ({ seconds, groups: 0 }))
  const total = { groups: 0, deliveries: 0, seconds: 0 }
  return {
    /** Does `work` and counts it, also when it throws. */
    timed<T>(deliveries: number, work: () => T): T {
      const startedAt = performance.now()
      try {
        return work()
      } finally {
        const seconds = (performance.now() - startedAt) / 1000
        total.groups += 1
        total.deliveries += deliveries
        total.seconds += seconds
        for (const step of within) if (seconds <= step.seconds) step.groups += 1
      }
    },
    read: (): CommitStats => ({ ...total, within: within.map((step) => ({ ...step })) }),
  }
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
