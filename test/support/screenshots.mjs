/**
 * `npm run screenshots`: a picture of every screen, light, dark and on a phone, from the built demo, in
 * `.github/screens`; and the README's two of a lead's page. Names of screens after it make only these.
 */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import bundled from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import { pathOf, SCREENS } from './screens.mjs'

const FOLDER = '.github/screens'
const DESK = { width: 1280, height: 1000 }
const LOOKS = {
  light: { viewport: DESK },
  dark: { viewport: DESK, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 } },
}
const asked = process.argv.slice(2)

/** Starts the demo and resolves with its ready line. */
function started(demo) {
  return new Promise((resolve, reject) => {
    demo.once('exit', () => reject(new Error('the demo ended')))
    demo.stdout.on('data', (chunk) => {
      const line = String(chunk)
        .split('\n')
        .find((one) => one.startsWith('{"ready"'))
      if (line) resolve(JSON.parse(line))
    })
  })
}

const demo = spawn(process.execPath, ['dist/pique.js', 'demo', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const ready = await started(demo)
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? (await bundled.executablePath()),
    args: ['--no-sandbox', '--disable-background-networking'],
    headless: true,
  })
  const first = await browser.newContext()
  const page = await first.newPage()
  await page.goto(ready.dashboard)
  const storageState = await first.storageState()
  const idOf = async (list, path) => {
    await page.goto(ready.url + list)
    const href = await page.locator(`a[href^="${path}"]`).first().getAttribute('href')
    return new URL(href, ready.url).pathname.slice(path.lastIndexOf('/') + 1)
  }
  const people = {
    lead: await idOf('/leads', '/leads/ld_'),
    visitor: await idOf('/visitors?anonymous=1', '/visitors/vi_'),
  }
  mkdirSync(FOLDER, { recursive: true })
  for (const [look, options] of Object.entries(LOOKS)) {
    const context = await browser.newContext({ ...options, storageState })
    const shown = await context.newPage()
    for (const [name, path] of Object.entries(SCREENS)) {
      if (asked.length > 0 && !asked.includes(name)) continue
      await shown.goto(ready.url + pathOf(path, people))
      await shown.screenshot({ path: `${FOLDER}/${name}-${look}.png`, fullPage: true })
      process.stdout.write(`${FOLDER}/${name}-${look}.png\n`)
      const isReadme = name === 'lead' && look !== 'phone'
      if (isReadme) {
        const readme = `.github/lead-page${look === 'dark' ? '-dark' : ''}.png`
        await shown.screenshot({ path: readme })
      }
    }
    await context.close()
  }
  await browser.close()
} finally {
  demo.kill()
}
