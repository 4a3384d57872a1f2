import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { hostileBatch } from '../support/hostile-values.ts'
import { verifyFindings } from '../support/ledger.ts'
import { IS_LONG, scaled } from '../support/scale.ts'
import { CHROME } from '../support/world.ts'

vi.setConfig({ testTimeout: IS_LONG ? 300_000 : 30_000 })

/** Texts that want to be more than texts: SQL, a prototype, a line of the log, another host to go to. */

const KEY = 'an admin key of at least 32 characters'
const place = createPlace()
let collector: RunningCollector
let site: string
let cookie: string

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const signedIn = await fetch(collector.dashboard, { redirect: 'manual' })
  cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const { data } = await (await collector.api('/sites')).json()
  site = data[0].key
})
afterAll(async () => {
  await collector?.stop('SIGKILL')
  place.remove()
})

async function beacon(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all = { 'user-agent': CHROME, ...headers }
  return fetch(`${collector.url}/e`, { method: 'POST', body: text, headers: all })
}

function batchOf(...events: readonly object[]) {
  const now = Date.now()
  const whole = events.map((event) => ({ id: randomUUID(), at: now, ...event }))
  return { site, browser: randomUUID(), sentAt: now, human: true, events: whole }
}

/** Every table with its statement, and how many rows it has. */
function tables(): Readonly<Record<string, { readonly sql: string; readonly rows: number }>> {
  const db = new Database(place.store, { readonly: true })
  try {
    const all = db
      .prepare<[], { name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
      )
      .all()
    return Object.fromEntries(
      all.map(({ name, sql }) => {
        const rows = Number(db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())
        return [name, { sql, rows }]
      }),
    )
  } finally {
    db.close()
  }
}

/** Sixty ways into a statement: out of quotes, comments, unions, guesses by time and by truth. */
function sqlTexts(): readonly string[] {
  const ends = ["'", '"', "')", '")', "'))", '`', ']', '\\', "%'", '\u02bc']
  const starts = [
    ' OR 1=1 --',
    '; DROP TABLE event; --',
    ' UNION SELECT name, sql FROM sqlite_master --',
    ' AND randomblob(100000000) IS NOT NULL /*',
    '; ATTACH DATABASE "/tmp/pique-owned" AS x; --',
    ' ; UPDATE api_key SET scopes = \'["admin"]\' #',
  ]
  return ends.flatMap((end) => starts.map((start) => `x${end}${start}`))
}

test('60 texts of SQL in every field and parameter leave every table as it was', async () => {
  const all = sqlTexts()
  expect(new Set(all).size).toBe(60)
  const used = all.filter((_, index) => index % Math.round(60 / scaled(60)) === 0)
  const { data: sites } = await (await collector.api('/sites')).json()
  await beacon(batchOf({ type: 'identify', props: { user_id: 'known' } }))
  const before = tables()
  const failed: string[] = []
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(collector.url + path, { redirect: 'manual', ...init })
    await answer.arrayBuffer()
    if (answer.status >= 500) failed.push(`${init.method ?? 'GET'} ${path}: ${answer.status}`)
    return answer
  }
  const json = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const post = (path: string, body: unknown) =>
    ask(`/api/v1${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
  let delivered = 0
  for (const [index, text] of used.entries()) {
    const url = `https://a.example/${text}?utm_source=${encodeURIComponent(text)}&utm_campaign=${encodeURIComponent(text)}`
    const place = { url, referrer: `https://b.example/${text}`, title: text }
    const props = { [text]: text, value: text }
    const answer = await beacon(
      batchOf(
        { type: 'page_view', ...place, props },
        { type: text, ...place, props },
        {
          type: 'identify',
          props: { user_id: `${text}${index}`, traits: { name: text, [text]: text } },
        },
      ),
    )
    const said = await answer.json()
    expect(said, text).toMatchObject({ accepted: 3, rejected: [] })
    delivered += 3
    await beacon({ ...batchOf({ type: 'x' }), site: text })
    await beacon({ ...batchOf({ type: 'x' }), browser: text })
    await beacon(batchOf({ type: 'x', id: text, session: text, view: text, at: text }))

    const one = encodeURIComponent(text)
    const filters = [
      'q',
      'source',
      'stage',
      'grade',
      'min_score',
      'seen_since',
      'sort',
      'cursor',
      'limit',
      'site',
      'as_of',
      'model',
      'anonymous',
      'for',
      'check',
      'next',
    ]
    const query = filters.map((name) => `${name}=${one}`)
    const cursors = [
      'leads~-score',
      'visitors',
      'rejected',
      'keys',
      'sites',
      'versions',
      'conflicts',
    ].map((list) => `${list}.${Buffer.from(JSON.stringify([1, text])).toString('base64url')}`)
    const lists = [
      '/leads',
      '/visitors',
      '/rejected',
      '/keys',
      '/sites',
      '/model/versions',
      '/conflicts',
    ]
    const api = [
      ...query.map((each) => `/leads?${each}`),
      ...lists.flatMap((path, i) => [`${path}?cursor=${cursors[i]}`, `${path}?site=${one}`]),
      ...['', '/score', '/timeline', '/trend', '/identities', '/decisions', '/outcomes'].flatMap(
        (path) => ['', 'user:', 'email:', 'ld_'].map((kind) => `/leads/${kind}${one}${path}`),
      ),
      `/visitors/${one}`,
      `/visitors/vi_1${one}/timeline`,
      `/sites/${one}`,
      `/model/versions/${one}`,
    ]
    for (const path of api) await ask(`/api/v1${path}`, { headers: json })
    const pages = ['/', '/leads', '/visitors', '/connect', '/live.json']
    const dashboard = [
      ...pages.map((path) => `${path}?${query.join('&')}`),
      `/leads/${one}`,
      `/visitors/${one}`,
      `/leads?q=${one}&source=${one}`,
    ]
    for (const path of dashboard) await ask(path, { headers: { cookie } })
    await ask(`/is?site=${one}&browser=${one}&audience=${one}`)
    await ask(`/e.gif?site=${one}`)
    await ask('/leads', { headers: { cookie: `pique=${one}` } })
    await ask('/api/v1/leads', { headers: { authorization: `Bearer ${one}` } })
    await post('/sites', { name: text, origins: [text] })
    await post('/keys', { name: text, scopes: [text], site: text })
    await post(`/leads/${one}/outcomes`, { type: text, reason: text })
    await post('/model/simulate', { yaml: text, note: text })
    await ask(`/api/v1/keys/${one}`, { method: 'DELETE', headers: json })
    await ask(`/api/v1/sites/si_1${one}`, { method: 'DELETE', headers: json })
  }
  expect(failed).toEqual([])
  const after = tables()
  const sqlOf = (all: ReturnType<typeof tables>) =>
    Object.entries(all).map(([name, { sql }]) => [name, sql])
  expect(sqlOf(after)).toEqual(sqlOf(before))
  expect(after.event?.rows).toBe((before.event?.rows ?? 0) + delivered)
  for (const name of ['site', 'api_key', 'model', 'outcome', 'adjustment']) {
    expect(after[name]?.rows, name).toBe(before[name]?.rows)
  }
  expect((await (await collector.api('/sites')).json()).data).toEqual(sites)
})

const POLLUTED = '"polluted":"yes"'
const POLLUTING: readonly string[] = [
  `{"__proto__":{${POLLUTED}}}`,
  `{"constructor":{"prototype":{${POLLUTED}}}}`,
  `{"prototype":{${POLLUTED}}}`,
  `{"__proto__":"text"}`,
  `{"__proto__":null}`,
  `{"__proto__":[]}`,
  `{"__proto__":{"__proto__":{${POLLUTED}}}}`,
  `{"constructor":"x","prototype":"y"}`,
  `{"\\u005f\\u005fproto\\u005f\\u005f":{${POLLUTED}}}`,
  `{"\\u005f_proto__":"x"}`,
  `{" __proto__ ":"x"}`,
  `{"__proto__\\u0000":"x"}`,
  `{"__pro\\u0000to__":"x"}`,
  `{"\\u0007constructor":"x"}`,
  `{"__proto__":1,"__proto__":2}`,
  `{"a":{"__proto__":{${POLLUTED}}}}`,
  `{"__proto__.polluted":"yes","__proto__[polluted]":"yes"}`,
  `{"constructor.prototype.polluted":"yes"}`,
  `{"__defineGetter__":"x","__lookupSetter__":"y"}`,
  `{"hasOwnProperty":"x","toString":"y","valueOf":"z","toJSON":"w"}`,
]

test('20 texts that want to change every object change none, and their keys are not kept', async () => {
  expect(POLLUTING).toHaveLength(20)
  const head = `"at":${Date.now()},"session":"${randomUUID()}"`
  for (const payload of POLLUTING) {
    const events = [
      `{"id":"${randomUUID()}","type":"page_view",${head},"props":${payload}}`,
      `{"id":"${randomUUID()}","type":"identify",${head},"props":{"user_id":"p${randomUUID()}","traits":${payload}}}`,
      `{"id":"no","type":"x",${head},"props":${payload}}`,
      payload,
    ]
    const answer = await beacon(
      `{"site":"${site}","browser":"${randomUUID()}","events":[${events}],"__proto__":${payload}}`,
    )
    expect((await answer.json()).accepted, payload).toBe(2)
    const headers = { 'content-type': 'application/json' }
    for (const path of [
      '/sites',
      '/keys',
      '/model/simulate',
      '/model/publish',
      '/model/rollback',
    ]) {
      await collector.api(path, { method: 'POST', headers, body: payload })
    }
    const form = `__proto__=x&constructor=y&__proto__[polluted]=yes&page=${encodeURIComponent(payload)}`
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    await fetch(`${collector.url}/connect`, {
      method: 'POST',
      body: form,
      headers: { ...type, cookie, origin: collector.url },
    })
    await fetch(`${collector.url}/verify`, { method: 'POST', body: payload })
    await collector.api(
      '/leads?__proto__[polluted]=yes&constructor.prototype.polluted=yes&__proto__=x',
    )
  }
  // An object that had become richer would show it wherever its members are listed.
  const { data: leads } = await (await collector.api('/leads?limit=100')).json()
  const { data: rejected } = await (await collector.api('/rejected?limit=100')).json()
  const { data: visitors } = await (await collector.api('/visitors?limit=100')).json()
  const shown = JSON.stringify([leads, visitors, rejected])
  expect(shown).not.toMatch(/"polluted"/)
  const db = new Database(place.store, { readonly: true })
  const kept = db
    .prepare<[], string>(
      'SELECT props FROM event WHERE props IS NOT NULL UNION ALL SELECT traits FROM claim UNION ALL SELECT traits FROM lead UNION ALL SELECT sample FROM rejected',
    )
    .pluck()
    .all()
  db.close()
  const keys: string[] = []
  for (const text of kept) {
    JSON.parse(text, (key, value) => {
      keys.push(key)
      return value
    })
  }
  expect(keys.length).toBeGreaterThan(100)
  expect(keys.filter((key) => ['__proto__', 'constructor', 'prototype'].includes(key))).toEqual([])
  expect(keys).toContain('hasOwnProperty')
})

test('headers are kept no longer than they may be', async () => {
  const long = 'h'.repeat(7_000)
  await beacon(
    batchOf({
      type: 'page_view',
      url: `https://a.example/${long}`,
      referrer: `https://b.example/${long}`,
      title: long,
    }),
    {
      'user-agent': `Mozilla/5.0 (${long})`,
      referer: `https://c.example/${long}`,
    },
  )
  await fetch(`${collector.url}/e.gif?site=${site}`, {
    headers: { referer: `https://d.example/${long}`, 'user-agent': CHROME },
  })
  const db = new Database(place.store, { readonly: true })
  const longest = db.prepare('SELECT max(length(value)) FROM text').pluck().get()
  const found = db
    .prepare("SELECT count(*) FROM text WHERE value LIKE 'https://d.example/hhh%'")
    .pluck()
    .get()
  db.close()
  expect(found).toBe(1)
  expect(longest).toBeLessThanOrEqual(2_048)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  '///evil.example',
  'https:evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  '/leads\r\nLocation: https://evil.example',
])('after signing in nobody is sent to %j', async (next) => {
  const answer = await fetch(`${collector.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'owner@corp.example', password: KEY, next }),
  })
  expect(answer.status).toBe(303)
  const { origin } = new URL(answer.headers.get('location') ?? '', collector.url)
  expect(origin).toBe(collector.url)
})

test('random bodies over a socket have one verdict for each event', async () => {
  const batches = fc.sample(hostileBatch, scaled(5_000))
  const send = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const answer = await beacon({ ...batch, ...(batch.site === 'site-under-test' && { site }) })
      expect([202, 400, 403, 413]).toContain(answer.status)
      const said = await answer.json()
      if (answer.status !== 202) continue
      const { events } = batch as { readonly events: readonly unknown[] } // or no 202
      expect(said.accepted + said.duplicates + said.ignored + said.rejected.length).toBe(
        events.length,
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, send))
  const raw = fc.sample(fc.uint8Array({ maxLength: 500 }), scaled(1_000))
  for (const bytes of raw) {
    const answer = await fetch(`${collector.url}/e`, {
      method: 'POST',
      body: new Uint8Array(bytes),
    })
    expect([400, 403]).toContain(answer.status)
  }
})

test('50 texts that want a line of their own in the log get none, and a replay agrees', async () => {
  const lines = [
    '\r\n',
    '\n',
    '\r',
    '\u001b[2J',
    '\u0085',
    '\u2028',
    '\u0000',
    '\u0007',
    '%0d%0a',
    '\\n',
  ]
  const texts = lines.flatMap((line) =>
    ['ann@corp.example', '{"level":"error"}', '192.0.2.7', 'token', 'x'].map(
      (one) => `a${line}${one}`,
    ),
  )
  expect(texts).toHaveLength(50)
  for (const text of texts) {
    await beacon({ site: text, events: [] })
    await beacon(text)
    await beacon(batchOf({ type: text, title: text, props: { [text]: text } }))
    await fetch(`${collector.url}/leads/${encodeURIComponent(text)}`, { headers: { cookie } })
    await collector.api(`/leads/${encodeURIComponent(text)}?site=${encodeURIComponent(text)}`)
  }
  const ready = await (await fetch(`${collector.url}/readyz`)).json()
  expect(ready.ready).toBe(true)
  expect(await collector.stop()).toBe(0)
  const log = collector.logs().split('\n').filter(Boolean)
  const read = log.map((line) => JSON.parse(line))
  expect(read.filter(({ level }) => level === 'error')).toEqual([])
  expect(log.filter((line) => /@|192\.0\.2\.7/.test(line))).toEqual([])
  expect(await verifyFindings(place.store)).toEqual([])
})
