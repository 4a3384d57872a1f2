import { describe, expect, test } from 'vitest'
import { siteUnderTest } from '../support/site.ts'

/** What a page has said before the tag runs, and what it does while it is starting. */

const site = siteUnderTest()

const UUID = '0192f0c1-2345-7abc-8def-0123456789ab'
const queue = (...calls: readonly (readonly unknown[] | null)[]) =>
  `<script>window.pique = function () { (pique.q = pique.q || []).push(arguments) }
   pique.q = ${JSON.stringify(calls)}</script>`
const types = () =>
  site.collector
    .events()
    .map(({ type }) => type)
    .filter((type) => type !== 'user_engagement' && type !== 'settled')

describe('what was decided before the tag ran', () => {
  test('by a default and then by a person holds from the first view on', async () => {
    site.collector.head = queue(['consent', 'denied'], ['track', 'a'], ['consent', 'granted'])
    await site.open('/')
    await site.settle()
    expect(types().toSorted()).toEqual(['a', 'page_view', 'session_start'])
  })

  test('and taken back at once stores nothing, not even for a moment', async () => {
    site.collector.attributes = 'data-consent=pending'
    site.collector.head =
      `<script>window.written = []
       const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
       Object.defineProperty(document, 'cookie', { get, set(text) { if (!/max-age=0/.test(text)) written.push(text); set.call(document, text) } })</script>` +
      queue(['consent', 'granted'], ['identify', 'jane@shop.example'], ['consent', 'denied'])
    await site.page.goto(site.collector.url('/'))
    await site.page.clock.runFor(20_000)
    expect(await site.page.evaluate('written')).toEqual([])
    expect(await site.page.evaluate(() => document.cookie + Object.keys(localStorage))).toBe('')
    expect(site.collector.beacons).toEqual([])
  })
})

test('what is no call in the queue is no obstacle', async () => {
  site.collector.head = queue(null, [], ['track', 'a'], ['constructor'])
  await site.open('/')
  await site.settle()
  expect(types().toSorted()).toEqual(['a', 'page_view', 'session_start'])
})

test('a queue that is emptied before the page is shown does not keep the tag from starting', async () => {
  await site.page.addInitScript(() => {
    Object.assign(window, { isHidden: true })
    Object.defineProperty(document, 'hidden', {
      get: () => (window as unknown as { isHidden: boolean }).isHidden,
    })
  })
  await site.page.goto(site.collector.url('/'))
  await site.page.evaluate(() => {
    Object.assign(window.pique as object, { q: [] })
    Object.assign(window, { isHidden: false })
    for (let n = 0; n < 2; n++) document.dispatchEvent(new Event('visibilitychange'))
  })
  await site.settle()
  expect(types()).toEqual(['session_start', 'page_view'])
})

test('a sandboxed frame that was handed a visitor counts', async () => {
  site.collector.bodies.set(
    '/',
    `<iframe sandbox="allow-scripts" src="/frame?_pq=${UUID}"></iframe>`,
  )
  site.collector.attributes = 'data-domains="pay.example"'
  await site.page.goto(site.collector.url('/'))
  const views = await site.collector.expectEvents('page_view', 2)
  expect(views.map(({ url }) => new URL(url as string).pathname).toSorted()).toEqual([
    '/',
    '/frame',
  ])
})

describe('what is not sent yet when the page clears its storage, as on logging out', () => {
  test('goes with the next view', async () => {
    await site.open('/')
    await site.settle()
    await site.page.evaluate(() => {
      window.pique?.('track', 'logout')
      history.pushState(null, '', '/login')
      localStorage.clear()
    })
    await site.settle()
    expect(types()).toEqual(expect.arrayContaining(['logout', 'page_view']))
    const paths = site.collector
      .events('page_view')
      .map(({ url }) => new URL(url as string).pathname)
    expect(paths).toContain('/login')
  })

  test('so does what was seen before and after', async () => {
    await site.open('/')
    await site.settle()
    await site.page.evaluate(() => {
      window.pique?.('page')
      window.pique?.('track', 'a')
      localStorage.clear()
      window.pique?.('page')
    })
    await site.settle()
    expect(types().filter((type) => type === 'page_view')).toHaveLength(3)
    expect(types()).toContain('a')
  })
})

test('a view that a hanging collector has not answered for survives the crash of its page', async () => {
  site.collector.answer = 'hang'
  await site.page.goto(site.collector.url('/first'))
  await site.page.clock.runFor(1_200)
  const shelves = await site.page.evaluate(() =>
    Object.keys(localStorage).filter((key) => key.startsWith('_pqq')),
  )
  expect(shelves).toHaveLength(1)
})

test('a frame whose own tag is still to come has its forms counted once', async () => {
  const slow = { '/slow.js': 900 }
  for (const [path, ms] of Object.entries(slow))
    site.collector.routes.set(path, (_request, response) => {
      setTimeout(() => response.writeHead(200, { 'content-type': 'text/javascript' }).end(), ms)
    })
  site.collector.bodies.set('/', '<iframe src="/framed"></iframe>')
  site.collector.documents.set(
    '/framed',
    `<!doctype html><head></head><form onsubmit="event.preventDefault()"><input type=email name=e value="jane@shop.example"><button>Go</button></form><script src="/slow.js"></script><script src="${site.collector.source}"></script>`,
  )
  await site.open('/')
  await site.collector.expectEvents('page_view', 2)
  await site.settle()
  await site.page.frameLocator('iframe').locator('button').click()
  await site.settle()
  expect(site.collector.events('sign_up')).toHaveLength(1)
  expect(site.collector.events('identify')).toHaveLength(1)
})
