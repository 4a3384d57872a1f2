import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { codeOf, StoreTrouble } from '../trouble.ts'
import { copyStore, inspectCopy } from './backup.ts'
import { type Db, openReader } from './connect.ts'
import { freeNameOf, moveDurably } from './durable-file.ts'
import { beginEra } from './feed.ts'
import { markerPathOf } from './instance.ts'
import { lockStore, realPathOf } from './lock.ts'

/**
 * Puts a backup in a store's place. The backup is copied and checked first; then the old store is put
 * aside under another name, and the copy takes its place. Killed between the two there is no store, and
 * the marker has the next start refuse: restoring again finishes it.
 */
export interface Restored {
  readonly events: number
  /** Erasures since the backup, which the collector applies when it starts. */
  readonly tombstones: number
  /** Where the old store is now; null where there was none. */
  readonly replaced: string | null
  /** What of the old store could not be carried over, and why; null where all was. */
  readonly lost: string | null
}

const PARTS = ['', '-wal', '-shm'] as const

export async function restoreStore(
  backup: string,
  store: string,
  { force }: { readonly force: boolean },
): Promise<Restored> {
  if (!existsSync(backup)) throw new StoreTrouble(`there is no backup at ${backup}`)
  mkdirSync(dirname(store), { recursive: true, mode: 0o700 })
  const unlock = lockStore(store)
  try {
    const real = realPathOf(store)
    if (existsSync(real) && !force) {
      throw new StoreTrouble(
        `there is a store at ${store}; with --force it is put aside, and the backup takes its place`,
      )
    }
    const part = `${real}-restoring`
    const events = await takeIn(backup, part)
    beginAnew(part)
    const carried = existsSync(real) ? carryOver(real, part) : { tombstones: 0, lost: null }
    foldLog(real)
    const replaced = existsSync(real) ? putAside(real) : null
    for (const suffix of ['-wal', '-shm']) rmSync(`${real}${suffix}`, { force: true })
    moveDurably(part, real)
    if (existsSync(`${backup}-instance`)) {
      const marker = markerPathOf(store)
      copyFileSync(`${backup}-instance`, `${marker}.part`)
      moveDurably(`${marker}.part`, marker)
    }
    return { events, ...carried, replaced }
  } finally {
    unlock()
  }
}

/** Copies a backup and checks it; how many events are in it. */
async function takeIn(backup: string, part: string): Promise<number> {
  try {
    await copyStore(backup, part)
    return inspectCopy(part).events
  } catch (error) {
    rmSync(part, { force: true })
    // What else fails is the place it is copied to.
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))) throw error
    throw new StoreTrouble(`${backup} is damaged or no backup of a store; name another`)
  }
}

/** Positions in the feed of another past mean nothing any more: whoever reads it, or is kept in step by it, begins anew. */
function beginAnew(copy: string): void {
  const db = new Database(copy)
  try {
    beginEra(db)
  } finally {
    db.close()
  }
}

/** Takes what must outlive a restore out of the old store: erasures, and where copies are. */
function carryOver(old: string, copy: string): Pick<Restored, 'tombstones' | 'lost'> {
  let from: Db
  try {
    from = openReader(old)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { tombstones: 0, lost: `erasures since the backup, because ${reason}` }
  }
  const to = new Database(copy)
  try {
    return to.transaction(() => {
      const isSameKey = carryKey(from, to)
      carryBackups(from, to)
      if (!isSameKey) {
        return { tombstones: 0, lost: 'erasures since the backup: it is of another store' }
      }
      const tombstones = carryTombstones(from, to)
      to.prepare(
        `INSERT INTO counter (site, name, value) VALUES (0, 'tombstones_to_apply', 1)
         ON CONFLICT DO UPDATE SET value = 1`,
      ).run()
      return { tombstones, lost: null }
    })()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { tombstones: 0, lost: `erasures since the backup, because ${reason}` }
  } finally {
    from.close()
    to.close()
  }
}

/** The key that tombstones are hashed with: whether both have the same, or the copy has it now. */
function carryKey(from: Db, to: Db): boolean {
  const [old, own] = [from, to].map((db) =>
    db.prepare("SELECT value FROM secret WHERE name = 'tombstones'").pluck().get(),
  )
  if (!(old instanceof Uint8Array)) return true // nothing was ever erased there
  if (own instanceof Uint8Array) return Buffer.from(old).equals(own)
  to.prepare("INSERT INTO secret (name, value) VALUES ('tombstones', ?)").run(old)
  return true
}

function carryTombstones(from: Db, to: Db): number {
  const add = to.prepare(
    `INSERT INTO tombstone (kind, hash, from_at, to_at, erased_at)
     SELECT @kind, @hash, @from_at, @to_at, @erased_at WHERE NOT EXISTS (
       SELECT 1 FROM tombstone WHERE kind = @kind AND hash = @hash AND from_at IS @from_at
         AND to_at IS @to_at AND erased_at = @erased_at)`,
  )
  const rows = from.prepare('SELECT kind, hash, from_at, to_at, erased_at FROM tombstone').all()
  return rows.reduce((sum: number, row) => sum + add.run(row).changes, 0)
}

function carryBackups(from: Db, to: Db): void {
  const add = to.prepare(
    `INSERT INTO backup (path, made_at, expires_at)
     SELECT @path, @made_at, @expires_at WHERE NOT EXISTS (
       SELECT 1 FROM backup WHERE path = @path AND made_at = @made_at)`,
  )
  for (const row of from.prepare('SELECT path, made_at, expires_at FROM backup').all()) add.run(row)
}

/** So that the file is whole without its log, should only one of them be moved. */
function foldLog(real: string): void {
  if (!existsSync(real)) return
  try {
    new Database(real).close() // the last connection folds the log in
  } catch {
    // Damaged: it is put aside as it is.
  }
}

/** The store and its log under a name of their own, with a copy of the marker that has its key. */
function putAside(real: string): string {
  const name = freeNameOf(`${real}.replaced-`)
  for (const suffix of PARTS) {
    if (existsSync(`${real}${suffix}`)) renameSync(`${real}${suffix}`, `${name}${suffix}`)
  }
  const marker = markerPathOf(real)
  if (existsSync(marker)) copyFileSync(marker, `${name}-instance`)
  return name
}
