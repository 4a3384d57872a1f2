import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { modelOf, readChecked, warnOf } from './cli-model-file.ts'
import { openPublisher } from './cli-publish.ts'
import { type CommandTools, storeOption, withReader } from './cli-store.ts'
import { counted, movedSentence, tableLines, whatIfLines } from './cli-what-if.ts'
import { normalText } from './ingest/text.ts'
import { isSameFile, parseModel } from './scoring/model.ts'
import type { Reader } from './store/reader.ts'
import type { ModelJson, ModelVersionJson } from './store/shapes.ts'

/** `pique model`: show, check, try, publish and go back. All of it also while the collector runs. */

interface Options {
  readonly store: string
  readonly json?: boolean
}
interface PublishOptions extends Options {
  readonly note?: string
  readonly wait: string
}

const MAX_NOTE = 500
const FILE_HELP = 'the model file; - reads it from stdin'

export function addModelCommands(program: Command, tools: CommandTools): void {
  const model = program
    .command('model')
    .description('show, check, simulate or publish the scoring model')
  addReadingCommands(model, tools)
  addPublishingCommands(model, tools)
}

function addReadingCommands(model: Command, tools: CommandTools): void {
  const { print, complain, now } = tools
  model
    .command('show')
    .description('print the model that scores now, or a version of it')
    .option('--version <N>', 'a version; `pique model history` lists them')
    .option('--json', 'as JSON, with state, author and note')
    .addOption(storeOption())
    .action(({ store, json, version }: Options & { version?: string }) =>
      withReader(store, complain, async (reader) => {
        const shown = await modelOf(reader, version)
        print(json ? JSON.stringify(shown) : shown.yaml.trimEnd())
      }),
    )
  model
    .command('check')
    .argument('<FILE>', FILE_HELP)
    .description('say all that is wrong with a model file; exit 1 if anything is')
    // Taken like everywhere else under `model`, though checking needs no store.
    .addOption(storeOption().hideHelp())
    .action(async (name: string) => {
      const file = await readChecked(name, complain)
      if (!file) return
      const { rules, fit } = file.model
      const counts = `${counted(rules.length, 'rule')}, ${counted(fit.rules.length, 'fit rule')}`
      print(`${file.name}: fine: ${counts}`)
      for (const warning of file.warnings) print(`${file.name}: warning: ${warning}`)
    })
  model
    .command('simulate')
    .argument('<FILE>', FILE_HELP)
    .description('compare a model with the one that scores: who would be gained and lost')
    .option('--json', 'as JSON')
    .addOption(storeOption())
    .action(async (name: string, { store, json }: Options) => {
      const file = await readChecked(name, complain)
      if (!file) return
      warnOf(file, complain)
      await withReader(store, complain, async (reader) => {
        await modelOf(reader)
        const whatIf = await reader.simulate(file.yaml, {}, now())
        print(json ? JSON.stringify(whatIf) : whatIfLines(whatIf).join('\n'))
      })
    })
  model
    .command('history')
    .description('list the published versions, newest first')
    .option('--json', 'as JSON')
    .addOption(storeOption())
    .action(({ store, json }: Options) =>
      withReader(store, complain, async (reader) => {
        const versions = await reader.modelVersions()
        print(json ? JSON.stringify(versions) : historyLines(versions).join('\n'))
      }),
    )
}

function addPublishingCommands(model: Command, tools: CommandTools): void {
  const waitOption = ['--wait <SECONDS>', 'how long to wait for a running collector', '60'] as const
  model
    .command('publish')
    .argument('<FILE>', FILE_HELP)
    .description('publish a model as a new version; it scores at once, or when it has counted')
    .option('--note <TEXT>', 'why, for the history')
    .option('--json', 'as JSON')
    .option(...waitOption)
    .addOption(storeOption())
    .action(async (name: string, options: PublishOptions) => {
      const note = noteOf(options)
      if (note === '') {
        tools.complain(
          `pique: --note is ${options.note === undefined ? 'missing' : 'empty'}; ${WHY}`,
        )
        process.exitCode = 1
        return
      }
      const file = await readChecked(name, tools.complain)
      if (!file) return
      warnOf(file, tools.complain)
      const action = 'model.published' as const
      await publish(async () => ({ ...file, note, action }), options, tools)
    })
  model
    .command('rollback')
    .argument('[VERSION]', 'an older version; if absent, the one that scored before the newest')
    .description('publish an older version again, as a new one')
    .option('--note <TEXT>', 'why, for the history; "Back to version N" if absent')
    .option('--json', 'as JSON')
    .option(...waitOption)
    .addOption(storeOption())
    .action((version: string | undefined, options: PublishOptions) =>
      publish((reader) => olderVersion(reader, version, options), options, tools),
    )
}

const WHY =
  'say why the model changes, such as --note "carts count less": the history shows it to whoever asks later'

/** What is to be published. */
interface Wanted {
  readonly yaml: string
  readonly note: string
  readonly warnings: readonly string[]
  /** As it is written down. */
  readonly action: 'model.published' | 'model.rolled_back'
}

function publish(
  choose: (reader: Reader) => Promise<Wanted>,
  { store, json, wait }: PublishOptions,
  { print, complain, now }: CommandTools,
): Promise<void> {
  return withReader(store, complain, async (reader) => {
    const waitMs = millisecondsOf(wait)
    const { yaml, note, warnings, action } = await choose(reader)
    const newest = await modelOf(reader, (await reader.modelVersions())[0]?.version)
    if (isSameFile(newest.yaml, yaml)) {
      throw new Error(`this is version ${newest.version} as it stands; nothing was published`)
    }
    const whatIf = await reader.simulate(yaml, {}, now())
    if (!json) print(movedSentence(whatIf))
    const publisher = openPublisher({ store, now, reader, waitMs })
    try {
      const version = publisher.publish({ yaml, note, by: author(), publishedAt: now() }, action)
      const state = await publisher.complete(version, whatIf.scanned_events)
      const { gained_total, lost_total, gained, lost } = whatIf
      const what_if = { gained_total, lost_total, gained, lost }
      print(
        json ? JSON.stringify({ version, state, what_if, warnings }) : stateText(version, state),
      )
    } finally {
      publisher.close()
    }
  })
}

function stateText(version: number, state: ModelVersionJson['state']): string {
  if (state === 'active') return `version ${version} is active`
  return state === 'counting'
    ? `version ${version} is published; the collector counts events for it and switches over when done (pique model history shows it)`
    : `version ${version} was published, and another one after it (pique model history shows them)`
}

async function olderVersion(
  reader: Reader,
  asked: string | undefined,
  options: PublishOptions,
): Promise<Wanted> {
  const { version, yaml } = await (asked === undefined
    ? scoredBefore(reader)
    : modelOf(reader, asked))
  const parsed = parseModel(yaml)
  if (!parsed.ok) {
    throw new Error(`version ${version} is wrong by today's rules: ${parsed.problems[0]}`)
  }
  const note = noteOf(options) || `Back to version ${version}`
  return { yaml, note, warnings: parsed.warnings ?? [], action: 'model.rolled_back' }
}

/** The latest version but the newest that scored and says something else than that. */
async function scoredBefore(reader: Reader): Promise<ModelJson> {
  const [newest, ...older] = await reader.modelVersions()
  const { yaml } = await modelOf(reader, newest?.version)
  for (const { version } of older.filter(({ active_at }) => active_at !== null)) {
    const model = await modelOf(reader, version)
    if (!isSameFile(model.yaml, yaml)) return model
  }
  const what = older.length === 0 ? 'there is one version only' : 'no other model ever scored'
  throw new Error(`${what}, and none to go back to`)
}

function historyLines(versions: readonly ModelVersionJson[]): string[] {
  const head = ['version', 'state', 'published (UTC)', 'active since', 'by', 'note']
  const rows = versions.map((one) => [
    String(one.version),
    one.state,
    minuteOf(one.published_at),
    one.active_at === null ? '-' : minuteOf(one.active_at),
    one.by || '-',
    one.note,
  ])
  return tableLines([head, ...rows], 'rlllll')
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

function noteOf({ note = '' }: PublishOptions): string {
  return normalText(note.replace(/\s+/g, ' '), MAX_NOTE)
}

function millisecondsOf(seconds: string): number {
  if (/^\d{1,5}(\.\d{1,3})?$/.test(seconds)) return 1000 * Number(seconds)
  throw new Error(`--wait is "${seconds}"; expected a number of seconds, such as 60, or 0`)
}

/** Who is at the command line. */
function author(): string {
  try {
    return userInfo().username
  } catch {
    return 'cli' // a container's user may have no name
  }
}
