import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LeadJson, ScoreJson, SiteJson, VisitorJson } from '../../collector/store/shapes.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import {
  expectNoOverflow,
  openEverything,
  openWatched,
  startDemo,
  withoutScripts,
} from '../support/dashboard.ts'

/** The dashboard as its owner uses it: the built collector, generated people, a real browser. */

const TEST_MS = 120_000
const LIVE_MS = 10_000
const PHONE = { width: 360, height: 740 }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let collector: RunningCollector
let browser: TestBrowser
let siteKey: string
let top: LeadJson
const place = createPlace()

beforeAll(async () => {
  ;({ collector, browser } = await startDemo(place.store))
  siteKey = (await list<SiteJson>('/sites'))[0]!.key
  top = (await list<LeadJson>('/leads?limit=1'))[0]!
}, TEST_MS)

afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

/** An admin key is a password of the dashboard. */
async function newAdminKey(): Promise<string> {
  const body = JSON.stringify({ name: 'A colleague', scopes: ['admin'] })
  const headers = { 'content-type': 'application/json' }
  const made = await collector.api('/keys', { method: 'POST', headers, body })
  const { key }: { key: string } = await made.json()
  return key
}

const open = (from: TestBrowser = browser) => openWatched(from.context)

/** Runs with a browser, and so with cookies, of its own. */
async function withBrowser(run: (own: TestBrowser) => Promise<void>): Promise<void> {
  const own = await launchBrowser()
  try {
    await run(own)
  } finally {
    await own.close()
  }
}

const at = (path: string): string => `${collector.url}${path}`
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent)

describe('from the list to the reason', { timeout: TEST_MS }, () => {
  test('a lead is found by text, and its receipt is the one the API gives', async () => {
    const { page, trouble } = await open()
    await page.goto(at('/leads'))
    await page.getByLabel('Search').fill(top.email!)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.waitForURL(at(`/leads?${new URLSearchParams({ q: top.email! })}`))
    expect(await page.locator('[data-row]').allTextContents()).toEqual([top.name])

    await page.locator('[data-row]').click()
    await page.waitForURL(at(`/leads/${top.id}`))
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(top.name)
    const lines = await page
      .locator('[data-milli]')
      .evaluateAll((all) => all.map((line) => Number(line.getAttribute('data-milli'))))
    const total = Number(await page.locator('[data-score-milli]').getAttribute('data-score-milli'))
    expect(lines.reduce((sum, milli) => sum + milli, 0)).toBe(total)

    const asOf = await page.locator('.receipt-foot time').getAttribute('datetime')
    const answer = await collector.api(`/leads/${top.id}/score?as_of=${asOf}`)
    const score: ScoreJson = await answer.json()
    expect(score.score_milli).toBe(total)
    expect(lines.toSorted()).toEqual(score.reasons.map(({ milli }) => milli).toSorted())
    expect(await page.getByText('Top lead', { exact: true }).count()).toBe(1)
    expect(trouble).toEqual([])
    await page.close()
  })

  test('visits are headings to open, by keyboard too, and the page stays short', async () => {
    const { page, trouble } = await open()
    await page.goto(at(`/leads/${top.id}`))
    const visits = page.locator('.session > details')
    const states = await visits.evaluateAll((all) => all.map((one) => one.hasAttribute('open')))
    expect(states.length).toBeGreaterThan(2)
    expect(states).toEqual(states.map((_, index) => index === 0))
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(4_000)

    const second = visits.nth(1)
    await second.locator('> summary').focus()
    await page.keyboard.press('Enter')
    await second.locator('.event').first().waitFor()
    await page.keyboard.press('Enter')
    await second.locator('.event').first().waitFor({ state: 'hidden' })

    const shown = await visits.evaluateAll((all) =>
      all.map((one) => one.querySelectorAll(':scope > ol > .event').length),
    )
    expect(Math.max(...shown)).toBeLessThanOrEqual(12)
    expect(await page.locator('.event-name').allTextContents()).not.toContain('Visit began')
    expect(await page.getByText(/^· .*\d+ s, read to \d+\s%$/).count()).toBeGreaterThan(0)
    expect(trouble).toEqual([])
    await page.close()
  })

  test('keys move, open, search and explain', async () => {
    const { page, trouble } = await open()
    await page.goto(at('/leads'))
    const names = await page.locator('[data-row]').allTextContents()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await focusedText(page)).toBe(names[1])
    await page.keyboard.press('k')
    expect(await focusedText(page)).toBe(names[0])

    await page.keyboard.press('/')
    await page.keyboard.type('jk?/')
    expect(await page.getByLabel('Search').inputValue()).toBe('jk?/')
    await page.keyboard.press('Tab')
    await page.evaluate(() => document.querySelector<HTMLElement>('main')?.focus())

    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keys' })
    await help.waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'hidden' })

    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(at(`/leads/${top.id}`))
    await page.keyboard.press('/')
    await page.waitForURL(at('/leads#search'))
    await page.locator('[data-search]:focus').waitFor()
    expect(trouble).toEqual([])
    await page.close()
  })

  test('a lead nobody knows is a page that leads on', async () => {
    const { page } = await open()
    for (const path of ['/leads/ld_999999', '/visitors/vi_999999', '/nowhere']) {
      expect((await page.goto(at(path)))?.status()).toBe(404)
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.locator('main a.button').count()).toBeGreaterThan(0)
    }
    await page.goto(at('/leads/ld_999999'))
    await page.getByRole('link', { name: 'All leads' }).click()
    await page.waitForURL(at('/leads'))
    await page.close()
  })
})

describe('signing in and out', { timeout: TEST_MS }, () => {
  test('whoever is signed out signs in and arrives where they were going', () =>
    withBrowser(async (own) => {
      const password = await newAdminKey()
      const { page, trouble } = await open(own)
      await page.goto(at('/leads?q=a&sort=email'))
      expect(new URL(page.url()).pathname).toBe('/login')
      await page.getByLabel('E-mail').fill('owner@shop.example')
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(at('/leads?q=a&sort=email'))

      await withoutScripts(page)
      await page.reload()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(at('/login'))
      await page.goto(at('/'))
      expect(new URL(page.url()).pathname).toBe('/login')
      expect(trouble).toEqual([])
    }))

  test('the link of the first start signs in once', () =>
    withBrowser(async (own) => {
      const { page } = await open(own)
      const answer = await page.goto(collector.dashboard)
      expect(answer?.status()).toBe(401)
      expect(await page.getByRole('alert').textContent()).toContain('was used before')
      await page.goto(at('/'))
      expect(new URL(page.url()).pathname).toBe('/login')
    }))
})

/** A web property of somebody's: one page with the given markup in its head. */
async function startShop(head: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(
      `<!doctype html><html><head><title>A shop</title>${head}</head><body></body></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
  return { url: `http://127.0.0.1:${port}/`, server }
}

test('a newcomer pastes the tag and sees the first visitor arrive', { timeout: TEST_MS }, () =>
  withBrowser(async (own) => {
    const fresh = createPlace()
    const started = await startBuilt('start', fresh.store)
    let shop: Server | undefined
    try {
      const { page: today, trouble } = await open(own)
      await today.goto(started.dashboard)
      await today.getByText('Paste this tag, then this page fills').waitFor()
      const { page: connect, trouble: more } = await open(own)
      await connect.goto(`${started.url}/connect`)
      await connect.getByText('Waiting for the first visitor…').waitFor()
      const tag = (await connect.locator('#tag').textContent()) ?? ''
      expect(tag).toMatch(/^<script defer src="http[^"]+\/pique\.js" data-site="[^"]+"><\/script>$/)
      for (const page of [today, connect]) {
        await page.evaluate(() => document.body.setAttribute('data-same', 'yes'))
      }

      const opened = await startShop(tag)
      shop = opened.server
      const visitor = await own.context.newPage()
      await visitor.goto(opened.url)
      await connect.getByText(/^Visitor seen: Chrome on Linux/).waitFor({ timeout: LIVE_MS })
      await today.locator('[data-list=rows] > li').waitFor({ timeout: LIVE_MS })
      expect(await today.locator('[data-list=rows] > li').textContent()).toContain(
        'Anonymous visitor',
      )
      await today.getByText('1 visitor here now').waitFor()
      expect(await today.locator('[data-teach]').isVisible()).toBe(false)
      for (const page of [today, connect]) {
        expect(await page.locator('body').getAttribute('data-same')).toBe('yes')
      }
      expect([...trouble, ...more]).toEqual([])
    } finally {
      shop?.closeAllConnections()
      shop?.close()
      await started.stop()
      fresh.remove()
    }
  }),
)

describe('a page of the site asks the collector', { timeout: TEST_MS }, () => {
  test('and keeps the cookie that it renews, and loads what the tag may load', async () => {
    const { url, server } = await startShop('')
    const { page } = await open()
    try {
      await page.goto(url.replace('127.0.0.1', 'www.shop.test'))
      const id = crypto.randomUUID()
      const asked = await page.evaluate(
        async ({ host, site, id }) => {
          const event = { id: crypto.randomUUID?.() ?? id, type: 'page_view', at: Date.now() }
          const sent = await fetch(`${host}/e`, {
            method: 'POST',
            credentials: 'include',
            body: JSON.stringify({ site, browser: id, events: [event] }),
          })
          const query = new URLSearchParams({ site, browser: id, audience: 'hot' })
          const is = await fetch(`${host}/is?${query}`, { credentials: 'include' })
          const load = (name: string) =>
            new Promise<string>((resolve) => {
              const script = document.createElement('script')
              script.src = `${host}/pique-${name}.js?site=${site}`
              script.onload = () => resolve('loaded')
              script.onerror = () => resolve('refused')
              document.head.append(script)
            })
          return {
            sent: sent.status,
            is: await is.json(),
            extras: await Promise.all(['video', 'debug', 'verify', 'other'].map(load)),
            cookie: document.cookie,
          }
        },
        { host: collector.url.replace('127.0.0.1', 't.shop.test'), site: siteKey, id },
      )
      expect(asked).toEqual({
        sent: 202,
        is: { is: false },
        extras: ['loaded', 'loaded', 'loaded', 'refused'],
        cookie: `_pq=${id}`,
      })
      const [kept] = (await browser.context.cookies(page.url())).filter(
        ({ name }) => name === '_pq',
      )
      const days = ((kept?.expires ?? 0) - Date.now() / 1000) / 86_400
      expect(kept).toMatchObject({ value: id, domain: '.shop.test', path: '/', sameSite: 'Lax' })
      expect(days).toBeGreaterThan(399)
    } finally {
      await page.close()
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('checking a page', { timeout: TEST_MS }, () => {
  /** Answers as the tag does, to the token in the page's address. */
  const answering = (answer: object) => `<script>
    const token = location.hash.split('#pique-verify=')[1]
    if (token) {
      const page = location.origin + location.pathname
      fetch('${collector.url}/verify', {
        method: 'POST',
        credentials: 'omit',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ token, page, ...${JSON.stringify(answer)} }),
      }).then((answer) => answer.json()).then(({ words }) => { document.title = words })
    }
  </script>`
  const fine = { consent: 'granted', storage: 'cookie', stores: true, auto: true, collects: true }

  async function withShop(head: string, run: (url: string) => Promise<void>): Promise<void> {
    const { url, server } = await startShop(head)
    try {
      await run(url)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test('opens it, and shows what its tag answers without a reload', () =>
    withShop(answering({ site: siteKey, ...fine }), async (url) => {
      const { page, trouble } = await open()
      await page.goto(at('/connect'))
      await page.evaluate(() => document.body.setAttribute('data-same', 'yes'))
      const field = page.getByLabel('Address of one of your pages')
      await field.fill('javascript:alert(1)')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText('Give the address of a web page').waitFor()
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      expect(await field.evaluate((node) => node === document.activeElement)).toBe(true)
      const refused = trouble.filter((line) => line.includes('400'))
      expect(trouble).toEqual(refused)

      await field.fill(`${url}pricing?from=mail`)
      const [opened] = await Promise.all([
        browser.context.waitForEvent('page'),
        page.keyboard.press('Enter'),
      ])
      const words = `Your tag works on ${url}pricing.`
      await opened.waitForFunction((title) => document.title === title, words)
      expect(await opened.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
      await page.bringToFront()
      await page.getByText(words).waitFor({ timeout: LIVE_MS })
      await page.getByText('A test reached the collector.').waitFor()
      expect(await page.locator('#check-problem').textContent()).toBe('')
      expect(await field.getAttribute('aria-invalid')).toBe(null)
      expect(await page.locator('[data-part=check-open]').isVisible()).toBe(false)
      expect(await page.locator('body').getAttribute('data-same')).toBe('yes')
      expect(page.url()).not.toContain('verify')
      await page.reload()
      await page.getByText(words).waitFor()
      expect(trouble).toEqual(refused)
      await opened.close()
      await page.close()
    }))

  test('works without scripts, over plain http too', () =>
    withShop(answering({ site: 'k_stale', ...fine }), (url) =>
      withBrowser(async (own) => {
        const plain = (path: string) => at(path).replace('127.0.0.1', 'pique.test')
        const { page } = await open(own)
        await withoutScripts(page)
        await page.goto(plain('/login'))
        await page.getByLabel('Password').fill(await newAdminKey())
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.goto(plain('/connect'))
        await page.getByLabel('Address of one of your pages').fill('ftp://shop.example')
        await page.getByRole('button', { name: 'Check' }).click()
        await page.getByRole('alert').getByText('Give the address of a web page').waitFor()
        await page.getByLabel('Address of one of your pages').fill(url)
        await page.getByRole('button', { name: 'Check' }).click()
        await page.getByText(`Waiting for the tag on ${url}…`).waitFor()
        const [opened] = await Promise.all([
          own.context.waitForEvent('page'),
          page.getByRole('link', { name: 'Open the page in a new tab' }).click(),
        ])
        const words = `Your tag is on ${url}, but its site key is of no site here.`
        await opened.waitForFunction((title) => document.title === title, words)
        await page.getByRole('link', { name: 'See what it answered' }).click()
        await page.getByText(words).waitFor()
        await page.getByText('replace the tag with the one from step 1').waitFor()
      }),
    ))

  test('says why nothing may come, while it goes on waiting', () =>
    withShop('', async (url) => {
      const { page } = await open()
      await page.setViewportSize(PHONE)
      await page.goto(at('/connect'))
      await page.getByLabel('Address of one of your pages').fill(url)
      const [opened] = await Promise.all([
        browser.context.waitForEvent('page'),
        page.getByRole('button', { name: 'Check' }).click(),
      ])
      await page.bringToFront()
      await page.getByText(`Nothing has come from ${url} yet.`).waitFor({ timeout: 3 * LIVE_MS })
      expect(await page.locator('.check-facts li').count()).toBeGreaterThanOrEqual(4)
      expect(await page.locator('[data-part=check-open]').isVisible()).toBe(true)
      await expectNoOverflow(page)
      await opened.close()
      await page.close()
    }))
})

describe('what visitors send', { timeout: TEST_MS }, () => {
  const IMAGE = '"><img src=https://evil.example/x onerror=alert(1)>'
  const SCRIPT = '</title></template><script>alert(2)</script>'
  const NAME = `<svg onload=alert(3)>${'a'.repeat(120)}`

  async function send(
    events: readonly (Omit<WireEvent, 'id' | 'at'> & { readonly ago: number })[],
    userAgent: string,
  ): Promise<string> {
    const now = Date.now()
    const browserId = crypto.randomUUID()
    const answer = await fetch(at('/e'), {
      method: 'POST',
      headers: { 'user-agent': userAgent },
      body: JSON.stringify({
        site: siteKey,
        browser: browserId,
        sentAt: now,
        human: true,
        events: events.map(({ ago, ...event }) => ({
          ...event,
          id: crypto.randomUUID(),
          at: now - ago,
        })),
      }),
    })
    expect(await answer.json()).toMatchObject({ accepted: events.length, rejected: [] })
    return browserId
  }

  const query = new URLSearchParams({
    utm_source: IMAGE,
    utm_medium: SCRIPT,
    utm_campaign: IMAGE,
  })
  const laced = {
    url: `https://shop.example/p/<script>alert(4)</script>?${query}`,
    referrer: 'https://from.example/"onmouseover="alert(5)',
    title: IMAGE,
  }

  test('is shown as it was sent, and runs nowhere', async () => {
    const email = 'mallory@laced.example'
    const browserId = await send(
      [
        { ...laced, type: 'page_view', ago: 9_000 },
        { ...laced, type: 'tour_booked', ago: 8_000, props: { [SCRIPT]: SCRIPT, note: IMAGE } },
        { ...laced, type: 'add_to_cart', ago: 7_000, props: { item_name: SCRIPT } },
        { ...laced, type: 'click', ago: 6_000, props: { link_url: 'javascript:alert(6)' } },
        { ...laced, type: 'form_submit', ago: 5_000, props: { form_name: IMAGE } },
        { ...laced, type: 'view_search_results', ago: 4_000, props: { search_term: SCRIPT } },
        { ...laced, type: 'file_download', ago: 3_000, props: { link_url: 'data:text/html,<x>' } },
        {
          ...laced,
          type: 'identify',
          ago: 2_000,
          props: {
            email,
            traits: { name: NAME, company: SCRIPT, job_title: IMAGE, [IMAGE]: SCRIPT },
          },
        },
      ],
      `${FIREFOX} <script>alert(7)</script>`,
    )
    const anonymous = await send([{ ...laced, type: 'page_view', ago: 1_500 }], FIREFOX)
    const bot = await send(
      [{ ...laced, type: 'page_view', ago: 1_000, title: SCRIPT }],
      `${SCRIPT}bot/1.0 (+https://evil.example)`,
    )
    const answer = await collector.api(`/leads/${encodeURIComponent(`email:${email}`)}`)
    const lead: LeadJson = await answer.json()
    expect(lead.name).toBe(NAME)
    const visitors = await list<VisitorJson>('/visitors?limit=20')
    const mine = [browserId, anonymous, bot].map(
      (id) => visitors.find((one) => one.browser === id)!.id,
    )

    const { page, trouble } = await open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const search = new URLSearchParams({ q: 'mallory', source: lead.first_touch!.source })
    const shown = [
      ['/', NAME],
      ['/leads?sort=-last_seen', NAME],
      [`/leads?${search}`, NAME],
      [`/leads?${new URLSearchParams({ q: IMAGE, source: SCRIPT })}`, IMAGE],
      ['/leads?q=mallory', NAME],
      [`/leads/${lead.id}`, IMAGE],
      [`/leads/${lead.id}`, SCRIPT],
      ['/visitors', NAME],
      ...mine.map((id) => [`/visitors/${id}`, 'alert(4)'] as const),
      ['/connect', 'alert(4)'],
    ] as const
    await page.setViewportSize(PHONE)
    for (const [path, words] of shown) {
      const answered = await page.goto(at(path))
      expect([path, answered?.status()]).toEqual([path, 200])
      await openEverything(page)
      expect(await page.locator('main').textContent(), path).toContain(words)
      expect(await page.locator('main img, main script').count()).toBe(0)
      // But for the lead's own address, which is written to.
      const links = await page
        .locator(`a:not([href="mailto:${email}"])`)
        .evaluateAll((all) => all.map((one) => new URL((one as HTMLAnchorElement).href).protocol))
      expect(links.filter((protocol) => !/^(https?|mailto):$/.test(protocol))).toEqual([])
      await page.locator('main').hover()
      await expectNoOverflow(page)
    }

    // The page script fills rows from the same texts: those taken away come back.
    await page.goto(at('/'))
    await page.locator('[data-list=rows]').evaluate((rows) => rows.replaceChildren())
    await page.locator('.live-row[data-fresh]', { hasText: NAME }).waitFor({ timeout: LIVE_MS })
    await page.locator('.live-row[data-fresh]', { hasText: 'alert(4)' }).last().waitFor()
    await page.goto(at('/connect'))
    await page.locator('[data-part=words]').evaluate((words) => words.replaceChildren())
    await page.locator('[data-part=words]', { hasText: 'alert(4)' }).waitFor({ timeout: LIVE_MS })
    await page.goto(at('/live.json'))
    expect(asked.filter((url) => !url.startsWith(collector.url))).toEqual([])
    expect(trouble).toEqual([])
    await page.close()
  })
})

test('a lead is found without scripts', { timeout: TEST_MS }, async () => {
  const { page, trouble } = await open()
  await withoutScripts(page)
  await page.goto(at('/'))
  await page.getByRole('link', { name: 'Leads', exact: true }).click()
  await page.getByLabel('Search').fill(top.email!)
  await page.getByRole('combobox', { name: 'Stage' }).selectOption(top.stage)
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('link', { name: top.name! }).click()
  await page.waitForURL(at(`/leads/${top.id}`))
  const second = page.locator('.session > details').nth(1)
  await second.locator('> summary').click()
  await second.locator('.event').first().waitFor()
  expect(trouble).toEqual([])
  await page.close()
})
