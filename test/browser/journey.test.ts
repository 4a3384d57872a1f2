import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadJson, TimelineSessionJson } from '../../collector/store/shapes.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'

/**
 * The main job, as a person does it: from a campaign link to an explained score, in a real browser,
 * on the demo shop, with the real tag and the built collector.
 */

const EMAIL = 'grace@norrsken.example'
const CAMPAIGN = 'utm_source=newsletter&utm_medium=email&utm_campaign=spring-launch'
const TEST_MS = 120_000
/** The second visit comes after the first has ended by 30 idle minutes. */
const LATER_MS = 31 * 60_000

let collector: RunningCollector
let browser: TestBrowser
const place = createPlace()

beforeAll(async () => {
  collector = await startBuilt('demo', place.store)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function lead(): Promise<LeadJson | null> {
  const answer = await collector.api(`/leads/${encodeURIComponent(`email:${EMAIL}`)}`)
  return answer.ok ? answer.json() : null
}

/** Asks until there is an answer; the time it took tells how late the collector is. */
async function within<T>(ms: number, ask: () => Promise<T | null>): Promise<T> {
  const endAt = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (Date.now() > endAt) throw new Error(`nothing within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Moves the pointer now and then, as somebody who reads. */
async function read(page: Page, ms: number): Promise<void> {
  for (let spent = 0; spent < ms; spent += 500) {
    await page.mouse.move(200 + (spent % 300), 300)
    await page.mouse.wheel(0, 40)
    await page.waitForTimeout(500)
  }
}

test('from a campaign link to an explained score', { timeout: TEST_MS }, async () => {
  const page = await browser.context.newPage()
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))

  // First visit: a campaign link, some reading, 20 s on pricing, the guide, the cart.
  await page.goto(`${collector.url}/demo?${CAMPAIGN}`)
  await read(page, 4_000)
  await page.goto(`${collector.url}/demo/pricing`)
  await read(page, 20_500)
  await page.goto(`${collector.url}/demo/guide`)
  const download = page.waitForEvent('download')
  await page.locator('a[href$=".pdf"]').first().click()
  await download
  await page.goto(`${collector.url}/demo/products`)
  await page.locator('a[href^="/demo/products/"]').first().click()
  await page.locator('[data-pique-cart="add"]').first().click()
  await page.waitForLoadState()
  await page.close()

  // Second visit, later: straight to the contact form.
  const later = await browser.context.newPage()
  await later.clock.install({ time: Date.now() + LATER_MS })
  await later.goto(`${collector.url}/demo/contact`)
  await later.clock.resume()
  await read(later, 3_500)
  await later.fill('[autocomplete="name"]', 'Grace Nyström')
  await later.fill('form[action$="/contact"] [type="email"]', EMAIL)
  await later.fill('textarea', 'Could you call me about twelve offices?')
  const submittedAt = Date.now()
  await later.locator('form[action$="/contact"] [type="submit"]').click()

  const found = await within(2_000, async () => {
    const one = await lead()
    return one?.reasons.some(({ rule }) => rule === 'contact_form') ? one : null
  })
  expect(Date.now() - submittedAt).toBeLessThan(2_500)
  expect(found.first_touch).toMatchObject({
    source: 'newsletter',
    medium: 'email',
    campaign: 'spring-launch',
    channel: 'Email',
  })
  const rules = found.reasons.map(({ rule }) => rule)
  for (const rule of ['pricing_time', 'download', 'cart', 'contact_form', 'visit']) {
    expect(rules).toContain(rule)
  }
  expect(found.reasons.reduce((sum, { milli }) => sum + milli, 0)).toBe(found.score_milli)
  for (const rule of ['download', 'cart', 'contact_form']) {
    expect(found.reasons.find((reason) => reason.rule === rule)?.count, rule).toBe(1)
  }
  const pricing = found.reasons.find(({ rule }) => rule === 'pricing_time')
  expect(pricing?.engaged_ms).toBeGreaterThan(18_000)
  expect(pricing?.engaged_ms).toBeLessThan(25_000)
  expect(found.name).toBe('Grace Nyström')

  const timeline: { data: TimelineSessionJson[] } = await (
    await collector.api(`/leads/${found.id}/timeline`)
  ).json()
  expect(timeline.data).toHaveLength(2)
  expect(timeline.data[1]?.source?.campaign).toBe('spring-launch')

  // The dashboard shows the same, to the milli-point.
  const owner = await browser.context.newPage()
  owner.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await owner.goto(collector.dashboard)
  await owner.goto(`${collector.url}/leads/${found.id}`)
  expect(await shownTotal(owner)).toBe((await lead())?.score_milli)
  expect(await shownLines(owner)).toBe(await shownTotal(owner))
  await owner.goto(`${collector.url}/leads?q=grace`)
  expect(await owner.textContent('main')).toContain('Grace Nyström')
  expect(errors).toEqual([])
})

test('stopping and starting changes nothing', { timeout: TEST_MS }, async () => {
  const kept = createPlace()
  const first = await startBuilt('start', kept.store)
  const { data } = await (await first.api('/sites')).json()
  const now = Date.now()
  const events = [
    { id: crypto.randomUUID(), type: 'page_view', at: now - 900, url: 'https://s.example/pricing' },
    { id: crypto.randomUUID(), type: 'add_to_cart', at: now - 800 },
    { id: crypto.randomUUID(), type: 'identify', at: now - 700, props: { email: EMAIL } },
  ]
  const sent = await fetch(`${first.url}/e`, {
    method: 'POST',
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0' },
    body: JSON.stringify({
      site: data[0].key,
      browser: crypto.randomUUID(),
      sentAt: now,
      human: true,
      events,
    }),
  })
  expect(await sent.json()).toEqual({ accepted: 3, duplicates: 0, ignored: 0, rejected: [] })
  const path = `/leads/${encodeURIComponent(`email:${EMAIL}`)}`
  const before: LeadJson = await (await first.api(path)).json()
  expect(before.score_milli).toBeGreaterThan(0)
  expect(await first.stop()).toBe(0)

  const second = await startBuilt('start', kept.store)
  const after: LeadJson = await (await second.api(path)).json()
  expect({ ...after, as_of: '' }).toEqual({ ...before, as_of: '' })
  expect(await second.stop()).toBe(0)
  kept.remove()
})

async function shownTotal(page: Page): Promise<number> {
  return Number(await page.locator('[data-score-milli]').getAttribute('data-score-milli'))
}

async function shownLines(page: Page): Promise<number> {
  const lines = await page.locator('[data-milli]').all()
  const values = await Promise.all(lines.map((line) => line.getAttribute('data-milli')))
  return values.reduce((sum, value) => sum + Number(value), 0)
}
