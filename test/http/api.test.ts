import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createService, DAY, HARD_ID, NOW, type Service } from './api-fixture.ts'

let service: Service
let admin: string
let reading: string
beforeAll(() => {
  service = createService()
  admin = service.keyOf(['admin'])
  reading = service.keyOf(['read'])
})
afterAll(() => service.close())

async function read(path: string, key = reading) {
  const answer = await service.ask(`/api/v1${path}`, key)
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  return answer.json()
}

async function refused(path: string, status: number, code: string, key = reading) {
  const answer = await service.ask(`/api/v1${path}`, key)
  const body = await answer.json()
  expect([answer.status, body.code], `${path}: ${body.detail}`).toEqual([status, code])
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(body.status).toBe(status)
  return String(body.detail)
}

async function write(method: string, path: string, body?: unknown, headers = {}) {
  return service.ask(`/api/v1${path}`, admin, { method, body, headers })
}

interface Receipt {
  readonly score_milli: number
  readonly reasons: readonly { readonly milli: number }[]
}
const sumOf = ({ reasons }: Receipt) => reasons.reduce((sum, { milli }) => sum + milli, 0)

describe('leads', () => {
  test('are listed hottest first, a page at a time', async () => {
    const all = await read('/leads')
    expect(all.next_cursor).toBeNull()
    const scores = all.data.map((lead: Receipt) => lead.score_milli)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))

    const seen: string[] = []
    let cursor = ''
    do {
      const page = await read(`/leads?limit=1${cursor && `&cursor=${cursor}`}`)
      expect(page.data).toHaveLength(1)
      seen.push(page.data[0].id)
      cursor = page.next_cursor ?? ''
    } while (cursor)
    expect(seen).toEqual(all.data.map((lead: { id: string }) => lead.id))
  })

  test.each([
    ['site=si_2', ['ann@example.com', 'bob@example.org']],
    ['site=si_1', ['ann@example.com']],
    ['q=BOB', ['bob@example.org']],
    ['source=google', ['ann@example.com']],
    ['stage=won', []],
    ['min_score=5', ['ann@example.com']],
    ['min_score=99999', []],
    ['grade=4', ['ann@example.com', 'bob@example.org']],
    ['seen_since=2026-11-21', ['ann@example.com']],
    ['seen_since=2026-11-20T19:00:00%2B00:00', ['ann@example.com', 'bob@example.org']],
    [`seen_since=${NOW + DAY}`, []],
  ])('are narrowed by %s', async (query, emails) => {
    const { data } = await read(`/leads?${query}&sort=email`)
    expect(data.map((lead: { email: string }) => lead.email)).toEqual(emails)
  })

  test('are found by id, by e-mail and by user id, whatever the id is made of', async () => {
    const byUser = await read(`/leads/${encodeURIComponent(`user:${HARD_ID}`)}`)
    expect(byUser).toMatchObject({ email: 'ann@example.com', user_id: HARD_ID, name: 'Ann Able' })
    expect(byUser.first_touch.source).toBe('google')
    expect(await read(`/leads/${byUser.id}`)).toEqual(byUser)
    expect(await read('/leads/email:ANN%40example.com?site=si_1')).toEqual(byUser)
  })

  test('of several sites need one of them named', async () => {
    await refused('/leads/email:ann@example.com', 409, 'ambiguous')
    const lead = await read('/leads/email:ann@example.com?site=si_2')
    expect(lead.site).toBe('si_2')
    await refused(`/leads/${lead.id}?site=si_1`, 404, 'not_found')
  })

  test('have a receipt that sums to the score', async () => {
    const { data } = await read('/leads')
    for (const { id } of data) {
      const lead = await read(`/leads/${id}`)
      expect(sumOf(lead)).toBe(lead.score_milli)
      expect(lead.score * 1000).toBeCloseTo(lead.score_milli)
      expect(await read(`/leads/${id}/score`)).toMatchObject({
        score_milli: lead.score_milli,
        reasons: lead.reasons,
      })
    }
  })

  test('have a score of the past, a day meaning its end', async () => {
    const lead = await read('/leads/email:ann@example.com?site=si_1')
    const at = async (asOf: string) => read(`/leads/${lead.id}/score?as_of=${asOf}`)
    expect(await at('2026-11-17')).toMatchObject({ score_milli: 0, percentile: null })
    const then = await at('2026-11-18')
    expect(then.as_of).toBe('2026-11-18T23:59:59.999Z')
    expect(then.score_milli).toBeGreaterThan(0)
    expect(then.score_milli).toBeLessThan(lead.score_milli)
    expect(sumOf(then)).toBe(then.score_milli)
    expect(await at(String(Date.parse('2026-11-18T23:59:59.999Z')))).toEqual(then)
    expect((await at('2026-11-19T01:59:59.999+02:00')).score_milli).toBe(then.score_milli)
    expect((await at('2026-11-21')).score_milli).toBe(lead.score_milli)
    expect((await read(`/leads/${lead.id}/score?model=1`)).model_version).toBe(1)
  })

  test('have a timeline of whole sessions, and the evidence of each link', async () => {
    const lead = await read('/leads/email:ann@example.com?site=si_1')
    const first = await read(`/leads/${lead.id}/timeline?limit=1`)
    expect(first.data).toHaveLength(1)
    expect(first.data[0].events.map((event: { type: string }) => event.type)).toEqual([
      'page_view',
      'page_view',
      'identify',
    ])
    const second = await read(`/leads/${lead.id}/timeline?limit=1&cursor=${first.next_cursor}`)
    expect(second.next_cursor).toBeNull()
    expect(second.data[0].ended_at < first.data[0].started_at).toBe(true)
    const identities = await read(`/leads/${lead.id}/identities`)
    expect(identities).toMatchObject({ data: [{ evidence: 'identify' }], next_cursor: null })
  })
})

test('visitors are listed, anonymous ones too, and have a score and a timeline', async () => {
  const all = await read('/visitors?site=si_1')
  expect(all.data).toHaveLength(2)
  const { data } = await read('/visitors?site=si_1&anonymous=true')
  expect(data).toHaveLength(1)
  expect(data[0]).toMatchObject({ lead: null, stage: 'anonymous', site: 'si_1' })
  expect(sumOf(data[0])).toBe(data[0].score_milli)
  expect(await read(`/visitors/${data[0].id}`)).toEqual(data[0])
  expect((await read(`/visitors/${data[0].id}/timeline`)).data).toHaveLength(1)
  await refused('/visitors/ld_1', 404, 'not_found')
  expect((await read('/visitors?seen_since=2026-11-21')).data).toHaveLength(2)
})

test('rejected events say why', async () => {
  const { data } = await read('/rejected')
  expect(data).toMatchObject([{ code: 'invalid_id', site: 'si_1' }])
})

describe('sites', () => {
  test('are added with secrets and the exact tag, listed without, and removed with their keys', async () => {
    const origins = ['https://Shop.Example/', 'https://shop.example', 'http://localhost:3000']
    const answer = await write('POST', '/sites', { name: ' New ', origins })
    expect(answer.status).toBe(201)
    const added = await answer.json()
    expect(added).toMatchObject({
      name: 'New',
      origins: ['https://shop.example', 'http://localhost:3000'],
      created_at: new Date(NOW).toISOString(),
      tag: `<script defer src="https://t.example.com/pique.js" data-site="${added.key}"></script>`,
    })
    expect(added.key).toMatch(/^pk_[\w-]{22}$/)
    expect(new Set([added.key, added.write_key, added.signing_secret]).size).toBe(3)

    const { write_key, signing_secret, tag, ...shown } = added
    expect((await read('/sites')).data).toContainEqual(shown)
    expect(await read(`/sites/${added.id}`)).toEqual(shown)
    const bound = service.keyOf(['read'], added.id)
    expect((await read('/sites', bound)).data).toEqual([shown])

    expect((await write('DELETE', `/sites/${added.id}`)).status).toBe(204)
    await refused(`/sites/${added.id}`, 404, 'not_found')
    await refused('/sites', 401, 'unauthorized', bound)
    expect((await write('DELETE', `/sites/${added.id}`)).status).toBe(404)
  })

  test.each([
    'shop.example',
    'https://shop.example/path',
    'https://shop.example?x',
    'https://user:hunter2@shop.example',
    'ftp://shop.example',
    'https://*.shop.example',
    'null',
    '',
    7,
  ])('refuse the origin %s', async (origin) => {
    const answer = await write('POST', '/sites', {
      name: 'x',
      origins: ['https://a.example', origin],
    })
    const { code, detail } = await answer.json()
    expect([answer.status, code]).toEqual([400, 'invalid_request'])
    expect(detail).toMatch(
      /^origins\[1\] is .*; expected an origin such as https:\/\/shop\.example/,
    )
    expect(detail).not.toContain('hunter2')
  })
})

describe('keys', () => {
  test('are shown once, work at once, and stop when revoked', async () => {
    const answer = await write('POST', '/keys', { name: 'CRM', scopes: ['read'], site: 'si_2' })
    expect(answer.status).toBe(201)
    const { key, ...shown } = await answer.json()
    expect(key).toMatch(/^pq_live_[\w-]{43}$/)
    expect(shown).toMatchObject({ name: 'CRM', scopes: ['read'], site: 'si_2' })
    const list = await read('/keys', admin)
    expect(list.data).toContainEqual(shown)
    expect(JSON.stringify(list)).not.toContain(key)
    expect((await read('/leads', key)).data).toHaveLength(2)
    expect((await write('DELETE', `/keys/${shown.id}`)).status).toBe(204)
    await refused('/leads', 401, 'unauthorized', key)
  })

  test('come in pages', async () => {
    const first = await read('/keys?limit=1', admin)
    expect(first.data).toHaveLength(1)
    const second = await read(`/keys?limit=1&cursor=${first.next_cursor}`, admin)
    expect(second.data[0].id).not.toBe(first.data[0].id)
  })

  test('can not be bound to a site that is not there', async () => {
    const answer = await write('POST', '/keys', { name: 'x', scopes: ['read'], site: 'si_99' })
    expect(answer.status).toBe(404)
  })
})

describe('a write sent again', () => {
  test('with the same Idempotency-Key gets the same answer and does nothing', async () => {
    const headers = { 'idempotency-key': 'once' }
    const before = (await read('/keys', admin)).data.length
    const body = { name: 'same', scopes: ['read'] }
    const answers = await Promise.all([1, 2, 3].map(() => write('POST', '/keys', body, headers)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts).size).toBe(1)
    expect((await read('/keys', admin)).data.length).toBe(before + 1)

    const other = await write('POST', '/keys', { ...body, name: 'other' }, headers)
    expect([other.status, (await other.json()).code]).toEqual([409, 'idempotency_conflict'])
    const elsewhere = await write('POST', '/sites', { name: 'x' }, headers)
    expect(elsewhere.status).toBe(201)
  })

  test('after it was refused is judged anew', async () => {
    const headers = { 'idempotency-key': 'corrected' }
    expect((await write('POST', '/keys', { name: 'x' }, headers)).status).toBe(400)
    const corrected = await write('POST', '/keys', { name: 'x', scopes: ['read'] }, headers)
    expect(corrected.status).toBe(201)
  })

  test('a day later is a new one', async () => {
    const headers = { 'idempotency-key': 'daily' }
    const body = { name: 'x', scopes: ['read'] }
    const first = await (await write('POST', '/keys', body, headers)).json()
    service.now = NOW + DAY + 1
    const second = await (await write('POST', '/keys', body, headers)).json()
    service.now = NOW
    expect(second.id).not.toBe(first.id)
  })
})

describe('bad input', () => {
  test.each([
    ['/leads?limit=0', 'limit is "0"; expected a whole number from 1 to 100'],
    ['/leads?limit=101', 'limit is "101"; expected'],
    ['/leads?limit=ten', 'limit is "ten"; expected'],
    ['/leads?limit=5&limit=6', 'limit is ["5","6"]; expected'],
    ['/leads?limit=%00', 'limit is "\\u0000"; expected'],
    ['/leads?min_score=NaN', 'min_score is "NaN"; expected a number of points'],
    ['/leads?stage=hot', 'stage is "hot"; expected one of'],
    ['/leads?grade=E9', 'grade is "E9"; expected a grade such as A1'],
    ['/leads?sort=name', 'sort is "name"; expected one of -score'],
    ['/leads?seen_since=yesterday', 'seen_since is "yesterday"; expected a day'],
    ['/leads?seen_since=2026-02-30', 'seen_since is "2026-02-30"; expected a day'],
    ['/leads?site=shop', 'site is "shop"; expected the id of a site'],
    ['/leads?q=pq_live_secret', null],
    ['/visitors?anonymous=maybe', 'anonymous is "maybe"; expected true or false'],
    ['/leads/ld_1/score?as_of=2026-11-22', 'as_of is in the future; expected 2026-11-21 or before'],
    ['/leads/ld_1/score?model=latest', 'model is "latest"; expected'],
    ['/leads?source=pq_live_abcdefgh&sort=pq_live_abcdefgh', 'sort is "pq_live_…"; expected'],
  ])('%s is answered with what would be right', async (path, expected) => {
    if (expected === null) return void (await read(path))
    expect(await refused(path, 400, 'invalid_request')).toContain(expected)
  })

  test('cursors are of their own list', async () => {
    const { next_cursor: cursor } = await read('/leads?limit=1')
    await refused(`/leads?limit=1&sort=email&cursor=${cursor}`, 400, 'invalid_cursor')
    await refused(`/visitors?cursor=${cursor}`, 400, 'invalid_cursor')
    await refused('/leads?cursor=leads~-score.bm9wZQ', 400, 'invalid_cursor')
    await refused('/leads?cursor=%F0%9F%92%A5', 400, 'invalid_request')
  })

  test.each([
    ['empty', '', 400, 'not_json'],
    ['cut', '{', 400, 'not_json'],
    ['null', 'null', 400, 'invalid_request'],
    ['list', '[]', 400, 'invalid_request'],
    ['without scopes', '{"name":"x"}', 400, 'invalid_request'],
    ['with a scope that is none', '{"name":"x","scopes":["root"]}', 400, 'invalid_request'],
    ['with a NUL', '{"name":"\\u0000","scopes":["read"]}', 400, 'invalid_request'],
    [
      'with a prototype',
      '{"name":"x","scopes":["read"],"__proto__":{"a":1}}',
      400,
      'invalid_request',
    ],
    [
      'with a field too many',
      '{"name":"x","scopes":["read"],"sites":"si_1"}',
      400,
      'invalid_request',
    ],
    ['of 70 kB', `{"name":"${'x'.repeat(70_000)}"}`, 413, 'body_too_large'],
  ])('a body %s is refused', async (_, body, status, code) => {
    const answer = await write('POST', '/keys', body)
    expect([answer.status, (await answer.json()).code]).toEqual([status, code])
  })

  test('a body of another type, an unknown path and a wrong method are problems too', async () => {
    const headers = { 'content-type': 'text/plain' }
    const typed = await write('POST', '/keys', '{}', headers)
    expect([typed.status, (await typed.json()).code]).toEqual([415, 'unsupported_media_type'])
    await refused('/nothing', 404, 'not_found')
    await refused('/leads/', 404, 'not_found')
    const wrong = await write('PUT', '/leads')
    expect([wrong.status, (await wrong.json()).code]).toEqual([405, 'method_not_allowed'])
    expect(wrong.headers.get('allow')).toBe('GET, HEAD')
    expect((await service.ask('/api/v2/leads', reading)).status).toBe(404)
  })

  test('nothing odd is a fault of the collector', async () => {
    const odd = ['%', '%ff', '%00', '%E0%A4%A', '..%2f..', 'user:%00', 'email:', 'user:', 'vi_0',
      'ld_99999999999999999', 'x'.repeat(5000), '%F0%9F%92%A5', 'ld_1%27--', '__proto__'] // biome-ignore format: a list
    const paths = ['/leads/$', '/leads/$/score', '/leads/$/timeline', '/leads/$/identities',
      '/leads/$/trend', '/leads/$/decisions', '/leads/$/outcomes', '/leads/$/adjustments',
      '/model/versions/$', '/model/versions?cursor=versions.$', '/conflicts?cursor=conflicts.$',
      '/visitors/$', '/visitors/$/timeline', '/sites/$', '/leads?q=$', '/leads?$=1', '/leads?cursor=$',
      '/leads?limit=$', '/leads?site=$', '/visitors?seen_since=$', '/rejected?cursor=rejected.$',
      '/sites?cursor=sites.$', '/leads?cursor=leads~-score.$', '/leads/ld_1/score?as_of=$'] // biome-ignore format: a list
    for (const path of paths) {
      for (const value of odd) {
        const answer = await service.ask(`/api/v1${path.replace('$', value)}`, reading)
        expect(answer.status, `${path} ${value}`).toBeLessThan(500)
      }
    }
  })
})

describe('the description', () => {
  test('is OpenAPI 3.1 of every route, for anyone', async () => {
    const document = await (await service.app.request('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual([
      '/api/v1/leads',
      '/api/v1/leads/{id}',
      '/api/v1/leads/{id}/score',
      '/api/v1/leads/{id}/timeline',
      '/api/v1/leads/{id}/trend',
      '/api/v1/leads/{id}/export',
      '/api/v1/leads/{id}/identities',
      '/api/v1/leads/{id}/identities/{visitor}',
      '/api/v1/conflicts',
      '/api/v1/leads/{id}/decisions',
      '/api/v1/leads/{id}/outcomes',
      '/api/v1/leads/{id}/outcomes/{outcome}',
      '/api/v1/leads/{id}/adjustments',
      '/api/v1/leads/{id}/adjustments/{adjustment}',
      '/api/v1/visitors',
      '/api/v1/visitors/{id}',
      '/api/v1/visitors/{id}/timeline',
      '/api/v1/rejected',
      '/api/v1/reports/sources',
      '/api/v1/reports/funnel',
      '/api/v1/reports/pages',
      '/api/v1/model',
      '/api/v1/model/versions',
      '/api/v1/model/versions/{version}',
      '/api/v1/model/simulate',
      '/api/v1/model/publish',
      '/api/v1/model/rollback',
      '/api/v1/sites',
      '/api/v1/sites/{id}',
      '/api/v1/sites/{id}/write-key',
      '/api/v1/keys',
      '/api/v1/keys/{id}',
      '/api/v1/quarantine',
      '/api/v1/quarantine/{id}/requeue',
      '/api/v1/quarantine/{id}',
      '/api/v1/webhooks',
      '/api/v1/webhooks/{id}',
      '/api/v1/webhooks/{id}/rotate',
      '/api/v1/webhooks/{id}/test',
      '/api/v1/webhooks/{id}/replay',
      '/api/v1/webhooks/{id}/deliveries',
      '/api/v1/webhooks/{id}/deliveries/{delivery}/replay',
      '/api/v1/links',
      '/api/v1/links/{id}',
      '/api/v1/intakes',
      '/api/v1/intakes/{id}',
      '/api/v1/accounts',
      '/api/v1/accounts/{id}',
      '/api/v1/sessions',
      '/api/v1/audit',
      '/api/v1/export',
      '/api/v1/changes',
      '/api/v1/stream',
      '/api/v1/crm',
      '/api/v1/crm/{id}',
      '/api/v1/import',
    ])
    const { parameters, responses, security } = document.paths['/api/v1/leads'].get
    expect(security).toEqual([{ key: ['read'] }])
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '409'])
    const limit = parameters.find(({ name }: { name: string }) => name === 'limit')
    expect(limit).toMatchObject({ in: 'query', required: false, schema: { type: 'integer' } })
    // A JSON Schema pattern has no flags, and a regular expression with some leaves them in its text.
    expect(JSON.stringify(document)).not.toMatch(/"pattern":"[^"]*\$\/\w*"/)
    const refs = JSON.stringify(document).match(/"#\/components\/schemas\/(\w+)"/g) ?? []
    for (const ref of new Set(refs.map((each) => each.split('/').at(-1)?.slice(0, -1) ?? ''))) {
      expect(document.components.schemas).toHaveProperty(ref)
    }
  })

  test('is a page to read, without a script or a style of its own', async () => {
    const answer = await service.app.request('/docs')
    const html = await answer.text()
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(html).toContain('/api/v1/leads/{id}/score')
    expect(html).toContain('/assets/dashboard.css')
    expect(html).not.toMatch(/<script|<style|style=/)
  })
})

test.each(['POST', 'PATCH', 'PUT', 'DELETE'])(
  'a body that is nested too deep is refused, whatever the method: %s',
  async (method) => {
    const body = `{"role":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    const answer = await service.ask('/api/v1/accounts/ac_1', admin, { method, body })
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'invalid_request'])
  },
)
