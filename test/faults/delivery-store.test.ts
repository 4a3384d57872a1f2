import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SiteJson } from '../../collector/store/shapes.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import {
  arrived,
  crash,
  expectSameIds,
  numbersOf,
  run,
  setStage,
  shelved,
  stopClock,
  track,
} from '../support/delivery-page.ts'
import type { FaultServer } from '../support/fault-server.ts'
import { readStored } from '../support/stored-events.ts'
import { waitFor } from '../support/tag-collector.ts'

/** The tag and the built collector, with its store: what they promise together. */

const TEN_MINUTES_MS = 600_000
const VIEWS = 30
/** A wait for the next try, and the time for its answer. */
const MAX_SHELF_WAIT_MS = 80_000
const PATIENTLY = { timeout: 8_000 }

let server: FaultServer
let collector: RunningCollector
let context: BrowserContext
let page: Page
let place: ReturnType<typeof createPlace>

beforeEach(async () => {
  place = createPlace()
  collector = await startBuilt('start', place.store)
})
afterEach(async () => {
  await collector.stop()
  place.remove()
})
setStage((stage) => {
  ;({ server, context, page } = stage)
})
beforeEach(async () => {
  server.site = (await list<SiteJson>('/sites'))[0]!.key
  server.host = collector.url
})

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

const stored = (type: string) => readStored(place.store).filter((event) => event.type === type)

test('a collector that is stopped for ten minutes costs none of thirty page views', async () => {
  await stopClock(context)
  await collector.stop()
  const { port } = new URL(collector.url)
  for (let i = 0; i < VIEWS; i++) {
    await page.goto(server.url(`/page/${i}`))
    await run(page, TEN_MINUTES_MS / VIEWS)
  }
  collector = await startBuilt('start', place.store, ['--port', port])
  expect(collector.url).toBe(server.host)
  await page.goto(server.url('/back'))
  for (let ms = 0; ms < 2_000; ms += 100) await run(page, 100)
  await waitFor(
    () => stored('page_view').length > VIEWS,
    () => `${VIEWS + 1} page views; ${stored('page_view').length} are stored`,
  )
  const paths = stored('page_view').map(({ url }) => new URL(url ?? '').pathname)
  expect(paths.toSorted()).toEqual(
    [...Array.from({ length: VIEWS }, (_, i) => `/page/${i}`), '/back'].toSorted(),
  )
  const ids = readStored(place.store).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

/** Lets the collector be reached by way of the fault server, which keeps count. */
function count(): void {
  server.host = new URL(server.endpoint).origin
  server.forwardTo = collector.url
}

test('a bad event among ten is refused alone, and nothing waits after one round trip', async () => {
  count()
  await stopClock(context)
  await page.goto(server.url('/'))
  await expect.poll(() => stored('page_view').length, PATIENTLY).toBe(1)
  server.mode = { status: 503 }
  await track(page, ...Array.from({ length: 10 }, (_, n) => n))
  await run(page, 3_000)
  expect(numbersOf(arrived(server))).toHaveLength(10)
  // A page that crashes says no last word, which might be taken.
  await crash(page)
  await page.close()
  page = await context.newPage()
  await page.clock.fastForward(MAX_SHELF_WAIT_MS)
  server.mode = 'accept'
  // One of the ten now names no place, as after a fault of the tag's own.
  server.head = `<script>
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith('_pqq')))
      localStorage[key] = JSON.stringify(JSON.parse(localStorage[key], (_, value) =>
        value?.props?.n === 4 ? { ...value, url: 'nowhere' } : value))</script>`
  await page.goto(server.url('/next'))
  await run(page, 3_000)
  await expect.poll(() => stored('step').length, PATIENTLY).toBe(9)
  await expect.poll(() => shelved(page), PATIENTLY).toEqual([])
  expect(stored('step').map(({ props }) => props.n)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9])
  const taken = server.arrivals.filter(({ fault }) => fault === 'accept')
  expect(taken.filter(({ batch }) => numbersOf(batch.events).includes(4))).toHaveLength(1)
  const rejected = await list<{ readonly code: string }>('/rejected')
  expect(rejected.map(({ code }) => code)).toEqual(['invalid_url'])
})

test('a fifth of the answers lost: every event is stored once all the same', async () => {
  count()
  await stopClock(context)
  await page.goto(server.url('/'))
  const numbers = Array.from({ length: 40 }, (_, n) => n)
  for (const n of numbers) {
    if (n % 5 === 0) server.next.push('lose-answer')
    await track(page, n)
    await run(page, 3_000)
  }
  for (let ms = 0; ms < 3 * 60_000 && stored('step').length < 40; ms += 5_000)
    await run(page, 5_000)
  expect(
    stored('step')
      .map(({ props }) => Number(props.n))
      .toSorted((a, b) => a - b),
  ).toEqual(numbers)
  expect(arrived(server).length).toBeGreaterThan(new Set(arrived(server).map(({ id }) => id)).size)
  expectSameIds(server)
})
