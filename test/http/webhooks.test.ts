import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventAt } from '../support/world.ts'
import { createService, DAY, MINUTE, NOW, type Service } from './api-fixture.ts'

/** Webhooks by the API, over a real store. */

let service: Service
let admin: string
beforeEach(() => {
  service = createService()
  admin = service.keyOf(['admin'])
})
afterEach(() => service.close())

// biome-ignore lint/suspicious/noExplicitAny: read as a client reads it
async function ask(method: string, path: string, body?: unknown, key = admin): Promise<any> {
  const init = { method, ...(body !== undefined && { body }) }
  const answer = await service.ask(`/api/v1${path}`, key, init)
  const text = await answer.text()
  return { status: answer.status, ...(text && JSON.parse(text)) }
}
const URL_OF_CRM = 'https://crm.example.com/hooks/pique'
const add = (more: object = {}) => ask('POST', '/webhooks', { url: URL_OF_CRM, ...more })
const meet = (email: string, at = NOW) =>
  service.deliver('shop', randomUUID(), [eventAt(at, 'identify', { props: { email } })], at)

test('is made with a secret that is shown once, and told what it asked for', async () => {
  const made = await add({ events: ['lead.merged', 'lead.identified', 'lead.merged'] })
  expect(made).toMatchObject({
    status: 201,
    id: 'wh_1',
    url: URL_OF_CRM,
    events: ['lead.identified', 'lead.merged'],
    site: null,
    personal: false,
    state: 'on',
    waiting: 0,
  })
  expect(Buffer.from(made.secret.replace('whsec_', ''), 'base64')).toHaveLength(32)
  expect(made.secret).toMatch(/^whsec_/)
  const list = await ask('GET', '/webhooks')
  expect(list.data).toHaveLength(1)
  expect(JSON.stringify([list, await ask('GET', '/webhooks/wh_1')])).not.toContain('whsec_')
  meet('new@corp.example')
  expect(await ask('GET', '/webhooks/wh_1')).toMatchObject({ status: 200, waiting: 1 })
  const { data } = await ask('GET', '/webhooks/wh_1/deliveries')
  expect(data).toMatchObject([
    { id: 'me_1', type: 'lead.identified', sequence: 1, state: 'waiting', attempts: 0 },
  ])
  expect(JSON.stringify(data)).not.toContain('corp.example')
})

test('a site that goes takes its webhooks along, and nothing is written for them any more', async () => {
  const { id } = await add({ site: 'si_1' })
  meet('ann@corp.example')
  expect((await ask('GET', `/webhooks/${id}`)).waiting).toBe(1)
  const lead = await service.reader.leadRef('email:ann@corp.example', { site: 'si_1' })
  if (lead.kind !== 'found') throw new Error(lead.kind)
  expect((await ask('DELETE', '/sites/si_1')).status).toBe(204)
  await service.writer.erase(lead.value, NOW)
  const db = new Database(service.path, { readonly: true })
  expect(db.prepare('SELECT count(*) FROM message').pluck().get()).toBe(0)
  expect(db.prepare('SELECT count(*) FROM message_count').pluck().get()).toBe(0)
  db.close()
})

test('of an erased lead nothing is left, whatever a webhook is told of', async () => {
  await add({ events: ['lead.identified'] })
  meet('gone@corp.example')
  const lead = await service.reader.leadRef('email:gone@corp.example', { site: 'si_1' })
  if (lead.kind !== 'found') throw new Error(lead.kind)
  await service.writer.erase(lead.value, NOW)
  const db = new Database(service.path, { readonly: true })
  const left = ['message', 'message_count'].map((table) =>
    db.prepare(`SELECT count(*) FROM ${table} WHERE lead = ?`).pluck().get(lead.value),
  )
  db.close()
  expect(left).toEqual([0, 0])
})

describe('deliveries', () => {
  test('are paged, newest first, and by state; each can be sent again', async () => {
    await add()
    for (let i = 0; i < 5; i++) meet(`p${i}@corp.example`)
    const [due] = await service.writer.dueMessages(NOW, [], 4)
    if (!due) throw new Error('nothing is due')
    const tried = { ref: due.ref, webhook: 1, at: NOW, status: 500, error: 'answered 500' }
    await service.writer.noteTries([{ ...tried, became: { kind: 'parked' }, pausedUntil: null }])
    const first = await ask('GET', '/webhooks/wh_1/deliveries?limit=3')
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(['me_5', 'me_4', 'me_3'])
    const rest = await ask('GET', `/webhooks/wh_1/deliveries?limit=3&cursor=${first.next_cursor}`)
    expect(rest).toMatchObject({ next_cursor: null, data: [{ id: 'me_2' }, { id: 'me_1' }] })
    const parked = await ask('GET', '/webhooks/wh_1/deliveries?state=parked')
    expect(parked.data).toMatchObject([
      { id: 'me_1', attempts: 1, last_status: 500, last_error: 'answered 500', next_at: null },
    ])
    expect(await ask('POST', '/webhooks/wh_1/deliveries/me_1/replay')).toEqual({
      status: 202,
      id: 'me_1',
      state: 'waiting',
    })
    const again = (await service.writer.dueMessages(NOW, [], 9)).find(({ ref }) => ref === due.ref)
    expect([again?.key, again?.tries]).toEqual([due.key, 0])
    expect(await ask('POST', '/webhooks/wh_1/deliveries/me_99/replay')).toMatchObject({
      status: 404,
    })
    // Nor one of another webhook.
    await add()
    expect(await ask('POST', '/webhooks/wh_2/deliveries/me_1/replay')).toMatchObject({
      status: 404,
    })
    const another = `/webhooks/wh_2/deliveries?cursor=${first.next_cursor}`
    expect(await ask('GET', another)).toMatchObject({ code: 'invalid_cursor' })
  })

  test('that were given up are sent again by when they were told', async () => {
    await add()
    for (const at of [NOW, NOW + DAY]) meet(`p${at}@corp.example`, at)
    const due = await service.writer.dueMessages(NOW + DAY, [], 4)
    const rest = { webhook: 1, at: NOW + DAY, status: null, error: 'x', pausedUntil: null }
    await service.writer.noteTries(
      due.map(({ ref }) => ({ ref, ...rest, became: { kind: 'parked' as const } })),
    )
    const since = new Date(NOW + MINUTE).toISOString()
    const until = new Date(NOW + MINUTE).toISOString()
    const replay = (period: object) => ask('POST', '/webhooks/wh_1/replay', period)
    expect(await replay({ since: until, until: since.replace('2', '1') })).toMatchObject({
      code: 'invalid_request',
    })
    expect(await replay({ until: '2020-01-01' })).toMatchObject({ replayed: 0 })
    expect(await replay({ since })).toMatchObject({ replayed: 1 })
    expect(await replay({ until })).toMatchObject({ replayed: 1 })
    expect(await ask('GET', '/webhooks/wh_1')).toMatchObject({ waiting: 2, parked: 0 })
  })
})

test('is switched off and on, tested, given a new secret, and removed', async () => {
  const { secret } = await add()
  expect(await ask('POST', '/webhooks/wh_1/test')).toMatchObject({ status: 202, id: 'me_1' })
  const [message] = await service.writer.dueMessages(NOW, [], 4)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    type: 'pique.test',
    data: { webhook: 'wh_1' },
  })
  const rotated = await ask('POST', '/webhooks/wh_1/rotate')
  const secrets = async (at: number) =>
    (await service.writer.dueMessages(at, [], 4)).map((one) => one.secrets)
  expect(await secrets(NOW)).toEqual([[rotated.secret, secret]])
  expect(await secrets(NOW + DAY)).toEqual([[rotated.secret]])
  expect(await ask('PATCH', '/webhooks/wh_1', { enabled: false })).toMatchObject({ state: 'off' })
  expect(await ask('POST', '/webhooks/wh_1/test')).toMatchObject({ code: 'webhook_off' })
  meet('late@corp.example')
  expect(await secrets(NOW)).toEqual([])
  expect(await ask('PATCH', '/webhooks/wh_1', { enabled: true })).toMatchObject({ state: 'on' })
  expect(await ask('DELETE', '/webhooks/wh_1')).toEqual({ status: 204 })
  expect(await ask('GET', '/webhooks/wh_1')).toMatchObject({ status: 404 })
})

test('a key of one site makes and sees its own alone', async () => {
  const bound = service.keyOf(['admin'], 'si_2')
  await add()
  const body = { url: URL_OF_CRM }
  const refused = await ask('POST', '/webhooks', { ...body, site: 'si_1' }, bound)
  expect(refused).toMatchObject({ code: 'not_found' })
  const own = await ask('POST', '/webhooks', body, bound)
  expect(own).toMatchObject({ id: 'wh_2', site: 'si_2' })
  expect((await ask('GET', '/webhooks', undefined, bound)).data).toMatchObject([{ id: 'wh_2' }])
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/deliveries'],
    ['POST', '/rotate'],
    ['POST', '/test'],
    ['DELETE', ''],
  ]) {
    expect(await ask(method ?? '', `/webhooks/wh_1${path}`, undefined, bound)).toMatchObject({
      status: 404,
    })
  }
  meet('shop@corp.example')
  expect(await ask('GET', '/webhooks/wh_2')).toMatchObject({ waiting: 0 })
  await ask('DELETE', '/sites/si_2')
  expect((await ask('GET', '/webhooks')).data).toMatchObject([{ id: 'wh_1' }])
})

test('what was sent of a lead is named where all that is held of it is', async () => {
  await add()
  meet('told@corp.example')
  const held = await ask('GET', '/leads/email:told@corp.example/export')
  expect(held.recipients).toEqual(['https://crm.example.com'])
  const ann = await ask('GET', '/leads/email:ann@example.com/export?site=si_1')
  expect(ann.recipients).toEqual([])
})

describe('what people read', () => {
  const SLACK = 'https://hooks.slack.com/services/T0000/B0000/averysecrettokenWXYZ'

  test('Slack is told of MQLs, and nobody is shown its address again', async () => {
    const made = await add({ url: SLACK, format: 'slack' })
    expect(made).toMatchObject({
      ...{ status: 201, url: 'https://hooks.slack.com/…WXYZ', format: 'slack', template: null },
      ...{ events: ['lead.stage_changed', 'lead.score_crossed'], stages: ['mql', 'sql'] },
    })
    meet('new@corp.example')
    expect(await ask('GET', '/webhooks/wh_1')).toMatchObject({ waiting: 0 })
    const wish = [eventAt(NOW, 'identify', { props: { email: 'b@corp.example' } })]
    service.deliver('shop', randomUUID(), [...wish, eventAt(NOW, 'request_demo')], NOW)
    const [message] = await service.writer.dueMessages(NOW, [], 4)
    expect(message).toMatchObject({ url: SLACK, format: 'slack', contentType: 'application/json' })
    expect(message?.body).toMatch(/is now marketing-qualified/)
    expect(message?.body).not.toContain('b@corp')
    const lead = await ask('GET', '/leads/email:b@corp.example/export?site=si_1')
    expect(lead.recipients).toEqual(['https://hooks.slack.com'])
    const all = JSON.stringify([made, await ask('GET', '/webhooks'), await ask('GET', '/audit')])
    expect(all).not.toContain('averysecret')
    const db = new Database(service.path, { readonly: true })
    expect(JSON.stringify(db.prepare('SELECT * FROM webhook').all())).not.toContain('averysecret')
    db.close()
  })

  test('a text is sent as it is written, and one that can’t be is refused with what would be right', async () => {
    const template = '{"msg":"{{lead.name}} is {{stage}}"}'
    const own = { url: 'https://discord.com/api/webhooks/1/x', format: 'template', template }
    const events = ['lead.stage_changed']
    expect(await add({ ...own, events })).toMatchObject({ status: 201, template, stages: null })
    const refusals: [object, RegExp][] = [
      [{ template: '{"a":"{{lead.nmae}}"}' }, /did you mean {{lead\.name}}\? Fields are what,/],
      [{ template: '{"a":{{lead.name}}}' }, /has to be JSON/],
      [{ template: null }, /template is missing/],
      [{ format: 'slack' }, /alone/],
    ]
    for (const [wrong, words] of refusals) {
      const refused = await add({ ...own, ...wrong })
      expect(refused).toMatchObject({ status: 400, code: 'webhook_template' })
      expect(refused.detail).toMatch(words)
    }
    expect(await add({ format: 'xml' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('standard, slack, template'),
    })
    const changed = await ask('PATCH', '/webhooks/wh_1', { template: '{{what}}!', personal: true })
    expect(changed).toMatchObject({ template: '{{what}}!', personal: true, events, state: 'on' })
    const wish = [eventAt(NOW, 'identify', { props: { email: 'a_b@corp.example' } })]
    service.deliver('shop', randomUUID(), [...wish, eventAt(NOW, 'request_demo')], NOW)
    const [message] = await service.writer.dueMessages(NOW, [], 4)
    expect(message?.body).toBe('a\\_b@corp.example is now marketing-qualified!')
    expect(message?.contentType).toBe('text/plain; charset=utf-8')
    expect(await ask('PATCH', '/webhooks/wh_1', {})).toMatchObject({ code: 'invalid_request' })
    // To a program after all: its address is shown again, and everything is told.
    const signed = await ask('PATCH', '/webhooks/wh_1', {
      format: 'standard',
      template: null,
      events: null,
    })
    expect(signed).toMatchObject({ url: own.url, format: 'standard', template: null })
    expect(signed.events).toHaveLength(5)
  })
})
