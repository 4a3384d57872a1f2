/**
 * The tag on pages where something is broken, replaced or forbidden: nothing it does may throw into the
 * page, speak in its console, change what the page has, or do what costs the page time. Each breakage is
 * made before anything else runs, and the page is then used; where events can still get out, they must.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

let browser: TestBrowser
let collector: TagCollector
let page: Page
let complaints: string[]

/** What the page itself sees of trouble; the test browser's own view of it is `complaints`. */
interface Watched {
  readonly troubles: readonly string[]
  readonly listened: readonly { readonly type: string; readonly isPassive: boolean }[]
  readonly prevented: readonly string[]
  readonly globals: readonly string[]
}

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  collector.bodies.set('/', BODY)
  collector.bodies.set('/next', BODY)
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  complaints = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
  await page.clock.install()
  await page.addInitScript(watch)
})
afterEach(async () => {
  await page.close()
  await collector.close()
})

/** A page with one of everything that the tag looks at. */
const BODY = `<div style="height:3000px"><a id=out href="https://other.example/x">out</a> <a id=pdf href="/a.pdf">pdf</a>
  <form id=lead><input name=n autocomplete=name><input id=e type=email name=e><textarea name=m></textarea>
  <button id=send>Send</button></form><button id=cart data-pique-cart=add>Add</button>
  <script type="application/ld+json">{"@type":"Product","name":"Desk","sku":"D1"}</script>
  <script>var dataLayer = [{ event: 'view_cart' }]
  document.addEventListener('click', (event) => event.target.closest('a') && event.preventDefault())
  document.addEventListener('submit', (event) => event.preventDefault())</script></div>`

/** Runs in the page before everything else, and before what breaks it. */
function watch(): void {
  const troubles: string[] = []
  const listened: { type: string; isPassive: boolean }[] = []
  const prevented: string[] = []
  Object.assign(window, { watched: { troubles, listened, prevented, globals: [] } })
  addEventListener('error', (event) => troubles.push(`error: ${event.message}`))
  addEventListener('unhandledrejection', (event) => troubles.push(`rejection: ${event.reason}`))
  addEventListener('securitypolicyviolation', (event) =>
    troubles.push(`policy: ${event.blockedURI}`),
  )
  window.onerror = (message) => void troubles.push(`onerror: ${message}`)
  window.onunhandledrejection = (event) => void troubles.push(`onrejection: ${event.reason}`)
  const { addEventListener: listen } = EventTarget.prototype
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const isOfTheTag = /pique[\w-]*\.js/.test(new Error('where').stack ?? '')
    if (isOfTheTag)
      listened.push({ type, isPassive: typeof options === 'object' && !!options?.passive })
    return listen.call(this, type, listener, options)
  }
  const { preventDefault } = Event.prototype
  Event.prototype.preventDefault = function () {
    if (/pique[\w-]*\.js/.test(new Error('where').stack ?? '')) prevented.push(this.type)
    return preventDefault.call(this)
  }
}

const watched = () => page.evaluate(() => (window as unknown as { watched: Watched }).watched)

/** What a person does there, each step of which the page must survive. */
async function use(): Promise<void> {
  await page.mouse.move(20, 20)
  await page.mouse.move(60, 60)
  for (const id of ['out', 'pdf', 'cart']) await page.click(`#${id}`)
  await page.fill('#e', 'jane@shop.example')
  await page.press('#e', 'Enter')
  await page.mouse.wheel(0, 400)
  await page.evaluate(() => {
    window.pique?.('track', 'own', { a: 1 })
    window.pique?.('identify', '42', { plan: 'pro' })
    window.pique?.('is', 'hot', () => {})
    window.pique?.('nonsense')
    window.pique?.()
    window.pique?.('track')
    window.pique?.('identify')
    const circle: Record<string, unknown> = {}
    circle.self = circle
    window.pique?.('track', 'circle', circle)
    window.pique?.('track', 'huge', { text: 'x'.repeat(200_000) })
    window.pique?.('track', 'odd', { big: 10n, symbol: Symbol('s'), run: () => 1, none: undefined })
    window.pique?.('consent', 'granted')
  })
  try {
    await page.evaluate(() => history.pushState({}, '', '/in-page'))
  } catch {
    // A page may have forbidden that to itself.
  }
  await page.evaluate(() => {
    dispatchEvent(new Event('offline'))
    dispatchEvent(new Event('online'))
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    window.pique?.('reset')
    window.pique?.('track', 'after')
  })
}

async function expectNoTrouble(): Promise<void> {
  // Some beats, deliveries and retries later, what was to fail has failed.
  await page.clock.runFor(5_000)
  expect((await watched()).troubles).toEqual([])
  expect(complaints).toEqual([])
}

interface Breakage {
  readonly name: string
  /** Runs in the page before everything else. */
  readonly breaks: () => void
  /** Nothing can be sent, so nothing is expected. */
  readonly isMute?: true
}

const BREAKAGES: readonly Breakage[] = [
  { name: 'nothing', breaks: () => {} },
  {
    name: 'localStorage throws',
    breaks: () =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('no', 'SecurityError')
        },
      }),
  },
  {
    name: 'localStorage is null',
    breaks: () => Object.defineProperty(window, 'localStorage', { value: null }),
  },
  {
    name: 'localStorage is full',
    breaks: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError')
      }
    },
  },
  {
    name: 'localStorage holds nonsense',
    breaks: () => {
      for (const key of ['_pq', '_pqq', '_pqs']) localStorage.setItem(key, '{"not": [what, it was')
    },
  },
  {
    name: 'localStorage holds JSON of another kind',
    breaks: () => {
      for (const key of ['_pq', '_pqq', '_pqs']) localStorage.setItem(key, '{"a":[null,1]}')
    },
  },
  {
    name: 'the queue holds nothings',
    breaks: () => localStorage.setItem('_pqq', '[null,{},{"events":[]},{"events":null},7,"x"]'),
  },
  {
    name: 'cookies throw',
    breaks: () =>
      Object.defineProperty(Document.prototype, 'cookie', {
        get() {
          throw new DOMException('no', 'SecurityError')
        },
        set() {
          throw new DOMException('no', 'SecurityError')
        },
      }),
  },
  {
    name: 'cookies cannot be written',
    breaks: () =>
      Object.defineProperty(Document.prototype, 'cookie', {
        get: () => '_pq=%%%; _pqs=NaN.NaN; a=b',
        set() {
          throw new DOMException('no', 'SecurityError')
        },
      }),
  },
  {
    name: 'cookies are nonsense',
    breaks: () => {
      // biome-ignore lint/suspicious/noDocumentCookie: what the page has
      document.cookie = '_pq=nonsense;path=/'
      // biome-ignore lint/suspicious/noDocumentCookie: what the page has
      document.cookie = '_pqs=x.y.z;path=/'
    },
  },
  {
    name: 'fetch is missing',
    breaks: () => Object.defineProperty(window, 'fetch', { value: undefined }),
    isMute: true,
  },
  {
    name: 'fetch throws',
    breaks: () => {
      window.fetch = () => {
        throw new TypeError('blocked')
      }
    },
    isMute: true,
  },
  {
    name: 'fetch rejects',
    breaks: () => {
      window.fetch = () => Promise.reject(new TypeError('blocked'))
    },
    isMute: true,
  },
  {
    name: 'fetch rejects with nothing',
    breaks: () => {
      window.fetch = () => Promise.reject()
    },
    isMute: true,
  },
  {
    name: 'fetch never answers',
    breaks: () => {
      window.fetch = () => new Promise(() => {})
    },
    isMute: true,
  },
  {
    name: 'fetch answers with nothing',
    breaks: () => {
      window.fetch = (async () => undefined) as unknown as typeof fetch // a blocker's stub
    },
    isMute: true,
  },
  {
    name: 'fetch and sendBeacon throw',
    breaks: () => {
      window.fetch = () => {
        throw new TypeError('blocked')
      }
      navigator.sendBeacon = () => {
        throw new TypeError('blocked')
      }
    },
    isMute: true,
  },
  {
    name: 'sendBeacon throws',
    breaks: () => {
      navigator.sendBeacon = () => {
        throw new TypeError('blocked')
      }
    },
  },
  {
    name: 'sendBeacon is missing',
    breaks: () => Object.defineProperty(navigator, 'sendBeacon', { value: undefined }),
  },
  {
    name: 'locks are missing',
    breaks: () => Object.defineProperty(navigator, 'locks', { value: undefined }),
  },
  {
    name: 'locks throw',
    breaks: () => {
      LockManager.prototype.request = () => {
        throw new DOMException('no', 'SecurityError')
      }
    },
  },
  {
    name: 'locks reject',
    breaks: () => {
      LockManager.prototype.request = () => Promise.reject(new DOMException('no', 'SecurityError'))
    },
  },
  {
    name: 'Array.prototype is full of enumerable things',
    breaks: () =>
      Object.assign(Array.prototype, {
        each() {},
        remove() {},
        last: 7,
        junk: { events: [1] },
      }),
  },
  {
    name: 'Object.prototype is full of enumerable things',
    breaks: () =>
      Object.assign(Object.prototype, {
        extend() {},
        type: 'junk',
        junk: 'x',
        0: 'zero',
      }),
  },
  {
    name: 'methods of the last years are missing',
    breaks: () => {
      for (const [owner, names] of [
        [Array.prototype, ['at', 'findLast', 'toSorted', 'toReversed', 'toSpliced']],
        [String.prototype, ['at', 'replaceAll']],
        [Object, ['hasOwn', 'groupBy']],
        [Element.prototype, ['checkVisibility']],
        [AbortSignal, ['any', 'timeout']],
        [Promise, ['withResolvers', 'try']],
      ] as const)
        for (const name of names) Reflect.deleteProperty(owner, name)
    },
  },
  {
    name: 'crypto is missing',
    breaks: () => Object.defineProperty(window, 'crypto', { value: undefined }),
  },
  {
    name: 'crypto has no randomUUID, as on plain http',
    breaks: () => Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined }),
  },
  {
    name: 'URL is a bad polyfill without searchParams',
    breaks: () => {
      const Real = URL
      Object.assign(window, {
        URL: function BadUrl(this: Record<string, string>, href: string, base?: string) {
          const { protocol, host, hostname, pathname, search, hash, origin } = new Real(href, base)
          Object.assign(this, { protocol, host, hostname, pathname, search, hash, origin, href })
        },
      })
    },
    isMute: true,
  },
  {
    name: 'URL throws',
    breaks: () =>
      Object.assign(window, {
        URL: () => {
          throw new TypeError('no')
        },
      }),
    isMute: true,
  },
  {
    name: 'history is frozen',
    breaks: () => {
      Object.freeze(History.prototype)
      Object.freeze(history)
    },
  },
  {
    name: 'history is frozen and there is no Navigation API',
    breaks: () => {
      Object.defineProperty(window, 'navigation', { value: undefined })
      Object.freeze(History.prototype)
      Object.freeze(history)
    },
  },
  {
    name: 'the Navigation API is missing',
    breaks: () => Object.defineProperty(window, 'navigation', { value: undefined }),
  },
  {
    name: 'the data layer is text',
    breaks: () => Object.defineProperty(window, 'dataLayer', { value: 'text' }),
  },
  {
    name: 'the data layer is an object without entries',
    breaks: () => Object.defineProperty(window, 'dataLayer', { value: { push: 1, length: 3 } }),
  },
  {
    name: 'the data layer throws when looked at',
    breaks: () =>
      Object.defineProperty(window, 'dataLayer', {
        get() {
          throw new TypeError('not yours')
        },
        set() {},
      }),
  },
  {
    name: 'the entries of the data layer throw when looked at',
    breaks: () => {
      const entry = new Proxy(
        {},
        {
          get() {
            throw new TypeError('not yours')
          },
        },
      )
      Object.defineProperty(window, 'dataLayer', { value: [entry, null, undefined, 1, [entry]] })
    },
  },
  {
    name: 'timers, performance and the scheduler are replaced',
    breaks: () => {
      Object.defineProperty(window, 'requestIdleCallback', { value: undefined })
      Object.defineProperty(window, 'scheduler', { value: undefined })
      Object.defineProperty(window, 'performance', { value: undefined })
      Object.defineProperty(window, 'PerformanceObserver', { value: undefined })
      Object.defineProperty(window, 'queueMicrotask', { value: undefined })
    },
  },
  {
    name: 'window.pique is a frozen stub',
    breaks: () => {
      const stub = Object.assign(() => {}, { q: Object.freeze([]) })
      Object.defineProperty(window, 'pique', { value: Object.freeze(stub), writable: false })
    },
    isMute: true,
  },
  {
    name: 'window.pique is an object of somebody else',
    breaks: () => Object.assign(window, { pique: { theirs: true } }),
    isMute: true,
  },
  {
    name: 'window.pique cannot be defined',
    breaks: () =>
      Object.defineProperty(window, 'pique', {
        get: () => undefined,
        set() {
          throw new TypeError('no')
        },
      }),
    isMute: true,
  },
]

describe('a page that is broken in its own way is not broken further', () => {
  test.each(BREAKAGES.map((breakage) => [breakage.name, breakage] as const))(
    '%s',
    async (_name, { breaks, isMute }) => {
      await page.addInitScript(breaks)
      await page.goto(collector.url('/'))
      if (!isMute) await collector.expectEvents('page_view', 1)
      if ((await page.evaluate(() => typeof window.pique)) === 'function') await use()
      await expectNoTrouble()
      if (isMute) return
      for (const type of ['page_view', 'own', 'after']) await collector.expectEvents(type, 1)
      for (const { batch } of collector.beacons) {
        expect(Array.isArray(batch.events)).toBe(true)
        for (const event of batch.events) {
          expect(event.id).toMatch(/^[\da-f-]{36}$/)
          expect(event.props).not.toHaveProperty('junk')
        }
      }
    },
  )

  test.each([
    ['is', []],
    ['is', ['hot']],
    ['is', ['hot', 'no function']],
    ['identify', [null]],
    ['identify', ['42', null, null]],
    ['track', [null, null]],
    ['track', ['x', 7]],
    ['consent', []],
    ['consent', [{}]],
    ['toString', []],
    ['__proto__', []],
    ['constructor', []],
  ])('a careless call: pique(%j, …%j)', async (name, given) => {
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.evaluate(([name, given]) => window.pique?.(name, ...given), [name, given] as const)
    await expectNoTrouble()
  })

  test('a callback of the page that throws is the page’s own error, and stops nothing', async () => {
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => {
      window.pique?.('is', 'hot', () => {
        throw new Error('of the page')
      })
      window.pique?.('track', 'then')
    })
    await page.clock.runFor(5_000)
    await collector.expectEvents('then', 1)
  })

  test('an element whose id is pique', async () => {
    collector.bodies.set('/', `<div id=pique>ours</div>${BODY}`)
    await page.goto(collector.url('/'))
    await page.click('#cart')
    await expectNoTrouble()
    expect(await page.textContent('#pique')).toBe('ours')
  })

  test('forms whose fields hide the properties of a form', async () => {
    collector.bodies.set(
      '/',
      `<form id=f onsubmit="event.preventDefault()"><input name=id><input name=elements><input name=dataset>
       <input name=matches><input name=closest><input name=checkValidity>
       <input name=attributes><input name=e type=email><button id=go>Go</button></form>`,
    )
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.evaluate(() => document.querySelector<HTMLElement>('[name=e]')?.focus())
    await page.keyboard.type('jane@shop.example')
    await page.keyboard.press('Enter')
    await expectNoTrouble()
  })

  test('a foreign window.pique is left as it is', async () => {
    await page.addInitScript(() => Object.assign(window, { pique: Object.freeze({ theirs: 1 }) }))
    await page.goto(collector.url('/'))
    await page.click('#cart')
    await expectNoTrouble()
    expect(await page.evaluate(() => window.pique as unknown)).toEqual({ theirs: 1 })
  })

  test('a collector that answers anything but what it should', async () => {
    for (const status of [200, 204, 302, 400, 403, 404, 413, 429, 500, 503]) {
      collector.answer = { status }
      const before = collector.beacons.length
      await page.goto(collector.url('/'))
      await waitFor(
        () => collector.beacons.length > before,
        () => `a beacon to answer with ${status}`,
      )
    }
    await expect.poll(async () => (await watched()).troubles).toEqual([])
    // The browser itself reports a failed request; that is not the tag's to silence.
    expect(complaints.filter((complaint) => !/Failed to load resource/.test(complaint))).toEqual([])
  })
})

describe('what the page has stays as it was', () => {
  test('one new global, and nothing that the page owns is replaced', async () => {
    await page.addInitScript(() => {
      const names = (owner: object) =>
        Object.entries(Object.getOwnPropertyDescriptors(owner)).filter(([name]) => name !== 'pique')
      const owners = () => ({
        window,
        navigator,
        history,
        document,
        History: History.prototype,
        Navigator: Navigator.prototype,
        Document: Document.prototype,
        Storage: Storage.prototype,
        XMLHttpRequest: XMLHttpRequest.prototype,
        HTMLFormElement: HTMLFormElement.prototype,
        Element: Element.prototype,
        Array: Array.prototype,
        Event: Event.prototype,
      })
      const take = () =>
        Object.entries(owners()).map(([owner, object]) => [owner, new Map(names(object))] as const)
      const before = take()
      Object.assign(window, {
        changes: () => {
          const now = new Map(take())
          return before.flatMap(([owner, old]) => {
            const current = now.get(owner) ?? new Map()
            return [...new Set([...old.keys(), ...current.keys()])]
              .filter((name) => {
                const [a, b] = [old.get(name), current.get(name)]
                return !Object.is(a?.value, b?.value) || a?.get !== b?.get || a?.set !== b?.set
              })
              .map((name) => `${owner}.${name}`)
          })
        },
      })
    })
    collector.bodies.set('/', '<button id=b>b</button>')
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.click('#b')
    const changes: readonly string[] = await page.evaluate('changes()')
    const own = /^window\.(changes|watched|b)$/
    // What the fixture has, and what Chromium changes by itself.
    expect(changes.filter((name) => !own.test(name) && name !== 'window.event')).toEqual([])
    expect(await page.evaluate(() => typeof window.pique)).toBe('function')
  })

  test.each([
    ['with a Navigation API', false],
    ['without', true],
  ])('history keeps names, lengths, answers and exceptions, %s', async (_name, isWithout) => {
    if (isWithout)
      await page.addInitScript(() =>
        Object.defineProperty(window, 'navigation', { value: undefined }),
      )
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    const seen = await page.evaluate(() => {
      const attempt = (run: () => unknown) => {
        try {
          return String(run())
        } catch (error) {
          return (error as Error).name // what the platform throws is an Error
        }
      }
      return (['pushState', 'replaceState'] as const).map((name) => [
        history[name].name,
        history[name].length,
        attempt(() => history[name]({ a: 1 }, '', `/${name}`)),
        attempt(() => history[name]({}, '', 'https://elsewhere.example/')),
        attempt(() => history[name](() => {}, '', '/function')),
        attempt(() => Reflect.apply(history[name], {}, [{}, '', '/x'])),
        attempt(() => Reflect.apply(history[name], history, [])),
        JSON.stringify(history.state),
        location.pathname,
      ])
    })
    expect(seen).toEqual(
      ['pushState', 'replaceState'].map((name) => [
        name,
        2,
        'undefined',
        'SecurityError',
        'DataCloneError',
        'TypeError',
        'TypeError',
        '{"a":1}',
        `/${name}`,
      ]),
    )
    // Without the Navigation API one look may find both changes.
    await waitFor(
      () => collector.events('page_view').some(({ url }) => url?.endsWith('/replaceState')),
      () => 'the last view',
    )
  })

  test('the events of the page go on: nothing is prevented, stopped or waited for', async () => {
    await page.addInitScript(() => {
      const stopped: string[] = []
      Object.assign(window, { stopped })
      for (const name of ['stopPropagation', 'stopImmediatePropagation'] as const) {
        const real = Event.prototype[name]
        Event.prototype[name] = function () {
          stopped.push(this.type)
          real.call(this)
        }
      }
    })
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await use()
    await collector.expectEvents('after', 1)
    const { listened, prevented } = await watched()
    expect(await page.evaluate('stopped')).toEqual([])
    expect(prevented).toEqual([])
    const types = listened.map(({ type }) => type)
    expect(types.length).toBeGreaterThan(5)
    for (const type of ['unload', 'beforeunload']) expect(types).not.toContain(type)
    // These hold up scrolling where they may be cancelled; on the window browsers take the first three
    // as passive, a touch on anything else has to say so.
    for (const { type, isPassive } of listened)
      if (/^(touch|wheel|mousewheel|pointerrawupdate)/.test(type))
        expect([type, isPassive]).toEqual([type, true])
  })
})

describe('what costs time', () => {
  test('Intl is not touched at start', async () => {
    await page.addInitScript(() => {
      const touched: string[] = []
      Object.assign(window, { touched })
      const real = Intl
      const isOfTheTag = () => /pique[\w-]*\.js/.test(new Error('where').stack ?? '')
      Object.defineProperty(window, 'Intl', {
        get() {
          if (isOfTheTag()) touched.push('Intl')
          return real
        },
      })
      for (const [owner, names] of [
        [Date.prototype, ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']],
        [Number.prototype, ['toLocaleString']],
        [String.prototype, ['localeCompare', 'normalize', 'toLocaleLowerCase']],
      ] as const)
        for (const name of names)
          Object.defineProperty(owner, name, {
            value: () => {
              if (isOfTheTag()) touched.push(name)
              return ''
            },
          })
    })
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    expect(await page.evaluate('touched')).toEqual([])
  })

  test('no layout at start, no synchronous request, no wait', async () => {
    await page.addInitScript(() => {
      const done: string[] = []
      Object.assign(window, { done })
      const isOfTheTag = () => /pique[\w-]*\.js/.test(new Error('where').stack ?? '')
      for (const [owner, names] of [
        [Element.prototype, ['scrollHeight', 'scrollTop', 'clientHeight', 'clientWidth']],
        [HTMLElement.prototype, ['offsetHeight', 'offsetWidth', 'innerText']],
        [window, ['scrollY', 'pageYOffset', 'innerHeight', 'innerWidth']],
      ] as const)
        for (const name of names) {
          const property = Object.getOwnPropertyDescriptor(owner, name)
          if (property?.get)
            Object.defineProperty(owner, name, {
              ...property,
              get() {
                if (isOfTheTag()) done.push(name)
                return property.get?.call(this)
              },
            })
        }
      const { open } = XMLHttpRequest.prototype
      XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...rest: unknown[]) {
        done.push('XMLHttpRequest')
        return Reflect.apply(open, this, rest)
      } as typeof open // it hands everything on
      document.write = () => done.push('document.write')
    })
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    expect(await page.evaluate('done')).toEqual([])
  })
})
