import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvPieces } from '../../collector/import/csv-pieces.ts'
import { type PlacedRow, toldOf } from '../../collector/import/deliveries.ts'
import { createRowIds } from '../../collector/import/row-ids.ts'
import type {
  IdentityJson,
  LeadJson,
  Page,
  TimelineSessionJson,
} from '../../collector/store/shapes.ts'
import type { WireAnswer } from '../../shared/wire.ts'
import { createService, NOW, type Service } from './api-fixture.ts'

/** What servers and imports bring: any text as an id, any age, no limits, and a word that is believed. */

let service: Service
let key = ''
beforeAll(() => {
  service = createService()
  key = service.keyOf(['read'])
})
afterAll(() => service.close())

const DAY = 86_400_000

async function take(batch: Readonly<Record<string, unknown>>, isTrusted = true) {
  const raw = { receivedAt: NOW, userAgent: '', origin: null, address: '' }
  const body = JSON.stringify({ site: 'shop', human: true, ...batch })
  const answer = await service.collect({ ...raw, body, isTrusted })
  return JSON.parse(answer.body) as WireAnswer
}
async function read<T = LeadJson>(path: string): Promise<T> {
  return (await service.ask(`/api/v1${path}`, key)).json()
}
const rulesOf = ({ reasons }: LeadJson) => reasons.map(({ rule }) => rule)

test('ids of any text are known again, and shown as they were sent', async () => {
  const event = {
    id: 'msg-1',
    type: 'trial_start',
    at: NOW - 400 * DAY,
    claim: { user_id: '42', email: 'server@shop.example' },
  }
  const batch = { browser: 'user:42', events: [event, { ...event, id: 'msg-2', at: NOW - DAY }] }
  expect(await take(batch)).toMatchObject({ accepted: 2, duplicates: 0, rejected: [] })
  expect(await take(batch)).toMatchObject({ accepted: 0, duplicates: 2 })
  const lead = await read('/leads/user:42')
  expect(lead.email).toBe('server@shop.example')
  expect(rulesOf(lead)).toEqual(['trial'])
  const { data } = await read<Page<TimelineSessionJson>>('/leads/user:42/timeline')
  expect(data.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['msg-2', 'msg-1'])
  const { data: links } = await read<Page<IdentityJson>>('/leads/user:42/identities')
  expect(links).toMatchObject([
    { browser: 'user:42', evidence: 'server_identify', strength: 'strong' },
  ])
})

test('of an id that shows an e-mail only a hash is kept, and it is known again by that', async () => {
  const mail = 'needle7@shop.example'
  const at = NOW - DAY
  const events = [{ id: `msg-${mail}`, type: 'login', at }]
  for (const browser of [mail, `anon-${mail.replace('@', '%40')}`]) {
    expect(await take({ browser, events })).toMatchObject({ accepted: 1 })
    expect(await take({ browser, events })).toMatchObject({ duplicates: 1 })
  }
  for (const end of ['', '-wal']) {
    expect(readFileSync(service.path + end).includes('needle7')).toBe(false)
  }
})

test('a page may not say so', async () => {
  const event = { id: 'msg-3', type: 'trial_start', at: NOW - DAY }
  expect(await take({ browser: 'user:42', events: [event] }, false)).toMatchObject({
    accepted: 0,
    rejected: [{ index: 0, code: 'invalid_browser' }],
  })
  const own = { id: crypto.randomUUID(), type: 'trial_start', at: NOW - DAY }
  const claim = { user_id: '43', email: 'page@shop.example', strength: 'strong' }
  const browser = crypto.randomUUID()
  const sent = { browser, sentAt: NOW, server: true, events: [{ ...own, claim }] }
  expect(await take(sent, false)).toMatchObject({ accepted: 1 })
  expect((await service.ask('/api/v1/leads/user:43', key)).status).toBe(404)
})

test('what a server tells proves nothing of a browser, and makes no visit', async () => {
  const browser = crypto.randomUUID()
  const at = NOW - DAY
  const view = { type: 'page_view', url: 'https://shop.example/pricing' }
  const seen = { id: crypto.randomUUID(), at, ...view }
  await take({ browser, human: false, sentAt: NOW, events: [seen] }, false)
  const claim = { user_id: '44' }
  await take({ browser, events: [{ id: 'msg-4', type: 'trial_start', at: at + 1000, claim }] })
  // Not even when it tells of the browser's own event.
  await take({ browser, events: [{ ...seen, id: seen.id }] })
  const lead = await read('/leads/user:44')
  expect(rulesOf(lead)).toEqual(['trial'])
  await take({ browser, human: true, sentAt: NOW, events: [seen] }, false)
  const proven = await read('/leads/user:44')
  expect(rulesOf(proven)).toContain('visit')
})

test('one that means nothing merges no strangers', async () => {
  const event = { id: 'msg-5', type: 'trial_start', at: NOW }
  for (const browser of ['null', 'anonymous', 'user:undefined', '', 'x'.repeat(406), 7]) {
    const { rejected } = await take({ browser, events: [event] })
    expect(rejected).toEqual([{ index: 0, code: 'invalid_browser' }])
  }
  const long = 'x'.repeat(400)
  const claim = { user_id: long }
  expect(
    await take({ browser: `user:${long}`, events: [{ ...event, id: long, claim }] }),
  ).toMatchObject({ accepted: 1 })
  expect((await read(`/leads/user:${long}`)).user_id).toBe(long)
})

test('who was erased does not come back with a list of leads that says no time', async () => {
  const list = async (now: number) => {
    const rows: PlacedRow[] = []
    const ids = createRowIds()
    const chunks = (async function* () {
      yield Buffer.from('email,plan\ngone@list.example,pro\n')
    })()
    const context = { what: 'leads', mapping: null, now, onColumns() {} } as const
    for await (const piece of csvPieces(chunks, context)) {
      for (const { line, read } of piece.rows) {
        if (read.ok) rows.push({ line, row: read.row, event: ids.withId(read.row) })
      }
    }
    const [told] = toldOf('shop', rows)
    const raw = { body: told?.body ?? '', userAgent: '', origin: null, address: '' }
    const answer = await service.collect({ ...raw, receivedAt: now + 5, isTrusted: true })
    return JSON.parse(answer.body)
  }
  expect(await list(NOW)).toMatchObject({ accepted: 1 })
  expect(await list(NOW + DAY)).toMatchObject({ duplicates: 1 })
  service.now = NOW + DAY
  const erased = { method: 'DELETE' }
  const path = '/api/v1/leads/email:gone@list.example'
  expect((await service.ask(path, service.keyOf(['admin']), erased)).status).toBe(200)
  expect(await list(NOW + 2 * DAY)).toMatchObject({ accepted: 0, ignored: 1 })
})
