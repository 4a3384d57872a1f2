import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { noteAt } from './cli-audit.ts'
import { type ExportOptions, exportAll, withExportOptions } from './cli-export.ts'
import {
  findPerson,
  monthsOf,
  nobody,
  type PersonOptions,
  retentionOption,
} from './cli-find-person.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import type { ExportKind } from './export/pieces.ts'
import { factsOf, hasMentions } from './find-person.ts'
import { openWriterService, type WriterService } from './ingest/writer-service.ts'
import defaultModel from './scoring/default-model.yaml'
import { refOf } from './store/ids.ts'
import { openStore } from './store/open.ts'
import type { Mentioned, Order } from './store/records.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'
import { codeOf, StoreInUse, StoreTrouble } from './store/trouble.ts'

/**
 * `pique erase`, `export` and `prune`. While a collector runs on the store it does the work, because it
 * remembers what it has read; the command asks it to, waits, and says how it went.
 */

const POLL_MS = 100
const ERASE_PATIENCE_MS = 60_000
const PRUNE_PATIENCE_MS = 3_600_000

export function addPrivacyCommands(program: Command, tools: CommandTools): void {
  program
    .command('erase <WHO>')
    .description('erase a person and all they did: an e-mail, user:42 or ld_7')
    .option('--site <ID>', 'of this site, where several know the person')
    .option('--dry-run', 'only say what would go')
    .addOption(storeOption())
    .addOption(retentionOption())
    .action((who: string, options: PersonOptions & { readonly dryRun?: boolean }) =>
      withReader(options.store, tools.complain, (reader) => erase(reader, who, options, tools)),
    )
  withExportOptions(
    program
      .command('export')
      .description(
        'all leads, scores or events; or with --lead everything that is held about a person, as JSON',
      ),
  )
    .option('--lead <WHO>', 'an e-mail, user:42 or ld_7')
    .option('--site <ID>', 'of this site alone, or where several know the person')
    .addOption(retentionOption())
    .action(
      (what: ExportKind | undefined, options: PersonOptions & BulkOptions, command: Command) => {
        const { lead } = options
        if ((what === undefined) === (lead === undefined)) {
          command.error(
            'error: `pique export` takes leads, scores or events, or --lead WHO for a person',
          )
        }
        if (what !== undefined) return exportAll(what, options, tools)
        return exportPerson(lead ?? '', options, tools)
      },
    )
  program
    .command('prune')
    .description('drop now what is kept long enough; a collector does it every hour')
    .option('--vacuum', 'then write the store anew, which gives the room back to the disk')
    .addOption(storeOption())
    .addOption(retentionOption())
    .action((options: PersonOptions & { readonly vacuum?: boolean }) =>
      orComplain(options.store, tools.complain, () => prune(options, tools)),
    )
}

type BulkOptions = ExportOptions & { readonly lead?: string }

function exportPerson(lead: string, options: PersonOptions & BulkOptions, tools: CommandTools) {
  return withReader(options.store, tools.complain, async (reader) => {
    const { held, all } = await findPerson(reader, lead, options, tools.now())
    if (!held) throw new Error(nobody(lead, all))
    const subject = held.lead.id
    noteAt(options.store, { at: tools.now(), action: 'lead.exported', subject })
    const text = JSON.stringify(held, null, 2)
    if (options.out === undefined) tools.print(text)
    else writeNew(options.out, `${text}\n`)
  })
}

/** It is about one person, for whoever asked: nobody else reads it, and nothing is written over. */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST'
    throw new StoreTrouble(
      isThere
        ? `${path} is there already; name another file with --out`
        : `${path} can't be written; name a file in a directory that this user may write with --out`,
    )
  }
}

async function erase(
  reader: InternalReader,
  who: string,
  options: PersonOptions & { readonly dryRun?: boolean },
  { print, complain, now, instanceKey }: CommandTools,
): Promise<void> {
  const found = await findPerson(reader, who, options, now())
  const { held, name, all } = found
  if (!held && !hasMentions(found)) throw new Error(nobody(who, all))
  const backups = await reader.backups(now())
  const facts = factsOf(found)
  if (options.dryRun) {
    print(JSON.stringify({ erased: false, would_erase: facts, backups }))
    return
  }
  const setting = { ...options, instanceKey }
  let isGone = true
  if (held) {
    const lead = refOf('lead', held.lead.id) ?? 0
    const order: Order = { kind: 'erase', lead, at: now() }
    const own = (service: WriterService) => service.erase(lead, order.at)
    const done = await doOrAsk(setting, { order, own, patienceMs: ERASE_PATIENCE_MS })
    if (!done) throw new Error('somebody else has just erased this person')
    isGone = done.isGone
  }
  if (hasMentions(found) && name) isGone = (await eraseMentions(setting, name, now())) && isGone
  noteAt(options.store, { at: now(), action: 'lead.erased', subject: held?.lead.id ?? null })
  print(JSON.stringify({ erased: true, ...facts, gone: isGone, backups }))
  if (!isGone) {
    complain(
      'pique: the person is erased; the files of the store may show bytes of it until the last reader has gone, and a store over 128 MB until `pique prune --vacuum`',
    )
  }
  for (const { path, expires_at } of backups) {
    complain(`pique: the backup ${path} still holds this person, until ${expires_at.slice(0, 10)}`)
  }
}

/** Drops what names a person, and then has whoever is alone on the store see to the files. */
async function eraseMentions(
  options: PersonOptions & Pick<CommandTools, 'instanceKey'>,
  name: Mentioned,
  at: number,
): Promise<boolean> {
  const store = openStore(options.store, 'beside')
  try {
    store.eraseMentions(name, at)
  } finally {
    store.close()
  }
  const order: Order = { kind: 'erase', lead: 0, at }
  const own = (service: WriterService) => ({ isGone: service.wipe() })
  const done = await doOrAsk(options, { order, own, patienceMs: ERASE_PATIENCE_MS })
  return done?.isGone ?? true
}

async function prune(
  options: PersonOptions & { readonly vacuum?: boolean },
  { print, complain, now, instanceKey }: CommandTools,
): Promise<void> {
  if (!existsSync(options.store)) throw noStoreAt(options.store)
  const order: Order = { kind: 'prune', at: now() }
  let counts: object = {}
  const own = (service: WriterService) => {
    const { isShrunk, ...dropped } = service.prune(order.at, options.vacuum === true)
    counts = { ...dropped, shrunk: isShrunk }
    return { isGone: true }
  }
  const done = await doOrAsk(
    { ...options, instanceKey },
    { order, own, patienceMs: PRUNE_PATIENCE_MS },
  )
  noteAt(options.store, { at: now(), action: 'store.pruned' })
  print(
    JSON.stringify({
      pruned: true,
      ...(done?.isOrdered ? { by: 'the running collector' } : counts),
    }),
  )
  if (done?.isOrdered && options.vacuum) {
    complain('pique: the store is written anew only while no collector runs on it; stop it first')
  }
}

interface Task {
  readonly order: Order
  readonly own: (service: WriterService) => { readonly isGone: boolean } | null
  readonly patienceMs: number
}

type Done = { readonly isGone: boolean; readonly isOrdered: boolean }

/** Does it, or where a collector runs on the store, has it do it. */
async function doOrAsk(
  options: PersonOptions & Pick<CommandTools, 'instanceKey'>,
  task: Task,
): Promise<Done | null> {
  const { store, instanceKey = null } = options
  const retentionMonths = monthsOf(options)
  const { order, own, patienceMs } = task
  let service: WriterService
  try {
    const file = { instanceKey }
    const more = { initialModel: defaultModel, now: order.at, isLimited: false, file }
    service = openWriterService({ store, retentionMonths, ...more })
  } catch (error) {
    if (!(error instanceof StoreInUse)) throw error
    return askCollector(store, order, patienceMs)
  }
  try {
    const done = own(service)
    return done && { isGone: done.isGone, isOrdered: false }
  } finally {
    service.close()
  }
}

async function askCollector(path: string, order: Order, patienceMs: number): Promise<Done> {
  const store = openStore(path, 'beside')
  try {
    store.giveOrder(order)
    for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
      await wait(POLL_MS)
      const answer = store.takeAnswer(order)
      if (answer) return { ...answer, isOrdered: true }
    }
    throw new Error(
      'the collector that runs on this store did not answer; it will do it when it can',
    )
  } finally {
    store.close()
  }
}
