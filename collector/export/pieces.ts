import type { ExportQuery } from '../store/exported.ts'
import type { Found } from '../store/reader.ts'
import type { LeadJson, Page } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { csvOf, slugOf } from './csv.ts'
import { LEAD_COLUMNS } from './lead-columns.ts'

/**
 * All leads, scores or events as text, for a download, a route or a command: one piece of text for each page
 * that is read, so that it takes the memory of a page whatever there is, and no read lasts longer than one.
 */

/** What can be exported, and as what; a line of NDJSON is as the API tells it. */
export const EXPORT_FORMATS = {
  leads: ['csv', 'ndjson'],
  scores: ['ndjson'],
  events: ['ndjson'],
} as const
export type ExportKind = keyof typeof EXPORT_FORMATS
export type ExportFormat = 'csv' | 'ndjson'

export interface ExportAsk {
  readonly what: ExportKind
  readonly format: ExportFormat
  readonly site?: string | undefined
  /** Epoch milliseconds, both ends included: when leads were last seen, and when events happened. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

export type ExportReader = Pick<InternalReader, 'exportLeads' | 'exportEvents'>

const LEADS_A_PAGE = 100
const EVENTS_A_PAGE = 500

/** Throws what a read throws: what was told until then is not all there is. */
export async function* exportPieces(
  reader: ExportReader,
  ask: ExportAsk,
  now: number,
): AsyncGenerator<string> {
  if (ask.what === 'events') {
    const events = pagesOf(ask, EVENTS_A_PAGE, (query) => reader.exportEvents(query))
    for await (const page of events) yield linesOf(page)
    return
  }
  const leads = pagesOf(ask, LEADS_A_PAGE, (query) => reader.exportLeads(query, now))
  let isFirst = true
  for await (const page of leads) {
    if (ask.format === 'csv') yield tableOf(page, isFirst)
    else yield linesOf(ask.what === 'scores' ? page.map(scoreOf) : page)
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

function tableOf(leads: readonly LeadJson[], isFirst: boolean): string {
  const rows = leads.map((lead) => LEAD_COLUMNS.map(({ of }) => of(lead)))
  const head = LEAD_COLUMNS.map(({ header }) => header)
  return csvOf(isFirst ? [head, ...rows] : rows, { bom: isFirst })
}

function linesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** Whose score it is, and the score as the API tells it. */
function scoreOf(lead: LeadJson) {
  const { id, site, email, user_id, score, score_milli, engagement, fit, grade, stage } = lead
  const { model_version, as_of, percentile, reasons } = lead
  const whose = { lead: id, site, email, user_id }
  const parts = { engagement, fit, grade, stage, model_version, as_of, percentile, reasons }
  return { ...whose, score, score_milli, ...parts }
}

/** What a file is called: what it holds, of which site, and the day on which it was made. */
export function exportName({ what, format }: ExportAsk, siteName: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10)
  return `${['pique', what, slugOf(siteName).slice(0, 40), day].filter(Boolean).join('-')}.${format}`
}

export function isExportKind(text: string): text is ExportKind {
  return Object.hasOwn(EXPORT_FORMATS, text)
}
