import { type Context, Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newApiKey, newSecret } from '../../collector/http/auth.ts'
import { createGuardedApp, createListed } from '../../collector/http/doors.ts'
import { ended } from '../support/event-stream.ts'
import { createWhole, type Whole } from './access-fixture.ts'
import { DAY, NOW } from './api-fixture.ts'

/**
 * Every method of every route that the composed app has, as its router lists them, for everybody who
 * may ask. A new route is judged by the rules below; where it needs another one, it fails here until
 * its rule is written down.
 */

/** What anybody may ask for. A new one belongs here only with a reason, which doors.ts states. */
const PUBLIC = [
  '/pique.js',
  '/pique.HASH.js',
  ...['shop', 'product', 'links', 'is', 'video', 'debug', 'verify'].map((x) => `/pique-${x}.js`),
  '/is',
  '/verify',
  '/e',
  '/e.gif',
  ...['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 'import'].map(
    (call) => `/v1/${call}`,
  ),
  '/healthz',
  '/metrics',
  '/readyz',
  '/assets/dashboard.css',
  '/assets/dashboard.js',
  '/assets/dashboard.svg',
  '/privacy',
  '/.well-known/gpc.json',
  '/login',
  '/login/once',
  '/logout',
  '/setup',
  '/welcome',
  '/hooks/*',
  '/openapi.json',
  '/docs',
  '/problems',
  '/problems/*',
]
/** What only an admin may do; and an owner, but for what an analyst may too. */
const ADMIN_ONLY =
  /^(GET|HEAD) \/api\/v1\/(keys|accounts|audit|export|quarantine|leads\/:id\/export)$|^POST \/api\/v1\/(keys|sites|accounts|model\/publish|model\/rollback|quarantine\/:id\/requeue|sites\/:id\/write-key)$|^DELETE \/api\/v1\/((keys|sites|accounts|leads|quarantine)\/:id|sessions)$|^PATCH \/api\/v1\/accounts\/:id$|^(GET|HEAD) \/connect\/export$|^POST \/connect\/quarantine\/|^(GET|HEAD) \/leads\/:id\/export$|^POST \/leads\/:id\/erase$|^(GET|HEAD) \/api\/v1\/webhooks(\/:id(\/deliveries)?)?$|^POST \/api\/v1\/webhooks(\/:id\/(rotate|test|replay|deliveries\/:delivery\/replay))?$|^(PATCH|DELETE) \/api\/v1\/webhooks\/:id$|^POST \/connect\/webhooks\/(add$|:id\/)|^POST \/connect\/(write-key|email\/intakes(\/:id\/remove)?|crm\/(add|:id\/remove))$|^(GET|HEAD|POST) \/api\/v1\/crm$|^DELETE \/api\/v1\/crm\/:id$|^(GET|HEAD|POST) \/api\/v1\/intakes$|^DELETE \/api\/v1\/intakes\/:id$/
const ANALYSTS_TOO = /^POST \/api\/v1\/model\/(publish|rollback)$/
/** Posted because it is long; it changes nothing. */
const POSTED_READ = 'POST /api/v1/model/simulate'
/** What whoever is signed in may change. */
const OWN = /^POST \/settings\/(password|sign-out)$/
/** What a key of one site is told that it can't do at all. */
const ALL_SITES = /^\w+ \/api\/v1\/(accounts|audit|sessions)$|^POST \/api\/v1\/sites$/

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const isSafe = (method: string) => method === 'GET' || method === 'HEAD'
const THINGS: readonly (readonly [RegExp, string])[] = [
  [/\/leads\/:id/, '/leads/ld_1'],
  [/\/visitors\/:id/, '/visitors/vi_1'],
  [/\/sites\/:id/, '/sites/si_1'],
  [/\/keys\/:id/, '/keys/ke_1'],
  [/\/quarantine\/:id/, '/quarantine/qu_99'],
  [/\/accounts\/:id/, '/accounts/ac_3'],
  [/\/people\/:id/, '/people/ac_3'],
  [/\/views\/:id/, '/views/vw_99'],
  [/\/webhooks\/:id/, '/webhooks/wh_1'],
  [/\/links\/:id/, '/links/ln_99'],
  [/\/intakes\/:id/, '/intakes/in_99'],
  [/\/import\/:draft/, '/import/forgotten'],
  [/\/crm\/:id/, '/crm/cr_99'],
  [/:delivery/, 'me_99'],
  [/:visitor/, 'vi_99'],
  [/:outcome/, 'ou_99'],
  [/:adjustment/, 'ad_99'],
  [/:version/, '1'],
]

interface Row {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly url: string
  readonly isApi: boolean
  /** Whether a route takes the method, and not only the path. */
  readonly isTaken: boolean
}

let whole: Whole
beforeEach(async () => {
  whole = await createWhole()
  whole.service.keyOf(['admin']) // ke_1, for deleting
  const url = 'https://crm.example/hook'
  const all = { url, events: null, site: null, isFull: false, secret: 'whsec_', createdAt: NOW }
  await whole.service.writer.addWebhook(all)
})
afterEach(() => whole.service.close())

/** Everything behind the guard, what removes things last. */
function rows(): Row[] {
  const { routes, publicPaths } = whole.app
  const isOpen = createListed(publicPaths)
  const paths = [...new Set(routes.map(({ path }) => path))]
    .map((path) => path.replace(/\{.*?\}/g, ''))
    .filter((path) => !path.includes('*') && !isOpen(path) && !path.startsWith('/hooks/'))
  expect(paths.length).toBeGreaterThan(30)
  const all = paths.flatMap((path) =>
    METHODS.map((method): Row => {
      const known = method === 'HEAD' ? 'GET' : method
      const url = THINGS.reduce((text, [pattern, thing]) => text.replace(pattern, thing), path)
      expect(url, 'every parameter stands for something').not.toContain(':')
      const isTaken = routes.some((route) => route.method === known && route.path === path)
      return {
        name: `${method} ${path}`,
        method,
        path,
        url,
        isApi: path.startsWith('/api'),
        isTaken,
      }
    }),
  )
  const isRemoving = (row: Row) => row.method === 'DELETE' || /remove|revoke|erase/.test(row.path)
  return [...all.filter((row) => !isRemoving(row)), ...all.filter(isRemoving)]
}

const ask = async (row: Row, headers: Record<string, string>) =>
  ended(await whole.request(row.url, { method: row.method, headers }))

/** Got past the guard: what is answered is the route's own. */
function expectOwnAnswer(row: Row, status: number): void {
  expect([401, 403], `${row.name}: ${status}`).not.toContain(status)
  expect(status, row.name).toBeLessThan(500)
  if (row.isTaken && isSafe(row.method) && !row.path.includes('check')) {
    expect(status, row.name).toBeLessThan(400)
  }
}

test('what is public is listed by name, each with its reason', () => {
  const { publicPaths } = whole.app
  const named = publicPaths.map(({ path }) => path.replace(/\.[0-9a-f]{16}\./, '.HASH.'))
  expect(named).toEqual(PUBLIC)
  for (const { why } of publicPaths) expect(why.length).toBeGreaterThan(10)
})

test('a route that is added later, anywhere, stands behind the guard', async () => {
  const no = (c: Context) => Promise.resolve(c.text('no', 401))
  const app = createGuardedApp(
    { requireKey: no, requireSession: no },
    { isPublic: (path) => path === '/open', before: (_, next) => next() },
  )
  app.get('/secret', (c) => c.text('secret'))
  app.route(
    '/',
    new Hono().post('/api/secret', (c) => c.text('secret')).get('/open', (c) => c.text('')),
  )
  expect((await app.request('/secret')).status).toBe(401)
  expect((await app.request('/api/secret', { method: 'POST' })).status).toBe(401)
  expect((await app.request('/%73ecret')).status).toBe(401)
  expect((await app.request('/open')).status).toBe(200)
})

describe('who is nobody gets nothing', () => {
  test.each([
    'none',
    'forged key',
    'expired key',
    'expired session',
    'idle session',
    'forged session',
  ])('%s', async (kind) => {
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
    const cookie = (of: string) => ({ cookie: of, 'sec-fetch-site': 'same-origin' })
    const headers: Record<string, string> =
      {
        none: {},
        'forged key': bearer(newApiKey()),
        'expired key': bearer(await whole.expiredKey()),
        'expired session': cookie(await whole.sessionOf('owner', NOW - 7 * DAY)),
        'idle session': cookie(await whole.sessionOf('owner', NOW - DAY / 2)),
        'forged session': cookie(`pique=${newSecret()}`),
      }[kind] ?? {}
    for (const row of rows()) {
      const answer = await ask(row, headers)
      const status = row.isApi || isSafe(row.method) ? 401 : 403
      expect([row.name, answer.status]).toEqual([row.name, status])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.text()).not.toMatch(/ann|bob|si_1/i)
    }
  })
})

const KEYS = [
  ['read', ['read']],
  ['write', ['write']],
  ['admin', ['admin']],
] as const

describe('a key does what its scope says, and opens no page', () => {
  test.each(KEYS)('%s', async (scope, scopes) => {
    const headers = { authorization: `Bearer ${whole.service.keyOf(scopes)}` }
    for (const row of rows()) {
      const { status } = await ask(row, headers)
      if (!row.isApi) {
        expect([row.name, status]).toEqual([row.name, isSafe(row.method) ? 401 : 403])
        continue
      }
      const isRead = isSafe(row.method) || row.name === POSTED_READ
      const may = scope === 'admin' || (!ADMIN_ONLY.test(row.name) && (scope === 'write' || isRead))
      if (may) expectOwnAnswer(row, status)
      else expect([row.name, status]).toEqual([row.name, 403])
    }
  })

  test.each(KEYS)('%s of another site: of this one there is nothing', async (scope, scopes) => {
    const headers = { authorization: `Bearer ${whole.service.keyOf(scopes, 'si_2')}` }
    for (const row of rows().filter(({ isApi }) => isApi)) {
      const answer = await ask(row, headers)
      const isRead = isSafe(row.method) || row.name === POSTED_READ
      const may = scope === 'admin' || (!ADMIN_ONLY.test(row.name) && (scope === 'write' || isRead))
      const isThing = row.path.includes(':id')
      const isOfAll = ALL_SITES.test(row.name) && row.isTaken
      if (!may) expect(answer.status, row.name).toBe(403)
      else if (isOfAll) expect([400, 403], row.name).toContain(answer.status)
      // Without a body what is wrong with the request may be said first; it is said of every id.
      else if (isThing) expect([400, 404, 405], row.name).toContain(answer.status)
      else expectOwnAnswer(row, answer.status)
      if (isThing && isSafe(row.method) && row.isTaken && may) {
        expect(answer.status, row.name).toBe(404)
      }
      expect(await answer.text(), row.name).not.toMatch(
        /"si_1"|Ann Able|shop\.example|team\.example/,
      )
      if (isSafe(row.method) && may) {
        const narrowed = await ask({ ...row, url: `${row.url}?site=si_1` }, headers)
        expect(narrowed.status, row.name).toBe(404)
      }
    }
  })
})

test('a key of one site adds no account and no site, and signs nobody out', async () => {
  const key = whole.service.keyOf(['admin'], 'si_2')
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const send = async (method: string, path: string, body: unknown) => {
    const init = { method, headers, body: JSON.stringify(body) }
    return (await whole.request(`/api/v1${path}`, init)).status
  }
  expect(await send('POST', '/accounts', { email: 'x@x.example', role: 'owner' })).toBe(403)
  expect(await send('PATCH', '/accounts/ac_3', { role: 'owner' })).toBe(404)
  expect(await send('POST', '/sites', { name: 'x' })).toBe(403)
  expect(await send('DELETE', '/sessions', undefined)).toBe(403)
})

describe('whoever has signed in does what the role says', () => {
  const mayChange = {
    viewer: (name: string) => OWN.test(name),
    analyst: (name: string) =>
      OWN.test(name) ||
      ANALYSTS_TOO.test(name) ||
      (!ADMIN_ONLY.test(name) && !/ \/settings/.test(name)),
    owner: () => true,
    'admin key': () => true,
  }
  /** Of leads; a page shows whose account it is for. */
  const ADDRESS = /ann(@|%40)|bob(@|%40)|YW5u|Ym9i/i

  test.each(['viewer', 'analyst', 'owner', 'admin key'] as const)('%s', async (role) => {
    let shown = ''
    for (const row of rows()) {
      const cookie = await whole.sessionOf(role)
      const answer = await ask(row, { cookie, 'sec-fetch-site': 'same-origin' })
      const text = await answer.text()
      const may = isSafe(row.method)
        ? role === 'owner' || role === 'admin key' || !ADMIN_ONLY.test(row.name)
        : mayChange[role](row.name)
      if (may) expectOwnAnswer(row, answer.status)
      else expect([row.name, answer.status]).toEqual([row.name, 403])
      if (role === 'viewer') expect(text, row.name).not.toMatch(ADDRESS)
      shown += text
    }
    if (role === 'viewer') expect(shown).toMatch(/a…@example\.com/)
    else expect(shown).toMatch(/ann@example\.com/)
  })

  test('another site changes nothing in anybody’s name', async () => {
    const signs: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ]
    const cookie = await whole.sessionOf('owner')
    for (const row of rows().filter(({ method }) => !isSafe(method))) {
      for (const sign of signs) {
        const answer = await ask(row, { cookie, ...sign })
        expect([row.name, answer.status]).toEqual([row.name, 403])
      }
    }
  })
})

describe('a viewer can’t find out an address', () => {
  test('by searching, sorting, paging or asking for it', async () => {
    const read = async (role: 'viewer' | 'analyst', path: string) => {
      const cookie = await whole.sessionOf(role)
      const answer = await whole.request(path, { headers: { cookie } })
      return { status: answer.status, text: await answer.text() }
    }
    for (const q of ['ann@', 'nn@example', 'bob@example.org', 'ann@example.com']) {
      const path = `/api/v1/leads?q=${encodeURIComponent(q)}`
      expect(JSON.parse((await read('viewer', path)).text).data, q).toEqual([])
      expect(JSON.parse((await read('analyst', path)).text).data.length, q).toBeGreaterThan(0)
    }
    const seen = JSON.parse((await read('viewer', '/api/v1/leads?q=a…@example.com')).text)
    expect(seen.data.length).toBeGreaterThan(0)
    for (const id of [
      'email:bob@example.org',
      'email:nobody@example.org',
      'EMAIL:bob%40example.org',
    ]) {
      for (const path of ['/leads/ID', '/api/v1/leads/ID', '/api/v1/leads/ID/score']) {
        expect((await read('viewer', path.replace('ID', id))).status, path + id).toBe(404)
      }
    }
    expect((await read('analyst', '/api/v1/leads/email:bob@example.org')).status).toBe(200)
    const paged = await read('viewer', '/api/v1/leads?sort=email&limit=1')
    const { next_cursor: cursor } = JSON.parse(paged.text)
    expect(Buffer.from(cursor.split('.').at(-1) ?? '', 'base64url').toString()).not.toMatch(/@/)
    expect(
      (await read('viewer', '/api/v1/leads?sort=email&limit=1&cursor=leads~email.x')).status,
    ).toBe(400)
  })

  test('by trying out models', async () => {
    const cookie = await whole.sessionOf('viewer')
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
    const answer = await whole.request('/api/v1/model/simulate', {
      method: 'POST',
      headers,
      body: '{}',
    })
    expect(answer.status).toBe(403)
  })
})
