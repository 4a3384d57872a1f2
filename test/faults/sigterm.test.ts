import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createPlace, startBuilt } from '../support/collector.ts'
import { findingsOf, newLedger, startClients } from '../support/ledger.ts'
import { patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { IS_LONG, scaled } from '../support/scale.ts'

/**
 * Duty 10: a collector that is told to stop under load answers all that it has read, loses nothing,
 * and ends with 0 within ten seconds, however often.
 */

const CLIENTS = 20
/** With this pause the clients send some 500 events a second. */
const PAUSE_MS = 130
const MOST_MS = 10_000
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Restarted {
  /** What is wrong. */
  readonly findings: readonly string[]
  readonly events: number
  readonly eventsPerSecond: number
  readonly slowestMs: number
}

async function restart(times: number, pauseMs: number, dist = 'dist'): Promise<Restarted> {
  const { store, remove } = createPlace()
  const beside = createPlace()
  ends.push(remove, beside.remove)
  const probe = join(dirname(beside.store), 'read')
  const probeScript = pathToFileURL(resolve('test/support/request-probe.mjs')).href
  const env = { REQUEST_PROBE: probe, NODE_OPTIONS: `--import=${probeScript}` }
  const random = randomOf(Date.now())
  const start = () => startBuilt('start', store, [], { dist, env })
  let collector = await start()
  ends.push(() => collector.stop('SIGKILL'))
  const { data } = await (await collector.api('/sites')).json()
  const ledger = newLedger()
  const unanswered = new Set<string>()
  const clients = startClients({
    site: data[0].key,
    url: () => collector.url,
    ledger,
    clients: CLIENTS,
    pauseMs,
    onTry: (number, isAnswered) => {
      if (!isAnswered) unanswered.add(number)
    },
  })
  ends.push(() => clients.abandon())
  const findings: string[] = []
  let slowestMs = 0
  let [upMs, ackedWhileUp] = [0, 0]
  for (let time = 0; time <= times; time += 1) {
    const upAt = performance.now()
    const before = ledger.acked.size
    await new Promise((done) => setTimeout(done, 300 + random.int(300)))
    upMs += performance.now() - upAt
    ackedWhileUp += ledger.acked.size - before
    const isLast = time === times
    if (isLast) await clients.stop()
    const stoppedAt = performance.now()
    const code = await collector.stop()
    slowestMs = Math.max(slowestMs, performance.now() - stoppedAt)
    if (code !== 0) findings.push(`ended with ${code}`)
    if (!isLast) collector = await start()
  }
  if (slowestMs > MOST_MS) findings.push(`took ${Math.round(slowestMs)} ms to end`)
  const read = existsSync(probe) ? readFileSync(probe, 'utf8').trim().split('\n') : []
  expect(read.length).toBeGreaterThan(times)
  const resets = read.filter((number) => unanswered.has(number))
  if (resets.length > 0) findings.push(`${resets.length} requests were read and not answered`)
  findings.push(...(await findingsOf(store, ledger)))
  const events = ledger.acked.size
  return { findings, events, eventsPerSecond: (1000 * ackedWhileUp) / upMs, slowestMs }
}

const TIMES = scaled(50)

test(`${TIMES} restarts under load: nothing lost, nobody cut off, exit code 0`, {
  timeout: IS_LONG ? 300_000 : 60_000,
  retry: 0,
}, async () => {
  const { findings, events, eventsPerSecond, slowestMs } = await restart(TIMES, PAUSE_MS)
  expect(findings).toEqual([])
  console.info(
    `${TIMES} restarts, ${events} events at ${Math.round(eventsPerSecond)} a second, slowest stop ${Math.round(slowestMs)} ms`,
  )
})

test('a stop that closes every connection at once is found', { timeout: 60_000 }, async () => {
  const { dist, remove } = patchedBuild([
    {
      file: 'serve.js',
      from: 'NetServer.prototype.close.call(server, ',
      to: 'server.closeAllConnections();\n    NetServer.prototype.close.call(server, ',
    },
  ])
  ends.push(remove)
  const { findings } = await restart(2, 0, dist)
  expect(findings.join('\n')).toMatch(/read and not answered/)
})
