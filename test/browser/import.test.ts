import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SourcesJson } from '../../collector/store/reports.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import {
  expectNoOverflow,
  openWatched,
  type Watched,
  withoutScripts,
} from '../support/dashboard.ts'

/** Somebody fills in the template, sees what it would do, imports it, and does it all again. */

/** Where pictures of the pages go; none are taken where it is not set. */
const place = createPlace()
let collector: RunningCollector
let browser: TestBrowser
let watched: Watched

beforeAll(async () => {
  collector = await startBuilt('demo', place.store)
  browser = await launchBrowser()
  watched = await openWatched(browser.context)
  await watched.page.goto(collector.dashboard)
}, 90_000)

afterAll(async () => {
  // Two files are refused on purpose.
  expect(watched.trouble.filter((text) => !/status of (400|413)/.test(text))).toEqual([])
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function audit(name: string): Promise<void> {
  const { page } = watched
  expect(await findingsInBoth(page), name).toEqual([])
  const usual = page.viewportSize()
  await page.setViewportSize({ width: 360, height: 740 })
  await expectNoOverflow(page)
  if (usual) await page.setViewportSize(usual)
}

const report = async (): Promise<SourcesJson> => (await collector.api('/reports/sources')).json()

test('people from a CSV are leads that are found', async () => {
  const { page } = watched
  await page.goto(`${collector.url}/connect?tab=import`)
  await page.getByRole('link', { name: 'People', exact: true }).click()
  await audit('import-people')
  const rows = ['E-mail,Job Title,Plan', 'imke@moor.example,CTO,pro', 'no address,,']
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) }
  await page.getByLabel('CSV file').setInputFiles(file)
  await page.getByRole('button', { name: 'See what it would do' }).click()
  await page.getByRole('heading', { name: '2 rows: 1 new lead' }).waitFor()
  await page.getByLabel('What each column is taken for').getByText('Job title').waitFor()
  await audit('import-people-dry-run')
  await page.getByRole('button', { name: 'Import 1 row', exact: true }).click()
  await page.getByRole('heading', { name: '1 lead added' }).waitFor()
  await audit('import-people-report')
  await page.getByRole('link', { name: 'See the leads' }).click()
  expect(await (await collector.api('/leads/email:imke@moor.example')).json()).toMatchObject({
    traits: { job_title: 'CTO', plan: 'pro' },
  })
  await page.goto(`${collector.url}/connect?tab=import&what=events`)
  await page.getByText(`--url ${collector.url}`).waitFor()
  await audit('import-events')
})

test('from the template to a funnel that moved, and once only', { timeout: 60_000 }, async () => {
  const { page } = watched
  const { data }: { data: LeadJson[] } = await (
    await collector.api('/leads?stage=mql&limit=12')
  ).json()
  const emails = data.map(({ email }) => email ?? '')
  const before = await report()

  await page.goto(`${collector.url}/connect`)
  await page.getByRole('link', { name: 'Import' }).click()
  await audit('import')
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download a template' }).click()
  const template = readFileSync(await (await downloading).path(), 'utf8')
  const [head] = template.split('\r\n')
  const rows = [
    ...emails.map(
      (email, i) =>
        `${email},${i < 3 ? 'closed won' : 'accepted'},2026-01-0${1 + (i % 9)},${i < 3 ? '1200.50' : ''},EUR,`,
    ),
    'nobody@example.com,won,2026-01-02,,,',
    `${emails[0]},won,03/04/2026,,,`,
  ]
  const file = {
    name: 'deals.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from([head, ...rows].join('\r\n')),
  }

  await page.getByLabel('CSV file').setInputFiles({ ...file, buffer: Buffer.from('a,b\n1,2') })
  await page.getByRole('button', { name: 'See what it would do' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('No column says who it was')

  await page.getByLabel('CSV file').setInputFiles(file)
  await page.getByRole('button', { name: 'See what it would do' }).click()
  await page.getByRole('heading', { name: '14 rows: 12 would be added' }).waitFor()
  expect(await page.locator('[data-part=rows] tbody tr').count()).toBe(10)
  expect(await page.getByLabel('Stages that would change').textContent()).toContain(
    '3 leads Marketing-qualified',
  )
  await audit('import-dry-run')
  expect((await report()).total).toEqual(before.total)

  await page.getByRole('button', { name: 'Import 12 outcomes' }).click()
  await page.getByRole('heading', { name: '12 outcomes imported' }).waitFor()
  await audit('import-report')
  const skipping = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Skipped rows' }).click()
  const skipped = readFileSync(await (await skipping).path(), 'utf8')
  expect(skipped).toContain('nobody@example.com,won,2026-01-02,,,,14,no lead of this site')
  expect(skipped).toContain('can be two dates')
  await page.getByRole('link', { name: 'See the funnel' }).click()
  const after = await report()
  expect([after.total.won, after.total.sql]).toEqual([before.total.won + 3, before.total.sql + 12])
  const shown = await page.locator('.funnel [data-count]').allTextContents()
  expect(shown.at(-1)).toBe(after.total.won.toLocaleString('en'))

  // The same again, as somebody without scripts does it.
  await withoutScripts(page)
  await page.goto(`${collector.url}/connect?tab=import`)
  await page.getByLabel('CSV file').setInputFiles(file)
  await page.getByRole('button', { name: 'See what it would do' }).click()
  await page.getByRole('heading', { name: '14 rows: nothing would be added' }).waitFor()
  expect(await page.locator('[data-part=rest]').textContent()).toMatch(/^12 are known already/)
  expect(await page.getByRole('button', { name: /^Import \d/ }).count()).toBe(0)
  await page.getByRole('link', { name: 'Choose another file' }).click()
  const large = { ...file, buffer: Buffer.alloc(6_000_000, 'a') }
  await page.getByLabel('CSV file').setInputFiles(large)
  await page.getByRole('button', { name: 'See what it would do' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('over 5 MB')
  expect((await report()).total).toEqual(after.total)
})
