import { randomBytes } from 'node:crypto'
import { type TombKind, tombHash } from '../../ingest/tombs.ts'
import type { Backup, Tombstone } from '../records.ts'
import type { WriteStore } from '../store.ts'
import type { Db } from './connect.ts'
import { copiesBeside } from './copies-beside.ts'
import { bytesOf, hexOf } from './rows.ts'

/** The key of the tombstones' hashes, made when first asked for. It goes with the store into every copy. */
export function tombstoneKey(db: Db): Uint8Array {
  const known = db.prepare("SELECT value FROM secret WHERE name = 'tombstones'").pluck().get()
  if (known instanceof Uint8Array) return known
  const key = randomBytes(32)
  db.prepare("INSERT INTO secret (name, value) VALUES ('tombstones', ?)").run(key)
  return key
}

/** Writes tombstones of one site. */
export function createBurial(db: Db, site: number, erasedAt: number) {
  const key = tombstoneKey(db)
  const insert = db.prepare(
    'INSERT INTO tombstone (kind, hash, from_at, to_at, erased_at) VALUES (?, ?, ?, ?, ?)',
  )
  return (kind: TombKind, value: string, from: number | null, to: number | null) => {
    insert.run(kind, bytesOf(tombHash(key, kind, site, value)), from, to, erasedAt)
  }
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

/** Copies of the store that are not past their time: those that were asked for, and those made beside. */
export function readBackups(db: Db, now: number): Backup[] {
  const asked = db
    .prepare('SELECT path, made_at, expires_at FROM backup WHERE expires_at >= ? ORDER BY id')
    .raw()
    .all(now)
    .map((raw) => {
      const [path, madeAt, expiresAt] = raw as [string, number, number] // as selected
      return { path, madeAt, expiresAt }
    })
  return [...asked, ...copiesBeside(db.name)]
}

/**
 * After a restore: leads of the backup that were erased since it was made. A claim from after the erasure is
 * a new beginning, and keeps the lead. And browsers whose holder had not said yet who it is.
 */
export function createBuried(
  db: Db,
): Pick<WriteStore, 'buriedLeads' | 'buriedStretches' | 'noteBuried'> {
  const flag = "site = 0 AND name = 'tombstones_to_apply'"
  const isFlagged = () =>
    db.prepare(`SELECT 1 FROM counter WHERE ${flag} AND value > 0`).get() !== undefined
  return {
    buriedLeads() {
      if (!isFlagged()) return []
      const key = tombstoneKey(db)
      const erased = db
        .prepare("SELECT max(erased_at) FROM tombstone WHERE hash = ? AND kind <> 'browser'")
        .pluck()
      const newest = db.prepare('SELECT max(at) FROM claim WHERE lead = ? AND void = 0').pluck()
      const keys = db.prepare('SELECT lead, site, kind, value FROM lead_key').raw().all()
      const leads = new Map<number, number>()
      for (const raw of keys) {
        const [lead, site, kind, value] = raw as [number, number, TombKind, string] // as selected
        const at = erased.get(bytesOf(tombHash(key, kind, site, value)))
        if (typeof at === 'number' && Number(newest.get(lead)) <= at) leads.set(lead, at)
      }
      return [...leads].map(([lead, erasedAt]) => ({ lead, erasedAt }))
    },
    buriedStretches() {
      if (!isFlagged()) return []
      const key = tombstoneKey(db)
      const erased = db
        .prepare(
          `SELECT coalesce(from_at, -9e15), min(coalesce(to_at, 9e15), erased_at + 1)
           FROM tombstone WHERE hash = ?`,
        )
        .raw()
      const browsers = db.prepare('SELECT id, site, key FROM browser').raw().all()
      return browsers.flatMap((raw) => {
        const [browser, site, id] = raw as [number, number, Uint8Array] // as selected
        const found = erased.all(bytesOf(tombHash(key, 'browser', site, hexOf(id))))
        return found.map((bounds) => {
          const [from, to] = bounds as [number, number] // as selected
          return { browser, from, to }
        })
      })
    },
    noteBuried: () => void db.prepare(`DELETE FROM counter WHERE ${flag}`).run(),
  }
}
