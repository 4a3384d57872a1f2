import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { createPlace, startBuilt } from '../support/collector.ts'

const EMAIL = 'ann@shop.example'
const PASSWORD = 'brave violet otter'

test('from the set-up link to somebody who was added, and back in by a link in a mail', {
  timeout: 90_000,
}, async () => {
  const place = createPlace()
  const collector = await startBuilt('start', place.store)
  const browser = await launchBrowser()
  const mail = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<a href="${collector.url}/leads?q=x">A lead</a>`)
  })
  await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', resolve))
  try {
    const note = `${place.store}-setup`
    expect(statSync(note).mode & 0o777).toBe(0o600)
    const page = await browser.context.newPage()
    const trouble: string[] = []
    page.on('console', (message) => trouble.push(message.text()))
    await page.goto(readFileSync(note, 'utf8').trim())
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.waitForURL(`${collector.url}/`)
    expect(existsSync(note)).toBe(false)
    const [cookie] = await browser.context.cookies()
    expect(cookie).toMatchObject({ name: 'pique', httpOnly: true, sameSite: 'Strict' })

    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('E-mail').fill('new@shop.example')
    await page.getByRole('button', { name: 'Add somebody' }).click()
    expect(await page.locator('#secret').textContent()).toContain('/welcome?token=')
    await page.locator('#people .sure summary').nth(1).click()
    await page.getByRole('button', { name: 'Yes, remove' }).click()
    await page.getByRole('status').waitFor()
    expect(await page.getByText('new@shop.example').count()).toBe(0)

    // The cookie stays behind when a link of another site is followed; the page fetches it itself.
    const { port } = mail.address() as AddressInfo // a TCP server has an address once it listens
    await page.goto(`http://mail.test:${port}/`)
    await page.getByText('A lead').click()
    await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor()
    expect(page.url()).toBe(`${collector.url}/leads?q=x`)

    // Signed out, it ends at the sign-in and does not go round.
    await browser.context.clearCookies()
    await page.goto(`http://mail.test:${port}/`)
    await page.getByText('A lead').click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(trouble).toEqual([])
  } finally {
    mail.close()
    mail.closeAllConnections()
    await browser.close()
    await collector.stop()
    place.remove()
  }
})
