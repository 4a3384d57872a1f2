import bundled from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

/** The page does not notice the tag: no long task, no word on the console, nothing that keeps it from
 *  coming back whole. */

declare global {
  interface Window {
    longTasks: number[]
  }
}

let browser: Browser
let collector: TagCollector
let page: Page
let said: string[]

beforeAll(async () => {
  // With the back/forward cache, which the library that drives the browser switches off by itself.
  browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? (await bundled.executablePath()),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: ['--no-sandbox', '--disable-background-networking'],
  })
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  page = await browser.newPage()
  said = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
})
afterEach(async () => {
  await page.close()
  await collector.close()
})

/** A load, an in-page navigation, leaving, the way back, and a return from the back/forward cache. */
async function visit(): Promise<void> {
  const before = collector.events('page_view').length
  const expectViews = (count: number) => collector.expectEvents('page_view', before + count)
  await page.goto(collector.url('/one'))
  await expectViews(1)
  await page.evaluate(() => history.pushState({}, '', '/two'))
  await expectViews(2)
  await page.goto(collector.url('/three'))
  await expectViews(3)
  // Its answer may be lost with the page.
  await page.evaluate(() => history.back()).catch(() => {})
  await expectViews(4)
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await expectViews(5)
}

test('load, in-page navigation, leaving and returning are silent', async () => {
  await visit()
  expect(said).toEqual([])
})

test('no task is long', async () => {
  await page.addInitScript(() => {
    window.longTasks = []
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(duration)
    }).observe({ type: 'longtask', buffered: true })
  })
  // A machine that is busy with something else makes long tasks of its own; the tag's would come always.
  const perVisit: number[][] = []
  for (let i = 0; i < 3 && perVisit.every((tasks) => tasks.length > 0); i += 1) {
    await visit()
    perVisit.push(await page.evaluate(() => window.longTasks))
  }
  expect(perVisit).toContainEqual([])
})

/** Why a page that was left and returned to was not restored, by what it does itself. */
async function obstacles(): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page)
  const reasons: string[] = []
  let isReturned = false
  await session.send('Page.enable')
  // A headless browser has no such cache; it names that too, as a circumstance, beside all the others.
  session.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
    isReturned = true
    for (const { type, reason } of notRestoredExplanations)
      if (type !== 'Circumstantial') reasons.push(reason)
  })
  const told = (path: string) =>
    waitFor(
      () =>
        collector.beacons.some(({ batch }) =>
          batch.events.some(({ url }) => url === collector.url(path)),
        ),
      () => `word of ${path}`,
    )
  await page.goto(collector.url('/one'))
  await told('/one')
  await page.goto(collector.url('/two'))
  await told('/two')
  // Its answer may be lost with the page.
  await page.evaluate(() => history.back()).catch(() => {})
  await waitFor(
    () => isReturned && page.url() === collector.url('/one'),
    () => page.url(),
  )
  await session.detach()
  return reasons
}

describe('nothing keeps the page from the back/forward cache', () => {
  test('once it has told what there was', async () => {
    expect(await obstacles()).toEqual([])
    collector.head = '<script>addEventListener("unload", () => {})</script>'
    expect(await obstacles()).toContain('UnloadHandlerExistsInMainFrame')
  })

  test('while the collector hangs', async () => {
    collector.answer = 'hang'
    expect(await obstacles()).toEqual([])
  })
})
