import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { DecisionJson } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createWorld, defaultModelYaml, eventAt, found, type World } from '../support/world.ts'

/** Stages as the store keeps them: decided at commit and by the clock, once, and on record. */

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 10, 12)

let world: World
let reader: InternalReader

beforeEach(() => {
  world = createWorld({ now: NOW - 100 * DAY })
  reader = createSqliteReader(world.path, createMailDomains('', ''))
})
afterEach(async () => {
  expect((await world.verify()).differences).toEqual([])
  world.close()
})

const says = (at: number, props: Record<string, string>): WireEvent =>
  eventAt(at, 'identify', { props })
const did = (at: number, ...types: string[]): WireEvent[] => types.map((type) => eventAt(at, type))

/** Events of one browser, delivered as they happen. */
function happen(browser: string, at: number, events: readonly WireEvent[]): void {
  const answer = world.deliver({ browser, human: true, sentAt: at, events }, at)
  expect(answer.rejected).toEqual([])
}

const decisionsOf = async (id: string): Promise<readonly DecisionJson[]> =>
  (await found(reader.decisions(id, {}))).toReversed()
const stepsOf = async (id: string) =>
  (await decisionsOf(id)).map(({ from, to, by }) => `${from} → ${to} by ${by}`)
const stageOf = async (id: string, now = NOW) => (await found(reader.lead(id, {}, now))).stage

const ADA = 'email:ada@corp.example'
/** 40 for the form, 25 for the checkout, 30 for the trial: 95 a day, less than an MQL; two days are enough. */
const KEEN = ['generate_lead', 'begin_checkout', 'trial_start'] as const

function becomeKeen(browser: string, at: number): void {
  happen(browser, at - DAY, [
    says(at - DAY, { email: 'ada@corp.example' }),
    ...did(at - DAY, ...KEEN),
  ])
  happen(browser, at, did(at, ...KEEN))
}

describe('the way up', () => {
  test('a hundred points on a second active day, and what it was decided on stays on record', async () => {
    const browser = randomUUID()
    happen(browser, NOW, [
      says(NOW, { email: 'ada@corp.example' }),
      ...did(NOW, ...KEEN, 'sign_up'),
    ])
    expect((await found(reader.lead(ADA, {}, NOW))).score).toBeGreaterThan(100)
    expect(await stepsOf(ADA)).toEqual([])
    happen(browser, NOW + DAY, did(NOW + DAY, 'add_to_cart'))
    expect(await stepsOf(ADA)).toEqual(['lead → mql by score'])
    const [decision] = await decisionsOf(ADA)
    const score = await found(reader.score(ADA, {}, NOW + DAY))
    expect(decision).toMatchObject({
      score_milli: score.score_milli,
      reasons: score.reasons,
      fit: score.fit,
      model_version: 1,
      at: new Date(NOW + DAY).toISOString(),
    })
    // A late event changes the score, not what was announced.
    const late = { browser, human: true, sentAt: NOW + 2 * DAY, events: did(NOW, 'file_download') }
    world.deliver(late, NOW + 2 * DAY)
    const after = await found(reader.score(ADA, { asOf: NOW + DAY }, NOW + 2 * DAY))
    expect(after.score_milli).toBeGreaterThan(score.score_milli)
    expect(await decisionsOf(ADA)).toEqual([decision])
  })

  test('a hand raise at once, whatever the score, also one from before the name was known', async () => {
    const browser = randomUUID()
    happen(browser, NOW, did(NOW, 'request_demo'))
    happen(browser, NOW + 5000, [says(NOW + 5000, { email: 'ada@corp.example' })])
    expect(await stepsOf(ADA)).toEqual(['lead → mql by hand_raise'])
  })

  test('own staff is scored, and never becomes an MQL', async () => {
    const yaml = `${defaultModelYaml()}\nexclude: { email_domains: [corp.example] }\n`
    world.service.publishModel({ yaml, note: 'ours', by: 'test', publishedAt: NOW - 50 * DAY })
    becomeKeen(randomUUID(), NOW)
    happen(randomUUID(), NOW, [
      says(NOW, { email: 'ada@corp.example' }),
      ...did(NOW, 'request_demo'),
    ])
    const lead = await found(reader.lead(ADA, {}, NOW))
    expect(lead).toMatchObject({ stage: 'lead', excluded: 'own staff' })
    expect(lead.score).toBeGreaterThan(100)
    expect(await stepsOf(ADA)).toEqual([])
  })

  test('behaviour of a browser that a program drives comes to nothing, also when that is known late', async () => {
    const [browser, session] = [randomUUID(), randomUUID()]
    const url = 'https://www.shop.com/pricing'
    const own = (events: WireEvent[]) => events.map((event) => ({ ...event, session, url }))
    happen(browser, NOW, own([says(NOW, { email: 'ada@corp.example' }), ...did(NOW, ...KEEN)]))
    expect((await found(reader.lead(ADA, {}, NOW))).score).toBeGreaterThan(90)
    const driven = eventAt(NOW + 10, 'page_view', { props: { webdriver: true } })
    happen(browser, NOW + 10, own([driven]))
    const lead = await found(reader.lead(ADA, {}, NOW + 10))
    expect(lead.score).toBe(0)
    const { data } = await found(reader.timeline(ADA, {}, NOW + 10))
    expect(data[0]).toMatchObject({ bot: 'webdriver' })
    const past = await found(reader.score(ADA, { asOf: NOW + 5 }, NOW + 10))
    expect(past.score).toBe(0)
  })
})

describe('the way down', () => {
  test('the clock alone, once the score was below for a fortnight, without anybody coming', async () => {
    becomeKeen(randomUUID(), NOW)
    expect(await stageOf(ADA)).toBe('mql')
    let fell = 0
    for (let day = 1; day < 200 && fell === 0; day += 1) {
      const { score } = await found(reader.score(ADA, {}, NOW + day * DAY))
      if (score < 60) fell = Math.floor((NOW + day * DAY) / DAY) * DAY
    }
    expect(fell).toBeGreaterThan(NOW)
    world.service.look(fell + 14 * DAY - 1)
    expect(await stageOf(ADA)).toBe('mql')
    world.service.look(fell + 14 * DAY)
    expect(await stepsOf(ADA)).toEqual(['lead → mql by score', 'mql → lead by clock'])
  })

  test('after a long sleep, what was due is decided as of when it was due, before anything new', async () => {
    const browser = randomUUID()
    becomeKeen(browser, NOW)
    const later = NOW + 300 * DAY
    happen(browser, later, did(later, 'page_view'))
    const [, down] = await decisionsOf(ADA)
    expect(down).toMatchObject({ to: 'lead', by: 'clock' })
    expect(Date.parse(down?.at ?? '')).toBeLessThan(NOW + 120 * DAY)
  })

  test('again only after the cool-down, or on a new hand raise', async () => {
    const browser = randomUUID()
    becomeKeen(browser, NOW)
    world.service.look(NOW + 200 * DAY)
    becomeKeen(browser, NOW + 201 * DAY)
    expect((await stepsOf(ADA)).length).toBe(3)
    const outcome = { value: null, currency: null, reason: null, by: 'ann' }
    const lead = Number(await found(reader.leadRef(ADA, {})))
    const at = NOW + 202 * DAY
    world.service.addOutcome({ lead, type: 'recycle_lead', at, recordedAt: at, ...outcome })
    becomeKeen(browser, at + 2 * DAY)
    expect((await stepsOf(ADA)).at(-1)).toBe('mql → recycled by sales')
    happen(browser, at + 3 * DAY, did(at + 3 * DAY, 'request_quote'))
    expect((await stepsOf(ADA)).at(-1)).toBe('recycled → mql by hand_raise')
  })
})

describe('two leads that turn out to be one', () => {
  test('keep what was said and decided of either, and are not announced again', async () => {
    const [one, two] = [randomUUID(), randomUUID()]
    happen(one, NOW - DAY, [says(NOW - DAY, { user_id: '42' })])
    happen(two, NOW, [says(NOW, { email: 'ada@corp.example' }), ...did(NOW, 'request_demo')])
    expect(await stepsOf(ADA)).toEqual(['lead → mql by hand_raise'])
    const gone = await found(reader.leadRef(ADA, {}))
    world.service.addAdjustment({
      lead: gone,
      label: 'Met at a fair',
      milli: 7000,
      at: NOW,
      by: 'ann',
    })
    // A claim from before both says that they are the same person.
    const claim = says(NOW - 2 * DAY, { user_id: '42', email: 'ada@corp.example' })
    world.deliver({ browser: one, human: true, sentAt: NOW + 1000, events: [claim] }, NOW + 1000)
    expect(await found(reader.leadRef('user:42', {}))).toBe(await found(reader.leadRef(ADA, {})))
    expect(await stageOf('user:42')).toBe('mql')
    expect(await stepsOf('user:42')).toEqual(['lead → mql by hand_raise'])
    const { reasons } = await found(reader.score('user:42', {}, NOW + 2000))
    expect(reasons).toContainEqual({ kind: 'adjustment', label: 'Met at a fair', milli: 7000 })
    const { data } = await found(reader.leads({}, NOW + 2000))
    expect(data).toHaveLength(1)
  })

  test('and are not: what sales said and people gave goes back to whom it was said of', async () => {
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()]
    happen(one, NOW - DAY, [says(NOW - DAY, { user_id: '42' }), ...did(NOW - DAY, 'page_view')])
    becomeKeen(two, NOW)
    const anna = await found(reader.leadRef(ADA, {}))
    const outcome = { lead: anna, value: 9000, currency: 'EUR', reason: null, by: 'ann' }
    world.service.addOutcome({ ...outcome, type: 'qualify_lead', at: NOW, recordedAt: NOW })
    const gift = { lead: anna, label: 'Met at a fair', milli: 7000, at: NOW, by: 'ann' }
    world.service.addAdjustment(gift)
    const before = await found(reader.score(ADA, {}, NOW + 500))
    const steps = await stepsOf(ADA)
    const other = await found(reader.score('user:42', {}, NOW + 500))

    // Anybody may say so, and date it before both.
    const claim = says(NOW - 2 * DAY, { user_id: '42', email: 'ada@corp.example' })
    world.deliver({ browser: three, human: true, sentAt: NOW + 600, events: [claim] }, NOW + 600)
    expect(await stageOf('user:42', NOW + 600)).toBe('sql')
    const fused = await found(reader.leadRef(ADA, {}))
    expect(fused).toBe(await found(reader.leadRef('user:42', {})))
    const links = await found(reader.identities(ADA, {}))
    const wrong = links.find(({ browser }) => browser === three)
    const visitor = Number(wrong?.visitor.slice(3))
    expect(world.service.unlink({ visitor, lead: fused, at: NOW + 700, by: 'ann' })).toBe(true)

    const after = await found(reader.score(ADA, {}, NOW + 800))
    expect([after.stage, after.reasons]).toEqual(['sql', before.reasons])
    expect((await stepsOf(ADA)).slice(0, steps.length)).toEqual(steps)
    expect(await found(reader.outcomes(ADA, {}))).toMatchObject([{ value: 9000 }])
    const parted = await found(reader.score('user:42', {}, NOW + 800))
    expect([parted.stage, parted.score_milli]).toEqual(['lead', other.score_milli])
    expect(await found(reader.outcomes('user:42', {}))).toEqual([])
  })
})

test('what was said of a person stays with who is left when the claim it was said under is undone', async () => {
  const [one, two] = [randomUUID(), randomUUID()]
  const ids = { user_id: '42', email: 'ada@corp.example' }
  happen(one, NOW - DAY, [says(NOW - DAY, ids), ...did(NOW - DAY, 'page_view')])
  happen(two, NOW, [says(NOW, { email: 'ada@corp.example' }), ...did(NOW, 'request_demo')])
  const lead = await found(reader.leadRef(ADA, {}))
  const outcome = { lead, value: null, currency: null, reason: null, by: 'ann' }
  world.service.addOutcome({ ...outcome, type: 'qualify_lead', at: NOW, recordedAt: NOW })
  const wrong = (await found(reader.identities(ADA, {}))).find(({ browser }) => browser === one)
  const visitor = Number(wrong?.visitor.slice(3))
  world.service.unlink({ visitor, lead, at: NOW + 1000, by: 'ann' })
  expect(await found(reader.leadRef(ADA, {}))).toBe(lead)
  expect(await stageOf(ADA, NOW + 1000)).toBe('sql')
  expect(await stageOf('user:42', NOW + 1000)).toBe('lead')
  expect((await found(reader.score('user:42', {}, NOW + 1000))).score).toBe(0)
})

describe('sales’ word', () => {
  test('sets the stage whatever the score, and taken back leaves what was before', async () => {
    const browser = randomUUID()
    becomeKeen(browser, NOW)
    const lead = await found(reader.leadRef(ADA, {}))
    const outcome = { lead, value: null, currency: null, reason: 'good call', by: 'ann' }
    const at = NOW + 1000
    const ref = world.service.addOutcome({ ...outcome, type: 'qualify_lead', at, recordedAt: at })
    expect(await stageOf(ADA)).toBe('sql')
    world.service.look(NOW + 400 * DAY)
    expect(await stageOf(ADA)).toBe('sql')
    expect(world.service.removeOutcome(lead + 1, ref ?? 0, at)).toBe(false)
    expect(world.service.removeOutcome(lead, ref ?? 0, at)).toBe(true)
    expect(await stageOf(ADA)).toBe('mql')
    expect(await stepsOf(ADA)).toEqual([
      'lead → mql by score',
      'mql → sql by sales',
      'sql → mql by sales',
    ])
    expect((await decisionsOf(ADA)).map(({ note }) => note)).toEqual([
      null,
      'good call',
      'taken back',
    ])
  })

  test('that it is to be nurtured again, taken back, leaves an MQL', async () => {
    becomeKeen(randomUUID(), NOW)
    const lead = await found(reader.leadRef(ADA, {}))
    const outcome = { lead, value: null, currency: null, reason: null, by: 'ann' }
    const at = NOW + 1000
    const ref = world.service.addOutcome({ ...outcome, type: 'recycle_lead', at, recordedAt: at })
    expect(await stageOf(ADA)).toBe('recycled')
    world.service.removeOutcome(lead, ref ?? 0, at + 1000)
    expect(await stageOf(ADA)).toBe('mql')
  })

  test('a worked MQL is not sent back by the clock', async () => {
    becomeKeen(randomUUID(), NOW)
    const lead = await found(reader.leadRef(ADA, {}))
    const outcome = { lead, value: null, currency: null, reason: null, by: 'ann' }
    world.service.addOutcome({ ...outcome, type: 'working_lead', at: NOW + 1, recordedAt: NOW + 1 })
    world.service.look(NOW + 400 * DAY)
    expect(await stageOf(ADA)).toBe('mql')
  })
})

describe('another model', () => {
  const publish = (yaml: string, at: number) =>
    world.service.publishModel({ yaml, note: 'test', by: 'test', publishedAt: at })

  test('with other numbers scores at once, and its thresholds are applied to everybody', async () => {
    const browser = randomUUID()
    happen(browser, NOW - DAY, [
      says(NOW - DAY, { email: 'ada@corp.example' }),
      ...did(NOW - DAY, 'trial_start'),
    ])
    happen(browser, NOW, did(NOW, 'trial_start'))
    expect(await stageOf(ADA)).toBe('lead')
    const before = await found(reader.score(ADA, {}, NOW))
    const yaml = defaultModelYaml()
      .replace('enter: 100, exit: 60', 'enter: 35, exit: 20')
      .replace(
        'points: 30, repeat: 0, max_per_day: 1, half_life_days: 30, cap: 40',
        'points: 50, half_life_days: 30',
      )
    expect(publish(yaml, NOW)).toEqual({ version: 2, isActive: true })
    world.service.look(NOW)
    const after = await found(reader.score(ADA, {}, NOW))
    expect(after.score_milli).toBeGreaterThan(before.score_milli)
    expect(after.model_version).toBe(2)
    expect(await stepsOf(ADA)).toEqual(['lead → mql by score'])
    expect((await found(reader.score(ADA, { model: 1 }, NOW))).score_milli).toBe(before.score_milli)
  })

  test('that counts other events answers when they are counted, those that came meanwhile too', async () => {
    const browser = randomUUID()
    const url = 'https://shop.example/tour'
    const tour = (at: number) => eventAt(at, 'page_view', { url })
    happen(browser, NOW, [says(NOW, { email: 'ada@corp.example' }), tour(NOW), tour(NOW + 1)])
    const yaml = defaultModelYaml().replace('key: ["/pricing*"', 'key: ["/tour*", "/pricing*"')
    expect(publish(yaml, NOW)).toEqual({ version: 2, isActive: false })
    happen(browser, NOW + 100, [tour(NOW + 100)])
    expect((await found(reader.score(ADA, {}, NOW + 100))).model_version).toBe(1)
    while (world.service.work(NOW + 200));
    const { reasons, model_version } = await found(reader.score(ADA, {}, NOW + 200))
    expect(model_version).toBe(2)
    expect(reasons.find(({ rule }) => rule === 'pricing_view')).toMatchObject({
      count: 3,
      milli: 17_500,
    })
    // And back: the old counts are gone, so they are counted again.
    expect(publish(defaultModelYaml(), NOW + 300)).toEqual({ version: 3, isActive: false })
    while (world.service.work(NOW + 300));
    const back = await found(reader.score(ADA, {}, NOW + 400))
    expect(back.reasons.find(({ rule }) => rule === 'pricing_view')).toBeUndefined()
  })

  test('a scan that is cut off begins again with the next start', async () => {
    const browser = randomUUID()
    happen(browser, NOW, [says(NOW, { email: 'ada@corp.example' }), ...did(NOW, 'page_view')])
    const yaml = defaultModelYaml().replace('on: sign_up', 'on: [sign_up, page_view]')
    publish(yaml, NOW)
    world.restart(NOW + 1000)
    while (world.service.work(NOW + 1000));
    const { reasons } = await found(reader.score(ADA, {}, NOW + 1000))
    expect(reasons.find(({ rule }) => rule === 'newsletter')).toMatchObject({ count: 1 })
  })
})
