import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Notice, StoreFile } from '../store-file.ts'
import { EXIT_STORE_FAILED, StoreTrouble } from '../trouble.ts'
import type { Db } from './connect.ts'
import { realPathOf } from './lock.ts'

const CHUNK_BYTES = 1024 * 1024

export interface StoreFileOptions {
  readonly ballastBytes?: number
  readonly notices: readonly Notice[]
}

/** The file of an open store. */
export function createStoreFile(
  db: Db,
  path: string,
  { ballastBytes = 0, notices }: StoreFileOptions,
): StoreFile {
  const selectChecked = db
    .prepare("SELECT value FROM counter WHERE site = 0 AND name = 'checked_at'")
    .pluck()
  const checks: Pick<StoreFile, 'checkedAt' | 'noteChecked' | 'notices' | 'shortenLog'> = {
    notices,
    shortenLog: () => db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0,
    checkedAt() {
      const value = selectChecked.get()
      return typeof value === 'number' ? value : null
    },
    noteChecked(at) {
      db.prepare(
        `INSERT INTO counter (site, name, value) VALUES (0, 'checked_at', ?)
         ON CONFLICT DO UPDATE SET value = excluded.value`,
      ).run(at)
    },
  }
  if (path === ':memory:') return { ...checks, ...NOWHERE }
  const real = realPathOf(path)
  const ballast = ballastPathOf(path)
  const opened = statSync(real)
  return {
    ...checks,
    walBytes: () => statSync(`${real}-wal`, { throwIfNoEntry: false })?.size ?? null,
    freeBytes: () => freeBytesAt(dirname(real)),
    assertInPlace() {
      const found = statSync(real, { throwIfNoEntry: false })
      if (found?.ino === opened.ino && found.dev === opened.dev) return
      throw new StoreTrouble(
        `the store ${path} was ${found ? 'replaced' : 'removed'} while the collector ran; stop it before you move or restore a store`,
        EXIT_STORE_FAILED,
      )
    },
    hasBallast: () =>
      statSync(ballast, { throwIfNoEntry: false })?.size === ballastBytes || ballastBytes === 0,
    makeBallast: () => writeBallast(ballast, ballastBytes),
  }
}

const NOWHERE = {
  walBytes: () => null,
  freeBytes: () => null,
  assertInPlace() {},
  hasBallast: () => true,
  makeBallast() {},
}

export function ballastPathOf(path: string): string {
  return `${realPathOf(path)}-ballast`
}

function freeBytesAt(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return null // a file system that does not tell
  }
}

/** Random, because some file systems store nothing for zeros. Not flushed: it may be gone after a power cut. */
function writeBallast(file: string, bytes: number): void {
  const part = `${file}.part`
  const handle = openSync(part, 'w', 0o600)
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let left = bytes; left > 0; ) {
      left -= writeSync(handle, randomFillSync(chunk), 0, Math.min(left, CHUNK_BYTES))
    }
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
}
