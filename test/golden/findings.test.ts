import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { Page, TimelineSessionJson } from '../../collector/store/shapes.ts'
import type { InternalReader } from '../../collector/store/sqlite/read/reader.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { createWorld, eventAt, found, signatureOf, type World } from '../support/world.ts'

/** Worlds that once gave a wrong answer, each the smallest that did. */

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 10, 12)

let world: World
let reader: InternalReader

beforeEach(() => {
  world = createWorld()
  reader = createSqliteReader(world.path, createMailDomains('', ''))
})
afterEach(async () => {
  expect((await world.verify()).differences).toEqual([])
  world.close()
})

const view = (at: number, rest: object = {}) =>
  eventAt(at, 'page_view', { url: 'https://shop.example/pricing', ...rest })
const says = (at: number, props: object) =>
  eventAt(at, 'identify', { props: props as Record<string, string> })

describe('a retry', () => {
  test('of a cookieless event from another network leaves no browser behind', async () => {
    const event = view(NOW)
    world.deliver({ events: [event] }, NOW, { address: '192.0.2.1' })
    const again = world.deliver({ events: [event] }, NOW, { address: '192.0.2.2' })
    expect(again).toMatchObject({ accepted: 0, duplicates: 1 })
    const next = view(NOW)
    for (const accepted of [1, 0]) {
      const answer = world.deliver({ events: [next] }, NOW, { address: '192.0.2.2' })
      expect(answer).toMatchObject({ accepted, duplicates: 1 - accepted })
    }
    expect((await world.verify()).events).toBe(2)
  })

  test('of an accepted event is a duplicate, also when a new one would be too old by now', () => {
    const browser = randomUUID()
    const event = view(NOW)
    world.deliver({ browser, events: [event] }, NOW)
    const late = NOW + 8 * DAY
    const both = { browser, human: true, events: [event, view(NOW)] }
    expect(world.deliver(both, late)).toEqual({
      accepted: 0,
      duplicates: 1,
      ignored: 0,
      rejected: [{ index: 1, code: 'too_old' }],
    })
  })

  test('of a signed claim is a duplicate after its proof has expired', () => {
    const browser = randomUUID()
    const ids = { email: 'ann@corp.example' }
    const claim = says(NOW, { ...ids, signature: signatureOf(ids, NOW + 60_000) })
    expect(world.deliver({ browser, events: [claim] }, NOW).accepted).toBe(1)
    const fresh = { ...claim, id: randomUUID() }
    expect(world.deliver({ browser, events: [claim, fresh] }, NOW + DAY)).toMatchObject({
      duplicates: 1,
      rejected: [{ index: 1, code: 'invalid_signature' }],
    })
  })

  test('a browser whose first batch was refused is stored with its first good one', async () => {
    const browser = randomUUID()
    world.deliver({ browser, events: [view(NOW - 9 * DAY)] }, NOW)
    expect(world.deliver({ browser, events: [view(NOW)] }, NOW).accepted).toBe(1)
    expect((await world.verify()).events).toBe(1)
  })
})

describe('who a lead is', () => {
  test('an unsigned claim, dated before the proof, changes neither the ids nor the traits it gave', async () => {
    const real = { user_id: '42', email: 'victim@corp.example' }
    const proof = { ...real, traits: { name: 'Vera' }, signature: signatureOf(real, NOW + 60_000) }
    world.deliver({ browser: randomUUID(), events: [says(NOW, proof)] }, NOW)
    const forged = { user_id: '42', email: 'evil@bad.example', traits: { job_title: 'CEO' } }
    world.deliver({ browser: randomUUID(), events: [says(NOW - DAY, forged)] }, NOW + 1000)
    const lead = await found(reader.lead('user:42', {}, NOW + 2000))
    expect(lead.email).toBe('victim@corp.example')
    expect(lead.traits).toEqual({ name: 'Vera' })
  })

  test('as of a day before the e-mail was known, fit looks at nothing', async () => {
    const browser = randomUUID()
    world.deliver({ browser, human: true, events: [view(NOW), says(NOW, { user_id: 'u' })] }, NOW)
    const later = NOW + 5 * DAY
    const props = { user_id: 'u', email: 'ceo@corp.example', traits: { job_title: 'CEO' } }
    world.deliver({ browser, events: [says(later, props)] }, later)
    const then = await found(reader.score('user:u', { asOf: NOW + DAY }, later))
    expect(then.fit).toEqual({ points: 0, letter: null })
    expect(then.grade).toBe('-4')
    const now = await found(reader.score('user:u', {}, later))
    expect(now.fit.letter).toBe('A')
  })

  test('the number of a lead stays with the user id that had it', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    world.deliver(
      { browser: first, events: [says(NOW, { user_id: 'u', email: 'a@corp.example' })] },
      NOW,
    )
    const { id } = await found(reader.lead('user:u', {}, NOW))
    const earlier = says(NOW - DAY, { user_id: 'v', email: 'a@corp.example' })
    world.deliver({ browser: second, events: [earlier] }, NOW + 1000)
    expect((await found(reader.lead('user:u', {}, NOW + 2000))).id).toBe(id)
    expect((await found(reader.lead('user:v', {}, NOW + 2000))).email).toBe('a@corp.example')
  })

  test('saying the same on every page stays one lead, and the last word still counts', async () => {
    const browser = randomUUID()
    const props = { user_id: 'u', email: 'a@corp.example', traits: { plan: 'free' } }
    for (let i = 0; i < 50; i += 1) {
      world.deliver({ browser, events: [says(NOW + i * 1000, props)] }, NOW + i * 1000)
    }
    const changed = { ...props, traits: { plan: 'team' } }
    world.deliver({ browser, events: [says(NOW + DAY, changed)] }, NOW + DAY)
    world.deliver({ browser, events: [says(NOW + 500, props)] }, NOW + DAY) // late, says nothing new
    const { data } = await found(reader.leads({}, NOW + DAY))
    expect(data.map(({ traits }) => traits)).toEqual([{ plan: 'team' }])
  })
})

describe('reading', () => {
  test('a list is exact after a proof that came late', async () => {
    const batch = {
      browser: randomUUID(),
      events: [view(NOW), says(NOW, { email: 'a@corp.example' })],
    }
    world.deliver(batch, NOW)
    expect((await found(reader.leads({}, NOW))).data[0]?.score_milli).toBe(0)
    world.deliver({ ...batch, human: true }, NOW + 1000)
    const lead = await found(reader.lead('email:a@corp.example', {}, NOW + 1000))
    expect(lead.score_milli).toBe(14_000)
    const { data } = await found(reader.leads({ minScore: 14 }, NOW + 1000))
    expect(data).toHaveLength(1)
  })

  test('the same id in two browsers of a lead is two events, also in the timeline', async () => {
    const session = randomUUID()
    const event = view(NOW, { session })
    for (let i = 0; i < 2; i += 1) {
      const claim = { ...says(NOW, { email: 'a@corp.example' }), session }
      world.deliver({ browser: randomUUID(), human: true, events: [event, claim] }, NOW)
    }
    const pages: TimelineSessionJson[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { limit: number; cursor?: string } = { limit: 1, ...(cursor && { cursor }) }
      const read: Page<TimelineSessionJson> = await found(
        reader.timeline('email:a@corp.example', page, NOW),
      )
      pages.push(...read.data)
      cursor = read.next_cursor
    }
    expect(pages).toHaveLength(2)
    const points = pages.flatMap(({ events }) => events.map(({ milli }) => milli))
    // Pages viewed 1 + 0.9, key pages 10 + 5, visits 3 + 1.5: each event what it brought.
    expect(points.reduce((sum, milli) => sum + milli, 0)).toBe(21_400)
  })

  test('a ping after a hand-over stands with the person whose view it was', async () => {
    const [browser, id] = [randomUUID(), randomUUID()]
    const ping = (at: number, engaged_ms: number) =>
      eventAt(at, 'user_engagement', { view: id, props: { engaged_ms, view_at: NOW } })
    const events = [
      view(NOW, { view: id }),
      says(NOW, { email: 'a@corp.example' }),
      says(NOW + 5000, { email: 'b@corp.example' }),
      ping(NOW + 9000, 9000),
    ]
    world.deliver({ browser, human: true, sentAt: NOW + 9000, events }, NOW + 9000)
    for (const [who, pings] of [
      ['a', 1],
      ['b', 0],
    ] as const) {
      const { data } = await found(reader.timeline(`email:${who}@corp.example`, {}, NOW + 9000))
      const own = data.flatMap((one) => one.events)
      expect(own.filter(({ type }) => type === 'user_engagement')).toHaveLength(pings)
      const lead = await found(reader.lead(`email:${who}@corp.example`, {}, NOW + 9000))
      expect(own.reduce((sum, { milli }) => sum + milli, 0)).toBe(lead.score_milli)
    }
  })
})

describe('what is told of identities', () => {
  test('each link by the evidence of its own stretch', async () => {
    const browser = randomUUID()
    const day = (back: number) => NOW - back * DAY
    const proven = (at: number, email: string) =>
      says(at, { email, signature: signatureOf({ email }, at + 600_000) })
    const events = [
      proven(day(4), 'a@corp.example'),
      proven(day(3), 'b@corp.example'),
      says(day(2), { email: 'a@corp.example' }),
    ]
    for (const event of events) world.deliver({ browser, human: true, events: [event] }, event.at)
    const links = await found(reader.identities('email:a@corp.example', {}))
    expect(links.map(({ evidence, strength, at }) => [evidence, strength, Date.parse(at)])).toEqual(
      [
        ['signed_identify', 'strong', day(4)],
        ['identify', 'medium', day(2)],
      ],
    )
  })

  test('the address that was proven last is shown, and all of them find the lead', async () => {
    const browser = randomUUID()
    const emails = ['old@corp.example', 'new@corp.example'] as const
    emails.forEach((email, i) => {
      const ids = { user_id: '7', email }
      const at = NOW + i * 1000
      const claim = says(at, { ...ids, signature: signatureOf(ids, at + 600_000) })
      world.deliver({ browser, human: true, events: [claim] }, at)
    })
    for (const email of emails) {
      const lead = await found(reader.lead(`email:${email}`, {}, NOW + 5000))
      expect([lead.email, lead.user_id]).toEqual(['new@corp.example', '7'])
    }
  })
})
