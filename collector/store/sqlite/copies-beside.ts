import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Backup } from '../records.ts'
import { realPathOf } from './lock.ts'

/** When their owner is asked to have removed them, as backups are; they are named for as long as they are there. */
const KEPT_MS = 35 * 86_400_000
/** What belongs to a copy, or is not yet one. */
const PARTS = /-(wal|shm|journal|instance)$|\.part$/

/**
 * Copies of the store that the program itself left beside it: from before a migration, and the one that
 * a restore put aside. Empty where the store is in memory.
 */
export function copiesBeside(path: string): Backup[] {
  if (path === '' || path === ':memory:') return []
  const real = realPathOf(path)
  const starts = ['-before-', '.replaced-'].map((sign) => basename(real) + sign)
  return readdirSync(dirname(real))
    .filter((name) => starts.some((start) => name.startsWith(start)) && !PARTS.test(name))
    .sort()
    .flatMap((name) => {
      const copy = join(dirname(real), name)
      const found = statSync(copy, { throwIfNoEntry: false })
      const madeAt = Math.trunc(found?.mtimeMs ?? 0)
      return found ? [{ path: copy, madeAt, expiresAt: madeAt + KEPT_MS }] : []
    })
}
