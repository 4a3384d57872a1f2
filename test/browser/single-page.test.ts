import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { siteUnderTest } from '../support/site.ts'

const site = siteUnderTest()

/** An app as its owner would bundle it for release. */
async function bundle(name: string): Promise<string> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  })
  return built.outputFiles[0]?.text ?? ''
}

const APPS = ['app-react', 'app-vue', 'app-vanilla']
const bundles = new Map<string, string>()
beforeAll(async () => {
  for (const name of APPS) bundles.set(name, await bundle(name))
})

/** Serves an app at all its addresses and opens one. */
async function openApp(name: string, path = '/') {
  site.collector.routes.set('/app.js', (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundles.get(name)),
  )
  for (const address of ['/', '/about', '/team/7', '/team/8'])
    site.collector.documents.set(
      address,
      '<!doctype html><html><head><title>Home /</title><script defer src="/app.js"></script></head><body><div id=root></div></body></html>',
    )
  await site.open(path)
}
/** Follows a link and waits until its page is there: an app renders in its own time, not by the clock. */
const follow = (to: string) => async () => {
  await site.page.click(`nav a:text-is("to ${to}")`)
  const path = to.replace(/[?#].*/, '')
  await site.page.waitForFunction((path) => document.title.endsWith(` ${path}`), path)
}
const address = (path: string) => site.collector.url(path)
const views = () => site.collector.events('page_view')

const WITHOUT_NAVIGATION_API = () =>
  Object.defineProperty(window, 'navigation', { value: undefined })

describe.each(APPS)('%s', (app) => {
  describe.each(['with', 'without'])('%s a Navigation API', (navigation) => {
    const open = async () => {
      if (navigation === 'without') await site.page.addInitScript(WITHOUT_NAVIGATION_API)
      await openApp(app)
    }

    test('a changed path is one view, with its title and the page before', async () => {
      await open()
      await site.expectOnly({ page_view: 1 }, follow('/about'))
      await site.expectOnly({ page_view: 1 }, follow('/team/7'))
      await site.expectOnly({ page_view: 1 }, follow('/team/8'))
      expect(views()).toMatchObject([
        { url: address('/'), title: 'Home /' },
        { url: address('/about'), title: 'About /about', referrer: address('/') },
        { url: address('/team/7'), title: 'Team /team/7', referrer: address('/about') },
        { url: address('/team/8'), title: 'Team /team/8', referrer: address('/team/7') },
      ])
      expect(new Set(views().map((view) => view.view)).size).toBe(4)
    })

    test('back and forward are views, a query, a hash and the same page are none', async () => {
      await open()
      await site.expectOnly({}, follow('/?tab=2'))
      await site.expectOnly({ page_view: 1 }, follow('/about'))
      await site.expectOnly({}, follow('/about#history'))
      await site.expectOnly({}, () => site.page.goBack())
      await site.expectOnly({ page_view: 1 }, () =>
        site.page.evaluate(() => {
          history.go(-1)
        }),
      )
      expect(views().at(-1)).toMatchObject({
        url: address('/'),
        title: 'Home /',
        referrer: address('/about'),
      })
      await site.expectOnly({ page_view: 1 }, () => site.page.goForward())
      expect(views().at(-1)).toMatchObject({ url: address('/about'), title: 'About /about' })
      await site.expectOnly({}, follow('/about'))
    })

    test('attention is told for the page that had it', async () => {
      await open()
      await site.page.mouse.move(10, 10)
      await site.page.mouse.move(60, 60)
      await site.page.clock.runFor(6_000)
      await follow('/about')()
      await site.settle()
      const [first, second] = views()
      const told = site.collector
        .events('user_engagement')
        .filter((event) => event.view === first?.view)
      expect(told.at(-1)?.url).toBe(address('/'))
      const engagedMs = Number(told.at(-1)?.props?.engaged_ms)
      expect(engagedMs).toBeGreaterThanOrEqual(5_500)
      expect(engagedMs).toBeLessThan(9_000)
      expect(told.every((event) => event.at <= Number(second?.at) + 1_000)).toBe(true)
      await site.page.clock.runFor(16_000)
      const later = await site.collector.expectEvents('user_engagement', told.length + 1)
      expect(later.at(-1)).toMatchObject({ url: address('/about'), view: second?.view })
    })
  })

  test('what happens on a page carries its view and address', async () => {
    await openApp(app, '/about')
    await follow('/team/7')()
    await site.settle()
    const [settled] = site.collector.events('settled')
    expect(settled).toMatchObject({ url: address('/team/7'), view: views()[1]?.view })
  })

  test('left at once, the page in between was seen as well', async () => {
    await openApp(app)
    await site.settle()
    await follow('/about')()
    await site.page.goto(address('/team/7'))
    await site.collector.expectEvents('page_view', 3)
    expect(views().map((view) => view.url)).toEqual(['/', '/about', '/team/7'].map(address))
  })
})

describe('hash routes', () => {
  const HASHES = ['#/one', '#/one?sort=up', '#/two', '#there', '#!/three']
  const openHashes = () =>
    site.openBody(
      `${HASHES.map((hash) => `<a href="${hash}">${hash}</a> `).join('')}
      <script>onhashchange = () => { document.title = location.hash }</script>`,
    )
  /** Until the page has heard of it and set its title: the clock stands still meanwhile. */
  const followHash = (hash: string) => async () => {
    const heard = site.page.evaluate(
      () => new Promise<void>((resolve) => addEventListener('hashchange', () => resolve())),
    )
    await site.page.click(`a:text-is("${hash}")`)
    await heard
  }

  test('count with data-hash, without their query', async () => {
    site.collector.attributes = 'data-hash'
    await openHashes()
    await site.expectOnly({ page_view: 1 }, followHash('#/one'))
    await site.expectOnly({}, followHash('#/one?sort=up'))
    await site.expectOnly({ page_view: 1 }, followHash('#/two'))
    await site.expectOnly({ page_view: 1 }, () => site.page.evaluate(() => history.go(-2)))
    await site.expectOnly({ page_view: 1 }, followHash('#!/three'))
    expect(views().map((view) => view.url)).toEqual(
      ['/', '/#/one', '/#/two', '/#/one', '/#!/three'].map(address),
    )
    expect(views()[2]).toMatchObject({ title: '#/two', referrer: address('/#/one') })
  })

  test('are nothing without it', async () => {
    await openHashes()
    for (const hash of HASHES) await site.expectOnly({}, followHash(hash))
  })
})

test('a page that is called by hand is a view of its own', async () => {
  await site.openBody('')
  await site.expectOnly({ page_view: 1 }, () => site.page.evaluate(() => window.pique?.('page')))
})
