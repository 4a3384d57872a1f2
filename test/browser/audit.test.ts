import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { findingsInBoth } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { createPlace, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** Settings as an owner uses it, first without scripts: a site, an erasure, and what is written down of both. */

const TABS = ['people', 'sites', 'keys', 'data', 'erase', 'audit', 'you']

test('a site begins with consent pending, a person is erased in two steps, and the log tells of both', {
  timeout: 90_000,
}, async () => {
  const place = createPlace()
  const collector = await startBuilt('start', place.store)
  const browser = await launchBrowser()
  try {
    const page = await browser.context.newPage()
    const trouble: string[] = []
    page.on('console', (message) => trouble.push(message.text()))
    page.on('pageerror', (error) => trouble.push(error.message))
    await page.goto(collector.dashboard)
    const scripts = await browser.context.newCDPSession(page)
    await scripts.send('Emulation.setScriptExecutionDisabled', { value: true })

    await page.goto(`${collector.url}/settings/sites`)
    const form = page.locator('#add-site form')
    await form.getByLabel('Name').fill('Stall')
    await form.getByLabel('Addresses').fill('https://stall.example')
    await form.getByLabel('Pending').check()
    await form.getByRole('button', { name: 'Add the site' }).click()
    const tag = /data-site="(pk_[\w-]+)" data-consent="pending"/
    const [, siteKey = ''] = tag.exec((await page.locator('#added pre').textContent()) ?? '') ?? []
    expect(siteKey).not.toBe('')
    expect(await page.locator('#signing-secret').textContent()).toMatch(/^\S{32,}$/)
    await page.getByRole('link', { name: 'Its tag, of Stall' }).click()
    const shown = await page.locator('main pre').first().textContent()
    expect(tag.exec(shown ?? '')?.[1]).toBe(siteKey)

    await deliver(collector.url, siteKey)
    await page.goto(`${collector.url}/settings/erase`)
    await page.getByLabel('E-mail, user id').fill('dora@stall.test')
    await page.getByRole('button', { name: 'Look what would go' }).click()
    expect(await page.locator('#found').textContent()).toMatch(
      /1 e-mail address.*1 browser.*1 visit/,
    )
    const [lead] = await leads(collector)
    expect(lead).toMatchObject({ email: 'dora@stall.test' })
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText(`${lead.id} is erased`).waitFor()
    expect(await leads(collector)).toEqual([])

    await page.getByRole('link', { name: 'Audit log' }).click()
    const rows = await page.locator('.audit tbody tr').allTextContents()
    expect(rows.map((row) => row.replace(/^.*?The owner /, ''))).toEqual([
      `erased a person${lead.id}`,
      'added a siteStall (si_2)',
      expect.stringContaining('signed in'),
    ])
    expect(await page.content()).not.toContain('dora@')

    await scripts.send('Emulation.setScriptExecutionDisabled', { value: false })
    for (const tab of TABS) {
      await page.goto(`${collector.url}/settings/${tab}`)
      expect(await findingsInBoth(page)).toEqual([])
    }
    // Two clicks on one button make one key.
    await page.goto(`${collector.url}/settings/keys`)
    const sent = await page.locator('form[action="/settings/keys"]').evaluate((form) => {
      let count = 0
      addEventListener('submit', (event) => {
        if (!event.defaultPrevented) count += 1
        event.preventDefault()
      })
      if (!(form instanceof HTMLFormElement)) return 0
      form.noValidate = true
      form.requestSubmit()
      form.requestSubmit()
      return count
    })
    expect(sent).toBe(1)
    await page.setViewportSize({ width: 360, height: 740 })
    for (const tab of TABS) {
      await page.goto(`${collector.url}/settings/${tab}`)
      for (const more of await page.locator('.settings-more summary').all()) await more.click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), tab).toBe(360)
    }
    expect(trouble).toEqual([])
  } finally {
    await browser.close()
    await collector.stop()
    place.remove()
  }
})

async function deliver(url: string, site: string): Promise<void> {
  const props = { email: 'dora@stall.test' }
  const event = { id: randomUUID(), type: 'identify', at: Date.now(), props }
  const body = JSON.stringify({ site, browser: randomUUID(), human: true, events: [event] })
  const headers = { 'user-agent': CHROME, origin: 'https://stall.example' }
  expect((await fetch(`${url}/e`, { method: 'POST', body, headers })).status).toBe(202)
}

async function leads({ api }: Awaited<ReturnType<typeof startBuilt>>) {
  return (await (await api('/leads')).json()).data
}
