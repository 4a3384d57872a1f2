import Database from 'better-sqlite3'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

/** What a browser asks for is what it gets, from the page to the store; with the built collector. */

const FORM = `<form onsubmit="event.preventDefault()"><input type=email name=email><textarea name=text></textarea>
  <button>Send</button></form>`
const EMAIL = 'jane.private@shop.example'

const place = createPlace()
let collector: RunningCollector
let site: TagCollector
let browser: TestBrowser
let page: Page
let sent: string[] = []

beforeAll(async () => {
  collector = await startBuilt('start', place.store, ['--retention-months', '7'])
  browser = await launchBrowser()
  const sites = (await (await collector.api('/sites')).json()) as { data: { key: string }[] }
  site = await startTagCollector()
  site.source = `${collector.url}/pique.js?site=${sites.data[0]?.key}`
  site.bodies.set('/', FORM)
})
afterAll(async () => {
  await browser.close()
  await site.close()
  await collector.stop()
  place.remove()
})
beforeEach(async () => {
  sent = []
  site.attributes = ''
  page = await browser.context.newPage()
  page.on('request', (request) => {
    if (request.url() === `${collector.url}/e`) sent.push(request.postData() ?? '')
  })
})
afterEach(async () => {
  await page.close()
  await browser.context.clearCookies()
  await browser.context.setExtraHTTPHeaders({})
})

function read<T>(sql: string): T[] {
  const db = new Database(place.store, { readonly: true })
  try {
    return db.prepare(sql).pluck().all() as T[] // as selected
  } finally {
    db.close()
  }
}

const events = () =>
  read<string>('SELECT t.value FROM event e JOIN text t ON t.id = e.type ORDER BY e.session, e.n')

/** As a browser with the setting on: the header of every request, and the word to scripts. */
async function askForPrivacy(context: BrowserContext): Promise<void> {
  await context.setExtraHTTPHeaders({ 'Sec-GPC': '1' })
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
  )
}

/** Each test has a site of its own, of which nothing is kept yet. */
let visits = 0
const newSite = () => site.url('/', `www.shop${++visits}.test`)

async function sendForm(): Promise<void> {
  await page.goto(newSite())
  await page.fill('[name=email]', EMAIL)
  await page.fill('[name=text]', 'hello')
  await page.click('button')
}

/** All that a page may keep in a browser. */
const kept = async () => [
  ...(await browser.context.cookies()).map(({ name }) => name),
  ...(await page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => name),
    ...('caches' in window ? await caches.keys() : []), // only where the page is secure
  ])),
]

test('Global Privacy Control: no cookie, nothing kept, no e-mail, no browser id; the visit is counted', async () => {
  await askForPrivacy(browser.context)
  await sendForm()
  await waitFor(
    () => events().includes('generate_lead'),
    () => events().join(', '),
  )
  expect(events()).toContain('page_view')
  expect(await kept()).toEqual([])
  expect(sent.length).toBeGreaterThan(0)
  for (const body of sent) {
    expect(JSON.parse(body)).not.toHaveProperty('browser')
    expect(body).not.toContain('jane')
  }
  expect(read('SELECT count(*) FROM claim')).toEqual([0])
  expect(events()).not.toContain('identify')
  expect(read('SELECT cookieless FROM browser')).toEqual([1])
})

test('without a wish the same form says who it is, in a browser that is known again', async () => {
  await sendForm()
  await waitFor(
    () => events().includes('identify'),
    () => events().join(', '),
  )
  expect((await kept()).sort()).toEqual(['_pq', '_pq', '_pqs'])
  expect(read('SELECT email FROM claim')).toEqual([EMAIL])
})

test.each(['pending', 'denied'])('%s consent: nothing kept, nothing sent', async (consent) => {
  const before = events().length
  site.attributes = `data-consent=${consent}`
  await sendForm()
  // Whatever was to leave leaves with the page at the latest.
  await page.reload()
  expect(await kept()).toEqual([])
  await page.goto('about:blank')
  expect(sent).toEqual([])
  expect(events().length).toBe(before)
})

test('a public page says what the browser asks for, and what holds then', async () => {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  const say = async () => {
    await page.goto(`${collector.url}/privacy`)
    const output = page.locator('output')
    return [await output.getAttribute('data-gpc'), await output.getAttribute('data-dnt')]
  }
  expect(await say()).toEqual(['false', 'false'])
  await browser.context.setExtraHTTPHeaders({ DNT: '1' })
  expect(await say()).toEqual(['false', 'true'])
  await browser.context.setExtraHTTPHeaders({ 'Sec-GPC': '1' })
  expect(await say()).toEqual(['true', 'false'])
  expect(await page.locator('output').innerText()).toContain('is honoured')
  expect(await page.locator('[data-months]').innerText()).toBe('7 months')
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    expect([width, isWide]).toEqual([width, false])
  }
  expect(complaints).toEqual([])
  expect((await browser.context.cookies()).length).toBe(0)
  const gpc = await fetch(`${collector.url}/.well-known/gpc.json`)
  expect([gpc.headers.get('content-type'), await gpc.json()]).toEqual([
    'application/json',
    { gpc: true, lastUpdate: '2026-11-29' },
  ])
  await page.goto(`${collector.url}/login`)
  await page.click('a[href="/privacy"]')
  expect(await page.locator('h1').innerText()).toBe('How your visit is measured')
})
