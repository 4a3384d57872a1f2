/**
 * A real Chromium that looks like somebody's desktop: no headless user agent, no automation mark, a
 * profile of its own that `close` deletes. `CHROME_PATH` names another one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bundled from '@sparticuz/chromium'
import { type BrowserContext, chromium } from 'playwright-core'

export interface LaunchOptions {
  /** Further switches for the browser's command line. */
  readonly args?: readonly string[]
  /** Switches that Playwright starts a browser with by itself, to be left out. */
  readonly without?: readonly string[]
  /** Another browser than the bundled one. */
  readonly executable?: string
}

export interface TestBrowser {
  readonly context: BrowserContext
  readonly close: () => Promise<void>
}

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36'

export async function launchBrowser(options: LaunchOptions = {}): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'pique-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath:
      options.executable ?? process.env.CHROME_PATH ?? (await bundled.executablePath()),
    headless: true,
    ignoreDefaultArgs: [...(options.without ?? [])],
    userAgent: USER_AGENT,
    viewport: { width: 1280, height: 800 },
    args: [
      '--no-sandbox',
      '--disable-blink-features=AutomationControlled',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-first-run',
      '--no-pings',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      ...(options.args ?? []),
    ],
  })
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
