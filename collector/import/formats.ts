import { extname } from 'node:path'
import { csvPieces } from './csv-pieces.ts'
import { readEventLine } from './event-lines.ts'
import { linesOf } from './lines.ts'
import { createLogReader } from './log-lines.ts'
import type { Mapping } from './mapping.ts'
import { type Piece, type Place, piecesOfLines } from './run.ts'
import type { Source } from './source.ts'

/** Which reader a file is for. */

export const FORMATS = ['ndjson', 'csv', 'log'] as const
export const KINDS = ['events', 'leads', 'outcomes'] as const
export type FormatName = (typeof FORMATS)[number]
export type Kind = (typeof KINDS)[number]

export interface FileOptions {
  readonly format?: FormatName
  readonly what?: Kind
  readonly trustHuman?: boolean
}

export interface FileFormat {
  readonly name: FormatName
  /** Of a CSV; null where its first line tells. */
  readonly what: Kind | null
  readonly trustHuman: boolean
  /** An import of it that was broken off can go on where it was. */
  readonly hasPlaces: boolean
}

/** As asked for, or by the file's name, or by how it begins. */
export function formatOf(path: string, head: Buffer, options: FileOptions): FileFormat {
  const name = options.format ?? (options.what === undefined ? guess(path, head) : 'csv')
  return {
    name,
    what: options.what ?? null,
    trustHuman: options.trustHuman === true,
    hasPlaces: name !== 'csv',
  }
}

function guess(path: string, head: Buffer): FormatName {
  const end = extname(path.replace(/\.gz$/i, '')).toLowerCase()
  if (/^\.(nd)?jsonl?$/.test(end)) return 'ndjson'
  if (/^\.(csv|tsv)$/.test(end)) return 'csv'
  if (end === '.log') return 'log'
  return /^[\s\uFEFF]*\{/.test(head.toString('utf8')) || head.length === 0 ? 'ndjson' : 'csv'
}

export interface PieceContext {
  readonly now: number
  /** Secret of the store: makes pseudonyms of addresses in a log. */
  readonly key: Uint8Array
  /** How far the file is dealt with. */
  readonly past: Place | null
  readonly mapping?: Mapping | null
  /** Told which column is taken for what. */
  readonly onColumns?: (lines: readonly string[]) => void
}

export function piecesOf(
  { chunks }: Source,
  { name, what, trustHuman }: FileFormat,
  { now, key, past, mapping = null, onColumns = () => {} }: PieceContext,
): AsyncIterable<Piece> {
  if (name === 'csv') return csvPieces(chunks, { what, mapping, now, onColumns })
  const read =
    name === 'log'
      ? createLogReader({ now, key, trustHuman })
      : (text: string) => readEventLine(text, { now })
  return piecesOfLines(linesOf(chunks), read, past)
}
