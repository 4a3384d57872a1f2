import type { BrowserContext, Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
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

/** Browsers that refuse, pages that are odd, collectors that hang: the page does not notice. */

const GIVE_UP_MS = 20_000
const MAX_RETRY_MS = 60_000
const SLACK_MS = 3_000
/** What a page may take that waits for nothing; a page that is blocked takes many seconds. */
const PROMPT_MS = 2_000
/** More than a browser opens connections to one host. */
const PAGES = 12

let server: FaultServer
let context: BrowserContext
let page: Page
let trouble: string[]

setStage((stage) => {
  ;({ server, context, page } = stage)
})
beforeEach(() => {
  trouble = []
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('console', (said) => {
    if (said.type() === 'error') trouble.push(said.text())
  })
})

const viewsStored = (count: number) =>
  waitFor(
    () => server.stored.filter(({ type }) => type === 'page_view').length >= count,
    () => `${count} page views; stored were ${server.stored.map(({ type }) => type)}`,
  )

describe('a collector that hangs', () => {
  test.each([
    ['elsewhere', false],
    ['on the very host of the site', true],
  ])('%s: page after page is as prompt as ever', async (_, isFirstParty) => {
    if (isFirstParty) server.host = ''
    server.mode = 'hang'
    const tookMs: number[] = []
    for (let i = 0; i < PAGES; i++) {
      const startedAt = Date.now()
      const arrival = page.goto(server.url(`/${i}`), { timeout: 4 * PROMPT_MS })
      // Nobody is gone before the tag has spoken; what it said is left behind unanswered.
      await Promise.all([
        page.waitForRequest((request) => request.url().endsWith('/e')),
        arrival.then(() => tookMs.push(Date.now() - startedAt)),
      ])
      await track(page, i)
    }
    expect(Math.max(...tookMs)).toBeLessThan(PROMPT_MS)
    expect(trouble).toEqual([])
  })

  test('is given up, and what it held goes out again', async () => {
    await stopClock(context)
    server.next.push('hang')
    const isViewStored = () => server.stored.some(({ type }) => type === 'page_view')
    await page.goto(server.url('/'))
    await server.expectArrivals(1)
    await track(page, 1)
    for (let ms = 0; ms < GIVE_UP_MS + MAX_RETRY_MS + SLACK_MS && !isViewStored(); ms += 1_000) {
      await page.clock.runFor(1_000)
    }
    await viewsStored(1)
    await expectStored(server, [1])
    await run(page, SLACK_MS)
    expect(numbersOf(await shelved(page))).toEqual([])
    expect(trouble).toEqual([])
  })

  test('what it holds is sent by the next page', async () => {
    server.mode = 'hang'
    await page.goto(server.url('/'))
    await track(page, 1)
    await server.expectArrivals(1)
    server.mode = 'accept'
    await page.goto(server.url('/next'))
    await viewsStored(2)
    await expectStored(server, [1])
  })

  test('with the pot of keepalive bodies full, nothing is lost and nothing thrown', async () => {
    await page.goto(server.url('/'))
    await viewsStored(1)
    server.mode = 'wait'
    const isFull = await page.evaluate(async (url) => {
      const body = JSON.stringify({ events: [], filler: 'x'.repeat(3_200) })
      const refusals = Array.from({ length: 21 }, () =>
        fetch(url, { method: 'POST', keepalive: true, body }).then(
          () => new Promise<never>(() => {}),
          () => true,
        ),
      )
      return Promise.race(refusals)
    }, server.endpoint)
    expect(isFull).toBe(true)
    await track(page, 1)
    await page.goto(server.url('/next'))
    server.mode = 'accept'
    server.release()
    await viewsStored(2)
    await expectStored(server, [1])
    expect(trouble.filter((text) => !/keepalive|Failed to load/.test(text))).toEqual([])
  })
})

describe('where a keepalive request is refused', () => {
  const refuseKeepalive = () => {
    const send = window.fetch
    window.fetch = (input, init) =>
      init?.keepalive ? Promise.reject(new TypeError('Failed to fetch')) : send(input, init)
  }
  test.each([
    ['hidden', () => page.evaluate(hide)],
    ['left', () => page.goto('about:blank')],
  ])('a beacon goes out when the page is %s', async (_, leave) => {
    await page.goto(server.url('/'))
    await viewsStored(1)
    await page.evaluate(refuseKeepalive)
    await track(page, 1)
    await leave()
    await expectStored(server, [1])
    const [beacon] = server.arrivals.filter(({ isBeacon }) => isBeacon)
    expect(beacon?.contentType ?? '').toMatch(/^(text\/plain.*)?$/)
    expect(beacon?.batch.sentAt).toBeTypeOf('number')
    expect(trouble).toEqual([])
  })
})

/** The tab is put behind another one. */
const hide = () => {
  Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

describe('a browser that throws', () => {
  const HOSTILE: readonly (readonly [string, () => void])[] = [
    [
      'localStorage',
      () =>
        Object.defineProperty(window, 'localStorage', {
          get() {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
    ],
    [
      'setItem',
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError')
        }
      },
    ],
    [
      'sendBeacon',
      () => {
        navigator.sendBeacon = () => {
          throw new TypeError('no')
        }
      },
    ],
    ['no locks', () => Object.defineProperty(navigator, 'locks', { value: undefined })],
    [
      'locks that refuse',
      () => {
        navigator.locks.request = () => Promise.reject(new DOMException('no', 'SecurityError'))
      },
    ],
    [
      'cookies',
      () =>
        Object.defineProperty(document, 'cookie', {
          get() {
            throw new DOMException('denied', 'SecurityError')
          },
          set() {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
    ],
    [
      'crypto.randomUUID missing',
      () => Object.defineProperty(crypto, 'randomUUID', { value: undefined }),
    ],
  ]
  test.each(HOSTILE)(
    '%s: events arrive all the same, and the page hears nothing of it',
    async (_, spoil) => {
      await context.addInitScript(spoil)
      await page.goto(server.url('/'))
      await viewsStored(1)
      await track(page, 1)
      await page.evaluate(hide)
      await expectStored(server, [1])
      const before = server.arrivals.length
      server.mode = { status: 503 }
      await track(page, 2)
      await page.evaluate(hide)
      await server.expectArrivals(before + 1)
      server.mode = 'accept'
      await page.goto(server.url('/next'))
      await viewsStored(2)
      expect(trouble.filter((text) => !/503/.test(text))).toEqual([])
    },
  )

  test('fetch throws at once: kept for the next page, and the page hears nothing', async () => {
    await page.goto(server.url('/'))
    await viewsStored(1)
    await page.evaluate(() => {
      window.fetch = () => {
        throw new TypeError('no')
      }
    })
    await track(page, 1)
    await page.goto(server.url('/next'))
    await viewsStored(2)
    await expectStored(server, [1])
    expect(trouble).toEqual([])
  })

  test('a storage that is full keeps nothing, sends everything, and stays as it was', async () => {
    await stopClock(context)
    await page.goto(server.url('/'))
    await runUntil(page, SLACK_MS, () => server.stored.length > 0)
    await page.evaluate(() => {
      localStorage.clear()
      const isFull = (size: number, i: number): boolean => {
        try {
          localStorage.setItem(`own${size}-${i}`, 'x'.repeat(size))
          return false
        } catch {
          return true
        }
      }
      for (const size of [500_000, 50_000, 5_000, 500, 50, 5])
        for (let i = 0; !isFull(size, i); i++);
    })
    const before = await page.evaluate(() => localStorage.length)
    server.next.push({ status: 503 }, { status: 503 })
    await track(page, 1)
    await run(page, SLACK_MS)
    await track(page, 2)
    await runUntil(page, 3 * MAX_RETRY_MS, () => numbersOf(server.stored).length > 1)
    await expectStoredOnce(server, [1, 2])
    expect(await page.evaluate(() => localStorage.length)).toBe(before)
    expect(trouble.filter((text) => !/503/.test(text))).toEqual([])
  })

  test('a sandboxed page, with no storage, cookies or locks at all', async () => {
    server.headers = { 'content-security-policy': 'sandbox allow-scripts' }
    await page.goto(server.url('/'))
    expect(
      await page.evaluate(() => {
        const fails = (run: () => unknown) => {
          try {
            run()
            return false
          } catch {
            return true
          }
        }
        return [fails(() => localStorage.length), fails(() => document.cookie)]
      }),
    ).toEqual([true, true])
    await viewsStored(1)
    await track(page, 1)
    await expectStored(server, [1])
    expect(server.arrivals.every(({ batch }) => !batch.browser)).toBe(true)
    await track(page, 2)
    await page.goto('about:blank')
    await expectStoredOnce(server, [1, 2])
    expect(trouble).toEqual([])
  })
})
