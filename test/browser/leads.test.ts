import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LeadJson, TrendDayJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import { startDemo } from '../support/dashboard.ts'

/** The list of leads as somebody uses it who has an hour for sales today. */

const TEST_MS = 60_000
const PHONE = { width: 360, height: 740 }
let collector: RunningCollector
let browser: TestBrowser
const place = createPlace()

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
}, TEST_MS)

afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

const at = (path: string): string => `${collector.url}${path}`

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

async function open(path: string): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.context.newPage()
  const trouble: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(said.text())
  })
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.goto(at(path))
  return { page, trouble }
}

/** Rows of a file, without its mark; fields of it may be quoted. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text
    .replace(/^\ufeff/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

const names = (page: Page) => page.locator('.cell-who a').allInnerTexts()
const short = (milli: number) => (Math.floor(Math.abs(milli) / 100) / 10).toFixed(1)

describe('the list of leads', { timeout: TEST_MS }, () => {
  test('is narrowed, sorted, kept as a view, and taken along as a file', async () => {
    const { page, trouble } = await open('/leads')
    await page.locator('select[name=stage]').selectOption('mql')
    await page.getByLabel('Least score').fill('60')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.waitForURL(at('/leads?stage=mql&min_score=60'))
    const chips = page.getByRole('list', { name: 'Filters in use' }).getByRole('link')
    expect(await chips.allInnerTexts()).toEqual([
      'Marketing-qualified ×',
      'Score from 60 ×',
      'Clear filters',
    ])
    await page.getByRole('columnheader').getByRole('link', { name: '7 days' }).click()
    await page.waitForURL(at('/leads?stage=mql&min_score=60&sort=-change'))
    expect(await page.locator('th[aria-sort=descending]').innerText()).toMatch(/^7 days/)
    const changes = (await page.locator('.change').allInnerTexts()).map((text) =>
      Number(text.replace('\u2212', '-')),
    )
    expect(changes.length).toBeGreaterThan(5)
    expect(changes[0]).toBe(Math.max(...changes))
    const before = await names(page)

    await page.getByText('Save view').click()
    await page.getByLabel('Name').fill('Rising MQLs')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').getByText('The view is saved').waitFor()
    await page.goto(at('/leads'))
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Rising MQLs' })
      .click()
    await page.waitForURL(at('/leads?stage=mql&min_score=60&sort=-change'))
    expect(await names(page)).toEqual(before)

    await page.getByText('Columns', { exact: true }).click()
    const box = (column: string) => page.locator(`input[name=col][value=${column}]`)
    for (const column of ['why', 'source', 'grade']) await box(column).uncheck()
    for (const column of ['company', 'first']) await box(column).check()
    await page.getByRole('button', { name: 'Show these' }).click()
    await page.waitForURL(/cols=score%2Ctrend%2Cchange%2Cstage%2Cseen%2Ccompany%2Cfirst$/)
    const heads = await page.getByRole('columnheader').allInnerTexts()
    expect(heads.map((head) => head.replace(/ [↑↓]$/, '').trim())).toEqual([
      'Lead',
      'Score',
      '30 days',
      '7 days',
      'Stage',
      'Last seen',
      'Company',
      'First seen',
    ])

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^leads-\d{4}-\d\d-\d\d\.csv$/)
    const [head, ...rows] = parseCsv(readFileSync(await download.path(), 'utf8'))
    expect(head).toEqual(
      'Lead,E-mail,Score,Percentile,Change in 7 days,Stage,Last seen,Company,First seen,Id'.split(
        ',',
      ),
    )
    const leads = await list<LeadJson>('/leads?stage=mql&min_score=60&limit=100')
    expect(rows).toHaveLength(leads.length)
    expect(rows.slice(0, before.length).map(([name]) => name)).toEqual(before)
    for (const lead of leads) {
      const row = rows.find((one) => one.at(-1) === lead.id)
      expect(row?.slice(1, 4)).toEqual([
        lead.email ?? '',
        String(lead.score),
        String(lead.percentile),
      ])
      expect(row?.[6]).toBe(lead.last_seen_at)
    }

    await page.goto(at('/leads?stage=mql&min_score=60&sort=-change'))
    await page.getByText('Edit view').click()
    await page.getByRole('button', { name: 'Remove this view' }).click()
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await page.waitForURL(at('/leads?stage=mql&min_score=60&sort=-change&done=saved'))
    expect(trouble).toEqual([])
  })

  test('says of each line and change what the API says of those days', async () => {
    const { page } = await open('/leads')
    for (const lead of await list<LeadJson>('/leads?limit=5')) {
      const trend = await list<TrendDayJson>(`/leads/${lead.id}/trend`)
      const points = trend.map(({ score_milli }) => score_milli)
      const highest = trend.findLast(({ score_milli }) => score_milli === Math.max(...points))
      const on = new Date(highest?.day ?? '').toLocaleDateString('en-GB', {
        day: 'numeric',
        month: 'short',
        timeZone: 'UTC',
      })
      const [from, to] = [points[0] ?? 0, points.at(-1) ?? 0]
      const row = page
        .locator('tbody tr')
        .filter({ has: page.locator(`a[href="/leads/${lead.id}"]`) })
      expect(await row.locator('.spark').getAttribute('aria-label')).toBe(
        `30 days: from ${short(from)} to ${short(to)} points, highest ${short(Math.max(...points))} on ${on}`,
      )
      const change = to - (points[23] ?? 0)
      const sign = Math.abs(change) < 100 ? '' : change > 0 ? '+' : '\u2212'
      expect(await row.locator('.change').innerText()).toBe(sign + short(change))
    }
  })

  test('is good to everybody: axe in both schemes, and a phone', async () => {
    const { page, trouble } = await open('/leads')
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
    expect(await findingsInBoth(page)).toEqual([])
    await page.setViewportSize(PHONE)
    const many =
      '/leads?cols=score,grade,trend,change,stage,why,source,seen,email,company,job,fit,first,campaign,landing,user'
    for (const path of ['/leads', many]) {
      await page.goto(at(path))
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect([path, width]).toEqual([path, PHONE.width])
    }
    expect(trouble).toEqual([])
  })
})
