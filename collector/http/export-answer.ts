import type { Context } from 'hono'
import {
  EXPORT_FORMATS,
  type ExportAsk,
  type ExportReader,
  exportName,
  exportPieces,
  isExportFormat,
  isExportKind,
} from '../export/pieces.ts'
import type { SiteJson } from '../store/shapes.ts'
import { parseInstant } from './api-instant.ts'
import { piecesAnswer } from './download.ts'

/** An export as a download. */

export type ReadAsk =
  | { readonly ok: true; readonly ask: ExportAsk }
  | { readonly ok: false; readonly problem: string }

/** Reads `what`, `format`, `since` and `until` of an address; the leads as CSV where it names nothing. */
export function readExportAsk(query: Readonly<Record<string, string>>, site?: string): ReadAsk {
  const what = query.what ?? 'leads'
  if (!isExportKind(what)) return wrong('What can be exported is leads, scores and events.')
  const format = query.format ?? (what === 'leads' ? 'csv' : 'ndjson')
  if (!isExportFormat(format)) {
    return wrong(`The ${what} can be had as ${EXPORT_FORMATS.join(', ')}.`)
  }
  const period = readPeriod(query)
  return period.ok ? { ok: true, ask: { what, format, site, ...period.period } } : period
}

export type ReadPeriod =
  | { readonly ok: true; readonly period: Pick<ExportAsk, 'since' | 'until'> }
  | { readonly ok: false; readonly problem: string }

/** Reads `since` and `until`: days, of which the last is within, or instants; left out where empty. */
export function readPeriod(query: Readonly<Record<string, string>>): ReadPeriod {
  const since = query.since ? parseInstant(query.since, 'start') : undefined
  const until = query.until ? parseInstant(query.until, 'end') : undefined
  if (since === null || until === null) {
    const bad = (since === null ? query.since : query.until)?.slice(0, 40)
    return wrong(
      `A period begins and ends with a day, such as 2026-11-30, or an instant; “${bad}” is neither.`,
    )
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
  readonly onBroken: (error: unknown) => void
}

/** Answers with the file; see `piecesAnswer`. */
export function exportAnswer(
  c: Context,
  { reader, ask, site, now, onBroken }: ExportSource,
): Promise<Response> {
  const name = exportName(ask, site?.name ?? '', now)
  return piecesAnswer(c, {
    name,
    type: ask.format,
    pieces: exportPieces(reader, ask, now),
    onBroken,
  })
}
