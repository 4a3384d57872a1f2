import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { LeadJson, SiteJson, VisitorJson } from '../../collector/store/shapes.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { scaled } from '../support/scale.ts'
import { CHROME, defaultModelYaml } from '../support/world.ts'
import { BAD_ADDRESSES, XSS_PAYLOADS } from '../support/xss-payloads.ts'

/**
 * Strangers write what the dashboard shows. Here every field that a page, a form, a header or the
 * API can fill holds a program, and every page that can be reached is opened in a real browser: none
 * runs, no policy has to stop one, and each is read as the text that it is.
 */

const TEST_MS = 120_000
const LIVE_MS = 15_000
const place = createPlace()
let collector: RunningCollector
let browser: TestBrowser
let site: SiteJson
let people: readonly LeadJson[]

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  ;[browser, site] = await Promise.all([
    launchBrowser(),
    list<SiteJson>('/sites').then(([one]) => one!),
  ])
  await fillByOwner()
  for (const [index, payload] of XSS_PAYLOADS.entries()) await visit(index, payload)
  for (const address of BAD_ADDRESSES) await followed(address)
  people = await list<LeadJson>('/leads?limit=100')
  for (const [index, { id }] of people.entries()) {
    const reason = XSS_PAYLOADS[index % XSS_PAYLOADS.length]!
    await post(`/leads/${id}/outcomes`, { type: 'qualify_lead', reason })
    await post(`/leads/${id}/adjustments`, { points: 7, reason })
  }
  const page = await browser.context.newPage()
  await page.goto(collector.dashboard)
  await saveViews(page)
  await page.close()
}, TEST_MS)

afterAll(async () => {
  await browser?.close()
  await collector?.stop()
  place.remove()
})

/** Names of views stand above every list, and are asked for in forms. */
async function saveViews(page: Page): Promise<void> {
  const names = XSS_PAYLOADS.map((payload) => payload.slice(0, 40))
  const answers = await page.evaluate(async (wanted) => {
    const statuses: number[] = []
    for (const name of wanted) {
      const body = new URLSearchParams({ name, query: `q=${encodeURIComponent(name)}` })
      statuses.push((await fetch('/leads/views', { method: 'POST', body })).status)
    }
    return statuses
  }, names)
  expect(answers.filter((status) => status === 200).length).toBeGreaterThan(20)
}

async function list<T>(path: string): Promise<readonly T[]> {
  const { data }: { data: readonly T[] } = await (await collector.api(path)).json()
  return data
}

async function post(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await collector.api(path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(201)
}

/** Names of sites and keys, labels of rules and the note of a model: what the owner writes. */
async function fillByOwner(): Promise<void> {
  for (const name of XSS_PAYLOADS) {
    await post('/sites', { name })
    await post('/keys', { name, scopes: ['read'] })
  }
  const rules = XSS_PAYLOADS.map((label, index) => {
    const rest = { on: 'page_view', points: index + 1, half_life_days: 30 }
    return `  - ${JSON.stringify({ id: `rule_${index}`, label, ...rest })}\n`
  })
  const yaml = defaultModelYaml().replace(/^rules:\n/m, `rules:\n${rules.join('')}`)
  await post('/model/publish', { yaml, note: XSS_PAYLOADS[0] })
  await vi.waitFor(
    async () => expect((await (await collector.api('/model')).json()).version).toBe(2),
    { timeout: LIVE_MS, interval: 50 },
  )
}

async function deliver(events: readonly object[], userAgent = CHROME): Promise<void> {
  const now = Date.now()
  const session = randomUUID()
  const whole = events.map((event) => ({ id: randomUUID(), at: now, session, ...event }))
  const batch = { site: site.key, browser: randomUUID(), sentAt: now, human: true, events: whole }
  const answer = await fetch(`${collector.url}/e`, {
    method: 'POST',
    body: JSON.stringify(batch),
    headers: { 'user-agent': userAgent, referer: `https://shop.example/${encodeURI(userAgent)}` },
  })
  expect(answer.status).toBe(202)
}

/** A person who fills every field of every kind of event with the same text. */
async function visit(index: number, payload: string): Promise<void> {
  const part = encodeURIComponent(payload)
  const query = ['source', 'medium', 'campaign', 'term', 'content'].map(
    (one) => `utm_${one}=${part}`,
  )
  const url = `https://shop.example/${part}/?${query.join('&')}#/${part}`
  const referrer = `https://${index}.example/${part}?q=${part}`
  const page = { url, referrer, title: payload }
  const props = { [payload]: payload, value: payload }
  const names = [
    'link_url',
    'file_name',
    'item_name',
    'search_term',
    'video_title',
    'form_name',
    'currency',
  ]
  const known = Object.fromEntries(names.map((name) => [name, payload]))
  const local = index % 2 ? `'onfocus=alert\`${index}\`'` : `{{alert\`${index}\`}}`
  const traits = { name: payload, company: payload, job_title: payload, [payload]: payload }
  const types = ['file_download', 'click', 'view_item', 'add_to_cart', 'purchase', 'generate_lead']
  const more = ['view_search_results', 'video_start', 'video_complete', 'form_submit']
  await deliver(
    [
      { type: 'page_view', ...page, props },
      { type: payload, ...page, props },
      ...[...types, ...more].map((type) => ({ type, ...page, props: { ...props, ...known } })),
      { type: 'user_engagement', ...page, props: { engaged_ms: 9_000, scroll: payload } },
      {
        type: 'identify',
        ...page,
        props: { user_id: payload, email: `${local}@corp.example`, traits },
      },
      { type: payload, ...page, props, id: payload },
    ],
    `${CHROME} ${payload}`,
  )
  await deliver([{ type: 'page_view', ...page }], payload)
}

/** Somebody whose events name an address that nobody may follow. */
async function followed(address: string): Promise<void> {
  const url = `https://shop.example/`
  const props = { link_url: address, file_name: address, url: address, href: address }
  const traits = { name: 'Follows', website: address, company: address }
  await deliver([
    { type: 'page_view', url: address, referrer: address },
    { type: 'page_view', url, referrer: address, title: address },
    ...['click', 'file_download', 'outbound'].map((type) => ({ type, url, props })),
    { type: 'identify', url, props: { user_id: `follows ${address}`, traits } },
  ])
}

/** What a page did that it should not, in words. */
type Said = (what: string) => void

async function watched(said: Said): Promise<Page> {
  const page = await browser.context.newPage()
  page.on('dialog', async (dialog) => {
    said(`a dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('pageerror', (error) => said(`an error: ${error.message}`))
  page.on('console', (message) => {
    if (/content security policy|trusted|refused to/i.test(message.text())) said(message.text())
  })
  await page.exposeFunction('toldByPage', said)
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { toldByPage } = window as unknown as { toldByPage(what: string): void } // exposed above
      toldByPage(`${event.violatedDirective} stopped ${event.blockedURI}: ${event.sample}`)
    })
  })
  return page
}

interface Seen {
  readonly links: readonly string[]
  readonly text: string
  readonly wrong: readonly string[]
}

/** What stands on the page, where it leads, and what is there that we never write. */
function look(): Seen {
  const wrong: string[] = []
  if ('__pwned' in window) wrong.push(`it ran program ${Reflect.get(window, '__pwned')}`)
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const isAddress = /^(href|src|action|formaction|data|xlink:href|srcdoc|poster)$/.test(name)
      if (name.startsWith('on')) wrong.push(`${element.localName} has ${name}`)
      if (!isAddress) continue
      const { protocol } = new URL(value, location.href)
      // A letter to a lead, to nobody else and with nothing in it.
      if (name === 'href' && /^mailto:[^?&,;<>"\s]+@[\w.-]+$/.test(value)) continue
      if (!/^https?:$/.test(protocol)) wrong.push(`${element.localName} leads to ${value}`)
    }
    const isOurs =
      element.localName !== 'script' || element.getAttribute('src')?.startsWith('/assets/')
    if (!isOurs || /^(iframe|object|embed|base|style|math)$/.test(element.localName)) {
      wrong.push(`there is a ${element.outerHTML.slice(0, 80)}`)
    }
  }
  const links: string[] = []
  for (const anchor of document.querySelectorAll('a')) {
    if (anchor.protocol === 'mailto:') continue
    if (anchor.origin === location.origin) links.push(anchor.pathname + anchor.search)
    else if (!/\bnoreferrer\b/.test(anchor.rel) || !/\bnoopener\b/.test(anchor.rel)) {
      wrong.push(`a link to ${anchor.href} tells where it was followed`)
    }
  }
  const fields = [...document.querySelectorAll('input, textarea')].map((field) =>
    Reflect.get(field, 'value'),
  )
  const options = [...document.querySelectorAll('option')].map(({ text }) => text)
  const text = [document.body.textContent, document.title, ...fields, ...options].join('\n')
  return { links, text, wrong }
}

/** Goes there; whether it is a download, which a browser shows nowhere. */
async function isFile(page: Page, address: string): Promise<boolean> {
  try {
    await page.goto(address)
    return false
  } catch (error) {
    if (/Download is starting/.test(String(error))) return true
    throw error
  }
}

/** Pages by their shape, so that no list in all its orders keeps the rest from being seen. */
const MOST_OF_A_SHAPE = scaled(160)

test(
  'no program runs on any page, and each is shown as text',
  async () => {
    const wrong: string[] = []
    let at = ''
    const page = await watched((what) => wrong.push(`${at}: ${what}`))
    const asked = XSS_PAYLOADS.slice(0, 12).map((payload) => encodeURIComponent(payload))
    const queue = [
      '/',
      '/leads',
      '/visitors',
      '/connect',
      '/docs',
      '/problems',
      '/problems/not_found',
      '/login',
      '/settings',
      '/nothing',
      '/privacy',
    ]
    queue.push(...asked.flatMap((one) => [`/leads?q=${one}`, `/leads?source=${one}`]))
    queue.push(
      ...asked
        .slice(0, 4)
        .flatMap((one) => [
          `/leads?stage=${one}&grade=${one}&sort=${one}&min_score=${one}`,
          `/?site=${one}`,
          `/leads?cursor=${one}`,
          `/login?next=/${one}`,
          `/${one}`,
          `/leads/${one}`,
          `/visitors/${one}`,
          `/connect?check=${one}`,
        ]),
    )
    queue.push(...people.map(({ id }) => `/leads/${id}`))
    queue.push(
      ...(await list<VisitorJson>('/visitors?limit=40')).map(({ id }) => `/visitors/${id}`),
    )
    const shapes = new Map<string, number>()
    const texts = new Map<string, string>()
    for (at = queue.shift() ?? ''; at !== ''; at = queue.shift() ?? '') {
      const shape = at.replace(/\?.*|(?<=^\/\w+\/).*/g, '')
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
      if (texts.has(at) || (shapes.get(shape) ?? 0) > MOST_OF_A_SHAPE) continue
      if (await isFile(page, collector.url + at)) continue
      const seen = await page.evaluate(look)
      texts.set(at, seen.text)
      wrong.push(...seen.wrong.map((what) => `${at}: ${what}`))
      queue.push(...seen.links)
    }
    expect(wrong).toEqual([])
    expect(texts.size).toBeGreaterThan(50)
    const screens = ['/sources', '/model', '/model/edit', '/model/history', '/settings/audit']
    expect(screens.filter((path) => !texts.has(path))).toEqual([])

    // What was kept is what was sent, and what was kept can be read.
    expect(
      people.filter(({ name }) => XSS_PAYLOADS.includes(name ?? '')).length,
    ).toBeGreaterThanOrEqual(30)
    const unread = people.flatMap((lead) => {
      const text = texts.get(`/leads/${lead.id}`)
      if (text === undefined) return []
      const said = [
        lead.name,
        lead.user_id,
        lead.email,
        ...Object.values(lead.traits),
        lead.last_touch?.campaign,
      ]
      return said
        .filter((one) => one && !text.includes(String(one)))
        .map((one) => `${lead.id}: ${one}`)
    })
    expect(people.filter(({ id }) => texts.has(`/leads/${id}`)).length).toBeGreaterThanOrEqual(10)
    expect(unread).toEqual([])
    const all = [...texts.values()].join('\n')
    expect(XSS_PAYLOADS.filter((payload) => !all.includes(payload))).toEqual([])
    const receipt = texts.get(`/leads/${people[0]!.id}`) ?? ''
    expect(XSS_PAYLOADS.filter((label) => !receipt.includes(label))).toEqual([])
    expect(XSS_PAYLOADS.filter((name) => !texts.get('/leads')?.includes(name))).toEqual([])
  },
  TEST_MS,
)

test('what comes while a page is open is text too', async () => {
  const wrong: string[] = []
  const page = await watched((what) => wrong.push(what))
  await page.goto(collector.url)
  const payload = '<img src=x onerror="__pwned=99">'
  const traits = { name: payload }
  const url = `https://shop.example/${encodeURIComponent(payload)}`
  await deliver([
    { type: 'page_view', url, title: payload },
    { type: 'identify', url, props: { user_id: 'comes late', traits } },
  ])
  await page.waitForFunction((text) => document.body.textContent?.includes(text), payload, {
    timeout: LIVE_MS,
  })
  const seen = await page.evaluate(look)
  expect([...wrong, ...seen.wrong]).toEqual([])
})

test('what a checked page answers is text too', async () => {
  const wrong: string[] = []
  const page = await watched((what) => wrong.push(what))
  for (const payload of XSS_PAYLOADS.slice(0, 6)) {
    await page.goto(`${collector.url}/connect`)
    const address = `https://shop.example/${encodeURIComponent(payload)}`
    const { pageHref, open } = await page.evaluate(async (typed) => {
      const body = new URLSearchParams({ page: typed })
      const headers = { accept: 'application/json' }
      const answer = await fetch('/connect', { method: 'POST', body, headers })
      const read = await answer.json()
      return { pageHref: String(read.pageHref), open: String(read.check.open) }
    }, address)
    const token = new URL(open).hash.split('=')[1]
    const body = JSON.stringify({
      token,
      site: payload,
      page: `${address}/${payload}`,
      stores: true,
    })
    expect((await fetch(`${collector.url}/verify`, { method: 'POST', body })).status).toBe(200)
    await page.goto(collector.url + pageHref)
    const seen = await page.evaluate(look)
    wrong.push(...seen.wrong)
    expect(seen.text).toContain(payload)
  }
  expect(wrong).toEqual([])
})

test('the API says that its answers are data, whatever they hold', async () => {
  for (const path of [
    '/leads?limit=100',
    '/visitors',
    '/rejected?limit=100',
    '/sites',
    '/keys',
    '/model',
    '/model/versions',
  ]) {
    const answer = await collector.api(path)
    expect(answer.headers.get('content-type'), path).toBe('application/json')
    expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(answer.headers.get('content-security-policy'), path).toContain("default-src 'none'")
  }
  const { data } = await (await collector.api('/rejected?limit=100')).json()
  const samples = data.map(({ sample }: { sample: unknown }) => JSON.stringify(sample)).join()
  expect(samples).toContain('__pwned')
})
