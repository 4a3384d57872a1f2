import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Files that are whole or not there, also after a power cut. */

/** Writes a file that only this user may read, in place of one of its name. */
export function writeDurably(path: string, text: string): void {
  const part = `${path}.part`
  writeFileSync(part, text, { mode: 0o600 })
  moveDurably(part, path)
}

/** Flushes a file, gives it its name, and flushes that. */
export function moveDurably(from: string, to: string): void {
  flush(from)
  renameSync(from, to)
  flush(dirname(to))
}

/** `path`, or with the first number behind it that is not taken. */
export function freeNameOf(path: string): string {
  for (let n = 1; ; n += 1) if (!existsSync(`${path}${n}`)) return `${path}${n}`
}

function flush(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
