/**
 * A full Chromium, where this machine has one: the bundled headless shell keeps no page in a
 * back/forward cache, prerenders none and knows no background tabs. With a debugger attached Chromium
 * does not prerender either, so `browseAlone` starts one that nobody steers: its pages act by
 * themselves, when the server they ask lets them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Paths of full browsers: one, or none. */
export function fullBrowsers(): readonly string[] {
  return [process.env.CHROME_PATH ?? '', ...PLACES].filter((path) => existsSync(path)).slice(0, 1)
}

/** Opens an address in a browser that no debugger watches; the answer ends it. */
export async function browseAlone(executable: string, url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'pique-alone-'))
  const browser: ChildProcess = spawn(
    executable,
    [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-popup-blocking',
      '--disable-sync',
      `--user-data-dir=${profile}`,
      url,
    ],
    { stdio: 'ignore' },
  )
  return async () => {
    const ended = new Promise((resolve) => browser.once('exit', resolve))
    browser.kill()
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
