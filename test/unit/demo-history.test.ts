import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { generateHistory } from '../../collector/demo/history.ts'
import { createPeople } from '../../collector/demo/people.ts'
import { createRandom } from '../../collector/demo/random.ts'
import { createShop } from '../../collector/demo/shop.tsx'
import {
  MAX_BATCH_EVENTS,
  MAX_BODY_BYTES,
  MAX_EVENT_AGE_MS,
  SESSION_IDLE_MS,
  type WireEvent,
} from '../../shared/wire.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 18, 15, 30)
const OPTIONS = { now: NOW, origin: 'https://shop.example', siteKey: 'site_key' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const SUBMITS = ['sign_up', 'generate_lead', 'request_demo', 'form_submit']

const full = [...generateHistory(OPTIONS)]
const placed = full.flatMap(({ receivedAt, body }) =>
  body.events.map((event) => ({
    event,
    browser: body.browser,
    at: receivedAt - ((body.sentAt ?? receivedAt) - event.at),
    receivedAt,
  })),
)
const claims = placed.filter(({ event }) => event.type === 'identify')
const emailOf = (event: WireEvent) => String(event.props?.email)
const typesOf = (events: readonly { event: WireEvent }[]) =>
  new Set(events.map((e) => e.event.type))

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? []
    group.push(item)
    groups.set(keyOf(item), group)
  }
  return groups
}

test('the same seed tells the same story, another seed another one', () => {
  const small = { ...OPTIONS, visitors: 80, leads: 12 }
  const once = JSON.stringify([...generateHistory({ ...small, seed: 5 })])
  expect(JSON.stringify([...generateHistory({ ...small, seed: 5 })])).toBe(once)
  expect(JSON.stringify([...generateHistory({ ...small, seed: 6 })])).not.toBe(once)
})

test('deliveries come in the order of their receipt, none after now', () => {
  for (const [index, delivery] of full.entries()) {
    expect(delivery.receivedAt).toBeGreaterThanOrEqual(full[index - 1]?.receivedAt ?? 0)
    expect(Number.isInteger(delivery.receivedAt)).toBe(true)
  }
  expect(full.at(-1)?.receivedAt).toBeLessThanOrEqual(NOW)
})

test('every batch is one the contract accepts', () => {
  for (const { body, userAgent, ip } of full) {
    expect(body.events.length).toBeGreaterThan(0)
    expect(body.events.length).toBeLessThanOrEqual(Math.min(MAX_BATCH_EVENTS, 10))
    expect(new TextEncoder().encode(JSON.stringify(body)).length).toBeLessThan(MAX_BODY_BYTES)
    expect(new Set(body.events.map((event) => event.session)).size).toBe(1)
    expect(body.site).toBe('site_key')
    expect(body.browser).toMatch(UUID)
    expect(userAgent).toContain('Mozilla/5.0')
    expect(ip).toMatch(/^198\.1[89]\.\d+\.\d+$|^2001:db8:/)
    for (const event of body.events) {
      for (const id of [event.id, event.session, event.view]) expect(id).toMatch(UUID)
      expect(Number.isInteger(event.at)).toBe(true)
      expect(event.url).toMatch(/^https:\/\/shop\.example\/demo(\/|\?|$)/)
    }
  }
})

test('an event is placed before its receipt, in the history, and is never too old', () => {
  for (const { at, receivedAt } of placed) {
    expect(at).toBeLessThanOrEqual(receivedAt)
    expect(receivedAt - at).toBeLessThan(MAX_EVENT_AGE_MS)
    expect(at).toBeGreaterThanOrEqual(NOW - 91 * DAY_MS)
  }
})

test('there are about as many events, visitors and leads as asked for', () => {
  const distinct = new Set(placed.map(({ event }) => event.id)).size
  expect(distinct).toBeGreaterThan(20_000)
  expect(distinct).toBeLessThan(30_000)
  expect(new Set(placed.map(({ browser }) => browser)).size).toBeGreaterThan(1900)
  const emails = new Set(claims.map(({ event }) => emailOf(event)))
  expect(emails.size).toBeGreaterThanOrEqual(140)
  expect(emails.size).toBeLessThanOrEqual(150)
  for (const email of emails)
    expect(email).toMatch(/^[a-z0-9._]+@([a-z-]+\.example|gmail\.com|outlook\.com)$/)
})

test('some events are delivered twice, and then unchanged', () => {
  const repeated = [...groupBy(placed, ({ event }) => event.id).values()].filter(
    (g) => g.length > 1,
  )
  expect(repeated.length).toBeGreaterThan(30)
  expect(repeated.length).toBeLessThan(placed.length * 0.015)
  for (const [first, second] of repeated) expect(second?.event).toEqual(first?.event)
})

test('about four sessions in five prove themselves, crawlers never', () => {
  const proven = new Set<string>()
  const all = new Set<string>()
  for (const { body, userAgent } of full) {
    const session = body.events[0]?.session ?? ''
    all.add(session)
    if (body.human) proven.add(session)
    if (/bot/i.test(userAgent)) expect(body.human).toBeUndefined()
  }
  expect(proven.size / all.size).toBeGreaterThan(0.72)
  expect(proven.size / all.size).toBeLessThan(0.88)
})

test('a browser is in one session at a time, with an idle gap between two', () => {
  for (const events of groupBy(placed, ({ browser }) => String(browser)).values()) {
    const spans = [...groupBy(events, ({ event }) => String(event.session)).values()]
      .map((each) => each.map(({ at }) => at))
      .map((times) => ({ from: Math.min(...times), to: Math.max(...times) }))
      .sort((a, b) => a.from - b.from)
    for (const [index, span] of spans.entries()) {
      const before = spans[index - 1]
      if (before) expect(span.from - before.to).toBeGreaterThan(SESSION_IDLE_MS)
    }
  }
})

test('engaged time of a view only grows, and its view began where it says', () => {
  for (const events of groupBy(placed, ({ event }) => String(event.view)).values()) {
    const pings = events.filter(({ event }) => event.type === 'user_engagement')
    const times = pings
      .sort((a, b) => a.event.at - b.event.at)
      .map((p) => Number(p.event.props?.engaged_ms))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    const viewAts = new Set(pings.map(({ event }) => event.props?.view_at))
    expect(viewAts.size).toBeLessThanOrEqual(1)
  }
})

test('a claim comes with the form that was sent', () => {
  const views = groupBy(placed, ({ event }) => String(event.view))
  for (const { event } of claims) {
    const around = views.get(String(event.view)) ?? []
    const submit = around.find((other) => SUBMITS.includes(other.event.type))
    expect(submit?.event.at).toBe(event.at)
    expect(submit?.event.props?.has_email).toBe(true)
    expect(event.props?.evidence).toBe('form')
  }
})

test('the story has its characters: two browsers, shared computers, people here right now', () => {
  const browsers = groupBy(claims, ({ event }) => emailOf(event))
  const people = groupBy(claims, ({ browser }) => String(browser))
  const count = (groups: typeof browsers, keyOf: (claim: (typeof claims)[number]) => string) =>
    [...groups.values()].filter((group) => new Set(group.map(keyOf)).size > 1).length
  expect(count(browsers, ({ browser }) => String(browser))).toBeGreaterThan(10)
  expect(count(people, ({ event }) => emailOf(event))).toBeGreaterThanOrEqual(3)
  const known = new Set(people.keys())
  const within = (ms: number) =>
    new Set(
      placed.filter((e) => e.at > NOW - ms && known.has(String(e.browser))).map((e) => e.browser),
    )
  expect(within(3_600_000).size).toBeGreaterThanOrEqual(3)
  expect(within(7 * DAY_MS).size).toBeGreaterThanOrEqual(12)
  for (const type of [
    'purchase',
    'add_to_wishlist',
    'file_download',
    'view_search_results',
    'request_demo',
  ]) {
    expect(typesOf(placed)).toContain(type)
  }
})

test('office days are busier than weekends, and the last month than the first', () => {
  const starts = placed.filter(({ event }) => event.type === 'session_start').map(({ at }) => at)
  const onWeekend = starts.filter((at) => [0, 6].includes(new Date(at).getUTCDay())).length
  expect(onWeekend / starts.length).toBeLessThan(0.18)
  const between = (from: number, to: number) =>
    starts.filter((at) => at > NOW - from * DAY_MS && at <= NOW - to * DAY_MS).length
  expect(between(30, 0)).toBeGreaterThan(1.3 * between(90, 60))
})

test('every page in the history exists in the shop, under the title that was reported', async () => {
  const app = new Hono().route('/demo', createShop({ siteKey: 'k', tagSrc: '/pique.js' }))
  const titles = new Map<string, string>()
  for (const { event } of placed) {
    if (event.title?.startsWith('Search')) continue
    titles.set(new URL(event.url ?? '').pathname, event.title ?? '')
  }
  for (const [path, title] of titles) {
    const answer = await app.request(path)
    expect(answer.status, path).toBe(200)
    expect(await answer.text(), path).toContain(`<title>${title}</title>`)
  }
})

test.each([
  { visitors: 0, leads: 0 },
  { visitors: 1, leads: 1 },
  { visitors: 30, leads: 15, days: 1 },
  { visitors: 30, leads: 500, days: 400 },
])('unusual sizes work: %o', (sizes) => {
  for (const delivery of generateHistory({ ...OPTIONS, ...sizes })) {
    expect(delivery.receivedAt).toBeLessThanOrEqual(NOW)
  }
})

test('people have addresses of their own, and plain ones whatever their names', () => {
  const nextPerson = createPeople(createRandom(3))
  const people = Array.from({ length: 3000 }, nextPerson)
  expect(new Set(people.map(({ email }) => email)).size).toBe(3000)
  for (const { email } of people) {
    expect(email).toMatch(/^[a-z0-9._]+@[a-z0-9-]+\.(example|com)$/)
    // Neither form can be registered, so nobody gets mail meant for a demo.
    if (email.endsWith('@gmail.com')) expect(email).toContain('_')
    if (email.endsWith('@outlook.com')) expect(email).toMatch(/^\d/)
  }
})
