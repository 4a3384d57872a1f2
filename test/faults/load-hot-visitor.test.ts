import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createPlace, startBuilt } from '../support/collector.ts'
import { createAgent, newBatch, percentile, sendVia, wait } from '../support/load-clients.ts'
import { readMetrics } from '../support/raw-http.ts'
import { scaled } from '../support/scale.ts'

/** One browser that sends without end beside others that do not. */

const FOR_MS = scaled(60_000)
const HOT_PER_S = 2_000
const EVENTS_A_BODY = 50
const BURST = 300
const PER_S = 10

test(
  `one visitor at ${HOT_PER_S} events a second for ${FOR_MS / 1000} s: others notice nothing, and the counters add up`,
  async () => {
    const place = createPlace()
    const collector = await startBuilt('start', place.store)
    const site = (await (await collector.api('/sites')).json()).data[0].key
    const agent = createAgent(50)

    /** Answer times of honest visitors, twenty a second. */
    async function honestFor(ms: number): Promise<number[]> {
      const times: number[] = []
      const until = performance.now() + ms
      const all: Promise<void>[] = []
      while (performance.now() < until) {
        all.push(
          sendVia(agent, collector.url, newBatch(site, 1).body).then((sent) => {
            expect(sent.status).toBe(202)
            times.push(sent.ms)
          }),
        )
        await wait(50)
      }
      await Promise.all(all)
      return times
    }

    await honestFor(2_000) // until the program is warm
    const before = await honestFor(FOR_MS / 2)

    const [browser, session] = [randomUUID(), randomUUID()]
    const total = { sent: 0, accepted: 0, ignored: 0, rejected: 0 }
    let isOver = false
    const pump = async () => {
      const startedAt = performance.now()
      while (!isOver) {
        if (total.sent > ((performance.now() - startedAt) / 1000) * HOT_PER_S) await wait(5)
        else {
          const now = Date.now()
          const events = Array.from({ length: EVENTS_A_BODY }, () => {
            const url = 'https://shop.example/pricing'
            return { id: randomUUID(), type: 'page_view', at: now, session, url }
          })
          const body = JSON.stringify({ site, browser, sentAt: now, human: true, events })
          total.sent += EVENTS_A_BODY
          const sent = await sendVia(agent, collector.url, body)
          expect(sent.status).toBe(202)
          const told = JSON.parse(sent.body)
          total.accepted += told.accepted
          total.ignored += told.ignored
          total.rejected += told.rejected.length
        }
      }
      return (performance.now() - startedAt) / 1000
    }
    const pumping = pump()
    const beside = await honestFor(FOR_MS)
    isOver = true
    const seconds = await pumping
    const after = await honestFor(FOR_MS / 2)
    agent.destroy()
    const [quiet, loud] = [percentile([...before, ...after], 0.99), percentile(beside, 0.99)]
    console.info(
      `hot visitor: ${total.sent} events in ${seconds.toFixed(1)} s, ${total.accepted} taken, ${total.ignored} ignored; ` +
        `honest p50 ${percentile([...before, ...after], 0.5).toFixed(1)} then ${percentile(beside, 0.5).toFixed(1)} ms, ` +
        `p99 ${quiet.toFixed(1)} then ${loud.toFixed(1)} ms`,
    )
    expect(total.accepted + total.ignored + total.rejected).toBe(total.sent)
    expect(total.sent).toBeGreaterThan(seconds * HOT_PER_S * 0.5)
    expect(total.rejected).toBe(0)
    expect(total.accepted).toBeGreaterThanOrEqual(BURST)
    expect(total.accepted).toBeLessThanOrEqual(BURST + Math.ceil((seconds + 1) * PER_S))
    const metrics = await readMetrics(collector.url)
    expect(metrics.get('pique_events_total{verdict="ignored",reason="browser_rate"}')).toBe(
      total.ignored,
    )
    // On two processors that others use too, a tenth of a few milliseconds is noise.
    expect(loud).toBeLessThan(Math.max(quiet * 1.1, quiet + 50))
    expect(await collector.stop()).toBe(0)
    place.remove()
  },
  FOR_MS * 3 + 30_000,
)
