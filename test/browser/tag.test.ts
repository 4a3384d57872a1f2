import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

let browser: TestBrowser
let collector: TagCollector
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
// A port of its own is an origin of its own for storage, but cookies know no ports.
beforeEach(async () => {
  collector = await startTagCollector()
  await browser.context.clearCookies()
  page = await browser.context.newPage()
})
afterEach(async () => {
  await page.close()
  await collector.close()
})

const open = (path: string) => page.goto(collector.url(path))
/** A later event of the same page: what was to come before it has come. */
const settle = async (name = 'settled') => {
  await page.evaluate((name) => window.pique?.('track', name), name)
  await collector.expectEvents(name, 1)
}
const types = () => collector.events().map((event) => event.type)
const proveHuman = async () => {
  await page.mouse.move(10, 10)
  await page.mouse.move(50, 50)
}

describe('page views', () => {
  test('one per load, with a clean address and one session_start per session', async () => {
    await open('/pricing?utm_source=news&gclid=abc&token=s3cret&utm_term=a@b.c#part')
    await collector.expectEvents('page_view', 1)
    await open('/about')
    const [first, second] = await collector.expectEvents('page_view', 2)
    expect(first?.url).toBe(collector.url('/pricing?utm_source=news&gclid=1'))
    expect(first?.title).toBe('Page /pricing')
    expect(second?.url).toBe(collector.url('/about'))
    expect(second?.session).toBe(first?.session)
    expect(second?.view).not.toBe(first?.view)
    expect(collector.events('session_start')).toHaveLength(1)
    expect(new Set(collector.beacons.map(({ batch }) => batch.browser)).size).toBe(1)
  })

  test('a changed path in the page is one view, a changed query or hash is none', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => {
      history.pushState({}, '', '?tab=2')
      history.pushState({}, '', '#there')
      history.replaceState({}, '', '/one')
      history.pushState({}, '', '/two')
      document.title = 'Two'
    })
    await collector.expectEvents('page_view', 2)
    await page.evaluate(() => history.replaceState({}, '', '/three'))
    await collector.expectEvents('page_view', 3)
    await page.evaluate(() => history.back())
    await collector.expectEvents('page_view', 4)
    await settle()
    const views = collector.events('page_view')
    expect(views.map((view) => view.url)).toEqual(
      ['/one', '/two', '/three', '/one'].map((path) => collector.url(path)),
    )
    expect(views[1]).toMatchObject({ title: 'Two', referrer: collector.url('/one') })
    expect(await page.evaluate(() => [history.pushState.name, history.pushState.length])).toEqual([
      'pushState',
      2,
    ])
  })

  test('without a Navigation API, history tells and stays itself', async () => {
    await page.addInitScript(() =>
      Object.defineProperty(window, 'navigation', { value: undefined }),
    )
    await open('/one')
    await collector.expectEvents('page_view', 1)
    const seen = await page.evaluate(() => {
      let thrown = ''
      try {
        history.pushState({}, '', 'https://elsewhere.example/')
      } catch (error) {
        thrown = (error as Error).name
      }
      const answer = history.pushState({}, '', '/two')
      return [history.pushState.name, history.pushState.length, answer, thrown]
    })
    expect(seen).toEqual(['pushState', 2, undefined, 'SecurityError'])
    const [, second] = await collector.expectEvents('page_view', 2)
    expect(second?.url).toBe(collector.url('/two'))
  })

  test('data-hash makes the fragment the route; data-exclude hides paths', async () => {
    collector.attributes = 'data-hash data-exclude="/private/*"'
    await open('/private/x')
    await open('/app#/one?secret=1')
    await page.evaluate(() => {
      location.hash = '#/two'
    })
    const views = await collector.expectEvents('page_view', 2)
    expect(views.map((view) => view.url)).toEqual([
      collector.url('/app#/one'),
      collector.url('/app#/two'),
    ])
  })

  test('a tab opened in the background counts when it is first shown', async () => {
    await page.addInitScript(() => {
      let hidden = true
      Object.defineProperty(document, 'hidden', { get: () => hidden })
      addEventListener('show', () => {
        hidden = false
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      })
    })
    await open('/back')
    await page.evaluate(() => window.pique?.('track', 'early'))
    expect(collector.beacons).toEqual([])
    await page.evaluate(() => dispatchEvent(new Event('show')))
    await collector.expectEvents('early', 1)
    expect(collector.events('page_view')).toHaveLength(1)
  })

  // Headless Chromium keeps no page in its back/forward cache, so the event stands for the return.
  test('a return from the back/forward cache is a view of its own', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    })
    await collector.expectEvents('page_view', 2)
    await settle()
    const views = collector.events('page_view')
    expect(views.map((view) => view.url)).toEqual([collector.url('/one'), collector.url('/one')])
    expect(views[1]?.view).not.toBe(views[0]?.view)
  })

  test('pique_ignore leaves a browser out', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => localStorage.setItem('pique_ignore', '1'))
    await open('/two')
    await page.evaluate(() => localStorage.removeItem('pique_ignore'))
    await open('/three')
    const views = await collector.expectEvents('page_view', 2)
    expect(views.map((view) => view.title)).toEqual(['Page /one', 'Page /three'])
  })
})

describe('attention', () => {
  test('time and depth of the old page come with its address; the proof is told and kept', async () => {
    collector.bodies.set('/long', '<div style="height:4000px">text</div>')
    await open('/long')
    await proveHuman()
    await page.evaluate(() => scrollTo(0, 1600))
    const proof = await waitFor(
      () => collector.beacons.find(({ batch }) => batch.human),
      () => 'a batch with human',
    )
    expect(proof.batch.events.map((event) => event.type)).toContain('user_engagement')
    expect(collector.beacons[0]?.batch.human).toBe(false)
    await page.evaluate(() => history.pushState({}, '', '/next'))
    const pings = await collector.expectEvents('user_engagement', 2)
    const [last] = pings.slice(-1)
    const view = collector.events('page_view')[0]
    expect(last).toMatchObject({ url: collector.url('/long'), view: view?.view })
    expect(last?.props?.engaged_ms).toBeGreaterThan(2_900)
    expect(last?.props?.engaged_ms).toBeLessThan(6_000)
    expect(last?.props?.scroll).toBeGreaterThan(50)
    expect(last?.props?.scroll).toBeLessThan(70)
    expect(last?.props?.view_at).toBe(view?.at)
    await open('/later')
    await collector.expectEvents('page_view', 3)
    expect(collector.beacons.at(-1)?.batch.human).toBe(true)
  })

  test('half an hour on a desk is half a minute, and an idle session ends', async () => {
    await page.clock.install()
    await open('/long')
    await collector.expectEvents('page_view', 1)
    await page.clock.runFor(45_000)
    await page.clock.fastForward(31 * 60_000)
    await page.evaluate(() => window.pique?.('track', 'back'))
    await page.clock.runFor(3_000)
    const [back] = await collector.expectEvents('back', 1)
    const pings = collector.events('user_engagement')
    const engagedMs = Math.max(...pings.map((ping) => Number(ping.props?.engaged_ms)))
    expect(engagedMs).toBeGreaterThanOrEqual(29_000)
    expect(engagedMs).toBeLessThanOrEqual(31_000)
    expect(collector.events('session_start')).toHaveLength(2)
    expect(back?.session).not.toBe(collector.events('page_view')[0]?.session)
    const sessions = collector.beacons.map(
      ({ batch }) => new Set(batch.events.map((event) => event.session)).size,
    )
    expect(new Set(sessions)).toEqual(new Set([1]))
  })
})

describe('clicks', () => {
  test('a download, also in capitals, by middle click and in a shadow root; never as a click', async () => {
    collector.bodies.set(
      '/',
      `<a id=a href="/files/Price.PDF?x=1#p"><b>Get</b></a><a id=b href="/b.pdf">b</a><div id=host></div>
       <script>host.attachShadow({mode:'open'}).innerHTML='<a href="/shadow.zip">s</a>'
       addEventListener('click', (e) => { e.preventDefault(); e.stopPropagation() }, true)</script>`,
    )
    await open('/')
    await page.click('#a b')
    await page.click('#b', { button: 'middle' })
    await page.click('#host a')
    const downloads = await collector.expectEvents('file_download', 3)
    expect(downloads[0]?.props).toEqual({ link_url: collector.url('/files/Price.PDF') })
    expect(collector.events('click')).toHaveLength(0)
  })

  test('what leaves the site, without the address of a person', async () => {
    collector.bodies.set(
      '/',
      `<a id=out href="https://other.example/x?y=1">out</a><a id=mail href="mailto:jane@shop.example">m</a>
       <a id=tel href="tel:+49123">t</a><a id=in href="/inside">in</a>
       <svg width=50 height=20><a id=svg href="https://svg.example/"><text y=15>svg</text></a></svg>
       <a id=no data-pique-ignore href="https://ignored.example/">no</a>
       <script>addEventListener('click', (e) => e.preventDefault())</script>`,
    )
    await open('/')
    for (const id of ['out', 'mail', 'tel', 'in', 'svg', 'no']) await page.click(`#${id}`)
    await page.focus('#out')
    await page.keyboard.press('Enter')
    await settle()
    expect(collector.events('click').map((event) => event.props)).toEqual([
      { outbound: true, link_url: 'https://other.example/x' },
      { outbound: false, link_url: 'mailto:' },
      { outbound: false, link_url: 'tel:' },
      { outbound: true, link_url: 'https://svg.example/' },
      { outbound: true, link_url: 'https://other.example/x' },
    ])
    expect(JSON.stringify(collector.beacons)).not.toMatch(/jane|\+49/)
  })
})

const LEAD = `<form id=lead name=contact><input name=n autocomplete=name><input type=email name=e>
  <input type=hidden name=h value="hidden@x.test"><textarea name=m></textarea><button>Send</button></form>`

describe('forms', () => {
  test('a prevented and fetched lead: start, identify and lead, once each', async () => {
    collector.bodies.set(
      '/',
      `${LEAD}<script>lead.onsubmit = (e) => { e.preventDefault(); new FormData(lead); lead.reset() }</script>`,
    )
    await open('/')
    await page.fill('[name=n]', 'Jane Doe')
    await page.fill('[name=e]', 'not valid')
    await page.click('button')
    await page.fill('[name=e]', 'jane@shop.example')
    await page.fill('[name=m]', 'my secret message')
    await page.click('button')
    const [lead] = await collector.expectEvents('generate_lead', 1)
    expect(lead?.props).toEqual({ form_id: 'lead', has_email: true })
    expect(collector.events('identify').map((event) => event.props)).toEqual([
      { email: 'jane@shop.example', evidence: 'form', traits: { name: 'Jane Doe' } },
    ])
    expect(collector.events('form_start')).toHaveLength(1)
    const batch = collector.beacons.find(({ batch }) =>
      batch.events.some((event) => event.type === 'generate_lead'),
    )
    expect(batch?.batch.events.map((event) => event.type)).toContain('identify')
    await settle()
    expect(collector.events('generate_lead')).toHaveLength(1)
    expect(JSON.stringify(collector.beacons)).not.toMatch(/secret message|hidden@/)
  })

  test.each([
    ['Enter', () => page.press('[name=e]', 'Enter')],
    ['requestSubmit', () => page.evaluate(() => document.forms[0]?.requestSubmit())],
    ['form.submit()', () => page.evaluate(() => document.forms[0]?.submit())],
  ])('a native submit by %s is one sign_up', async (_name, submit) => {
    collector.bodies.set(
      '/',
      '<form action="/done" method=get><input type=email name=e><input type=checkbox name=ok></form>',
    )
    await open('/')
    await page.fill('[name=e]', 'jane@shop.example')
    await submit()
    await page.waitForURL(/done/)
    await collector.expectEvents('sign_up', 1)
    await collector.expectEvents('identify', 1)
    await settle()
    expect(collector.events('sign_up')).toHaveLength(1)
    expect(collector.events('identify')).toHaveLength(1)
    expect(collector.events('page_view').at(-1)?.url).toBe(collector.url('/done'))
  })

  test('reading a form into FormData is no submit', async () => {
    collector.bodies.set('/', '<form><input type=email name=e></form>')
    await open('/')
    await page.fill('[name=e]', 'jane@shop.example')
    await page.evaluate(() => void new FormData(document.forms[0]))
    await settle()
    expect(types()).not.toContain('sign_up')
    expect(types()).not.toContain('identify')
  })

  test('a form with a password is never read', async () => {
    collector.bodies.set(
      '/',
      `<form onsubmit="event.preventDefault()"><input type=email name=e autocomplete=email>
       <input type=password name=p><button>Go</button></form>`,
    )
    await open('/')
    await page.fill('[name=e]', 'jane@shop.example')
    await page.fill('[name=p]', 'hunter2hunter2')
    await page.click('button')
    const [event] = await collector.expectEvents('form_submit', 1)
    expect(event?.props).toEqual({ has_email: false })
    await settle()
    expect(types()).not.toContain('identify')
    expect(JSON.stringify(collector.beacons)).not.toMatch(/jane|hunter2/)
  })

  test('markup names the event and its props, or leaves the form out', async () => {
    collector.bodies.set(
      '/',
      `<form id=f data-pique-event=quote data-pique-prop-plan=pro><input type=email name=e><button>Go</button></form>
       <form id=g data-pique-ignore><input type=email name=g><button>Go</button></form>
       <script>onsubmit = (e) => e.preventDefault()</script>`,
    )
    await open('/')
    await page.fill('[name=e]', 'jane@shop.example')
    await page.click('#f button')
    await page.fill('[name=g]', 'other@shop.example')
    await page.click('#g button')
    await settle()
    expect(collector.events('quote').map((event) => event.props)).toEqual([
      { form_id: 'f', has_email: true, plan: 'pro' },
    ])
    expect(collector.events('identify')).toHaveLength(1)
    expect(JSON.stringify(collector.beacons)).not.toMatch(/other@/)
  })
})

describe('commerce', () => {
  test('a data layer before and after the tag, in both forms, whoever replaces push', async () => {
    collector.head = `<script>window.dataLayer = [{event:'view_item', ecommerce:{currency:'EUR', value:5,
      items:[{item_id:'A', item_name:'Chair', price:5}]}}]
      function gtag() { dataLayer.push(arguments) }</script>`
    await open('/')
    await collector.expectEvents('view_item', 1)
    await page.evaluate(() => {
      const { dataLayer, gtag } = window as unknown as {
        dataLayer: unknown[]
        gtag: (...args: unknown[]) => void
      }
      gtag('event', 'add_to_cart', { value: 9, items: [{ item_id: 'B' }, { item_id: 'C' }] })
      dataLayer.push = (...args) => Array.prototype.push.apply(dataLayer, args)
      dataLayer.push({
        event: 'begin_checkout',
        ecommerce: { value: 9, user: 'jane@shop.example' },
      })
    })
    const [begun] = await collector.expectEvents('begin_checkout', 1)
    expect(begun?.props).toEqual({ value: 9 })
    expect(collector.events('view_item').map((event) => event.props)).toEqual([
      { value: 5, currency: 'EUR', item_id: 'A', item_name: 'Chair', price: 5 },
    ])
    expect(collector.events('add_to_cart').map((event) => event.props)).toEqual([
      { value: 9, item_id: 'B' },
    ])
  })

  test('markup, and its data layer entry, are one action', async () => {
    collector.bodies.set(
      '/',
      `<button id=add data-pique-cart=add data-pique-prop-item_id=A onclick="dataLayer.push(
         {event:'add_to_cart', ecommerce:{value:7}})">Add</button>
       <button id=wish data-pique-wishlist>Wish</button><script>var dataLayer = []</script>`,
    )
    await open('/')
    await page.click('#add')
    await page.click('#wish')
    await collector.expectEvents('add_to_wishlist', 1)
    await settle()
    expect(collector.events('add_to_cart').map((event) => event.props)).toEqual([{ value: 7 }])
  })

  test('shop forms, controls that say so, and a schema.org product; off with data-auto', async () => {
    collector.bodies.set(
      '/p',
      `<script type="application/ld+json">{"@type":"Product","name":"Desk","sku":"D1","offers":{"price":"99","priceCurrency":"EUR"}}</script>
       <form action="/cart/add" onsubmit="event.preventDefault()">
         <button id=cart name=add-to-cart data-pique-prop-item_id=D1>Buy</button></form>
       <a id=wish class=add_to_wishlist href="#">♡</a><a href="#" id=no>Add to cart guide</a>`,
    )
    await open('/p')
    for (const id of ['cart', 'wish', 'no']) await page.click(`#${id}`)
    await collector.expectEvents('add_to_wishlist', 1)
    await collector.expectEvents('add_to_cart', 1)
    const [view] = await collector.expectEvents('view_item', 1)
    expect(view?.props).toEqual({ item_id: 'D1', item_name: 'Desk', price: '99', currency: 'EUR' })
    await settle()
    expect(collector.events('add_to_cart').map((event) => event.props)).toEqual([{ item_id: 'D1' }])
    expect(types()).not.toContain('form_submit')
    collector.attributes = 'data-auto=off'
    const before = types().length
    await open('/p')
    for (const id of ['cart', 'wish']) await page.click(`#${id}`)
    await settle('after')
    const later = new Set(types().slice(before))
    for (const type of ['view_item', 'add_to_cart', 'add_to_wishlist'])
      expect(later).not.toContain(type)
  })
})

test('a search is told without its term', async () => {
  collector.bodies.set('/', '<form role=search action=/found><input name=q></form>')
  await open('/')
  await page.fill('[name=q]', 'my secret')
  await page.press('[name=q]', 'Enter')
  await page.waitForURL(/found/)
  await collector.expectEvents('view_search_results', 1)
  await settle()
  expect(collector.events('view_search_results')).toHaveLength(1)
  expect(types()).not.toContain('form_submit')
  expect(JSON.stringify(collector.beacons)).not.toMatch(/secret/)
})

describe('delivery', () => {
  test('what happened right before leaving arrives', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => {
      window.pique?.('track', 'last_words')
      location.href = '/two'
    })
    await collector.expectEvents('page_view', 2)
    await collector.expectEvents('last_words', 1)
  })

  const acceptedTimes = (id: string) =>
    collector.beacons.filter(
      ({ batch, status }) => status === 202 && batch.events.some((event) => event.id === id),
    ).length
  const failOnce = async () => {
    collector.answer = { status: 503, retryAfter: 60 }
    await open('/one')
    const first = await waitFor(
      () => collector.beacons[0],
      () => 'a beacon',
    )
    collector.answer = 'accept'
    return first.batch.events.map((event) => event.id)
  }

  test('a 503 is retried on the next page, once, with the same ids', async () => {
    const ids = await failOnce()
    await open('/two')
    await collector.expectEvents('page_view', 2)
    await settle()
    expect(ids.map(acceptedTimes)).toEqual([1, 1])
  })

  test('a 503 is retried on the same page; a 403 is not', async () => {
    collector.answer = { status: 503 }
    await open('/one')
    await waitFor(
      () => collector.beacons.length,
      () => 'a beacon',
    )
    collector.answer = { status: 403 }
    await waitFor(
      () => collector.beacons.some(({ status }) => status === 403),
      () => 'a retry',
    )
    collector.answer = 'accept'
    await settle()
    expect(types()).not.toContain('page_view')
  })

  test('two tabs share the backlog', async () => {
    const ids = await failOnce()
    const other = await browser.context.newPage()
    await Promise.all([open('/two'), other.goto(collector.url('/three'))])
    await collector.expectEvents('page_view', 3)
    await settle()
    expect(ids.map(acceptedTimes)).toEqual([1, 1])
    await other.close()
  })

  test('a collector that hangs is not noticed', async () => {
    collector.answer = 'hang'
    await open('/one')
    await waitFor(
      () => collector.beacons.length,
      () => 'a beacon',
    )
    collector.answer = 'accept'
    await open('/two')
    await collector.expectEvents('page_view', 2)
  })

  test('back online, it sends within two seconds what could not be sent', async () => {
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await browser.context.setOffline(true)
    await page.evaluate(() => window.pique?.('track', 'in_a_tunnel'))
    await page.waitForFunction(() => Object.values(localStorage).join().includes('in_a_tunnel'))
    await browser.context.setOffline(false)
    const onlineAt = Date.now()
    await collector.expectEvents('in_a_tunnel', 1)
    expect(Date.now() - onlineAt).toBeLessThan(2_000)
    await page.waitForFunction(() => !Object.keys(localStorage).some((key) => /^_pqq/.test(key)))
  })

  test('storage, cookies and locks that throw are not noticed and lose nothing', async () => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('no', 'SecurityError')
      }
      Object.defineProperty(window, 'localStorage', { get: refuse })
      Object.defineProperty(Document.prototype, 'cookie', { get: refuse, set: refuse })
      Object.defineProperty(navigator, 'locks', { value: undefined })
    })
    await open('/one')
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => {
      window.fetch = () => {
        throw new TypeError('blocked')
      }
      const circle: Record<string, unknown> = {}
      circle.self = circle
      window.pique?.('track', 'circle', circle)
      window.pique?.('track', 'lost')
      history.pushState({}, '', '/two')
      dispatchEvent(new Event('pagehide'))
    })
    await collector.expectEvents('lost', 1)
    expect(errors).toEqual([])
  })

  test('works under a strict content security policy and without a word of complaint', async () => {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => complaints.push(message.text()))
    collector.headers = {
      'content-security-policy':
        "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'",
    }
    await open('/strict')
    await collector.expectEvents('page_view', 1)
    expect(complaints).toEqual([])
  })
})

describe('consent and privacy', () => {
  const traces = () =>
    page.evaluate(() => [document.cookie, ...Object.keys(localStorage)].filter(Boolean))

  test('pending stores and sends nothing; what waited is sent on grant', async () => {
    collector.attributes = 'data-consent=pending'
    await open('/one?utm_source=x')
    await page.evaluate(() => window.pique?.('track', 'early'))
    expect(await traces()).toEqual([])
    expect(collector.beacons).toEqual([])
    await page.evaluate(() => window.pique?.('consent', 'granted'))
    const [view] = await collector.expectEvents('page_view', 1)
    await collector.expectEvents('early', 1)
    expect(view?.url).toBe(collector.url('/one?utm_source=x'))
    expect(view?.session).toBeDefined()
    await page.evaluate(() => window.pique?.('consent', 'denied'))
    expect(await traces()).toEqual([])
  })

  test('pending and then denied sends nothing at all', async () => {
    collector.attributes = 'data-consent=pending'
    await open('/one')
    await page.evaluate(() => {
      window.pique?.('consent', 'denied')
      window.pique?.('track', 'never')
    })
    collector.attributes = ''
    await open('/two')
    await settle()
    expect(types()).not.toContain('never')
    expect(collector.events('page_view')).toHaveLength(1)
  })

  test('a denial queued before the tag loads holds from the start', async () => {
    collector.head =
      "<script>window.pique = function () { (pique.q = pique.q || []).push(arguments) }; pique('consent', 'denied')</script>"
    await open('/one')
    expect(await traces()).toEqual([])
    collector.head = ''
    await open('/two')
    expect(await collector.expectEvents('page_view', 1)).toHaveLength(1)
  })

  test('data-storage=none knows neither browser nor session and stores nothing', async () => {
    collector.attributes = 'data-storage=none'
    await open('/one')
    await collector.expectEvents('page_view', 1)
    expect(await traces()).toEqual([])
    const [beacon] = collector.beacons
    expect(beacon?.batch.browser).toBeUndefined()
    expect(beacon?.batch.events.every((event) => event.session === undefined)).toBe(true)
    expect(types()).toEqual(['page_view'])
  })

  test('Global Privacy Control is cookieless and reads no e-mail, until somebody consents', async () => {
    collector.bodies.set('/one', LEAD.replace('<form', '<form onsubmit="event.preventDefault()"'))
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
    )
    await open('/one')
    await page.fill('[name=e]', 'jane@shop.example')
    await page.click('button')
    const [lead] = await collector.expectEvents('generate_lead', 1)
    expect(lead?.props?.has_email).toBe(false)
    expect(await traces()).toEqual([])
    await page.evaluate(() => window.pique?.('identify', 'own@shop.example'))
    const [own] = await collector.expectEvents('identify', 1)
    expect(own?.props?.email).toBe('own@shop.example')
    await page.evaluate(() => window.pique?.('consent', 'granted'))
    await settle()
    expect(collector.events('settled')[0]?.session).toBeDefined()
  })

  test('subdomains share browser and session', async () => {
    await page.goto(collector.url('/one', 'www.shop.test'))
    await collector.expectEvents('page_view', 1)
    await page.goto(collector.url('/two', 'blog.shop.test'))
    const [one, two] = await collector.expectEvents('page_view', 2)
    expect(two?.session).toBe(one?.session)
    expect(collector.beacons.at(-1)?.batch.browser).toBe(collector.beacons[0]?.batch.browser)
    const cookies = await browser.context.cookies()
    expect(cookies.map(({ name, domain }) => `${name} ${domain}`).sort()).toEqual([
      '_pq .shop.test',
      '_pqs .shop.test',
    ])
  })
})

test('the site may be named by an attribute, which wins over the address', async () => {
  collector.attributes = 'data-site=OTHER'
  await open('/one')
  await collector.expectEvents('page_view', 1)
  expect(collector.beacons[0]?.batch.site).toBe('OTHER')
})

test('data-auto=off leaves page views, attention and what the owner has marked', async () => {
  collector.attributes = 'data-auto=off data-identify=off'
  collector.bodies.set(
    '/',
    `<a id=out href="https://other.example/">out</a><a id=pdf href="/a.pdf">pdf</a>
     <form id=plain><input type=email name=e><button>Go</button></form>
     <form id=marked data-pique-event=quote><input type=email name=m><button>Go</button></form>
     <button id=own data-pique-event=own data-pique-prop-size=xl>Own</button>
     <script type="application/ld+json">{"@type":"Product","name":"Desk"}</script>
     <script>onsubmit = (e) => e.preventDefault()
     onclick = (e) => { if (e.target.closest('a')) e.preventDefault() }</script>`,
  )
  await open('/?q=term')
  await page.fill('[name=e]', 'jane@shop.example')
  await page.fill('[name=m]', 'jane@shop.example')
  for (const id of ['out', 'pdf', 'plain button', 'marked button', 'own'])
    await page.click(`#${id}`)
  const [own] = await collector.expectEvents('own', 1)
  await settle()
  expect(own?.props).toEqual({ size: 'xl' })
  const told = new Set(types())
  // The proof that a person is there is told as well, if the clicks took long enough for one.
  told.delete('user_engagement')
  expect(told).toEqual(new Set(['session_start', 'page_view', 'quote', 'own', 'settled']))
  collector.attributes = ''
  await open('/?q=term')
  const [view] = await collector.expectEvents('view_item', 1)
  expect(view?.props).toEqual({ item_name: 'Desk' })
})

test('a call, and the form that it reports, are one action', async () => {
  collector.bodies.set(
    '/',
    `<form onsubmit="event.preventDefault(); pique('track', 'sign_up')"><input type=email name=e></form>`,
  )
  await open('/')
  await page.fill('[name=e]', 'jane@shop.example')
  await page.press('[name=e]', 'Enter')
  await page.evaluate(() => {
    window.pique?.('track', 'twice')
    window.pique?.('track', 'twice')
  })
  await collector.expectEvents('twice', 2)
  expect(collector.events('sign_up')).toHaveLength(1)
})

test('early calls, identify, is and reset', async () => {
  collector.head = `<script>window.pique = function () { (pique.q = pique.q || []).push(arguments) }
    pique('identify', '42', { plan: 'pro' }, { signature: 'v1.x' }); pique('is', 'hot', (is) => { window.isHot = is })</script>`
  await open('/one')
  const [who] = await collector.expectEvents('identify', 1)
  expect(who?.props).toEqual({ user_id: '42', traits: { plan: 'pro' }, signature: 'v1.x' })
  await page.waitForFunction('window.isHot === true')
  await page.evaluate(() => window.pique?.('reset'))
  await settle()
  const [after] = collector.events('settled')
  expect(after?.session).not.toBe(who?.session)
  const browsers = new Set(collector.beacons.map(({ batch }) => batch.browser))
  expect(browsers.size).toBe(2)
})
