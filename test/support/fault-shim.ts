/**
 * What kills, power cuts, broken and full disks do to a store's files: fault-shim.c, compiled once
 * for each test file that asks, and the environment that tells it what to do.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Random } from './random.ts'

export interface Faults {
  /** SIGKILL before this call that changes or flushes a file; calls count from 1. */
  readonly killAt?: number
  /** And half of what it was to write is written. */
  readonly isTorn?: boolean
  /** This call fails with EIO. */
  readonly eioAt?: number
  /** And all up to this one; 0 is for ever. */
  readonly eioLast?: number
  /** Bytes by which files may grow. */
  readonly fullAfter?: number
  /** While this file exists there is room. */
  readonly freeFile?: string
  /** Where the calls are written down. */
  readonly journal?: string
  /** Where they are counted. */
  readonly count?: string
}

export interface Shim {
  /** The environment of a process whose store's directory has these faults. */
  env(store: string, faults: Faults): Record<string, string>
  remove(): void
}

/** The shim, or null with a word on why faults of the disk can't be made here. */
export function compileShim(): Shim | null {
  const cc = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
  if (process.platform !== 'linux' || cc === undefined) {
    console.warn('NOT PROVEN HERE: faults of the disk need Linux and a C compiler (cc, gcc, clang)')
    return null
  }
  const directory = mkdtempSync(join(tmpdir(), 'pique-shim-'))
  const library = join(directory, 'shim.so')
  const flags = ['-O1', '-shared', '-fPIC', '-o', library]
  execFileSync(cc, [...flags, 'test/support/fault-shim.c', '-ldl', '-lpthread'])
  return {
    env: (store, faults) => ({
      LD_PRELOAD: library,
      FAULT_PATH: dirname(store),
      ...Object.fromEntries(
        Object.entries({
          FAULT_KILL_AT: faults.killAt,
          FAULT_TORN: faults.isTorn ? 1 : undefined,
          FAULT_EIO_AT: faults.eioAt,
          FAULT_EIO_LAST: faults.eioLast,
          FAULT_FULL_AFTER: faults.fullAfter,
          FAULT_FREE: faults.freeFile,
          FAULT_LOG: faults.journal,
          FAULT_COUNT: faults.count,
        }).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
      ),
    }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** How many calls a process with `count` has made. */
export function callsIn(count: string): number {
  return Number(readFileSync(count).readBigUInt64LE(0))
}

/** Each of 1 to `last`, or one of every part where `wanted` is less: over the days, all of them. */
export function spread(last: number, wanted: number, random: Random): number[] {
  if (wanted >= last) return Array.from({ length: last }, (_, i) => i + 1)
  return Array.from(
    { length: wanted },
    (_, i) => 1 + Math.floor(((i + random.next()) * last) / wanted),
  )
}
