import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { lostOf } from '../support/ledger.ts'
import {
  createAgent,
  deliver,
  memoryOf,
  newBatch,
  percentile,
  type Sent,
  sendVia,
} from '../support/load-clients.ts'
import { IS_LONG, scaled } from '../support/scale.ts'

/** Crowds: everybody who waited comes back at once, and a hundred thousand new visitors within a minute. */

/**
 * As the README tells a service: else glibc keeps some 30 MB in arenas for each thread, and V8 lets what is
 * soon forgotten take 48.
 */
const AS_A_SERVICE = { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-semi-space-size=8' }

const places: { remove(): void }[] = []
const running: RunningCollector[] = []
afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop('SIGKILL')
  for (const place of places.splice(0)) place.remove()
})

async function startAt(store: string, args: string[] = []): Promise<RunningCollector> {
  const collector = await startBuilt('start', store, args, { env: AS_A_SERVICE })
  running.push(collector)
  return collector
}
async function siteOf(collector: RunningCollector): Promise<string> {
  return (await (await collector.api('/sites')).json()).data[0].key
}
const CLIENTS = scaled(5_000)

test(`${CLIENTS} clients that an outage made wait come back, each on a connection of its own`, async () => {
  const place = createPlace()
  places.push(place)
  const first = await startAt(place.store)
  const site = await siteOf(first)
  await first.stop()
  const agent = createAgent(CLIENTS)
  const answers: Sent[] = []
  const ledger: string[] = []
  let isBack = false
  const met = { outage: 0 }
  const all = Array.from({ length: CLIENTS }, async () => {
    const { body, ids } = newBatch(site, 1)
    let hasMetOutage = false
    const last = await deliver(
      () => sendVia(agent, first.url, body),
      (sent) => {
        if (isBack) answers.push(sent)
        if (!hasMetOutage) met.outage += 1
        hasMetOutage = true
      },
    )
    expect(last.status).toBe(202)
    ledger.push(...ids)
  })
  // Everybody has found nobody there, and waits for a moment of its own.
  await expect.poll(() => met.outage, { timeout: 30_000 }).toBe(CLIENTS)
  const { port } = new URL(first.url)
  const collector = await startAt(place.store, ['--port', port])
  isBack = true
  const baseline = memoryOf(collector.pid).nowMb
  const startedAt = performance.now()
  await Promise.all(all)
  const seconds = (performance.now() - startedAt) / 1000
  agent.destroy()
  const { peakMb } = memoryOf(collector.pid)
  // What was written before the collector said that it serves, waited for its start too.
  const answered = answers.filter(({ status }) => status !== 0)
  const times = answered.filter(({ sentAt }) => sentAt >= startedAt).map(({ ms }) => ms)
  const early = answered.filter(({ sentAt }) => sentAt < startedAt).map(({ ms }) => ms)
  const count = (status: number) => answers.filter((one) => one.status === status).length
  console.info(
    `${CLIENTS} clients after an outage: all taken after ${seconds.toFixed(1)} s; p50 ${percentile(times, 0.5).toFixed(0)} ms, ` +
      `p99 ${percentile(times, 0.99).toFixed(0)} ms; ${early.length} written during the start, at most ${Math.max(0, ...early).toFixed(0)} ms; ` +
      `503: ${count(503)}, no answer: ${count(0)}; memory ${baseline.toFixed(0)} MB at rest, at most ${peakMb.toFixed(0)} MB`,
  )
  expect(seconds).toBeLessThan(60)
  expect(percentile(times, 0.99)).toBeLessThan(1_000)
  expect(peakMb).toBeLessThan(MOST_MB)
  expect(await collector.stop()).toBe(0)
  expect(lostOf(ledger, place.store)).toEqual([])
}, 120_000)

/** Three threads of Node take 180 MB before the first request, and 10 KB and more for each connection. */
const MOST_MB = 256

test.runIf(IS_LONG)(
  '100 000 visitors of three events each within a minute',
  async () => {
    const VISITORS = 100_000
    const place = createPlace()
    places.push(place)
    const collector = await startAt(place.store)
    const site = await siteOf(collector)
    const agent = createAgent(500)
    const answers: { readonly status: number; readonly ms: number }[] = []
    const ledger: string[] = []
    const startedAt = performance.now()
    const all: Promise<void>[] = []
    for (let i = 0; i < VISITORS; ) {
      // As many as are due by now, each when its time has come.
      const due = Math.min(
        VISITORS,
        Math.floor(((performance.now() - startedAt) / 60_000) * VISITORS),
      )
      for (; i < due; i += 1) {
        const { body, ids } = newBatch(site, 3)
        ledger.push(...ids)
        all.push(
          deliver(
            () => sendVia(agent, collector.url, body),
            ({ status, ms }) => answers.push({ status, ms }),
          ).then(({ status }) => expect(status).toBe(202)),
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const sentAfter = (performance.now() - startedAt) / 1000
    await Promise.all(all)
    const takenAfter = (performance.now() - startedAt) / 1000
    agent.destroy()
    const { peakMb } = memoryOf(collector.pid)
    const taken = answers.filter(({ status }) => status === 202).map(({ ms }) => ms)
    const count = (status: number) => answers.filter((one) => one.status === status).length
    console.info(
      `${VISITORS} visitors x 3 in ${sentAfter.toFixed(0)} s, all taken after ${takenAfter.toFixed(0)} s; admitted p50 ` +
        `${percentile(taken, 0.5).toFixed(0)} ms, p99 ${percentile(taken, 0.99).toFixed(0)} ms; 503: ${count(503)}, ` +
        `no answer: ${count(0)}; memory at most ${peakMb.toFixed(0)} MB`,
    )
    expect(percentile(taken, 0.99)).toBeLessThan(500)
    expect(peakMb).toBeLessThan(512)
    expect(await collector.stop()).toBe(0)
    expect(lostOf(ledger, place.store)).toEqual([])
  },
  300_000,
)
