import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IGNORE_REASONS, REFUSALS, REJECT_CODES } from '../../collector/errors.ts'
import { type ApiDescription, createDescribed, type Exchange } from '../support/described.ts'
import { createService, type Service } from './api-fixture.ts'

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
    const body = operation.requestBody?.content['application/json'].example
    return wrongOf({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, 'x'),
      sent: body === undefined ? null : JSON.stringify(body),
      status: Number(status),
      header: (name) => (name === 'content-type' ? (type ?? null) : null),
      text: content ? JSON.stringify(content.example) : '',
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
      const answer = await service.ask(pathname + search, service.keyOf(['admin']), sent)
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
