import { existsSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { byCommandLine } from './cli-audit.ts'
import { type CommandTools, noStoreAt, orComplain, storeOption, withReader } from './cli-store.ts'
import { createAudit } from './store/sqlite/audit.ts'
import {
  assertFree,
  type CopyFacts,
  copyStore,
  inspectCopy,
  publishCopy,
} from './store/sqlite/backup.ts'
import { openWriter } from './store/sqlite/connect.ts'
import { restoreStore } from './store/sqlite/restore.ts'
import { ballastPathOf } from './store/sqlite/store-file.ts'
import { StoreTrouble } from './store/trouble.ts'

const DAY_MS = 86_400_000

interface BackupOptions {
  readonly store: string
  readonly to: string
  readonly keepDays: string
  readonly verify: boolean
}

/** `pique backup`, `restore` and `free-ballast`: what keeps a store, and brings it back. */
export function addSafetyCommands(program: Command, tools: CommandTools): void {
  const { print, complain } = tools
  program
    .command('backup')
    .description('copy the store, also while the collector runs, and check the copy')
    .requiredOption('--to <FILE>', 'file to write; nothing is overwritten')
    .option('--keep-days <DAYS>', 'when you will remove it, for whoever erases somebody', '35')
    .option('--no-verify', 'do not replay the scores of the copy')
    .addOption(storeOption())
    .action((options: BackupOptions) =>
      orComplain(options.store, complain, () => backUp(options, tools)),
    )
  program
    .command('restore <FILE>')
    .description('put a backup in the place of the store; the collector must not run')
    .option('--force', 'put aside the store that is there')
    .addOption(storeOption())
    .action((file: string, { store, force = false }: { store: string; force?: boolean }) =>
      orComplain(store, complain, async () => {
        const { lost, ...restored } = await restoreStore(file, store, { force })
        if (lost) complain(`pique: not carried over: ${lost}; erase those people again`)
        if (restored.replaced) {
          complain(
            `pique: the store that was there is ${restored.replaced} now; remove it within 35 days, if you are content`,
          )
          complain(
            'pique: accounts and keys are as they were on the day of the backup; look through `pique account list` and `pique key list`',
          )
        }
        print(JSON.stringify({ restored: store, from: file, ...restored }))
      }),
    )
  program
    .command('free-ballast')
    .description('give back the bytes kept for a full disk, so that what makes room has some')
    .addOption(storeOption())
    .action(({ store }: { store: string }) =>
      orComplain(store, complain, () => {
        if (!existsSync(store)) throw noStoreAt(store)
        const ballast = ballastPathOf(store)
        const bytes = statSync(ballast, { throwIfNoEntry: false })?.size ?? 0
        rmSync(ballast, { force: true })
        print(JSON.stringify({ freed_bytes: bytes, path: ballast }))
      }),
    )
}

async function backUp(options: BackupOptions, tools: CommandTools): Promise<void> {
  const { store, to, keepDays, verify } = options
  const { print, complain, now } = tools
  const startedAt = now()
  if (!/^\d{1,4}$/.test(keepDays)) {
    throw new StoreTrouble(`--keep-days is "${keepDays}"; expected days from 0 to 9999`)
  }
  if (!existsSync(store)) throw noStoreAt(store)
  assertFree(to)
  const part = `${to}.part`
  try {
    await copyStore(store, part, showProgress)
    const facts = inspectCopy(part)
    if (verify && facts.hasModel) await assertExact(part, complain)
    record(store, resolve(to), startedAt, Number(keepDays))
    publishCopy(part, to, store)
    print(line(to, facts, now() - startedAt))
  } finally {
    rmSync(part, { force: true })
  }
}

function line(to: string, { events, leads, bytes }: CopyFacts, ms: number): string {
  return JSON.stringify({ backup: to, events, leads, bytes, seconds: ms / 1000 })
}

async function assertExact(part: string, complain: (text: string) => void): Promise<void> {
  let count = 0
  await withReader(part, complain, async (reader) => {
    count = (await reader.verify()).differences.length
  })
  if (count === 0) return
  throw new StoreTrouble(
    `the copy's scores differ from a replay in ${count} places, so the store's do: \`pique verify\` names them; --no-verify keeps the copy`,
  )
}

/** Before the copy has its name: one that nobody knows of would keep people who were erased. */
function record(store: string, path: string, madeAt: number, keepDays: number): void {
  const { db } = openWriter(store, 'beside')
  try {
    db.prepare('INSERT INTO backup (path, made_at, expires_at) VALUES (?, ?, ?)').run(
      path,
      madeAt,
      madeAt + keepDays * DAY_MS,
    )
    createAudit(db).addAudit(byCommandLine({ at: madeAt, action: 'backup.made' }))
  } finally {
    db.close()
  }
}

function showProgress(share: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(100 * share)} %\r`)
}
