import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { StoreTrouble } from '../trouble.ts'
import type { Db } from './connect.ts'
import { freeNameOf, writeDurably } from './durable-file.ts'
import { realPathOf } from './lock.ts'

/**
 * The marker beside a store: that there was one here, which one, and the key of its secrets. A mount
 * that failed, or a store cut to nothing, looks like a first start; the marker tells the difference.
 *
 * It is written after the schema and before the first secret, so that a start that is killed anywhere
 * leaves a store that starts.
 */
export interface Marker {
  readonly instance: string
  readonly created_at: string | null
  /** 32 bytes, base64url. */
  readonly key: string
}

/** The place is not the one that was meant: starting anew does not help. */
const EXIT_OTHER_STORE = 72
const KEY_BYTES = 32

export function markerPathOf(path: string): string {
  return `${realPathOf(path)}-instance`
}

/** The marker beside a store, or null; throws where a file of its name is none. */
function readMarker(path: string): Marker | null {
  const file = markerPathOf(path)
  if (!existsSync(file)) return null
  const marker = markerOf(readFileSync(file, 'utf8'))
  if (marker) return marker
  throw new StoreTrouble(
    `${file} is no marker of a store; bring it back from a backup, or start with --init, which makes a new one`,
    EXIT_OTHER_STORE,
  )
}

function markerOf(text: string): Marker | null {
  try {
    const { instance, created_at = null, key }: Partial<Marker> = JSON.parse(text)
    const isWhole = typeof instance === 'string' && typeof key === 'string'
    return isWhole && keyOf(key) ? { instance, created_at, key } : null
  } catch {
    return null // said by the caller
  }
}

/** A key as 64 hex digits or base64 (url or not) of 32 bytes; null where it is neither. */
export function keyOf(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]{43}=?$/.test(text)) return null
  const key = Buffer.from(text, 'base64url')
  return key.length === KEY_BYTES ? key : null
}

/** Whether nothing was ever stored in this file, as far as can be told without opening it. */
export function isBlank(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0
}

/** Refuses a store that is new where there was one before; with `init` its marker is put aside. */
export function refuseLostStore(path: string, init: boolean): void {
  if (path === ':memory:' || !existsSync(markerPathOf(path))) return
  if (!init) {
    throw new StoreTrouble(
      `the store ${path} is empty or not there, but ${markerPathOf(path)} says that there was one: mount its disk or restore a backup; --init begins a new store`,
      EXIT_OTHER_STORE,
    )
  }
  putAside(path)
}

function putAside(path: string): void {
  const file = markerPathOf(path)
  renameSync(file, freeNameOf(`${file}.old-`))
}

/**
 * The marker of this store, made where it has none. Refuses one of another store, unless `init` has
 * it put aside.
 */
export function joinInstance(
  db: Db,
  path: string,
  { init = false, now = null }: { readonly init?: boolean; readonly now?: number | null },
): Marker {
  const known = storedInstance(db)
  let marker = path === ':memory:' ? null : readOrPutAside(path, init)
  if (marker && known !== null && marker.instance !== known) {
    if (!init) {
      throw new StoreTrouble(
        `${markerPathOf(path)} belongs to another store than ${path}; put back the one of the two that is missing, or start with --init, which makes a new marker`,
        EXIT_OTHER_STORE,
      )
    }
    putAside(path)
    marker = null
  }
  if (!marker) {
    marker = {
      instance: known ?? randomUUID(),
      created_at: now === null ? null : new Date(now).toISOString(),
      key: randomBytes(KEY_BYTES).toString('base64url'),
    }
    if (path !== ':memory:') writeDurably(markerPathOf(path), `${JSON.stringify(marker)}\n`)
  }
  if (known === null) {
    db.prepare("INSERT INTO secret (name, value) VALUES ('instance', ?)").run(
      Buffer.from(marker.instance),
    )
  }
  return marker
}

function readOrPutAside(path: string, init: boolean): Marker | null {
  try {
    return readMarker(path)
  } catch (error) {
    if (!init) throw error
    putAside(path)
    return null
  }
}

/** The id that a store has written into itself, or null. */
function storedInstance(db: Db): string | null {
  const value = db.prepare("SELECT value FROM secret WHERE name = 'instance'").pluck().get()
  return value instanceof Uint8Array ? Buffer.from(value).toString() : null
}
