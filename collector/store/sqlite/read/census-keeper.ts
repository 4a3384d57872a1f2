import { openReader } from '../connect.ts'
import { type Census, createCensusReads } from './census.ts'
import type { ReadTools } from './tools.ts'

/**
 * Keeps a census of visitors at hand. In a small store it is taken anew whenever anything has changed, and is
 * exact at the reading. In a large one it is taken beside all else, from a snapshot of its own, and answers
 * with its instant until the next is ready; what is known of leads is brought up to the reading all the same.
 */

export interface KeeperOptions {
  /** Stores with no more visitors than this are counted at the reading: some tens of milliseconds. */
  readonly small?: number
}

const SMALL_VISITORS = 10_000
/** A large store is counted anew at most once a minute, and for at most a fiftieth of the time. */
const LEAST_PAUSE_MS = 60_000
const PAUSE_FACTOR = 50

export function createCensusKeeper(
  { db, path }: Pick<ReadTools, 'db'> & { readonly path: string },
  { small = SMALL_VISITORS }: KeeperOptions = {},
) {
  const reads = createCensusReads(db)
  const upTo = db.prepare('SELECT count(*) FROM (SELECT 1 FROM visitor LIMIT ?)').pluck()
  let census: Census | null = null
  /** Of the store, when the census was taken. */
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
      const steps = createCensusReads(own).take(now)
      for (;;) {
        const startedAt = performance.now()
        const step = steps.next()
        spentMs += performance.now() - startedAt
        if (step.done) {
          census = step.value
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
    if (!census) return true
    const pauseMs = Math.max(LEAST_PAUSE_MS, costMs * PAUSE_FACTOR)
    return version() !== taken && now - census.asOf >= pauseMs
  }

  const isSmall = () => Number(upTo.get(small + 1)) <= small

  return {
    version,
    /** Begins to count a large store, if it is time. */
    prepare(now: number): void {
      if (!isSmall() && isDue(now)) startCounting(now)
    },
    /** Inside the snapshot that is read; null while a large store is counted for the first time. */
    census(now: number): Census | null {
      if (failure !== null) {
        const error = failure
        failure = null
        throw error
      }
      if (isSmall()) {
        const found = version()
        if (!census || found !== taken) census = finish(reads.take(now))
        taken = found
        // Nothing has changed since, so it is right for this instant too.
        census = { ...census, asOf: now }
        return census
      }
      if (isDue(now)) startCounting(now)
      if (census) reads.catchUp(census)
      return census
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
