import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverCode, WRITE_KEY_VARIABLE } from '../../collector/dashboard/server-code.ts'
import type { LeadJson, Page, TimelineSessionJson } from '../../collector/store/shapes.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { verifyFindings } from '../support/ledger.ts'
import { CHROME } from '../support/world.ts'

/**
 * Segment's and RudderStack's own libraries, of which nothing but the host is changed, feed the started
 * collector, through a proxy that loses answers when it is told to.
 */

const place = createPlace()
let collector: RunningCollector
let site = { id: '', key: '', write_key: '' }
let proxy: Server
let host = ''
/** How many of the next requests are taken, and answered with a 503 all the same. */
let lost = 0
const seen: { headers: IncomingHttpHeaders; status: number }[] = []

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const added = await collector.api('/sites', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Servers' }),
  })
  site = await added.json()
  proxy = createServer(async (request, answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
    const got = await fetch(collector.url + request.url, {
      method: request.method ?? 'POST',
      headers: headers as Record<string, string>, // what these libraries send is one text each
      body: new Uint8Array(Buffer.concat(chunks)),
    })
    const text = await got.text()
    const isLost = lost-- > 0
    seen.push({ headers: request.headers, status: isLost ? 503 : got.status })
    answer.writeHead(isLost ? 503 : got.status, { 'content-type': 'application/json' })
    answer.end(isLost ? '{}' : text)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  host = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
})
afterAll(async () => {
  proxy?.close()
  await collector?.stop('SIGKILL')
  place.remove()
})

async function read<T>(path: string): Promise<T> {
  return (await collector.api(`${path}${path.includes('?') ? '&' : '?'}site=${site.id}`)).json()
}
const leadOf = (id: string) => read<LeadJson>(`/leads/${encodeURIComponent(id)}`)
async function typesOf(id: string): Promise<string[]> {
  const path = `/leads/${encodeURIComponent(id)}/timeline?limit=100`
  const { data } = await read<Page<TimelineSessionJson>>(path)
  return data.flatMap(({ events }) => events.map(({ type }) => type)).sort()
}
function expectScored({ reasons, score_milli: total }: LeadJson, rules: string[]): void {
  expect(reasons.map(({ rule }) => rule)).toEqual(rules)
  expect(total).toBeGreaterThan(0)
  expect(reasons.reduce((sum, { milli }) => sum + milli, 0)).toBe(total)
}

const PERSON = {
  email: 'vic@northwind.example',
  firstName: 'Ann',
  lastName: 'Able',
  title: 'VP Sales',
  company: { name: 'Northwind', employee_count: 40 },
}
const ALL = [
  ...['add_to_cart', 'alias', 'group', 'identify', 'page_view', 'screen_view', 'trial_start'],
]

test('@segment/analytics-node: every call, an answer that is lost, and no doubles', async () => {
  lost = 1
  const analytics = new Analytics({ writeKey: site.write_key, host })
  const who = { userId: 'seg-1', anonymousId: randomUUID() }
  analytics.identify({ ...who, traits: PERSON })
  analytics.track({ ...who, event: 'Trial Started', properties: { plan: 'pro' } })
  analytics.track({ ...who, event: 'Product Added', properties: { product_id: 'p-1', price: 9 } })
  analytics.page({ ...who, name: 'Pricing', properties: { url: 'https://shop.example/pricing' } })
  analytics.screen({ ...who, name: 'Home' })
  analytics.group({ ...who, groupId: 'g-1', traits: { industry: 'Trade' } })
  analytics.alias({ userId: 'seg-1', previousId: 'old-1' })
  await analytics.closeAndFlush()

  expect(seen.map(({ status }) => status)).toEqual([503, 200])
  const lead = await leadOf('user:seg-1')
  expect(lead).toMatchObject({ email: 'vic@northwind.example', name: 'Ann Able' })
  expect(lead.traits).toEqual({
    first_name: 'Ann',
    last_name: 'Able',
    job_title: 'VP Sales',
    company: 'Northwind',
    company_size: 40,
    industry: 'Trade',
  })
  expectScored(lead, ['page_view', 'pricing_view', 'cart', 'trial'])
  expect(lead.fit).toMatchObject({ letter: 'A' })
  expect(await typesOf('user:seg-1')).toEqual(ALL)
})

test('@rudderstack/rudder-sdk-node: the same, packed as a form', async () => {
  seen.length = 0
  lost = 1
  const analytics = new RudderAnalytics(site.write_key, { dataPlaneUrl: host, logLevel: 'none' })
  const who = { userId: 'rud-1', anonymousId: 'a text of ours' }
  const traits = { ...PERSON, email: 'bob@northwind.example' }
  analytics.identify({ ...who, traits })
  analytics.track({ ...who, event: 'Trial Started', properties: { plan: 'pro' } })
  analytics.track({ ...who, event: 'product added', properties: { product_id: 'p-1' } })
  analytics.page({ ...who, name: 'Home', properties: { url: 'https://shop.example/pricing' } })
  analytics.screen({ ...who, name: 'Home' })
  analytics.group({ ...who, groupId: 'g-1', traits: { industry: 'Trade' } })
  analytics.alias({ userId: 'rud-1', previousId: 'old-2' })
  await analytics.flush()

  expect(seen.map(({ status }) => status)).toEqual([503, 200, 200])
  for (const { headers } of seen) {
    expect(headers['content-encoding']).toBe('gzip')
    expect(headers['content-type']).toContain('form')
  }
  const lead = await leadOf('email:bob@northwind.example')
  expect(lead).toMatchObject({ user_id: 'rud-1', traits: { job_title: 'VP Sales' } })
  expectScored(lead, ['page_view', 'pricing_view', 'cart', 'trial'])
  expect(await typesOf('user:rud-1')).toEqual(ALL)
})

test('a thousand events at once, of fifty people', async () => {
  const analytics = new Analytics({ writeKey: site.write_key, host: collector.url, flushAt: 250 })
  const failed: unknown[] = []
  analytics.on('error', (error) => failed.push(error))
  for (let n = 0; n < 1000; n += 1) {
    const timestamp = new Date(Date.now() - (n % 7) * 86_400_000)
    analytics.track({ userId: `burst-${n % 50}`, event: 'Tour Booked', timestamp })
  }
  await analytics.closeAndFlush()
  expect(failed).toEqual([])
  const { data } = await read<Page<LeadJson>>('/leads?q=burst&limit=100')
  expect(data).toHaveLength(50)
  expect(await typesOf('user:burst-49')).toHaveLength(20)
})

test('what the tag and the server both tell is one event', async () => {
  const [id, browser, session] = [randomUUID(), randomUUID(), randomUUID()]
  const at = Date.now()
  const url = 'https://shop.example/cart'
  const event = { id, type: 'add_to_cart', at, session, url }
  const body = JSON.stringify({ site: site.key, browser, sentAt: at, human: true, events: [event] })
  await fetch(`${collector.url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
  const analytics = new Analytics({ writeKey: site.write_key, host: collector.url })
  const who = { anonymousId: browser, userId: 'both-1' }
  analytics.track({ ...who, event: 'Product Added', messageId: id })
  analytics.identify({ ...who, traits: { email: 'both@northwind.example' } })
  await analytics.closeAndFlush()
  expect(await typesOf('user:both-1')).toEqual(['add_to_cart', 'identify'])
  expectScored(await leadOf('user:both-1'), ['visit', 'cart'])
})

test('a bomb in gzip costs no memory', async () => {
  const rss = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${collector.pid}/status`, 'utf8'))?.[1])
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(100 * 1024 * 1024)))
  const authorization = `Basic ${Buffer.from(`${site.write_key}:`).toString('base64')}`
  const before = rss()
  for (let n = 0; n < 20; n += 1) {
    const headers = { authorization, 'content-encoding': 'gzip' }
    const sent = fetch(`${collector.url}/v1/batch`, { method: 'POST', headers, body: bomb })
    expect((await sent).status).toBe(413)
  }
  expect(rss() - before).toBeLessThan(64 * 1024)
})

test('what Connect shows for a server runs as it stands', { timeout: 60_000 }, async () => {
  const recipes = serverCode(collector.url)
  const programs: Readonly<Record<string, readonly string[]>> = {
    'server-segment': [process.execPath, '--input-type=module', '-e'],
    'server-rudder': [process.execPath, '--input-type=module', '-e'],
    'server-curl': ['sh', '-c'],
    'server-python': ['python3', '-c'],
  }
  expect(recipes.map(({ id }) => id)).toEqual(Object.keys(programs))
  const env = { ...process.env, [WRITE_KEY_VARIABLE]: site.write_key }
  for (const { id, code } of recipes) {
    expect(code.split('\n').length).toBeLessThanOrEqual(10)
    const [program = '', ...args] = programs[id] ?? []
    const failed = await new Promise((done) =>
      execFile(program, [...args, code], { env }, (error, _, stderr) => done(error && stderr)),
    )
    expect([id, failed]).toEqual([id, null])
  }
  const lead = await leadOf('user:42')
  expect(lead.email).toBe('cara@northwind.example')
  expect(lead.traits.job_title).toBe('CTO')
  // The shell's and Python's are one event: they have one id.
  expect(await typesOf('user:42')).toEqual([
    ...['identify', 'identify', 'trial_start', 'trial_start', 'trial_start'],
  ])
})

test('another write key takes the place of the one before', async () => {
  const send = async (writeKey: string) => {
    const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
    const body = JSON.stringify({ userId: 'new-key', event: 'x' })
    const init = { method: 'POST', headers: { authorization }, body }
    return (await fetch(`${collector.url}/v1/track`, init)).status
  }
  const made = await collector.api(`/sites/${site.id}/write-key`, { method: 'POST' })
  expect(made.status).toBe(201)
  const { write_key: byApi } = await made.json()
  expect([await send(site.write_key), await send(byApi)]).toEqual([401, 200])
  const args = ['dist/pique.js', 'site', 'new-write-key', site.id, '--store', place.store]
  const printed = await new Promise<string>((done) =>
    execFile(process.execPath, args, (_, stdout) => done(stdout)),
  )
  const { write_key: byCli } = JSON.parse(printed)
  expect([await send(byApi), await send(byCli)]).toEqual([401, 200])
})

test('and a replay of all of it finds no difference', async () => {
  expect(await collector.stop()).toBe(0)
  expect(collector.logs()).not.toMatch(/@|"level":"error"/)
  expect(await verifyFindings(place.store)).toEqual([])
})
