/**
 * What the tag loads only where it is needed, on the pages of a test: the file as it is built for
 * release, and at `/pique.js` a stand-in for the tag, which loads it as the tag does and keeps the calls
 * that come back; `piqueLog` of a page's own is what `pique.log` begins with. A test of the real tag leaves the stand-in out.
 */
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'

export type ExtraName = 'video' | 'debug' | 'verify'

export type Call = readonly [name: string, ...given: unknown[]]

declare global {
  interface Window {
    readonly piqueCalls: Call[]
  }
}

const standIn = (name: ExtraName) => `{
  const tag = document.currentScript
  window.piqueCalls = []
  window.pique = (...call) => void window.piqueCalls.push(call)
  window.pique.log = window.piqueLog ?? []
  const { origin, searchParams } = new URL(tag.src)
  const site = searchParams.get('site')
  window.pique.config = { consent: 'granted', site, host: origin, ...tag.dataset }
  import(origin + '/pique-${name}.js').then((file) => file.run?.(() => {}, true))
}`

const JAVASCRIPT = 'text/javascript; charset=utf-8'

/** The file at its address, on every page of the browser. */
export async function serveExtra(context: BrowserContext, name: ExtraName): Promise<void> {
  const body = readFileSync(`dist/snippet/pique-${name}.js`)
  await context.route(`**/pique-${name}.js*`, (route) =>
    // Modules of another origin ask for leave.
    route.fulfill({
      body,
      contentType: JAVASCRIPT,
      headers: { 'access-control-allow-origin': '*' },
    }),
  )
}

/** The stand-in instead of the tag. */
export async function standInForTag(page: Page, name: ExtraName): Promise<void> {
  await page.route(/\/pique\.js(\?|$)/, (route) =>
    route.fulfill({ body: standIn(name), contentType: JAVASCRIPT }),
  )
}
