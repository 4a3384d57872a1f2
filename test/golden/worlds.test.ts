import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { grossMilli } from '../../collector/scoring/tables.ts'
import type { Reason, ScoreJson } from '../../collector/store/shapes.ts'
import { eventAt, found, modelOf } from '../support/world.ts'
import {
  type Batch,
  bucketsIn,
  byArrival,
  cutOf,
  DAY,
  deliver,
  deliverTidily,
  deliverUntidily,
  differencesOf,
  END,
  forWorlds,
  instantAt,
  leadsIn,
  linkedVisitors,
  MINUTE,
  networkGroups,
  openStore,
  readDb,
  type StoredLead,
  stateOf,
  type TestStore,
  type Told,
  undo,
  undoneIn,
  WORLD_MODEL,
  withRules,
} from './worlds.ts'

/** The promises of SCORING.md over random worlds; see worlds.ts. */

const timeout = 3_600_000

/** Opens stores, and closes them whatever happens. */
async function withStores(use: (open: typeof openStore) => Promise<void>): Promise<void> {
  const opened: TestStore[] = []
  try {
    await use((options) => {
      const store = openStore(options)
      opened.push(store)
      return store
    })
  } finally {
    for (const store of opened) store.close()
  }
}

function expectSame(one: TestStore, other: TestStore): void {
  expect(differencesOf(stateOf(one.path), stateOf(other.path))).toEqual([])
}

async function expectSound(...stores: readonly TestStore[]): Promise<void> {
  for (const store of stores) expect((await store.verify()).differences).toEqual([])
}

function undoAfterwards(store: TestStore, worlds: readonly Told[]): void {
  for (const world of worlds) {
    for (const { which, share } of world.plan.undos) {
      undo(store, world, { which, at: instantAt(world, share) })
    }
  }
}

interface Gift {
  readonly lead: StoredLead
  readonly milli: number
  readonly at: number
}

/** Gives the points that the worlds' plans give, and says who got them. */
function give(store: TestStore, worlds: readonly Told[]): Gift[] {
  return worlds.flatMap((world) => {
    const leads = leadsIn(store.path, world.tag).filter(({ claims }) => claims.length > 0)
    return world.plan.gifts.flatMap(({ whose, milli, share }): Gift[] => {
      const lead = leads[whose % Math.max(1, leads.length)]
      if (!lead) return []
      const gift = { lead, milli, at: instantAt(world, share) }
      addGift(store, gift)
      return [gift]
    })
  })
}

function addGift(store: TestStore, { lead, milli, at }: Gift): void {
  store.service.addAdjustment({ lead: lead.ref, label: 'by hand', milli, at, by: 'test' })
}

const sum = (reasons: readonly Reason[]) => reasons.reduce((total, { milli }) => total + milli, 0)

test('any order of arrival leaves the state of a tidy delivery, and undoing links does too', {
  timeout,
}, async () => {
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const [tidy, untidy] = [open(), open()]
      deliverTidily(tidy, worlds)
      deliverUntidily(untidy, worlds)
      expectSame(tidy, untidy)
      undoAfterwards(tidy, worlds)
      undoAfterwards(untidy, worlds)
      expectSame(tidy, untidy)
      await expectSound(tidy, untidy)
    }),
  )
})

test('a link that is undone between deliveries stays undone, whatever claims come late', {
  timeout,
}, async () => {
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const untidy = open()
      const groups = networkGroups(worlds)
      groups.forEach((group, i) => {
        deliver(untidy, group)
        for (const world of worlds) {
          for (const { which, share } of world.plan.undos) {
            if (Math.floor(share * (groups.length - 1)) !== i) continue
            undo(untidy, world, { which, at: Math.max(...group.map((one) => one.receivedAt)) })
          }
        }
      })
      const tidy = open({ undone: undoneIn(untidy.path) })
      deliverTidily(tidy, worlds)
      expectSame(tidy, untidy)
      await expectSound(tidy, untidy)
      expect(heldByUndoneClaims(untidy.path)).toEqual([])
    }),
  )
})

/** Claims that an undo names and that still hold their browser, or that are not marked as void. */
function heldByUndoneClaims(path: string): unknown[] {
  return readDb(path, (db) =>
    db
      .prepare(
        `SELECT c.id, c.at, c.void, v.lead FROM unlink u JOIN claim c ON c.browser = u.browser
           JOIN visitor v ON v.browser = c.browser
         WHERE c.at <= u.at AND c.at >= coalesce(u.from_at, -9e15) AND c.at < coalesce(u.to_at, 9e15)
           AND CASE WHEN c.user_id IS NULL
             THEN c.email IN (SELECT value FROM json_each(u.ids, '$.emails'))
             ELSE c.user_id IN (SELECT value FROM json_each(u.ids, '$.userIds')) END
           AND coalesce(v.from_at, -9e15) <= c.at
           AND NOT EXISTS (SELECT 1 FROM visitor n WHERE n.browser = v.browser
             AND n.from_at > coalesce(v.from_at, -9e15) AND n.from_at <= c.at)
           AND NOT EXISTS (SELECT 1 FROM claim o WHERE o.browser = c.browser AND o.at = c.at
             AND o.void = 0)
           AND (c.void = 0 OR v.lead IS NOT NULL)`,
      )
      .all(),
  )
}

test('the reasons of a score add up to it, now and on any day, and no score is below zero', {
  timeout,
}, async () => {
  let [capped, floored] = [0, 0]
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const store = open()
      deliverUntidily(store, worlds)
      undoAfterwards(store, worlds)
      give(store, worlds)
      const { reader } = store
      const check = ({ score_milli, score, reasons }: ScoreJson) => {
        expect(Number.isSafeInteger(score_milli)).toBe(true)
        expect(score_milli).toBeGreaterThanOrEqual(0)
        expect(score).toBe(score_milli / 1000)
        expect(sum(reasons)).toBe(score_milli)
        expect(reasons.every(({ milli }) => Number.isInteger(milli))).toBe(true)
        if (reasons.some(({ kind }) => kind === 'cap')) capped += 1
        if (reasons.some(({ kind }) => kind === 'floor')) floored += 1
      }
      for (const world of worlds) {
        const days = [world.from, cutOf(world), world.to, world.to + 3 * DAY, world.to + 40 * DAY]
        for (const { id } of leadsIn(store.path, world.tag)) {
          check(await found(reader.lead(id, {}, END)))
          for (const asOf of days) check(await found(reader.score(id, { asOf }, END + 60 * DAY)))
          for (const { day, score_milli } of await found(reader.trend(id, {}, END))) {
            if (Date.parse(day) > world.to + DAY || Date.parse(day) < world.from) continue
            const asOf = Math.min(END, Date.parse(day) + DAY - 1)
            const then = await found(reader.score(id, { asOf }, END))
            expect(score_milli).toBe(then.score_milli)
          }
        }
      }
      const visitors = readDb(store.path, (db) =>
        db.prepare('SELECT id FROM visitor').pluck().all(),
      )
      for (const ref of visitors) {
        check(await found(reader.visitor(`vi_${ref}`, {}, END)))
        check(await found(reader.visitor(`vi_${ref}`, {}, END - 20 * DAY)))
      }
    }),
  )
  expect(capped).toBeGreaterThan(0)
  expect(floored).toBeGreaterThan(0)
})

test('a score as of an instant is the score of the world that ends there', {
  timeout,
}, async () => {
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const full = open()
      deliverUntidily(full, worlds)
      undoAfterwards(full, worlds)
      const gifts = give(full, worlds)
      const cut = open({ undone: undoneIn(full.path) })
      const bots = eventsOfBots(full.path)
      for (const batch of byArrival(worlds.flatMap((world) => cutBatches(world, bots)))) {
        deliver(cut, [batch])
      }
      for (const world of worlds) await compareCut({ world, full, cut, gifts })
      await expectSound(cut)
    }),
  )
})

/** Events, by browser and id, in sessions that a program gave itself away in: a verdict for every instant. */
function eventsOfBots(path: string): ReadonlySet<string> {
  return readDb(
    path,
    (db) =>
      new Set(
        db
          .prepare(
            `SELECT hex(b.key) || ' ' || hex(e.id) FROM event e JOIN session s ON s.id = e.session
           JOIN browser b ON b.id = s.browser WHERE s.bot IS NOT NULL`,
          )
          .pluck()
          .all()
          .map(String),
      ),
  )
}

function cutBatches(world: Told, bots: ReadonlySet<string>): Batch[] {
  const until = cutOf(world)
  const isBot = ({ browser }: Batch, id: string) => bots.has(`${hex(browser ?? '')} ${hex(id)}`)
  return world.batches.flatMap((batch) => {
    const facts = batch.facts.filter(({ at }) => at <= until)
    const byBot = facts.filter(({ event }) => isBot(batch, event.id))
    const byPerson = facts.filter((fact) => !byBot.includes(fact))
    return [
      { ...batch, facts: byPerson, agent: null },
      { ...batch, facts: byBot, agent: 'curl/8.4.0' },
    ].filter((part) => part.facts.length > 0)
  })
}

function hex(uuid: string): string {
  return uuid.replaceAll('-', '').toUpperCase()
}

interface CutCase {
  readonly world: Told
  readonly full: TestStore
  readonly cut: TestStore
  readonly gifts: readonly Gift[]
}

async function compareCut({ world, full, cut, gifts }: CutCase): Promise<void> {
  const asOf = cutOf(world)
  const leads = leadsIn(full.path, world.tag)
  const ofClaim = new Map(leads.flatMap((lead) => lead.claims.map((c) => [c, lead] as const)))
  const seen = new Set<StoredLead>()
  for (const then of leadsIn(cut.path, world.tag)) {
    const [lead, ...others] = new Set(then.claims.map((claim) => ofClaim.get(claim)))
    if (!lead) continue // known from links that were undone: nobody's behaviour
    expect(others).toEqual([])
    seen.add(lead)
    for (const gift of gifts) {
      if (gift.lead.ref === lead.ref && gift.at <= asOf) addGift(cut, { ...gift, lead: then })
    }
    const facts = ({ score_milli, reasons, fit, grade }: ScoreJson) => {
      return { score_milli, reasons, fit, grade }
    }
    const past = await found(full.reader.score(lead.id, { asOf }, END))
    const present = await found(cut.reader.score(then.id, {}, asOf))
    expect(facts(past)).toEqual(facts(present))
  }
  for (const lead of leads.filter((one) => !seen.has(one))) {
    const { reasons } = await found(full.reader.score(lead.id, { asOf }, END))
    expect(reasons.filter(({ rule }) => rule !== undefined)).toEqual([])
  }
}

test('undoing a link gives both sides what they had before it', { timeout }, async () => {
  await forWorlds((told) =>
    withStores(async (open) => {
      // What a server says time and again can't be left unsaid by leaving out one claim.
      const worlds = told.map((world) => ({
        ...world,
        batches: world.batches.filter(({ isTrusted }) => !isTrusted),
      }))
      const linked = open()
      deliverUntidily(linked, worlds)
      const cases = worlds.flatMap((world) => {
        const all = linkedVisitors(linked.path, world.tag)
        const visitor = all[(world.plan.undos[0]?.which ?? 0) % Math.max(1, all.length)]
        if (!visitor) return []
        const own = readDb(linked.path, (db) =>
          db
            .prepare(
              `SELECT lower(hex(c.event)) FROM claim c JOIN visitor v ON v.browser = c.browser
               WHERE v.id = @visitor AND c.lead = v.lead AND c.at >= coalesce(@from, -9e15)
                 AND c.at < coalesce(@to, 9e15)`,
            )
            .pluck()
            .all(visitor)
            .map(String),
        )
        const before = bucketsIn(linked.path, 'id', visitor.visitor)
        return [{ world, visitor, before, claims: new Set(own) }]
      })
      // The same worlds, where nobody said what is going to be undone.
      const unsaid = open()
      deliverTidily(
        unsaid,
        worlds.map((world) => {
          const claims = cases.find((one) => one.world === world)?.claims
          return claims ? withoutClaims(world, claims) : world
        }),
      )
      for (const { visitor, before } of cases) {
        const { lead, visitor: ref } = visitor
        expect(linked.service.unlink({ visitor: ref, lead, at: END, by: 'test' })).toBe(true)
        expect(leadOf(linked.path, ref)).toBe(null)
        expect(bucketsIn(linked.path, 'id', ref)).toEqual(before)
      }
      for (const one of cases) await compareUndone({ ...one, linked, unsaid })
      await expectSound(linked)
    }),
  )
})

function leadOf(path: string, visitor: number): unknown {
  return readDb(path, (db) =>
    db.prepare('SELECT lead FROM visitor WHERE id = ?').pluck().get(visitor),
  )
}

/** The world, with a word that means nothing where these claims were. */
function withoutClaims(world: Told, claims: ReadonlySet<string>): Told {
  const batches = world.batches.map((batch) => ({
    ...batch,
    facts: batch.facts.map((fact) => {
      if (!claims.has(fact.event.id.replaceAll('-', ''))) return fact
      const { props: _, ...event } = fact.event
      return { ...fact, isSigned: false, event: { ...event, type: 'said_nothing' } }
    }),
  }))
  return { ...world, batches }
}

interface UndoneCase {
  readonly world: Told
  readonly visitor: { readonly browserKey: string; readonly from: number | null }
  readonly linked: TestStore
  readonly unsaid: TestStore
}

/** Leads that claimed the same browser are left out: the boundary that the undone claim drew stays. */
async function compareUndone({ world, visitor, linked, unsaid }: UndoneCase): Promise<void> {
  const isBeside = (claim: string) => claim.startsWith(visitor.browserKey)
  const others = leadsIn(unsaid.path, world.tag)
  for (const lead of leadsIn(linked.path, world.tag)) {
    const now = await found(linked.reader.lead(lead.id, {}, END))
    if (lead.claims.length === 0) {
      expect(now.reasons).toEqual([])
      continue
    }
    const other = others.find(({ claims }) => claims.some((claim) => lead.claims.includes(claim)))
    expect(other?.claims).toEqual(lead.claims)
    const then = await found(unsaid.reader.lead(other?.id ?? '', {}, END))
    const face = ({ email, user_id, traits, fit }: typeof now) => ({ email, user_id, traits, fit })
    expect(face(now)).toEqual(face(then))
    if (lead.claims.some(isBeside)) continue
    expect(now.reasons).toEqual(then.reasons)
  }
}

const OTHER_MODEL = withRules(
  WORLD_MODEL.replace('careers: ["/careers*", "/jobs*"]', 'careers: ["/careers*", "/blog*"]')
    .replace('where: { source: [google, news*] }', 'where: { source: "news*" }')
    .replace('host: "docs.*"', 'host: "shop.*"')
    .replace(
      'id: cart, label: Added to cart, on: add_to_cart',
      'id: cart, label: Cart, on: view_item',
    ),
  [
    '{ id: long_visit, label: Visits with a landing, on: session, where: { path: "/*" }, points: 2, half_life_days: 9 }',
    '{ id: half, label: Half a video, on: video_progress, where: { props: { video_percent: ">=50" } }, points: 2, half_life_days: 9 }',
    '{ id: pricing_minutes, label: Minutes, on: engaged_time, where: { path: "/pricing*" }, points: 9, saturation_s: 20, half_life_days: 9 }',
  ],
)
const THIRD_MODEL = OTHER_MODEL.replace(
  'path: "/pricing*" }, points: 9',
  'path: "/p*" }, points: 9',
)

test('a model with other matchers counts what it would have counted from the beginning', {
  timeout,
}, async () => {
  let pages = 0
  await forWorlds(
    (worlds) =>
      withStores(async (open) => {
        const changing = open()
        const groups = networkGroups(worlds)
        const publish = (yaml: string, at: number) =>
          changing.service.publishModel({ yaml, note: '', by: 'test', publishedAt: at })
        /** Delivers a part of the groups, and does a piece of the work after each. */
        const deliverPart = (from: number, to: number) => {
          const part = groups.slice(groups.length * from, groups.length * to)
          for (const [i, group] of part.entries()) {
            deliver(changing, group)
            if (i % 5 === 4) changing.service.work(END)
          }
        }
        const workOff = () => {
          let steps = 0
          while (changing.service.work(END)) steps += 1
          return steps
        }
        const expectLike = async (model: string, withFillers = true) => {
          const fresh = open({ model })
          deliverTidily(fresh, worlds)
          if (withFillers) deliver(fresh, fillers)
          expectSame(changing, fresh)
          await expectSound(changing)
        }
        // So many browsers that a scan takes several pages.
        const fillers = Array.from({ length: 450 }, () => fillerBatch(worlds[0]?.from ?? 0))
        deliverPart(0, 0.3)
        deliver(changing, fillers)
        publish(OTHER_MODEL, END)
        expect(changing.service.modelProgress()).not.toBe(null)
        deliverPart(0.3, 0.5)
        publish(THIRD_MODEL, END)
        deliverPart(0.5, 0.7)
        publish(OTHER_MODEL, END)
        deliverPart(0.7, 1)
        pages += workOff()
        await expectLike(OTHER_MODEL)
        publish(WORLD_MODEL, END)
        pages += workOff()
        await expectLike(WORLD_MODEL)
        const numbers = WORLD_MODEL.replaceAll('half_life_days: 14', 'half_life_days: 5')
        expect(publish(numbers, END).isActive).toBe(true)
        for (const { id } of leadsIn(changing.path)) {
          const { version } = await found(changing.reader.model())
          const now = await found(changing.reader.score(id, {}, END))
          const counted = await found(changing.reader.score(id, { asOf: END }, END + 1))
          expect([now.model_version, now.reasons]).toEqual([version, counted.reasons])
        }
      }),
    50,
  )
  expect(pages).toBeGreaterThan(3)
})

function fillerBatch(at: number): Batch {
  const event = eventAt(at, 'page_view', { url: 'https://shop.example/plans' })
  return {
    browser: randomUUID(),
    address: '',
    agent: null,
    human: true,
    skewMs: 0,
    receivedAt: at + MINUTE,
    facts: [{ at, event, isSigned: false }],
  }
}

test("the points of a lead's timeline add up to what its counts give before decay and caps", {
  timeout,
}, async () => {
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const store = open()
      deliverUntidily(store, worlds)
      undoAfterwards(store, worlds)
      const refs = readDb(store.path, (db) => {
        const rows = db.prepare('SELECT name, id FROM rule').raw().all() as [string, number][]
        return new Map(rows)
      })
      const model = modelOf(WORLD_MODEL, (name) => refs.get(name) ?? -1)
      for (const { id, ref } of leadsIn(store.path)) {
        const days = new Map<string, { rule: number; count: number; engagedMs: number }>()
        for (const { rule, day, count, engagedMs } of bucketsIn(store.path, 'lead', ref)) {
          const one = days.get(`${rule} ${day}`) ?? { rule, count: 0, engagedMs: 0 }
          one.count += count
          one.engagedMs += engagedMs
          days.set(`${rule} ${day}`, one)
        }
        const gross = [...days.values()].reduce((total, { rule, count, engagedMs }) => {
          const tables = model.byRef.get(rule)?.tables
          return total + (tables ? grossMilli(tables, count, engagedMs) : 0)
        }, 0)
        let shown = 0
        let cursor: string | null | undefined
        do {
          const page = await found(
            store.reader.timeline(id, { limit: 2, ...(cursor && { cursor }) }, END),
          )
          for (const { events } of page.data) for (const { milli } of events) shown += milli
          cursor = page.next_cursor
        } while (cursor)
        expect([id, shown]).toEqual([id, gross])
      }
    }),
  )
})

interface DecisionRow {
  readonly id: number
  readonly lead: number
  readonly at: number
  readonly from_stage: string
  readonly to_stage: string
  readonly decided_by: string
}

test('decisions are only ever added, and no lead is promoted twice in a row', {
  timeout,
}, async () => {
  const coolDownMs = 4 * DAY
  let promotions = 0
  let demotions = 0
  await forWorlds((worlds) =>
    withStores(async (open) => {
      const store = open()
      const random = worlds[0]?.plan.network ?? 0
      const inherited = new Set<number>()
      const recycledAt = new Map<number, number>()
      let known: DecisionRow[] = []
      const look = () => {
        const now = decisionsIn(store.path)
        for (const row of now) {
          const before = known.find(({ id }) => id === row.id)
          // What was decided about a lead that is no more goes to its heir.
          if (before && before.lead !== row.lead) inherited.add(row.lead)
        }
        const bare = (rows: readonly DecisionRow[]) => rows.map(({ lead: _, ...row }) => row)
        expect(bare(now.slice(0, known.length))).toEqual(bare(known))
        known = now
      }
      const groups = networkGroups(worlds)
      let at = 0
      groups.forEach((group, i) => {
        deliver(store, group)
        at = Math.max(at, ...group.map((one) => one.receivedAt))
        look()
        if (i % 7 === 3) store.service.look(at)
        const [lead] = leadsIn(store.path)
        if (i % 50 === 20 && lead) {
          const type = (random + i) % 2 === 0 ? 'recycle_lead' : 'working_lead'
          const by = { value: null, currency: null, reason: null, by: 'test' }
          store.service.addOutcome({ lead: lead.ref, type, at, recordedAt: at, ...by })
          if (type === 'recycle_lead') recycledAt.set(lead.ref, at)
          look()
        }
      })
      for (let day = 1; day <= 40; day += 3) {
        store.service.look(at + day * DAY)
        look()
      }
      // Everything once more, as a browser that was away would: nothing is new.
      for (const group of groups) {
        deliver(
          store,
          group.map((batch) => ({ ...batch, receivedAt: at + 41 * DAY })),
        )
      }
      look()
      for (const lead of new Set(known.map((row) => row.lead))) {
        if (inherited.has(lead)) continue
        const own = known.filter((row) => row.lead === lead)
        let stage = 'lead'
        let promotedAt: number | null = null
        for (const row of own) {
          expect([lead, row.from_stage]).toEqual([lead, stage])
          stage = row.to_stage
          if (row.decided_by === 'clock') demotions += 1
          if (row.to_stage !== 'mql') continue
          promotions += 1
          if (row.decided_by === 'score' && promotedAt !== null) {
            expect(row.at - promotedAt).toBeGreaterThanOrEqual(coolDownMs)
          }
          promotedAt = row.at
        }
      }
      await expectSound(store)
    }),
  )
  expect(promotions).toBeGreaterThan(0)
  expect(demotions).toBeGreaterThan(0)
})

function decisionsIn(path: string): DecisionRow[] {
  return readDb(path, (db) =>
    db.prepare('SELECT * FROM decision ORDER BY id').all(),
  ) as DecisionRow[] // its columns
}
