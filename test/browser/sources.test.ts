import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourcesJson } from '../../collector/store/reports.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import { startDemo } from '../support/dashboard.ts'

/** Sources as a marketer uses it: from the channel to the campaign, and what sales' word does to the funnel. */

const place = createPlace()
let collector: RunningCollector
let browser: TestBrowser
let page: Page
const trouble: string[] = []

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
  page = await browser.context.newPage()
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(`${page.url()}: ${said.text()}`)
  })
  page.on('pageerror', (error) => trouble.push(`${page.url()}: ${error.message}`))
}, 90_000)

afterAll(async () => {
  expect(trouble).toEqual([])
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function report(query: string): Promise<SourcesJson> {
  return (await collector.api(`/reports/sources?${query}`)).json()
}

const at = (path: string) => `${collector.url}${path}`
const wordsOf = (count: number) => count.toLocaleString('en')

/** What the first five columns of counts say. */
async function countsShown(): Promise<string[][]> {
  return page.locator('.sources tbody tr').evaluateAll((rows) =>
    rows.map((row) => {
      const cells = [...row.querySelectorAll('td')].slice(0, 5)
      return cells.map((cell) => cell.firstChild?.textContent?.trim() ?? '')
    }),
  )
}

const countsOf = ({ data }: SourcesJson) =>
  data.map(({ visitors, leads, mql, sql, won }) => [visitors, leads, mql, sql, won].map(wordsOf))

const funnelShown = () =>
  page.locator('.funnel [data-count]').evaluateAll((all) => all.map((one) => one.textContent))

describe('sources', { timeout: 60_000 }, () => {
  test('the table says what the API says, and looks closer row by row', async () => {
    await page.goto(at('/sources?period=all'))
    const channels = await report('by=channel')
    expect(channels.data.length).toBeGreaterThan(4)
    expect(await countsShown()).toEqual(countsOf(channels))
    const { visitors, leads, mql, sql, won } = channels.total
    expect(await funnelShown()).toEqual([visitors, leads, mql, sql, won].map(wordsOf))
    await page.getByRole('link', { name: 'Paid Search', exact: true }).click()
    const within = await report('by=source&channel=Paid%20Search')
    expect(await countsShown()).toEqual(countsOf(within))
    await page.getByRole('link', { name: 'google / cpc', exact: true }).click()
    const campaigns = await report('by=campaign&source=google&medium=cpc')
    expect(campaigns.data.map(({ name }) => name)).toContain('brand')
    expect(await countsShown()).toEqual(countsOf(campaigns))
    await page.getByRole('link', { name: 'Leave Paid Search' }).click()
    expect(await countsShown()).toEqual(countsOf(channels))
  })

  test('the last touch is another one, a sort turns round, and leads are a click away', async () => {
    await page.goto(at('/sources?period=all&by=source'))
    const first = await countsShown()
    await page.getByRole('link', { name: 'Last touch' }).click()
    const last = await countsShown()
    expect(last).not.toEqual(first)
    expect(last).toEqual(countsOf(await report('by=source&touch=last')))
    await page.getByRole('link', { name: 'Visitors', exact: true }).last().click()
    const falling = (await countsShown()).map(([visitors = '']) =>
      Number(visitors.replace(',', '')),
    )
    expect(falling).toEqual([...falling].sort((a, b) => b - a))
    await page.getByRole('link', { name: /leads of google \/ cpc/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor()
    expect(new URL(page.url()).searchParams.get('source')).toBe('google')
  })

  test('a lead that sales accept moves the funnel by one, at once', async () => {
    const { data }: { data: LeadJson[] } = await (
      await collector.api('/leads?stage=mql&limit=1')
    ).json()
    const before = await report('')
    const answer = await collector.api(`/leads/${data[0]?.id}/outcomes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'qualify_lead' }),
    })
    expect(answer.status).toBe(201)
    await page.goto(at('/sources?period=all'))
    const [visitors, leads, mql, sql] = await funnelShown()
    expect(sql).toBe(wordsOf(before.total.sql + 1))
    expect([visitors, leads, mql]).toEqual(
      [before.total.visitors, before.total.leads, before.total.mql].map(wordsOf),
    )
  })

  test('the CSV opens, with every row and the same numbers', async () => {
    await page.goto(at('/sources?period=all&by=source'))
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV' }).click()
    const file = readFileSync(await (await downloading).path(), 'utf8')
    const [head, ...rows] = file
      .replace(/^\uFEFF/, '')
      .trim()
      .split('\n')
    expect(head).toMatch(/^source,medium,visitors,leads,mql,sql,won,/)
    const { data } = await report('by=source')
    expect(rows.map((row) => row.split(',').slice(0, 7))).toEqual(
      data.map(({ source, medium, visitors, leads, mql, sql, won }) =>
        [source, medium, visitors, leads, mql, sql, won].map((cell) => String(cell ?? '')),
      ),
    )
  })

  test('it works without scripts, on a phone, and for who can’t see it well, light and dark', async () => {
    await page.goto(at('/sources?period=all&by=source'))
    await page.locator('main details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
    expect(await findingsInBoth(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 740 })
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setScriptExecutionDisabled', { value: true })
    await page.goto(at('/sources?period=all'))
    await page.getByText('How this is counted').click()
    await page.getByText('Programs never count.').waitFor()
    await page.getByRole('link', { name: '30 days' }).click()
    await page.waitForURL(/period=30/)
    expect(await page.locator('.sources tbody tr').count()).toBeGreaterThan(2)
    await session.send('Emulation.setScriptExecutionDisabled', { value: false })
    await session.detach()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBe(360)
  })
})
