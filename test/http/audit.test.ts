import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../collector/dashboard/audit-words.ts'
import { routeName } from '../../collector/http/audit.ts'
import { AUDITED } from '../../collector/http/audit-routes.ts'
import { defaultModelYaml } from '../support/world.ts'
import { createWhole, HOST, type Whole } from './access-fixture.ts'
import { NOW } from './api-fixture.ts'

/** Whoever changes or reads out something is written down: by what they came in with, and by ids alone. */

let whole: Whole
let key: string
beforeEach(async () => {
  whole = await createWhole()
  key = whole.service.keyOf(['admin'])
})
afterEach(() => whole.service.close())

const api = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
  whole.request(`/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function post(
  path: string,
  fields: Record<string, string>,
  role: 'owner' | 'analyst' = 'owner',
) {
  const headers = { cookie: await whole.sessionOf(role), origin: HOST }
  return whole.request(path, { method: 'POST', headers, body: new URLSearchParams(fields) })
}

/** What is written down, oldest first, as "who action subject detail". */
async function log(): Promise<string[]> {
  const found = await whole.service.reader.audit({ limit: 100 })
  if (found.kind !== 'found') throw new Error(found.kind)
  return found.value.data
    .map(({ by, action, subject, detail }) =>
      [by, action, subject ?? '-', detail ?? '-'].join(' | '),
    )
    .reverse()
}

test('every route that changes something has an action, or says why it has none', () => {
  const isSafe = (method: string) => ['ALL', 'GET', 'HEAD', 'OPTIONS'].includes(method)
  const names = new Set(
    whole.app.routes
      .filter(({ method, path }) => !isSafe(method) && !path.includes('*'))
      .map(({ method, path }) => routeName(method, path)),
  )
  expect(names.size).toBeGreaterThan(30)
  expect([...names].filter((name) => !Object.hasOwn(AUDITED, name))).toEqual([])
  for (const entry of Object.values(AUDITED)) {
    if (typeof entry === 'object' && 'none' in entry) {
      expect(entry.none.length).toBeGreaterThan(20)
      continue
    }
    const action = typeof entry === 'string' ? entry : entry.ifLedOn
    expect(ACTIONS, `words for ${action}`).toHaveProperty([action])
  }
})

describe('by a program', () => {
  test('what it did, to what, once; a lead by its number whatever it was called', async () => {
    const me = 'test (ke_1)'
    const ann = '/leads/email:ann@example.com'
    const repeat = { 'idempotency-key': 'a' }
    for (let sent = 0; sent < 2; sent += 1) {
      const said = { type: 'working_lead' }
      expect((await api('POST', `${ann}/outcomes?site=si_1`, said, repeat)).status).toBe(201)
    }
    await api('POST', '/leads/ld_1/adjustments', { points: 1, reason: 'ann@example.com said so' })
    await api('DELETE', '/leads/ld_1/adjustments/ad_1')
    await api('DELETE', '/leads/ld_1/adjustments/ad_1')
    await api('POST', '/sites', { name: 'New', consent: 'pending' })
    await api('POST', '/sites', { name: 'New', consent: 'maybe' })
    await api('POST', '/model/simulate', { yaml: 'x' })
    await api('GET', `${ann}/export?site=si_1`)
    await api('GET', '/leads/ld_1')
    await api('DELETE', `${ann}?site=si_1`)
    const expected = [
      `${me} | outcome.added | ld_1 | working_lead`,
      `${me} | adjustment.added | ld_1 | ad_1`,
      `${me} | adjustment.removed | ld_1 | ad_1`,
      `${me} | site.added | si_3 | -`,
      `${me} | lead.exported | ld_1 | -`,
      `${me} | lead.erased | ld_1 | -`,
    ]
    expect(await log()).toEqual(expected)
    expect((await log()).join('\n')).not.toContain('ann@')

    const page = await (await api('GET', '/audit?action=lead.erased')).json()
    expect(page.data).toMatchObject([{ id: 'au_6', by: me, subject: 'ld_1' }])
    const first = await (await api('GET', '/audit?limit=4')).json()
    const second = await (await api('GET', `/audit?limit=4&cursor=${first.next_cursor}`)).json()
    expect([first.data.length, second.data.length, second.next_cursor]).toEqual([4, 2, null])
  })

  test('a key that is called like a person is not taken for one', async () => {
    const body = { name: 'owner@team.example', scopes: ['admin'] }
    const { key: other } = await (await api('POST', '/keys', body)).json()
    await api('DELETE', '/keys/ke_1', undefined, { authorization: `Bearer ${other}` })
    expect((await log()).at(-1)).toBe('owner@team.example (ke_2) | key.revoked | ke_1 | -')
  })
})

describe('by a person', () => {
  test('what they did in forms; what was refused is not written down', async () => {
    await post('/settings/people', { email: 'new@team.example', role: 'viewer' })
    await post('/settings/people', { email: 'new@team.example', role: 'viewer' })
    await post('/settings/people/ac_4/role', { role: 'analyst' })
    await post('/settings/people/ac_4/role', { role: 'owner' }, 'analyst')
    await post('/settings/keys', { name: 'CRM', scope: 'read', site: '' })
    await post('/settings/keys/ke_99/revoke', {})
    const site = {
      name: 'Stall',
      consent: 'denied',
      origins: 'https://a.example\nhttps://B.example/',
    }
    expect((await post('/settings/sites/si_2', site)).status).toBe(303)
    const me = 'owner@team.example'
    expect(await log()).toEqual([
      `${me} | account.added | ac_4 | viewer`,
      `${me} | account.role_changed | ac_4 | viewer to analyst`,
      `${me} | key.added | ke_2 | read`,
      `${me} | site.changed | si_2 | consent denied`,
    ])
    const [, stall] = await whole.service.reader.sites()
    expect(stall).toMatchObject({
      name: 'Stall',
      origins: ['https://a.example', 'https://b.example'],
    })
  })

  test('a second click, and what others had done before, changed nothing', async () => {
    const me = 'owner@team.example'
    const accept = { type: 'qualify_lead' }
    for (let click = 0; click < 2; click += 1) {
      expect((await post('/leads/ld_1/outcome', accept)).status).toBe(303)
    }
    for (let click = 0; click < 2; click += 1) {
      expect((await post('/leads/ld_1/outcome/ou_1/undo', {})).status).toBe(303)
    }
    expect((await post('/model/roll-back', { version: '1', base: '1' })).status).toBe(303)
    expect((await post('/connect/quarantine/qu_9/drop', {})).status).toBe(303)
    expect((await post('/connect/quarantine/qu_9/requeue', {})).status).toBe(303)
    expect(await log()).toEqual([
      `${me} | outcome.added | ld_1 | qualify_lead`,
      `${me} | outcome.removed | ld_1 | ou_1`,
    ])
  })

  test('which model they went back to', async () => {
    const sent = await post('/model/roll-back', { version: '1', base: '1', note: 'x' })
    expect(sent.headers.get('location')).toBe('/model')
    const { writer } = whole.service
    const yaml = defaultModelYaml().replace('points: 3,', 'points: 4,')
    await writer.publishModel({ yaml, note: '', by: '', publishedAt: NOW })
    expect((await post('/model/roll-back', { version: '1', base: '2', note: 'x' })).status).toBe(
      303,
    )
    expect((await log()).at(-1)).toBe(
      'owner@team.example | model.rolled_back | - | version 1, as version 3',
    )
  })

  test('a site that can’t be so keeps what was typed, consent too', async () => {
    const wrong = { name: 'Stall', consent: 'pending', origins: 'stall.example', signature: 'yes' }
    const added = await post('/settings/sites', wrong)
    expect(added.status).toBe(400)
    const [, form = ''] = (await added.text()).split('action="/settings/sites"')
    expect(form).toMatch(/name="name"[^>]*value="Stall"/)
    expect(form).toContain('>stall.example</textarea>')
    expect(form).toMatch(/value="pending" checked/)
    expect(form).toMatch(/name="signature" value="yes" checked/)
    const changed = await (await post('/settings/sites/si_2', wrong)).text()
    const [, ofSite = ''] = changed.split('action="/settings/sites/si_2"')
    expect(ofSite).toMatch(/^[^>]*>.*?value="Stall".*?value="pending" checked/s)
    expect(changed).toMatch(/<details class="settings-more" open=""/)
  })

  test('that they came in, or somebody tried to; trying fills no log', async () => {
    const link = await whole.app.newLink(HOST)
    expect((await whole.request(link.slice(HOST.length))).status).toBe(303)
    const tryAs = (email: string, address: string) =>
      whole.request(
        '/login',
        { method: 'POST', body: new URLSearchParams({ email, password: 'no' }) },
        address,
      )
    await tryAs('owner@team.example', '192.0.2.1')
    await tryAs('my password, by mistake', '192.0.2.1')
    expect(await log()).toEqual([
      'owner | signed_in | - | with a link',
      'unknown | sign_in_failed | ac_1 | -',
      'unknown | sign_in_failed | - | -',
    ])
    for (let i = 0; i < 30; i += 1) await tryAs('', `192.0.${i}.1`)
    expect((await log()).filter((line) => line.includes('failed'))).toHaveLength(20)
  }, 20_000)

  test('erasing somebody takes two steps, and exactly whom was shown', async () => {
    const who = 'ann@example.com'
    const question = await (await post('/settings/erase/find', { who })).text()
    expect(question).toContain('Which one is meant?')
    const shown = await (await post('/settings/erase/find', { who, site: 'si_1' })).text()
    expect(shown).toContain('Ann Able · ld_1')
    expect(shown).toMatch(/>2 visits<[\s\S]*>6 events</)
    expect((await whole.service.reader.lead('ld_1', {}, NOW)).kind).toBe('found')

    const other = await post('/settings/erase', { who, site: 'si_1', lead: 'ld_2' })
    expect(other.status).toBe(400)
    const done = await post('/settings/erase', { who, site: 'si_1', lead: 'ld_1' })
    expect(await done.text()).toContain('ld_1 is erased')
    expect((await whole.service.reader.lead('ld_1', {}, NOW)).kind).toBe('missing')
    expect((await whole.service.reader.lead('ld_2', {}, NOW)).kind).toBe('found')
    expect(await log()).toEqual(['owner@team.example | lead.erased | ld_1 | -'])
  })
})

test('somebody who is only named in what was refused is found, and erased there', async () => {
  const who = 'zoe-4711-shop'
  const db = new Database(whole.service.path)
  db.prepare(
    "INSERT INTO rejected (site, code, detail, sample, received_at) VALUES (1, 'bad_type', '', ?, ?)",
  ).run(JSON.stringify({ props: { user_id: who } }), NOW)
  db.close()
  const mentions = () => whole.service.reader.mentions({ kind: 'user', value: who, site: null })
  expect(await mentions()).toEqual({ waiting: 0, refused: 1, links: 0 })
  const shown = await (await post('/settings/erase/find', { who })).text()
  expect(shown).toContain('1 refused event that names them')
  expect((await post('/settings/erase', { who, lead: '' })).status).toBe(200)
  expect(await mentions()).toEqual({ waiting: 0, refused: 0, links: 0 })
  expect((await post('/settings/erase/find', { who })).status).toBe(400)
  const line = 'owner@team.example | lead.erased | - | waiting and refused events alone'
  expect(await log()).toEqual([line])
})

test('the log is for owners, filtered, and opens as CSV without a formula', async () => {
  await whole.service.writer.addAudit({
    at: NOW,
    author: '=1+1 (ke_9)',
    action: 'key.revoked',
    subject: 'ke_1',
    detail: null,
  })
  await post('/settings/keys', { name: 'CRM', scope: 'read', site: '' })
  const read = async (path: string, role: 'owner' | 'viewer') => {
    const answer = await whole.request(path, { headers: { cookie: await whole.sessionOf(role) } })
    return { status: answer.status, text: await answer.text() }
  }
  const csv = await read('/settings/audit.csv?what=key.revoked', 'owner')
  expect(csv.text).toMatch(
    /^id,at,by,action,subject,detail\r\nau_1,[\d-]{10}T[^,]+,'=1\+1 \(ke_9\),key.revoked,ke_1,\r\n$/,
  )
  const page = await read('/settings/audit?what=key.revoked', 'owner')
  expect(page.text).toMatch(/revoked a key/)
  expect(page.text).not.toMatch(/made a key</)
  for (const path of ['/settings/audit', '/settings/audit.csv', '/settings/people']) {
    expect(await read(path, 'viewer')).toMatchObject({ status: 303, text: '' })
  }
  expect((await log()).filter((line) => line.includes('audit.exported'))).toHaveLength(1)
})

test('a log that can’t be read to its end is no whole file', async () => {
  const { reader } = whole.service
  await whole.service.writer.addAudit({
    at: NOW,
    author: 'owner',
    action: 'key.revoked',
    subject: 'ke_1',
    detail: null,
  })
  const audit = reader.audit.bind(reader)
  let reads = 0
  Object.assign(reader, {
    audit: async (query: Parameters<typeof audit>[0]) => {
      reads += 1
      if (reads === 2) throw new Error('the disk is gone')
      const found = await audit(query)
      if (found.kind !== 'found') return found
      return { ...found, value: { ...found.value, next_cursor: 'more' } }
    },
  })
  const cookie = await whole.sessionOf('owner')
  const answer = await whole.request('/settings/audit.csv', { headers: { cookie } })
  await expect(answer.text()).rejects.toThrow('the disk is gone')
})
