/**
 * `npm run screenshots`: the README's pictures of a lead's page, light and dark, from the built demo.
 */
import { spawn } from 'node:child_process'
import bundled from '@sparticuz/chromium'
import { chromium } from 'playwright-core'

const SIZE = { width: 1280, height: 1000 }

const demo = spawn(process.execPath, ['dist/pique.js', 'demo', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const ready = await new Promise((resolve, reject) => {
    demo.once('exit', () => reject(new Error('the demo ended')))
    demo.stdout.on('data', (chunk) => {
      const line = String(chunk)
        .split('\n')
        .find((one) => one.startsWith('{"ready"'))
      if (line) resolve(JSON.parse(line))
    })
  })
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? (await bundled.executablePath()),
    args: ['--no-sandbox', '--disable-background-networking'],
    headless: true,
  })
  const light = await browser.newContext({ viewport: SIZE })
  const page = await light.newPage()
  await page.goto(ready.dashboard)
  await page.goto(`${ready.url}/leads`)
  await page.locator('a[href^="/leads/ld_"]').first().click()
  await page.waitForSelector('[data-score-milli]')
  await page.screenshot({ path: '.github/lead-page.png' })
  const dark = await browser.newContext({
    viewport: SIZE,
    colorScheme: 'dark',
    storageState: await light.storageState(),
  })
  const night = await dark.newPage()
  await night.goto(page.url())
  await night.screenshot({ path: '.github/lead-page-dark.png' })
  await browser.close()
} finally {
  demo.kill()
}
