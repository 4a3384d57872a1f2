/**
 * A collector on the site's own domain: it sees the browser's cookie and renews it, so that Safari's seven
 * days for what scripts have stored do not end anybody; elsewhere nothing of that, so that any collector
 * may answer everybody. What was forgotten stays so, also when an answer comes late.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WireBatch } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { buildTag, waitFor } from '../support/tag-collector.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
/** Shorter than what the tag writes, so that the two can be told apart. */
const RENEWED_SECONDS = 1_000_000

interface Received {
  readonly batch: WireBatch
  readonly cookie: string | undefined
  readonly origin: string | undefined
}

let browser: TestBrowser
let tag: Uint8Array
let server: Server
let port: number
let page: Page
let received: Received[]
let complaints: string[]
let attributes: string
/** What the collector answers with: everybody may ask, or the page's origin with its cookies. */
let isOpen: boolean
let renews: boolean
/** Holds answers until it is released. */
let gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined

const at = (host: string, path: string) => `http://${host}:${port}${path}`

function createGate(): NonNullable<typeof gate> {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

async function collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // requests are read as bytes
  // A batch is JSON by contract; anything else should fail the test loudly.
  const batch = JSON.parse(Buffer.concat(chunks).toString()) as WireBatch
  const { cookie, origin } = request.headers
  received.push({ batch, cookie, origin })
  await gate?.opened
  response.setHeader('access-control-allow-origin', isOpen ? '*' : (origin ?? '*'))
  if (!isOpen) response.setHeader('access-control-allow-credentials', 'true')
  if (renews && batch.browser)
    response.setHeader(
      'set-cookie',
      `_pq=${batch.browser}; Domain=shop.test; Max-Age=${RENEWED_SECONDS}; Path=/; SameSite=Lax`,
    )
  response.writeHead(202, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({ accepted: batch.events.length, duplicates: 0, ignored: 0, rejected: [] }),
  )
}

beforeAll(async () => {
  tag = await buildTag()
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  received = []
  complaints = []
  attributes = ''
  isOpen = false
  renews = false
  gate = undefined
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any.test')
    if (pathname === '/e') return void collect(request, response)
    if (pathname === '/pique.js') {
      response.setHeader('content-type', 'text/javascript')
      return void response.end(tag)
    }
    if (/^\/pique-\w+\.js$/.test(pathname)) {
      response.setHeader('content-type', 'text/javascript')
      response.setHeader('access-control-allow-origin', '*')
      const file = new URL(`../../dist/snippet${pathname}`, import.meta.url)
      if (!existsSync(file)) return void response.writeHead(404).end()
      return void response.end(readFileSync(file))
    }
    if (pathname === '/favicon.ico') return void response.writeHead(204).end()
    if (pathname === '/plant') response.setHeader('set-cookie', 'planted=1; Path=/')
    const source = at('t.shop.test', '/pique.js?site=KEY')
    response.setHeader('content-type', 'text/html')
    response.end(
      pathname === '/plant'
        ? '<title>Planted</title>'
        : `<title>Page</title><script defer src="${source}" ${attributes}></script>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port // a TCP server has one
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => complaints.push(message.text()))
})
afterEach(async () => {
  gate?.open()
  await page.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const find = (name: string) =>
  received.findLast(({ batch }) =>
    batch.events.some((event) => event.type === name || event.url?.endsWith(name)),
  )
/** What brought the first event of that type, or of that page. */
const expectReceived = (name: string) =>
  waitFor(
    () => find(name),
    () =>
      `${name}; there were ${received.flatMap(({ batch }) => batch.events.map(({ type }) => type))}`,
  )
const sessionOf = ({ batch }: Received) => batch.events[0]?.session
const track = (name: string) => page.evaluate((name) => window.pique?.('track', name), name)
const cookies = async () =>
  (await browser.context.cookies()).filter(({ name }) => name.startsWith('_pq'))
const cookie = async (name = '_pq') => (await cookies()).find((found) => found.name === name)
const mirror = () => page.evaluate(() => localStorage._pq as string | undefined)
/** Nothing is left that the collector has not answered for. */
const emptied = () =>
  page.waitForFunction(
    () => !Object.keys(localStorage).some((key) => key.startsWith('_pqq')),
    undefined,
    { polling: 20 },
  )

describe('page and collector on one domain', () => {
  test('the collector sees the browser id that the batch has', async () => {
    await page.goto(at('www.shop.test', '/one'))
    const first = await expectReceived('page_view')
    expect(first.origin).toBe(at('www.shop.test', ''))
    expect(first.batch.browser).toMatch(UUID)
    expect(first.cookie?.split('; ') ?? []).toContain(`_pq=${first.batch.browser}`)
    expect(complaints).toEqual([])
  })

  test('two cookies on the registrable domain, and a mirror', async () => {
    await page.goto(at('www.shop.test', '/one'))
    const { batch } = await expectReceived('page_view')
    expect(await cookie()).toMatchObject({
      value: batch.browser,
      domain: '.shop.test',
      path: '/',
      sameSite: 'Lax',
    })
    const session = await cookie('_pqs')
    expect(session).toMatchObject({ domain: '.shop.test', path: '/', sameSite: 'Lax' })
    expect(session?.value).toMatch(new RegExp(`^${batch.events[0]?.session}\\.\\d{13}\\.?h?$`))
    expect(await mirror()).toBe(batch.browser)
  })

  test('its answer renews the cookie', async () => {
    renews = true
    await page.goto(at('www.shop.test', '/one'))
    const { batch } = await expectReceived('page_view')
    const lastsSeconds = async () => ((await cookie())?.expires ?? 0) - Date.now() / 1_000
    await expect.poll(lastsSeconds).toBeLessThan(RENEWED_SECONDS + 60)
    expect(await lastsSeconds()).toBeGreaterThan(RENEWED_SECONDS - 60)
    await page.goto(at('www.shop.test', '/two'))
    const second = await expectReceived('/two')
    expect(second.batch.browser).toBe(batch.browser)
    expect(sessionOf(second)).toBe(batch.events[0]?.session)
    expect((await cookies()).filter(({ name }) => name === '_pq')).toHaveLength(1)
  })

  test('where the cookie is gone, the mirror goes on', async () => {
    await page.goto(at('www.shop.test', '/one'))
    const { batch } = await expectReceived('page_view')
    await browser.context.clearCookies()
    await page.goto(at('www.shop.test', '/two'))
    const { batch: later } = await expectReceived('/two')
    expect(later.browser).toBe(batch.browser)
    expect((await cookie())?.value).toBe(batch.browser)
  })

  test('where the mirror is gone, the cookie goes on', async () => {
    await page.goto(at('www.shop.test', '/one'))
    const { batch } = await expectReceived('page_view')
    await emptied()
    await page.evaluate(() => localStorage.clear())
    await page.goto(at('www.shop.test', '/two'))
    expect((await expectReceived('/two')).batch.browser).toBe(batch.browser)
    expect(await mirror()).toBe(batch.browser)
  })

  test.each(['nonsense', '', '0192f3a4-aaaa-7bbb-8ccc-0123456789abcdef', '<script>'])(
    'a mirror that holds %j is no browser',
    async (nonsense) => {
      await page.goto(at('www.shop.test', '/plant'))
      await page.evaluate((nonsense) => localStorage.setItem('_pq', nonsense), nonsense)
      await page.goto(at('www.shop.test', '/one'))
      const { batch } = await expectReceived('page_view')
      expect(batch.browser).toMatch(UUID)
      expect(await mirror()).toBe(batch.browser)
    },
  )

  test('subdomains share browser and session', async () => {
    await page.goto(at('a.shop.test', '/one'))
    const first = await expectReceived('/one')
    await page.goto(at('b.shop.test', '/two'))
    const second = await expectReceived('/two')
    expect(second.batch.browser).toBe(first.batch.browser)
    expect(sessionOf(second)).toBe(sessionOf(first))
    expect(second.cookie ?? '').toContain(`_pq=${first.batch.browser}`)
    const sessions = received
      .flatMap(({ batch }) => batch.events)
      .filter(({ type }) => type === 'session_start')
    expect(sessions).toHaveLength(1)
    // The shared cookie outweighs a mirror that another subdomain has from before.
    await page.evaluate(() => window.pique?.('reset'))
    await track('after_reset')
    const { batch } = await expectReceived('after_reset')
    await page.goto(at('a.shop.test', '/three'))
    expect((await expectReceived('/three')).batch.browser).toBe(batch.browser)
  })
})

describe('a page on another domain', () => {
  test('sends no cookies, so that a collector may answer everybody', async () => {
    isOpen = true
    await page.goto(at('t.shop.test', '/plant'))
    await page.goto(at('other.test', '/one'))
    await expectReceived('page_view')
    await track('later')
    const { batch } = await expectReceived('later')
    expect(batch.browser).toMatch(UUID)
    await emptied()
    expect(received.map(({ cookie }) => cookie)).toEqual(received.map(() => undefined))
    const ids = received.flatMap(({ batch }) => batch.events.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    expect((await cookie())?.domain).toBe('.other.test')
    expect(complaints).toEqual([])
  })

  test('whose name only ends like the collector’s is another domain too', async () => {
    isOpen = true
    await page.goto(at('t.shop.test', '/plant'))
    await page.goto(at('notshop.test', '/one'))
    await expectReceived('page_view')
    await emptied()
    expect(received.map(({ cookie }) => cookie)).toEqual(received.map(() => undefined))
    expect(complaints).toEqual([])
  })

  test('nor does a cookieless page of the same domain', async () => {
    attributes = 'data-storage=none'
    await page.goto(at('t.shop.test', '/plant'))
    await page.goto(at('www.shop.test', '/one'))
    const { batch, cookie: sent } = await expectReceived('page_view')
    expect(batch.browser).toBeUndefined()
    expect(sent ?? '').not.toContain('_pq')
    expect(await cookies()).toEqual([])
    expect(await mirror()).toBeUndefined()
  })
})

describe('forgetting', () => {
  /** A page whose first answer, which renews the cookie of that time, is still to come. */
  async function openUnanswered(): Promise<string> {
    renews = true
    gate = createGate()
    await page.goto(at('www.shop.test', '/one'))
    const { batch } = await expectReceived('page_view')
    expect(batch.browser).toMatch(UUID)
    return batch.browser ?? ''
  }
  /** Lets the answers come, and waits until the browser has them. */
  async function answerLate(): Promise<void> {
    const answered = page
      .waitForEvent('requestfinished', {
        predicate: (request) => request.url().endsWith('/e'),
        timeout: 2_000,
      })
      // Where the tag has given the request up, there is nobody to answer.
      .catch(() => 'given up')
    gate?.open()
    gate = undefined
    await answered
  }

  test('reset gives a new browser at once', async () => {
    await page.goto(at('www.shop.test', '/one'))
    const { batch: old } = await expectReceived('page_view')
    await page.evaluate(() => {
      window.pique?.('reset')
      window.pique?.('track', 'fresh')
    })
    const { batch } = await expectReceived('fresh')
    expect(batch.browser).toMatch(UUID)
    expect(batch.browser).not.toBe(old.browser)
    expect(batch.events[0]?.session).not.toBe(old.events[0]?.session)
    expect((await cookie())?.value).toBe(batch.browser)
    expect(await mirror()).toBe(batch.browser)
  })

  test('an answer that comes after a reset does not bring the old browser back', async () => {
    const old = await openUnanswered()
    await page.evaluate(() => {
      window.pique?.('reset')
      window.pique?.('track', 'fresh')
    })
    await answerLate()
    const { batch: fresh } = await expectReceived('fresh')
    expect(fresh.browser).not.toBe(old)
    await track('later')
    const { batch: later } = await expectReceived('later')
    expect(later.browser).toBe(fresh.browser)
    await page.goto(at('www.shop.test', '/two'))
    const { batch: next } = await expectReceived('/two')
    expect(next.browser).toBe(fresh.browser)
    await expect.poll(async () => (await cookie())?.value).toBe(fresh.browser)
  })

  test('denial clears cookies, mirror and queue', async () => {
    gate = createGate()
    await page.goto(at('www.shop.test', '/one'))
    await expectReceived('page_view')
    expect(await cookies()).toHaveLength(2)
    await page.evaluate(() => window.pique?.('track', 'waits'))
    expect(await page.evaluate(() => Object.keys(localStorage).toSorted())).toEqual([
      '_pq',
      expect.stringMatching(/^_pqq[\d.e-]+$/),
    ])
    await page.evaluate(() => window.pique?.('consent', 'denied'))
    expect(await cookies()).toEqual([])
    expect(await page.evaluate(() => [document.cookie, ...Object.keys(localStorage)])).toEqual([''])
    const before = received.length
    await page.evaluate(() => {
      window.pique?.('track', 'never')
      history.pushState({}, '', '/never')
      dispatchEvent(new PageTransitionEvent('pagehide'))
    })
    // What comes after on a page that may be counted: by then anything else would have come.
    await page.goto(at('www.shop.test', '/two'))
    await expectReceived('/two')
    expect(find('never')).toBeUndefined()
    expect(find('/never')).toBeUndefined()
    expect(received.length).toBeGreaterThan(before)
  })

  test('an answer that comes after a denial leaves nothing behind', async () => {
    await openUnanswered()
    await page.evaluate(() => window.pique?.('consent', 'denied'))
    await answerLate()
    // The next look at consent, at the latest, clears what the answer has brought.
    attributes = 'data-consent=denied'
    await page.goto(at('www.shop.test', '/two'))
    await page.waitForFunction(() => typeof window.pique === 'function')
    await expect.poll(cookies).toEqual([])
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
  })
})
