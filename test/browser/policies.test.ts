import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixture, siteUnderTest } from '../support/site.ts'
import { waitFor } from '../support/tag-collector.ts'

const site = siteUnderTest()

/** Everything that a page can keep in a browser, by name. */
const kept = () =>
  site.page.evaluate(async () => [
    document.cookie,
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => name),
    ...(await caches.keys()),
  ])
const NOTHING = ['']

describe('a content security policy', () => {
  const complaints: string[] = []
  beforeEach(async () => {
    complaints.length = 0
    site.page.on('console', (message) => complaints.push(message.text()))
    await site.page.addInitScript(() => {
      const violations: string[] = []
      Object.assign(window, { violations })
      addEventListener('securitypolicyviolation', (event) =>
        violations.push(`${event.violatedDirective} ${event.blockedURI}`),
      )
    })
  })
  const violations = () => site.page.evaluate(() => Reflect.get(window, 'violations'))
  const obey = (policy: string) => {
    site.collector.headers = { 'content-security-policy': policy }
    site.collector.attributes = 'nonce=abc'
  }
  /** The collector as most have it: on a host of its own. */
  const serveFromElsewhere = () => {
    const origin = site.collector.url('', 't.pique.test')
    site.collector.source = `${origin}/pique.js?site=KEY`
    return origin
  }

  test('of a nonce and the collector alone is obeyed in all that the tag does', async () => {
    const origin = serveFromElsewhere()
    obey(
      `default-src 'none'; script-src 'nonce-abc'; connect-src ${origin}; img-src 'self'; form-action 'self'`,
    )
    site.collector.bodies.set(
      '/strict',
      `<form id=lead><input type=email name=email><textarea name=m></textarea><button>Send</button></form>
       <button id=add data-pique-cart=add>Add</button><a id=out href="https://other.example/">out</a>
       <script nonce=abc>addEventListener('submit', (event) => event.preventDefault()); out.onclick = (event) => event.preventDefault()</script>`,
    )
    await site.open('/strict', 'www.shop.test')
    await site.expectOnly({ generate_lead: 1, identify: 1, add_to_cart: 1, click: 1 }, async () => {
      await site.page.fill('[type=email]', 'jane@shop.example')
      await site.page.click('form button')
      await site.page.click('#add')
      await site.page.click('#out')
    })
    await site.page.evaluate(() => history.pushState({}, '', '/next'))
    await site.page.clock.runFor(20_000)
    await site.collector.expectEvents('page_view', 2)
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
  })

  test('that trusts no type costs nothing', async () => {
    const origin = serveFromElsewhere()
    obey(
      `default-src 'none'; script-src 'nonce-abc'; connect-src ${origin}; require-trusted-types-for 'script'; trusted-types 'none'`,
    )
    site.collector.bodies.set(
      '/strict',
      `<form id=lead><input type=email name=email><textarea name=m></textarea><button>Send</button></form>
       <button id=add data-pique-cart=add>Add</button>
       <script nonce=abc>addEventListener('submit', (event) => event.preventDefault())</script>`,
    )
    await site.open('/strict', 'www.shop.test')
    await site.expectOnly({ generate_lead: 1, identify: 1, add_to_cart: 1 }, async () => {
      await site.page.fill('[type=email]', 'jane@shop.example')
      await site.page.click('form button')
      await site.page.click('#add')
    })
    expect(await violations()).toEqual([])
    expect(complaints).toEqual([])
  })

  test.each([
    ['video', '<video></video>', ''],
    ['verify', '', '#pique-verify=TOKEN'],
  ])('lets in the %s file by the nonce of the tag', async (name, body, hash) => {
    const origin = serveFromElsewhere()
    obey(`default-src 'none'; script-src 'nonce-abc'; connect-src ${origin}`)
    site.collector.bodies.set('/strict', body)
    const loaded: string[] = []
    site.page.on('response', (response) => loaded.push(response.url()))
    await site.page.goto(site.collector.url(`/strict${hash}`, 'www.shop.test'))
    await site.page.clock.runFor(3_000)
    await waitFor(
      () => loaded.includes(`${origin}/pique-${name}.js`),
      () => loaded.join(' '),
    )
    expect(await violations()).toEqual([])
  })

  test('that forbids the collector harms nothing but the count', async () => {
    serveFromElsewhere()
    obey("default-src 'none'; script-src 'nonce-abc'; connect-src 'self'")
    site.collector.bodies.set(
      '/strict',
      '<button id=b>Press</button><p id=p></p><script nonce=abc>b.onclick = () => { p.textContent = "pressed" }</script>',
    )
    await site.page.goto(site.collector.url('/strict', 'www.shop.test'))
    await site.page.evaluate(() => window.pique?.('track', 'own'))
    await site.page.clock.runFor(60_000)
    await site.page.click('#b')
    expect(await site.page.textContent('#p')).toBe('pressed')
    expect(site.collector.beacons).toEqual([])
    // Each refusal is a line in the console of the page's developer: a minute brings no flood of them.
    expect((await violations()).length).toBeLessThanOrEqual(20)
  })
})

/** How the owner of a page joins a banner to the tag. */
const STUB =
  'window.pique = window.pique || function () { (pique.q = pique.q || []).push(arguments) };'
const JOINED = {
  'a framework of three lines': `<script>${STUB}
    __tcfapi('addEventListener', 2, (data, ok) => {
      if (ok && data.eventStatus !== 'cmpuishown') pique('consent', data.purpose.consents[1] && data.purpose.consents[8] ? 'granted' : 'denied')
    })</script>`,
  "Google's consent mode alone": '',
}

describe.each(Object.entries(JOINED))('a banner joined by %s', (_name, owner) => {
  const openBanner = async () => {
    site.collector.attributes = 'data-consent=pending'
    site.collector.documents.set(
      '/banner',
      fixture('consent-banner.html').replace('<!-- owner -->', owner),
    )
    await site.page.goto(site.collector.url('/banner?utm_source=mail'))
    await site.page.evaluate(() => window.pique?.('track', 'early', { n: 1 }))
    await site.page.fill('[type=email]', 'jane@shop.example')
    await site.page.click('#send')
    await site.page.clock.runFor(20_000)
  }

  test('stores and sends nothing before, everything after, with its times', async () => {
    await openBanner()
    const beforeAt = await site.page.evaluate(() => Date.now())
    expect(site.collector.beacons).toEqual([])
    expect(await kept()).toEqual(NOTHING)
    expect(await site.context.cookies()).toEqual([])
    await site.page.clock.runFor(60_000)
    await site.page.click('#accept')
    await site.page.clock.runFor(4_000)
    const [early] = await site.collector.expectEvents('early', 1)
    const [view] = await site.collector.expectEvents('page_view', 1)
    await site.collector.expectEvents('generate_lead', 1)
    const [identify] = await site.collector.expectEvents('identify', 1)
    expect(identify?.props).toMatchObject({ email: 'jane@shop.example' })
    expect(view?.url).toBe(site.collector.url('/banner?utm_source=mail'))
    for (const event of [early, view, identify]) expect(event?.at).toBeLessThanOrEqual(beforeAt)
    expect(Number(early?.at)).toBeGreaterThanOrEqual(Number(view?.at))
    expect(view?.session).toBeDefined()
    expect((await kept()).join()).toContain('_pq')
  })

  test('drops what it held when it is rejected, for good', async () => {
    await openBanner()
    await site.page.click('#reject')
    await site.page.evaluate(() => window.pique?.('track', 'never'))
    await site.page.clock.runFor(20_000)
    expect(await kept()).toEqual(NOTHING)
    await site.page.click('#accept')
    await site.settle()
    const types = site.collector.events().map((event) => event.type)
    for (const dropped of ['early', 'never', 'generate_lead', 'identify'])
      expect(types).not.toContain(dropped)
    expect(site.sent()).not.toContain('jane')
  })

  test('takes back what it has given', async () => {
    await openBanner()
    await site.page.click('#accept')
    await site.collector.expectEvents('page_view', 1)
    await site.page.click('#reject')
    await site.page.clock.runFor(4_000)
    const sentBefore = site.collector.beacons.length
    expect(await kept()).toEqual(NOTHING)
    await site.page.evaluate(() => window.pique?.('track', 'never'))
    await site.page.clock.runFor(20_000)
    expect(site.collector.beacons).toHaveLength(sentBefore)
  })
})

describe("Google's consent mode", () => {
  const gtag = (command: string, storage: string) =>
    site.page.evaluate(
      `window.dataLayer = window.dataLayer || []; (function () { dataLayer.push(arguments) })('consent', '${command}', { analytics_storage: '${storage}' })`,
    )

  test('decides nothing by a default, of either kind', async () => {
    site.collector.attributes = 'data-consent=pending'
    await site.page.goto(site.collector.url('/one'))
    await gtag('default', 'granted')
    await site.page.clock.runFor(10_000)
    expect(site.collector.beacons).toEqual([])
    await gtag('default', 'denied')
    await gtag('update', 'granted')
    await site.page.clock.runFor(4_000)
    await site.collector.expectEvents('page_view', 1)
  })

  test('decides nothing where the owner leaves nothing open', async () => {
    await site.openBody('')
    await gtag('default', 'denied')
    await site.expectOnly({ own: 1 }, () =>
      site.page.evaluate(() => window.pique?.('track', 'own')),
    )
  })

  test('an update that was pushed before the tag loaded holds', async () => {
    site.collector.attributes = 'data-consent=pending'
    site.collector.head = `<script>dataLayer = []; function gtag() { dataLayer.push(arguments) }
      gtag('consent', 'default', { analytics_storage: 'denied' }); gtag('consent', 'update', { analytics_storage: 'granted' })</script>`
    await site.page.goto(site.collector.url('/one'))
    await site.page.clock.runFor(4_000)
    await site.collector.expectEvents('page_view', 1)
  })

  test('an update of advertising alone decides nothing', async () => {
    site.collector.attributes = 'data-consent=pending'
    await site.page.goto(site.collector.url('/one'))
    await site.page.evaluate(
      "window.dataLayer = []; (function () { dataLayer.push(arguments) })('consent', 'update', { ad_storage: 'granted' })",
    )
    await site.page.clock.runFor(10_000)
    expect(site.collector.beacons).toEqual([])
    expect(await kept()).toEqual(NOTHING)
  })
})

describe('consent', () => {
  test('that is pending holds what happens over several in-page views, in order', async () => {
    site.collector.attributes = 'data-consent=pending'
    await site.page.goto(site.collector.url('/one'))
    for (const path of ['/two', '/three']) {
      await site.page.evaluate((path) => history.pushState({}, '', path), path)
      await site.page.clock.runFor(3_000)
    }
    expect(await kept()).toEqual(NOTHING)
    await site.page.evaluate(() => window.pique?.('consent', 'granted'))
    await site.page.clock.runFor(4_000)
    const views = await site.collector.expectEvents('page_view', 3)
    expect(views.map((view) => view.url)).toEqual(
      ['/one', '/two', '/three'].map((path) => site.collector.url(path)),
    )
    expect(views[1]?.at).toBeGreaterThanOrEqual(Number(views[0]?.at))
    expect(Number(views[2]?.at) - Number(views[1]?.at)).toBeGreaterThanOrEqual(2_900)
    expect(new Set(views.map((view) => view.session)).size).toBe(1)
  })

  test('that is pending is told to nobody when the page is left', async () => {
    site.collector.attributes = 'data-consent=pending'
    await site.page.goto(site.collector.url('/one'))
    await site.page.goto(site.collector.url('/two'))
    await site.page.evaluate(() => window.pique?.('consent', 'granted'))
    await site.page.clock.runFor(4_000)
    await site.collector.expectEvents('page_view', 1)
    expect(site.sent()).not.toContain('/one"')
  })

  test('that is denied in the markup is denied until somebody grants it', async () => {
    site.collector.attributes = 'data-consent=denied'
    await site.page.goto(site.collector.url('/one'))
    await site.page.clock.runFor(20_000)
    expect(site.collector.beacons).toEqual([])
    expect(await kept()).toEqual(NOTHING)
    await site.page.evaluate(() => {
      window.pique?.('consent', 'granted')
      window.pique?.('track', 'after')
    })
    await site.page.clock.runFor(4_000)
    await site.collector.expectEvents('after', 1)
    expect(site.collector.events('after')[0]?.session).toBeDefined()
  })

  test('of a word nobody knows is not consent', async () => {
    site.collector.attributes = 'data-consent=yes'
    await site.page.goto(site.collector.url('/one'))
    await site.page.clock.runFor(20_000)
    expect(site.collector.beacons).toEqual([])
    expect(await kept()).toEqual(NOTHING)
  })
})

describe('without cookies', () => {
  const SIGNALS: Readonly<Record<string, () => void>> = {
    'Global Privacy Control': () =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
    'Do Not Track': () => Object.defineProperty(navigator, 'doNotTrack', { value: '1' }),
    'data-storage=none': () => {},
  }
  const FORM =
    '<form id=lead onsubmit="event.preventDefault()"><input type=email name=e><textarea name=m></textarea><button>Send</button></form>'

  describe.each(Object.keys(SIGNALS))('by %s', (signal) => {
    beforeEach(async () => {
      const tell = SIGNALS[signal]
      if (tell) await site.page.addInitScript(tell)
      if (signal.startsWith('data-')) site.collector.attributes = signal
    })
    test('nothing is kept and nobody known, over pages and retries', async () => {
      await site.openBody(FORM)
      site.collector.answer = { status: 503 }
      await site.page.evaluate(() => window.pique?.('track', 'refused'))
      await site.page.clock.runFor(3_000)
      site.collector.answer = 'accept'
      await site.open('/two')
      await site.settle()
      expect(await kept()).toEqual(NOTHING)
      expect(await site.context.cookies()).toEqual([])
      for (const { batch } of site.collector.beacons) {
        expect(batch).not.toHaveProperty('browser')
        for (const event of batch.events) expect(event).not.toHaveProperty('session')
      }
      expect(site.collector.events('session_start')).toEqual([])
    })

    test('a form is told, and who sent it only where that was not refused', async () => {
      await site.openBody(FORM)
      await site.page.fill('[type=email]', 'jane@shop.example')
      const mayRead = signal.startsWith('data-')
      await site.expectOnly(
        { generate_lead: [{ has_email: mayRead }], identify: mayRead ? 1 : 0 },
        () => site.page.click('form button'),
      )
      await site.expectOnly({ identify: [{ email: 'own@shop.example' }] }, () =>
        site.page.evaluate(() => window.pique?.('identify', 'own@shop.example')),
      )
    })
  })

  test.each(['Global Privacy Control', 'Do Not Track'])(
    '%s yields to a person who consents, not to a default in the markup',
    async (signal) => {
      const tell = SIGNALS[signal]
      if (tell) await site.page.addInitScript(tell)
      site.collector.attributes = 'data-consent=granted'
      await site.openBody(FORM)
      expect(await kept()).toEqual(NOTHING)
      await site.page.evaluate(() => window.pique?.('consent', 'granted'))
      await site.page.fill('[type=email]', 'jane@shop.example')
      await site.expectOnly({ generate_lead: [{ has_email: true }], identify: 1 }, () =>
        site.page.click('form button'),
      )
      expect((await kept()).join()).toContain('_pq')
    },
  )
})

describe('a browser that leaves itself out', () => {
  afterEach(() => site.page.evaluate(() => localStorage.clear()))

  test('is told to nobody, keeps nothing new, and its calls do no harm', async () => {
    await site.page.addInitScript(() => localStorage.setItem('pique_ignore', '1'))
    await site.page.goto(site.collector.url('/one'))
    await site.page.evaluate(() => {
      window.pique?.('track', 'own')
      window.pique?.('identify', 'own@shop.example')
      window.pique?.('consent', 'granted')
      window.pique?.('is', 'hot', () => {})
    })
    await site.page.clock.runFor(20_000)
    expect(await kept()).toEqual(['', 'pique_ignore'])
    expect(site.collector.beacons).toEqual([])
  })
})
