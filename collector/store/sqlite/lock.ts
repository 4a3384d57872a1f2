import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'

/**
 * Keeps a second collector off the same store: what the writer remembers is only true while it is
 * alone. The lock is an operating-system lock on a file beside the store, so it is gone with its
 * process, however that ended. Returns how to let go; throws where another process holds it.
 */
export function lockStore(path: string): () => void {
  if (path === ':memory:') return () => {}
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lock = new Database(`${path}-lock`, { timeout: 0 })
  try {
    lock.pragma('journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    const isHeld = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'
    throw isHeld ? new StoreInUse(path) : error
  }
  return () => lock.close()
}

class StoreInUse extends Error {
  constructor(path: string) {
    super(`another collector is running on ${path}; stop it, or give this one its own --store`)
  }
}
