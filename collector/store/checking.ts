import { parentPort, workerData } from 'node:worker_threads'
import { checkStore } from './sqlite/check.ts'
import { codeOf } from './trouble.ts'

/** A thread that checks the whole store once, and says 'ok', what is wrong, or nothing where it can't tell. */

if (!parentPort) throw new Error('checking.ts runs as a worker thread')
const { store } = workerData as { readonly store: string } // given by engine.ts
try {
  parentPort.postMessage(checkStore(store))
} catch (error) {
  const isDamage = /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(codeOf(error))
  const first = error instanceof Error ? error.message : String(error)
  parentPort.postMessage(isDamage ? `${codeOf(error)} ${first}` : '')
}
