import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadJson, ModelJson } from '../../collector/store/shapes.ts'
import { findingsInBoth } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector } from '../support/collector.ts'
import { startDemo } from '../support/dashboard.ts'

/** The model as somebody works on it: tried out, published, compared and gone back from. */

const TEST_MS = 90_000

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

const at = (path: string) => `${collector.url}${path}`
const active = async (): Promise<ModelJson> => (await collector.api('/model')).json()
/** Scores of those who score most, which nobody's visit moves: the demo's visitors are not live. */
async function scores(): Promise<readonly (readonly [string, number])[]> {
  const { data }: { data: readonly LeadJson[] } = await (
    await collector.api('/leads?limit=100')
  ).json()
  return data.map(({ id, score_milli }) => [id, score_milli] as const)
}

async function open(path: string): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.context.newPage()
  const trouble: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(said.text())
  })
  page.on('pageerror', (error) => trouble.push(error.message))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective}`)
    })
  })
  await page.goto(at(path))
  return { page, trouble }
}

async function expectNoViolation(page: Page): Promise<void> {
  expect(await findingsInBoth(page)).toEqual([])
}

test('points change in the form, the preview names who is gained, and going back undoes it', {
  timeout: TEST_MS,
}, async () => {
  const before = await scores()
  const { page, trouble } = await open('/model')
  await expectNoViolation(page)
  await page.getByRole('link', { name: 'Edit the model' }).click()
  const preview = page.locator('[data-preview]')
  const points = page.getByLabel('Points of Pages viewed')
  await points.fill('30')
  const cap = page.getByLabel('Cap of Pages viewed')
  await cap.fill('900')
  await page.locator('[data-preview][data-state=ready]').waitFor()
  expect(await preview.locator('[data-list=gained] a').count()).toBeGreaterThan(0)
  expect(await preview.locator('[data-part=words]').textContent()).toMatch(
    /\d+ leads? gained, 0 lost/,
  )
  expect(
    await preview
      .locator('.band-is')
      .evaluateAll((all) => all.filter((one) => Number(one.getAttribute('height')) > 0).length),
  ).toBeGreaterThan(3)
  await expectNoViolation(page)
  expect((await active()).version).toBe(1)

  await page.getByLabel('What changes, and why').fill('Pages count for more')
  await page.getByRole('button', { name: 'Publish' }).click()
  const notice = page.getByRole('status').filter({ hasText: 'Version 2' })
  await notice.waitFor()
  expect(await notice.textContent()).toMatch(/Version 2 scores now: \d+ leads? gained, 0 lost/)
  const moved = await scores()
  expect(moved[0]?.[1]).toBeGreaterThan(before[0]?.[1] ?? 0)

  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('Pages count for more').waitFor()
  await page.getByRole('link', { name: 'What version 2 changed' }).click()
  const [gone, added] = await page
    .locator('.diff [data-kind=removed], .diff [data-kind=added]')
    .allTextContents()
  expect(gone).toMatch(/removed: .*id: page_view.* points: 1,/)
  expect(added).toMatch(/added: .*id: page_view.* points: 30,.* cap: 900/)
  await expectNoViolation(page)

  await page.goto(at('/model/history'))
  await page.getByRole('link', { name: 'Go back to version 1' }).click()
  await page.getByRole('button', { name: 'Go back to version 1' }).click()
  await page.getByRole('status').filter({ hasText: 'Version 3 scores now' }).waitFor()
  expect(await scores()).toEqual(before)
  expect(trouble).toEqual([])
  await page.close()
})

test('a mistake in the file shows its line and cure, and what was typed stays', {
  timeout: TEST_MS,
}, async () => {
  const { page, trouble } = await open('/model/edit?as=yaml')
  const draft = page.getByRole('textbox', { name: 'The model file' })
  const typed = (await draft.inputValue()).replace('half_life_days: 7', 'half_life_days: a week')
  await draft.fill(typed)
  const problem = page.locator('[data-list=problems] li')
  await problem.first().waitFor()
  const line = typed.slice(0, typed.indexOf('a week')).split('\n').length
  expect(await problem.first().textContent()).toMatch(
    new RegExp(`Line ${line} .*half_life_days is "a week"; expected a number of days`),
  )
  await problem.getByRole('link').click()
  expect(
    await draft.evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    ),
  ).toBe(typed.split('\n')[line - 1])
  await expectNoViolation(page)

  await page.getByLabel('What changes, and why').fill('A week')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.locator('[data-preview][data-state=wrong]').waitFor()
  expect(await page.getByRole('textbox', { name: 'The model file' }).inputValue()).toBe(typed)
  await page.getByRole('button', { name: 'Form' }).click()
  expect(await page.getByLabel('Halves in, days of Added to cart').inputValue()).toBe('a week')
  expect(trouble.filter((said) => !said.includes('400'))).toEqual([])
  await page.close({ runBeforeUnload: false })
})

test('without scripts, on a phone: preview, then publish', { timeout: TEST_MS }, async () => {
  const { page } = await open('/model')
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
  await page.setViewportSize({ width: 360, height: 740 })
  const fits = async () => {
    const width = await session.send('Page.getLayoutMetrics')
    expect([page.url(), width.cssContentSize.width]).toEqual([page.url(), 360])
  }
  const { version } = await active()
  for (const path of [
    '/model',
    '/model/history',
    '/model/diff',
    '/model/edit?as=yaml',
    '/model/edit',
  ]) {
    await page.goto(at(path))
    await fits()
  }
  await page.getByLabel('Qualified from, points').fill('30')
  await page.getByLabel('Back to lead below, points').fill('20')
  await page.getByLabel('On at least, active days').fill('1')
  await page.getByRole('button', { name: 'Preview' }).last().click()
  await page.locator('[data-preview][data-state=ready]').waitFor()
  expect(await page.locator('[data-list=gained] a').count()).toBeGreaterThan(0)
  expect(await page.getByLabel('Qualified from, points').inputValue()).toBe('30')
  await fits()
  await page.getByLabel('What changes, and why').fill('Sooner')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page
    .getByRole('status')
    .filter({ hasText: `Version ${version + 1} scores now` })
    .waitFor()
  expect(await active()).toMatchObject({ version: version + 1, note: 'Sooner' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page
    .getByRole('status')
    .filter({ hasText: `Version ${version + 2}` })
    .waitFor()
  expect((await active()).note).toBe(`Version ${version + 1} undone`)
  await page.close()
})
