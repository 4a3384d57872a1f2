/**
 * Handing a browser over from one domain of the owner's to another: a click carries the id once, in the
 * address of the request and nowhere else; whoever arrives takes it, unless anything about it is odd.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

const DOMAINS = 'data-domains="shop.test, pay.test"'
const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/

let browser: TestBrowser
let collector: TagCollector
let page: Page
/** Addresses of documents that were asked for, of any tab. */
let asked: string[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  collector.attributes = DOMAINS
  asked = []
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  browser.context.on('request', note)
})
afterEach(async () => {
  browser.context.off('request', note)
  for (const tab of browser.context.pages()) if (tab !== page) await tab.close()
  await page.close()
  await collector.close()
})

function note(request: { url(): string; isNavigationRequest(): boolean }): void {
  if (request.isNavigationRequest()) asked.push(request.url())
}

const browserOf = (path: string) =>
  collector.beacons.findLast(({ batch }) =>
    batch.events.some((event) => event.type === 'page_view' && event.url?.includes(path)),
  )?.batch.browser
const viewsOf = (path: string) =>
  collector.events('page_view').filter(({ url }) => url?.includes(path))
const arriveAt = (path: string) =>
  waitFor(
    () => viewsOf(path).length > 0,
    () => `a view of ${path}; there were ${collector.events('page_view').map(({ url }) => url)}`,
  )
/** A page of the shop with a link, once its view is told. */
async function openShop(href: string, more = '', host = 'www.shop.test'): Promise<void> {
  collector.bodies.set('/shop', `<a id=go href="${href}" ${more}><b>Pay</b></a>`)
  await page.goto(collector.url('/shop', host))
  await arriveAt('/shop')
}
/** A link's click, up to the address that is asked for; nobody arrives there. */
async function clickWithoutArriving(selector = '#go'): Promise<string> {
  const before = asked.length
  await page.route('**/arrive*', (route) => route.abort())
  await page.click(selector)
  await waitFor(
    () => asked.length > before,
    () => 'a request',
  )
  await page.unroute('**/arrive*')
  return asked.at(-1) ?? ''
}
const handOver = (url: string) => (url && new URL(url).searchParams.get('_pq')) || ''
const pay = (path = '/arrive', host = 'pay.test') => collector.url(path, host)

describe('a click between listed domains', () => {
  test.each([
    ['the domain itself', 'shop.test', 'pay.test'],
    ['subdomains', 'www.shop.test', 'secure.eu.pay.test'],
  ])('hands the browser over and leaves the address clean: %s', async (_name, from, to) => {
    await openShop(pay('/arrive?utm_source=mail&basket=7&x=a%20b#step-2', to), '', from)
    await page.click('#go')
    await page.waitForURL((url) => url.pathname === '/arrive')
    await arriveAt('/arrive')
    expect(browserOf('/shop')).toMatch(UUID)
    expect(browserOf('/arrive')).toBe(browserOf('/shop'))
    expect(handOver(asked.at(-1) ?? '')).toContain(browserOf('/shop'))
    await page.waitForURL(pay('/arrive?utm_source=mail&basket=7&x=a%20b#step-2', to))
    expect(viewsOf('/arrive').map(({ url }) => url)).toEqual([pay('/arrive?utm_source=mail', to)])
    const domain = to.replace(/.*?(\w+\.test)$/, '.$1')
    const cookies = await browser.context.cookies()
    const own = cookies.find((cookie) => cookie.name === '_pq' && cookie.domain === domain)
    expect(own?.value).toContain(browserOf('/shop'))
  })

  test('an address with nothing else has nothing left over, and the id stays on the next page', async () => {
    await openShop(pay())
    await page.click('#go')
    await arriveAt('/arrive')
    await page.waitForURL(pay())
    await page.reload()
    await waitFor(
      () => viewsOf('/arrive').length === 2,
      () => 'the second view',
    )
    await page.goto(pay('/later'))
    await arriveAt('/later')
    expect(browserOf('/later')).toBe(browserOf('/shop'))
    expect(asked.filter(handOver)).toHaveLength(1)
  })

  test('takes the place of the id that the other domain had', async () => {
    await page.goto(pay('/before'))
    await arriveAt('/before')
    const before = browserOf('/before')
    await openShop(pay())
    expect(browserOf('/shop')).not.toBe(before)
    await page.click('#go')
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).toBe(browserOf('/shop'))
  })

  test('keeps history.state and makes no view of its own', async () => {
    await openShop(pay('/arrive?a=1'))
    // Before the tag, as a router does that starts early.
    collector.head = "<script>history.replaceState({ mine: 7 }, '', location.href)</script>"
    await page.click('#go')
    await arriveAt('/arrive')
    expect(await page.evaluate(() => history.state)).toEqual({ mine: 7 })
    await page.waitForURL(pay('/arrive?a=1'))
    await page.evaluate(() => window.pique?.('track', 'settled'))
    await collector.expectEvents('settled', 1)
    expect(viewsOf('/arrive')).toHaveLength(1)
    expect(JSON.stringify(collector.events())).not.toContain('_pq=')
  })

  test.each([
    ['a click on a child', () => page.click('#go b')],
    ['the keyboard', () => page.focus('#go').then(() => page.keyboard.press('Enter'))],
  ])('by %s', async (_name, act) => {
    await openShop(pay())
    await act()
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).toBe(browserOf('/shop'))
  })

  test.each([
    ['a new tab', 'target=_blank rel=opener', {}],
    ['Ctrl and a click', '', { modifiers: ['Control'] }],
    ['a middle click', '', { button: 'middle' }],
  ] as const)('in %s; the link reads as before', async (_name, more, how) => {
    await openShop(pay('/arrive?a=1'), more)
    await page.click('#go', { ...how, modifiers: 'modifiers' in how ? [...how.modifiers] : [] })
    // In the background nobody has seen it yet, so there is no view of it.
    await waitFor(
      () => asked.some((url) => url.includes('/arrive')),
      () => 'a request of the new tab',
    )
    expect(handOver(asked.at(-1) ?? '')).toContain(browserOf('/shop'))
    await expect
      .poll(() => page.evaluate(() => document.querySelector('a')?.getAttribute('href')))
      .toBe(pay('/arrive?a=1'))
  })

  test('a link whose click the page prevents, or that is only pressed, reads as before', async () => {
    await openShop(pay('/arrive?a=1#h'), 'onclick="event.preventDefault()"')
    const href = () => page.evaluate(() => document.querySelector('a')?.href)
    await page.click('#go')
    await expect.poll(href).toBe(pay('/arrive?a=1#h'))
    await page.hover('#go')
    await page.mouse.down()
    await page.mouse.move(400, 400)
    await page.mouse.up()
    await expect.poll(href).toBe(pay('/arrive?a=1#h'))
    await page.click('#go', { button: 'right' })
    await expect.poll(href).toBe(pay('/arrive?a=1#h'))
  })
})

describe('what is handed to nobody', () => {
  test.each([
    ['a domain that is not listed', () => collector.url('/arrive', 'other.test')],
    ['a name that ends like a listed one', () => collector.url('/arrive', 'evilpay.test')],
    ['a name that begins like one', () => collector.url('/arrive', 'pay.test.evil.test')],
    ['a page of the same host', () => collector.url('/arrive', 'www.shop.test')],
  ])('%s', async (_name, to) => {
    await openShop(to())
    expect(await clickWithoutArriving()).toBe(to())
    // The same click between listed domains does carry it.
    await openShop(pay())
    expect(handOver(await clickWithoutArriving())).toContain(browserOf('/shop'))
  })

  test.each([
    ['before consent', `${DOMAINS} data-consent=pending`, false],
    ['after its denial', `${DOMAINS} data-consent=denied`, false],
    ['cookieless', `${DOMAINS} data-storage=none`, true],
    ['without data-domains', '', true],
  ])('%s', async (_name, attributes, isTold) => {
    collector.attributes = attributes
    collector.bodies.set('/shop', `<a id=go href="${pay()}">Pay</a>`)
    await page.goto(collector.url('/shop', 'www.shop.test'))
    if (isTold) await arriveAt('/shop')
    expect(await clickWithoutArriving()).toBe(pay())
  })

  test('under Global Privacy Control', async () => {
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
    )
    await openShop(pay())
    expect(await clickWithoutArriving()).toBe(pay())
  })

  test('once consent is taken back', async () => {
    await openShop(pay())
    await page.evaluate(() => window.pique?.('consent', 'denied'))
    expect(await clickWithoutArriving()).toBe(pay())
  })
})

describe('what is not taken', () => {
  /** An address that a click has made, not used yet, and the browser that it carries. */
  async function made(): Promise<{ readonly url: string; readonly shop: string }> {
    await openShop(pay('/arrive?a=1'))
    const url = await clickWithoutArriving()
    const shop = browserOf('/shop')
    expect(shop).toMatch(UUID)
    expect(handOver(url)).toContain(shop)
    return { url, shop: shop ?? '' }
  }
  /** Goes there from a page of that host by a script, so that no click makes it anew. */
  async function goFrom(host: string, url: string): Promise<void> {
    collector.bodies.set('/start', '')
    await page.goto(collector.url('/start', host))
    await page.evaluate((url) => {
      location.href = url
    }, url)
    await page.waitForURL((url) => url.pathname === '/arrive')
  }

  test('the same address is taken where nothing is odd', async () => {
    const { url, shop } = await made()
    await goFrom('www.shop.test', url)
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).toBe(shop)
  })

  test.each([
    ['from a domain that is not listed', 'other.test'],
    ['from a name that ends like a listed one', 'evilshop.test'],
  ])('%s', async (_name, host) => {
    const { url, shop } = await made()
    await goFrom(host, url)
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).toMatch(UUID)
    expect(browserOf('/arrive')).not.toBe(shop)
  })

  test('from nowhere: a bookmark, a mail', async () => {
    const { url, shop } = await made()
    await page.goto('about:blank')
    await page.goto(url)
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).not.toBe(shop)
  })

  test.each([
    ['no UUID', () => 'x'.repeat(36)],
    ['nothing', () => ''],
    ['markup', () => '%3Cscript%3E'],
    ['a cookie’s syntax', () => 'a%3Bdomain%3Devil.test'],
  ])('%s instead of the id', async (_name, forge) => {
    const { url, shop } = await made()
    await goFrom('www.shop.test', url.replace(shop, forge()))
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).toMatch(new RegExp(`^${UUID.source}$`))
    expect(browserOf('/arrive')).not.toBe(shop)
  })

  test.each([
    ['before consent', `${DOMAINS} data-consent=pending`],
    ['after its denial', `${DOMAINS} data-consent=denied`],
    ['cookieless', `${DOMAINS} data-storage=none`],
  ])('%s', async (_name, attributes) => {
    const { url, shop } = await made()
    await browser.context.clearCookies()
    collector.attributes = attributes
    await goFrom('www.shop.test', url)
    await page.waitForFunction(() => !!window.pique)
    if (attributes.includes('none')) await arriveAt('/arrive')
    expect(await page.evaluate(() => [document.cookie, localStorage._pq])).toEqual(['', undefined])
    const told = collector.beacons.slice(-1).filter(({ batch }) => batch.browser !== shop)
    if (attributes.includes('none')) expect(told[0]?.batch.browser).toBeUndefined()
  })

  test('where the page lists no domains', async () => {
    const { url, shop } = await made()
    collector.attributes = ''
    await goFrom('www.shop.test', url)
    await arriveAt('/arrive')
    expect(browserOf('/arrive')).not.toBe(shop)
  })
})
