import { randomUUID } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IGNORE_REASONS, REFUSALS, REJECT_CODES } from '../../collector/errors.ts'
import { type ApiDescription, createDescribed, type Exchange } from '../support/described.ts'
import { eventAt } from '../support/world.ts'
import { createService, MINUTE, NOW, type Service } from './api-fixture.ts'

/** The description of the API as a product: right by its standard, complete, and true. */

let service: Service
let document: ApiDescription
beforeAll(async () => {
  service = createService()
  document = await (await service.app.request('/openapi.json')).json()
})
afterAll(() => service.close())

// biome-ignore lint/suspicious/noExplicitAny: what a document says, as deep as a test asks
type Any = any
const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      path,
      method,
      operation: operation as Any,
    })),
  )

test('is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document) as Any)).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const broken = structuredClone(document) as Any
  delete broken.paths['/api/v1/leads'].get.responses['200'].description
  expect((await new Validator().validate(broken)).valid).toBe(false)
})

test('names, sums up, guards and shows every operation', () => {
  const all = operations()
  const ids = all.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const names = new Set((document as Any).tags.map(({ name }: { name: string }) => name))
  const wrong = all.flatMap(({ path, method, operation }) => {
    const { operationId, summary, tags, security, responses, requestBody } = operation
    const answers = Object.entries<Any>(responses).filter(([status]) => status < '3')
    const lacks = (what: string, is: unknown) => (is ? [] : [`${method} ${path}: ${what}`])
    return [
      ...lacks('an id', /^[a-z][A-Za-z]+$/.test(operationId)),
      ...lacks('a summary', summary?.length > 3),
      ...lacks('a known tag', tags?.length === 1 && names.has(tags[0])),
      ...lacks('one scope', /^(read|write|admin)$/.test(security?.[0]?.key?.join())),
      ...lacks('an answer', answers.length === 1),
      ...lacks(
        'an example of its answer',
        answers.every(([, { content }]) => !content || hasExample(content)),
      ),
      ...lacks('an example of its body', !requestBody || hasExample(requestBody.content)),
    ]
  })
  expect(wrong).toEqual([])
  expect(ids).toContain('listLeads')
  expect(ids).toContain('createLeadOutcome')
  expect(ids).toContain('replayWebhookDelivery')
  expect((document as Any).servers).toEqual([{ url: 'https://t.example.com' }])
})

const hasExample = (content: Record<string, object>) =>
  Object.entries(content).every(([type, one]) => !type.endsWith('/json') || 'example' in one)

test('shows examples that are as described, and receipts that sum', () => {
  const { wrongOf } = createDescribed(document)
  const wrong = operations().flatMap(({ path, method, operation }) => {
    const [status, answer] =
      Object.entries<Any>(operation.responses).find(([one]) => one < '3') ?? []
    const [type, content] = Object.entries<Any>(answer?.content ?? {})[0] ?? []
    const body = operation.requestBody?.content['application/json']?.example
    return wrongOf({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, 'x'),
      sent: body === undefined ? null : JSON.stringify(body),
      status: Number(status),
      header: (name) => (name === 'content-type' ? (type ?? null) : null),
      text: content?.example === undefined ? '' : JSON.stringify(content.example),
    })
  })
  expect(wrong).toEqual([])
  const score = (document as Any).paths['/api/v1/leads/{id}/score'].get.responses['200'].content[
    'application/json'
  ].example
  const sum = score.reasons.reduce((all: number, { milli }: { milli: number }) => all + milli, 0)
  expect(sum).toBe(score.score_milli)
})

describe('a wrong answer is found', () => {
  const usual: Exchange = {
    method: 'GET',
    path: '/api/v1/model/versions?limit=1',
    status: 200,
    header: (name) => ({ 'content-type': 'application/json' })[name] ?? null,
    text: '{"data":[],"next_cursor":null}',
  }
  const problem = (body: object) => ({
    status: 404,
    header: () => 'application/problem+json',
    text: JSON.stringify({ type: '/problems/x', title: 'x', status: 404, code: 'x', ...body }),
  })
  test.each<[string, Partial<Exchange>, RegExp | null]>([
    ['as it should be', {}, null],
    ['a refusal as it should be', problem({}), null],
    ['a field renamed', { text: '{"data":[],"cursor":null}' }, /next_cursor.*\n?.*|cursor/],
    ['a field more', { text: '{"data":[],"next_cursor":null,"total":0}' }, /total/],
    ['a field of another type', { text: '{"data":{},"next_cursor":null}' }, /must be array/],
    ['a status that is not described', { status: 206 }, /not a status/],
    ['another content type', { header: () => 'text/html' }, /is text\/html/],
    ['a problem that is none', { ...problem({}), header: () => 'application/json' }, /problem/],
    ['a problem of another status', problem({ status: 400 }), /says status 400/],
    ['a problem without its code', problem({ code: undefined }), /code/],
    ['a path of no operation', { path: '/api/v1/nowhere' }, /no operation/],
  ])('%s', (_, change, expected) => {
    const wrong = createDescribed(document)
      .wrongOf({ ...usual, ...change })
      .join('\n')
    if (expected === null) expect(wrong).toBe('')
    else expect(wrong).toMatch(expected)
  })

  test('a body that was taken though it is not described', () => {
    const wrong = createDescribed(document).wrongOf({
      ...usual,
      method: 'POST',
      path: '/api/v1/keys',
      sent: '{"name":"x","scopes":["read"],"sites":[]}',
      status: 201,
    })
    expect(wrong.join()).toContain('accepted a body')
  })
})

describe('every list', () => {
  const lists = () =>
    operations().flatMap(({ path, method, operation }) => {
      const answer = operation.responses['200']?.content?.['application/json']?.schema
      const names = (operation.parameters ?? []).map(({ name }: { name: string }) => name)
      // The feed of changes goes on after a place, and never ends.
      const isList = method === 'get' && answer?.properties?.next_cursor && !names.includes('after')
      return isList ? [{ path, names }] : []
    })
  const named: Readonly<Record<string, string>> = {
    '/leads/{id}': '/leads/ld_1',
    '/visitors/{id}': '/visitors/vi_1',
  }

  test('is paged by limit and cursor, and says what is wrong with them', async () => {
    await service.ask('/api/v1/webhooks', service.keyOf(['admin']), {
      method: 'POST',
      body: { url: 'https://crm.example.com/hook' },
    })
    const key = service.keyOf(['admin'])
    const wrong: string[] = []
    expect(lists().length).toBeGreaterThan(14)
    for (const { path, names } of lists()) {
      if (!names.includes('limit') || !names.includes('cursor')) wrong.push(`${path}: not paged`)
      const url = Object.entries(named)
        .reduce((text, [from, to]) => text.replace(from, to), path)
        .replace('{id}', 'wh_1')
      const ask = async (query: string, status: number, code?: string) => {
        const answer = await service.ask(`${url}?${query}`, key)
        const body = await answer.json()
        if (answer.status !== status || body.code !== code) {
          wrong.push(`${path}?${query}: ${answer.status} ${body.code}`)
        }
        return body
      }
      for (const limit of ['0', '101', 'abc', '-1', '1.5', '']) {
        await ask(`limit=${limit}`, 400, 'invalid_request')
      }
      await ask('cursor=nothing', 400, 'invalid_cursor')
      await ask('limit=100&nobody_knows=1', 200)
      const all = (await ask('limit=100', 200)).data
      const walked: unknown[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Any = await ask(
          `limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
          200,
        )
        walked.push(...page.data)
        cursor = page.next_cursor
      }
      if (JSON.stringify(walked) !== JSON.stringify(all))
        wrong.push(`${path}: pages are not the whole`)
    }
    expect(wrong).toEqual([])
  })

  test('names the parameters that it ignored', async () => {
    const answer = await service.ask(
      '/api/v1/leads?minscore=60&limit=1&site=si_1',
      service.keyOf(['read']),
    )
    expect([answer.status, answer.headers.get('ignored-parameters')]).toEqual([200, 'minscore'])
    const other = await service.ask('/api/v1/model?site=si_1', service.keyOf(['read']))
    expect([other.status, other.headers.get('ignored-parameters')]).toEqual([200, null])
    const lost = await service.ask('/api/v1/leads/ann@example.com', service.keyOf(['read']))
    expect((await lost.json()).detail).toContain('email:ann@example.com')
  })

  test('answers a HEAD, and says which methods it takes', async () => {
    const key = service.keyOf(['admin'])
    const head = await service.ask('/api/v1/leads', key, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const options = await service.ask('/api/v1/leads', key, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await service.ask('/api/v1/leads/', key)).status).toBe(404)
  })

  test('of sites, keys and webhooks is narrowed by site', async () => {
    const key = service.keyOf(['admin'])
    service.keyOf(['read'], 'si_2')
    const read = async (path: string) => (await (await service.ask(path, key)).json()).data
    expect((await read('/api/v1/sites?site=si_2')).map(({ id }: { id: string }) => id)).toEqual([
      'si_2',
    ])
    const sites = (await read('/api/v1/keys?site=si_2')).map(({ site }: { site: string }) => site)
    expect(new Set(sites)).toEqual(new Set(['si_2']))
    expect((await service.ask('/api/v1/keys?site=si_9', key)).status).toBe(404)
  })
})

test('a walk through leads that change meanwhile meets everybody who does not, exactly once', async () => {
  const key = service.keyOf(['read'])
  const come = (name: string, at: number) => {
    const session = randomUUID()
    const url = 'https://shop.example/pricing'
    const events = [
      eventAt(at, 'page_view', { session, url }),
      eventAt(at + 1000, 'identify', { session, props: { email: `${name}@walk.example` } }),
    ]
    service.deliver('shop', browsers[name] ?? randomUUID(), events, at + 2000)
  }
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  const browsers = Object.fromEntries(names.map((name) => [name, randomUUID()]))
  for (const [i, name] of names.entries()) come(name, NOW - (20 - i) * MINUTE)
  service.work()
  for (const sort of ['first_seen', '-first_seen', 'email', '-score', '-last_seen']) {
    const seen: string[] = []
    let turn = 0
    for (let cursor: string | null = ''; cursor !== null; turn += 1) {
      const query = `q=walk.example&sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`
      const page: Any = await (await service.ask(`/api/v1/leads?${query}`, key)).json()
      seen.push(...page.data.map(({ email }: { email: string }) => email))
      cursor = page.next_cursor
      // One comes back, and one is new, between any two pages.
      come('e', NOW - (8 - turn) * 1000)
      come(`new-${sort.replace('-', 'z')}-${turn}`, NOW - (8 - turn) * 1000)
      service.work()
    }
    const still = names.filter((name) => name !== 'e').map((name) => `${name}@walk.example`)
    for (const email of still)
      expect([sort, email, seen.filter((one) => one === email).length]).toEqual([sort, email, 1])
    // Where the order is by what never changes, so does whoever changes.
    if (sort === 'first_seen' || sort === 'email') {
      expect(seen.filter((one) => one === 'e@walk.example')).toHaveLength(1)
    }
  }
})

describe('the page to read', () => {
  test('has every operation, and each of its links leads somewhere', async () => {
    const html = await (await service.app.request('/docs')).text()
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
    expect(operations().filter(({ operation }) => !ids.includes(operation.operationId))).toEqual([])
    expect(html).not.toMatch(
      /<script|<style|style=|https?:\/\/(?!t\.example\.com|shop\.example|www\.google|crm\.example)[^"&<]*/,
    )
  })

  test('shows commands that are taken as they are, with a key', async () => {
    const html = await (await service.app.request('/docs')).text()
    const commands = [...html.matchAll(/<code>(curl [^<]*)<\/code>/g)]
      .map(([, text = '']) => plain(text))
      .filter((command) => command.includes('/api/v1/'))
    expect(commands.length).toBeGreaterThan(operations().length)
    const refused: string[] = []
    for (const command of commands) {
      const { url, method, headers, body } = requestOf(command)
      const { pathname, search, origin } = new URL(url)
      expect(origin).toBe('https://t.example.com')
      const isThere = Object.keys(document.paths).some((path) =>
        new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
      )
      if (!isThere) continue // of a guide to what this build leaves out
      const sent = { method, headers, ...(body !== undefined && { body }) }
      // A key of its own each: one of them revokes keys.
      const ask = (of = '') => service.ask(pathname + search + of, service.keyOf(['admin']), sent)
      let answer = await ask()
      // Here are two sites, and the reader's collector has one.
      if (answer.status === 400 && (await answer.clone().text()).includes('several sites'))
        answer = await ask('?site=si_1')
      // Somebody of the examples is not there, or was erased by the command before.
      if (answer.status >= 400 && ![404, 409, 503].includes(answer.status)) {
        refused.push(`${answer.status} ${command} ${await answer.text()}`)
      }
    }
    expect(refused).toEqual([])
  })
})

const plain = (text: string) =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

/** What a shell and curl make of a command of the page. */
function requestOf(command: string) {
  const [, url = ''] = /"(https?:[^"]+)"/.exec(command) ?? []
  const headers = [...command.matchAll(/-H "([\w-]+): ([^"]*)"/g)]
    .map(([, name = '', value = '']) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name !== 'authorization')
  const [, method = 'GET'] = /-X (\w+)/.exec(command) ?? []
  const [, body] = /-d '([\s\S]*)'$/.exec(command) ?? []
  return { url, method, headers: Object.fromEntries(headers), body }
}

describe('a page of each problem', () => {
  const codes = [REFUSALS, REJECT_CODES, IGNORE_REASONS].flatMap((table) => Object.keys(table))
  test('is where the type of a problem leads', async () => {
    const { type } = await (
      await service.ask('/api/v1/leads?limit=0', service.keyOf(['read']))
    ).json()
    expect(type).toBe('/problems/invalid_request')
    const answer = await service.app.request(type)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('A parameter is wrong')
  })

  test('is there for every code, and the list leads to it', async () => {
    const index = await (await service.app.request('/problems')).text()
    for (const code of codes) {
      expect(index).toContain(`href="/problems/${code}"`)
      const answer = await service.app.request(`/problems/${code}`)
      const html = await answer.text()
      expect([answer.status, html.includes('What to do'), html.includes(code)]).toEqual([
        200,
        true,
        true,
      ])
      expect(html, code).not.toContain('A newer version of the collector knows')
    }
    expect((await service.app.request('/problems/nothing')).status).toBe(404)
  })
})
