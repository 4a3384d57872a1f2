import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LeadJson, VisitorJson } from '../../collector/store/shapes.ts'
import { findingsInBoth, findingsOf } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import {
  expectNoOverflow,
  openEverything,
  openWatched,
  startDemo,
  type Watched,
  withoutScripts,
} from '../support/dashboard.ts'
import { pathOf, SCREENS } from '../support/screens.mjs'

/** What holds on every screen of the demo: for everybody, on a phone, without scripts, and by weight. */

const TEST_MS = 120_000
const PHONE = { width: 360, height: 740 }
const MAX_BYTES = 60_000
/** Read by developers, without signing in: pages with a frame of their own. */
const READ_BY_ALL = ['/docs', '/problems', '/problems/invalid_cursor']

let collector: RunningCollector
let browser: TestBrowser
let screens: readonly (readonly [name: string, url: string])[]
const place = createPlace()

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
  const lead = (await list<LeadJson>('/leads?limit=1'))[0]?.id ?? ''
  const visitors = await list<VisitorJson>('/visitors?limit=100')
  const visitor = visitors.find((one) => one.lead === null)?.id ?? ''
  const people = { lead, visitor }
  screens = Object.entries(SCREENS).map(([name, path]) => [
    name,
    collector.url + pathOf(path, people),
  ])
}, TEST_MS)

afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

const open = (): Promise<Watched> => openWatched(browser.context)

describe('every screen', { timeout: TEST_MS }, () => {
  test('keeps nobody out, in light and dark', async () => {
    const { page, trouble } = await open()
    const findings: string[] = []
    const read = READ_BY_ALL.map((path) => collector.url + path)
    for (const url of [...screens.map(([, one]) => one), ...read]) {
      await page.goto(url)
      await openEverything(page)
      findings.push(...(await findingsInBoth(page)))
    }
    expect(findings).toEqual([])
    expect(trouble).toEqual([])
    await page.close()
  })

  test('an unreadable word and a field without a name are found', async () => {
    const { page } = await open()
    await page.goto(screens[0]?.[1] ?? '')
    await page.evaluate(() => {
      const main = document.querySelector('main')
      const word = document.createElement('p')
      word.textContent = 'hardly there'
      Object.assign(word.style, { color: '#ddd', background: '#fff' })
      main?.append(word, document.createElement('select'))
    })
    const found = (await findingsOf(page)).join('\n')
    expect(found).toContain('color-contrast')
    expect(found).toContain('select-name')
    await page.close()
  })

  test('answers at once, says how long it took, and is light', async () => {
    const { page } = await open()
    for (const [name, url] of screens) {
      const answer = await page.request.get(url)
      expect([name, answer.status()]).toEqual([name, 200])
      expect(answer.headers()['server-timing'], name).toMatch(/^total;dur=\d+\.\d$/)
      const html = await answer.text()
      const assets = [...html.matchAll(/\/assets\/[^"]+/g)].map(([path]) => path)
      const parts = await Promise.all(
        [...new Set(assets)].map(async (path) =>
          (await page.request.get(collector.url + path)).body(),
        ),
      )
      const all = [Buffer.from(html), ...parts].reduce((n, part) => n + gzipSync(part).length, 0)
      expect(all, name).toBeLessThan(MAX_BYTES)
    }
    const whole = await page.request.get(collector.url, {
      headers: { 'accept-encoding': 'gzip' },
    })
    expect(whole.headers()['content-encoding']).toBe('gzip')
    await page.close()
  })

  test('fits a phone, with everything open', async () => {
    const { page, trouble } = await open()
    await page.setViewportSize(PHONE)
    for (const [, url] of screens) {
      await page.goto(url)
      await expectNoOverflow(page)
      await openEverything(page)
      await expectNoOverflow(page)
      expect(await page.getByRole('button', { name: 'Sign out', exact: true }).isVisible()).toBe(
        true,
      )
    }
    expect(trouble).toEqual([])
    for (const path of READ_BY_ALL) {
      await page.goto(collector.url + path)
      await expectNoOverflow(page)
    }
    await page.close()
  })

  test('works without scripts', async () => {
    const { page, trouble } = await open()
    await withoutScripts(page)
    for (const [, url] of screens) {
      expect((await page.goto(url))?.status()).toBe(200)
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.getByRole('navigation', { name: 'Main' }).isVisible()).toBe(true)
      expect(await page.locator('[data-copy]:visible, [data-keys]:visible').count()).toBe(0)
    }
    expect(trouble).toEqual([])
    await page.close()
  })
})

test('from the list over the receipt to sales, and the funnel moves', {
  timeout: TEST_MS,
}, async () => {
  const { page, trouble } = await open()
  const qualified = async () => {
    await page.goto(`${collector.url}/sources?period=all`)
    return Number(await page.locator('[data-count=sql]').textContent())
  }
  const before = await qualified()
  const main = page.getByRole('navigation', { name: 'Main' })
  await main.getByRole('link', { name: 'Leads' }).click()
  await page.getByRole('combobox', { name: 'Stage' }).selectOption('mql')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.locator('tbody [data-row]').first().click()
  const lines = await page
    .locator('[data-milli]')
    .evaluateAll((all) => all.map((line) => Number(line.getAttribute('data-milli'))))
  const total = await page.locator('[data-score-milli]').getAttribute('data-score-milli')
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.reduce((sum, milli) => sum + milli, 0)).toBe(Number(total))
  await page.getByLabel('Outcome').selectOption('qualify_lead')
  await page.getByRole('button', { name: 'Report' }).click()
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).waitFor()
  expect(await qualified()).toBe(before + 1)
  await page.goBack()
  await page.getByRole('button', { name: /^Take back/ }).click()
  await page.getByText('taken back').first().waitFor()
  expect(await qualified()).toBe(before)
  expect(trouble).toEqual([])
  await page.close()
})
