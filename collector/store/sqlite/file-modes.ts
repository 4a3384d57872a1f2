import { chmodSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreTrouble } from '../trouble.ts'
import { realPathOf } from './lock.ts'

/** What stands beside a store; see the README for what each is. */
const SUFFIXES = ['', '-wal', '-shm', '-lock', '-instance', '-ballast'] as const
const PRIVATE = 0o600
const OTHERS = 0o077
const WORLD_WRITABLE = 0o002
const STICKY = 0o1000
/** Starting anew does not help: somebody must change the place, or name another. */
const EXIT_BAD_PLACE = 78

/**
 * Lets nobody but the store's own user read its files. A directory where everybody may rename files,
 * and a file that can't be made private, are refused with what to type.
 */
export function keepPrivate(path: string): void {
  if (path === ':memory:' || process.platform === 'win32') return
  const real = realPathOf(path)
  const directory = dirname(real)
  const { mode } = statSync(directory)
  if (mode & WORLD_WRITABLE && !(mode & STICKY)) {
    throw new StoreTrouble(
      `everybody may replace files in ${directory}, where the store ${path} is; type: chmod o-w ${directory}`,
      EXIT_BAD_PLACE,
    )
  }
  for (const suffix of SUFFIXES) keepFilePrivate(`${real}${suffix}`)
}

function keepFilePrivate(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile() || (found.mode & OTHERS) === 0) return
  try {
    chmodSync(file, PRIVATE)
  } catch {
    throw new StoreTrouble(
      `others may read ${file}, and this user can't change that; as its owner type: chmod 600 ${file}`,
      EXIT_BAD_PLACE,
    )
  }
}
