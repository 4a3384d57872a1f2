import { parentPort, workerData } from 'node:worker_threads'
import { removeProto } from '../no-proto.ts'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains } from '../scoring/mail-domains.ts'
import { openInThread, serve } from './remote.ts'
import { createSqliteReader, type InternalReader } from './sqlite/read/reader.ts'
import { fatalExitOf } from './trouble.ts'

/** The reader thread: pages and API answers are computed here, so that they never delay a beacon. */

export interface ReadingOptions {
  readonly store: string
}

/** What needs nothing that is read into memory: it is answered while a large store is still being read. */
const AT_ONCE: readonly unknown[] = [
  'key',
  'session',
  'account',
  'accounts',
  'invitation',
  'sites',
  'keys',
  'engagement',
  'rejected',
  'quarantined',
  'isQuarantined',
  'mentions',
  'backups',
  'changeHead',
] satisfies readonly (keyof InternalReader)[]

/** The reader, whose `warm` is answered at once; what needs it waits for its end. */
function afterWarming(reader: InternalReader): InternalReader {
  let warmed: Promise<unknown> = Promise.resolve()
  return new Proxy(reader, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || AT_ONCE.includes(name)) return method
      if (name !== 'warm')
        return (...args: unknown[]) => warmed.then(() => method.apply(target, args))
      return async (now: number) => {
        // Where it fails the first read does the same, and tells of it.
        warmed = target.warm(now).catch(() => null)
      }
    },
  })
}

removeProto()
if (!parentPort) throw new Error('reading.ts runs as a worker thread')
const { store } = workerData as ReadingOptions // given by engine.ts
const open = () => afterWarming(createSqliteReader(store, createMailDomains(free, disposable)))
const port = parentPort
serve(port, openInThread(port, store, open), (error) => {
  const exitCode = fatalExitOf(error)
  const message = `a read failed: ${error instanceof Error ? error.message : String(error)}`
  if (exitCode !== null) port.postMessage({ kind: 'failed', message, isFatal: true, exitCode })
})
