import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WireEvent } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { browseAlone, fullBrowsers } from '../support/full-browser.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

let collector: TagCollector
beforeEach(async () => {
  collector = await startTagCollector()
})
afterEach(() => collector.close())

const viewsOf = (path: string) =>
  collector.events('page_view').filter((event) => event.url === collector.url(path))
const receivedTimes = ({ id }: WireEvent) =>
  collector.beacons.filter(
    ({ batch, status }) => status === 202 && batch.events.some((event) => event.id === id),
  ).length

describe.each(fullBrowsers())('with a back/forward cache', (executable) => {
  let browser: TestBrowser
  let page: Page
  beforeAll(async () => {
    browser = await launchBrowser({ executable, without: ['--disable-back-forward-cache'] })
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    await browser.context.clearCookies()
    page = await browser.context.newPage()
    await page.addInitScript(() => {
      addEventListener('pageshow', (event) => {
        const seen = window as unknown as { restored?: number }
        if (event.persisted) seen.restored = (seen.restored ?? 0) + 1
      })
    })
  })
  afterEach(() => page.close())

  const open = (path: string) => page.goto(collector.url(path))
  /** Back, into the very page that was left: the one that keeps count of its returns. */
  const comeBack = async (times = 1) => {
    // The call dies with the page it is made on.
    await page.evaluate(() => history.back()).catch(() => {})
    // A page that is restored does not load.
    await page.waitForURL(/\/one/, { waitUntil: 'commit' })
    const blockers = await page.evaluate(async () => {
      const [navigation] = performance.getEntriesByType('navigation')
      return navigation && Reflect.get(navigation, 'notRestoredReasons')?.reasons
    })
    expect(blockers).toBeUndefined()
    expect(await page.evaluate(() => Reflect.get(window, 'restored'))).toBe(times)
  }
  const settle = async () => {
    await page.evaluate(() => window.pique?.('track', 'settled'))
    await collector.expectEvents('settled', 1)
  }

  test('a page is kept, and each return is one view', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    for (const times of [1, 2]) {
      await open('/two')
      await collector.expectEvents('page_view', 2 * times)
      await comeBack(times)
      await collector.expectEvents('page_view', 2 * times + 1)
    }
    await settle()
    const views = viewsOf('/one')
    expect(views).toHaveLength(3)
    expect(new Set(views.map((event) => event.view)).size).toBe(3)
    expect(viewsOf('/two')).toHaveLength(2)
    expect(collector.events('session_start')).toHaveLength(1)
    expect(collector.events('settled')[0]?.view).toBe(views[2]?.view)
  })

  test('it is kept while events wait, and they arrive once', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => window.pique?.('track', 'waiting'))
    await open('/two')
    await collector.expectEvents('waiting', 1)
    await comeBack()
    await collector.expectEvents('page_view', 3)
    await settle()
    expect(collector.events('waiting')).toHaveLength(1)
    expect(viewsOf('/one')).toHaveLength(2)
  })

  test('it is kept while the collector does not answer', async () => {
    collector.answer = 'hang'
    await open('/one')
    await waitFor(
      () => collector.beacons.length,
      () => 'a beacon',
    )
    collector.answer = 'accept'
    await open('/two')
    await collector.expectEvents('page_view', 1)
    await comeBack()
    await settle()
    expect(viewsOf('/one').length).toBeGreaterThanOrEqual(1)
  })

  test('it is kept while a backlog is on its way, which other tabs may not send', async () => {
    collector.answer = { status: 503 }
    await open('/zero')
    await waitFor(
      () => collector.beacons.some(({ status }) => status === 503),
      () => 'a refusal',
    )
    collector.answer = 'hang'
    await open('/one')
    await waitFor(
      () =>
        collector.beacons.some(
          ({ batch, status }) =>
            status === 0 && batch.events.some((event) => event.url === collector.url('/zero')),
        ),
      () => 'the backlog on its way',
    )
    collector.answer = 'accept'
    await open('/two')
    await waitFor(
      () => viewsOf('/two').length,
      () => 'the next page',
    )
    await comeBack()
    await settle()
  })

  test('it is kept with a video, a form that was begun and a consent that is open', async () => {
    collector.attributes = 'data-consent=pending'
    collector.bodies.set('/one', '<video></video><form><input type=email name=e></form>')
    await open('/one')
    await page.fill('input', 'jane@shop.example')
    await open('/two')
    await comeBack()
    expect(collector.beacons).toEqual([])
    await page.evaluate(() => window.pique?.('consent', 'granted'))
    await collector.expectEvents('page_view', 2)
    await settle()
    expect(viewsOf('/one')).toHaveLength(2)
    expect(viewsOf('/two')).toHaveLength(0)
  })

  test('attention of the look before is not told again for the return', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.mouse.move(10, 10)
    await page.mouse.move(50, 50)
    const proof = await waitFor(
      () => collector.beacons.some(({ batch }) => batch.human),
      () => 'the proof of a person',
    )
    expect(proof).toBe(true)
    await open('/two')
    await comeBack()
    const backAt = Date.now()
    await page.mouse.move(30, 30)
    await collector.expectEvents('page_view', 3)
    await page.evaluate(() => history.pushState({}, '', '/three'))
    await settle()
    const last = viewsOf('/one').at(-1)
    for (const told of collector.events('user_engagement'))
      if (told.view === last?.view)
        expect(Number(told.props?.engaged_ms)).toBeLessThanOrEqual(told.at - backAt + 1_000)
  })
})

describe.each(fullBrowsers())('a browser that nobody steers', (executable) => {
  /** Holds the answers of a path until it is told to let them go. */
  const gate = (path: string) => {
    const held: ServerResponse[] = []
    let isOpen = false
    collector.routes.set(path, (_request, response) => {
      if (isOpen) response.end()
      else held.push(response)
    })
    return () => {
      isOpen = true
      for (const response of held) response.end()
    }
  }
  const asked = (path: string): IncomingMessage | undefined =>
    collector.requests.find((request) => request.url === path)
  const untilAsked = (path: string) =>
    waitFor(
      () => asked(path),
      () => `${path}; there were ${collector.requests.map((request) => request.url).join(' ')}`,
    )

  test('a prerendered page is counted once it is shown, with what it did before', async () => {
    collector.bodies.set(
      '/list',
      `<script type="speculationrules">{"prerender":[{"urls":["/item"],"eagerness":"immediate"}]}</script>
       <a id=go href="/item">item</a><script>fetch('/may-go').then(() => go.click())</script>`,
    )
    collector.bodies.set(
      '/item',
      `<script>addEventListener('load', () => {
         pique('track', 'rendered')
         fetch('/loaded?prerendering=' + document.prerendering)
       })
       document.addEventListener('prerenderingchange', () => setTimeout(() => pique('track', 'shown')))</script>`,
    )
    const mayGo = gate('/may-go')
    const close = await browseAlone(executable, collector.url('/list'))
    try {
      await untilAsked('/loaded?prerendering=true')
      expect(asked('/item')?.headers['sec-purpose']).toContain('prerender')
      await collector.expectEvents('page_view', 1)
      expect(viewsOf('/item')).toEqual([])
      expect(collector.events('rendered')).toEqual([])
      const askedAt = Date.now()
      mayGo()
      await collector.expectEvents('shown', 1)
      await collector.expectEvents('rendered', 1)
      expect(viewsOf('/item')).toHaveLength(1)
      // Not only sent then: locks, which a tag may wait for, are not given to prerendered pages.
      expect(viewsOf('/item')[0]?.at).toBeGreaterThanOrEqual(askedAt)
      expect(viewsOf('/item')[0]?.referrer).toBe(collector.url('/list'))
      expect(collector.events('session_start')).toHaveLength(1)
    } finally {
      await close()
    }
  })

  test('a tab opened in the background is counted when it is first shown', async () => {
    // A tab that another one covers goes on to a page that nobody sees.
    collector.bodies.set(
      '/front',
      `<script>document.addEventListener('visibilitychange', () => document.hidden && location.assign('/back'))
       addEventListener('load', () => setTimeout(() => open('/cover')))</script>`,
    )
    collector.bodies.set('/cover', "<script>fetch('/may-close').then(() => close())</script>")
    collector.bodies.set(
      '/back',
      `<script>addEventListener('load', () => {
         pique('track', 'loaded')
         fetch('/loaded?' + document.visibilityState)
       })
       document.addEventListener('visibilitychange', () => setTimeout(() => pique('track', 'shown')))</script>`,
    )
    const mayClose = gate('/may-close')
    const close = await browseAlone(executable, collector.url('/front'))
    try {
      await untilAsked('/loaded?hidden')
      await collector.expectEvents('page_view', 2)
      expect(viewsOf('/back')).toEqual([])
      const askedAt = Date.now()
      mayClose()
      await collector.expectEvents('shown', 1)
      expect(viewsOf('/back')).toHaveLength(1)
      expect(viewsOf('/back')[0]?.at).toBeGreaterThanOrEqual(askedAt)
      expect(collector.events('loaded')).toHaveLength(1)
    } finally {
      await close()
    }
  })
})

describe('in any browser', () => {
  let browser: TestBrowser
  let page: Page
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    await browser.context.clearCookies()
    page = await browser.context.newPage()
  })
  afterEach(async () => {
    if (!page.isClosed()) await page.close()
  })

  test('a page that says it is prerendered is counted when it says it is shown', async () => {
    await page.addInitScript(() => {
      let prerendering = true
      Object.defineProperty(document, 'prerendering', { get: () => prerendering })
      // A prerendered document is hidden as well.
      Object.defineProperty(document, 'hidden', { get: () => prerendering })
      Object.defineProperty(document, 'visibilityState', {
        get: () => (prerendering ? 'hidden' : 'visible'),
      })
      addEventListener('activate', () => {
        prerendering = false
        document.dispatchEvent(new Event('prerenderingchange'))
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      })
    })
    await page.goto(collector.url('/item'))
    await page.evaluate(() => window.pique?.('track', 'rendered'))
    expect(collector.beacons).toEqual([])
    expect(await page.evaluate(() => document.cookie + Object.keys(localStorage))).toBe('')
    await page.evaluate(() => dispatchEvent(new Event('activate')))
    await collector.expectEvents('rendered', 1)
    expect(viewsOf('/item')).toHaveLength(1)
  })

  test('a tab that is closed has its last words heard, once', async () => {
    await page.goto(collector.url('/one'))
    await collector.expectEvents('page_view', 1)
    await page.mouse.move(10, 10)
    await page.mouse.move(60, 60)
    await page.evaluate(() => window.pique?.('track', 'last_words'))
    await page.close({ runBeforeUnload: true })
    const [words] = await collector.expectEvents('last_words', 1)
    expect(words && receivedTimes(words)).toBe(1)
  })

  test('no page is asked whether it may be left', async () => {
    await page.addInitScript(() => {
      const listened: string[] = []
      Object.assign(window, { listened })
      const { addEventListener } = EventTarget.prototype
      EventTarget.prototype.addEventListener = function (type: string, ...rest: unknown[]) {
        listened.push(type)
        return Reflect.apply(addEventListener, this, [type, ...rest])
      }
    })
    await page.goto(collector.url('/one'))
    await collector.expectEvents('page_view', 1)
    const listened = await page.evaluate(() => Reflect.get(window, 'listened'))
    expect(listened).toContain('pagehide')
    expect(listened).not.toContain('unload')
    expect(listened).not.toContain('beforeunload')
    expect(await page.evaluate(() => [window.onbeforeunload, window.onunload])).toEqual([
      null,
      null,
    ])
  })
})
