import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { noteAt } from './cli-audit.ts'
import { retentionOption } from './cli-find-person.ts'
import { beginImport, type ImportOptions } from './cli-import-file.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption } from './cli-store.ts'
import { FORMATS, KINDS } from './import/formats.ts'
import { reportLines } from './import/progress.ts'

/** `pique import`: a file into a store that nobody runs on, or through the API of a collector that does. */

const EXIT_STOPPED = 130

export interface ImportTools extends CommandTools {
  /** For a collector that runs. */
  readonly apiKey?: string | undefined
}

export function addImportCommand(program: Command, tools: ImportTools): void {
  program
    .command('import')
    .description('events, leads or outcomes from a file; importing it again adds nothing')
    .argument('<FILE>', 'NDJSON, CSV or an access log, also packed with gzip; - is stdin')
    .option('--site <ID>', 'the site it is for, by its id or key, where there are several')
    .addOption(new Option('--format <FORMAT>', 'told from the file if absent').choices(FORMATS))
    .addOption(new Option('--what <KIND>', 'what the rows of a CSV are').choices(KINDS))
    .option('--mapping <FILE>', 'YAML or JSON that says which column is what')
    .option('--trust-human', 'of an access log: count its requests as those of people')
    .option('--dry-run', 'only say what would come of it, by a copy of the store that is dropped')
    .option('--report <FILE>', 'write the rows that were skipped to it: CSV, or NDJSON by its name')
    .option('--json', 'print the report as JSON')
    .option('--progress', 'tell on stderr how far it is; on a terminal it does so anyway')
    .option('--url <URL>', 'send it to the collector that runs there, with PIQUE_API_KEY')
    .addOption(storeOption())
    .addOption(retentionOption())
    .addHelpText('after', '\nEnvironment only:\n  PIQUE_API_KEY  Key of the API with scope write.')
    .action((file: string, options: ImportOptions) =>
      orComplain(options.store, tools.complain, () => run(file, options, tools)),
    )
}

async function run(file: string, options: ImportOptions, tools: ImportTools): Promise<void> {
  const { print, complain, now } = tools
  if (options.url === undefined && !existsSync(options.store)) throw noStoreAt(options.store)
  const stop = createStop(complain)
  try {
    const done = await beginImport(file, options, { ...tools, isStopped: stop.isAsked })
    const { isWhole, goesOn, trouble, ...report } = done
    if (options.url === undefined && !options.dryRun && report.new > 0) {
      noteAt(options.store, {
        at: now(),
        action: 'data.imported',
        detail: `${report.new} ${report.things}`,
      })
    }
    if (options.json) print(JSON.stringify(jsonOf(done)))
    else for (const line of reportLines(report)) print(line)
    if (trouble !== null) {
      complain(`pique: ${trouble}; what was read before that is in`)
      process.exitCode = 1
    } else if (!isWhole) {
      complain(`pique: stopped; ${goesOn}`)
      process.exitCode = EXIT_STOPPED
    } else if (report.read === report.skipped) {
      complain(
        report.read === 0
          ? `pique: ${file} is empty; expected a row on each line`
          : 'pique: no row could be read; is it the right --format?',
      )
      process.exitCode = 1
    }
  } finally {
    stop.end()
  }
}

function jsonOf({
  leads,
  tookMs,
  isDry,
  isWhole,
  goesOn: _,
  ...report
}: Awaited<ReturnType<typeof beginImport>>) {
  const rate = tookMs > 0 ? Math.round((report.read * 1000) / tookMs) : 0
  return {
    ...report,
    leads,
    dry_run: isDry,
    complete: isWhole,
    took_ms: tookMs,
    rows_a_second: rate,
  }
}

/** The first signal asks to stop after the running batch; the second one ends at once. */
function createStop(complain: (text: string) => void) {
  let isAsked = false
  const ask = () => {
    if (isAsked) process.exit(EXIT_STOPPED)
    isAsked = true
    complain('pique: stopping after the running batch')
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, ask)
  return {
    isAsked: () => isAsked,
    end() {
      for (const signal of signals) process.off(signal, ask)
    },
  }
}
