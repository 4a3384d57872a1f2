import { chmodSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { codeOf, StoreInUse } from '../trouble.ts'

/**
 * Keeps a second collector off the same store: what the writer remembers is only true while it is
 * alone. The lock is an operating-system lock on a file beside the store, so it is gone with its
 * process, however that ended. It stands beside the real file: another name for it is no other
 * store. Returns how to let go; throws where another process holds it.
 */
export function lockStore(path: string): () => void {
  if (path === ':memory:') return () => {}
  const file = `${realPathOf(path)}-lock`
  const lock = new Database(file, { timeout: 0 })
  try {
    chmodSync(file, 0o600)
    lock.pragma('journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw codeOf(error) === 'SQLITE_BUSY'
      ? new StoreInUse(
          `another collector is running on ${path}; stop it, or give this one its own --store`,
        )
      : error
  }
  return () => lock.close()
}

/** Where a file is or will be, links followed; its directory must exist. */
export function realPathOf(path: string): string {
  const place = join(realpathSync(dirname(resolve(path))), basename(path))
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  return isLink ? realPathOf(resolve(dirname(place), readlinkSync(place))) : place
}
