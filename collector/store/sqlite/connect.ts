import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Notice, StoreOptions } from '../store-file.ts'
import { StoreTrouble, troubleOf } from '../trouble.ts'
import { keepBeforeMigration } from './before-migration.ts'
import { refuseLostStore } from './instance.ts'
import { MIGRATIONS } from './migrations.ts'

export type Db = Database.Database

/** 3.7.0 to 3.51.2 could corrupt a database when a WAL was reset under two connections. */
const OLDEST_SAFE_SQLITE = [3, 51, 3] as const
const SYNCHRONOUS_FULL = 2
/** Pages; checkpoints are the dearest thing a commit can meet, so they are few. */
const CHECKPOINT_PAGES = 16_000
/** What stays of a write-ahead log that a long reader made grow, once it is folded in. */
const KEPT_LOG_BYTES = 64 * 1024 * 1024
/** While ingesting, a locked store is answered with 503; whoever opens it or works beside can wait. */
const BUSY_MS = 50
const PATIENT_MS = 5_000
/** Files up to this size are checked whenever a collector opens them. */
const CHECKED_BYTES = 64 * 1024 * 1024

/** What makes "2xx survives" true; shown by `/readyz`. */
export interface StoreSettings {
  readonly sqlite: string
  readonly journal_mode: string
  readonly synchronous: number
}

/** Makes the directory of a store that is yet to be; throws where it can't be written. */
export function preparePlace(path: string): void {
  if (path === ':memory:') return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' })
  if (found) accessSync(path, constants.R_OK | constants.W_OK)
}

/**
 * Opens a connection that writes: `alone` as the collector does, or `beside` one for a short
 * change, which waits its turn and takes no lock before that. Refuses, with a message that names
 * the cause, a SQLite that is too old, a store that is damaged, another program's or of a newer
 * schema, and settings that did not take.
 */
export function openWriter(
  path: string,
  use: 'alone' | 'beside',
  { init = false, migrationBackup = true }: StoreOptions = {},
): { readonly db: Db; readonly settings: StoreSettings; readonly notices: readonly Notice[] } {
  const db = new Database(path, { timeout: PATIENT_MS })
  try {
    assertVersion(String(db.prepare('SELECT sqlite_version()').pluck().get()))
    const schema = schemaOf(db, path)
    const isNew = schema === 0
    const notices: Notice[] = []
    if (isNew) refuseLostStore(path, init && use === 'alone')
    if (use === 'alone' && !isNew) assertSound(db, path)
    if (path !== ':memory:') chmodSync(path, 0o600)
    if (use === 'alone' || isNew) db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('trusted_schema = OFF')
    db.pragma('secure_delete = ON')
    db.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`)
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    db.pragma('temp_store = MEMORY')
    db.pragma('cache_size = -65536')
    if (use === 'alone' && !isNew && schema < MIGRATIONS.length && migrationBackup) {
      notices.push(keepBeforeMigration(db, path, schema))
    }
    if (use === 'alone' || isNew) migrate(db)
    else assertSchema(db, path)
    if (use === 'alone') {
      writeOnce(db)
      db.pragma(`busy_timeout = ${BUSY_MS}`)
    }
    return { db, settings: assertDurable(db, path), notices }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Opens a connection that only reads; snapshots of it never block the writer. */
export function openReader(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    assertSchema(db, path)
    db.pragma('trusted_schema = OFF')
    db.pragma('cache_size = -32768')
    db.pragma('query_only = ON')
    return db
  } catch (error) {
    db.close()
    throw troubleOf(error, path)
  }
}

/** The schema of a store, 0 where there is nothing yet; throws where it isn't ours to touch. */
export function schemaOf(db: Db, path: string): number {
  const schema = Number(db.pragma('user_version', { simple: true }))
  if (schema > MIGRATIONS.length) {
    throw new StoreTrouble(
      `the store ${path} has schema ${schema}, this program knows ${MIGRATIONS.length}: use a newer Pique`,
    )
  }
  if (schema === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    throw new StoreTrouble(
      `${path} is another program's database; name a place of its own for the store with --store`,
    )
  }
  return schema
}

function assertSchema(db: Db, path: string): void {
  const schema = schemaOf(db, path)
  if (schema === MIGRATIONS.length) return
  throw new StoreTrouble(
    schema === 0
      ? `the store ${path} is empty; start the collector on it first, or name another with --store`
      : `the store ${path} has schema ${schema}, this program works with ${MIGRATIONS.length}: start the collector on it once`,
  )
}

function assertSound(db: Db, path: string): void {
  if (path === ':memory:' || statSync(path).size > CHECKED_BYTES) return
  const found = db.pragma('quick_check(1)', { simple: true })
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { code: 'SQLITE_CORRUPT' })
}

/** Throws where this version of SQLite, such as "3.53.2", could damage a store. */
export function assertVersion(version: string): void {
  const parts = version.split('.').map(Number)
  for (const [i, least] of OLDEST_SAFE_SQLITE.entries()) {
    const part = parts[i] ?? 0
    if (part > least) return
    if (part < least)
      throw new Error(`SQLite is ${version}; ${OLDEST_SAFE_SQLITE.join('.')} or newer is needed`)
  }
}

/** In one transaction, so that a start that is killed half way leaves the old schema. */
function migrate(db: Db): void {
  db.transaction(() => {
    const done = Number(db.pragma('user_version', { simple: true }))
    for (const step of MIGRATIONS.slice(done)) db.exec(step)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
  }).immediate()
}

/** Writes and flushes one row; throws where the store can't be written. */
export function writeOnce(db: Db): void {
  db.prepare(
    `INSERT INTO counter (site, name, value) VALUES (0, 'checks', 1)
     ON CONFLICT DO UPDATE SET value = value + 1`,
  ).run()
}

/**
 * Reads `synchronous` back *after a write*: better-sqlite3 is built to fall to NORMAL in WAL mode
 * at the first write, which no `kill -9` shows and a power cut punishes.
 */
function assertDurable(db: Db, path: string): StoreSettings {
  const settings: StoreSettings = {
    sqlite: String(db.prepare('SELECT sqlite_version()').pluck().get()),
    journal_mode: String(db.pragma('journal_mode', { simple: true })),
    synchronous: Number(db.pragma('synchronous', { simple: true })),
  }
  const isWal = settings.journal_mode === 'wal' || path === ':memory:'
  if (settings.synchronous !== SYNCHRONOUS_FULL || !isWal) {
    throw new Error(
      `SQLite took journal_mode ${settings.journal_mode}, synchronous ${settings.synchronous}; WAL and 2 (FULL) are needed`,
    )
  }
  return settings
}
