import { appendFileSync, writeFileSync } from 'node:fs'
import { type Cell, csvOf } from '../export/csv.ts'
import { meaningOf, type Skip } from './report.ts'
import { ImportTrouble } from './trouble.ts'

/** The rows that were passed over as a file of their own, for whoever mends them: CSV, or NDJSON by its name. */
export interface SkippedFile {
  add(skip: Skip, text: string): void
  /** Writes what was added; to be called before what is dealt with is remembered. */
  flush(): void
}

export const NO_FILE: SkippedFile = { add() {}, flush() {} }

export function createSkippedFile(path: string, goesOn: boolean): SkippedFile {
  const isLines = /\.(nd)?jsonl?$/i.test(path)
  let waiting: (readonly Cell[])[] = []
  const write = (how: (text: string) => void, rows: readonly (readonly Cell[])[]) => {
    const text = isLines ? rows.map(lineOf).join('') : csvOf(rows)
    try {
      how(text)
    } catch {
      throw new ImportTrouble(`${path} can't be written; name another file with --report`)
    }
  }
  if (!goesOn) {
    // It holds what people did: nobody else reads it.
    const head = isLines ? [] : [['line', 'code', 'why', 'row']]
    write((text) => writeFileSync(path, text, { mode: 0o600 }), head)
  }
  return {
    add({ line, code, why = meaningOf(code) }, text) {
      waiting.push([line, code, why, text])
    },
    flush() {
      if (waiting.length > 0) write((text) => appendFileSync(path, text), waiting)
      waiting = []
    },
  }
}

function lineOf([line, code, why, row]: readonly Cell[]): string {
  return `${JSON.stringify({ line, code, why, row })}\n`
}
