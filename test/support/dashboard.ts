import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { launchBrowser, type TestBrowser } from './browser.ts'
import { type RunningCollector, startBuilt } from './collector.ts'

/** What tests of the dashboard do with pages of a real browser. */

export interface Demo {
  readonly collector: RunningCollector
  /** Has signed in, as owner. */
  readonly browser: TestBrowser
}

/** The built demo, and a browser of its owner. */
export async function startDemo(store: string): Promise<Demo> {
  const collector = await startBuilt('demo', store)
  const browser = await launchBrowser()
  const page = await browser.context.newPage()
  await page.goto(collector.dashboard)
  await page.close()
  return { collector, browser }
}

export interface Watched {
  readonly page: Page
  /** Everything that should not have happened: errors, dialogs, refusals of the content policy. */
  readonly trouble: readonly string[]
}

export async function openWatched(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage()
  const trouble: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) trouble.push(`${page.url()}: ${said.text()}`)
  })
  page.on('pageerror', (error) => trouble.push(`${page.url()}: ${error.message}`))
  page.on('dialog', (dialog) => {
    trouble.push(`${page.url()}: dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  return { page, trouble }
}

export async function withoutScripts(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
}

export async function openEverything(page: Page): Promise<void> {
  await page.locator('main details').evaluateAll((all) => {
    for (const one of all) one.setAttribute('open', '')
  })
}

export async function expectNoOverflow(page: Page): Promise<void> {
  const width = await page.evaluate(() =>
    Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
  )
  expect([page.url(), width]).toEqual([page.url(), page.viewportSize()?.width])
}
