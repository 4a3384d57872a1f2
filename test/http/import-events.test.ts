import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportReport } from '../../collector/import/report.ts'
import type { LeadJson, Page, TimelineSessionJson } from '../../collector/store/shapes.ts'
import { createService, NOW, type Service } from './api-fixture.ts'

/** `POST /api/v1/import`, over a real store. */

let service: Service
let key = ''
beforeAll(() => {
  service = createService()
  key = service.keyOf(['write'])
})
afterAll(() => service.close())

const DAY = 86_400_000
const line = (event: object) => `${JSON.stringify(event)}\n`
async function send(body: string, query = '?site=si_1') {
  const answer = await service.ask(`/api/v1/import${query}`, key, { method: 'POST', body })
  return { status: answer.status, report: (await answer.json()) as ImportReport }
}
async function read<T = LeadJson>(path: string): Promise<T> {
  return (await service.ask(`/api/v1${path}`, service.keyOf(['read']))).json()
}

test('lines become events, once however often they are sent, and bad ones cost themselves alone', async () => {
  const login = {
    type: 'trial_start',
    at: NOW - 400 * DAY,
    user_id: 'i1',
    email: 'i1@shop.example',
  }
  const body = [line(login), line({ ...login, type: 'login' }), line(login), 'no json\n{}\n'].join(
    '',
  )
  const first = await send(body)
  expect(first).toMatchObject({ status: 200, report: { read: 5, new: 3, known: 0, skipped: 2 } })
  expect(first.report.reasons.map(({ code, lines }) => [code, lines])).toEqual([
    ['not_an_object', [4]],
    ['no_type', [5]],
  ])
  expect((await send(body)).report).toMatchObject({ read: 5, new: 0, known: 3, skipped: 2 })
  const lead = await read('/leads/user:i1')
  expect(lead.email).toBe('i1@shop.example')
  // Nobody came by: it is a server's word.
  expect(lead.reasons.map(({ rule }) => rule)).not.toContain('visit')
})

test('what a site refuses is told to whoever imports, and kept nowhere', async () => {
  const before = await read<Page<unknown>>('/rejected')
  const { report } = await send(line({ type: 'x', at: NOW, browser: 'null' }))
  expect(report.reasons).toMatchObject([{ code: 'invalid_browser', rows: 1, lines: [1] }])
  expect(await read<Page<unknown>>('/rejected')).toEqual(before)
})

test('a browser’s visit told again counts as one, under its own times', async () => {
  const [browser, session] = [crypto.randomUUID(), crypto.randomUUID()]
  const at = NOW - 2 * DAY
  const seen = { type: 'page_view', url: 'https://shop.example/pricing', at, browser, session }
  const claim = { user_id: 'i2', strength: 'medium', evidence: 'identify' }
  await send(
    line({ ...seen, human: true }) + line({ ...seen, type: 'identify', human: true, claim }),
  )
  const lead = await read('/leads/user:i2')
  expect(lead.reasons.map(({ rule }) => rule)).toContain('visit')
  const { data } = await read<Page<TimelineSessionJson>>('/leads/user:i2/timeline')
  expect(data[0]?.started_at).toBe(new Date(at).toISOString())
})

test('a line that is nested as deep as one may be costs no other', async () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })
  const said = { type: 'login', at: NOW - DAY, user_id: 'i3' }
  for (const levels of [4, 5]) {
    const body = line({ ...said, traits: deep(levels) }) + line({ ...said, user_id: `i4${levels}` })
    const { status, report } = await send(body)
    const isLine = levels === 4
    expect([status, report.new, report.skipped]).toEqual([200, isLine ? 2 : 1, isLine ? 0 : 1])
  }
})

test('many people in one body never crowd the writer', async () => {
  let [waiting, most] = [0, 0]
  const { collect } = service
  const slow = createService(async (raw) => {
    most = Math.max(most, ++waiting)
    await new Promise(setImmediate)
    waiting -= 1
    return collect(raw)
  })
  try {
    const people = Array.from({ length: 250 }, (_, i) => ({
      type: 'login',
      at: NOW,
      user_id: `m${i}`,
    }))
    const body = people.map(line).join('')
    const init = { method: 'POST', body }
    const answer = await slow.ask('/api/v1/import?site=si_1', slow.keyOf(['write']), init)
    expect((await answer.json()).new).toBe(250)
    expect(most).toBe(100)
  } finally {
    slow.close()
  }
})

test('a collector that is about to end says so after the piece at hand, and takes the rest later', async () => {
  const long = 'word '.repeat(50)
  const visits = Array.from({ length: 900 }, (_, i) => {
    return { type: 'login', at: NOW - DAY + i, user_id: 'i9', title: long }
  })
  const body = visits.map(line).join('')
  service.isDraining.value = true
  const answer = await send(body)
  service.isDraining.value = false
  expect(answer).toMatchObject({ status: 503, report: { code: 'overloaded' } })
  const { report } = await send(body)
  expect([report.new + report.known, report.new > 0, report.known > 0]).toEqual([900, true, true])
})

test('with several sites, one has to be named', async () => {
  expect((await send('', '')).status).toBe(400)
})
