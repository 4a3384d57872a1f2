import { randomBytes } from 'node:crypto'
import type { WriteStore } from '../store.ts'
import type { Db } from './connect.ts'

/**
 * A salt makes the pseudonyms of one UTC day; without it nobody can tell whose they were. So its
 * bytes must be gone from everywhere: the row is overwritten by `secure_delete`, the frames of the
 * write-ahead log that still show it by a checkpoint that empties the log.
 */
export function createSalts(db: Db): Pick<WriteStore, 'saltOf' | 'forgetSalts'> {
  const select = db.prepare('SELECT value FROM salt WHERE day = ?').pluck()
  const insert = db.prepare('INSERT INTO salt (day, value) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM salt WHERE day < ?')
  const known = new Map<number, Uint8Array>()
  /** The log may show salts that are forgotten: until it was emptied once, and after each one. */
  let isLogStained = true

  function saltOf(day: number): Uint8Array {
    const remembered = known.get(day)
    if (remembered) return remembered
    const stored = select.get(day)
    const value = stored instanceof Uint8Array ? stored : randomBytes(16)
    if (value !== stored) insert.run(day, value)
    known.set(day, value)
    return value
  }

  return {
    saltOf,
    forgetSalts(before) {
      for (const day of known.keys()) if (day < before) known.delete(day)
      if (remove.run(before).changes > 0) isLogStained = true
      if (isLogStained) isLogStained = !emptyLog(db)
    },
  }
}

/** Folds the write-ahead log into the file and cuts it; false where a reader is in the way. */
function emptyLog(db: Db): boolean {
  return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0
}
