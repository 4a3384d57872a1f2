import { createHash } from 'node:crypto'
import type { RawDelivery } from '../ingest/pipeline.ts'
import type { WriterService } from '../ingest/writer-service.ts'
import { countAnswer } from './answers.ts'
import { type PlacedRow, toldOf } from './deliveries.ts'
import type { ImportReport, Skip, Tally } from './report.ts'
import type { Place } from './run.ts'

/** Where rows go when nobody else is on the store: straight in, a group of them in one commit. */

export type Keeper = Pick<WriterService, 'ingest' | 'importRun' | 'putImportRun' | 'dropImportRun'>

/** Rows in one commit: what one costs besides is spread over them, and memory stays small. */
export const ROWS_A_COMMIT = 4_000

export interface StoreEnd {
  readonly store: Keeper
  /** The site's key. */
  readonly site: string
  readonly now: () => number
  readonly tally: Tally
  onSkip(skip: Skip): void
}

export async function takeIntoStore(
  rows: readonly PlacedRow[],
  { store, site, now, tally, onSkip }: StoreEnd,
): Promise<void> {
  if (rows.length === 0) return
  const told = toldOf(site, rows)
  const receivedAt = now()
  const answers = store.ingest(told.map(({ body }) => deliveryOf(body, receivedAt)))
  answers.forEach((answer, i) => {
    const one = told[i]
    if (one) countAnswer(one, answer, tally, onSkip)
  })
}

/** As a route of ours hands it over. */
export function deliveryOf(body: string, receivedAt: number): RawDelivery {
  return { body, receivedAt, userAgent: '', origin: null, address: '', isTrusted: true }
}

/** A broken-off import, with what it had come to. */
export interface BrokenOff {
  readonly place: Place
  readonly report: ImportReport
  readonly tookMs: number
}

/** What an import is known by: where to, how it is read, and how the file begins. Its hash tells the rest. */
export function nameOfRun(parts: readonly string[], head: Buffer): string {
  return createHash('sha256').update(JSON.stringify(parts)).update(head).digest('hex')
}

export function readRun(store: Keeper, name: string): BrokenOff | null {
  const run = store.importRun(name)
  return run ? (JSON.parse(run.report) as BrokenOff) : null // as `keepRun` wrote it
}

/** Remembers how far it is, right after the commit: a row between the two is known when it comes again. */
export function keepRun(store: Keeper, name: string, run: BrokenOff, updatedAt: number): void {
  store.putImportRun(name, { place: run.place.end, report: JSON.stringify(run), updatedAt })
}
