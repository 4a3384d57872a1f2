import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventAt } from '../support/world.ts'
import { createService, DAY, MINUTE, NOW, type Service } from './api-fixture.ts'

/** `GET /is`: what a page may ask about the browser that it is open in. */

const ORIGIN = 'https://shop.example'

let service: Service
let bound: string
beforeAll(async () => {
  service = createService()
  const made = await service.ask('/api/v1/sites', service.keyOf(['admin']), {
    method: 'POST',
    body: { name: 'Bound', origins: [ORIGIN] },
  })
  bound = (await made.json()).key
})
afterAll(() => service.close())

const WARM = ['generate_lead', 'begin_checkout']
const HOT = [...WARM, 'request_demo']

/** Somebody's browser after these events. */
function browserAfter(types: readonly string[], site = 'shop'): string {
  const browser = randomUUID()
  const events = types.map((type, index) => eventAt(NOW - MINUTE + index, type))
  service.deliver(site, browser, events)
  return browser
}

function identify(browser: string, email: string, at = NOW): void {
  service.deliver('shop', browser, [eventAt(at, 'identify', { props: { email } })], at)
}

function ask(query: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
  return service.app.request(`/is?${new URLSearchParams(query)}`, { headers })
}

async function is(browser: string, audience: string, site = 'shop'): Promise<unknown> {
  const answer = await ask({ site, browser, audience })
  expect(answer.status).toBe(200)
  return answer.json()
}

const YES = { is: true }
const NO = { is: false }

describe('an audience', () => {
  test('is hot from 100 points, and warm from 60', async () => {
    const [hot, warm, quiet] = [HOT, WARM, ['page_view']].map((types) => browserAfter(types))
    expect(await is(hot!, 'hot')).toEqual(YES)
    expect(await is(hot!, 'warm')).toEqual(YES)
    expect(await is(hot!.toUpperCase(), 'hot')).toEqual(YES)
    expect(await is(warm!, 'hot')).toEqual(NO)
    expect(await is(warm!, 'warm')).toEqual(YES)
    expect(await is(quiet!, 'warm')).toEqual(NO)
  })

  test('is left as points fade', async () => {
    const browser = browserAfter(HOT)
    service.now = NOW + 90 * DAY
    const later = await is(browser, 'hot')
    service.now = NOW
    expect(later).toEqual(NO)
    expect(await is(browser, 'hot')).toEqual(YES)
  })

  test('has nobody in it that was never seen, and is no other than these', async () => {
    const hot = browserAfter(HOT)
    for (const nobody of [randomUUID(), 'me', '', `${hot}x`, '%00']) {
      expect(await is(nobody, 'hot')).toEqual(NO)
    }
    for (const audience of ['lukewarm', '', 'toString', '__proto__', '1']) {
      expect(await is(hot, audience)).toEqual(NO)
    }
    expect(await is(hot, 'hot', 'blog')).toEqual(NO)
  })

  test('answers of the browser alone, not of the lead it was joined to', async () => {
    const email = `${randomUUID()}@corp.example`
    const hot = browserAfter(HOT)
    identify(hot, email)
    const curious = browserAfter(['page_view'])
    identify(curious, email)
    const reader = service.keyOf(['read'])
    const lead = await (await service.ask(`/api/v1/leads/email:${email}`, reader)).json()
    const linked = await service.ask(`/api/v1/leads/${lead.id}/identities`, reader)
    expect((await linked.json()).data).toHaveLength(2)
    expect(lead.engagement).toBe(1)
    expect(await is(curious, 'hot')).toEqual(NO)
    expect(await is(curious, 'warm')).toEqual(NO)
    expect(await is(hot, 'hot')).toEqual(YES)
  })

  test('answers of whoever has the browser in hand now', async () => {
    const shared = browserAfter(HOT)
    identify(shared, `${randomUUID()}@corp.example`, NOW - 2)
    expect(await is(shared, 'hot')).toEqual(YES)
    identify(shared, `${randomUUID()}@corp.example`, NOW - 1)
    expect(await is(shared, 'hot')).toEqual(NO)
  })
})

describe('the question', () => {
  test('is for pages of the site alone, which can read the answer', async () => {
    const query = { site: bound, browser: browserAfter(HOT, bound), audience: 'hot' }
    const answer = await ask(query, { origin: ORIGIN })
    expect(await answer.json()).toEqual(YES)
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('vary')).toBe('Origin')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const foreign = await ask(query, { origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect(await foreign.json()).toMatchObject({ code: 'origin_not_allowed' })
  })

  test('needs a site that is there, and all of its parameters', async () => {
    const query = { site: 'shop', browser: randomUUID(), audience: 'hot' }
    const unknown = await ask({ ...query, site: 'nobody', audience: 'lukewarm' })
    expect(unknown.status).toBe(403)
    expect(unknown.headers.get('content-type')).toBe('application/problem+json')
    expect(await unknown.json()).toMatchObject({ code: 'unknown_site' })
    for (const missing of Object.keys(query)) {
      const rest = Object.entries(query).filter(([name]) => name !== missing)
      const answer = await ask(Object.fromEntries(rest), { origin: ORIGIN })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(await answer.json()).toMatchObject({ code: 'invalid_request' })
    }
  })
})
