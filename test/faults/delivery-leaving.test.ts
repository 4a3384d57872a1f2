import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  arrived,
  crash,
  expectSameIds,
  expectStored,
  expectStoredOnce,
  numbersOf,
  run,
  runUntil,
  setStage,
  shelved,
  stopClock,
  track,
} from '../support/delivery-page.ts'
import type { FaultServer } from '../support/fault-server.ts'
import { waitFor } from '../support/tag-collector.ts'

/** Pages that end, in every way there is, with a collector that is not there; and pages side by side. */

const SLACK_MS = 3_000
const MAX_RETRY_MS = 60_000
const GIVE_UP_MS = 20_000

let server: FaultServer
let context: BrowserContext
let page: Page

setStage((stage) => {
  ;({ server, context, page } = stage)
})

const viewsOf = (path: string) =>
  server.stored.filter(({ type, url }) => type === 'page_view' && url === server.url(path))

/** Opens a page of the site and waits until its view was taken. */
async function open(path: string, at: Page = page): Promise<void> {
  await at.goto(server.url(path))
  await waitFor(
    () => viewsOf(path).length > 0,
    () => `a view of ${path}; stored were ${server.stored.map(({ url }) => url)}`,
  )
}

/** The back/forward cache takes a page that keeps its life; the events are all there is to see of it. */
const freeze = () => {
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
}
const thaw = () => {
  dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
}

/** The tab is put behind another one. */
const hide = () => {
  Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

type Leave = () => Promise<unknown>

describe('with the collector gone, what a page leaves behind arrives with the next visit', () => {
  const WAYS: readonly (readonly [string, Leave])[] = [
    ['navigated', () => page.goto('about:blank')],
    ['reloaded', () => page.reload()],
    ['gone back from', () => page.goBack()],
    ['closed', () => page.close()],
    ['put into the cache', () => page.evaluate(freeze)],
  ]
  test.each(WAYS)('%s', async (_, leave) => {
    await open('/before')
    await open('/one')
    await server.goDown()
    await track(page, 1, 2)
    await leave()
    await server.comeBack()
    page = await context.newPage()
    await open('/next')
    await expectStored(server, [1, 2])
  })

  // A crash says no last word, so others wait until the page could no longer have an answer.
  test.each([
    ['that is there, right after the call', false, GIVE_UP_MS],
    ['that is gone, once it was tried', true, MAX_RETRY_MS + GIVE_UP_MS],
  ])('crashed with a collector %s', async (_, isDown, waitMs) => {
    await stopClock(context)
    await page.goto(server.url('/one'))
    await runUntil(page, SLACK_MS, () => viewsOf('/one').length === 1)
    if (isDown) await server.goDown()
    await track(page, 1, 2, 3)
    if (isDown) await run(page, SLACK_MS)
    const shelf = await context.newPage()
    await shelf.goto(server.url('/pique.js'))
    await expect.poll(async () => numbersOf(await shelved(shelf))).toEqual([1, 2, 3])
    await crash(page)
    await page.close()
    if (isDown) await server.comeBack()
    page = shelf
    await page.goto(server.url('/early'))
    await runUntil(page, SLACK_MS, () => viewsOf('/early').length === 1)
    await run(page, SLACK_MS)
    expect(numbersOf(arrived(server))).toEqual([])
    await page.clock.fastForward(waitMs)
    await page.goto(server.url('/next'))
    await runUntil(page, 2_000, () => numbersOf(server.stored).length === 3, 100)
    await run(page, SLACK_MS)
    await expectStoredOnce(server, [1, 2, 3])
    expect(numbersOf(await shelved(page))).toEqual([])
  })

  test('a page that comes back from the cache delivers what it kept, and its new view', async () => {
    await stopClock(context)
    await page.goto(server.url('/one'))
    await runUntil(page, SLACK_MS, () => viewsOf('/one').length === 1)
    await server.goDown()
    await track(page, 1)
    await page.evaluate(freeze)
    await run(page, 5_000)
    await server.comeBack()
    await page.evaluate(thaw)
    await track(page, 2)
    await runUntil(page, 60_000 + SLACK_MS, () => numbersOf(server.stored).length === 2)
    await runUntil(page, 60_000 + SLACK_MS, () => viewsOf('/one').length === 2)
    await expectStoredOnce(server, [1, 2])
  })

  test('offline from page to page, and online again', async () => {
    await open('/one')
    await context.setOffline(true)
    await track(page, 1)
    await page.goto(server.url('/two')).catch(() => {}) // the error page of a browser that is offline
    await context.setOffline(false)
    await open('/three')
    await expectStored(server, [1])
  })
})

describe('two tabs', () => {
  let other: Page
  beforeEach(async () => {
    other = await context.newPage()
  })

  test('never send the same stored event at once, whoever tries first', async () => {
    await open('/one')
    await open('/two', other)
    for (let round = 0; round < 8; round++) {
      await context.setOffline(true)
      await track(page, 4 * round, 4 * round + 1)
      await track(other, 4 * round + 2, 4 * round + 3)
      server.mode = 'wait'
      const before = server.arrivals.length
      // Both hear of it in the same moment; the answer takes its time.
      await context.setOffline(false)
      await server.expectArrivals(before + 1)
      for (const one of [page, other]) {
        await one.waitForFunction(() => navigator.onLine)
        await one.evaluate(() => navigator.locks.query())
      }
      server.mode = 'accept'
      server.release()
      await expectStoredOnce(
        server,
        Array.from({ length: 4 * round + 4 }, (_, n) => n),
      )
    }
    const ids = arrived(server).map(({ id }) => id)
    expect(ids.length).toBe(new Set(ids).size)
  })

  test('a tab that was put behind another leaves to it what it could not send', async () => {
    await stopClock(context)
    await page.goto(server.url('/one'))
    await other.goto(server.url('/two'))
    await runUntil(page, SLACK_MS, () => viewsOf('/one').length + viewsOf('/two').length === 2)
    await server.goDown()
    await track(page, 1, 2)
    await run(page, SLACK_MS)
    await page.evaluate(hide)
    await track(other, 3)
    // A tab's clock runs at once as far as it is told to, ahead of that of the other.
    for (let ms = 0; ms < MAX_RETRY_MS; ms += 500) await run(other, 500)
    expect(await page.evaluate(() => document.hidden)).toBe(true)
    await server.comeBack()
    server.mode = 'wait'
    const before = server.arrivals.length
    for (const one of [page, other]) await one.evaluate(() => dispatchEvent(new Event('online')))
    await server.expectArrivals(before + 1)
    for (const one of [page, other])
      await one.evaluate(() => navigator.locks.request('_pqq', () => {}))
    server.mode = 'accept'
    server.release()
    await expectStoredOnce(server, [1, 2, 3])
    for (let ms = 0; ms < MAX_RETRY_MS; ms += 500) await run(other, 500)
    const ids = arrived(server).map(({ id }) => id)
    expect(ids.length).toBe(new Set(ids).size)
  })

  // A browser shows one process what another has written to storage a moment later, so what one tab
  // writes back may lack what the other one has just added.
  test('that report in the same moment lose nothing', async () => {
    await open('/one')
    await open('/two', other)
    const numbers: number[] = []
    for (let n = 0; n < 80; n += 4) {
      await Promise.all([track(page, n, n + 1), track(other, n + 2, n + 3)])
      numbers.push(n, n + 1, n + 2, n + 3)
    }
    await expectStored(server, numbers)
  })

  test('a tab delivers what a closed one left, once', async () => {
    await stopClock(context)
    await page.goto(server.url('/one'))
    await other.goto(server.url('/two'))
    await runUntil(page, SLACK_MS, () => viewsOf('/one').length + viewsOf('/two').length === 2)
    await server.goDown()
    await track(page, 1)
    await run(page, SLACK_MS)
    await page.close()
    await server.comeBack()
    await track(other, 2)
    await runUntil(other, 60_000, () => numbersOf(server.stored).includes(2))
    await runUntil(other, 60_000, () => numbersOf(server.stored).includes(1))
    await expectStored(server, [1, 2])
    await run(other, 60_000)
    expect(numbersOf(await shelved(other))).toEqual([])
    expectSameIds(server)
  })

  test('one that hangs does not keep the other from sending', async () => {
    await open('/one')
    await open('/two', other)
    server.next.push('hang')
    const before = server.arrivals.length
    await track(page, 1)
    await server.expectArrivals(before + 1)
    await track(other, 2)
    await other.close()
    await expectStored(server, [2])
  })
})
