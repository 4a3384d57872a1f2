import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClientAddress } from '../../collector/http/client-address.ts'
import { createCollectRoutes } from '../../collector/http/collect.ts'
import { createTagFiles } from '../../collector/http/tag-files.ts'
import { refusal } from '../../collector/ingest/pipeline.ts'
import { openWriterService, type WriterService } from '../../collector/ingest/writer-service.ts'
import { createLog } from '../../collector/log.ts'
import { CHROME, defaultModelYaml } from '../support/world.ts'

/** `POST /e` as the contract has it, over the real pipeline and store. */

const NOW = Date.UTC(2026, 4, 5, 10)
const ORIGIN = 'https://shop.example'

let directory: string
let service: WriterService
let collectCalls = 0
let isStoreDown = false
let isBroken = false
let lastBot: string | null | undefined
const logged: string[] = []
const app = createCollectRoutes({
  collect: async (raw) => {
    collectCalls += 1
    lastBot = raw.bot
    if (isBroken) throw new TypeError(`a bug that quotes ${raw.body}`)
    if (isStoreDown) return refusal('store_unavailable')
    return service.ingest([raw])[0] ?? refusal('store_unavailable')
  },
  clock: () => NOW,
  clientAddress: createClientAddress([]),
  publicUrl: null,
  log: createLog(
    (line) => logged.push(line),
    () => NOW,
  ),
})

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pique-collect-'))
  const store = join(directory, 'pique.db')
  service = openWriterService({ store, initialModel: defaultModelYaml(), now: NOW })
  const site = {
    writeKey: 'w',
    signingSecret: 's',
    needsSignature: false,
    isGenerated: false,
    createdAt: NOW,
  }
  service.addSite({ ...site, name: 'Open', key: 'open', origins: [] })
  service.addSite({ ...site, name: 'Bound', key: 'bound', origins: [ORIGIN] })
})
afterAll(() => {
  service.close()
  rmSync(directory, { recursive: true })
})
beforeEach(() => {
  collectCalls = 0
  isStoreDown = false
  isBroken = false
  logged.length = 0
})

const event = (rest: object = {}) => ({
  id: randomUUID(),
  type: 'page_view',
  at: NOW - 1000,
  ...rest,
})

function post(body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return app.request('/e', {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'text/plain', 'user-agent': CHROME, ...headers },
  })
}

describe('a batch is taken', () => {
  test.each(['text/plain', 'text/plain;charset=UTF-8', 'application/json', ''])(
    'as %j',
    async (type) => {
      const answer = await post({ site: 'open', events: [event()] }, { 'content-type': type })
      expect(answer.status).toBe(202)
      expect(await answer.json()).toEqual({ accepted: 1, duplicates: 0, ignored: 0, rejected: [] })
    },
  )

  test('with none of what is optional, and with no events at all', async () => {
    expect((await post({ site: 'open', events: [] })).status).toBe(202)
    const nulls = { session: null, view: null, url: null, referrer: null, title: null, props: null }
    const answer = await post({ site: 'open', browser: null, sentAt: null, events: [event(nulls)] })
    expect(await answer.json()).toMatchObject({ accepted: 1 })
  })

  test('a second time as duplicates', async () => {
    const batch = { site: 'open', browser: randomUUID(), events: [event(), event()] }
    await post(batch)
    const again = await (await post(batch)).json()
    expect(again).toEqual({ accepted: 0, duplicates: 2, ignored: 0, rejected: [] })
  })

  test('readable by the page that sent it', async () => {
    const answer = await post({ site: 'bound', events: [event()] }, { origin: ORIGIN })
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('vary')).toBe('Origin')
    const asked = await app.request('/e', { method: 'OPTIONS', headers: { origin: ORIGIN } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type')
  })
})

describe('a bad event never costs its batch', () => {
  const id = randomUUID()
  const cases: [string, unknown][] = [
    ['invalid_event', 'text'],
    ['invalid_event', null],
    ['invalid_event', []],
    ['invalid_id', event({ id: 'not-a-uuid' })],
    ['invalid_id', event({ id: undefined })],
    ['invalid_type', event({ type: '' })],
    ['invalid_type', event({ type: 7 })],
    ['invalid_type', event({ type: 'x'.repeat(101) })],
    ['invalid_type', event({ type: '\u0000' })],
    ['invalid_type', event({ type: 'jane@example.com' })],
    ['invalid_at', event({ at: 'yesterday' })],
    ['invalid_at', { ...event(), at: undefined }],
    ['invalid_session', event({ session: 'x' })],
    ['invalid_view', event({ view: 7 })],
    ['invalid_url', event({ url: 'javascript:alert(1)' })],
    ['invalid_url', event({ url: {} })],
    ['invalid_props', event({ props: [] })],
    ['too_old', event({ at: NOW - 8 * 86_400_000 })],
    ['invalid_identity', event({ type: 'identify', props: {} })],
    ['invalid_identity', event({ type: 'identify', props: { email: 'nobody' } })],
    ['refused_id', event({ type: 'identify', props: { user_id: 'undefined' } })],
    ['invalid_signature', event({ type: 'identify', props: { user_id: id, signature: 'v1.1.x' } })],
  ]
  test.each(cases)('%s %j', async (code, bad) => {
    const body = {
      site: 'open',
      browser: randomUUID(),
      sentAt: NOW,
      events: [event(), bad, event()],
    }
    const answer = await post(body)
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({
      accepted: 2,
      duplicates: 0,
      ignored: 0,
      rejected: [{ index: 1, code }],
    })
  })

  test('a browser id that is no UUID rejects every event, by name', async () => {
    const answer = await (await post({ site: 'open', browser: 'me', events: [event()] })).json()
    expect(answer.rejected).toEqual([{ index: 0, code: 'invalid_browser' }])
  })
})

describe('nothing of a request is taken', () => {
  const nested = (depth: number) =>
    `{"site":"open","events":[${'['.repeat(depth)}${']'.repeat(depth)}]}`
  const cases: [number, string, () => Response | Promise<Response>][] = [
    [400, 'not_json', () => post('{')],
    [400, 'not_json', () => post('')],
    [400, 'not_json', () => post(nested(20_000))],
    [400, 'not_a_batch', () => post('[]')],
    [400, 'not_a_batch', () => post({ site: 'open' })],
    [400, 'not_a_batch', () => post('null')],
    [403, 'unknown_site', () => post({ site: 'nobody', events: [event()] })],
    [
      403,
      'origin_not_allowed',
      () => post({ site: 'bound', events: [event()] }, { origin: 'https://evil.example' }),
    ],
    [
      413,
      'too_many_events',
      () => post({ site: 'open', events: Array.from({ length: 101 }, () => event()) }),
    ],
    [415, 'unsupported_type', () => post({}, { 'content-type': 'image/png' })],
    [415, 'unsupported_type', () => post({}, { 'content-encoding': 'gzip' })],
  ]
  test.each(cases)('%i %s', async (status, code, send) => {
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ status, code })
  })

  test('a body that is too large never reaches the pipeline, announced or not', async () => {
    const text = JSON.stringify({ site: 'open', events: [], padding: 'x'.repeat(65_536) })
    expect((await post(text, { 'content-length': String(text.length) })).status).toBe(413)
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)))
      },
    })
    const chunked = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
    expect((await app.request('/e', chunked)).status).toBe(413)
    expect(collectCalls).toBe(0)
  })

  test('while the store can not be written: 503, and when to come back', async () => {
    isStoreDown = true
    const answer = await post({ site: 'open', events: [event()] })
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

test('a page without scripts is counted by its picture', async () => {
  const answer = await app.request('/e.gif?site=open', { headers: { referer: `${ORIGIN}/about` } })
  expect(answer.headers.get('content-type')).toBe('image/gif')
  expect(collectCalls).toBe(1)
})

test.each([
  [{ 'sec-purpose': 'prefetch;prerender' }, 'prefetch'],
  [{ purpose: 'prefetch' }, 'prefetch'],
  [{ 'x-moz': 'prefetch' }, 'prefetch'],
  [{ 'sec-purpose': 'x' }, null],
  [{}, null],
])('a picture that was fetched with %o is by %s', async (headers, bot) => {
  lastBot = undefined
  await app.request('/e.gif?site=open', { headers: { referer: `${ORIGIN}/p`, ...headers } })
  expect(lastBot).toBe(bot)
})

describe('the tag is served', () => {
  const tag = createTagFiles(Buffer.from('tag '.repeat(500)))

  test('compressed, known again by its ETag, and for ever under its hash', async () => {
    const first = await tag.routes.request('/pique.js?site=x', {
      headers: { 'accept-encoding': 'gzip, br' },
    })
    expect(first.headers.get('content-encoding')).toBe('br')
    expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const etag = first.headers.get('etag') ?? ''
    const again = await tag.routes.request('/pique.js', { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    const fixed = await tag.routes.request(`/pique.${tag.hash}.js`)
    expect(fixed.headers.get('cache-control')).toContain('immutable')
    expect(await fixed.text()).toBe('tag '.repeat(500))
    expect((await tag.routes.request('/pique.0000000000000000.js')).status).toBe(404)
  })

  test('with the files that it loads where it needs them, each under its own ETag', async () => {
    const video = Buffer.from('video '.repeat(300))
    const { routes } = createTagFiles(Buffer.from('tag'), { video, verify: Buffer.from('verify') })
    const headers = { 'accept-encoding': 'br' }
    const tagAnswer = await routes.request('/pique.js', { headers })
    const first = await routes.request('/pique-video.js?site=x', { headers })
    expect(first.status).toBe(200)
    expect(first.headers.get('content-encoding')).toBe('br')
    const body = Buffer.from(await first.arrayBuffer())
    expect(brotliDecompressSync(body).equals(video)).toBe(true)
    for (const name of ['cache-control', 'cross-origin-resource-policy', 'content-type', 'vary']) {
      expect(first.headers.get(name)).toBe(tagAnswer.headers.get(name))
    }
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(first.headers.get('etag')).not.toBe(tagAnswer.headers.get('etag'))
    const etag = first.headers.get('etag') ?? ''
    const again = await routes.request('/pique-video.js', { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    for (const path of ['/pique-debug.js', '/pique-..%2Fpique.js', '/pique-other.js']) {
      expect((await routes.request(path)).status).toBe(404)
    }
  })
})

describe('when something is wrong', () => {
  test('the picture says so, and is shown all the same', async () => {
    isStoreDown = true
    const down = await app.request('/e.gif?site=open')
    expect(down.status).toBe(503)
    expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(down.headers.get('content-type')).toBe('image/gif')
    expect((await down.arrayBuffer()).byteLength).toBeGreaterThan(0)
    isStoreDown = false
    expect((await app.request('/e.gif?site=nobody')).status).toBe(403)
    expect((await app.request('/e.gif?site=open')).status).toBe(200)
  })

  test('a sender that goes away half way leaves no line in the log', async () => {
    const cut = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"site":'))
        controller.error(new Error('aborted'))
      },
    })
    const answer = await app.request('/e', { method: 'POST', body: cut, duplex: 'half' } as never)
    expect(answer.status).toBe(400)
    expect(collectCalls).toBe(0)
    expect(logged).toEqual([])
  })

  test('a bug of ours is logged by its kind and place alone', async () => {
    isBroken = true
    const answer = await post({ site: 'open', events: [event({ title: 'ann@corp.example' })] })
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ code: 'internal' })
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'error',
        message: 'a beacon failed',
        reason: expect.stringMatching(/^TypeError at collect\.test\.ts:\d+:\d+$/),
      },
    ])
    expect(logged.join()).not.toContain('@')
  })

  test('the store is not ready until a group is written again', async () => {
    const store = new Database(join(directory, 'pique.db'))
    store.exec('BEGIN IMMEDIATE')
    const raw = {
      body: JSON.stringify({ site: 'open', browser: randomUUID(), events: [event()] }),
      receivedAt: NOW,
      userAgent: CHROME,
      origin: null,
      address: '',
    }
    expect(() => service.settings()).not.toThrow()
    expect(() => service.ingest([raw])).toThrow('locked')
    for (let asked = 0; asked < 3; asked += 1) expect(() => service.settings()).toThrow()
    store.exec('COMMIT')
    store.close()
    expect(() => service.settings()).not.toThrow()
  })
})
