import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newApiKey, ownPath } from '../../collector/http/auth.ts'
import { createTries } from '../../collector/http/tries.ts'
import { networkOf } from '../../collector/ingest/network.ts'
import { createService, DAY, MINUTE, NOW, ORIGIN, type Service } from './api-fixture.ts'

let service: Service
beforeEach(() => {
  service = createService()
})
afterEach(() => service.close())

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const THINGS: Readonly<Record<string, string>> = {
  '/leads': 'user:a%2Fb%20c%3Fd%23e%25f%2B%C3%BC',
  '/visitors': 'vi_1',
  '/sites': 'si_1',
  '/keys': 'ke_1',
  '/accounts': 'ac_1',
  '/quarantine': 'qu_99',
  '/webhooks': 'wh_1',
}
/** Things below the first, which are not there. */
const PARTS = {
  ':visitor': 'vi_99',
  ':outcome': 'ou_99',
  ':adjustment': 'ad_99',
  ':version': '1',
  ':delivery': 'me_99',
}
/** What is posted to a thing, so that nothing but the thing may be wrong. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/leads/:id/outcomes': { type: 'working_lead' },
  '/leads/:id/adjustments': { points: 1, reason: 'x' },
  '/webhooks/:id': { enabled: true },
  '/webhooks/:id/replay': {},
}
/** What only an admin may do. */
const ADMIN_ONLY =
  /^(GET|HEAD) \/(keys|accounts|audit|export|quarantine|leads\/:id\/export)$|^POST \/(keys|sites|accounts|model\/publish|model\/rollback|quarantine\/:id\/requeue)$|^DELETE \/((keys|sites|accounts|leads|quarantine)\/:id|sessions)$|^PATCH \/accounts\/:id$|^(GET|HEAD) \/webhooks(\/:id(\/deliveries)?)?$|^POST \/webhooks(\/:id\/(rotate|test|replay|deliveries\/:delivery\/replay))?$|^(PATCH|DELETE) \/webhooks\/:id$/
/** What is posted and changes nothing. */
const POSTED_READ = 'POST /model/simulate'
const isSafe = (method: string) => method === 'GET' || method === 'HEAD'

/** Every path the router knows below the API, with an id of a thing of the first site. */
function pathsOf({ app }: Service) {
  const patterns = new Set(
    app.routes.map(({ path }) => path).filter((path) => /^\/api\/v1\/\w/.test(path)),
  )
  return [...patterns].map((pattern) => {
    const path = pattern.slice('/api/v1'.length)
    const kind = Object.keys(THINGS).find((prefix) => path.startsWith(`${prefix}/`)) ?? ''
    const url = Object.entries({ ':id': THINGS[kind] ?? '', ...PARTS }).reduce(
      (text, [name, value]) => text.replace(name, value),
      `/api/v1${path}`,
    )
    return { path, url }
  })
}

/** What a browser's address line says of itself. */
const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const HOUR = 60 * MINUTE

describe('every method of every path', () => {
  async function statuses(key: string | null, of = service) {
    const rows: { method: string; path: string; status: number }[] = []
    for (const { path, url } of pathsOf(of)) {
      for (const method of METHODS) {
        const { status } = await of.ask(url, key, { method })
        rows.push({ method, path, status })
      }
    }
    expect(rows.length).toBeGreaterThan(80)
    return rows
  }

  test.each(['none', 'unknown', 'empty', 'revoked'])(
    'needs a key that is known: %s',
    async (kind) => {
      const revoked = service.keyOf(['admin'])
      const admin = service.keyOf(['admin'])
      const { data } = await (await service.ask('/api/v1/keys', admin)).json()
      await service.ask(`/api/v1/keys/${data[0].id}`, admin, { method: 'DELETE' })
      const key = { none: null, unknown: newApiKey(), empty: '', revoked }[kind] ?? null
      for (const row of await statuses(key)) expect(row).toEqual({ ...row, status: 401 })
    },
  )

  /** Whether a route takes this method, as the router has it. */
  function isTaken(method: string, path: string): boolean {
    const known = method === 'HEAD' ? 'GET' : method
    return service.app.routes.some(
      (route) => route.method === known && route.path === `/api/v1${path}`,
    )
  }

  /** Without a body, what a key may do gets as far as what is wrong with the request. */
  function expectMayUse(row: { method: string; path: string; status: number }, may: boolean) {
    const { method, path, status } = row
    if (!may) return expect(row).toEqual({ ...row, status: 403 })
    if (!isTaken(method, path)) return expect(row).toEqual({ ...row, status: 405 })
    if (isSafe(method)) return expect(row).toEqual({ ...row, status: 200 })
    return expect([400, 404], `${method} ${path}`).toContain(status)
  }

  test('keeps a reading key from writing and from keys', async () => {
    for (const row of await statuses(service.keyOf(['read']))) {
      const { method, path } = row
      const name = `${method} ${path}`
      const mayNot = !(isSafe(method) || name === POSTED_READ) || ADMIN_ONLY.test(name)
      expectMayUse(row, !mayNot)
    }
  })

  test('keeps a writing key from what only an admin may', async () => {
    for (const row of await statuses(service.keyOf(['write']))) {
      expectMayUse(row, !ADMIN_ONLY.test(`${row.method} ${row.path}`))
    }
  })

  test('shows a key of another site nothing, whatever its scope', async () => {
    const owner = service.keyOf(['admin'])
    const other = service.keyOf(['admin'], 'si_2')
    for (const { path, url } of pathsOf(service)) {
      for (const method of METHODS) {
        const body = method === 'POST' || method === 'PATCH' ? BODIES[path] : undefined
        const answer = await service.ask(url, other, { method, body })
        const row = { method, path, status: answer.status }
        const isThing = path.includes(':id')
        const hidden = isTaken(method, path) ? 404 : 405
        expect(row).toEqual({ ...row, status: isThing ? hidden : row.status })
        expect(await answer.text()).not.toMatch(/"si_1"|Ann Able|shop\.example/)
      }
      const narrowed = await service.ask(`${url}?site=si_1`, other)
      expect(narrowed.status, url).toBe(404)
    }
    expect((await service.ask('/api/v1/sites/si_1', owner)).status).toBe(200)
    const mine = await (await service.ask('/api/v1/leads?sort=email', other)).json()
    expect(mine.data.map(({ email }: { email: string }) => email)).toEqual([
      'ann@example.com',
      'bob@example.org',
    ])
    expect((await service.ask('/api/v1/leads/email:ann@example.com', other)).status).toBe(200)
  })

  test('does not let a bound admin reach beyond its site', async () => {
    const key = service.keyOf(['admin'], 'si_2')
    const post = (path: string, body: unknown) =>
      service.ask(`/api/v1${path}`, key, { method: 'POST', body })
    expect((await post('/sites', { name: 'x' })).status).toBe(403)
    expect((await post('/keys', { name: 'x', scopes: ['read'], site: 'si_1' })).status).toBe(404)
    const made = await (await post('/keys', { name: 'x', scopes: ['admin'] })).json()
    expect(made.site).toBe('si_2')
  })
})

test('no secret is in the store', async () => {
  const admin = service.keyOf(['admin'])
  const made = await service.ask('/api/v1/keys', admin, {
    method: 'POST',
    body: { name: 'x', scopes: ['read'] },
  })
  const { key } = await made.json()
  const token = new URL(await service.newLink(ORIGIN)).searchParams.get('token') ?? ''
  const session = cookieOf(await service.app.request(await service.newLink(ORIGIN)))
  const db = new Database(service.path, { readonly: true })
  const dump = db.serialize().toString('latin1')
  db.close()
  for (const secret of [admin, key, token, session.split('=')[1] ?? '']) {
    expect(secret.length).toBeGreaterThan(40)
    expect(dump).not.toContain(secret)
  }
})

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function enter(of = service): Promise<string> {
  return cookieOf(await of.app.request(await of.newLink(ORIGIN)))
}

function logIn(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return service.app.request('/login', {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  })
}

describe('a sign-in link', () => {
  test('signs in once, as owner', async () => {
    const link = await service.newLink(ORIGIN)
    expect((await service.app.request(link, { method: 'HEAD' })).status).toBe(200)
    const answer = await service.app.request(link)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const cookie = cookieOf(answer)
    expect(await (await service.app.request('/', { headers: { cookie } })).text()).toBe(
      'the dashboard',
    )
    expect((await service.app.request('/api/v1/keys', { headers: { cookie } })).status).toBe(200)

    const again = await service.app.request(link)
    expect([again.status, again.headers.get('set-cookie')]).toEqual([401, null])
  })

  test('is one of twenty at once to succeed, and is too old after a day', async () => {
    const link = await service.newLink(ORIGIN)
    const at = (i: number) => ({ headers: { 'x-test-address': `192.0.2.${i}` } })
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => service.app.request(link, at(i))),
    )
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1)

    const late = await service.newLink(ORIGIN)
    service.now = NOW + DAY + 1
    expect((await service.app.request(late)).status).toBe(401)
  })

  test('is not a session, nor a session a link', async () => {
    const token = new URL(await service.newLink(ORIGIN)).searchParams.get('token')
    const headers = { cookie: `pique=${token}`, ...PAGE }
    expect((await service.app.request('/', { headers })).status).toBe(303)
    const [, session] = (await enter()).split('=')
    expect((await service.app.request(`/login/once?token=${session}`)).status).toBe(401)
  })
})

describe('the session cookie', () => {
  test('is out of reach of scripts and other sites', async () => {
    const answer = await service.app.request(await service.newLink(ORIGIN))
    const cookie = answer.headers.get('set-cookie')
    expect(cookie).toMatch(/^pique=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('is bound to the host over https, where no other is taken', async () => {
    service.isHttps.value = true
    const answer = await service.app.request(await service.newLink(ORIGIN))
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-pique=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    const cookie = cookieOf(answer)
    expect((await service.app.request('/', { headers: { cookie } })).status).toBe(200)
    const planted = cookie.replace('__Host-', '')
    expect((await service.app.request('/', { headers: { cookie: planted, ...PAGE } })).status).toBe(
      303,
    )
  })

  test('is new at each sign-in, and the old one is worth nothing', async () => {
    const old = await enter()
    const answer = await service.app.request(await service.newLink(ORIGIN), {
      headers: { cookie: old },
    })
    expect(cookieOf(answer)).not.toBe(old)
    expect((await service.app.request('/', { headers: { cookie: old, ...PAGE } })).status).toBe(303)
  })

  test('ends after seven days, and at once by signing out', async () => {
    const cookie = await enter()
    const open = () => service.app.request('/', { headers: { cookie, ...PAGE } })
    for (let at = NOW; at < NOW + 7 * DAY; at += 11 * HOUR) {
      service.now = at
      expect((await open()).status).toBe(200)
    }
    service.now = NOW + 7 * DAY - MINUTE
    expect((await open()).status).toBe(200)
    service.now = NOW + 7 * DAY
    expect((await open()).status).toBe(303)

    const second = await enter()
    const headers = { cookie: second, origin: ORIGIN }
    const out = await service.app.request('/logout', { method: 'POST', headers })
    expect([out.status, out.headers.get('location')]).toEqual([303, '/login'])
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    const back = await service.app.request('/', { headers: { cookie: second, ...PAGE } })
    expect(back.status).toBe(303)
  })

  test('ends after twelve hours without use, and is not written at every use', async () => {
    const cookie = await enter()
    const open = () => service.app.request('/', { headers: { cookie, ...PAGE } })
    const writes: number[] = []
    const { seeSession } = service.writer
    Object.assign(service.writer, {
      seeSession: (hash: Uint8Array, now: number) => {
        writes.push(now)
        return seeSession(hash, now)
      },
    })
    for (let minute = 0; minute <= 12; minute += 1) {
      service.now = NOW + minute * MINUTE
      expect((await open()).status).toBe(200)
    }
    expect(writes).toEqual([NOW + 6 * MINUTE, NOW + 12 * MINUTE])
    service.now = NOW + 12 * MINUTE + 12 * HOUR - 1
    expect((await open()).status).toBe(200)
    service.now += 12 * HOUR
    expect((await open()).status).toBe(303)
  })
})

describe('pages', () => {
  test('send a stranger to sign in and back', async () => {
    const asPage = (path: string, headers = {}) =>
      service.app.request(path, { headers: { ...PAGE, ...headers } })
    const answer = await asPage('/leads?q=a&site=si_1')
    expect(answer.status).toBe(303)
    const to = answer.headers.get('location') ?? ''
    expect(to).toBe(`/login?${new URLSearchParams({ next: '/leads?q=a&site=si_1' })}`)
    expect((await asPage('/')).headers.get('location')).toBe('/login')
    expect(await (await service.app.request(to)).text()).toContain(
      'value="/leads?q=a&amp;site=si_1"',
    )
    expect((await service.app.request('/settings', { method: 'POST' })).status).toBe(403)
  })

  test('tell programs that they have to sign in, and send none to a page', async () => {
    for (const path of ['/', '/leads', '/nowhere', '/live.json']) {
      for (const accept of ['*/*', 'application/json', '']) {
        const answer = await service.app.request(path, { headers: { accept } })
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          401,
          'application/problem+json',
        ])
      }
    }
  })

  test('asked for by a link of another site, ask once more by themselves', async () => {
    const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const from = (site: string, cookie = '') =>
      service.app.request('/leads', {
        headers: { ...PAGE, ...link, 'sec-fetch-site': site, cookie },
      })
    const first = await from('cross-site')
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await first.text()).toContain('http-equiv="refresh"')
    expect((await from('same-origin')).status).toBe(303)
    expect((await from('none')).status).toBe(303)
  })

  test.each([
    ['/leads?q=a b#x', '/leads?q=a%20b'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/login?next=/login', '/'],
    [undefined, '/'],
    ['/%', '/%'],
    ['/ü\r\nset-cookie: a=b', '/%C3%BCset-cookie:%20a=b'],
  ])('after signing in, %j leads to %s', (wanted, path) => {
    expect(ownPath(wanted)).toBe(path)
  })
})

describe('signing in with the admin key', () => {
  test('works with any e-mail, and goes where it was meant to', async () => {
    const password = service.keyOf(['admin'])
    const answer = await logIn({ email: 'a@example.com', password, next: '/leads' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/leads'])
    const headers = { cookie: cookieOf(answer) }
    expect((await service.app.request('/', { headers })).status).toBe(200)
    const away = await logIn({ email: '', password, next: '//evil.example' })
    expect(away.headers.get('location')).toBe('/')
    const json = await service.ask('/login', null, {
      method: 'POST',
      body: { email: '', password },
    })
    expect(json.status).toBe(303)
  })

  test('refuses every other key, and all with the same words', async () => {
    const passwords = [
      '',
      'x',
      newApiKey(),
      service.keyOf(['write']),
      service.keyOf(['admin'], 'si_1'),
    ]
    const answers = await Promise.all(
      passwords.map(async (password) => logIn({ email: 'a@example.com', password })),
    )
    expect(answers.map(({ status }) => status)).toEqual(passwords.map(() => 401))
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
    const odd = await service.app.request('/login', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data' },
      body: 'odd',
    })
    expect(odd.status).toBe(401)
  })

  test('is tried ten times from an address, then not for fifteen minutes', async () => {
    const password = service.keyOf(['admin'])
    for (let i = 0; i < 10; i += 1) expect((await logIn({ password: 'x' })).status).toBe(401)
    const tired = await logIn({ password })
    expect([tired.status, tired.headers.get('retry-after')]).toEqual([429, '900'])
    expect((await logIn({ password }, { 'x-test-address': '192.0.2.9' })).status).toBe(303)
    service.now = NOW + 15 * MINUTE
    expect((await logIn({ password })).status).toBe(303)
  })
})

describe('what another site sends in an owner’s name', () => {
  const FOREIGN: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: ORIGIN },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ]

  test.each(FOREIGN)('%j changes nothing', async (signs) => {
    const cookie = await enter()
    const headers = { cookie, ...signs }
    const body = { name: 'x' }
    const api = await service.ask('/api/v1/sites', null, { method: 'POST', body, headers })
    expect([api.status, (await api.json()).code]).toEqual([403, 'cross_site'])
    const page = await service.app.request('/settings', { method: 'POST', headers })
    expect(page.status).toBe(403)
  })

  test.each([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])(
    '%j neither signs in nor out',
    async (signs) => {
      const cookie = await enter()
      const out = await service.app.request('/logout', {
        method: 'POST',
        headers: { cookie, ...signs } as Record<string, string>,
      })
      expect(out.status).toBe(403)
      const password = service.keyOf(['admin'])
      expect((await logIn({ password }, signs as Record<string, string>)).status).toBe(403)
      expect((await service.app.request('/', { headers: { cookie } })).status).toBe(200)
    },
  )

  test('is told from what the dashboard sends', async () => {
    const cookie = await enter()
    for (const signs of [{ 'sec-fetch-site': 'same-origin' }, { origin: ORIGIN }]) {
      const headers = { cookie, ...signs } as Record<string, string>
      const body = { name: 'x' }
      const api = await service.ask('/api/v1/sites', null, { method: 'POST', body, headers })
      expect(api.status).toBe(201)
      expect((await service.app.request('/settings', { method: 'POST', headers })).status).toBe(200)
    }
  })

  test('a wrong key is not saved by a session', async () => {
    const headers = { cookie: await enter() }
    expect((await service.ask('/api/v1/leads', newApiKey(), { headers })).status).toBe(401)
  })
})

test('tries are remembered for a bounded number of networks, an IPv6 /64 being one', () => {
  expect(networkOf('2001:db8::1')).toBe(networkOf('2001:db8:0:0:ffff::2'))
  expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8::1'))
  expect(networkOf('::ffff:192.0.2.1')).not.toBe(networkOf('::ffff:192.0.2.2'))
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1')

  let now = 0
  const tries = createTries({ most: 1, windowMs: 100, maxNetworks: 2 }, () => now)
  expect([tries.take('a'), tries.take('a'), tries.take('b'), tries.take('c')]).toEqual([
    0, 100, 0, 0,
  ])
  expect(tries.take('a')).toBe(0)
  now = 100
  expect(tries.take('a')).toBe(0)
})
