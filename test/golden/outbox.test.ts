import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { NewWebhook } from '../../collector/store/webhook-store.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createWorld, eventAt, found, type World } from '../support/world.ts'

/** What the outbox holds after the commit that made it true. */

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 10, 12)
const HOOK: NewWebhook = {
  url: 'https://crm.example/hook',
  events: null,
  site: null,
  isFull: false,
  secret: `whsec_${'A'.repeat(43)}=`,
  createdAt: NOW,
}

let world: World
beforeEach(() => {
  world = createWorld({ now: NOW - 100 * DAY })
})
afterEach(async () => {
  expect((await world.verify()).differences).toEqual([])
  world.close()
})

interface Message {
  readonly webhook: number
  readonly type: string
  readonly lead: number
  readonly lane: number
  readonly state: string
  readonly dueAt: number | null
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: read as a receiver reads it
  readonly data: any
}

function messages(webhook?: number): Message[] {
  const db = new Database(world.path, { readonly: true })
  const rows = db
    .prepare(
      `SELECT webhook, type, lead, lane, state, due_at AS dueAt, body FROM message ORDER BY id`,
    )
    .all() as Message[]
  db.close()
  return rows
    .filter((row) => webhook === undefined || row.webhook === webhook)
    .map((row) => ({ ...row, data: JSON.parse(row.body).data }))
}
const types = () => messages().map(({ type }) => type)

const says = (at: number, props: Record<string, unknown>): WireEvent =>
  eventAt(at, 'identify', { props: props as never })
const did = (at: number, ...names: string[]): WireEvent[] => names.map((name) => eventAt(at, name))
function happen(browser: string, at: number, events: readonly WireEvent[]): void {
  expect(world.deliver({ browser, human: true, sentAt: at, events }, at).rejected).toEqual([])
}
const leadRef = async (id: string) => {
  const reader = createSqliteReader(world.path, createMailDomains('', ''))
  return found(reader.leadRef(id, {}))
}

/** 95 points a day. */
const KEEN = ['generate_lead', 'begin_checkout', 'trial_start'] as const
const ADA = { email: 'ada@corp.example', user_id: '7', traits: { name: '<b>Ada</b> & co' } }

describe('what is told', () => {
  test('nothing is kept while nobody listens, and nothing of the past once somebody does', () => {
    const browser = randomUUID()
    happen(browser, NOW - DAY, [says(NOW - DAY, ADA), ...did(NOW - DAY, ...KEEN)])
    world.service.addWebhook(HOOK)
    expect(messages()).toEqual([])
    happen(browser, NOW, did(NOW, 'page_view'))
    expect(messages()).toEqual([])
  })

  test('a lead, then its bars and its stage, numbered from 1 and due one after the other', async () => {
    const hook = world.service.addWebhook(HOOK)
    const browser = randomUUID()
    happen(browser, NOW - DAY, [says(NOW - DAY, ADA), ...did(NOW - DAY, ...KEEN)])
    happen(browser, NOW, did(NOW, ...KEEN))
    expect(types()).toEqual([
      'lead.identified',
      'lead.score_crossed',
      'lead.stage_changed',
      'lead.score_crossed',
    ])
    const all = messages(hook)
    expect(all.map(({ data }) => data.sequence)).toEqual([1, 2, 3, 4])
    expect(all.map(({ dueAt }) => dueAt)).toEqual([NOW - DAY, null, null, null])
    expect(all.map(({ data }) => data.bar)).toEqual([undefined, 60, undefined, 100])
    const { data } = all[2] ?? {}
    expect(data).toMatchObject({ lead: 'ld_1', from: 'lead', to: 'mql', by: 'score', stage: 'mql' })
    const sum = data.reasons.reduce((total: number, one: { milli: number }) => total + one.milli, 0)
    expect(sum).toBe(data.score_milli)
    expect(data).toMatchObject({ model_version: 1, engagement: 1, fit: { letter: 'B' } })
    expect(data.grade).toBe('B1')
  })

  test('a body is thin, and full where that was asked for; no text in it is markup', () => {
    const thin = world.service.addWebhook(HOOK)
    const full = world.service.addWebhook({ ...HOOK, isFull: true })
    happen(randomUUID(), NOW, [says(NOW, ADA)])
    const one = messages(thin)[0]
    expect(one?.body).not.toMatch(/ada|corp\.example|user_id/i)
    expect(messages(full)[0]?.data).toMatchObject({ email: ADA.email, name: '<b>Ada</b> & co' })
    const word = { lead: 1, by: 'Sam', label: 'Met <Ada> at a fair', milli: 1000, at: NOW }
    world.service.addAdjustment(word)
    world.service.addOutcome({
      ...{ lead: 1, type: 'qualify_lead', at: NOW, recordedAt: NOW, value: null, currency: null },
      ...{ by: 'Sam', reason: '<https://evil.example|ada@corp.example called>' },
    })
    const said = [thin, full].map((hook) => messages(hook).at(-1))
    expect(said.map((m) => [m?.data.from, m?.data.to, m?.data.by])).toEqual([
      ['lead', 'sql', 'sales'],
      ['lead', 'sql', 'sales'],
    ])
    expect(said[0]?.body).not.toMatch(/ada|fair|called/i)
    expect(said[1]?.data.note).toBe('<https://evil.example|ada@corp.example called>')
    expect(said[1]?.body).not.toMatch(/[<>&]/)
  })

  test('only what a webhook asked for, and of its site', () => {
    const crossed = world.service.addWebhook({ ...HOOK, events: ['lead.score_crossed'] })
    const elsewhere = world.service.addWebhook({ ...HOOK, site: 2 })
    happen(randomUUID(), NOW, [says(NOW, ADA), ...did(NOW, ...KEEN)])
    expect(messages(crossed).map(({ type, data }) => [type, data.sequence])).toEqual([
      ['lead.score_crossed', 1],
    ])
    expect(messages(elsewhere)).toEqual([])
  })

  test('a bar is told of once on the day that crosses it, whatever else happens then', () => {
    const hook = world.service.addWebhook({ ...HOOK, events: ['lead.score_crossed'] })
    const browser = randomUUID()
    happen(browser, NOW, [says(NOW, ADA), ...did(NOW, 'generate_lead', 'begin_checkout')])
    for (const later of [1, 2, 3]) {
      happen(browser, NOW + later * 60_000, did(NOW + later * 60_000, 'page_view'))
    }
    expect(messages(hook).map(({ data }) => data.bar)).toEqual([60])
  })

  test('a bar is crossed once, until the score was well below it', async () => {
    world.service.addWebhook({ ...HOOK, events: ['lead.score_crossed'] })
    const browser = randomUUID()
    const scoreAt = async (at: number) => {
      const reader = createSqliteReader(world.path, createMailDomains('', ''))
      return (await found(reader.lead('ld_1', {}, at))).score
    }
    const before = NOW - 2 * DAY
    happen(browser, before, [says(before, ADA), ...did(before, 'generate_lead', 'begin_checkout')])
    // Every time the night took it below the bar, the day brings it back.
    let crossed = 0
    for (let at = NOW; at < NOW + 40 * DAY; at += DAY) {
      if ((await scoreAt(at)) >= 60) continue
      happen(browser, at, did(at, 'file_download'))
      if ((await scoreAt(at)) >= 60) crossed++
    }
    expect(crossed).toBeGreaterThan(2)
    const told = types().length
    const late = NOW + 200 * DAY
    happen(browser, late, did(late, 'generate_lead', 'begin_checkout'))
    expect([told, types().length]).toEqual([1, 2])
  })

  test('who is known already is not told of again, whatever else is learnt', () => {
    world.service.addWebhook(HOOK)
    const browser = randomUUID()
    happen(browser, NOW, [says(NOW, { email: 'ada@corp.example' })])
    happen(browser, NOW + 1, [
      says(NOW + 1, { email: 'ada@corp.example', traits: { city: 'Bern' } }),
    ])
    happen(browser, NOW + 2, [says(NOW + 2, { ...ADA })])
    happen(randomUUID(), NOW + 3, [says(NOW + 3, { email: 'ada@corp.example' })])
    expect(types()).toEqual(['lead.identified'])
  })

  test('two leads that are one: told once, in the order of both', () => {
    const [shop, phone] = [randomUUID(), randomUUID()]
    world.service.addWebhook(HOOK)
    happen(shop, NOW, [says(NOW, { email: 'ada@corp.example' })])
    const word = { lead: 1, type: 'qualify_lead', at: NOW, recordedAt: NOW, by: 'Sam' } as const
    world.service.addOutcome({ ...word, value: null, currency: null, reason: null })
    happen(phone, NOW + 1, [says(NOW + 1, { user_id: '7' }), ...did(NOW + 1, 'request_demo')])
    // A claim from before both says that they are the same person.
    const claim = says(NOW - DAY, { email: 'ada@corp.example', user_id: '7' })
    happen(shop, NOW + 2, [claim])
    const all = messages()
    // That they are what one of them was before is no news.
    expect(all.map(({ data }) => data.to).filter(Boolean)).toEqual(['sql', 'mql'])
    const merged = all.find(({ type }) => type === 'lead.merged')
    expect(all.map(({ type }) => type)).toContain('lead.merged')
    expect(new Set(all.map(({ lane }) => lane)).size).toBe(1)
    expect(all.filter(({ dueAt }) => dueAt !== null)).toHaveLength(1)
    expect([merged?.data.lead, merged?.data.merged].sort()).toEqual(['ld_1', 'ld_2'])
  })
})

describe('what is erased', () => {
  test('takes every message with it but the one that says so', async () => {
    const hook = world.service.addWebhook({ ...HOOK, isFull: true })
    happen(randomUUID(), NOW, [says(NOW, ADA), ...did(NOW, ...KEEN)])
    happen(randomUUID(), NOW, [says(NOW, { email: 'bob@corp.example' })])
    world.service.erase(await leadRef('email:ada@corp.example'), NOW + 1)
    const own = messages(hook).filter(({ lead }) => lead === 1)
    expect(own.map(({ type, dueAt }) => [type, dueAt])).toEqual([['lead.erased', NOW + 1]])
    expect(Object.keys(own[0]?.data).sort()).toEqual(['at', 'lead', 'sequence', 'site'])
    expect(messages(hook).filter(({ lead }) => lead === 2).length).toBeGreaterThan(0)
    expect(
      messages()
        .map(({ body }) => body)
        .join(),
    ).not.toContain('ada@')
    for (const file of [world.path, `${world.path}-wal`]) {
      const bytes = existsSync(file) ? readFileSync(file, 'latin1') : ''
      expect(bytes).not.toMatch(/ada@corp|Ada<|u003cb/)
    }
  })

  test('what is old, and what was to go where nobody listens any more', () => {
    const hook = world.service.addWebhook(HOOK)
    happen(randomUUID(), NOW, [says(NOW, ADA)])
    const [one] = world.service.dueMessages(NOW, [], 4)
    const late = NOW + 31 * DAY
    world.service.prune(late, false)
    expect(messages()).toHaveLength(1)
    const tried = { ref: one?.ref ?? 0, webhook: hook, at: NOW, status: 200, error: null }
    world.service.noteTries([{ ...tried, became: { kind: 'delivered' }, pausedUntil: null }])
    world.service.prune(late, false)
    expect(messages()).toEqual([])
    happen(randomUUID(), NOW, [says(NOW, { email: 'bob@corp.example' })])
    world.service.removeWebhook(hook)
    expect(messages()).toEqual([])
  })
})

test('secrets are sealed, and the one that was replaced signs too for a while', () => {
  world.service.addWebhook(HOOK)
  happen(randomUUID(), NOW, [says(NOW, ADA)])
  const db = new Database(world.path, { readonly: true })
  expect(JSON.stringify(db.prepare('SELECT * FROM webhook').all())).not.toContain('whsec_')
  db.close()
  expect(world.service.dueMessages(NOW, [], 4)[0]?.secrets).toEqual([HOOK.secret])
  world.service.rotateWebhook(1, 'whsec_new', NOW + DAY)
  expect(world.service.dueMessages(NOW, [], 4)[0]?.secrets).toEqual(['whsec_new', HOOK.secret])
  expect(world.service.dueMessages(NOW + DAY, [], 4)[0]?.secrets).toEqual(['whsec_new'])
})
