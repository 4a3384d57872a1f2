import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../collector/http/app.ts'
import { EXTRA_NAMES } from '../../collector/http/tag-files.ts'
import {
  type BadInput,
  readBadInputs,
  sendBadInput,
  type Target,
  wrongOf,
} from '../support/bad-inputs.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { createDescribed } from '../support/described.ts'
import { verifyFindings } from '../support/ledger.ts'
import { CHROME } from '../support/world.ts'

/**
 * Everything that strangers send to every route, against the collector as it is started: each is
 * answered exactly as listed, none with a failure, and the process that was there before is there
 * after, ready, with a clean log and a store that a replay agrees with.
 */

const KEY = 'an admin key of at least 32 characters'
const place = createPlace()
let collector: RunningCollector
let target: Target

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const { url, dashboard } = collector
  const signedIn = await fetch(dashboard, { redirect: 'manual' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const { data: sites } = await (await collector.api('/sites')).json()
  const site: string = sites[0].key
  const event = {
    id: randomUUID(),
    type: 'identify',
    at: Date.now(),
    props: { user_id: 'somebody' },
  }
  const body = JSON.stringify({ site, browser: randomUUID(), human: true, events: [event] })
  await fetch(`${url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
  const { data: leads } = await (await collector.api('/leads')).json()
  const { data: visitors } = await (await collector.api('/visitors')).json()
  const etag = (await fetch(`${url}/pique.js`)).headers.get('etag') ?? ''
  const [lead, visitor] = [leads[0].id, visitors[0].id]
  const added = await collector.api('/sites', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Servers' }),
  })
  const { write_key: writeKey } = await added.json()
  const hash = etag.replaceAll('"', '')
  target = { url, site, lead, visitor, hash, key: KEY, cookie, writeKey }
})

afterAll(async () => {
  await collector?.stop('SIGKILL')
  place.remove()
})

test('every bad input gets the answer that is listed for it', { timeout: 60_000 }, async () => {
  const inputs = readBadInputs()
  expect(inputs.length).toBeGreaterThanOrEqual(231)
  expect(new Set(inputs.map(({ name }) => name)).size).toBe(inputs.length)
  const described = createDescribed(await (await fetch(`${collector.url}/openapi.json`)).json())
  const wrong: string[] = []
  for (const input of inputs) {
    const got = await sendBadInput(input, target)
    wrong.push(...wrongOf(input, got))
    const { method, path, body } = input
    const sent = typeof body === 'string' ? body : null
    const header = (name: string) => got.headers[name]?.toString()
    const exchange = { method, path, sent, status: got.status, header, text: got.text }
    wrong.push(...described.wrongOf(exchange).map((one) => `${input.name}: ${one}`))
  }
  expect(wrong).toEqual([])
})

test('no route is without a bad input, and no parameter or field of the API without junk', async () => {
  const inputs = readBadInputs().map((input) => ({ ...input, path: input.path.split('?', 1)[0] }))
  const nothing = {} as never // nobody asks: the routes are only listed
  const { routes } = createApp({
    engine: { collect: nothing, reader: {}, writer: {}, waiting: nothing } as never,
    config: { publicUrl: null, trustedProxies: [] } as never,
    clock: () => 0,
    log: nothing,
    tag: Buffer.from('the tag'),
    extras: Object.fromEntries(EXTRA_NAMES.map((name) => [name, Buffer.from(name)])),
    metrics: {} as never,
    isDraining: () => false,
    demoSiteKey: null,
  })
  const own = routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
  expect(own.length).toBeGreaterThan(60)
  const missed = own.filter(({ method, path }) => {
    const shape = path.replace(/pique\.[0-9a-f]{16}\.js/, 'pique.$HASH.js')
    const isThere = new RegExp(`^${shape.replace(/[.$]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`)
    return !inputs.some((input) => input.method === method && isThere.test(input.path ?? ''))
  })
  expect(missed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  expect(await unspoken()).toEqual([])
})

const isRefused = ({ status }: BadInput) => [400, 404].includes(Number(status))

/** Parameters and fields of the API's own description that no bad input names. */
async function unspoken(): Promise<string[]> {
  const document: OpenApi = await (await fetch(`${collector.url}/openapi.json`)).json()
  const inputs = readBadInputs()
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      const isThere = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/?]+')}(\\?|$)`)
      const here = inputs.filter(
        (input) => input.method === method.toUpperCase() && isThere.test(input.path),
      )
      const says = (what: string, test: (input: BadInput) => boolean) =>
        here.some(test) ? [] : [`${method} ${path}: ${what}`]
      const reference = operation.requestBody?.content['application/json']?.schema.$ref
      const schema = document.components.schemas[reference?.split('/').at(-1) ?? '']
      return [
        ...(operation.parameters ?? []).flatMap(({ name, in: place }) => {
          if (place === 'path') return says(name, isRefused)
          if (place === 'header') return says(name, ({ headers }) => headers?.[name] !== undefined)
          return says(name, (input) => input.path.includes(`${name}=`) && isRefused(input))
        }),
        ...Object.keys(schema?.properties ?? {}).flatMap((name) =>
          says(name, ({ body, status }) => status === 400 && `${body}`.includes(`"${name}":`)),
        ),
      ]
    }),
  )
}

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, { readonly properties?: object }> }
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json'?: { readonly schema: { readonly $ref: string } }
    }
  }
}

/** What is on a connection after these bytes, as far as the collector answers or ends it. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1')
    let answer = ''
    const done = () => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(5_000, () => reject(new Error(`no answer to ${JSON.stringify(text)}`)))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (answer.includes('\r\n\r\n')) done()
    })
    socket.on('error', done)
    socket.on('close', done)
    socket.write(text, 'latin1')
  })
}

const GET = (target: string, ...headers: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: a.example', ...headers, '', ''].join('\r\n')

test.each<[name: string, text: string, status: number | 'closed']>([
  ['TRACE of a page', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 403],
  ['TRACE of the beacon', 'TRACE /e HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['TRACE of the API', 'TRACE /api/v1/leads HTTP/1.1\r\nHost: a\r\n\r\n', 401],
  ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n', 'closed'],
  ['OPTIONS of nothing', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a host with a blank', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['a host of brackets', 'GET /login HTTP/1.1\r\nHost: ]a[\r\n\r\n', 400],
  ['a host with a bad port', 'GET /login HTTP/1.1\r\nHost: a:99999\r\n\r\n', 400],
  ['a host with a user', 'GET /login HTTP/1.1\r\nHost: u:p@a\r\n\r\n', 400],
  ['a bad host at the beacon', 'POST /e HTTP/1.1\r\nHost: ]a[\r\nContent-Length: 2\r\n\r\n{}', 400],
  ['an absolute target', GET('http://evil.example/login'), 200],
  ['an absolute target that is none', GET('http://[evil/'), 400],
  ['raw bytes in a path', GET('/leads/\xff\xfe'), 400],
  ['a NUL in a path', GET('/leads/\0'), 400],
  ['a NUL in a header', GET('/login', 'X-A: a\0b'), 400],
  ['a bare LF in a header', GET('/login', 'X-A: a\nX-B: b'), 400],
  ['a header without a colon', GET('/login', 'nonsense'), 400],
  ['raw bytes in a referer', GET('/e.gif', 'Referer: \xff\xfe\x80'), 403],
  ['a length that is no number', 'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', 400],
  ['a negative length', 'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
  [
    'two lengths',
    'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    400,
  ],
  [
    'a length and chunks',
    'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  [
    'a chunk of no size',
    'POST /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    400,
  ],
  [
    '64 KiB and a byte, announced only',
    'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n',
    413,
  ],
  [
    'a terabyte, announced only',
    'POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\n',
    413,
  ],
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a line of 20 KB', GET(`/${'a'.repeat(20_000)}`), 431],
])('by a raw socket: %s', async (_, text, status) => {
  const answer = await sendRaw(text)
  const [, got] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
  expect(got === undefined ? 'closed' : Number(got)).toBe(status)
})

test('who goes away in the middle of a body leaves nothing in the log', async () => {
  const port = Number(new URL(collector.url).port)
  for (const path of [
    '/e',
    '/v1/batch',
    '/verify',
    '/login',
    '/connect',
    '/api/v1/keys',
    '/api/v1/model/simulate',
  ]) {
    for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const text = [
        `POST ${path} HTTP/1.1`,
        'Host: a',
        path === '/v1/batch'
          ? `Authorization: Basic ${Buffer.from(`${target.writeKey}:`).toString('base64')}`
          : `Authorization: Bearer ${KEY}`,
        `Cookie: ${target.cookie}`,
        'Origin: http://a',
        'Content-Type: application/json',
        framing,
        '',
        framing.startsWith('C') ? '{"name":' : '8\r\n{"name":\r\n',
      ]
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(text.join('\r\n'), () => socket.end())
        })
        socket.resume().on('error', () => {})
        socket.on('close', () => resolve())
      })
    }
  }
})

test('after all that it is the same process, ready, with nothing to complain of', async () => {
  expect(collector.process.exitCode).toBeNull()
  const ready = await (await fetch(`${collector.url}/readyz`)).json()
  expect(ready.ready).toBe(true)
  const after = await (await fetch(`${collector.url}/healthz`)).json()
  expect(after).toEqual({ ok: true })
  expect(await collector.stop()).toBe(0)

  const lines = collector.logs().split('\n').filter(Boolean)
  const read = lines.map((line) => JSON.parse(line))
  expect(read.filter(({ level }) => level === 'error')).toEqual([])
  expect(lines.filter((line) => line.includes('@'))).toEqual([])
  expect(await verifyFindings(place.store)).toEqual([])
})
