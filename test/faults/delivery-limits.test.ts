import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  arrived,
  expectStored,
  numbersOf,
  run,
  runUntil,
  setStage,
  shelfTexts,
  shelved,
  stopClock,
  track,
} from '../support/delivery-page.ts'
import type { FaultServer } from '../support/fault-server.ts'

/** How much is kept for a collector that does not answer, and how much a page may send at all. */

const MAX_SHELF_EVENTS = 200
/** With the instant until which they are their page's alone. */
const MAX_SHELF_CHARS = 64_000 + 16
const MAX_BODY_BYTES = 65_536
const MAX_AGE_MS = 7 * 86_400_000
const SLACK_MS = 3_000
const MAX_RETRY_MS = 60_000
const BURST = 300
const PER_SECOND = 10
const LOOP_S = 10

let server: FaultServer
let context: BrowserContext
let page: Page

setStage((stage) => {
  ;({ server, context, page } = stage)
})

async function openWithClock(at = Date.now()): Promise<void> {
  await stopClock(context, at)
  await page.goto(server.url('/'))
  await runUntil(page, SLACK_MS, () => server.stored.length > 0)
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

/** What is kept is the newest without a gap: the oldest goes first. */
function expectNewest(numbers: readonly number[], last: number): void {
  expect(numbers).toEqual(from(last - numbers.length + 1, numbers.length))
}

describe('the shelf', () => {
  test('holds at most 200 events, of which the oldest go first', async () => {
    await openWithClock()
    await server.goDown()
    for (let n = 0; n < 260; n += 20) {
      await track(page, ...from(n, 20))
      await run(page, 5_000)
    }
    await run(page, MAX_RETRY_MS)
    const kept = numbersOf(await shelved(page))
    expect((await shelved(page)).length).toBeLessThanOrEqual(MAX_SHELF_EVENTS)
    // Events of the tag's own take their places too.
    expect(kept.length).toBeGreaterThan(MAX_SHELF_EVENTS / 2)
    expectNewest(kept, 259)
    await server.comeBack()
    await page.reload()
    await runUntil(page, SLACK_MS, () => new Set(numbersOf(server.stored)).size >= kept.length, 100)
    await expectStored(server, kept)
    expect(new Set(numbersOf(server.stored))).toEqual(new Set(kept))
  })

  test('holds at most 64 000 characters, of which the oldest go first', async () => {
    await openWithClock()
    await server.goDown()
    for (let n = 0; n < 60; n += 4) {
      await page.evaluate(
        (numbers) => {
          const text = 'ä'.repeat(900)
          for (const n of numbers) window.pique?.('track', 'step', { n, text })
        },
        from(n, 4),
      )
      await run(page, SLACK_MS)
    }
    expect((await shelfTexts(page)).join('').length).toBeLessThanOrEqual(MAX_SHELF_CHARS)
    const kept = numbersOf(await shelved(page))
    expect(kept.length).toBeGreaterThan(10)
    expectNewest(kept, 59)
    await server.comeBack()
    await page.reload()
    await runUntil(page, SLACK_MS, () => new Set(numbersOf(server.stored)).size >= kept.length, 100)
    await expectStored(server, kept)
    expect(new Set(numbersOf(server.stored))).toEqual(new Set(kept))
    for (const { batch } of server.arrivals)
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(MAX_BODY_BYTES)
  })

  test('a second of long titles in three-byte letters fits the requests it goes in', async () => {
    await openWithClock()
    const numbers = from(0, 40)
    await page.evaluate((all) => {
      for (const n of all) window.pique?.('track', 'step', { n, text: '語'.repeat(1_000) })
    }, numbers)
    await run(page, SLACK_MS)
    for (const { batch } of server.arrivals)
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(MAX_BODY_BYTES)
    const kept = numbersOf(server.stored)
    expect(kept.length).toBeGreaterThan(10)
    expect(new Set(kept).size).toBe(kept.length)
  })

  test('full of what a page has left, it takes what the next page sees, in place of the oldest', async () => {
    await openWithClock()
    await server.goDown()
    for (let n = 0; n < 200; n += 20) {
      await track(page, ...from(n, 20))
      await run(page, 5_000)
    }
    await page.goto(server.url('/next'))
    await track(page, 200, 201)
    await run(page, SLACK_MS)
    const kept = await shelved(page)
    expect(kept.length).toBe(MAX_SHELF_EVENTS)
    expectNewest(numbersOf(kept), 201)
    expect(kept.filter(({ url }) => url === server.url('/next')).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['page_view']),
    )
  })

  test('an event that is too large by itself is no obstacle', async () => {
    await openWithClock()
    await page.evaluate((text) => {
      window.pique?.('track', 'step', { n: 1, text })
      const cyclic: Record<string, unknown> = {}
      cyclic.self = cyclic
      window.pique?.('track', 'step', { n: 2, cyclic, big: 1n })
    }, 'x'.repeat(200_000))
    await track(page, 3)
    await run(page, SLACK_MS)
    expect(numbersOf(server.stored)).toContain(3)
    expect(numbersOf(await shelved(page))).toEqual([])
  })

  test.each([
    ['six days old is sent', 6, [1]],
    ['eight days old is not, and is gone', 8, []],
  ])('what is %s', async (_, days, expected) => {
    const at = Date.now() - days * 86_400_000
    await openWithClock(at)
    await server.goDown()
    await track(page, 1)
    await run(page, SLACK_MS)
    expect(numbersOf(await shelved(page))).toEqual([1])
    await page.goto('about:blank')
    await server.comeBack()
    await page.clock.setSystemTime(at + days * 86_400_000)
    await page.goto(server.url('/later'))
    await run(page, SLACK_MS)
    expect(numbersOf(arrived(server))).toEqual(expected)
    expect(numbersOf(await shelved(page))).toEqual([])
    expect(days * 86_400_000 < MAX_AGE_MS).toBe(expected.length > 0)
  })

  test('what others wrote there is no obstacle', async () => {
    await page.goto(server.url('/'))
    for (const text of ['', '{', 'null', '[]', '[null]', '{"a":1}', '[{"events":[]}]', '7']) {
      await page.evaluate((value) => localStorage.setItem('_pqq', value), text)
      await page.reload()
      const n = server.stored.length
      await track(page, n)
      await expect
        .poll(() => numbersOf(server.stored), { message: text, timeout: 8_000 })
        .toContain(n)
    }
  })
})

describe('a page that reports in a loop', () => {
  test('two thousand calls a second are cut to a burst and ten a second', async () => {
    await openWithClock()
    const before = arrived(server).length
    for (let second = 0; second < LOOP_S; second++) {
      await track(page, ...from(second * 2_000, 2_000))
      await run(page, 1_000)
    }
    await run(page, SLACK_MS)
    const taken = new Set(arrived(server).map(({ id }) => id)).size - before
    expect(taken).toBeLessThanOrEqual(BURST + PER_SECOND * (LOOP_S + 5))
    expect(taken).toBeGreaterThanOrEqual(MAX_SHELF_EVENTS / 2)
    expect(numbersOf(await shelved(page))).toEqual([])
  })

  test('the burst fills up again', async () => {
    await openWithClock()
    await track(page, ...from(0, 2_000))
    await run(page, 10_000)
    await track(page, ...from(10_000, 2_000))
    await run(page, SLACK_MS)
    const more = numbersOf(server.stored).filter((n) => n >= 10_000).length
    expect(more).toBeGreaterThanOrEqual(PER_SECOND * 9)
    expect(more).toBeLessThanOrEqual(PER_SECOND * 12)
  })

  test('a loop of page views as well, and the collector is not asked for each', async () => {
    await openWithClock()
    await page.evaluate(() => {
      for (let i = 0; i < 2_000; i++) window.pique?.('page')
    })
    await run(page, SLACK_MS)
    await run(page, SLACK_MS)
    const views = new Set(arrived(server).map(({ id }) => id)).size
    expect(views).toBeLessThanOrEqual(BURST + PER_SECOND * 10)
    expect(server.arrivals.length).toBeLessThan(50)
  })
})
