import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSegmentRoutes, SEGMENT_PATHS } from '../../collector/http/segment.ts'
import { type Answer, refusal } from '../../collector/ingest/pipeline.ts'
import type { LeadJson, Page, RejectedJson } from '../../collector/store/shapes.ts'
import { stateOf } from '../golden/worlds.ts'
import { type Random, randomOf } from '../support/random.ts'
import { scaled } from '../support/scale.ts'
import { createWorld, SITE_KEY } from '../support/world.ts'
import { createService, DAY, NOW, type Service } from './api-fixture.ts'

/** Segment's HTTP API over the real pipeline and store. */

let service: Service
let app: Hono
let key = ''
let refused: Answer | null = null
beforeAll(() => {
  service = createService()
  key = service.keyOf(['read'])
  const { writer, collect } = service
  app = createSegmentRoutes({
    writer,
    clock: () => service.now,
    collect: async (raw) => refused ?? collect(raw),
  })
})
afterAll(() => service.close())

const basic = (writeKey: string) => `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
const BATCH = '/v1/batch'

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  to: Hono = app,
) {
  const isReady = typeof body === 'string' || body instanceof Uint8Array
  const answer = await to.request(path, {
    method: 'POST',
    headers: { authorization: basic('write-shop'), 'x-strict': '1', ...headers },
    body: isReady ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body),
  })
  return { status: answer.status, headers: answer.headers, json: await answer.json() }
}
const track = (more: object = {}) => ({
  type: 'track',
  event: 'Trial Started',
  userId: 'u-1',
  messageId: randomUUID(),
  ...more,
})
const read = async <T>(path: string): Promise<T> =>
  (await service.ask(`/api/v1${path}`, key)).json()

test('every call of one person makes one lead with traits and a score', async () => {
  const who = { userId: 'u-7', anonymousId: 'a-7', context: { ip: '203.0.113.9' } }
  const own = { ...who, timestamp: new Date(NOW - DAY).toISOString() }
  const calls: [string, object][] = [
    ['/v1/track', { ...own, event: 'Trial Started' }],
    ['/v1/identify', { ...own, traits: { email: 'Ann@Corp.example', title: 'CTO' } }],
    ['/v1/page', { ...own, properties: { url: 'https://shop.example/pricing' } }],
    ['/v1/screen', { ...own, name: 'Home' }],
    ['/v1/group', { ...own, groupId: 'g', traits: { name: 'Corp', employees: 9 } }],
    ['/v1/alias', { previousId: 'a-8', userId: 'u-7', timestamp: own.timestamp }],
  ]
  for (const [path, message] of calls) {
    const plain = await post(path, message, { 'x-strict': '0' })
    expect([path, plain.status, plain.json]).toEqual([path, 200, { success: true }])
    const again = await post(path, message)
    expect(again.json).toEqual({
      success: true,
      accepted: 0,
      duplicates: 1,
      ignored: 0,
      rejected: [],
    })
  }
  const lead = await read<LeadJson>('/leads/user:u-7')
  expect(lead.email).toBe('ann@corp.example')
  expect(lead.traits).toEqual({ job_title: 'CTO', company: 'Corp', company_size: 9 })
  const rules = lead.reasons.map(({ rule }) => rule)
  expect(rules).toEqual(['page_view', 'pricing_view', 'trial'])
  const { data } = await read<Page<{ browser: string }>>('/leads/user:u-7/identities')
  expect(data.map(({ browser }) => browser).sort()).toEqual(['a-7', 'a-8'])
})

test('whatever a sender calls a browser, each user who is named in it is somebody', async () => {
  const users = ['m-1', 'm-2', 'm-3']
  for (const [minute, userId] of users.entries()) {
    const timestamp = new Date(NOW - DAY + minute * 60_000).toISOString()
    await post('/v1/track', track({ userId, anonymousId: 'email:list-7', timestamp }))
  }
  for (const userId of users) {
    const { data } = await read<Page<{ browser: string }>>(`/leads/user:${userId}/identities`)
    expect(data.map(({ browser }) => browser)).toEqual(['email:list-7'])
  }
})

test('what had no time and was erased does not come back as of now', async () => {
  const message = track({ userId: 'gone-1', messageId: 'gone' })
  expect((await post('/v1/track', message)).json.accepted).toBe(1)
  const erase = { method: 'DELETE' }
  const erased = await service.ask('/api/v1/leads/user:gone-1', service.keyOf(['admin']), erase)
  expect(erased.status).toBe(200)
  service.now += 60_000
  expect((await post('/v1/track', message)).json).toMatchObject({ accepted: 0, ignored: 1 })
  // Whatever else is told is a new beginning.
  expect((await post('/v1/track', track({ userId: 'gone-1' }))).json.accepted).toBe(1)
  service.now -= 60_000
})

test('a write key opens, and nothing else does', async () => {
  for (const path of SEGMENT_PATHS) {
    for (const authorization of [
      ...['', 'Basic', 'Basic !', basic(''), basic('write-shop2'), basic('shop'), basic('*')],
      ...['Bearer write-shop', `Bearer ${key}`, basic(key), basic('__proto__')],
    ]) {
      const { status, json, headers } = await post(path, track(), { authorization })
      expect([path, authorization, status]).toEqual([path, authorization, 401])
      expect(json.code).toBe('wrong_write_key')
      expect(headers.get('www-authenticate')).toContain('Basic')
    }
    expect((await app.request(path)).status).toBe(405)
    const { json } = await post(path, track(), { authorization: basic(key) })
    expect(json.detail).toBe('this is another key: the write key of a site begins with wk_')
    const { headers } = await post(path, '{}', { origin: 'https://shop.example' })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  }
  const both = await post('/v1/track', track(), {
    authorization: `basic ${Buffer.from('write-blog:a:password').toString('base64')}`,
  })
  expect(both.json.accepted).toBe(1)
})

describe('a bad event never fails its batch', () => {
  test('each is refused alone, by name, and kept for its owner', async () => {
    const batch = [
      track({ messageId: 'good-1' }),
      null,
      track({ userId: undefined, messageId: 'nobody' }),
      track({ messageId: 'late', timestamp: 'tomorrow' }),
      track({ messageId: 'big', properties: { text: 'x'.repeat(33_000) } }),
      { ...track({ messageId: 'odd' }), type: 'charge' },
      track({ messageId: 'x'.repeat(401) }),
      track({ messageId: 'mail', event: 'ann@corp.example' }),
      { type: 'identify', anonymousId: 'a-3', messageId: 'who' },
      { type: 'identify', anonymousId: 'a-3', userId: 'null', messageId: 'null' },
      track({ messageId: 'good-2', userId: 'null', anonymousId: 'a-3' }),
    ]
    const { status, json } = await post(BATCH, { batch })
    expect([status, json.success, json.accepted]).toEqual([200, true, 2])
    const codes = json.rejected.map(({ index, messageId, code }: Record<string, unknown>) => [
      index,
      typeof messageId === 'string' ? messageId.slice(0, 8) : messageId,
      code,
    ])
    expect(codes).toEqual([
      [1, null, 'invalid_event'],
      [2, 'nobody', 'missing_user'],
      [3, 'late', 'invalid_at'],
      [4, 'big', 'message_too_large'],
      [5, 'odd', 'unknown_call'],
      [6, 'xxxxxxxx', 'invalid_id'],
      [7, 'mail', 'invalid_type'],
      [8, 'who', 'invalid_identity'],
      [9, 'null', 'refused_id'],
    ])
    expect(json.rejected[2].detail).toContain('`timestamp`')
    const kept = await read<Page<RejectedJson>>('/rejected?site=si_1&limit=100')
    const told = kept.data.map(({ code }) => code)
    for (const [, , code] of codes) expect(told).toContain(code)
    expect(JSON.stringify(kept)).not.toMatch(/corp\.example|203\.0\.113/)
    expect((await post(BATCH, { batch }, { 'x-strict': '' })).json).toEqual({ success: true })
  })

  test.each(['{}', '[]', '"x"', '7', 'null', '{"batch":{}}', '{"batch":[[]]}'])(
    'JSON that is no batch: %s',
    async (body) => {
      const { status, json } = await post(BATCH, body)
      expect([status, json.success, json.rejected.length]).toEqual([200, true, 1])
      expect(json.rejected[0].code).toBe('invalid_event')
    },
  )
  test('an empty batch, and one that an older SDK calls otherwise', async () => {
    expect((await post(BATCH, { batch: [] })).json.accepted).toBe(0)
    expect((await post('/v1/import', { batch: [track()] })).json.accepted).toBe(1)
  })
})

describe('a body', () => {
  const zeros = gzipSync(Buffer.alloc(100 * 1024 * 1024))
  const big = (bytes: number) => `{"batch":[]${' '.repeat(bytes - 12)}}`
  test.each<[string, string, string | Buffer, number, string?]>([
    ['no JSON', BATCH, '{', 400, 'not_json'],
    ['empty', BATCH, '', 400, 'not_json'],
    ['a form', '/v1/track', 'userId=1&event=x', 400, 'not_json'],
    ['nested 100 000 times', BATCH, '['.repeat(100_000), 400, 'not_json'],
    ['half a gzip', BATCH, gzipSync('{"batch":[]}').subarray(0, 20), 400, 'not_json'],
    ['gzip of no JSON', BATCH, gzipSync('{'), 400, 'not_json'],
    ['500 KB', BATCH, big(500 * 1024), 200],
    ['500 KB and a byte', BATCH, big(500 * 1024 + 1), 413, 'payload_too_large'],
    ['700 KB in gzip', BATCH, gzipSync(big(700 * 1024)), 200],
    ['1 MB and a byte in gzip', BATCH, gzipSync(big(1024 * 1024 + 1)), 413, 'payload_too_large'],
    ['100 MB of zeros in gzip', BATCH, zeros, 413, 'payload_too_large'],
    ['one event of 33 KB', '/v1/track', big(33 * 1024), 413, 'event_too_large'],
    ['zeros as one event', '/v1/track', gzipSync(Buffer.alloc(40_000)), 413, 'event_too_large'],
    ['20 000 messages', BATCH, `{"batch":[${'{},'.repeat(19_999)}{}]}`, 413, 'too_many_messages'],
    ['a byte order mark', BATCH, Buffer.from('\uFEFF{"batch":[]}'), 200],
  ])('%s', async (_, path, body, status, code) => {
    const { json, ...answer } = await post(path, body)
    expect([answer.status, json.code]).toEqual([status, code])
  })

  test('is unpacked whatever its headers say', async () => {
    for (const headers of [
      {},
      { 'content-encoding': 'gzip' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
      { 'content-type': 'application/gzip' },
      { 'content-type': 'text/plain', 'content-encoding': 'identity' },
    ] as Record<string, string>[]) {
      const body = { batch: [track()] }
      const packed = await post(BATCH, gzipSync(JSON.stringify(body)), headers)
      expect([headers, packed.json.accepted]).toEqual([headers, 1])
      // A proxy may have unpacked it, and left the header.
      expect((await post(BATCH, { batch: [track()] }, headers)).json.accepted).toBe(1)
    }
  })
})

test('what is to come later is to come later, and then all of it', async () => {
  const body = { batch: [track(), track({ userId: 'u-2' })] }
  for (const code of ['store_unavailable', 'overloaded', 'disk_full', 'site_busy'] as const) {
    refused = refusal(code)
    const { status, json, headers } = await post(BATCH, body)
    expect([status, json.code]).toEqual([code === 'site_busy' ? 429 : 503, code])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  refused = refusal('unknown_site')
  expect((await post(BATCH, body)).status).toBe(401)
  refused = null
  expect((await post(BATCH, body)).json.accepted).toBe(2)
})

test('of a site’s own person only: another write key brings nothing together', async () => {
  await post('/v1/identify', { userId: 'same', traits: { email: 'same@corp.example' } })
  await post(
    '/v1/identify',
    { userId: 'same', traits: { name: 'Other' } },
    { authorization: basic('write-blog') },
  )
  const { data } = await read<Page<LeadJson>>('/leads?q=same&site=si_2')
  expect(data.map(({ email }) => email)).toEqual([null])
})

/** Messages of a few people and servers over some days, as programs send them. */
function randomMessages(random: Random, tag: string): object[] {
  const start = Date.UTC(2026, 5, 3)
  return Array.from({ length: 40 }, (_, n) => {
    const person = `${tag}u${random.int(3)}`
    const userId = random.pick([person, person, person, undefined, 'null'])
    const anonymousId = random.pick([undefined, `${tag}a${random.int(3)}`, 'anonymous'])
    const email = `${random.pick([person, `${tag}other`])}@corp.example`
    const message = {
      messageId: random.pick([`${tag}m${n}`, undefined]),
      timestamp: new Date(start + random.int(4 * DAY)).toISOString(),
      n,
      ...(userId !== undefined && { userId }),
      ...(anonymousId !== undefined && { anonymousId }),
    }
    const traits = random.pick([{}, { email }, { email, title: 'CTO' }, { company: { name: 'C' } }])
    const page = { url: random.pick(['https://shop.example/pricing', 'https://shop.example/']) }
    return {
      ...message,
      ...random.pick([
        { type: 'track', event: random.pick(['Trial Started', 'Product Added', 'Tour Booked']) },
        { type: 'track', event: 'Order Completed', context: { traits, page } },
        { type: 'identify', traits },
        { type: 'page', properties: page, context: { campaign: { source: 'mail' } } },
        { type: 'group', groupId: 'g', traits: { name: `${tag}Corp`, employees: random.int(9) } },
        { type: 'alias', previousId: `${tag}a${random.int(3)}` },
      ]),
    }
  })
}

/**
 * Whoever names the same user in a browser of that user's own says nothing new, and of those that came before an
 * earlier one was known some are kept. They change nothing, and no two orders keep the same.
 */
function withoutBareClaims(state: ReturnType<typeof stateOf>): unknown {
  const claims = state.claims?.filter((claim) => !/,null,"strong","\{\}",/.test(claim))
  expect(claims?.length).toBeGreaterThan(0)
  return { ...state, claims }
}

test('any order, any split and any repeats leave the same store', {
  timeout: 120_000,
}, async () => {
  const seeds = scaled(20)
  let kept = 0
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = randomOf(seed)
    const messages = randomMessages(random, `s${seed}`)
    const states = []
    for (const isTidy of [true, false, false]) {
      const world = createWorld()
      let now = Date.UTC(2026, 6, 1)
      const routes = createSegmentRoutes({
        writer: { siteOfWriteKey: async () => SITE_KEY },
        clock: () => now,
        collect: async (raw) => world.service.ingest([raw])[0] ?? refusal('internal'),
      })
      const repeats = isTidy ? [] : messages.filter(() => random.next() < 0.3)
      const order = isTidy ? messages : random.shuffle([...messages, ...repeats])
      for (let next = 0; next < order.length; ) {
        const size = isTidy ? order.length : 1 + random.int(9)
        now += random.int(60_000)
        const sentAt = new Date(now).toISOString()
        const batch = order.slice(next, next + size)
        const answer = await post(BATCH, { batch, sentAt }, {}, routes)
        kept += answer.json.accepted
        next += size
      }
      expect((await world.verify()).differences).toEqual([])
      states.push(withoutBareClaims(stateOf(world.path)))
      world.close()
    }
    expect(states[1]).toEqual(states[0])
    expect(states[2]).toEqual(states[0])
  }
  expect(kept).toBeGreaterThan(50 * seeds)
})
