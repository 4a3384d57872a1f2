import { existsSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Notice } from '../store-file.ts'
import { StoreTrouble } from '../trouble.ts'
import type { Db } from './connect.ts'
import { freeNameOf, moveDurably } from './durable-file.ts'
import { realPathOf } from './lock.ts'

/** What a migration itself may need beside the copy. */
const MARGIN_BYTES = 16 * 1024 * 1024

/**
 * Copies a store to `<store>-before-<schema>` so that the program of before can go on with it. The
 * copy is never removed, and never made twice of the same state. Refuses where the disk has no room.
 */
export function keepBeforeMigration(db: Db, path: string, schema: number): Notice {
  const real = realPathOf(path)
  const copy = `${real}-before-${schema}`
  const told: Notice = {
    level: 'info',
    message:
      'kept a copy of the store from before its schema changed; remove it when you are content',
    fields: { path: copy, schema },
  }
  const name = existsSync(copy) ? freeNameOf(`${copy}-`) : copy
  if (name !== copy && stateOf(copy) === lastCommit(db)) return told
  assertRoom(real, path)
  const part = `${copy}.part`
  rmSync(part, { force: true })
  db.prepare('VACUUM INTO ?').run(part)
  forgetSalts(part)
  moveDurably(part, name)
  return { ...told, fields: { path: name, schema } }
}

function assertRoom(real: string, path: string): void {
  const { bavail, bsize } = statfsSync(dirname(real))
  const log = statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const needed = statSync(real).size + log + MARGIN_BYTES
  if (bavail * bsize >= needed) return
  throw new StoreTrouble(
    `the schema of ${path} is to change, and the disk has no room for a copy from before: free ${needed - bavail * bsize} bytes, or start with --no-migration-backup`,
  )
}

/** No file may keep the salts of days for longer than two, and this one is kept. */
function forgetSalts(copy: string): void {
  const db = new Database(copy)
  try {
    db.pragma('secure_delete = ON')
    db.exec('DELETE FROM salt')
  } finally {
    db.close()
  }
}

function stateOf(copy: string): number | null {
  const db = new Database(copy, { readonly: true })
  try {
    return lastCommit(db)
  } finally {
    db.close()
  }
}

/** The number of the last group that was written. */
function lastCommit(db: Db): number | null {
  const value = db
    .prepare("SELECT value FROM counter WHERE site = 0 AND name = 'commit'")
    .pluck()
    .get()
  return typeof value === 'number' ? value : null
}
