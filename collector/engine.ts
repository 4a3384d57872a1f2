import { Worker } from 'node:worker_threads'
import { isAdmitted } from './admission.ts'
import { problem } from './errors.ts'
import type { Answer, RawDelivery } from './ingest/pipeline.ts'
import type { Answered, Delivered, Failed } from './ingest/writer.ts'
import type { WriterOptions, WriterService } from './ingest/writer-service.ts'
import { reasonOf } from './log.ts'
import type { Waiting } from './metrics.ts'
import { opened, type Remote, remoteOf } from './store/remote.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'
import type { Notice } from './store/store-file.ts'
import { codeOf, EXIT_STORE_DAMAGED } from './store/trouble.ts'

/**
 * The two threads behind the HTTP one: a writer that owns the store, and a reader. What is
 * collected during one turn of the event loop crosses to the writer as one message.
 */
export interface Engine {
  /** The verdict of one delivery, after it is on disk. Refuses at once when too much is waiting. */
  collect(raw: RawDelivery): Promise<Answer>
  readonly reader: InternalReader
  readonly writer: Admin
  /** Deliveries taken and not yet answered. */
  waiting(): number
  /** The same, with their bytes and the age of the oldest. */
  load(): Waiting
  /** Whether the store failed for good: nothing is acknowledged any more. */
  isFailed(): boolean
  /** To be called every hour: forgets what must not be kept longer; events only where `now` is beyond doubt. */
  tidy(now: number, isSure: boolean): Promise<void>
  /** To be called every second: does what the clock alone changes, and heeds other processes. */
  look(now: number): Promise<readonly Notice[]>
  /** To be called at the start and every hour: checks the whole store, beside all else, when a week has passed. */
  check(now: number): Promise<void>
  /** Answers what is waiting, then closes the store. */
  close(): Promise<void>
}

/** What only the engine itself calls. */
type Inward =
  | 'ingest'
  | 'isolate'
  | 'startPruning'
  | 'forgetSalts'
  | 'look'
  | 'work'
  | 'close'
  | 'checkedAt'
  | 'noteChecked'

export type Admin = {
  [K in Exclude<keyof WriterService, Inward>]: (
    ...args: Parameters<WriterService[K]>
  ) => Promise<ReturnType<WriterService[K]>>
}

export interface EngineOptions extends WriterOptions {
  /** Tells of a store that failed; after a fatal failure nothing is acknowledged any more. */
  onFailure(failure: Failed): void
}

/** Deliveries wait meanwhile. */
const PATIENCE_MS = 100

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { onFailure, ...writerOptions } = options
  const writing = new Worker(new URL('./writer.js', import.meta.url), {
    workerData: { patienceMs: PATIENCE_MS, ...writerOptions },
    // Room for what one group makes and forgets: fewer, cheaper collections while ingesting.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  await opened(writing)
  const reading = new Worker(new URL('./reader.js', import.meta.url), {
    workerData: { store: options.store },
    // Little, because what it reads for a page is soon forgotten, and memory is shared with the writer.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  })
  const writer = remoteOf<WriterService>(writing)
  await opened(reading).catch(async (error) => {
    await writer.close()
    await writing.terminate()
    throw error
  })
  const { collect, waiting, load, isFailed, fail, drained } = createCollect(writing, onFailure)
  let isClosing = false
  // A thread that ends, whatever of, ends the process: half a collector would look alive.
  reading.on('error', (error) => fail(endOfThread('reader', error)))
  for (const [name, thread] of [
    ['writer', writing],
    ['reader', reading],
  ] as const) {
    thread.on('exit', () => isClosing || isFailed() || fail(endOfThread(name, null)))
  }
  reading.on('message', (message: Failed | { readonly kind: 'return' }) => {
    if (message.kind === 'failed') fail(message)
  })
  const reader = remoteOf<InternalReader>(reading) as unknown as InternalReader // async on both sides
  await reader.warm(options.now)
  const checks = createChecks(options.store, writer, fail)
  return {
    collect,
    waiting,
    load,
    isFailed,
    async tidy(now, isSure) {
      await writer.forgetSalts(now)
      if (isSure) await writer.startPruning(now)
    },
    look: (now) => writer.look(now),
    check: checks.check,
    reader,
    writer: writer as unknown as Admin, // calls of a remote return promises
    async close() {
      await drained()
      await checks.end()
      isClosing = true
      await reading.terminate()
      await writer.close()
      await writing.terminate()
    },
  }
}

/**
 * What a thread ended with. Where the driver threw it, it is no error on this side; anything else is a fault of
 * ours, and the store is sound.
 */
function endOfThread(name: string, error: unknown): Failed {
  const isBug = error instanceof Error && !codeOf(error).startsWith('SQLITE_')
  const reason = error instanceof Error ? reasonOf(error) : 'of an error in the store'
  return { kind: 'failed', message: `the ${name} thread ended: ${reason}`, isFatal: true, isBug }
}

/** A delivery that waits; `at` on the monotonic clock. */
interface Asked {
  readonly answer: (answer: Answer) => void
  readonly at: number
  readonly bytes: number
}

const WEEK_MS = 7 * 86_400_000

/** Checks of the whole store in a thread of its own, which reads a table at a time. */
function createChecks(
  store: string,
  writer: Pick<Remote<WriterService>, 'checkedAt' | 'noteChecked'>,
  fail: (failure: Failed) => void,
) {
  let checking: Worker | null = null
  let isFirst = true
  return {
    async check(now: number): Promise<void> {
      const last = await writer.checkedAt()
      // What is too long to be checked while it is opened is checked right after that.
      const isDue = isFirst || last === null || now - last >= WEEK_MS
      if (!isDue || checking) return
      isFirst = false
      const worker = new Worker(new URL('./checker.js', import.meta.url), { workerData: { store } })
      checking = worker
      const found = await new Promise<string>((resolve) => {
        worker.once('message', resolve)
        worker.once('error', (error) => resolve(String(error)))
        worker.once('exit', () => resolve(''))
      })
      checking = null
      if (found === 'ok') await writer.noteChecked(now)
      else if (found !== '') {
        const message = `the store is damaged: ${found}`
        fail({ kind: 'failed', message, isFatal: true, exitCode: EXIT_STORE_DAMAGED })
      }
    },
    async end(): Promise<void> {
      await checking?.terminate()
    },
  }
}

function createCollect(writing: Worker, onFailure: EngineOptions['onFailure']) {
  const asked = new Map<number, Asked>()
  let bytes = 0
  let next = 0
  let turn: RawDelivery[] = []
  let isFailed = false
  let onDrained = () => {}

  const unavailable = (code: 'overloaded' | 'store_unavailable'): Answer => ({
    status: 503,
    body: JSON.stringify(problem(code)),
    browser: null,
  })
  function fail(failure: Failed): void {
    isFailed ||= failure.isFatal
    if (isFailed) for (const { answer } of asked.values()) answer(unavailable('store_unavailable'))
    if (isFailed) asked.clear()
    if (isFailed) onDrained()
    onFailure(failure)
  }
  function send(): void {
    const raws = turn
    turn = []
    writing.postMessage({
      kind: 'deliver',
      first: next - raws.length,
      body: raws.map((raw) => raw.body),
      receivedAt: raws.map((raw) => raw.receivedAt),
      userAgent: raws.map((raw) => raw.userAgent),
      origin: raws.map((raw) => raw.origin),
      address: raws.map((raw) => raw.address),
      bot: raws.map((raw) => raw.bot ?? null),
      isTrusted: raws.map((raw) => raw.isTrusted === true),
    } satisfies Delivered)
  }
  writing.on('message', (message: Answered | Failed | { readonly kind: 'return' }) => {
    if (message.kind === 'failed') fail(message)
    if (message.kind !== 'answers') return
    message.status.forEach((status, i) => {
      const [body = '', browser = null] = [message.body[i], message.browser[i]]
      const one = asked.get(message.first + i)
      asked.delete(message.first + i)
      bytes -= one?.bytes ?? 0
      one?.answer({ status, body, browser })
    })
    if (asked.size === 0) onDrained()
  })
  writing.on('error', (error) => fail(endOfThread('writer', error)))

  /** Entries are in the order in which they came, so the first is the oldest. */
  function load(): Waiting {
    const [oldest] = asked.values()
    return { count: asked.size, bytes, oldestMs: oldest ? performance.now() - oldest.at : 0 }
  }

  return {
    waiting: () => asked.size,
    load,
    fail,
    isFailed: () => isFailed,
    collect: (raw: RawDelivery) =>
      new Promise<Answer>((resolve) => {
        if (isFailed) return resolve(unavailable('store_unavailable'))
        if (!isAdmitted(load())) return resolve(unavailable('overloaded'))
        asked.set(next, { answer: resolve, at: performance.now(), bytes: raw.body.length })
        bytes += raw.body.length
        next += 1
        turn.push(raw)
        if (turn.length === 1) setImmediate(send)
      }),
    drained: () =>
      new Promise<void>((resolve) => {
        if (asked.size === 0) resolve()
        else onDrained = resolve
      }),
  }
}
