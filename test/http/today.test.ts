import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LeadJson, OutcomeJson, Role, ScoreJson } from '../../collector/store/shapes.ts'
import { eventAt } from '../support/world.ts'
import { createWhole, HOST, type Whole } from './access-fixture.ts'
import { DAY, MINUTE, NOW } from './api-fixture.ts'

/** Today over a real store: who stands in which queue, and what sales says there. */

let whole: Whole
beforeEach(async () => {
  whole = await createWhole()
})
afterEach(() => whole.service.close())

type Happened = readonly [type: string, at: number]

/** A person of the shop who gives an e-mail and does these things, in order. */
function person(name: string, happened: readonly Happened[], knownAt?: number): void {
  const browser = randomUUID()
  const props = { email: `${name}@firm.example`, traits: { name, company: `${name} Ltd` } }
  const url = 'https://shop.example/pricing'
  const known: Happened = ['identify', knownAt ?? (happened[0]?.[1] ?? NOW) + 1]
  for (const [type, at] of [...happened, known].toSorted((a, b) => a[1] - b[1])) {
    const event = eventAt(at, type, {
      session: randomUUID(),
      url,
      ...(type === 'identify' && { props }),
    })
    whole.service.deliver('shop', browser, [event], at)
  }
}

const BUSY: readonly string[] = ['generate_lead', 'trial_start', 'add_to_cart']
const busyAt = (at: number): Happened[] => BUSY.map((type, i) => [type, at + i * MINUTE])
/** Over 100 points on two days. */
const qualifies = (at: number): Happened[] => [...busyAt(at - 2 * DAY), ...busyAt(at)]

async function read(path: string, role: Role = 'analyst'): Promise<string> {
  const answer = await whole.request(path, { headers: { cookie: await whole.sessionOf(role) } })
  expect(answer.status).toBe(200)
  return answer.text()
}

async function send(path: string, form: Record<string, string>, role: Role = 'analyst') {
  const headers = {
    cookie: await whole.sessionOf(role),
    origin: HOST,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = new URLSearchParams(form).toString()
  const answer = await whole.request(path, { method: 'POST', headers, body })
  return {
    status: answer.status,
    to: answer.headers.get('location') ?? '',
    text: await answer.text(),
  }
}

async function leadOf(name: string): Promise<LeadJson> {
  const found = await whole.service.reader.lead(`email:${name}@firm.example`, {}, whole.service.now)
  if (found.kind !== 'found') throw new Error(`no ${name}`)
  return found.value
}

async function outcomesOf({ id }: LeadJson): Promise<readonly OutcomeJson[]> {
  const found = await whole.service.reader.outcomes(id, {})
  return found.kind === 'found' ? found.value : []
}

const attention = () => whole.service.reader.attention({ site: 'si_1' }, whole.service.now)
const namesOf = (list: readonly { lead: LeadJson }[]) => list.map(({ lead }) => lead.name)
const noticeIn = (html: string) => /<div class="notice"[^>]*><p>(.*?)<\/p>/.exec(html)?.[1]

describe('the queue', () => {
  test('has who asked to talk first, then the longest wait, and only those nobody has', async () => {
    person('early', qualifies(NOW - 3 * DAY))
    person('late', qualifies(NOW - DAY))
    person('asker', [['request_quote', NOW - 2 * 60 * MINUTE]])
    person('just', [['request_call', NOW - 60 * MINUTE]])
    const { waiting, raised } = await attention()
    expect(namesOf(waiting.first)).toEqual(['just', 'asker', 'early', 'late'])
    expect(waiting.first.map(({ because }) => because)).toEqual([
      'hand_raise',
      'hand_raise',
      'score',
      'score',
    ])
    expect(waiting.total).toBe(4)
    expect(waiting.longest_since).toBe(waiting.first[2]?.mql_at)
    expect(namesOf(raised.first)).toEqual(['just', 'asker'])

    const html = await read('/')
    expect(html).toContain('4 MQLs wait for sales, the longest for 3 days')
    expect(html.match(/Asked for a quote/g)).toHaveLength(2)
    expect(html).toContain('Score passed 100')
    expect(html).toContain('early Ltd')

    const since = Date.parse(waiting.first[3]?.mql_at ?? '')
    const { reader } = whole.service
    expect(await reader.arrived({ since: since - 1 }, NOW)).toBe(3)
    expect(await reader.arrived({ since }, NOW)).toBe(2)
    expect(await reader.arrived({ since: since - 1, site: 'si_2' }, NOW)).toBe(0)
    expect((await reader.attention({ site: 'si_2' }, NOW)).waiting.total).toBe(0)
  })

  test('lets go of who is accepted, says so by name, and takes that back', async () => {
    person('early', qualifies(NOW - 3 * DAY))
    const lead = await leadOf('early')
    const accept = { type: 'qualify_lead', back: '/?site=si_1&done=gone' }
    const clicks = await Promise.all([1, 2].map(() => send(`/leads/${lead.id}/outcome`, accept)))
    expect(clicks.map(({ status }) => status)).toEqual([303, 303])
    expect(await outcomesOf(lead)).toMatchObject([
      { type: 'qualify_lead', by: 'analyst@team.example' },
    ])
    expect((await leadOf('early')).stage).toBe('sql')
    expect((await attention()).waiting.total).toBe(0)

    const to = clicks.map((click) => click.to).find((href) => href.includes('done=outcome')) ?? ''
    expect(to).toMatch(/^\/\?site=si_1&done=outcome&lead=ld_\d+&outcome=ou_\d+$/)
    const page = await read(to)
    expect(noticeIn(page)).toBe('early is accepted and sales-qualified now.')
    const again = await send(`/leads/${lead.id}/outcome`, accept)
    expect(noticeIn(await read(again.to))).toBe(
      'Nothing to change: early is sales-qualified already.',
    )

    const undo = /action="(\/leads\/ld_\d+\/outcome\/ou_\d+\/undo)"/.exec(page)?.[1] ?? ''
    const undone = await send(undo, { back: '/?site=si_1' })
    expect(noticeIn(await read(undone.to))).toBe('Taken back. early is marketing-qualified again.')
    expect(await outcomesOf(lead)).toEqual([])
    expect(namesOf((await attention()).waiting.first)).toEqual(['early'])
    expect((await send(undo, {})).to).toBe(`/leads/${lead.id}?done=gone&lead=${lead.id}`)
  })

  test('sets aside who somebody works on, once, until they are promoted anew', async () => {
    person('early', qualifies(NOW - 3 * DAY))
    const { id } = await leadOf('early')
    const working = { type: 'working_lead', back: '/' }
    const took = await send(`/leads/${id}/outcome`, working)
    expect(noticeIn(await read(took.to))).toBe(
      'You have early in hand now; everybody here sees that.',
    )
    const other = await send(`/leads/${id}/outcome`, working, 'owner')
    expect(noticeIn(await read(other.to))).toBe('Nothing to change: early is in hand already.')
    expect(await outcomesOf(await leadOf('early'))).toHaveLength(1)
    const { waiting, in_hand } = await attention()
    expect([waiting.total, in_hand.total]).toEqual([0, 1])
    expect(in_hand.first[0]?.in_hand?.by).toBe('analyst@team.example')
    const html = await read('/', 'viewer')
    expect(html).toContain('a…@team.example')
  })

  test('takes a reason, and what sales may say with a value', async () => {
    person('early', qualifies(NOW - 3 * DAY))
    const { id } = await leadOf('early')
    const path = `/leads/${id}/outcome`
    const said = await send(path, { type: 'disqualify_lead', reason: 'No budget', back: '/' })
    expect(noticeIn(await read(said.to))).toBe('early is rejected: No budget.')
    expect((await leadOf('early')).stage).toBe('disqualified')
    const won = { type: 'close_convert_lead', value: '1200.5', currency: 'eur' }
    expect((await send(path, won)).to).toContain(`/leads/${id}?done=outcome`)
    const [latest, first] = await outcomesOf(await leadOf('early'))
    expect(latest).toMatchObject({ value: 1200.5, currency: 'EUR' })
    expect(first).toMatchObject({ type: 'disqualify_lead', reason: 'No budget' })
    const elsewhere = { type: 'recycle_lead', back: 'https://evil.example/' }
    expect((await send(path, elsewhere)).to).toMatch(/^\/\?done=outcome/)
    const bad = await send(path, { type: 'close_convert_lead', value: '12 euros', currency: 'E' })
    expect(bad.status).toBe(400)
    expect(bad.text).toContain('The value is “12 euros”; expected a number')
    expect(await outcomesOf(await leadOf('early'))).toHaveLength(3)
  })

  test('shows a viewer who waits, without addresses and without buttons', async () => {
    person('early', qualifies(NOW - 3 * DAY))
    const { id } = await leadOf('early')
    const html = await read('/', 'viewer')
    expect(html).toContain('1 MQL waits for sales')
    expect(html).not.toContain('/outcome')
    expect(html).not.toContain('early@firm')
    expect((await send(`/leads/${id}/outcome`, { type: 'qualify_lead' }, 'viewer')).status).toBe(
      403,
    )
    const forged = await read(`/?done=outcome&lead=${id}&outcome=ou_1`)
    expect(noticeIn(forged)).toBeUndefined()
  })
})

describe('scores that moved', () => {
  test('moved by what the score of the past day says, to the milli-point', async () => {
    const lately: Happened[] = [
      ['add_to_wishlist', NOW - DAY],
      ['webinar_attend', NOW - DAY + 1],
      ['add_to_cart', NOW - DAY + 2],
    ]
    person('rising', [['sign_up', NOW - 9 * DAY], ...lately])
    person('found', busyAt(NOW - 9 * DAY), NOW - DAY)
    person('fading', busyAt(NOW - 8 * DAY))
    person('mql', qualifies(NOW - DAY))
    person('cold', [['page_view', NOW - 9 * DAY]])
    person('sold', busyAt(NOW - 9 * DAY))
    await send(`/leads/${(await leadOf('sold')).id}/outcome`, { type: 'qualify_lead' })
    const { heating, cooling, since } = await attention()
    expect(since).toBe(new Date(NOW - 7 * DAY).toISOString().slice(0, 10))
    expect(namesOf(heating)).toEqual(['found', 'rising', 'Ann Able'])
    expect(namesOf(cooling)).toEqual(['fading'])
    const key = whole.service.keyOf(['read'])
    for (const { lead, before_milli, change_milli } of [...heating, ...cooling]) {
      const ask = (query: string) =>
        whole.service.ask(`/api/v1/leads/${lead.id}/score${query}`, key)
      const then: ScoreJson = await (await ask(`?as_of=${since}`)).json()
      const now: ScoreJson = await (await ask('')).json()
      expect([lead.name, before_milli, change_milli]).toEqual([
        lead.name,
        then.score_milli,
        now.score_milli - then.score_milli,
      ])
    }
    // It was nobody's by then, whatever its browser had done.
    expect(heating[0]?.before_milli).toBe(0)
    expect(await read('/')).toMatch(/Quiet for 7 days · /)
  })

  test('are read again when something is learnt of the past, and on another day', async () => {
    person('fading', busyAt(NOW - 8 * DAY))
    const [before] = (await attention()).cooling
    const browser = randomUUID()
    const props = { email: 'fading@firm.example' }
    const session = randomUUID()
    const late = [
      eventAt(NOW - 7 * DAY + 1, 'identify', { session, props }),
      eventAt(NOW - 7 * DAY + 2, 'begin_checkout', { session }),
    ]
    whole.service.deliver('shop', browser, late, NOW)
    const [after] = (await attention()).cooling
    expect(after?.before_milli).toBeGreaterThan((before?.before_milli ?? 0) + 20_000)
    whole.service.now += 2 * DAY
    const [later] = (await attention()).cooling
    expect(later?.before_milli).toBeLessThan(after?.before_milli ?? 0)
  })
})

test('an owner is told of a webhook that has taken nothing for an hour, and nobody else', async () => {
  const { writer, deliver } = whole.service
  const hook = { url: 'https://crm.example/hook', events: null, site: null, isFull: false }
  const webhook = await writer.addWebhook({ ...hook, secret: 'whsec_', createdAt: NOW })
  const known = [eventAt(NOW - 90 * MINUTE, 'identify', { props: { email: 'a@firm.example' } })]
  deliver('shop', randomUUID(), known, NOW - 90 * MINUTE)
  const [due] = await writer.dueMessages(NOW, [], 4)
  if (!due) throw new Error('nothing is due')
  const failed = { ref: due.ref, webhook, status: 500, error: 'answered 500', pausedUntil: null }
  const noteAt = (at: number) =>
    writer.noteTries([{ ...failed, at, became: { kind: 'waiting', dueAt: NOW + DAY } }])
  await noteAt(NOW - 59 * MINUTE)
  expect(await read('/', 'owner')).not.toContain('took nothing')
  await writer.changeWebhook(webhook, { isEnabled: true })
  await noteAt(NOW - 61 * MINUTE)
  expect(await read('/', 'owner')).toContain('crm.example took nothing for 1 h 1 min')
  expect(await read('/', 'analyst')).not.toContain('took nothing')
})
