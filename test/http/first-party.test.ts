import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClientAddress } from '../../collector/http/client-address.ts'
import { createCollectRoutes } from '../../collector/http/collect.ts'
import { refusal } from '../../collector/ingest/pipeline.ts'
import { openWriterService, type WriterService } from '../../collector/ingest/writer-service.ts'
import { createLog } from '../../collector/log.ts'
import { CHROME, defaultModelYaml } from '../support/world.ts'

/** The cookie that a collector on the site's own domain renews on its answers, over the real pipeline. */

const NOW = Date.UTC(2026, 4, 5, 10)
const PAGE = 'https://www.shop.example'
const HOST = 't.shop.example'
const PROXY = '10.0.0.1'

let directory: string
let service: WriterService
let isStoreDown = false

function collectorWith(publicUrl: string | null = null): Hono {
  return createCollectRoutes({
    collect: async (raw) =>
      (isStoreDown ? undefined : service.ingest([raw])[0]) ?? refusal('store_unavailable'),
    clock: () => NOW,
    clientAddress: createClientAddress([PROXY]),
    publicUrl,
    log: createLog(
      () => {},
      () => NOW,
    ),
  })
}
const app = collectorWith()

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pique-cookie-'))
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
  service.addSite({ ...site, name: 'Bound', key: 'bound', origins: [PAGE] })
})
afterAll(() => {
  service.close()
  rmSync(directory, { recursive: true })
})

interface Sent {
  readonly browser?: string | null
  readonly site?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The address of the connection. */
  readonly from?: string
}

async function send(to: Hono, { browser, site = 'open', headers = {}, from }: Sent) {
  const event = { id: randomUUID(), type: 'page_view', at: NOW - 1000 }
  const body = JSON.stringify({ site, events: [event], ...(browser && { browser }) })
  const incoming = {
    headers: { 'user-agent': CHROME, ...headers },
    socket: { remoteAddress: from },
  }
  const answer = await to.request(
    '/e',
    { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } },
    from === undefined ? undefined : { incoming },
  )
  return { status: answer.status, cookies: answer.headers.getSetCookie() }
}

const renewed = (browser: string, domain: string, secure = '; Secure') =>
  `_pq=${browser}; Domain=${domain}; Max-Age=34560000; Path=/; SameSite=Lax${secure}`

describe('where page and collector are of one site', () => {
  test.each([
    ['subdomains of one domain', PAGE, HOST, 'shop.example', '; Secure'],
    ['the domain itself', 'https://shop.example', HOST, 'shop.example', '; Secure'],
    ['one and the same host', PAGE, 'www.shop.example', 'shop.example', '; Secure'],
    ['with ports', 'https://shop.example:8443', `${HOST}:8080`, 'shop.example', '; Secure'],
    ['over http', 'http://www.shop.example', HOST, 'shop.example', ''],
    ['below a suffix of two names', 'https://a.co.uk', 't.a.co.uk', 'a.co.uk', '; Secure'],
    [
      'below a suffix strangers share',
      'https://a.github.io',
      't.a.github.io',
      'a.github.io',
      '; Secure',
    ],
  ])('the cookie is renewed: %s', async (_, origin, host, domain, secure) => {
    const browser = randomUUID()
    const { status, cookies } = await send(app, { browser, headers: { origin, host } })
    expect(status).toBe(202)
    expect(cookies).toEqual([renewed(browser, domain, secure)])
  })

  test('it is set again over the same one, and left alone where the browser holds another', async () => {
    const browser = randomUUID()
    const other = randomUUID()
    const cookiesAfter = async (cookie: string) =>
      (await send(app, { browser, headers: { origin: PAGE, host: HOST, cookie } })).cookies
    const expected = [renewed(browser, 'shop.example')]
    expect(await cookiesAfter(`_pq=${browser}`)).toEqual(expected)
    expect(await cookiesAfter(`a=1; _pq=${browser}; _pqs=x.1h`)).toEqual(expected)
    expect(await cookiesAfter(`x_pq=${other}; _pqs=${other}.1h`)).toEqual(expected)
    expect(await cookiesAfter(`_pq=${other}`)).toEqual([])
    expect(await cookiesAfter(`_pq=${browser}; a=1;_pq=${other}`)).toEqual([])
    expect(await cookiesAfter(`_pq=${other}; _pq=${browser}`)).toEqual([])
    expect(await cookiesAfter('_pq=')).toEqual([])
  })

  test('an id that it took for the first time is renewed as well as one it knows', async () => {
    const browser = randomUUID()
    const headers = { origin: PAGE, host: HOST }
    const first = await send(app, { browser, site: 'bound', headers })
    const second = await send(app, { browser, site: 'bound', headers })
    expect([first.cookies, second.cookies]).toEqual([
      [renewed(browser, 'shop.example')],
      [renewed(browser, 'shop.example')],
    ])
  })
})

describe('there is no cookie', () => {
  test.each([
    ['of another site', 'https://shop.example', 't.pique.example'],
    ['of neighbours below a suffix strangers share', 'https://a.github.io', 'b.github.io'],
    ['of the suffix itself', 'https://github.io', 'github.io'],
    ['of an address', 'http://192.0.2.7:3000', '192.0.2.7:8080'],
    ['of an IPv6 address', 'http://[::1]:3000', '[::1]:8080'],
    ['of localhost', 'http://localhost:3000', 'localhost:8080'],
    ['of no web page', 'chrome-extension://shop.example', 'shop.example'],
    ['of an opaque page', 'null', HOST],
    ['of two origins at once', 'https://shop.example t.pique.example', 't.pique.example'],
    ['of nonsense', 'https://', ''],
  ])('for a page %s', async (_, origin, host) => {
    const sent = { browser: randomUUID(), headers: { origin, host } }
    expect(await send(app, sent)).toEqual({ status: 202, cookies: [] })
  })

  test('for whoever names no origin, or carries no browser id, or one that is none', async () => {
    const headers = { origin: PAGE, host: HOST }
    expect((await send(app, { browser: randomUUID(), headers: { host: HOST } })).cookies).toEqual(
      [],
    )
    expect(await send(app, { headers })).toEqual({ status: 202, cookies: [] })
    for (const browser of [
      'me',
      'x; Domain=evil.example',
      '00000000-0000-0000-0000-000000000000',
    ]) {
      expect(await send(app, { browser, headers })).toEqual({ status: 202, cookies: [] })
    }
  })

  test('on an answer that took nothing', async () => {
    const browser = randomUUID()
    const headers = { origin: PAGE, host: HOST }
    expect(await send(app, { browser, site: 'nobody', headers })).toEqual({
      status: 403,
      cookies: [],
    })
    const elsewhere = { origin: 'https://blog.shop.example', host: HOST }
    const refused = await send(app, { browser, site: 'bound', headers: elsewhere })
    expect(refused).toEqual({ status: 403, cookies: [] })
    const image = { ...headers, 'content-type': 'image/png' }
    expect(await send(app, { browser, headers: image })).toEqual({ status: 415, cookies: [] })
    isStoreDown = true
    const down = await send(app, { browser, headers })
    isStoreDown = false
    expect(down).toEqual({ status: 503, cookies: [] })
  })
})

describe('behind a proxy', () => {
  const headers = {
    origin: PAGE,
    host: 'pique.internal',
    'x-forwarded-host': `${HOST}, cdn.example`,
  }

  test('the host is the one that a trusted proxy names', async () => {
    const browser = randomUUID()
    expect((await send(app, { browser, headers, from: PROXY })).cookies).toEqual([
      renewed(browser, 'shop.example'),
    ])
    expect((await send(app, { browser, headers, from: '192.0.2.9' })).cookies).toEqual([])
  })

  test('or the one that the collector was told', async () => {
    const browser = randomUUID()
    const told = collectorWith('https://t.shop.example')
    const inside = { origin: PAGE, host: '127.0.0.1:8787' }
    expect((await send(told, { browser, headers: inside })).cookies).toEqual([
      renewed(browser, 'shop.example'),
    ])
    const other = { ...inside, origin: 'https://other.example' }
    expect((await send(told, { browser, headers: other })).cookies).toEqual([])
    const alias = { origin: 'https://other.example', host: 't.other.example' }
    expect((await send(told, { browser, headers: alias })).cookies).toEqual([
      renewed(browser, 'other.example'),
    ])
  })
})
