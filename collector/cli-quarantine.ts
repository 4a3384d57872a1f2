import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { noteAt } from './cli-audit.ts'
import { type CommandTools, orComplain, storeOption, withReader } from './cli-store.ts'
import { counted } from './cli-what-if.ts'
import { openWriterService } from './ingest/writer-service.ts'
import defaultModel from './scoring/default-model.yaml'
import { refOf } from './store/ids.ts'
import { openStore } from './store/open.ts'
import type { AskedRequeue } from './store/records.ts'
import { StoreInUse } from './store/trouble.ts'

interface Options {
  readonly store: string
  readonly id?: string
  readonly reason?: string
}

/** How long a running collector is waited for; it looks every second. */
const WAIT_MS = 30_000
const POLL_MS = 100

/**
 * `pique requeue`: takes events out of quarantine. Alone on the store the command does it itself; beside a
 * running collector, which alone may write events, it asks that one and waits until it has.
 */
export function addQuarantineCommands(program: Command, tools: CommandTools): void {
  const { print, complain } = tools
  program
    .command('requeue')
    .description('take events out of quarantine that can be taken now')
    .option('--id <ID>', 'only this event, such as qu_1')
    .option('--reason <REASON>', 'only those with this reason, such as held_for_review')
    .addOption(storeOption())
    .action((options: Options) => {
      const asked = askedOf(options)
      if (asked === null) {
        complain(`pique: --id is ${JSON.stringify(options.id)}; expected one such as qu_1`)
        process.exitCode = 1
        return
      }
      // The reader says what is wrong with a place that holds no store, before anything is made there.
      return withReader(options.store, complain, async () => {
        await orComplain(options.store, complain, async () => {
          const { before, after } = await requeue(options.store, asked, tools)
          const subject = options.id ?? null
          const action = 'quarantine.requeued'
          if (before > after) noteAt(options.store, { at: tools.now(), action, subject })
          print(
            `${counted(before - after, 'event')} taken, ${counted(after, 'event')} still waiting`,
          )
        })
      })
    })
}

function askedOf({ id, reason }: Options): AskedRequeue | null {
  const ref = id === undefined ? undefined : refOf('quarantined', id)
  if (ref === null) return null
  return { ...(ref !== undefined && { ref }), ...(reason !== undefined && { reason }) }
}

/** Events in quarantine before and after. */
async function requeue(
  path: string,
  asked: AskedRequeue,
  { now }: Pick<CommandTools, 'now'>,
): Promise<{ readonly before: number; readonly after: number }> {
  try {
    const service = openWriterService({ store: path, initialModel: defaultModel, now: now() })
    try {
      const before = service.stats().quarantined
      let next: number | null = 0
      while (next !== null) next = service.requeue(asked, now(), next).next
      return { before, after: service.stats().quarantined }
    } finally {
      service.close()
    }
  } catch (error) {
    if (!(error instanceof StoreInUse)) throw error
    return askCollector(path, asked)
  }
}

async function askCollector(path: string, asked: AskedRequeue) {
  const store = openStore(path, 'beside')
  try {
    const before = store.countQuarantined()
    store.askRequeue(asked)
    for (let waited = 0; store.askedRequeues().length > 0; waited += POLL_MS) {
      if (waited >= WAIT_MS) {
        throw new Error(
          'the running collector has not come to it yet; it will, unless it is stopped',
        )
      }
      await wait(POLL_MS)
    }
    return { before, after: store.countQuarantined() }
  } finally {
    store.close()
  }
}
