import { existsSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Argument, type Command, Option } from 'commander'
import { noteAt } from './cli-audit.ts'
import { siteNamed } from './cli-site.ts'
import { type CommandTools, storeOption, withReader } from './cli-store.ts'
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportAsk,
  type ExportFormat,
  type ExportKind,
  exportPieces,
} from './export/pieces.ts'
import { progressWords } from './export/progress.ts'
import { readPeriod } from './http/export-answer.ts'
import { moveDurably } from './store/sqlite/durable-file.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'
import { StoreTrouble } from './store/trouble.ts'

/**
 * `pique export leads|scores|events`: reads page by page beside a running collector, and writes as fast as it
 * is taken. A file has its name only when it is whole.
 */

/** Nobody waits beside: large groups compress better and read faster. */
const ROWS_A_GROUP = 5_000
/** How often a terminal is told of progress, and a file of it. */
const TERMINAL_MS = 200
const FILE_MS = 1000

export interface ExportOptions {
  readonly store: string
  readonly format: ExportFormat
  readonly out?: string
  readonly overwrite?: boolean
  readonly since?: string
  readonly until?: string
  readonly site?: string
  readonly progress?: boolean
}

/** Gives `export` what it needs to export everything of a kind. */
export function withExportOptions(command: Command): Command {
  return command
    .addArgument(new Argument('[WHAT]', 'everything of a kind').choices(EXPORT_KINDS))
    .addOption(
      new Option('--format <FORMAT>', 'of everything of a kind')
        .choices(EXPORT_FORMATS)
        .default('ndjson'),
    )
    .option('--since <WHEN>', 'events from then on, leads last seen from then on: a day or instant')
    .option('--until <WHEN>', 'the same, up to then; a day is within')
    .option('--out <FILE>', 'write it to a new file instead of stdout')
    .option('--overwrite', 'also where there is such a file; it stays until the new one is whole')
    .option('--progress', 'tell on stderr how far it is; on a terminal it does so anyway')
    .addOption(storeOption())
}

export function exportAll(what: ExportKind, options: ExportOptions, tools: CommandTools) {
  const { store, out } = options
  return withReader(store, tools.complain, async (reader) => {
    const ask = await askOf(reader, what, options)
    if (out === undefined && ask.format === 'parquet' && process.stdout.isTTY) {
      throw new StoreTrouble('Parquet is nothing for a terminal; name a file with --out')
    }
    if (out !== undefined && existsSync(out) && !options.overwrite) {
      throw new StoreTrouble(
        `${out} is there already; name another file with --out, or replace it with --overwrite`,
      )
    }
    const target = await (out === undefined ? openOutput() : openFile(out))
    noteAt(store, { at: tools.now(), action: 'data.exported', detail: `${what}, ${ask.format}` })
    const told = await tellerOf(reader, ask, options, tools.now)
    let [rows, bytes] = [0, 0]
    try {
      const onRows = (count: number) => {
        rows += count
      }
      const how = { onRows, rowsAGroup: ROWS_A_GROUP }
      for await (const piece of exportPieces(reader, ask, tools.now(), how)) {
        await target.write(piece)
        bytes += Buffer.byteLength(piece)
        told.tell(rows, bytes)
      }
      await target.finish()
    } catch (error) {
      await target.drop()
      throw error
    } finally {
      told.end(rows, bytes)
    }
    const { format } = ask
    if (out !== undefined) {
      tools.print(JSON.stringify({ exported: what, format, rows, bytes, file: out }))
    }
  })
}

async function askOf(
  reader: InternalReader,
  what: ExportKind,
  { format, since = '', until = '', site }: ExportOptions,
): Promise<ExportAsk> {
  const read = readPeriod({ since, until })
  if (!read.ok) throw new StoreTrouble(read.problem)
  const of = site === undefined ? undefined : siteNamed(await reader.sites(), site).id
  return { what, format, site: of, ...read.period }
}

interface Target {
  /** Resolves when more may be written. */
  write(piece: string | Uint8Array): Promise<void>
  finish(): Promise<void>
  /** Leaves nothing of it. */
  drop(): Promise<void>
}

function openOutput(): Target {
  return {
    // Where nobody reads any more, the process ends; see `endQuietly` in cli.ts.
    write: (piece) =>
      new Promise((resolve, reject) => {
        process.stdout.write(piece, (error) => (error ? reject(error) : resolve()))
      }),
    async finish() {},
    async drop() {},
  }
}

async function openFile(path: string): Promise<Target> {
  const part = `${path}.part-${process.pid}`
  const file = await open(part, 'wx', 0o600).catch(() => {
    throw new StoreTrouble(
      `${path} can't be written; name a file in a directory that this user may write with --out`,
    )
  })
  const stop = () => {
    rmSync(part, { force: true })
    process.exit(EXIT_STOPPED)
  }
  for (const signal of STOPS) process.once(signal, stop)
  const done = async () => {
    for (const signal of STOPS) process.off(signal, stop)
    await file.close()
  }
  return {
    write: (piece) => file.writeFile(piece),
    async finish() {
      await done()
      moveDurably(part, path)
    },
    async drop() {
      await done()
      rmSync(part, { force: true })
    },
  }
}
const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** What a shell says of a program that was interrupted. */
const EXIT_STOPPED = 130

/** Tells on stderr how far it is: in one line of a terminal, or line by line. */
async function tellerOf(
  reader: InternalReader,
  ask: ExportAsk,
  { progress = false }: ExportOptions,
  now: () => number,
) {
  const { stderr } = process
  const isLine = Boolean(stderr.isTTY) && !(process.stdout.isTTY && ask.format !== 'parquet')
  if (!progress && !isLine) return { tell() {}, end() {} }
  const total = await reader.exportTotal(ask)
  const startedAt = now()
  let toldAt = startedAt
  const say = (rows: number, bytes: number) => {
    const words = progressWords(ask.what, { rows, bytes, tookMs: now() - startedAt, total })
    stderr.write(isLine ? `\r\u001b[K${words}` : `pique: ${words}\n`)
  }
  return {
    tell(rows: number, bytes: number) {
      if (now() - toldAt < (isLine ? TERMINAL_MS : FILE_MS)) return
      toldAt = now()
      say(rows, bytes)
    },
    end(rows: number, bytes: number) {
      say(rows, bytes)
      if (isLine) stderr.write('\n')
    },
  }
}
