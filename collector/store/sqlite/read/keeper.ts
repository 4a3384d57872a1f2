import { type Db, openReader } from '../connect.ts'
import type { ReadTools } from './tools.ts'

/**
 * Keeps at hand what takes reading a whole table. In a small store it is taken anew whenever anything has
 * changed, and is exact at the reading. In a large one it is taken beside all else, from a snapshot of its own,
 * and answers with its instant until the next is ready.
 */

export interface KeeperOptions {
  /** Stores with no more visitors than this are counted at the reading: some tens of milliseconds. */
  readonly small?: number
}

const SMALL_VISITORS = 10_000
/** A large store is counted anew at most once a minute, and for at most a fiftieth of the time. */
const LEAST_PAUSE_MS = 60_000
const PAUSE_FACTOR = 50

/** Takes it from a snapshot; pauses wherever others may be answered. */
type Take<T> = (db: Db, asOf: number) => Generator<void, T>

export function createKeeper<T extends { readonly asOf: number }>(
  { db, path }: Pick<ReadTools, 'db'> & { readonly path: string },
  take: Take<T>,
  { small = SMALL_VISITORS }: KeeperOptions = {},
) {
  const upTo = db.prepare('SELECT count(*) FROM (SELECT 1 FROM visitor LIMIT ?)').pluck()
  let kept: T | null = null
  /** Of the store, when that was taken. */
  let taken = Number.NaN
  let costMs = 0
  let isCounting = false
  let failure: unknown = null

  /** Another number whenever another connection has written. */
  const version = () => Number(db.pragma('data_version', { simple: true }))

  async function countBeside(now: number): Promise<void> {
    isCounting = true
    const before = version()
    const own = openReader(path)
    let spentMs = 0
    try {
      own.exec('BEGIN')
      const steps = take(own, now)
      for (;;) {
        const startedAt = performance.now()
        const step = steps.next()
        spentMs += performance.now() - startedAt
        if (step.done) {
          kept = step.value
          taken = before
          costMs = spentMs
          return
        }
        await others()
      }
    } finally {
      own.close()
      isCounting = false
    }
  }

  function startCounting(now: number): void {
    if (isCounting) return
    countBeside(now).catch((error: unknown) => {
      failure = error // for whoever asks next
    })
  }

  function isDue(now: number): boolean {
    if (!kept) return true
    const pauseMs = Math.max(LEAST_PAUSE_MS, costMs * PAUSE_FACTOR)
    return version() !== taken && now - kept.asOf >= pauseMs
  }

  const isSmall = () => Number(upTo.get(small + 1)) <= small

  return {
    version,
    /** Begins to count a large store, if it is time. */
    prepare(now: number): void {
      if (!isSmall() && isDue(now)) startCounting(now)
    },
    /** Inside the snapshot that is read; null while a large store is counted for the first time. */
    current(now: number): T | null {
      if (failure !== null) {
        const error = failure
        failure = null
        throw error
      }
      if (isSmall()) {
        const found = version()
        const fresh = !kept || found !== taken ? finish(take(db, now)) : kept
        taken = found
        // Nothing has changed since, so it is right for this instant too.
        kept = { ...fresh, asOf: now }
        return kept
      }
      if (isDue(now)) startCounting(now)
      return kept
    },
  }
}

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Lets other reads be answered. */
const others = () => new Promise((resolve) => setImmediate(resolve))
