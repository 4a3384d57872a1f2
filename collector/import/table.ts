import { setImmediate as turn } from 'node:timers/promises'
import { CsvError, type Info, parse } from 'csv-parse'

/** A CSV file as rows: what a spreadsheet or a CRM writes, told from its first line. */

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly Row[]
}

export interface Row {
  /** The line of the file that it begins on, from 1. */
  readonly line: number
  /** As many as the head has, or more where the file is wrong. */
  readonly cells: readonly string[]
}

export type ReadTable =
  | { readonly ok: true; readonly table: Table }
  | { readonly ok: false; readonly problem: string }

export const MAX_FILE_BYTES = 5 * 1024 * 1024
export const MAX_ROWS = 20_000
/** Characters parsed at once: a few milliseconds, between which others have their turn. */
const SLICE = 64 * 1024
const MAX_ROW_CHARS = 100_000
const EMPTY = 'The file is empty: its first line names the columns, and a row follows on each line.'

/**
 * Reads UTF-8, or the UTF-16 that spreadsheets write, with `,` `;` or tabs between cells. Blank rows are
 * left out. What breaks the file, such as a quotation mark that never closes, is told with its line.
 */
export async function readTable(bytes: Uint8Array): Promise<ReadTable> {
  if (bytes.length > MAX_FILE_BYTES) return wrong('The file is over 5 MB: split it into parts.')
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    return wrong('This is a workbook, no CSV: save the sheet as “CSV UTF-8” and choose that file.')
  }
  const text = textOf(bytes)
  if (text === null || text.includes('\0')) {
    return wrong('This is no text in UTF-8: save the sheet as “CSV UTF-8” and choose that file.')
  }
  // Line ends of one kind: the parser counts those within a cell by their characters.
  const lines = text.replace(/\r\n?/g, '\n')
  return lines.trim() === '' ? wrong(EMPTY) : parsed(lines)
}

function textOf(bytes: Uint8Array): string | null {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  try {
    return new TextDecoder(isWide ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** What stands most often between the names of columns. */
export function delimiterOf(text: string): string {
  const end = text.trimStart().search(/\r|\n|$/)
  const names = text
    .trimStart()
    .slice(0, end)
    .replace(/"[^"]*"/g, '')
  const count = (one: string) => names.split(one).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

interface Parsed {
  readonly info: Info
  readonly record: readonly string[]
}

async function parsed(text: string): Promise<ReadTable> {
  const found: Row[] = []
  let line = 1
  try {
    for await (const { info, record } of recordsOf(text)) {
      if (record.some((cell) => cell !== '')) found.push({ line, cells: record })
      line = info.lines + 1
      if (found.length > MAX_ROWS + 1) {
        return wrong(`The file has more than ${MAX_ROWS.toLocaleString('en')} rows: split it.`)
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return wrong(`From line ${line} on the file can’t be read: ${wordsOf(error.code)}`)
  }
  const [head, ...rows] = found
  if (!head) return wrong(EMPTY)
  return { ok: true, table: { head: head.cells, rows } }
}

async function* recordsOf(text: string): AsyncGenerator<Parsed> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(text),
    info: true,
    max_record_size: MAX_ROW_CHARS,
    relax_column_count: true,
    trim: true,
  })
  const taken: Parsed[] = []
  parser.on('data', (one: Parsed) => taken.push(one))
  let failure: unknown = null
  const ended = new Promise<void>((resolve) => {
    parser.once('end', resolve)
    parser.once('error', (error) => {
      failure = error
      resolve()
    })
  })
  for (let at = 0; at < text.length && failure === null; at += SLICE) {
    parser.write(text.slice(at, at + SLICE))
    await turn()
    yield* taken.splice(0)
  }
  if (failure === null) parser.end()
  await ended
  // What stood before a failure says on which line that is.
  yield* taken
  if (failure !== null) throw failure
}

const QUOTES =
  'a cell with quotation marks is written in them, with each doubled: "the ""big"" deal".'

function wordsOf(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return `a quotation mark is never closed; ${QUOTES}`
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return `a row is longer than ${MAX_ROW_CHARS.toLocaleString('en')} characters; a quotation mark may not be closed.`
  }
  return `a quotation mark stands where none can; ${QUOTES}`
}

function wrong(problem: string): ReadTable {
  return { ok: false, problem }
}
