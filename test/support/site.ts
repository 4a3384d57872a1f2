/**
 * A site under test and somebody who visits it, one collector and one page a test. A test acts and
 * says exactly what came of it: the tag is given time, then a later event of the same page
 * shows that what was to come has come. Time is the browser's clock, wound forward by hand.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { WireEvent } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from './browser.ts'
import { startTagCollector, type TagCollector, waitFor } from './tag-collector.ts'

/** How many of a type, or of each the props it must have. */
type Expected = Readonly<Record<string, number | readonly Readonly<Record<string, unknown>>[]>>

export interface Site {
  readonly collector: TagCollector
  readonly context: BrowserContext
  readonly page: Page
  /** Serves files of `fixtures/` as the documents of paths. */
  readonly serve: (documents: Readonly<Record<string, string>>) => void
  /** Serves one page with this body, at `/`, and opens it. */
  readonly openBody: (body: string) => Promise<void>
  /** Opens a page of the site and waits until it is counted. */
  readonly open: (path: string, host?: string) => Promise<void>
  /** Lets pass whatever the tag waits for, and waits for a later event of the same page. */
  readonly settle: () => Promise<void>
  /** Acts; these events and no other must come of it, but for those of mere presence. */
  readonly expectOnly: (
    expected: Expected,
    act: () => Promise<unknown>,
  ) => Promise<readonly WireEvent[]>
  /** What the page's scripts threw. */
  readonly errors: readonly string[]
  /** Everything that any batch has said, as text. */
  readonly sent: () => string
}

/** Longer than a batch is gathered, or the tag waits for a second teller of the same action. */
const ALL_IS_SAID_MS = 4_000
const OF_PRESENCE = new Set(['session_start', 'user_engagement', 'form_start', 'settled'])

export const fixture = (name: string) =>
  readFileSync(new URL(`../browser/fixtures/${name}`, import.meta.url), 'utf8')

const require = createRequire(import.meta.url)
/** A shop's jQuery. */
export const jquery = () => readFileSync(require.resolve('jquery/dist/jquery.min.js'), 'utf8')

export function siteUnderTest(): Site {
  let browser: TestBrowser
  let collector: TagCollector
  let page: Page
  let errors: string[] = []
  /** Files of the tag that the page has asked for since it settled last, and those still on their way. */
  let asked = 0
  const coming = new Set<Request>()
  let opened = 0
  let settled = 0

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    collector = await startTagCollector()
    await browser.context.clearCookies()
    page = await browser.context.newPage()
    await page.clock.install()
    errors = []
    asked = 0
    coming.clear()
    opened = 0
    settled = 0
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('request', (request) => {
      if (!/\/pique-\w+\.js/.test(request.url())) return
      asked += 1
      coming.add(request)
    })
    page.on('requestfinished', (request) => coming.delete(request))
    page.on('requestfailed', (request) => coming.delete(request))
  })
  afterEach(async () => {
    await page.close()
    await collector.close()
    expect(errors).toEqual([])
  })

  const site: Site = {
    get collector() {
      return collector
    },
    get context() {
      return browser.context
    },
    get page() {
      return page
    },
    get errors() {
      return errors
    },
    serve(documents) {
      for (const [path, name] of Object.entries(documents))
        collector.documents.set(path, fixture(name))
    },
    async openBody(body) {
      collector.bodies.set('/', body)
      await site.open('/')
    },
    async open(path, host) {
      opened = collector.events('page_view').length
      await page.goto(collector.url(path, host))
      await collector.expectEvents('page_view', opened + 1)
    },
    async settle() {
      await page.clock.runFor(ALL_IS_SAID_MS)
      // The page's clock runs ahead of the network: a file that it asked for has its say after that.
      await page.evaluate(() => {})
      if (asked) {
        await waitFor(
          () => coming.size === 0,
          () => `files on their way: ${[...coming].map((request) => request.url())}`,
        )
        asked = 0
        await page.evaluate(() => {})
        await page.clock.runFor(ALL_IS_SAID_MS)
      }
      await page.evaluate(() => window.pique?.('track', 'settled'))
      await page.clock.runFor(ALL_IS_SAID_MS)
      settled += 1
      await collector.expectEvents('settled', settled)
    },
    async expectOnly(expected, act) {
      // What the page had to say by itself is over.
      if (page.url() !== 'about:blank') await site.settle()
      const before = new Set(collector.events().map((event) => event.id))
      const come = () =>
        collector.events().filter((event) => !before.has(event.id) && !OF_PRESENCE.has(event.type))
      await act()
      await page.waitForLoadState()
      await site.settle()
      const counts: Record<string, number> = {}
      for (const { type } of come()) counts[type] = (counts[type] ?? 0) + 1
      expect(counts).toEqual(
        Object.fromEntries(
          Object.entries(expected)
            .map(([type, wanted]) => [type, typeof wanted === 'number' ? wanted : wanted.length])
            .filter(([, count]) => count),
        ),
      )
      for (const [type, wanted] of Object.entries(expected))
        if (typeof wanted !== 'number')
          expect(
            come()
              .filter((event) => event.type === type)
              .map((event) => event.props),
          ).toMatchObject(wanted)
      return come()
    },
    sent: () => JSON.stringify(collector.beacons.map(({ batch }) => batch)),
  }
  return site
}
