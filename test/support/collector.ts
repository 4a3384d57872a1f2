import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ADMIN_KEY = 'an admin key of at least 32 characters'

export interface RunningCollector {
  readonly url: string
  readonly dashboard: string
  readonly pid: number
  readonly process: ChildProcess
  readonly store: string
  /** What it wrote to stderr so far. */
  logs(): string
  api(path: string, init?: RequestInit): Promise<Response>
  /** The exit code after a SIGTERM, or the given signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** A place for a store of a test's own, and how to remove it. */
export function createPlace(): { readonly store: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'pique-test-'))
  return {
    store: join(directory, 'pique.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

export interface BuiltOptions {
  /** Another build than the one under test. */
  readonly dist?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the built collector as its users do, on a free port, and waits for its ready line. */
export function startBuilt(
  command: 'start' | 'demo',
  store: string,
  args: readonly string[] = [],
  { dist = 'dist', env = {} }: BuiltOptions = {},
): Promise<RunningCollector> {
  const all = [join(dist, 'pique.js'), command, '--port', '0', ...args]
  if (command === 'start') all.push('--store', store)
  const child = spawn(process.execPath, all, {
    env: { ...process.env, PIQUE_ADMIN_KEY: ADMIN_KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the collector ended with ${code}: ${err}`)))
    child.stdout.on('data', (chunk) => {
      out += chunk
      const line = out.split('\n').find((one) => one.startsWith('{"ready":true'))
      if (!line) return
      const ready: { url: string; dashboard: string; pid: number } = JSON.parse(line)
      child.removeAllListeners('exit')
      resolve({
        ...ready,
        process: child,
        store,
        logs: () => err,
        api: (path, init = {}) =>
          fetch(`${ready.url}/api/v1${path}`, {
            ...init,
            headers: { authorization: `Bearer ${ADMIN_KEY}`, ...init.headers },
          }),
        stop: (signal = 'SIGTERM') =>
          new Promise((done) => {
            if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode)
            child.once('exit', (code) => done(code))
            child.kill(signal)
          }),
      })
    })
  })
}
