import { expect, test } from 'vitest'
import { createVeil } from '../../collector/http/veil.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { DIMENSIONS, TOUCHES } from '../../collector/store/reports.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import { type Random, randomOf } from '../support/random.ts'
import { found } from '../support/world.ts'
import {
  DAY,
  deliver,
  forWorlds,
  leadsIn,
  linkedVisitors,
  networkGroups,
  openStore,
  readDb,
  type TestStore,
  WORLD_MODEL,
} from './worlds.ts'

/**
 * What the reader remembers between readings is what it would read: over random worlds, after whatever people
 * and the clock do to them, every screen says what a reader says that remembers nothing, and two screens say
 * the same of one thing.
 */

const OUTCOMES = [
  'working_lead',
  'qualify_lead',
  'open_opportunity',
  'close_convert_lead',
  'disqualify_lead',
  'recycle_lead',
] as const
const SORTS = ['-score', '-change', 'name', '-last_seen', 'first_seen', 'grade', 'stage', 'email']
/** Other numbers, other people left out, other fit, and another matcher. */
const MODELS = [
  WORLD_MODEL,
  WORLD_MODEL.replace('points: 10', 'points: 22'),
  `${WORLD_MODEL}exclude: { emails: ["w*p0@*"] }\n`,
  WORLD_MODEL.replace('points: 35', 'points: 1'),
  WORLD_MODEL.replace('{ id: cart,', '{ id: cart, hand_raise: true,'),
  WORLD_MODEL.replace('key: ["/pricing*", ', 'key: ["/lp*", '),
]

/** Something that somebody, or the clock, does. */
function happen(store: TestStore, random: Random, now: number): void {
  const { service } = store
  const leads = leadsIn(store.path)
  const lead = leads.length > 0 ? random.pick(leads).ref : 0
  const said = (table: 'outcome' | 'adjustment') =>
    readDb(store.path, (db) => db.prepare(`SELECT id, lead FROM ${table}`).raw().all()) as [
      number,
      number,
    ][]
  const links = linkedVisitors(store.path, 'w')
  const at = now - random.pick([0, 0, DAY, 9 * DAY])
  switch (random.int(9)) {
    case 0:
    case 1: {
      const type = random.pick(OUTCOMES)
      const value = random.pick([null, 5, 1200.5])
      const sold = { value, currency: value === null ? null : random.pick(['EUR', 'USD']) }
      service.addOutcome({ lead, type, ...sold, reason: null, by: 'me', at, recordedAt: now })
      return
    }
    case 2:
      for (const [id, of] of said('outcome').slice(0, 1)) service.removeOutcome(of, id, now)
      return
    case 3:
      service.addAdjustment({ lead, milli: random.pick([-9000, 30_000]), label: 'x', at, by: 'me' })
      return
    case 4:
      for (const [id, of] of said('adjustment').slice(0, 1)) service.removeAdjustment(of, id, now)
      return
    case 5:
      if (links.length > 0) {
        const { visitor, lead: of } = random.pick(links)
        service.unlink({ visitor, lead: of, at: now, by: 'me' })
      }
      return
    case 6:
      if (random.int(3) === 0) service.erase(lead, now)
      return
    default:
      service.publishModel({ yaml: random.pick(MODELS), note: '', by: 'me', publishedAt: now })
  }
}

const fresh = (store: TestStore) => createSqliteReader(store.path, createMailDomains('', ''))

/** All that the screens show. */
async function allOf(reader: InternalReader, now: number) {
  const lists = await Promise.all(
    SORTS.map(async (sort) => [sort, await found(reader.leadPage({ sort, limit: 100 }, now))]),
  )
  const reports = await Promise.all(
    DIMENSIONS.flatMap((by) =>
      TOUCHES.map((touch) => reader.sources({ by, touch, since: now - 9 * DAY }, now)),
    ),
  )
  const ids = (await found(reader.leadPage({ limit: 100 }, now))).data.map(({ id }) => id)
  return {
    ...Object.fromEntries(lists),
    order: await reader.leadOrder({ sort: '-change' }, now),
    reports,
    everything: await reader.sources({}, now),
    pages: await reader.pages({}, now),
    attention: await reader.attention({}, now),
    arrived: await reader.arrived({ since: now - 3 * DAY }, now),
    rules: await reader.rulesLately(now),
    leads: await Promise.all(ids.map((id) => found(reader.explained(id, {}, now)))),
    trends: await Promise.all(ids.map((id) => found(reader.trend(id, {}, now)))),
    visitors: await found(reader.visitors({ limit: 100 }, now)),
    versions: await reader.modelVersions(),
  }
}

async function expectSame(store: TestStore, now: number): Promise<void> {
  expect(await allOf(store.reader, now)).toEqual(await allOf(fresh(store), now))
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** One thing is said alike wherever it is said. */
async function expectAlike(reader: InternalReader, now: number): Promise<void> {
  const list = await found(reader.leadPage({ limit: 100 }, now))
  const scoreThen = async (id: string, asOf: number) =>
    (await found(reader.score(id, { asOf }, now))).score_milli
  for (const row of list.data) {
    const { id } = row
    const { lead } = await found(reader.explained(id, {}, now))
    const alone: LeadJson = await found(reader.lead(id, {}, now))
    const score = await found(reader.score(id, {}, now))
    expect(lead).toEqual(alone)
    expect([row.score_milli, row.grade, row.percentile, row.stage]).toEqual([
      score.score_milli,
      score.grade,
      score.percentile,
      score.stage,
    ])
    expect(sum(lead.reasons.map(({ milli }) => milli))).toBe(score.score_milli)
    const trend = await found(reader.trend(id, {}, now))
    expect(row.trend_milli).toEqual(trend.map(({ score_milli }) => score_milli))
    const today = Math.floor(now / DAY)
    for (const back of [0, 1, 3, 7, 8, 20]) {
      const end = Math.min(now, (today - back + 1) * DAY - 1)
      expect([id, back, trend.at(-1 - back)?.score_milli]).toEqual([
        id,
        back,
        await scoreThen(id, end),
      ])
    }
    expect(row.change_milli).toBe(row.score_milli - (await scoreThen(id, (today - 6) * DAY - 1)))
  }
  const totalOf = async (stage: LeadJson['stage']) =>
    (await found(reader.leadPage({ stage, limit: 1 }, now))).total
  const { waiting, in_hand, heating, cooling } = await reader.attention({}, now)
  expect(waiting.total + in_hand.total).toBe(await totalOf('mql'))
  for (const { lead, before_milli, change_milli } of [...heating, ...cooling]) {
    const row = list.data.find(({ id }) => id === lead.id)
    expect([lead.id, change_milli]).toEqual([lead.id, row?.change_milli])
    expect(before_milli + change_milli).toBe(lead.score_milli)
  }
  const report = await reader.sources({}, now)
  expect((report?.total.leads ?? 0) + (report?.excluded.leads ?? 0)).toBe(list.total)
  expect(report?.excluded.leads).toBe(list.data.filter(({ excluded }) => excluded).length)
}

/** Whoever may not see addresses reads none, anywhere. */
async function expectVeiled(reader: InternalReader, now: number): Promise<void> {
  const veil = createVeil(reader)
  const all = await veil.answerFor(false, () => allOf(veil.reader, now))
  const address = /w\d+_p\d@/
  expect(address.exec(JSON.stringify(await allOf(reader, now)))).not.toBeNull()
  expect(address.exec(JSON.stringify(all))).toBeNull()
}

/** What is said to happen next, by the clock alone, happens then and not before. */
async function expectForetold(store: TestStore, start: number): Promise<number> {
  let [now, told] = [start, 0]
  const until = (at: number) => {
    store.service.look(at)
    while (store.service.work(at));
    now = at
  }
  until(now)
  const ids = (await found(store.reader.leadPage({ limit: 100 }, now))).data.map(({ id }) => id)
  const stageOf = async (id: string) => (await found(store.reader.lead(id, {}, now))).stage
  for (let step = 0; step < 8; step += 1) {
    const all = await Promise.all(ids.map((id) => found(store.reader.explained(id, {}, now))))
    const [soonest] = all
      .flatMap(({ lead, prospect: { next } }) =>
        next ? { ...lead, at: Date.parse(next.at), to: next.to } : [],
      )
      .sort((a, b) => a.at - b.at)
    if (!soonest) break
    const { id, stage, at, to } = soonest
    expect([id, at > now]).toEqual([id, true])
    if (at - 1 > now) until(at - 1)
    expect([id, step, await stageOf(id)]).toEqual([id, step, stage])
    until(at)
    expect([id, step, await stageOf(id)]).toEqual([id, step, to])
    told += 1
  }
  return told
}

test('what the clock will do next is foretold to the millisecond', {
  timeout: 3_600_000,
}, async () => {
  let told = 0
  await forWorlds(
    async (worlds) => {
      const store = openStore()
      try {
        const random = randomOf(sum(worlds.map(({ plan }) => plan.network)) | 0)
        let now = 0
        for (const group of networkGroups(worlds)) {
          deliver(store, group)
          now = Math.max(now, ...group.map(({ receivedAt }) => receivedAt))
          if (random.int(6) === 0) happen(store, random, now)
        }
        store.service.look(now)
        while (store.service.work(now));
        told += await expectForetold(store, now)
      } finally {
        store.close()
      }
    },
    15,
    0.25,
  )
  expect(told).toBeGreaterThan(0)
})

test('a reader that remembers says what one says that does not', {
  timeout: 3_600_000,
}, async () => {
  await forWorlds(
    async (worlds) => {
      const store = openStore()
      try {
        const random = randomOf(sum(worlds.map(({ plan }) => plan.network)) | 0)
        let now = 0
        const groups = networkGroups(worlds)
        for (const group of groups) {
          deliver(store, group)
          now = Math.max(now, ...group.map(({ receivedAt }) => receivedAt))
          if (random.int(4) > 0) continue
          if (random.int(4) === 0) now += random.int(3 * DAY)
          happen(store, random, now)
          store.service.look(now)
          while (store.service.work(now));
          if (random.int(8) === 0) await expectSame(store, now)
          else await store.reader.leadPage({ sort: '-change' }, now)
        }
        await expectSame(store, now)
        await expectAlike(store.reader, now)
        await expectVeiled(store.reader, now)
        // A clock that was wrong, and is put right.
        await allOf(store.reader, now + 2 * DAY)
        await expectSame(store, now)
        now += 420 * DAY
        store.service.prune(now, false)
        await expectSame(store, now)
      } finally {
        store.close()
      }
    },
    15,
    0.25,
  )
})
