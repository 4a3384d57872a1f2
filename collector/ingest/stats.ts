import type { IgnoreReason, RejectCode } from '../errors.ts'
import type { WebhookHealth } from '../store/webhook-store.ts'

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
  readonly webhooks: WebhookHealth
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

/** What is counted of a site, and kept in the store. */
export interface SiteCount {
  readonly site: number
  readonly name: string
  readonly by: number
}

/**
 * Counts that wait for the next commit, so that what is ignored costs none of its own. A crash in between
 * loses some of the count, and no event.
 */
export interface SiteCounts {
  add(site: number, name: string): void
  /** What waits, with some more; only what is not zero, each name once. */
  with(more: readonly SiteCount[]): readonly SiteCount[]
  /** Tells that what waited was written. */
  kept(): void
}

export function createSiteCounts(): SiteCounts {
  const waiting = new Map<string, SiteCount>()
  function addTo(counts: Map<string, SiteCount>, { site, name, by }: SiteCount): void {
    if (by === 0) return
    const key = `${site} ${name}`
    counts.set(key, { site, name, by: by + (counts.get(key)?.by ?? 0) })
  }
  return {
    add: (site, name) => addTo(waiting, { site, name, by: 1 }),
    with(more) {
      const all = new Map(waiting)
      for (const one of more) addTo(all, one)
      return [...all.values()]
    },
    kept: () => waiting.clear(),
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
