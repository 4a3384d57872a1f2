import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  arrived,
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
import type { Fault, FaultServer } from '../support/fault-server.ts'

/** What the tag makes of every answer a collector can give, and of none. */

const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 60_000
/** Gathering, and the step in which the clock is moved. */
const SLACK_MS = 3_000

let server: FaultServer
let context: BrowserContext
let page: Page

setStage((stage) => {
  ;({ server, context, page } = stage)
})

const now = () => page.evaluate(() => Date.now())

/** A page on a clock of its own whose first events were taken, and what is done at its start is over. */
async function openWithClock(): Promise<void> {
  await stopClock(context)
  await page.goto(server.url('/'))
  await run(page, SLACK_MS)
  expect(server.stored.length).toBeGreaterThan(0)
}

/** The clock's time of the next request, and when it was answered. */
async function nextAttempt(): Promise<readonly [sentAt: number, answeredAt: number]> {
  const before = server.arrivals.length
  // Small steps where a retry would be too early, so that it is seen to be.
  for (let i = 0; i < 10 && server.arrivals.length === before; i++) await run(page, 100)
  await runUntil(page, MAX_RETRY_MS + SLACK_MS, () => server.arrivals.length > before)
  return [Number(server.arrivals[before]?.batch.sentAt), await now()]
}

describe('what is kept and sent again, with the same ids', () => {
  const KEPT: readonly (readonly [string, Fault])[] = [
    ...[408, 425, 429, 500, 502, 503].map((status) => [`${status}`, { status }] as const),
    ['a reset before the body is read', 'reset'],
    ['a reset after it', 'reset-when-read'],
  ]
  test.each(KEPT)('%s', async (_, fault) => {
    await openWithClock()
    server.mode = fault
    await track(page, 1, 2)
    await run(page, SLACK_MS)
    expect(numbersOf(server.stored)).toEqual([])
    expect(numbersOf(await shelved(page))).toEqual([1, 2])
    server.mode = 'accept'
    await track(page, 3)
    await runUntil(page, MAX_RETRY_MS, () => numbersOf(server.stored).length === 3)
    await expectStoredOnce(server, [1, 2, 3])
    expect(numbersOf(await shelved(page))).toEqual([])
  })

  test('an answer that was lost after the events were stored', async () => {
    await openWithClock()
    server.next.push('lose-answer')
    await track(page, 1, 2)
    await runUntil(page, MAX_RETRY_MS, () => numbersOf(server.stored).length === 4)
    expect(numbersOf(server.stored).toSorted()).toEqual([1, 1, 2, 2])
    expectSameIds(server)
    await run(page, MAX_RETRY_MS)
    expect(numbersOf(server.stored)).toHaveLength(4)
  })

  test('a port that nobody listens on, until somebody does', async () => {
    await openWithClock()
    await server.goDown()
    await track(page, 1)
    await run(page, 5 * MAX_RETRY_MS)
    await server.comeBack()
    await track(page, 2)
    await runUntil(page, MAX_RETRY_MS + SLACK_MS, () => numbersOf(server.stored).length === 2)
    await expectStoredOnce(server, [1, 2])
  })

  test('one fault after the other, until all is stored once', async () => {
    await openWithClock()
    server.next.push({ status: 503 }, 'reset-when-read', 'reset', { status: 429 }, { status: 500 })
    await track(page, 1)
    await runUntil(page, 6 * MAX_RETRY_MS, () => numbersOf(server.stored).length > 0)
    expect(server.next).toEqual([])
    await expectStoredOnce(server, [1])
  })
})

describe('what is dropped', () => {
  test.each([400, 401, 403, 404, 413, 415, 422])(
    '%d, and what comes after it is not',
    async (status) => {
      await openWithClock()
      server.mode = { status }
      await track(page, 1)
      await run(page, SLACK_MS)
      expect(numbersOf(arrived(server))).toEqual([1])
      expect(numbersOf(await shelved(page))).toEqual([])
      server.mode = 'accept'
      await track(page, 2)
      await run(page, SLACK_MS)
      await run(page, MAX_RETRY_MS)
      await expectStoredOnce(server, [2])
      expect(numbersOf(arrived(server))).toEqual([1, 2])
    },
  )

  test('a refused batch does not hold up those behind it on the shelf', async () => {
    await openWithClock()
    server.mode = { status: 503 }
    await track(page, 1)
    await run(page, SLACK_MS)
    // A session of its own is a batch of its own.
    await page.clock.fastForward(31 * 60_000)
    await track(page, 2)
    await run(page, SLACK_MS)
    server.mode = ({ events }) => (numbersOf(events).includes(1) ? { status: 403 } : 'accept')
    await page.reload()
    await runUntil(page, SLACK_MS, () => numbersOf(server.stored).includes(2), 100)
    await run(page, SLACK_MS)
    expect(numbersOf(await shelved(page))).toEqual([])
    expect(new Set(numbersOf(server.stored))).toEqual(new Set([2]))
  })
})

describe('when', () => {
  test('retries are spread at random between half a second and a minute', async () => {
    await openWithClock()
    server.mode = { status: 503 }
    await track(page, 0)
    let [, failedAt] = await nextAttempt()
    const waits: number[] = []
    while (waits.length < 24) {
      // What happens meanwhile waits along, and brings nothing forward.
      await track(page, waits.length + 1)
      const [sentAt, answeredAt] = await nextAttempt()
      waits.push(sentAt - failedAt)
      failedAt = answeredAt
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(MIN_RETRY_MS)
    expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_RETRY_MS + SLACK_MS)
    // A collector that is down for long is asked less and less often, at no common time.
    const late = waits.slice(8)
    expect(new Set(late).size).toBeGreaterThan(late.length / 2)
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(10_000)
    expect(late.reduce((sum, wait) => sum + wait, 0) / late.length).toBeGreaterThan(10_000)
  })

  test.each([
    [429, '90', 90_000],
    [503, '150', 150_000],
  ])('Retry-After is waited for: %d and %s seconds', async (status, retryAfter, atLeastMs) => {
    await openWithClock()
    server.next.push({ status, retryAfter })
    await track(page, 1)
    const [, refusedAt] = await nextAttempt()
    await track(page, 2)
    const isOver = () => numbersOf(server.stored).length === 2
    await runUntil(page, atLeastMs + MAX_RETRY_MS + SLACK_MS, isOver)
    const later = server.arrivals.slice(
      server.arrivals.findIndex(({ fault }) => fault !== 'accept') + 1,
    )
    for (const { batch } of later)
      expect(Number(batch.sentAt) - refusedAt).toBeGreaterThanOrEqual(atLeastMs)
    await expectStoredOnce(server, [1, 2])
  })

  test('a page that loads tries within two seconds, however long the wait was', async () => {
    await openWithClock()
    server.mode = { status: 503 }
    await track(page, 1)
    for (let i = 0; i < 6; i++) await run(page, MAX_RETRY_MS)
    server.mode = 'accept'
    await page.goto(server.url('/next'))
    await runUntil(page, 2_000, () => numbersOf(server.stored).includes(1), 100)
    // The page before may have said it too, while it was left.
    await expectStored(server, [1])
  })

  test('so does one that is online again', async () => {
    await openWithClock()
    await context.setOffline(true)
    await track(page, 1)
    for (let i = 0; i < 6; i++) await run(page, MAX_RETRY_MS)
    await context.setOffline(false)
    await runUntil(page, 2_000, () => numbersOf(server.stored).includes(1), 100)
    await track(page, 2)
    await runUntil(page, MAX_RETRY_MS, () => numbersOf(server.stored).includes(2))
    await expectStoredOnce(server, [1, 2])
  })
})
