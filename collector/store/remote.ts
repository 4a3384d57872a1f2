import type { MessagePort, Worker } from 'node:worker_threads'
import { StoreTrouble, troubleOf } from './trouble.ts'

/**
 * Calls across threads: an object of async methods served in one thread, called in another as if
 * it were there. Arguments and results are copied; errors come back as errors.
 */

interface Call {
  readonly kind: 'call'
  readonly ticket: number
  readonly method: string
  readonly args: readonly unknown[]
}
interface Return {
  readonly kind: 'return'
  readonly ticket: number
  readonly value?: unknown
  readonly error?: string
}

/** The first message of a thread. */
type Opened =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly message: string; readonly exitCode: number }

/** In a thread: opens the store it works on and says so, or says why not and ends. */
export function openInThread<T>(port: MessagePort, path: string, open: () => T): T {
  try {
    const opened = open()
    port.postMessage({ kind: 'opened' } satisfies Opened)
    return opened
  } catch (error) {
    // An error of the driver is no error any more on the other side; its sentence is what counts.
    const { message, exitCode } = troubleOf(error, path)
    port.postMessage({ kind: 'refused', message, exitCode } satisfies Opened)
    process.exit()
  }
}

/** Resolves once the thread has opened its store; rejects with the reason where it can't. */
export function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (first: Opened) => {
      worker.off('error', reject)
      if (first.kind === 'opened') resolve()
      else reject(new StoreTrouble(first.message, first.exitCode))
    })
  })
}

/** Answers calls that arrive at this port with the methods of `served`; `onError` hears what they threw. */
export function serve(
  port: MessagePort,
  served: object,
  onError: (error: unknown) => void = () => {},
): void {
  port.on('message', async (message: Call) => {
    if (message.kind !== 'call') return
    const reply = (rest: Omit<Return, 'kind' | 'ticket'>) =>
      port.postMessage({ kind: 'return', ticket: message.ticket, ...rest } satisfies Return)
    try {
      const method: unknown = Reflect.get(served, message.method)
      if (typeof method !== 'function') throw new Error(`there is no ${message.method}`)
      reply({ value: await method.apply(served, message.args) })
    } catch (error) {
      onError(error)
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}

/** An object whose methods run in `worker`. Pending calls fail when the worker ends. */
export function remoteOf<T extends object>(worker: Worker): Remote<T> {
  let last = 0
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  worker.on('message', (message: Return) => {
    if (message.kind !== 'return') return
    const caller = waiting.get(message.ticket)
    waiting.delete(message.ticket)
    if (message.error === undefined) caller?.resolve(message.value)
    else caller?.reject(new Error(message.error))
  })
  worker.on('exit', () => {
    for (const caller of waiting.values()) caller.reject(new Error('the store thread has ended'))
    waiting.clear()
  })
  const call =
    (method: string) =>
    (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        worker.postMessage({ kind: 'call', ticket: last, method, args } satisfies Call)
      })
  // Every property is a call; `then` is none, or awaiting the object itself would call it.
  return new Proxy({} as Remote<T>, {
    get: (_, name) => (typeof name === 'string' && name !== 'then' ? call(name) : undefined),
  })
}
