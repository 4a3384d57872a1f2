import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LeadJson, VisitorJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import { openEverything, startDemo, withoutScripts } from '../support/dashboard.ts'

/** A lead's page as marketers use it: the built collector, generated people, a real browser. */

const TEST_MS = 60_000

let collector: RunningCollector
let browser: TestBrowser
let page: Page
let leads: readonly LeadJson[]
const trouble: string[] = []
const place = createPlace()

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
  page = await browser.context.newPage()
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(`${page.url()}: ${said.text()}`)
  })
  page.on('pageerror', (error) => trouble.push(`${page.url()}: ${error.message}`))
  leads = await list<LeadJson>('/leads?limit=100')
}, TEST_MS)

afterAll(async () => {
  expect(trouble).toEqual([])
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

const at = (path: string) => `${collector.url}${path}`
const linesOf = () =>
  page
    .locator('[data-milli]')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-milli'))))
const totalOf = async () =>
  Number(await page.locator('[data-score-milli]').getAttribute('data-score-milli'))
const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
const milliOf = (text: string | null) =>
  Math.round(1000 * Number((text ?? '').replace('−', '-').replace('+', '')))

describe('a lead', { timeout: TEST_MS }, () => {
  test('has a receipt whose lines open, by keyboard too, to days that sum to them', async () => {
    await page.goto(at(`/leads/${leads[0]?.id}`))
    expect(sum(await linesOf())).toBe(await totalOf())
    const first = page.locator('.behind summary').first()
    await first.focus()
    await page.keyboard.press('Enter')
    const opened = page.locator('.behind').first()
    expect(await opened.locator('.days').isVisible()).toBe(true)
    const days = await opened.locator('.day-points').allTextContents()
    expect(sum(days.map(milliOf))).toBe((await linesOf())[0])
    for (const day of await opened.locator('.day-sum').allTextContents()) {
      expect(day).toMatch(/^[\d.]+ × [\d.]+$/)
    }
    expect(await first.locator('.halves').textContent()).toMatch(/halves by \d+ \w+/)
  })

  test('is readable by everybody, in light, dark and on a phone', async () => {
    const mql = leads.find(({ stage }) => stage === 'mql')
    await page.goto(at(`/leads/${mql?.id}`))
    await openEverything(page)
    expect(await findingsInBoth(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await page.locator('.trend-mark').count()).toBeGreaterThan(0)
    expect(await page.locator('.decision').first().textContent()).toContain('As it was then')
  })

  test('takes points by hand, and gives them back, with scripts off', async () => {
    const own = await browser.context.newPage()
    await withoutScripts(own)
    await own.goto(at(`/leads/${leads[1]?.id}`))
    const total = async () => own.locator('[data-score-milli]').getAttribute('data-score-milli')
    const before = Number(await total())
    await own.getByLabel('Points', { exact: true }).fill('12.5')
    await own.getByLabel('Reason, a line of the receipt').fill('Met at the fair')
    await own.getByRole('button', { name: 'Adjust the score' }).click()
    expect(await own.locator('.notice').textContent()).toContain('The score is adjusted')
    expect(Number(await total())).toBe(before + 12_500)
    expect(await own.locator('[data-milli="12500"]').textContent()).toContain('Met at the fair')
    await own.locator('.notice').getByRole('button', { name: 'Take back' }).click()
    expect(Number(await total())).toBe(before)
    expect(await own.locator('[data-milli="12500"]').count()).toBe(0)
    await own.close()
  })

  test('loses the visits of a browser whose link is undone, and says so before and after', async () => {
    const two = await findWith(2)
    await page.goto(at(`/leads/${two}`))
    const visits = await page.locator('.session').count()
    await page.locator('#identities .confirm summary').first().click()
    expect(await page.locator('#identities .confirm').first().textContent()).toContain(
      'This can’t be taken back',
    )
    await page.getByRole('button', { name: 'Yes, it was somebody else' }).click()
    await page.waitForURL(/done=unlinked/)
    expect(await page.locator('.notice').textContent()).toContain('The link is undone')
    expect(await page.locator('.session').count()).toBeLessThan(visits)
    expect(sum(await linesOf())).toBe(await totalOf())
    expect(await page.locator('#identities .confirm').count()).toBe(1)
  })

  test('is handed out as a file, and erased for good after a word', async () => {
    const id = leads.at(-1)?.id
    await page.goto(at(`/leads/${id}`))
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export everything' }).click(),
    ])
    const held = JSON.parse(readFileSync(await file.path(), 'utf8'))
    expect(held.lead.id).toBe(id)
    await page.locator('#privacy .confirm summary').click()
    await page.getByLabel('Type “erase” to confirm').fill('erase')
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByRole('heading', { name: 'This person is erased' }).waitFor()
    expect(await page.locator('[data-erased]').textContent()).toMatch(/[1-9]\d* events? of \d/)
    expect((await collector.api(`/leads/${id}`)).status).toBe(404)
  })
})

test('a visitor has the same parts, and says what would make it a lead', async () => {
  const visitors = await list<VisitorJson>('/visitors?limit=100')
  const nobody = visitors.find(({ lead, score, bot }) => lead === null && score > 0 && !bot)
  await page.goto(at(`/visitors/${nobody?.id}`))
  expect(sum(await linesOf())).toBe(await totalOf())
  for (const part of ['.behind', '.trend-chart', '.session', '.teaching']) {
    expect([part, await page.locator(part).count()]).not.toEqual([part, 0])
  }
  expect(await page.locator('main form').count()).toBe(0)
  expect(await findingsInBoth(page)).toEqual([])
})

/** A lead known by so many browsers. */
async function findWith(browsers: number): Promise<string> {
  for (const { id } of leads.slice(0, 40)) {
    if ((await list(`/leads/${id}/identities`)).length === browsers) return id
  }
  throw new Error(`no lead has ${browsers} browsers`)
}
