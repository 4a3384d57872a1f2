import { readFileSync } from 'node:fs'
import { importByApi } from './cli-import-api.ts'
import { importIntoStore } from './cli-import-store.ts'
import type { CommandTools } from './cli-store.ts'
import { type FileFormat, type FileOptions, formatOf, type PieceContext } from './import/formats.ts'
import { type Mapping, readMapping } from './import/mapping.ts'
import type { Finished } from './import/progress.ts'
import { importProgressWords } from './import/progress.ts'
import { createSkippedFile, NO_FILE, type SkippedFile } from './import/skipped-file.ts'
import { openSource, type Source } from './import/source.ts'
import { ImportTrouble } from './import/trouble.ts'

/** What every import on the command line does, wherever it goes. */

export interface ImportOptions extends FileOptions {
  readonly store: string
  readonly site?: string
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly mapping?: string
  readonly url?: string
  readonly progress?: boolean
  readonly retentionMonths: string
}

export interface BeginTools extends CommandTools {
  readonly apiKey?: string | undefined
  isStopped(): boolean
}

export interface Outcome extends Finished {
  /** Whether it came to the end of the file. */
  readonly isWhole: boolean
  /** How to go on where it did not. */
  readonly goesOn: string
  /** What kept it from reading further. */
  readonly trouble: string | null
}

export interface Begun {
  readonly source: Source
  readonly format: FileFormat
  readonly more: Pick<PieceContext, 'mapping' | 'onColumns'>
  skippedFile(goesOn: boolean): SkippedFile
  tell(rows: number, startedAt: number): void
  endTelling(): void
}

export async function beginImport(
  file: string,
  options: ImportOptions,
  tools: BeginTools,
): Promise<Outcome> {
  const begin = async (): Promise<Begun> => {
    const source = await openSource(file, process.stdin)
    const format = formatOf(file, source.head, options)
    return {
      source,
      format,
      more: {
        mapping: mappingOf(options.mapping),
        onColumns: (lines) => tools.complain(`pique: ${lines.join(', ')}`),
      },
      skippedFile: (goesOn) =>
        options.report === undefined ? NO_FILE : createSkippedFile(options.report, goesOn),
      ...tellerOf(source, options, tools),
    }
  }
  const { url } = options
  if (url === undefined) return importIntoStore(begin, options, tools)
  if (options.dryRun) {
    throw new ImportTrouble(
      'a dry run is made by a copy of the store, also while a collector runs on it: give --store, and no --url',
    )
  }
  if (!tools.apiKey) {
    throw new ImportTrouble('PIQUE_API_KEY is not set; give it a key with scope write')
  }
  return importByApi(begin, { ...options, url, apiKey: tools.apiKey }, tools)
}

function mappingOf(path: string | undefined): Mapping | null {
  if (path === undefined) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new ImportTrouble(`${path} can't be read; name a file with --mapping`)
  }
  return readMapping(text, path)
}

const TERMINAL_MS = 200
const LINE_MS = 1000

function tellerOf(
  source: Source,
  { progress = false }: ImportOptions,
  { now, complain }: BeginTools,
): Pick<Begun, 'tell' | 'endTelling'> {
  const { stderr } = process
  const isLine = Boolean(stderr.isTTY)
  if (!progress && !isLine) return { tell() {}, endTelling() {} }
  let toldAt = now()
  return {
    tell(rows, startedAt) {
      if (now() - toldAt < (isLine ? TERMINAL_MS : LINE_MS)) return
      toldAt = now()
      const share = source.size === null ? null : source.taken() / Math.max(1, source.size)
      const words = importProgressWords({ rows, tookMs: now() - startedAt, share })
      if (isLine) stderr.write(`\r\u001b[K${words}`)
      else complain(`pique: ${words}`)
    },
    endTelling() {
      if (isLine) stderr.write('\r\u001b[K')
    },
  }
}
