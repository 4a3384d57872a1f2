import { parentPort, workerData } from 'node:worker_threads'
import { reasonOf } from '../log.ts'
import { removeProto } from '../no-proto.ts'
import { openInThread, serve } from '../store/remote.ts'
import { fatalExitOf } from '../store/trouble.ts'
import type { RawDelivery } from './pipeline.ts'
import { refusal } from './pipeline.ts'
import { openWriterService, type WriterOptions } from './writer-service.ts'

/**
 * The writer thread. Deliveries that arrive while a commit is being flushed wait and become the
 * next group: the slower the disk, the larger the groups. There is no timer; a lone delivery is
 * committed at the end of the tick it came in.
 */

/** Deliveries side by side, a list for each field: what crosses threads is copied, and names too. */
export interface Delivered {
  readonly kind: 'deliver'
  readonly first: number
  readonly body: readonly string[]
  readonly receivedAt: readonly number[]
  readonly userAgent: readonly string[]
  readonly origin: readonly (string | null)[]
  readonly address: readonly string[]
  readonly bot: readonly (string | null)[]
  readonly isTrusted: readonly boolean[]
}
export interface Answered {
  readonly kind: 'answers'
  readonly first: number
  readonly status: readonly number[]
  readonly body: readonly string[]
  readonly browser: readonly (string | null)[]
}
export interface Failed {
  readonly kind: 'failed'
  /** Fit for the log: nothing of anybody's data. */
  readonly message: string
  /** The store may be damaged: stop, so that a supervisor starts anew with a check. */
  readonly isFatal: boolean
  /** What the process is to end with after a fatal failure. */
  readonly exitCode?: number
  /** Whether the program failed, and not the store. */
  readonly isBug?: boolean
}

/** Events in one commit are bounded so that an answer never waits for a very long one. */
const MAX_GROUP = 1000

removeProto()
if (!parentPort) throw new Error('writer.ts runs as a worker thread')
const port = parentPort
const options = workerData as WriterOptions // given by engine.ts
const service = openInThread(port, options.store, () =>
  openWriterService({ ...options, onMistake: report }),
)
const waiting: Delivered[] = []
let isWorking = false
/** After a fatal failure nothing more is written: a flush that failed may not be followed by one that succeeds. */
let isBroken = false

port.on('message', (message: Delivered | { readonly kind: 'call' }) => {
  if (message.kind !== 'deliver') {
    later() // a call may have left work behind
    return
  }
  waiting.push(message)
  if (waiting.length === 1) setImmediate(commitWaiting)
})
serve(port, service, (error) => {
  if (fatalExitOf(error) !== null) report(error)
})
later()

/** What can wait is done in pieces, between groups. */
function later(): void {
  if (isWorking) return
  isWorking = true
  setImmediate(workOn)
}

function workOn(): void {
  isWorking = false
  try {
    if (service.work()) later()
  } catch (error) {
    report(error) // tried again after the next call, at the latest in a minute
  }
}

function commitWaiting(): void {
  const group: Delivered[] = []
  let size = 0
  while (waiting[0] && (size === 0 || size + waiting[0].body.length <= MAX_GROUP)) {
    group.push(waiting[0])
    size += waiting[0].body.length
    waiting.shift()
  }
  const raws = group.flatMap(rawsOf)
  const answers = commit(raws)
  let next = 0
  for (const { first, body } of group) {
    const part = answers.slice(next, next + body.length)
    next += body.length
    port.postMessage({
      kind: 'answers',
      first,
      status: part.map((answer) => answer.status),
      body: part.map((answer) => answer.body),
      browser: part.map((answer) => answer.browser),
    } satisfies Answered)
  }
  if (waiting.length > 0) setImmediate(commitWaiting)
  later() // another process may have published a model
}

function rawsOf(delivered: Delivered): RawDelivery[] {
  const { body, receivedAt, userAgent, origin, address, bot, isTrusted } = delivered
  return body.map((text, i) => ({
    body: text,
    receivedAt: receivedAt[i] ?? 0,
    userAgent: userAgent[i] ?? '',
    origin: origin[i] ?? null,
    address: address[i] ?? '',
    bot: bot[i] ?? null,
    isTrusted: isTrusted[i] ?? false,
  }))
}

function commit(raws: readonly RawDelivery[]) {
  if (isBroken) return raws.map(() => refusal('store_unavailable'))
  try {
    return service.ingest(raws)
  } catch (error) {
    report(error)
    return raws.map(() => refusal('store_unavailable'))
  }
}

function report(error: unknown): void {
  const exitCode = fatalExitOf(error)
  isBroken ||= exitCode !== null
  port.postMessage({
    kind: 'failed',
    message: reasonOf(error),
    isFatal: exitCode !== null,
    ...(exitCode !== null && { exitCode }),
  } satisfies Failed)
}
