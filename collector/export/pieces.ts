import type { ExportQuery } from '../store/exported.ts'
import type { Found } from '../store/reader.ts'
import type { Page } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { Column } from './column.ts'
import { slugOf } from './csv.ts'
import { EVENT_COLUMNS } from './event-columns.ts'
import { LEAD_COLUMNS } from './lead-columns.ts'
import { parquetPieces } from './parquet.ts'
import { SCORE_COLUMNS, scoreLineOf } from './score-line.ts'
import { csvTable } from './table.ts'

/**
 * All leads, scores or events, for a download, a route or a command: one piece for each page that is read (for
 * each row group of Parquet), so that it takes the memory of a page whatever there is, and no read lasts longer
 * than one.
 */

export const EXPORT_KINDS = ['leads', 'scores', 'events'] as const
export type ExportKind = (typeof EXPORT_KINDS)[number]
/** A line of NDJSON is as the API tells it, and of an event all that an import needs. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface ExportAsk {
  readonly what: ExportKind
  readonly format: ExportFormat
  readonly site?: string | undefined
  /** Epoch milliseconds, both ends included: when leads were last seen, and when events happened. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

export type ExportReader = Pick<InternalReader, 'exportLeads' | 'exportEvents'>

export interface ExportOptions {
  /** Told how many rows were read further. */
  readonly onRows?: (count: number) => void
  /** Of Parquet; see `parquetPieces`. */
  readonly rowsAGroup?: number
}

const LEADS_A_PAGE = 100
const EVENTS_A_PAGE = 1000
/** Encoded in some 20 ms. */
const ROWS_A_GROUP = 2000

/** Throws what a read throws: what was told until then is not all there is. */
export function exportPieces(
  reader: ExportReader,
  ask: ExportAsk,
  now: number,
  options: ExportOptions = {},
): AsyncGenerator<string | Uint8Array> {
  if (ask.what === 'events') {
    const pages = pagesOf(ask, EVENTS_A_PAGE, (query) => reader.exportEvents(query))
    return inFormat(ask.format, pages, EVENT_COLUMNS, options)
  }
  const pages = pagesOf(ask, LEADS_A_PAGE, (query) => reader.exportLeads(query, now))
  if (ask.what === 'leads') return inFormat(ask.format, pages, LEAD_COLUMNS, options)
  return inFormat(ask.format, eachRow(pages, scoreLineOf), SCORE_COLUMNS, options)
}

async function* inFormat<R extends object>(
  format: ExportFormat,
  pages: AsyncIterable<readonly R[]>,
  columns: readonly Column<R>[],
  { onRows = () => {}, rowsAGroup = ROWS_A_GROUP }: ExportOptions,
): AsyncGenerator<string | Uint8Array> {
  const counted = tellingRows(pages, onRows)
  if (format === 'parquet') {
    yield* parquetPieces(counted, columns, rowsAGroup)
    return
  }
  let isFirst = true
  for await (const page of counted) {
    yield format === 'csv' ? csvTable(page, columns, isFirst) : linesOf(page)
    isFirst = false
  }
}

/** Pages up to the last one; at least one. */
async function* pagesOf<T>(
  { site, since, until }: ExportAsk,
  limit: number,
  read: (query: ExportQuery) => Promise<Found<Page<T>>>,
): AsyncGenerator<readonly T[]> {
  let cursor: string | null = null
  do {
    const found: Found<Page<T>> = await read({
      limit,
      ...(site !== undefined && { site }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(cursor !== null && { cursor }),
    })
    if (found.kind !== 'found') throw new Error(`the export can't go on: ${found.kind}`)
    yield found.value.data
    cursor = found.value.next_cursor
  } while (cursor !== null)
}

async function* eachRow<T, R>(pages: AsyncIterable<readonly T[]>, rowOf: (one: T) => R) {
  for await (const page of pages) yield page.map(rowOf)
}

async function* tellingRows<T>(
  pages: AsyncIterable<readonly T[]>,
  onRows: (count: number) => void,
): AsyncGenerator<readonly T[]> {
  for await (const page of pages) {
    onRows(page.length)
    yield page
  }
}

function linesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** What a file is called: what it holds, of which site, and the day on which it was made. */
export function exportName({ what, format }: ExportAsk, siteName: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10)
  return `${['pique', what, slugOf(siteName).slice(0, 40), day].filter(Boolean).join('-')}.${format}`
}

export function isExportKind(text: string): text is ExportKind {
  return EXPORT_KINDS.some((kind) => kind === text)
}

export function isExportFormat(text: string): text is ExportFormat {
  return EXPORT_FORMATS.some((format) => format === text)
}
