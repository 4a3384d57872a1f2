import { describe, expect, test } from 'vitest'
import { occurredAt, readInstant } from '../../collector/segment/instant.ts'
import { eventName } from '../../collector/segment/names.ts'
import { companyTraits, personTraits } from '../../collector/segment/traits.ts'
import { type TranslateContext, translate } from '../../collector/segment/translate.ts'

/** What a message of Segment's API means here. */

const NOW = Date.parse('2026-11-21T20:00:00Z')
const CONTEXT: TranslateContext = {
  call: null,
  batchSentAt: null,
  receivedAt: NOW,
  newId: () => 'random',
}
const told = (message: unknown, context: Partial<TranslateContext> = {}) =>
  translate(message, { ...CONTEXT, ...context })
const eventOf = (message: object) =>
  told({ type: 'track', event: 'x', anonymousId: 'a-1', messageId: 'm', ...message }).event

describe('who', () => {
  test.each([
    [{ anonymousId: 'a-1', userId: '42' }, 'a-1', { user_id: '42' }],
    [{ anonymousId: 'a-1' }, 'a-1', undefined],
    [{ anonymousId: 7, userId: 42 }, '7', { user_id: '42' }],
    [{ userId: 'ü 42' }, 'user:ü 42', { user_id: 'ü 42' }],
    [{ userId: '42', anonymousId: 'anonymous' }, 'user:42', { user_id: '42' }],
    [{ userId: 'undefined', anonymousId: 'a-1' }, 'a-1', undefined],
    [{ userId: 'x'.repeat(400) }, `user:${'x'.repeat(400)}`, { user_id: 'x'.repeat(400) }],
  ])('%j', (ids, browser, claim) => {
    const { browser: got, event } = told({ type: 'track', event: 'x', messageId: 'm', ...ids })
    expect([got, 'claim' in event ? event.claim : undefined]).toEqual([browser, claim])
  })
  test.each<[object, string]>([
    [{}, 'missing_user'],
    [{ userId: '', anonymousId: null }, 'missing_user'],
    ...['null', 'undefined', 'Anonymous', ' guest ', '0', '[object Object]', 'x'.repeat(401)].map(
      (userId): [object, string] => [{ userId }, 'refused_id'],
    ),
    [{ userId: 0 }, 'refused_id'],
    [{ userId: { id: 1 } }, 'refused_id'],
    [{ anonymousId: 'null' }, 'refused_id'],
  ])('nobody: %j', (ids, code) => {
    expect(told({ type: 'track', event: 'x', ...ids }).event).toMatchObject({ refused: code })
  })
  test('an alias: the browser of the former id is this user’s', () => {
    const alias = { type: 'alias', previousId: 'a-9', userId: '42', messageId: 'm' }
    expect(told(alias)).toMatchObject({
      browser: 'a-9',
      event: { type: 'alias', props: { previous_id: 'a-9' }, claim: { user_id: '42' } },
    })
    for (const userId of ['null', undefined]) {
      expect(told({ ...alias, userId }).event).toMatchObject({ refused: 'refused_id' })
    }
    expect(told({ ...alias, previousId: 'null' }).browser).toBe('user:42')
  })
  test('only an e-mail that is said of the person counts', () => {
    const email = 'ann@corp.example'
    expect(eventOf({ context: { traits: { email } } })).toMatchObject({ claim: { email } })
    expect(eventOf({ properties: { email } })).not.toHaveProperty('claim')
    const identify = { type: 'identify', userId: '42' }
    expect(eventOf({ ...identify, traits: { email } })).toMatchObject({
      props: { user_id: '42', email },
    })
    // What one SDK sends beside the traits.
    expect(eventOf({ ...identify, context: { traits: { email } } })).toMatchObject({
      props: { email },
    })
    expect(eventOf({ type: 'group', userId: '42', groupId: 'g', traits: { email } })).toMatchObject(
      { claim: { user_id: '42' } },
    )
  })
})

describe('when', () => {
  const at = Date.parse('2026-11-20T10:00:00Z')
  test.each([
    ['2026-11-20T10:00:00.000Z', at],
    ['2026-11-20T10:00:00Z', at],
    ['2026-11-20T10:00:00.123456Z', at + 123],
    ['2026-11-20T11:00:00+01:00', at],
    ['2026-11-20T10:00:00', at],
    ['2026-11-20 10:00', at],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    [at, at],
    [at / 1000, at],
    [String(at / 1000), at],
    ['', null],
    [null, null],
    [undefined, null],
    ['yesterday', undefined],
    ['2026-13-45T10:00:00Z', undefined],
    ['2026-02-31T10:00:00Z', undefined],
    ['2026-02-29', undefined],
    ['2028-02-29', Date.UTC(2028, 1, 29)],
    [Number.NaN, undefined],
    [1e300, undefined],
    [true, undefined],
    [{}, undefined],
  ])('%j', (value, expected) => expect(readInstant(value)).toBe(expected))

  test('a wrong clock of the sender is taken out', () => {
    const skew = 400 * 86_400_000
    const times = { timestamp: at + skew, originalTimestamp: null, sentAt: null, receivedAt: NOW }
    expect(occurredAt({ ...times, batchSentAt: NOW + skew })).toBe(at)
    expect(occurredAt({ ...times, sentAt: NOW + skew, batchSentAt: 'x' })).toBe(at)
    expect(occurredAt({ ...times, timestamp: null, batchSentAt: NOW + skew })).toBe(NOW)
    expect(occurredAt({ ...times, timestamp: at, batchSentAt: undefined })).toBe(at)
    // One SDK writes the second by itself, the first only where its user gave it.
    expect(occurredAt({ ...times, timestamp: at, originalTimestamp: NOW, batchSentAt: null })).toBe(
      at,
    )
    expect(told({ type: 'track', event: 'x', userId: '1', timestamp: 'x' }).event).toMatchObject({
      refused: 'invalid_at',
    })
  })
})

test('without an id, a message with a time is known by its content', () => {
  const message = { type: 'track', event: 'x', userId: '1', timestamp: NOW - 1000 }
  const idOf = (more: object) => told({ ...message, ...more }).event.id
  expect(idOf({ sentAt: NOW })).toBe(idOf({ sentAt: NOW + 5000 }))
  expect(idOf({})).not.toBe(idOf({ event: 'y' }))
  expect(idOf({})).toMatch(/^[0-9a-f]{40}$/)
  expect(idOf({ timestamp: undefined })).toBe('random')
  expect(idOf({ messageId: 17 })).toBe('17')
})

test('names are Segment’s in any letter case; others stay as they are', () => {
  expect(eventName('Product Added')).toBe('add_to_cart')
  expect(eventName(' ORDER  completed ')).toBe('purchase')
  expect(eventName('Trial Started')).toBe('trial_start')
  expect(eventName('Video Playback Completed')).toBe('video_complete')
  for (const own of ['Tour Booked', 'add_to_cart', 'constructor', '__proto__', '']) {
    expect(eventName(own)).toBe(own)
  }
  expect(eventOf({ event: 'identify' })).toMatchObject({ refused: 'reserved_name' })
  expect(eventOf({ event: 7 })).toMatchObject({ refused: 'invalid_type' })
  expect(eventOf({ type: 'charge' })).toMatchObject({ refused: 'unknown_call' })
  expect(told('x').event).toMatchObject({ refused: 'invalid_event' })
})

test('properties have GA4’s names, and are flat', () => {
  const order = {
    order_id: 'o-1',
    total: 27.5,
    revenue: 25,
    currency: 'EUR',
    products: [{ product_id: 'p-1', sku: 's-1', name: 'Chair', price: 25 }, { product_id: 'p-2' }],
    deep: { er: 1 },
  }
  expect(eventOf({ event: 'Order Completed', properties: order })).toMatchObject({
    type: 'purchase',
    props: {
      transaction_id: 'o-1',
      value: 25,
      total: 27.5,
      currency: 'EUR',
      item_id: 'p-1',
      item_name: 'Chair',
      price: 25,
    },
  })
  const search = { event: 'Products Searched', properties: { query: 'chairs' } }
  expect(eventOf(search)).toMatchObject({ props: { search_term: 'chairs' } })
  const playing = {
    event: 'Video Content Playing',
    properties: { position: 30, total_length: 60, title: 'Tour' },
  }
  expect(eventOf(playing)).toMatchObject({
    type: 'video_progress',
    props: { video_percent: 50, video_title: 'Tour' },
  })
  const own = { event: 'Tour Booked', properties: { name: 'x', sku: 1, deep: { a: 1 }, no: null } }
  expect(eventOf(own)).toMatchObject({ type: 'Tour Booked', props: { name: 'x', sku: 1 } })
})

test('a page says where it is, and from which campaign', () => {
  const page = { type: 'page', name: 'Pricing', category: 'Docs' }
  const context = {
    page: { url: 'https://shop.example/pricing', referrer: 'https://news.example/' },
    campaign: { name: 'may', source: 'mail', medium: 'email' },
  }
  expect(eventOf({ ...page, context, properties: { plan: 'pro', search: '?token=x' } })).toEqual({
    id: 'm',
    at: NOW,
    type: 'page_view',
    url: 'https://shop.example/pricing?utm_campaign=may&utm_source=mail&utm_medium=email',
    referrer: 'https://news.example/',
    title: 'Pricing',
    props: { plan: 'pro', name: 'Pricing', category: 'Docs' },
  })
  const url = 'https://shop.example/?utm_source=own'
  expect(eventOf({ ...page, context, properties: { url } })).toMatchObject({ url })
  // No address costs the event, and a product's is not where a track call happened.
  expect(eventOf({ ...page, properties: { url: '/pricing' } })).not.toHaveProperty('url')
  expect(eventOf({ properties: { url } })).not.toHaveProperty('url')
  const screen = { type: 'screen', name: 'Home', properties: { tab: 1 } }
  expect(eventOf(screen)).toMatchObject({
    type: 'screen_view',
    props: { screen_name: 'Home', tab: 1 },
  })
})

test('traits have the names that rules look for', () => {
  expect(
    personTraits(
      { firstName: 'A', title: 'CTO' },
      {
        lastName: 'Able',
        firstName: 'Ann',
        email: 'x@y.example',
        avatar: 'https://a.example/b.png',
        createdAt: '2026-01-01',
        company: { name: 'Corp', industry: 'Steel', employee_count: 40, plan: 'pro' },
        address: { city: 'Graz', country: 'AT', street: '1 Long Road' },
        tags: ['a'],
      },
    ),
  ).toEqual({
    first_name: 'Ann',
    title: 'CTO',
    last_name: 'Able',
    created_at: '2026-01-01',
    company: 'Corp',
    industry: 'Steel',
    company_size: 40,
    plan: 'pro',
    city: 'Graz',
    country: 'AT',
  })
  expect(personTraits({ company: 'Corp' })).toEqual({ company: 'Corp' })
  expect(
    companyTraits({
      name: 'Corp',
      website: 'corp.example',
      employees: 40,
      annualRevenue: 1,
      email: 'info@corp.example',
      address: { country: 'AT' },
      id: 'g',
    }),
  ).toEqual({
    company: 'Corp',
    company_website: 'corp.example',
    company_size: 40,
    company_annual_revenue: 1,
    company_country: 'AT',
    company_id: 'g',
  })
})

test('nothing that a message holds reaches a prototype, or throws', () => {
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}'
  const shapes = [null, 1, 'x', [], {}, JSON.parse(evil), { traits: JSON.parse(evil) }, [[[]]]]
  for (const type of ['track', 'identify', 'page', 'screen', 'group', 'alias']) {
    for (const shape of shapes) {
      const fields = ['userId', 'context', 'properties', 'traits', 'event', 'name', 'messageId']
      for (const field of [...fields, 'previousId', 'timestamp', 'sentAt', 'groupId']) {
        const message = { type, userId: '1', event: 'x', anonymousId: 'a', [field]: shape }
        const { event } = told(message)
        expect(JSON.stringify(event)).not.toMatch(/polluted|\[\[/)
        expect(Object.getPrototypeOf({}).polluted).toBeUndefined()
      }
    }
  }
})
