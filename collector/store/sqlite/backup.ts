import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { StoreTrouble } from '../trouble.ts'
import { checkCopy } from './check.ts'
import { type Db, schemaOf } from './connect.ts'
import { moveDurably } from './durable-file.ts'
import { markerPathOf } from './instance.ts'

/**
 * Copies of a store that may be in use. SQLite's online backup begins anew whenever somebody writes,
 * which under load is for ever; so the copy is made of one snapshot, held open while it runs.
 */

/** Pages in one step; between two of them progress is told. */
const STEP_PAGES = 4096

export interface CopyFacts {
  readonly events: number
  readonly leads: number
  readonly bytes: number
  /** Whether anything scores in it yet. */
  readonly hasModel: boolean
}

/** Copies a store into one new file, without salts and sign-ins, which no copy may keep. */
export async function copyStore(
  from: string,
  to: string,
  onProgress: (share: number) => void = () => {},
): Promise<void> {
  rmSync(to, { force: true })
  const db = openAnySchema(from)
  try {
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM site').get()
    await db.backup(to, {
      progress({ totalPages, remainingPages }) {
        if (totalPages > 0) onProgress(1 - remainingPages / totalPages)
        return STEP_PAGES
      },
    })
    db.exec('COMMIT')
  } finally {
    db.close()
  }
  const copy = new Database(to)
  try {
    copy.pragma('journal_mode = DELETE') // one file, whole without a log beside it
    copy.pragma('secure_delete = ON')
    copy.exec('DELETE FROM salt; DELETE FROM sign_in; DELETE FROM answer')
  } finally {
    copy.close()
  }
}

/** A store of this program or of one before it, which the collector brings up to date. */
function openAnySchema(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    if (schemaOf(db, path) > 0) return db
    throw new StoreTrouble(`${path} is empty; expected a store, or a backup of one`)
  } catch (error) {
    db.close()
    throw error
  }
}

/** What is in a copy; throws where it is damaged. */
export function inspectCopy(path: string): CopyFacts {
  const found = checkCopy(path)
  if (found !== 'ok') throw Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' })
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const count = (query: string) => Number(db.prepare(query).pluck().get())
    return {
      events: count('SELECT count(*) FROM event'),
      leads: count('SELECT count(*) FROM lead'),
      bytes: statSync(path).size,
      hasModel: count('SELECT count(*) FROM model') > 0,
    }
  } finally {
    db.close()
  }
}

/** Refuses to write over anything, and where there is no directory. */
export function assertFree(path: string): void {
  const taken = [path, `${path}-instance`].find((file) => existsSync(file))
  if (taken) throw new StoreTrouble(`${taken} is there already; name another file`)
  const directory = dirname(path)
  if (!existsSync(directory)) {
    throw new StoreTrouble(`there is no directory ${directory}; make it, or name another place`)
  }
}

/** Gives a finished copy its name, and the key of its secrets beside it. */
export function publishCopy(part: string, to: string, store: string): void {
  const marker = markerPathOf(store)
  if (existsSync(marker)) {
    copyFileSync(marker, `${to}-instance.part`)
    moveDurably(`${to}-instance.part`, `${to}-instance`)
  }
  moveDurably(part, to)
}
