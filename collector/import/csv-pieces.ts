import { pipeline, Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { createRowReader, type Kind } from './csv-rows.ts'
import type { Mapping } from './mapping.ts'
import type { Piece, ReadLine } from './run.ts'
import { delimiterOf } from './table.ts'
import { ImportTrouble } from './trouble.ts'

/** A CSV of any size as pieces, at constant memory. */

const ROWS_A_PIECE = 500
const MAX_ROW_CHARS = 100_000

export interface CsvContext {
  readonly what: Kind | null
  readonly mapping: Mapping | null
  readonly now: number
  readonly onColumns: (lines: readonly string[]) => void
}

interface Parsed {
  readonly info: Info
  readonly record: readonly string[]
}

export async function* csvPieces(
  chunks: AsyncIterable<Buffer>,
  context: CsvContext,
): AsyncGenerator<Piece> {
  const parser = await parserOf(chunks)
  if (!parser) return
  let reader: ReturnType<typeof createRowReader> | null = null
  let rows: ReadLine[] = []
  let line = 1
  try {
    for await (const { info, record } of parser as AsyncIterable<Parsed>) {
      const began = line
      line = info.lines + 1
      if (record.every((cell) => cell === '')) continue
      if (!reader) {
        reader = createRowReader(record, context)
        context.onColumns(reader.columns)
        continue
      }
      rows.push({ line: began, read: reader.read(record), text: record.join(',') })
      if (rows.length < ROWS_A_PIECE) continue
      yield { rows, place: null, isPast: false }
      rows = []
    }
  } catch (error) {
    if (rows.length > 0) yield { rows, place: null, isPast: false }
    if (!(error instanceof CsvError)) throw error
    throw new ImportTrouble(
      `from line ${line} on the file can't be read: a quotation mark is never closed, or stands where none can`,
    )
  }
  if (rows.length > 0) yield { rows, place: null, isPast: false }
}

/** Null of an empty file. */
async function parserOf(chunks: AsyncIterable<Buffer>) {
  const each = chunks[Symbol.asyncIterator]()
  const first = await each.next()
  if (first.done) return null
  const start = first.value
  if (start[0] === 0x50 && start[1] === 0x4b) {
    throw new ImportTrouble('this is a workbook, no CSV: save the sheet as “CSV UTF-8”')
  }
  if (start.includes(0)) {
    throw new ImportTrouble('this is no text in UTF-8: save the sheet as “CSV UTF-8”')
  }
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(start.toString('utf8')),
    info: true,
    max_record_size: MAX_ROW_CHARS,
    relax_column_count: true,
    trim: true,
  })
  async function* all() {
    yield start
    for (let next = await each.next(); !next.done; next = await each.next()) yield next.value
  }
  pipeline(Readable.from(all(), { objectMode: false }), parser, () => {}) // told by the iteration
  return parser
}
