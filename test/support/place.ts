import { execFile, spawnSync } from 'node:child_process'
import { afterEach } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from './collector.ts'
import { until } from './load.ts'

/** Collectors, commands and places of one test file; what a test leaves is ended and removed after it. */

export const cleanups: (() => void)[] = []
const running: RunningCollector[] = []

export function newStore(): string {
  const place = createPlace()
  cleanups.push(place.remove)
  return place.store
}

export async function start(store: string, ...args: string[]): Promise<RunningCollector> {
  const collector = await startBuilt('start', store, ['--ballast', '1', ...args])
  running.push(collector)
  return collector
}

afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop('SIGKILL')
  for (const clean of cleanups.splice(0)) clean()
})

export function pique(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/pique.js', ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, stdout, stderr }
}

export const startOn = (store: string, ...args: string[]) =>
  pique('start', '--port', '0', '--store', store, ...args)

export async function siteKey(collector: RunningCollector): Promise<string> {
  return (await (await collector.api('/sites')).json()).data[0].key
}

export async function ended(collector: RunningCollector): Promise<number | null> {
  await until(() => collector.process.exitCode !== null || collector.process.signalCode !== null)
  return collector.process.exitCode
}

/** A command that runs while this process goes on. */
export function besideIt(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/pique.js', ...args], (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    )
  })
}
