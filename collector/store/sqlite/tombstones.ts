import { randomBytes } from 'node:crypto'
import type { Backup } from '../records.ts'
import type { Tombstone } from '../store.ts'
import type { Db } from './connect.ts'
import { hexOf } from './rows.ts'

/** The key of the tombstones' hashes, made when first asked for. It goes with the store into every copy. */
export function tombstoneKey(db: Db): Uint8Array {
  const known = db.prepare("SELECT value FROM secret WHERE name = 'tombstones'").pluck().get()
  if (known instanceof Uint8Array) return known
  const key = randomBytes(32)
  db.prepare("INSERT INTO secret (name, value) VALUES ('tombstones', ?)").run(key)
  return key
}

export function readTombstones(db: Db): Tombstone[] {
  return db
    .prepare('SELECT hash, from_at, to_at, erased_at FROM tombstone')
    .raw()
    .all()
    .map((raw) => {
      const [hash, from, to, erasedAt] = raw as [Uint8Array, number | null, number | null, number] // as selected
      return { hash: hexOf(hash), from, to, erasedAt }
    })
}

/** Copies of the store that are not past their time. */
export function readBackups(db: Db, now: number): Backup[] {
  return db
    .prepare('SELECT path, made_at, expires_at FROM backup WHERE expires_at >= ? ORDER BY id')
    .raw()
    .all(now)
    .map((raw) => {
      const [path, madeAt, expiresAt] = raw as [string, number, number] // as selected
      return { path, madeAt, expiresAt }
    })
}
