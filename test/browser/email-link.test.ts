import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadJson, Page, TimelineSessionJson } from '../../collector/store/shapes.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'

/** A link as in an e-mail, from the command line through a real browser to the lead. */

const ANN = 'ann@corp.example'
const place = createPlace()
let collector: RunningCollector
let browser: TestBrowser
let site: Server
let port = 0
const asked: string[] = []

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  browser = await launchBrowser()
  const { data } = await (await collector.api('/sites')).json()
  const tag = `<script defer src="${collector.url}/pique.js" data-site="${data[0].key}"></script>`
  site = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    const mail = new URL(request.url ?? '/', 'http://x.test').searchParams.get('mail')
    response.end(
      mail === null
        ? `<title>Prices</title>${tag}<p>Prices</p>`
        : `<title>Inbox</title><a href="${mail.replaceAll('&', '&amp;')}">See our prices</a>`,
    )
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  port = (site.address() as AddressInfo).port // a TCP server's
})
afterAll(async () => {
  await browser.close()
  await collector.stop()
  site.close()
  place.remove()
})

function linkFor(email: string): string {
  const url = `http://shop.test:${port}/pricing`
  const args = ['link', url, '--email', email, '--campaign', 'spring', '--store', place.store]
  return JSON.parse(
    execFileSync(process.execPath, ['dist/pique.js', ...args], { encoding: 'utf8' }),
  ).address
}
const leadOf = async (email: string): Promise<LeadJson | null> => {
  const answer = await collector.api(`/leads/email:${email}`)
  return answer.status === 200 ? answer.json() : null
}
const inbox = (link: string) => `http://mail.test:${port}/?mail=${encodeURIComponent(link)}`
const clicksOf = (lead: LeadJson | null) =>
  lead?.reasons.find(({ rule }) => rule === 'email_click')?.milli ?? 0

test('who follows the link in the mail is known, and scores once there is a person', async () => {
  const link = linkFor(ANN)
  expect(link).not.toContain('ann')
  const page = await browser.context.newPage()
  await page.goto(inbox(link))
  await page.click('a')
  await page.waitForURL(/pricing/)
  await expect.poll(() => leadOf(ANN), { timeout: 10_000 }).toMatchObject({ stage: 'lead' })
  // Less than ten seconds and nobody's hand: a scanner's browser looks the same, and comes to nothing.
  expect(await leadOf(ANN)).toMatchObject({ score_milli: 0, reasons: [] })
  await page.mouse.move(10, 10)
  await page.mouse.move(60, 60)
  await page.mouse.wheel(0, 50)
  await page.waitForTimeout(3_200) // the tag itself asks for three seconds before it takes anybody for a person
  await page.goto(`http://shop.test:${port}/about`)
  await expect.poll(async () => clicksOf(await leadOf(ANN)), { timeout: 10_000 }).toBe(3000)
  const lead = await leadOf(ANN)
  expect(lead?.first_touch).toMatchObject({ channel: 'Email', medium: 'email', campaign: 'spring' })
  const timeline: Page<TimelineSessionJson> = await (
    await collector.api(`/leads/${lead?.id}/timeline`)
  ).json()
  const types = timeline.data.flatMap(({ events }) => events.map(({ type }) => type))
  expect(types.filter((type) => type === 'email_click')).toHaveLength(1)
  expect(JSON.stringify(timeline)).not.toContain('utm_pique')
  await page.close()
}, 40_000)

test('whoever only fetches it is nobody', async () => {
  const link = linkFor('scanned@corp.example')
  for (let i = 0; i < 6; i++) await fetch(link.replace('shop.test', '127.0.0.1'))
  expect(asked.at(-1)).toContain('utm_pique=')
  expect(await leadOf('scanned@corp.example')).toBeNull()
})

test('a browser that asks not to be known is not', async () => {
  const link = linkFor('private@corp.example')
  const page = await browser.context.newPage()
  await page.addInitScript(
    'Object.defineProperty(navigator, "globalPrivacyControl", { value: true })',
  )
  const sent = page.waitForResponse((response) => response.url().endsWith('/e'))
  await page.goto(inbox(link))
  await page.click('a')
  expect((await sent).status()).toBe(202)
  expect(await leadOf('private@corp.example')).toBeNull()
  await page.close()
})
