import { parentPort, workerData } from 'node:worker_threads'
import { dropProto } from '../harden.ts'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains } from '../scoring/mail-domains.ts'
import { openInThread, serve } from './remote.ts'
import { createSqliteReader } from './sqlite/read/reader.ts'

/** The reader thread: pages and API answers are computed here, so that they never delay a beacon. */

export interface ReadingOptions {
  readonly store: string
}

dropProto()
if (!parentPort) throw new Error('reading.ts runs as a worker thread')
const { store } = workerData as ReadingOptions // given by engine.ts
const open = () => createSqliteReader(store, createMailDomains(free, disposable))
serve(parentPort, openInThread(parentPort, store, open))
