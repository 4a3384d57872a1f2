import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadJson, OutcomeJson, SiteJson } from '../../collector/store/shapes.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import { startDemo } from '../support/dashboard.ts'

/** Today as sales uses it: the built demo, a real browser, and visits by real requests. */

const TEST_MS = 60_000
const LIVE_MS = 10_000
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const place = createPlace()
let collector: RunningCollector
let browser: TestBrowser
let siteKey: string

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
  siteKey = (await read<{ data: SiteJson[] }>('/sites')).data[0]!.key
}, TEST_MS)

afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

const read = async <T>(path: string): Promise<T> => (await collector.api(path)).json()
const at = (path: string): string => `${collector.url}${path}`
const stageOf = async (id: string) => (await read<LeadJson>(`/leads/${id}`)).stage
const latestOf = async (id: string) =>
  (await read<{ data: OutcomeJson[] }>(`/leads/${id}/outcomes`)).data[0]

interface Seen {
  readonly page: Page
  readonly trouble: readonly string[]
}

async function open(): Promise<Seen> {
  const page = await browser.context.newPage()
  const trouble: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(said.text())
  })
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(at('/'))
  return { page, trouble }
}

const rowOf = (page: Page, id: string) => page.locator(`.queue-row[data-lead="${id}"]`)
const idsOf = (page: Page) =>
  page.locator('.queue-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-lead')))
const notice = (page: Page) => page.locator('.notice p').textContent()

async function visit(who: string, path: string, email?: string): Promise<void> {
  const [now, session] = [Date.now(), randomUUID()]
  const base = { at: now, session, url: `https://shop.example${path}` }
  const events: object[] = [{ id: randomUUID(), type: 'page_view', ...base }]
  if (email) events.push({ id: randomUUID(), type: 'identify', ...base, props: { email } })
  const body = JSON.stringify({ site: siteKey, browser: who, sentAt: now, human: true, events })
  const headers = { 'content-type': 'text/plain', 'user-agent': FIREFOX }
  const answer = await fetch(at('/e'), { method: 'POST', headers, body })
  expect(answer.status).toBe(202)
}

test('an MQL is accepted, taken back, set aside and rejected', { timeout: TEST_MS }, async () => {
  const { page, trouble } = await open()
  const before = await idsOf(page)
  const [first, second] = [before[0]!, before[1]!]
  const name = (await read<LeadJson>(`/leads/${first}`)).name!

  await page.keyboard.press('j')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name)
  await page.keyboard.press('a')
  await page.waitForSelector('.notice')
  expect(await notice(page)).toBe(`${name} is accepted and sales-qualified now.`)
  expect(page.url()).toBe(at('/'))
  expect(await rowOf(page, first).count()).toBe(0)
  expect(await stageOf(first)).toBe('sql')

  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText(`Taken back. ${name} is marketing-qualified again.`).waitFor()
  expect(await idsOf(page)).toEqual(before)
  expect(await stageOf(first)).toBe('mql')

  await rowOf(page, second).locator('summary').click()
  await page.getByRole('button', { name: 'No budget' }).click()
  await page.getByText(/is rejected: No budget\.$/).waitFor()
  expect(await rowOf(page, second).count()).toBe(0)
  expect(await stageOf(second)).toBe('disqualified')
  expect(await latestOf(second)).toMatchObject({ type: 'disqualify_lead', reason: 'No budget' })

  await rowOf(page, first).getByRole('button', { name: 'I’m on it' }).click()
  await page.getByText(`You have ${name} in hand now`).waitFor()
  await page.locator('.queue-held > summary').click()
  expect(await rowOf(page, first).locator('.queue-holder').textContent()).toContain(
    'In hand: owner',
  )
  expect(await stageOf(first)).toBe('mql')
  expect(trouble).toEqual([])
  await page.close()
})

test('who comes is shown as it happens, and nothing moves', { timeout: TEST_MS }, async () => {
  await browser.context.addInitScript(() => {
    const seen: number[] = []
    Object.assign(window, { shifts: seen })
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries())
        seen.push((shift as unknown as { value: number }).value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const { page, trouble } = await open()
  await page.locator('.live').scrollIntoViewIfNeeded()
  const [anna, other, third] = [randomUUID(), randomUUID(), randomUUID()]
  const row = (text: string) => page.locator('.live-row', { hasText: text })

  await visit(anna, '/pricing')
  await page
    .locator('.live-row[data-fresh]', { hasText: 'On /pricing' })
    .waitFor({ timeout: LIVE_MS })
  const here = await page.locator('[data-part=here]').textContent()
  await visit(other, '/about')
  await row('On /about').waitFor({ timeout: LIVE_MS })
  expect(await page.locator('.live-row').first().textContent()).toContain('On /about')
  expect(await page.locator('[data-part=here]').textContent()).not.toBe(here)

  // Known on two browsers she is one row, with the page that she opened last.
  await visit(anna, '/contact', 'anna@nord.example')
  await visit(third, '/compare', 'anna@nord.example')
  const hers = row('anna@nord.example')
  await hers.filter({ hasText: 'On /compare' }).waitFor({ timeout: LIVE_MS })
  expect(await hers.count()).toBe(1)
  expect(await hers.getAttribute('data-known')).toBe('yes')
  expect(await hers.textContent()).toContain('and 1 other browser')

  // Under a hand that points there, whoever comes stands at the end.
  await hers.hover()
  const order = () =>
    page.locator('.live-row').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-id')))
  const held = await order()
  await visit(other, '/blog')
  await visit(randomUUID(), '/careers-of-nobody')
  await row('On /careers-of-nobody').waitFor({ timeout: LIVE_MS })
  expect((await order()).slice(0, held.length)).toEqual(held)
  expect(await row('On /blog').count()).toBe(1)

  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  expect(shifts).toEqual([])
  expect(trouble).toEqual([])
  await page.close()
})

test('without scripts a hand raise waits in the queue, and is accepted', {
  timeout: TEST_MS,
}, async () => {
  const { page } = await open()
  const who = randomUUID()
  const kim = `kim-${who.slice(0, 8)}@soon.example`
  await visit(who, '/demo-request', kim)
  const event = { id: randomUUID(), type: 'request_demo', at: Date.now(), session: randomUUID() }
  const batch = { site: siteKey, browser: who, sentAt: Date.now(), human: true, events: [event] }
  const headers = { 'user-agent': FIREFOX }
  await fetch(at('/e'), { method: 'POST', headers, body: JSON.stringify(batch) })
  // The page that is open says so, and its queue stays as it was.
  const rows = await idsOf(page)
  await page.locator('.news[data-new=yes]', { hasText: '1 new MQL' }).waitFor({ timeout: LIVE_MS })
  expect(await idsOf(page)).toEqual(rows)

  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
  await page.goto(at('/'))
  const raises = page.locator('section', {
    has: page.getByRole('heading', { name: 'Hand raises' }),
  })
  expect(await raises.locator('.short-row').first().textContent()).toContain(kim)
  const { id } = await read<LeadJson>(`/leads/email:${kim}`)
  const button = rowOf(page, id).getByRole('button', { name: 'Accept' })
  await button.click()
  expect(await notice(page)).toBe(`${kim} is accepted and sales-qualified now.`)
  expect(await stageOf(id)).toBe('sql')
  await page.getByRole('button', { name: 'Undo' }).click()
  expect(await notice(page)).toContain('Taken back.')
  expect(await stageOf(id)).toBe('mql')
  await page.close()
})
