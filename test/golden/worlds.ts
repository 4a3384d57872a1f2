import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { RawDelivery } from '../../collector/ingest/pipeline.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { Bucket } from '../../collector/scoring/score.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import type { WireBatch, WireEvent } from '../../shared/wire.ts'
import { type Random, randomOf } from '../support/random.ts'
import { createWorld, defaultModelYaml, signatureOf, type World } from '../support/world.ts'

/**
 * Random worlds: a few browsers and people over some days, as a plan that fast-check can shrink
 * (`World…` types and arbitraries), as the batches that the browsers send (`batchesOf`), and as what a
 * network makes of those (`arrivalsOf`). The drivers bring them into a store; `stateOf` says
 * what a store then holds, in words that don't depend on its numbering.
 *
 * Many worlds share one store, each with people and browsers of its own; its tag is in all its ids.
 * `WORLDS` and `WORLDS_SEED` say how many and which; `WORLDS_PER_STORE=1` shrinks what fails.
 */

export const MINUTE = 60_000
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const START = Date.UTC(2026, 2, 3)
/** No world reaches this instant, deliveries included. */
export const END = START + 30 * DAY

/** How many worlds each property is tried on. */
const WORLDS = Number(process.env.WORLDS ?? 200)
const SEED = Number(process.env.WORLDS_SEED ?? 1)
/** Overrides how many share a store. One to a store is slow, and a failure is shrunk to its smallest. */
const PER_STORE = Number(process.env.WORLDS_PER_STORE ?? 0)

const PAGES = [
  'https://shop.example/',
  'https://shop.example/pricing',
  'https://shop.example/pricing/team',
  'https://docs.shop.example/blog',
  'https://shop.example/careers/4',
  'https://shop.example/?utm_source=newsletter&utm_medium=email&utm_campaign=may',
  'https://shop.example/lp?utm_medium=cpc&utm_source=google&gclid=1',
]
const REFERRERS = ['', '', 'https://www.google.com/', 'https://news.example/post']
const EVENTS: readonly (readonly [string, WireEvent['props']?])[] = [
  ['file_download', { file_extension: 'pdf' }],
  ['add_to_cart'],
  ['request_demo'],
  ['generate_lead'],
  ['unsubscribe'],
  ['view_item'],
  ['form_submit', { has_email: true }],
  ['video_progress', { video_percent: 25 }],
  ['video_progress', { video_percent: 75 }],
  ['session', { paid: true }],
  ['engaged_time'],
]
const WAITS = [0, 0, 1, 1500, 20_000, MINUTE, 10 * MINUTE]
const GAPS = [10 * MINUTE, 29 * MINUTE, 30 * MINUTE, 31 * MINUTE, 5 * HOUR, 13 * HOUR, 26 * HOUR]
const BOTS = [
  'curl/8.4.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
]
const TRAITS = [{}, {}, { name: 'Ann' }, { name: 'A', company: 'Corp' }, { job_title: 'CEO' }]
/** What a browser's clock is ahead by. */
const SKEWS = [0, -3 * HOUR, 3 * DAY]
/** The browser of this number keeps no cookie: every day, and every person's network, is a browser. */
const COOKIELESS = 3

const wait = fc.constantFrom(...WAITS)
const page = fc.nat(PAGES.length - 1)

const stepArb = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      page,
      referrer: fc.nat(REFERRERS.length - 1),
      wait,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ping' as const),
      view: fc.constantFrom('own', 'own', 'own', 'own', 'earlier', 'none'),
      engagedMs: fc.integer({ min: 0, max: 240_000 }),
      begun: fc.constantFrom('page', 'page', 'page', 'unsaid', 'hours ago', 'now'),
      isElsewhere: fc.constantFrom(false, false, false, false, true),
      wait,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      event: fc.nat(EVENTS.length - 1),
      wait,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      who: fc.nat(2),
      ids: fc.constantFrom('email', 'user', 'both', 'mixed'),
      isSigned: fc.constantFrom(false, false, true),
      traits: fc.nat(TRAITS.length - 1),
      wait,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), wait }) },
)
type Step = typeof stepArb extends fc.Arbitrary<infer T> ? T : never

const visitArb = fc.record({
  browser: fc.constantFrom(0, 0, 0, 1, 1, 2, COOKIELESS),
  gapMs: fc.constantFrom(...GAPS),
  session: fc.constantFrom('new', 'new', 'same', 'none'),
  proof: fc.constantFrom('first', 'first', 'last', 'never', 'afterwards'),
  bot: fc.oneof({ weight: 12, arbitrary: fc.constant('no') }, fc.constantFrom('first', 'last')),
  botName: fc.nat(BOTS.length - 1),
  landing: fc.record({ page, referrer: fc.nat(REFERRERS.length - 1) }),
  steps: fc.array(stepArb, { maxLength: 8, size: 'max' }),
})
type Visit = typeof visitArb extends fc.Arbitrary<infer T> ? T : never

const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000)

export const worldArb = fc.record({
  startMs: fc.nat(2 * DAY),
  visits: fc.array(visitArb, { maxLength: 9, size: 'max' }),
  /** Links to undo: which one, and at which part of the world's time. */
  undos: fc.array(fc.record({ which: fc.nat(1000), share }), { maxLength: 2 }),
  /** Points by hand: whom, how many, and at which part of the world's time. */
  gifts: fc.array(
    fc.record({
      whose: fc.nat(1000),
      milli: fc.constantFrom(-60_000, -5000, 1500, 25_000),
      share,
    }),
    { maxLength: 2 },
  ),
  /** An instant: at this part of the world's events, and so many milliseconds beside it. */
  cut: fc.record({ share, nudge: fc.constantFrom(-1, 0, 0, 1, 700) }),
  /** Seeds what the network does. */
  network: fc.integer(),
})
export type WorldPlan = typeof worldArb extends fc.Arbitrary<infer T> ? T : never

/**
 * Tries a property on `WORLDS` worlds, or a share of them, some to a store. With one to a store (`WORLDS_PER_STORE=1`) a
 * failure is shrunk.
 */
export async function forWorlds(
  check: (worlds: readonly Told[]) => Promise<void>,
  usuallyPerStore = 20,
  share = 1,
): Promise<void> {
  const perStore = PER_STORE || usuallyPerStore
  const many = { minLength: perStore, maxLength: perStore }
  const property = fc.asyncProperty(fc.array(worldArb, many), (plans) =>
    check(plans.map((plan, i) => tell(plan, `w${i}_`))),
  )
  const numRuns = Math.max(1, Math.round((WORLDS * share) / perStore))
  await fc.assert(property, { numRuns, seed: SEED, endOnFailure: perStore > 1 })
}

export interface Fact {
  readonly at: number
  readonly event: WireEvent
  readonly isSigned: boolean
}

export interface Batch {
  /** Null where cookieless; then the address tells who it is. */
  readonly browser: string | null
  readonly address: string
  readonly agent: string | null
  readonly human: boolean
  /** What the browser's clock is ahead by. */
  readonly skewMs: number
  /** When it reaches the collector, if nothing comes between. */
  readonly receivedAt: number
  readonly facts: readonly Fact[]
}

/** A world as it happened. */
export interface Told {
  readonly plan: WorldPlan
  readonly tag: string
  readonly batches: readonly Batch[]
  /** First and last instant. */
  readonly from: number
  readonly to: number
}

export function tell(plan: WorldPlan, tag: string): Told {
  const batches = batchesOf(plan, tag)
  const times = batches.flatMap(({ facts }) => facts.map(({ at }) => at)).sort((a, b) => a - b)
  return { plan, tag, batches, from: times[0] ?? START, to: times.at(-1) ?? START }
}

/** The instant at a part of a world's time. */
export function instantAt({ from, to }: Told, part: number): number {
  return Math.floor(from + (to - from) * part)
}

/** The instant that a world is cut at: at one of its events, or just beside it. */
export function cutOf({ plan, batches }: Told): number {
  const times = batches.flatMap(({ facts }) => facts.map(({ at }) => at)).sort((a, b) => a - b)
  const at = times[Math.floor(plan.cut.share * (times.length - 1))] ?? START
  return at + plan.cut.nudge
}

/** A UUID of a thing's name. */
function idOf(...name: readonly (string | number)[]): string {
  const hex = createHash('md5').update(name.join(' ')).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function batchesOf(plan: WorldPlan, tag: string): Batch[] {
  const clocks = [0, 1, 2, 3].map((browser) => START + plan.startMs + browser * 7 * MINUTE)
  const sessions: string[] = []
  const views: string[] = []
  return plan.visits.flatMap((visit, i) => {
    const { browser } = visit
    const startAt = (clocks[browser] ?? START) + visit.gapMs
    const fresh = idOf(tag, 'session', i)
    const session =
      visit.session === 'none' || browser === COOKIELESS
        ? null
        : visit.session === 'same'
          ? (sessions[browser] ?? fresh)
          : fresh
    if (session !== null) sessions[browser] = session
    const sent = batchesOfVisit(visit, {
      tag,
      number: i,
      startAt,
      session,
      earlier: views[browser],
    })
    views[browser] = idOf(tag, 'view', i, 0)
    clocks[browser] = sent.at(-1)?.receivedAt ?? startAt
    return sent
  })
}

interface Visiting {
  readonly tag: string
  readonly number: number
  readonly startAt: number
  readonly session: string | null
  /** A view of the visit before, which its tab may still be on. */
  readonly earlier: string | undefined
}

function batchesOfVisit(visit: Visit, visiting: Visiting): Batch[] {
  const { tag, number, session } = visiting
  let at = visiting.startAt
  let pages = 0
  let own = { view: idOf(tag, 'view', number, 0), at, url: '' }
  const open: Fact[][] = [[]]
  const add = (type: string, rest: Partial<WireEvent>, isSigned = false) => {
    const count = open.flat().length
    const event: WireEvent = {
      id: idOf(tag, 'event', number, count),
      type,
      at,
      ...(session !== null && { session }),
      ...rest,
    }
    open.at(-1)?.push({ at, event, isSigned })
  }
  const look = (place: { page: number; referrer: number }) => {
    own = { view: idOf(tag, 'view', number, pages++), at, url: PAGES[place.page] ?? '' }
    add('page_view', { url: own.url, view: own.view, referrer: REFERRERS[place.referrer] ?? '' })
  }
  look(visit.landing)
  for (const step of visit.steps) {
    at += step.wait
    if (step.kind === 'page') look(step)
    else if (step.kind === 'send') open.push([])
    else if (step.kind === 'event') {
      const [type, props] = EVENTS[step.event] ?? ['view_item']
      add(type, { url: own.url, view: own.view, ...(props && { props }) })
    } else if (step.kind === 'claim') {
      add('identify', { props: claimOf(step, tag) }, step.isSigned)
    } else {
      const view = step.view === 'earlier' ? (visiting.earlier ?? own.view) : own.view
      const begun = { page: own.at, unsaid: undefined, now: at, 'hours ago': at - 3 * HOUR }
      const viewAt = begun[step.begun as keyof typeof begun]
      add('user_engagement', {
        url: step.isElsewhere ? 'https://shop.example/plans' : own.url,
        ...(step.view !== 'none' && { view }),
        props: { engaged_ms: step.engagedMs, ...(viewAt !== undefined && { view_at: viewAt }) },
      })
    }
  }
  const sent = open.filter((facts) => facts.length > 0)
  const batches = sent.map((facts, i): Batch => {
    const isFirst = i === 0
    const isLast = i === sent.length - 1
    const isBot = (visit.bot === 'first' && isFirst) || (visit.bot === 'last' && isLast)
    const isCookieless = visit.browser === COOKIELESS
    return {
      browser: isCookieless ? null : idOf(tag, 'browser', visit.browser),
      address: `192.0.2.${number % 3} ${tag}`,
      // A cookieless visitor is its address and agent: another agent would be another one.
      agent: isBot && !isCookieless ? (BOTS[visit.botName] ?? null) : null,
      human: (visit.proof === 'first' && isFirst) || (visit.proof === 'last' && isLast),
      skewMs: SKEWS[visit.browser] ?? 0,
      receivedAt: (facts.at(-1)?.at ?? at) + 1 + ((number * 137 + i * 41) % 900),
      facts,
    }
  })
  const [first] = batches
  if (visit.proof !== 'afterwards' || !first) return batches
  // Sent again when the person had moved the mouse, while the answer was still on its way.
  return [...batches, { ...first, human: true, receivedAt: receivedAgain(first, at) }]
}

function receivedAgain({ browser, receivedAt }: Batch, at: number): number {
  const later = Math.max(receivedAt, at) + 5000
  return browser === null ? sameDay(receivedAt, later) : later
}

/** A cookieless event that comes on another day is another visitor's: the pseudonym is of the day it comes. */
function sameDay(receivedAt: number, later: number): number {
  return Math.min(later, (Math.floor(receivedAt / DAY) + 1) * DAY - 1)
}

function claimOf(
  step: Extract<Step, { kind: 'claim' }>,
  tag: string,
): NonNullable<WireEvent['props']> {
  const user = `${tag}u${step.who}`
  const email = `${tag}p${step.ids === 'mixed' ? (step.who + 1) % 3 : step.who}@corp.example`
  const traits = TRAITS[step.traits] ?? {}
  return {
    ...(step.ids !== 'email' && { user_id: user }),
    ...(step.ids !== 'user' && { email }),
    ...(Object.keys(traits).length > 0 && { traits }),
  }
}

/** Split, doubled, late by up to six days and so in another order; by arrival. */
function arrivalsOf({ batches, plan }: Told): Batch[] {
  const random = randomOf(plan.network)
  const delay = () => random.pick([2000, 2000, 2 * HOUR, 6 * DAY]) * random.next()
  const late = (batch: Batch): Batch => {
    const receivedAt = Math.floor(batch.receivedAt + delay())
    const { browser } = batch
    return {
      ...batch,
      receivedAt: browser === null ? sameDay(batch.receivedAt, receivedAt) : receivedAt,
    }
  }
  const pieces = batches.flatMap((batch): Batch[] => {
    const facts = random.shuffle(batch.facts)
    const cut = random.int(facts.length + 1)
    const parts = [facts.slice(0, cut), facts.slice(cut)].filter((part) => part.length > 0)
    return parts.map((part) => ({ ...batch, facts: part }))
  })
  const repeats = pieces.filter(() => random.next() < 0.3)
  return byArrival([...pieces, ...repeats].map(late))
}

export function byArrival(batches: readonly Batch[]): Batch[] {
  return [...batches].sort((a, b) => a.receivedAt - b.receivedAt)
}

/** Batches as groups of random size, each to be one commit. */
function inGroups<T>(batches: readonly T[], random: Random, most = 6): T[][] {
  const groups: T[][] = []
  for (let i = 0; i < batches.length; ) {
    const size = 1 + random.int(most)
    groups.push(batches.slice(i, i + size))
    i += size
  }
  return groups
}

/** The batch as it is sent now: its clock and its signatures are of this instant. */
function wireOf({ browser, human, skewMs, receivedAt, facts }: Batch): Omit<WireBatch, 'site'> {
  const events = facts.map(({ event, isSigned }): WireEvent => {
    const { props } = event
    const viewAt = props?.view_at
    const ids = props as { user_id?: string; email?: string } | undefined // as claimOf made them
    return {
      ...event,
      at: event.at + skewMs,
      ...(props && {
        props: {
          ...props,
          ...(typeof viewAt === 'number' && { view_at: viewAt + skewMs }),
          ...(isSigned && ids && { signature: signatureOf(ids, receivedAt + 30 * MINUTE) }),
        },
      }),
    }
  })
  return { ...(browser !== null && { browser }), human, sentAt: receivedAt + skewMs, events }
}

/** The default model, with thresholds and caps that a few days reach, and rules that ask for more. */
export const WORLD_MODEL = withRules(
  defaultModelYaml().replace(
    /^mql: .*$/m,
    'mql: { enter: 30, exit: 15, dwell_days: 2, cool_down_days: 4, min_fit: D, min_active_days: 1 }',
  ),
  [
    '{ id: bought_view, label: Paid, on: page_view, where: { source: [google, news*] }, points: 2.5, half_life_days: 3, cap: 6 }',
    '{ id: docs_time, label: Docs, on: engaged_time, where: { host: "docs.*" }, points: 7, saturation_s: 30, half_life_days: 2, cap: 9 }',
    '{ id: mail_visit, label: Mail, on: session, where: { props: { medium: email } }, points: -3, repeat: 0.7, half_life_days: 4, cap: 4 }',
    '{ id: pdf, label: PDF, on: file_download, where: { path: "/pricing*", props: { file_extension: pdf } }, points: 3, half_life_days: 5 }',
    '{ id: landed, label: Landed, on: landing, where: { source: "(direct)" }, points: 1, repeat: 0.3, half_life_days: 9, cap: 2 }',
  ],
)

export function withRules(yaml: string, rules: readonly string[]): string {
  return yaml.replace(/\nfit:\n/, `\n${rules.map((rule) => `  - ${rule}\n`).join('')}\nfit:\n`)
}

/** What a store remembers of an undone link, with the browser by its key. */
export interface UndoneRow {
  readonly browserKey: string
  readonly site: number
  readonly isCookieless: boolean
  readonly from: number | null
  readonly to: number | null
  readonly at: number
  readonly ids: string
}

export interface TestStore extends World {
  readonly reader: InternalReader
}

/** A store of its own; `undone` are links that are undone before anything has arrived. */
export function openStore({
  model = WORLD_MODEL,
  undone = [],
}: {
  readonly model?: string
  readonly undone?: readonly UndoneRow[]
} = {}): TestStore {
  const world = createWorld({ model })
  const db = new Database(world.path)
  // The same salts everywhere, so that cookieless browsers have the same names everywhere.
  const salt = db.prepare('INSERT INTO salt (day, value) VALUES (?, ?)')
  for (let at = START - DAY; at < END; at += DAY) salt.run(at / DAY, Buffer.alloc(16, at / DAY))
  const addBrowser = db.prepare(
    'INSERT INTO browser (id, site, key, cookieless) VALUES (?, ?, ?, ?)',
  )
  const addVisitor = db.prepare('INSERT INTO visitor (id, browser) VALUES (?, ?)')
  const addUnlink = db.prepare(
    "INSERT INTO unlink (browser, lead, from_at, to_at, at, ids, author) VALUES (?, 0, ?, ?, ?, ?, '')",
  )
  // Numbers that the store itself does not reach.
  const refs = new Map<string, number>()
  for (const { browserKey, site, isCookieless, from, to, at, ids } of undone) {
    const known = refs.get(browserKey)
    const ref = known ?? 1_000_000 + refs.size
    if (known === undefined) {
      addBrowser.run(ref, site, Buffer.from(browserKey, 'hex'), isCookieless ? 1 : 0)
      addVisitor.run(ref, ref)
      refs.set(browserKey, ref)
    }
    addUnlink.run(ref, from, to, at, ids)
  }
  db.close()
  return { ...world, reader: createSqliteReader(world.path, createMailDomains('', '')) }
}

/** Delivers batches as one commit. Throws where one was not taken: worlds hold nothing to refuse. */
export function deliver(store: TestStore, batches: readonly Batch[]): void {
  const answers = store.deliverGroup(
    batches.map((batch) => [
      wireOf(batch),
      batch.receivedAt,
      {
        address: batch.address,
        ...(batch.agent !== null && { userAgent: batch.agent }),
      } satisfies Partial<RawDelivery>,
    ]),
  )
  const refused = answers.flatMap(({ rejected }) => rejected)
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`)
}

/** Brings everything as it was sent, one batch at a time. */
export function deliverTidily(store: TestStore, worlds: readonly Told[]): void {
  for (const batch of byArrival(worlds.flatMap(({ batches }) => batches))) deliver(store, [batch])
}

/** The groups in which a network brings these worlds. */
export function networkGroups(worlds: readonly Told[]): Batch[][] {
  const random = randomOf(worlds.reduce((sum, { plan }) => sum + plan.network, 0) | 0)
  return inGroups(byArrival(worlds.flatMap(arrivalsOf)), random)
}

export function deliverUntidily(store: TestStore, worlds: readonly Told[]): void {
  for (const group of networkGroups(worlds)) deliver(store, group)
}

export interface LinkedVisitor {
  readonly visitor: number
  readonly lead: number
  readonly browserKey: string
  readonly from: number | null
  readonly to: number | null
}

export function readDb<T>(path: string, read: (db: Database.Database) => T): T {
  const db = new Database(path, { readonly: true })
  try {
    return read(db)
  } finally {
    db.close()
  }
}

/** A lead in words: what it is known by, and the first claim that is its. */
const LEAD_NAME = `(SELECT coalesce((SELECT group_concat(kind || ':' || value, ' ') FROM
    (SELECT kind, value FROM lead_key k WHERE k.lead = l.id ORDER BY kind, value)), '')
    || ' of ' || (SELECT hex(c.event) FROM claim c WHERE c.lead = l.id ORDER BY c.at, c.event LIMIT 1)
  FROM lead l WHERE l.id = `

/** Everything that scores depend on, in words that don't depend on the store's numbering. */
export function stateOf(path: string): Record<string, readonly string[]> {
  return readDb(path, (db) => {
    const all = (sql: string) =>
      db
        .prepare(sql)
        .raw()
        .all()
        .map((row) => JSON.stringify(row))
        .sort()
    const lead = (column: string) => `coalesce(${LEAD_NAME}${column}), 'nobody')`
    const landingOf = (column: string) =>
      `(SELECT hex(i.id) FROM session o JOIN event i ON i.session = o.id AND i.n = o.landing_n WHERE o.id = ${column})`
    return {
      visitors: all(
        `SELECT hex(b.key), v.from_at, ${lead('v.lead')}, v.first_at, v.last_at,
           ${landingOf('v.first_touch')}, ${landingOf('v.last_touch')}, ${landingOf('v.last_non_direct')}
         FROM visitor v JOIN browser b ON b.id = v.browser`,
      ),
      buckets: all(
        `SELECT hex(b.key), v.from_at, k.day, r.name, k.count, k.engaged_ms, k.last_ms
         FROM bucket k JOIN visitor v ON v.id = k.visitor JOIN browser b ON b.id = v.browser
         JOIN rule r ON r.id = k.rule`,
      ),
      sessions: all(
        `SELECT hex(b.key), hex(s.key), s.start_at, s.end_ms, s.proven_ms, x.value,
           ${landingOf('s.id')}, t.value
         FROM session s JOIN browser b ON b.id = s.browser LEFT JOIN touch t ON t.id = s.touch
         LEFT JOIN text x ON x.id = s.bot`,
      ),
      views: all(
        `SELECT hex(b.key), hex(w.key), w.start_at, w.engaged_ms
         FROM view w JOIN browser b ON b.id = w.browser`,
      ),
      claims: all(
        `SELECT hex(b.key), hex(c.event), c.at, c.user_id, c.email, c.strength, c.traits,
           ${lead('c.lead')}, c.void, c.shared, ${lead('c.conflict')}
         FROM claim c JOIN browser b ON b.id = c.browser`,
      ),
      leads: all(`SELECT ${lead('o.id')}, email, user_id, verified, traits FROM lead o`),
      undone: all(
        `SELECT hex(b.key), u.from_at, u.to_at, u.at, u.ids
         FROM unlink u JOIN browser b ON b.id = u.browser`,
      ),
      events: all(
        `SELECT hex(b.key), hex(e.id), s.base_at + e.at_ms, e.human, s.start_at, hex(s.key)
         FROM event e JOIN session s ON s.id = e.session JOIN browser b ON b.id = s.browser`,
      ),
    }
  })
}

/** What one state has and the other has not; nothing where they are the same. */
export function differencesOf(
  one: Readonly<Record<string, readonly string[]>>,
  other: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((subject) => {
    const [a, b] = [one[subject] ?? [], other[subject] ?? []]
    const [inA, inB] = [new Set(a), new Set(b)]
    return [
      ...a.filter((line) => !inB.has(line)).map((line) => `- ${subject} ${line}`),
      ...b.filter((line) => !inA.has(line)).map((line) => `+ ${subject} ${line}`),
    ]
  })
}

/** The visitors of a world that belong to a lead, in an order that every store gives. */
export function linkedVisitors(path: string, tag: string): LinkedVisitor[] {
  const rows = readDb(path, (db) =>
    db
      .prepare(
        `SELECT v.id, v.lead, hex(b.key), v.from_at, (SELECT min(n.from_at) FROM visitor n
           WHERE n.browser = v.browser AND n.from_at > coalesce(v.from_at, -9e15))
         FROM visitor v JOIN browser b ON b.id = v.browser
         WHERE v.lead IN (SELECT lead FROM lead_key WHERE value GLOB ?)
         ORDER BY hex(b.key), v.from_at`,
      )
      .raw()
      .all(`${tag}*`),
  ) as [number, number, string, number | null, number | null][] // the columns above
  return rows.map(([visitor, lead, browserKey, from, to]) => {
    return { visitor, lead, browserKey, from, to }
  })
}

export function undoneIn(path: string): UndoneRow[] {
  return readDb(path, (db) =>
    db
      .prepare(
        `SELECT hex(b.key) AS browserKey, b.site, b.cookieless = 1 AS isCookieless,
           u.from_at AS "from", u.to_at AS "to", u.at, u.ids
         FROM unlink u JOIN browser b ON b.id = u.browser ORDER BY u.id`,
      )
      .all(),
  ) as UndoneRow[] // the columns above
}

/** Undoes a link of a world: one of those that are there, by the plan's choice. */
export function undo(
  store: TestStore,
  world: Told,
  { which, at }: { readonly which: number; readonly at: number },
): LinkedVisitor | null {
  const linked = linkedVisitors(store.path, world.tag)
  const one = linked[which % Math.max(1, linked.length)]
  if (!one) return null
  const { visitor, lead } = one
  if (!store.service.unlink({ visitor, lead, at, by: 'test' })) throw new Error('no such link')
  return one
}

/** The leads of a store, each with the claims (browser and event) that are its. */
export interface StoredLead {
  readonly id: string
  readonly ref: number
  readonly site: number
  /** Not those that are void. */
  readonly claims: readonly string[]
  readonly hasVoid: boolean
}

export function leadsIn(path: string, tag = ''): StoredLead[] {
  const rows = readDb(path, (db) =>
    db
      .prepare(
        `SELECT c.lead, hex(b.key) || ' ' || hex(c.event), c.void, coalesce(c.email, c.user_id)
         FROM claim c JOIN browser b ON b.id = c.browser WHERE c.lead IS NOT NULL
         ORDER BY c.at, c.event`,
      )
      .raw()
      .all(),
  ) as [number, string, number, string][] // the columns above
  const leads = new Map<number, { claims: string[]; hasVoid: boolean }>()
  for (const [ref, claim, isVoid, key] of rows) {
    if (!key.startsWith(tag)) continue
    const lead = leads.get(ref) ?? { claims: [], hasVoid: false }
    leads.set(ref, lead)
    if (isVoid === 1) lead.hasVoid = true
    else lead.claims.push(claim)
  }
  return [...leads].map(([ref, lead]) => ({ id: `ld_${ref}`, ref, site: 1, ...lead }))
}

/** The buckets of a lead's visitors, or of one visitor, as they are stored. */
export function bucketsIn(path: string, of: 'lead' | 'id', ref: number): Bucket[] {
  return readDb(path, (db) =>
    db
      .prepare(
        `SELECT k.rule, k.day, k.count, k.engaged_ms AS engagedMs, k.day * ${DAY} + k.last_ms AS lastAt
         FROM bucket k JOIN visitor v ON v.id = k.visitor WHERE v.${of} = ?`,
      )
      .all(ref),
  ) as Bucket[] // the columns above
}
