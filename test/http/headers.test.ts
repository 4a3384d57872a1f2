import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { sendRaw } from '../support/raw-http.ts'

/**
 * The headers of every route of the built collector, errors included; what a path can't reach; and a log that
 * nobody can write into or be found in.
 */

const place = createPlace()
let collector: RunningCollector
let cookie = ''
let site = { id: '', key: '' }

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const entered = await fetch(collector.dashboard, { redirect: 'manual' })
  cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
  site = (await (await collector.api('/sites')).json()).data[0]
})
afterAll(async () => {
  await collector.stop()
  place.remove()
})

const HTML = 'text/html; charset=UTF-8'
const PROBLEM = 'application/problem+json'

/** Path, method and status, and the exact type of the answer; null where there is no body. */
type Row = readonly [path: string, status: number, type: string | null, method?: string]

/** What only pages and programs of ours ask. */
const OWN: readonly Row[] = [
  ['/', 200, HTML],
  ['/leads', 200, HTML],
  ['/leads?sort=odd', 400, HTML],
  ['/leads/ld_404', 404, HTML],
  ['/visitors', 200, HTML],
  ['/visitors/vi_404', 404, HTML],
  ['/connect', 200, HTML],
  ['/live.json', 200, 'application/json'],
  ['/settings', 200, HTML],
  ['/settings/nowhere', 404, HTML],
  ['/nowhere', 404, HTML],
  ['/privacy', 200, HTML],
  ['/setup?token=x', 404, HTML],
  ['/welcome?token=x', 404, HTML],
  ['/healthz', 200, 'application/json'],
  ['/readyz', 200, 'application/json'],
  ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8'],
  ['/login', 200, HTML],
  ['/login/once?token=x', 401, HTML],
  ['/docs', 200, HTML],
  ['/openapi.json', 200, 'application/json'],
  ['/api/v1/leads', 200, 'application/json'],
  ['/api/v1/leads/ld_404', 404, PROBLEM],
  ['/api/v1/leads?limit=x', 400, PROBLEM],
  ['/api/v1/nowhere', 404, PROBLEM],
  ['/api/nowhere', 404, PROBLEM],
  ['/api/v1/sites', 200, 'application/json'],
  ['/api/v1/keys', 200, 'application/json'],
  ['/api/v1/visitors', 200, 'application/json'],
  ['/api/v1/rejected', 200, 'application/json'],
  ['/api/v1/model', 200, 'application/json'],
  ['/api/v1/model/versions', 200, 'application/json'],
  ['/api/v1/sites', 403, PROBLEM, 'POST'],
  ['/api/v1/leads', 403, PROBLEM, 'PUT'],
  ['/connect', 403, PROBLEM, 'POST'],
  ['/connect/export', 200, 'text/csv; charset=utf-8'],
  ['/connect/export?format=ndjson', 200, 'application/x-ndjson'],
  ['/connect/export?what=x', 400, HTML],
  ['/connect?tab=import', 200, HTML],
  ['/connect/import/template.csv', 200, 'text/csv; charset=utf-8'],
  ['/connect/import', 403, PROBLEM, 'POST'],
]

/** What the API answers with a file. */
const FILES: Readonly<Record<string, string>> = { '/api/v1/export': 'application/x-ndjson' }

describe('a page or an answer of ours', () => {
  test.each(OWN.map((row) => ({ row, name: row.join(' ') })))('$name', async ({ row }) => {
    const [path, status, type, method = 'GET'] = row
    const answer = await fetch(collector.url + path, {
      method,
      headers: { cookie, accept: path.startsWith('/api') ? '*/*' : 'text/html' },
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type])
    expectOwnHeaders(answer)
  })

  test('is so for every route that the description of the API names', async () => {
    const { paths } = await (await fetch(`${collector.url}/openapi.json`)).json()
    let asked = 0
    for (const [path, methods] of Object.entries<object>(paths)) {
      const full = (path.startsWith('/api/v1') ? path : `/api/v1${path}`).replace(/\{\w+\}/g, 'x')
      for (const method of [...Object.keys(methods), 'patch']) {
        for (const headers of [{}, { cookie }] as Record<string, string>[]) {
          const answer = await fetch(collector.url + full, {
            method: method.toUpperCase(),
            headers,
          })
          await answer.arrayBuffer()
          expect(answer.headers.get('content-type'), `${method} ${full}`).toBe(
            answer.status < 400 ? (FILES[full] ?? 'application/json') : PROBLEM,
          )
          expectOwnHeaders(answer)
          asked += 1
        }
      }
    }
    expect(asked).toBeGreaterThan(80)
  })

  function expectOwnHeaders({ headers }: Response): void {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-frame-options')).toBe('DENY')
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "object-src 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(part)
    }
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull()
  }

  test.each(['/', '/leads', '/connect', '/live.json', '/nowhere'])(
    '%s sends a stranger to sign in, with the same headers',
    async (path) => {
      const { status, headers } = await fetch(collector.url + path, {
        redirect: 'manual',
        headers: { accept: 'text/html' },
      })
      expect(status).toBe(303)
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
    },
  )
})

describe('what other sites load', () => {
  test.each([
    ['/pique.js', 'text/javascript; charset=utf-8'],
    ['/pique-shop.js', 'text/javascript; charset=utf-8'],
    ['/assets/dashboard.css', 'text/css; charset=utf-8'],
    ['/assets/dashboard.js', 'text/javascript; charset=utf-8'],
    ['/assets/dashboard.svg', 'image/svg+xml'],
    ['/.well-known/gpc.json', 'application/json'],
  ])('%s is exactly %s', async (path, type) => {
    const { status, headers } = await fetch(collector.url + path)
    expect([status, headers.get('content-type')]).toEqual([200, type])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const isOwn = /^\/(assets|\.well-known)\//.test(path)
    expect(headers.get('cross-origin-resource-policy')).toBe(isOwn ? 'same-origin' : 'cross-origin')
  })

  const event = { id: randomUUID(), type: 'page_view', at: Date.now() }
  test.each([
    ['a batch', (): string => JSON.stringify({ site: site.key, events: [event] }), {}, 202],
    ['no JSON', (): string => '{', {}, 400],
    ['an unknown site', (): string => JSON.stringify({ site: 'x', events: [event] }), {}, 403],
    ['too much', (): string => 'a'.repeat(65_537), {}, 413],
    [
      'a type of a form',
      (): string => 'a=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
    ],
  ] as const)('a beacon of %s', async (_, body, headers, status) => {
    const answer = await fetch(`${collector.url}/e`, { method: 'POST', body: body(), headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-type')).toBe(status < 400 ? 'application/json' : PROBLEM)
  })
  test('the picture for pages without scripts', async () => {
    const { headers } = await fetch(`${collector.url}/e.gif?site=${site.key}`)
    expect(headers.get('content-type')).toBe('image/gif')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('a path', () => {
  test.each([
    '/../package.json',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets//etc/passwd',
    '/assets/dashboard.css%00.js',
    '/assets\\..\\..\\package.json',
    '/pique.js/../../package.json',
    '/file:///etc/passwd',
  ])('%s reaches no file', async (path) => {
    const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    const { statuses, text } = await sendRaw(collector.url, bytes)
    expect([400, 401, 404]).toContain(statuses[0])
    expect(text).not.toMatch(/better-sqlite3|root:x:/)
  })
})

test('nobody writes into the log, or is found in it', async () => {
  const odd = ['\r\n{"level":"error","message":"forged"}', '\u001b[31m', '\n\n', '\u2028', '\u0000']
  const people = [
    'ann@corp.example',
    'ann%40corp.example',
    'pq_live_3sJ9vNq0b2m4c6x8z1a5d7f9q2w4e6r8',
    '203.0.113.77',
    '2001:db8::77',
  ]
  const sent: Promise<unknown>[] = []
  for (const [nth, one] of [...odd, ...people].entries()) {
    const quoted = encodeURIComponent(one)
    const plain = one.replace(/[^\x20-\x7e]/g, '?')
    const ask = (path: string, init: RequestInit = {}) =>
      sent.push(fetch(collector.url + path, { redirect: 'manual', ...init }).catch(() => null))
    ask(`/leads/email:${quoted}`, { headers: { cookie } })
    ask(`/api/v1/leads/email:${quoted}?site=${quoted}`, {
      headers: { authorization: `Bearer ${plain}` },
    })
    ask('/e', { method: 'POST', body: `{"site":"${one}","events":[{"id":"${nth}"}]}` })
    ask(`/e.gif?site=${quoted}`, {
      headers: { referer: `https://${plain}/`, 'x-forwarded-for': plain },
    })
    ask('/login', { method: 'POST', body: new URLSearchParams({ email: one, password: one }) })
  }
  expect(sent).toHaveLength(50)
  await Promise.all(sent)
  await sendRaw(
    collector.url,
    'POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nann@corp.example',
    200,
  )
  const lines = collector.logs().split('\n').filter(Boolean)
  expect(lines.map((line) => JSON.parse(line).message)).toContain('started')
  expect(collector.logs()).not.toMatch(/@|%40|forged|203\.0\.113|2001:db8|pq_live/)
})
