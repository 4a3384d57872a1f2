import { randomUUID } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createPlace, startBuilt } from '../support/collector.ts'
import { findingsOf, newLedger, post, startClients, storedIds } from '../support/ledger.ts'
import { patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { IS_LONG, scaled } from '../support/scale.ts'

/**
 * Duties 1 and 3: where answers get lost after the commit, clients send again and everything is
 * stored once; and a bad event costs its batch nothing.
 */

const CLIENTS = 20
const LOST_SHARE = 0.2
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Hands requests on, and some of the answers back: the others end with the connection. */
async function losingProxy(target: string, seed: number) {
  const random = randomOf(seed)
  const agent = new Agent({ keepAlive: true })
  let lost = 0
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', headers, url } = incoming
    const onward = request(`${target}${url}`, { method, headers, agent }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      if (random.next() < LOST_SHARE) {
        lost += 1
        outgoing.destroy()
        return
      }
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers).end(Buffer.concat(chunks))
    })
    onward.once('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
    agent.destroy()
  })
  const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
  return { url: `http://127.0.0.1:${port}`, lost: () => lost }
}

async function deliverThroughLosses(events: number, dist = 'dist') {
  const { store, remove } = createPlace()
  const collector = await startBuilt('start', store, [], { dist })
  ends.push(remove, () => collector.stop('SIGKILL'))
  const { data } = await (await collector.api('/sites')).json()
  const proxy = await losingProxy(collector.url, Date.now())
  const ledger = newLedger()
  let onEnough = () => {}
  const enough = new Promise<void>((resolve) => {
    onEnough = resolve
  })
  const clients = startClients({
    site: data[0].key,
    url: () => proxy.url,
    ledger,
    clients: CLIENTS,
    onAck: () => {
      if (ledger.acked.size >= events) onEnough()
    },
  })
  ends.push(() => clients.abandon())
  await enough
  await clients.stop()
  expect(await collector.stop()).toBe(0)
  return { store, ledger, lost: proxy.lost(), findings: await findingsOf(store, ledger) }
}

const EVENTS = scaled(20_000)

test(`${EVENTS} events, with ${LOST_SHARE * 100} % of the answers lost, are stored once each`, {
  timeout: IS_LONG ? 300_000 : 60_000,
}, async () => {
  const { store, ledger, lost, findings } = await deliverThroughLosses(EVENTS)
  expect(findings).toEqual([])
  const stored = storedIds(store)
  expect(stored.length).toBe(new Set(stored).size)
  expect(new Set(stored)).toEqual(ledger.acked)
  expect(stored.length).toBeGreaterThanOrEqual(EVENTS)
  expect(lost).toBeGreaterThan((ledger.sent.length * LOST_SHARE) / 2)
  console.info(`${stored.length} events in ${ledger.sent.length} batches, ${lost} answers lost`)
})

test('a store that looks for no duplicates is found', async () => {
  const from = 'const stored = group.now.stored(scope, event.id);'
  const { dist, remove } = patchedBuild([
    { file: 'writer.js', from, to: 'const stored = undefined;' },
  ])
  ends.push(remove)
  const { findings } = await deliverThroughLosses(200, dist)
  expect(findings.join('\n')).toMatch(/stored twice/)
})

test('of a batch of ten with a bad one nine are stored and one is kept with its reason', async () => {
  const { store, remove } = createPlace()
  const collector = await startBuilt('start', store)
  ends.push(remove, () => collector.stop('SIGKILL'))
  const { data } = await (await collector.api('/sites')).json()
  const at = Date.now()
  const agent = new Agent()
  for (let bad = 0; bad < 10; bad += 1) {
    const events = Array.from({ length: 10 }, (_, i) => ({
      id: randomUUID(),
      type: i === bad ? 7 : 'page_view',
      at,
    }))
    const body = JSON.stringify({ site: data[0].key, browser: randomUUID(), sentAt: at, events })
    for (const [accepted, duplicates] of [
      [9, 0],
      [0, 9],
    ]) {
      const answer = await post(agent, collector.url, body)
      expect(answer.status).toBe(202)
      const { rejected, ...counts } = JSON.parse(answer.body)
      expect(counts).toEqual({ accepted, duplicates, ignored: 0 })
      expect(rejected).toEqual([{ index: bad, code: expect.any(String) }])
    }
    const stored = new Set(storedIds(store))
    expect(events.map(({ id }) => stored.has(id))).toEqual(events.map((_, i) => i !== bad))
  }
  expect(await collector.stop()).toBe(0)
})
