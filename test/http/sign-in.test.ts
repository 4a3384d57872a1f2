import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { createClientAddress } from '../../collector/http/client-address.ts'
import { passwordProblem } from '../../collector/http/password-rules.ts'
import { createPasswords } from '../../collector/http/passwords.ts'
import { scaled } from '../support/scale.ts'
import { createWhole, HOST, type Whole } from './access-fixture.ts'
import { MINUTE, NOW } from './api-fixture.ts'

let whole: Whole
afterEach(() => {
  whole?.service.close()
  whole = undefined as unknown as Whole // made anew by whoever needs one
})

const PASSWORD = 'brave violet otter'
const passwords = createPasswords()
const kept = passwords.hash(PASSWORD)

async function start(options: Parameters<typeof createWhole>[0] = {}): Promise<void> {
  whole = await createWhole(options)
  const password = (await kept) ?? ''
  for (const ref of Object.values(whole.accounts)) {
    if (ref > 0) await whole.service.writer.changeAccount(ref, { password })
  }
}

function form(path: string, fields: Record<string, string>, headers = {}, socket?: string) {
  const init = { method: 'POST', headers, body: new URLSearchParams(fields) }
  return whole.request(path, init, socket)
}

const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? ''
const logIn = (email: string, password = PASSWORD) => form('/login', { email, password })
const statusOf = async (cookie: string) =>
  (await whole.request('/settings', { headers: { cookie } })).status

describe('signing in with an account', () => {
  test('takes the address in any form, and the role from the account', async () => {
    await start()
    const answer = await logIn(' Viewer@Team.Example ')
    expect(answer.status).toBe(303)
    const headers = { cookie: cookieOf(answer) }
    expect((await whole.request('/api/v1/leads', { headers })).status).toBe(200)
    expect((await whole.request('/api/v1/keys', { headers })).status).toBe(403)
    expect((await logIn('viewer@team.example', `${PASSWORD} `)).status).toBe(401)
  })

  test('all sessions of an account end with its password, its removal and when they are told to', async () => {
    await start()
    const owner = { cookie: await whole.sessionOf('owner'), 'sec-fetch-site': 'same-origin' }
    const send = async (method: string, path: string, body?: unknown) => {
      const headers = { ...owner, 'content-type': 'application/json' }
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      return (await whole.request(`/api/v1${path}`, { method, headers, ...json })).status
    }
    const { analyst, viewer } = whole.accounts
    const ways: (() => Promise<number>)[] = [
      () => send('PATCH', `/accounts/ac_${analyst}`, { password: 'quiet marble lantern' }),
      () => send('DELETE', `/sessions?account=ac_${analyst}`),
      () => send('DELETE', `/accounts/ac_${analyst}`),
    ]
    for (const end of ways) {
      const [first, second] = [await whole.sessionOf('analyst'), await whole.sessionOf('analyst')]
      expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
      expect(await end()).toBeLessThan(300)
      expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401])
    }
    const other = await whole.sessionOf('viewer')
    expect(await send('PATCH', `/accounts/ac_${viewer}`, { role: 'owner' })).toBe(200)
    expect(await statusOf(other)).toBe(200)
    expect(await send('DELETE', '/sessions')).toBe(204)
    expect([await statusOf(other), await statusOf(owner.cookie)]).toEqual([401, 401])
  })

  test('a new password of one’s own needs the old one, and signs out everywhere else', async () => {
    await start()
    const [mine, elsewhere] = [await whole.sessionOf('viewer'), await whole.sessionOf('viewer')]
    const change = (current: string, password: string) =>
      form('/settings/password', { current, password }, { cookie: mine, origin: HOST })
    expect((await change('not the right one', 'quiet marble lantern')).status).toBe(400)
    expect((await change(PASSWORD, 'password1234')).status).toBe(400)
    expect(await statusOf(elsewhere)).toBe(200)
    const changed = await change(PASSWORD, 'quiet marble lantern')
    expect(changed.status).toBe(303)
    expect([await statusOf(mine), await statusOf(elsewhere)]).toEqual([401, 401])
    expect(await statusOf(cookieOf(changed))).toBe(200)
  })

  test('who signs in while the password is changed has no session of the old one', async () => {
    await start()
    const changed = (await passwords.hash('quiet marble lantern')) ?? ''
    const entering = logIn('analyst@team.example')
    await wait(20) // the account is read, and its password is being checked
    await whole.service.writer.changeAccount(whole.accounts.analyst, { password: changed })
    const answer = await entering
    expect(answer.status).toBe(303)
    expect(await statusOf(cookieOf(answer))).toBe(401)
    const again = await logIn('analyst@team.example', 'quiet marble lantern')
    expect(await statusOf(cookieOf(again))).toBe(200)
  })

  test('a session that an admin key began ends with the key', async () => {
    await start()
    const make = async (more: object) => {
      const headers = { authorization: `Bearer ${whole.service.keyOf(['admin'])}` }
      const body = JSON.stringify({ name: 'x', scopes: ['admin'], ...more })
      const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
      const answer = await whole.request('/api/v1/keys', { ...init, body })
      return (await answer.json()) as { id: string; key: string }
    }
    const [short, revoked] = [await make({ expires_at: '2026-11-21' }), await make({})]
    const byShort = cookieOf(await logIn('', short.key))
    const byRevoked = cookieOf(await logIn('', revoked.key))
    expect([await statusOf(byShort), await statusOf(byRevoked)]).toEqual([200, 200])
    whole.service.now = Date.parse('2026-11-22')
    expect([await statusOf(byShort), await statusOf(byRevoked)]).toEqual([401, 200])
    const owner = { cookie: await whole.sessionOf('owner'), 'sec-fetch-site': 'same-origin' }
    const init = { method: 'DELETE', headers: owner }
    expect((await whole.request(`/api/v1/keys/${revoked.id}`, init)).status).toBe(204)
    expect(await statusOf(byRevoked)).toBe(401)
    expect(await statusOf(owner.cookie)).toBe(200)
  })
})

describe('guessing', () => {
  test('one account is tried ten times in a quarter of an hour, from wherever', async () => {
    await start()
    const tries = scaled(1000)
    const answers = []
    for (let i = 0; i < tries; i += 1) {
      const fields = { email: 'owner@team.example', password: `guess number ${i}` }
      answers.push((await form('/login', fields, {}, `198.51.${i >> 8}.${i & 255}`)).status)
    }
    expect(answers.filter((status) => status === 401)).toHaveLength(10)
    expect(answers.filter((status) => status === 429)).toHaveLength(tries - 10)
    expect((await logIn('owner@team.example')).status).toBe(429)
    // Whoever holds the admin key gets in meanwhile.
    expect((await logIn('owner@team.example', whole.service.keyOf(['admin']))).status).toBe(303)
    whole.service.now = NOW + 15 * MINUTE
    expect((await logIn('owner@team.example')).status).toBe(303)
  })

  test('an address tries ten times, whatever it says of where it comes from', async () => {
    await start()
    let checked = 0
    for (let i = 0; i < scaled(1000); i += 1) {
      const hop = [0, 8, 16].map((bits) => (i * 7919) >> bits).map((n) => n & 255)
      const headers = { 'x-forwarded-for': `10.${hop.join('.')}` }
      const { status } = await form('/login', { email: '', password: `x${i}` }, headers)
      if (status === 401) checked += 1
      else expect(status).toBe(429)
    }
    expect(checked).toBe(10)
  })

  test('whoever has an account gets no more tries by signing in between', async () => {
    await start()
    for (let i = 0; i < 10; i += 1) {
      await form('/login', { email: '', password: 'x' })
      if (i === 5) expect((await logIn('viewer@team.example')).status).toBe(303)
    }
    expect((await logIn('viewer@team.example')).status).toBe(429)
  })

  const patience = { timeout: 300_000 }
  test(
    'the answer and its time are the same for whoever is known and whoever is not',
    patience,
    async () => {
      await start()
      const times: Record<string, number[]> = { known: [], unknown: [] }
      const bodies = new Set<string>()
      for (let i = 0; i < scaled(200, 12); i += 1) {
        for (const [kind, email] of [
          ['known', 'owner@team.example'],
          ['unknown', 'nobody@team.example'],
        ] as const) {
          whole.service.now += 15 * MINUTE
          const begun = performance.now()
          const answer = await logIn(email, 'some wrong password')
          times[kind]?.push(performance.now() - begun)
          // The page repeats what was typed, and nothing more.
          bodies.add(`${answer.status} ${(await answer.text()).replace(email, '')}`)
        }
      }
      const median = (list: number[] = []) => list.sort((a, b) => a - b)[list.length >> 1] ?? 0
      const ratio = median(times.known) / median(times.unknown)
      expect(bodies.size).toBe(1)
      expect(ratio).toBeGreaterThan(0.8)
      expect(ratio).toBeLessThan(1.25)
    },
  )
})

describe('the first account', () => {
  test('is made once by twenty at once; then there is nothing', async () => {
    await start({ hasAccounts: false })
    const link = new URL((await whole.app.newSetup(HOST)) ?? '')
    const path = link.pathname + link.search
    expect((await whole.request(path)).status).toBe(200)
    expect((await whole.request('/setup')).status).toBe(404)
    const spent = await whole.request('/setup?token=x')
    expect([spent.status, await spent.text()]).toEqual([
      404,
      expect.stringContaining('This link is used up'),
    ])
    expect((await form(path, { email: 'a@x.example', password: 'short' })).status).toBe(400)
    const evil = { origin: 'https://evil.example' }
    expect((await form(path, { email: 'a@x.example', password: PASSWORD }, evil)).status).toBe(403)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        form(path, { email: `person${i}@x.example`, password: PASSWORD }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([303, ...Array(19).fill(404)])
    const accounts = await whole.service.reader.accounts()
    expect(accounts.map(({ role }) => role)).toEqual(['owner'])
    expect((await whole.request(path)).status).toBe(404)
    expect(await whole.app.newSetup(HOST)).toBe(null)
  })

  test('no secret of anybody’s is in the store', async () => {
    await start({ hasAccounts: false })
    const setup = new URL((await whole.app.newSetup(HOST)) ?? '').searchParams.get('token') ?? ''
    const dump = () => {
      const db = new Database(whole.service.path, { readonly: true })
      const text = db.serialize().toString('latin1')
      db.close()
      return text
    }
    expect(dump()).not.toContain(setup)
    const made = await form(`/setup?token=${setup}`, { email: 'a@x.example', password: PASSWORD })
    const session = cookieOf(made).split('=')[1] ?? ''
    const key = whole.service.keyOf(['admin'])
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ email: 'b@x.example', role: 'viewer' })
    const added = await whole.request('/api/v1/accounts', { method: 'POST', headers, body })
    const { link } = await added.json()
    const welcome = new URL(link).searchParams.get('token') ?? ''
    const text = dump()
    for (const secret of [session, welcome, key]) {
      expect(secret.length).toBeGreaterThan(40)
      expect(text).not.toContain(secret)
    }
    expect(text).not.toContain(PASSWORD)
    expect(text).toContain('scrypt$15$8$3$')
  })

  test('somebody who was added sets a password once', async () => {
    await start()
    const people = { cookie: await whole.sessionOf('owner'), origin: HOST }
    const page = await form('/settings/people', { email: 'new@x.example', role: 'viewer' }, people)
    const token = /welcome\?token=([\w-]{43})/.exec(await page.text())?.[1] ?? ''
    expect((await logIn('new@x.example', '')).status).toBe(401)
    expect(await (await whole.request(`/welcome?token=${token}`)).text()).toContain('new@x.example')
    const set = () => form(`/welcome?token=${token}`, { password: PASSWORD })
    expect([(await set()).status, (await set()).status]).toEqual([303, 404])
    expect((await logIn('new@x.example')).status).toBe(303)
  })
})

describe('where a request comes from', () => {
  const NONE: readonly string[] = []
  const ONE = ['10.0.0.1/32']
  const TWO = ['10.0.0.0/8', '172.16.0.0/12']
  test.each([
    [NONE, '203.0.113.9', '203.0.113.9'],
    [NONE, '198.51.100.7, 10.0.0.1', '203.0.113.9'],
    [NONE, 'junk', '203.0.113.9'],
    [NONE, '127.0.0.1', '203.0.113.9'],
    [ONE, '198.51.100.7', '198.51.100.7'],
    [ONE, '1.1.1.1, 198.51.100.7', '198.51.100.7'],
    [ONE, '1.1.1.1, junk', '10.0.0.1'],
    [ONE, '1.1.1.1, 172.16.0.2', '172.16.0.2'],
    [TWO, '198.51.100.7', '198.51.100.7'],
    [TWO, '1.1.1.1, 198.51.100.7, 172.16.0.2', '198.51.100.7'],
    [TWO, '1.1.1.1, junk, 172.16.0.2', '172.16.0.2'],
    [TWO, '10.9.9.9, 172.16.0.2', '10.9.9.9'],
  ])('%j trusted, %s', (trusted, forwarded, expected) => {
    const socket = trusted === NONE ? '203.0.113.9' : '10.0.0.1'
    expect(createClientAddress(trusted).of(socket, forwarded)).toBe(
      trusted === NONE ? '203.0.113.9' : expected,
    )
  })
})

describe('a password', () => {
  test.each([
    'short',
    'password1234',
    'P@ssw0rd12345!',
    'aaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    'qwertyuiop123',
    '123456789012',
    'ann.smith-garden',
    'welcomewelcome',
    'x'.repeat(1100),
  ])('%j is refused', (text) => {
    expect(passwordProblem(text, 'ann.smith@example.org')).toMatch(/\.$/)
  })

  test.each([PASSWORD, 'Tr0ub4dor&3-ish', 'длинный пароль', 'kF9#xq2!Lw8z'])(
    '%j is taken',
    (text) => {
      expect(passwordProblem(text, 'ann.smith@example.org')).toBe(null)
    },
  )

  test('is the same however a keyboard composes it', async () => {
    const made = (await passwords.hash('cafe\u0301 au lait noir')) ?? ''
    expect(await passwords.isRight('caf\u00e9 au lait noir', made)).toBe(true)
    expect(await passwords.isRight('cafe au lait noir', made)).toBe(false)
  })
})
