import { existsSync, statSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { EXIT_BAD_SETTINGS, SETTINGS } from './config.ts'
import disposable from './scoring/disposable-mail-domains.txt'
import free from './scoring/free-mail-domains.txt'
import { createMailDomains } from './scoring/mail-domains.ts'
import { createSqliteReader, type InternalReader } from './store/sqlite/read/reader.ts'
import { troubleOf } from './store/trouble.ts'

export interface CommandTools {
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
  readonly now: () => number
  /** The key of the store's secrets, where the environment gives one. */
  readonly instanceKey?: string | undefined
}

/** Where the store is, for commands that need nothing else. */
export function storeOption(): Option {
  return new Option('--store <PATH>', SETTINGS.store.sentence)
    .env('PIQUE_STORE')
    .default(SETTINGS.store.initial)
}

/** Differences printed one by one; the rest is counted. */
const PRINTED_DIFFERENCES = 100

/** `pique verify`: it reads, also while the collector runs. */
export function addStoreCommands(program: Command, { print, complain, now }: CommandTools): void {
  program
    .command('verify')
    .description(
      'replay every stored event and compare with the stored state; exit 1 on a difference',
    )
    .addOption(storeOption())
    .action(({ store }: { store: string }) =>
      withReader(store, complain, async (reader) => {
        const startedAt = now()
        const { events, visitors, leads, buckets, differences } = await reader.verify()
        for (const { who, what, stored, replayed } of differences.slice(0, PRINTED_DIFFERENCES)) {
          print(`${who}: ${what}: stored ${stored}, replayed ${replayed}`)
        }
        const more = differences.length - PRINTED_DIFFERENCES
        if (more > 0) print(`… and ${more} more`)
        const took = `${events} events, ${visitors} visitors, ${leads} leads and ${buckets} counts in ${((now() - startedAt) / 1000).toFixed(1)} s`
        if (differences.length === 0) print(`No difference: replayed ${took}.`)
        else {
          const found = differences.length
          print(`${found} ${found === 1 ? 'difference' : 'differences'}: replayed ${took}.`)
        }
        process.exitCode = differences.length === 0 ? 0 : 1
      }),
    )
}

/** Opens an existing store for one command's reading; says what is wrong where that fails. */
export async function withReader(
  store: string,
  complain: (text: string) => void,
  use: (reader: InternalReader) => Promise<void>,
): Promise<void> {
  await orComplain(store, complain, async () => {
    if (!existsSync(store)) throw noStoreAt(store)
    // SQLite opens a directory, and then fails to read it as if the disk were broken.
    if (statSync(store).isDirectory()) throw Object.assign(new Error(store), { code: 'EISDIR' })
    await use(createSqliteReader(store, createMailDomains(free, disposable)))
  })
}

/** Does a command's work on a store; a failure is one sentence and exit 1. */
export async function orComplain(
  store: string,
  complain: (text: string) => void,
  work: () => void | Promise<void>,
): Promise<void> {
  const expected = SETTINGS.store.check(store)
  if (expected !== null) {
    complain(`pique: --store is ${JSON.stringify(store)}; expected ${expected}`)
    process.exitCode = EXIT_BAD_SETTINGS
    return
  }
  try {
    await work()
  } catch (error) {
    complain(`pique: ${troubleOf(error, store).message}`)
    process.exitCode = 1
  }
}

export function noStoreAt(path: string): Error {
  return new Error(`there is no store at ${path}; name it with --store`)
}
