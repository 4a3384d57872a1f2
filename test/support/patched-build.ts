/** A copy of the built collector with a bug in it: what must be caught by whoever says it would be. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** One change of a built file; `from` must be there, and once. */
export interface Patch {
  readonly file: 'writer.js' | 'serve.js' | 'reader.js'
  readonly from: string
  readonly to: string
}

export interface PatchedBuild {
  readonly dist: string
  remove(): void
}

export function patchedBuild(patches: readonly Patch[]): PatchedBuild {
  const directory = mkdtempSync(join(tmpdir(), 'pique-patched-'))
  const dist = join(directory, 'dist')
  cpSync('dist', dist, { recursive: true, filter: (path) => !/\.map$|bench/.test(path) })
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  for (const { file, from, to } of patches) {
    const path = join(dist, file)
    const parts = readFileSync(path, 'utf8').split(from)
    if (parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} times "${from}", and should have it once`)
    writeFileSync(path, parts.join(to))
  }
  return { dist, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
