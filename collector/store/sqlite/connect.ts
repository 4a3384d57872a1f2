import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { MIGRATIONS } from './migrations.ts'

export type Db = Database.Database

/** 3.7.0 to 3.51.2 could corrupt a database when a WAL was reset under two connections. */
const OLDEST_SAFE_SQLITE = [3, 51, 3] as const
const SYNCHRONOUS_FULL = 2
/** Pages; checkpoints are the dearest thing a commit can meet, so they are few. */
const CHECKPOINT_PAGES = 16_000
const BUSY_MS = 50

/** What makes "2xx survives" true; shown by `/readyz`. */
export interface StoreSettings {
  readonly sqlite: string
  readonly journal_mode: string
  readonly synchronous: number
}

/**
 * Opens the one connection that writes. Refuses, with a message that names the cause, a SQLite
 * that is too old, a schema that is newer than this program, and settings that did not take.
 */
export function openWriter(path: string): { readonly db: Db; readonly settings: StoreSettings } {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = new Database(path)
  if (path !== ':memory:') chmodSync(path, 0o600)
  assertVersion(db)
  db.pragma(`busy_timeout = ${BUSY_MS}`)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('trusted_schema = OFF')
  db.pragma('secure_delete = ON')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.pragma('temp_store = MEMORY')
  db.pragma('cache_size = -65536')
  migrate(db)
  return { db, settings: assertDurable(db, path) }
}

/** Opens a connection that only reads; snapshots of it never block the writer. */
export function openReader(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  db.pragma('trusted_schema = OFF')
  db.pragma('cache_size = -32768')
  db.pragma('query_only = ON')
  return db
}

function assertVersion(db: Db): void {
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get())
  const parts = version.split('.').map(Number)
  for (const [i, least] of OLDEST_SAFE_SQLITE.entries()) {
    const part = parts[i] ?? 0
    if (part > least) return
    if (part < least)
      throw new Error(`SQLite is ${version}; ${OLDEST_SAFE_SQLITE.join('.')} or newer is needed`)
  }
}

function migrate(db: Db): void {
  const done = Number(db.pragma('user_version', { simple: true }))
  if (done > MIGRATIONS.length) {
    throw new Error(
      `the store has schema ${done}, this program knows ${MIGRATIONS.length}: use a newer Pique`,
    )
  }
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(done)) db.exec(step)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
  }).immediate()
}

/**
 * Reads `synchronous` back *after a write*: better-sqlite3 is built to fall to NORMAL in WAL mode
 * at the first write, which no `kill -9` shows and a power cut punishes.
 */
function assertDurable(db: Db, path: string): StoreSettings {
  db.transaction(() => {
    db.prepare(
      `INSERT INTO counter (site, name, value) VALUES (0, 'starts', 1)
       ON CONFLICT DO UPDATE SET value = value + 1`,
    ).run()
  }).immediate()
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
