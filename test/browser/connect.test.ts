import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadJson, SiteJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** Connect as the owner of a site uses it: the built collector, real beacons, a real browser. */

const TEST_MS = 60_000
const PEOPLE = 12
const PLATFORMS = [
  'Plain HTML',
  'WordPress',
  'Shopify',
  'Tag Manager',
  'Next.js',
  'Astro',
  'npm module',
]
const PATHS = [
  '/connect',
  '/connect?for=next',
  ...['incoming', 'keys', 'export'].map((tab) => `/connect?tab=${tab}`),
  '/connect/email?from=mailgun',
  '/connect/crm?to=salesforce',
]

let collector: RunningCollector
let browser: TestBrowser
let site: SiteJson
const place = createPlace()
const at = (path: string) => collector.url + path

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  browser = await launchBrowser()
  const page = await browser.context.newPage()
  await page.goto(collector.dashboard)
  await page.close()
  site = (await (await collector.api('/sites')).json()).data[0]
  for (let i = 0; i < PEOPLE; i += 1) {
    const name = i === 0 ? '=1+1' : `Person ${i}`
    const props = { email: `p${i}@shop.example`, traits: { name } }
    await send([eventOf('page_view'), eventOf('identify', { props })])
  }
  await send([
    eventOf('page_view', { id: 'no uuid' }),
    eventOf('page_view', { at: 1_600_000_000_000 }),
  ])
}, TEST_MS)
afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

function eventOf(type: string, more: object = {}) {
  return { id: randomUUID(), type, at: Date.now(), url: 'https://shop.example/pricing', ...more }
}

async function send(events: readonly object[]): Promise<void> {
  const body = JSON.stringify({ site: site.key, browser: randomUUID(), human: true, events })
  const answer = await fetch(at('/e'), { method: 'POST', body, headers: { 'user-agent': CHROME } })
  expect(answer.status).toBe(202)
}

async function open(): Promise<{ readonly page: Page; readonly trouble: readonly string[] }> {
  const page = await browser.context.newPage()
  const trouble: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(`${page.url()}: ${said.text()}`)
  })
  page.on('pageerror', (error) => trouble.push(`${page.url()}: ${error.message}`))
  return { page, trouble }
}

async function withoutScripts(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
}

test('each kind of site has its own code, with the key, and a button that copies it', async () => {
  const { page, trouble } = await open()
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(at('/connect'))
  const seen = new Set<string>()
  for (const name of PLATFORMS) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.locator('.steps a[aria-current]', { hasText: name }).waitFor()
    const boxes = page.locator('.install .tag-box')
    for (let i = 0; i < (await boxes.count()); i += 1) {
      const code = (await boxes.nth(i).locator('pre').textContent()) ?? ''
      expect([name, code.includes(site.key), code.includes(collector.url)]).toEqual([
        name,
        true,
        true,
      ])
      await boxes.nth(i).getByRole('button', { name: 'Copy' }).click()
      await boxes.nth(i).getByRole('button', { name: 'Copied' }).waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
      seen.add(code)
    }
  }
  expect(seen.size).toBeGreaterThanOrEqual(PLATFORMS.length)
  // What was chosen is still chosen after a check, and after a reload.
  expect(page.url()).toContain('for=module')
  await page.goto(at('/connect?for=gtm'))
  expect(await page.locator('#tag').textContent()).toBe(
    `<script src="${collector.url}/pique.js?site=${site.key}"></script>`,
  )
  expect(trouble).toEqual([])
  await page.close()
})

test('an event that is refused stands there with its reason and what to do', async () => {
  const { page, trouble } = await open()
  await page.goto(at('/connect'))
  await page.locator('.glance').getByRole('link', { name: '2 events lately' }).click()
  const refused = page.locator('#refused')
  await refused.getByText('Give every event a UUID of its own').waitFor()
  expect(await refused.locator('.reasons > li').count()).toBe(2)
  const old = refused.locator('.refused-row[data-code=too_old]')
  await old.locator('summary').click()
  await old.getByText('the event happened more than 7 days before it was received').waitFor()
  expect(await old.locator('pre').textContent()).toContain('"at": 1600000000000')
  await page
    .getByText(`${2 * PEOPLE} events in ${PEOPLE} visits`)
    .first()
    .waitFor()
  await page.getByText('Nothing waits.').waitFor()
  expect(trouble).toEqual([])
  await page.close()
})

test('downloads hold every lead, also without scripts, and viewers see none of it', async () => {
  const { data: leads }: { data: readonly LeadJson[] } = await (
    await collector.api('/leads?limit=100')
  ).json()
  const { page } = await open()
  await withoutScripts(page)
  await page.goto(at('/connect'))
  expect(await page.locator('[data-copy]:visible').count()).toBe(0)
  await page.getByRole('link', { name: 'Export' }).click()
  await page.getByRole('link', { name: 'Last 7 days' }).click()
  const download = async (name: string) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: `Download ${name}` }).click(),
    ])
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
  }
  const csv = await download('leads as CSV')
  expect(csv.name).toMatch(/^pique-leads-.*\d{4}-\d\d-\d\d\.csv$/)
  const rows = csv.text.trimEnd().split('\r\n')
  expect(rows).toHaveLength(leads.length + 1)
  expect(csv.text).toContain(",'=1+1,")
  const told = (await download('leads as NDJSON')).text.trimEnd().split('\n')
  const ids = told.map((line) => (JSON.parse(line) as LeadJson).id) // a line is a lead
  expect(ids.toSorted()).toEqual(leads.map(({ id }) => id).toSorted())
  expect(ids).toHaveLength(PEOPLE)
  const events = (await download('events as NDJSON')).text.trimEnd().split('\n')
  expect(events).toHaveLength(2 * PEOPLE)
  await page.close()

  const body = JSON.stringify({ email: 'viewer@shop.example', role: 'viewer' })
  const headers = { 'content-type': 'application/json' }
  const added = await collector.api('/accounts', { method: 'POST', headers, body })
  const { link }: { link: string } = await added.json()
  await browser.context.clearCookies()
  const viewer = await browser.context.newPage()
  await viewer.goto(link)
  await viewer.getByLabel('Password').fill('brave violet otter')
  await viewer.getByRole('button', { name: 'Set the password' }).click()
  await viewer.goto(at('/connect?tab=export'))
  expect(await viewer.getByRole('link', { name: /Export|Keys|Download/ }).count()).toBe(0)
  expect((await viewer.goto(at('/connect/export')))?.status()).toBe(403)
  await viewer.close()
  await browser.context.clearCookies()
  const again = await browser.context.newPage()
  await again.goto(at('/login'))
  await again.getByLabel('Password').fill('an admin key of at least 32 characters')
  await again.getByRole('button', { name: 'Sign in' }).click()
  await again.close()
})

test('a provider, a link, a CRM and a new write key, each from its own form', async () => {
  const { page } = await open()
  await page.goto(at('/connect'))
  await page.getByRole('link', { name: 'E-mail', exact: true }).click()
  await page.getByRole('link', { name: 'Postmark' }).click()
  await page.getByRole('button', { name: 'Show me the address' }).click()
  const secret = page.locator('#secret')
  expect(await secret.textContent()).toMatch(/\/\/[^/]+:[^/]+@.+\/hooks\//)
  expect(await findingsInBoth(page)).toEqual([])
  await page.getByLabel('Page', { exact: true }).fill('https://shop.example/pricing')
  await page.getByLabel('Whom the e-mail goes to').fill('p1@shop.example')
  await page.getByRole('button', { name: 'Make the link' }).click()
  await page.getByText('The link for p1@shop.example').waitFor()
  expect(await secret.textContent()).toContain('utm_pique=')
  await page.getByRole('link', { name: 'CRM', exact: true }).click()
  await page.getByRole('link', { name: 'Salesforce' }).click()
  await page.getByLabel('Where it is').fill('https://shop.example')
  await page.getByLabel('Client id and secret').fill('a:b')
  await page.getByRole('button', { name: 'Connect Salesforce' }).click()
  await page.getByRole('alert').getByText('The address').waitFor()
  await page.goto(at('/connect'))
  await page.getByText('send events from your server').click()
  await page.getByText('New write key', { exact: true }).click()
  await page.getByRole('button', { name: 'Yes, make a new one' }).click()
  expect(await secret.textContent()).toMatch(/^wk_/)
  await page.goto(at('/connect/email'))
  await page.getByText('Remove', { exact: true }).click()
  await page.getByRole('button', { name: 'Yes, remove it' }).click()
  await page.getByText('The provider is removed').waitFor()
  await page.close()
})

test('nothing stands in anybody’s way, in light and dark and on a phone', async () => {
  const { page, trouble } = await open()
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of PATHS) {
    expect((await page.goto(at(path)))?.status()).toBe(200)
    await page.locator('main details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
      path,
      360,
    ])
    expect(await findingsInBoth(page)).toEqual([])
  }
  expect(trouble).toEqual([])
  await page.close()
})
