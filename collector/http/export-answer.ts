import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'hono'
import {
  EXPORT_FORMATS,
  type ExportAsk,
  type ExportFormat,
  type ExportReader,
  exportName,
  exportPieces,
  isExportKind,
} from '../export/pieces.ts'
import type { SiteJson } from '../store/shapes.ts'
import { parseInstant } from './api-instant.ts'

/** An export as a download: whole, or broken off so that nobody takes a part for all of it. */

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
}

export type ReadAsk =
  | { readonly ok: true; readonly ask: ExportAsk }
  | { readonly ok: false; readonly problem: string }

/** Reads `what`, `format`, `since` and `until` of an address; the leads as CSV where it names nothing. */
export function readExportAsk(query: Readonly<Record<string, string>>, site?: string): ReadAsk {
  const what = query.what ?? 'leads'
  if (!isExportKind(what)) return wrong('What can be exported is leads, scores and events.')
  const formats: readonly string[] = EXPORT_FORMATS[what]
  const format = query.format ?? formats[0]
  if (format === undefined || !formats.includes(format)) {
    return wrong(`The ${what} can be had as ${formats.join(' or ')}.`)
  }
  const period = readPeriod(query)
  if (!period.ok) return period
  // One of the formats, as was just looked up.
  return { ok: true, ask: { what, format: format as ExportFormat, site, ...period.period } }
}

export type ReadPeriod =
  | { readonly ok: true; readonly period: Pick<ExportAsk, 'since' | 'until'> }
  | { readonly ok: false; readonly problem: string }

/** Reads `since` and `until`: days, of which the last is within, or instants; left out where empty. */
export function readPeriod(query: Readonly<Record<string, string>>): ReadPeriod {
  const since = query.since ? parseInstant(query.since, 'start') : undefined
  const until = query.until ? parseInstant(query.until, 'end') : undefined
  if (since === null || until === null) {
    return wrong('A period begins and ends with a day, such as 2026-11-30.')
  }
  if (since !== undefined && until !== undefined && since > until) {
    return wrong('This period ends before it begins.')
  }
  return { ok: true, period: { since, until } }
}

function wrong(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

export interface ExportSource {
  readonly reader: ExportReader
  readonly ask: ExportAsk
  readonly site: SiteJson | null
  readonly now: number
  /** Told of a read that failed when part of the download was on its way. */
  readonly onBroken: (error: unknown) => void
}

/** Answers with the file; rejects where not even its beginning can be read. */
export async function exportAnswer(
  c: Context,
  { reader, ask, site, now, onBroken }: ExportSource,
): Promise<Response> {
  const pieces = exportPieces(reader, ask, now)
  const first = await pieces.next()
  const fail = (error: unknown, controller: ReadableStreamDefaultController) => {
    onBroken(error)
    breakOff(c, error, controller)
  }
  c.header('content-type', TYPES[ask.format])
  c.header(
    'content-disposition',
    `attachment; filename="${exportName(ask, site?.name ?? '', now)}"`,
  )
  c.header('cache-control', 'no-store')
  return c.body(streamOf(pieces, first, fail))
}

/** Pulled by whoever reads, so that no more than a page is held; asked for as whom the request was let in. */
function streamOf(
  pieces: AsyncGenerator<string>,
  first: IteratorResult<string>,
  fail: (error: unknown, controller: ReadableStreamDefaultController) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  // What is read is veiled by who asks, and a stream is pulled by nobody in particular.
  const asCaller = AsyncLocalStorage.snapshot()
  let next: IteratorResult<string> | null = first
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        // A page may be empty, and a stream goes on only after a piece.
        for (;;) {
          const { done, value } = next ?? (await asCaller(() => pieces.next()))
          next = null
          if (done) return controller.close()
          if (value !== '') return controller.enqueue(encoder.encode(value))
        }
      } catch (error) {
        fail(error, controller)
      }
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/**
 * Ends the connection in the middle of the answer: a browser then says that the download failed. Where there
 * is no connection, as in a test, the stream fails.
 */
function breakOff(c: Context, error: unknown, controller: ReadableStreamDefaultController): void {
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: { destroy(): void } } // as node-server has it
  if (outgoing) outgoing.destroy()
  else controller.error(error)
}
