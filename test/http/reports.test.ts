import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { refOf } from '../../collector/store/ids.ts'
import {
  DIMENSIONS,
  type Dimension,
  type SourcesJson,
  TOUCHES,
  type TouchChoice,
} from '../../collector/store/reports.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import { randomOf } from '../support/random.ts'
import { createWorld, defaultModelYaml, eventAt, found, type World } from '../support/world.ts'
import { createService, DAY, MINUTE, NOW, type Service } from './api-fixture.ts'

/** Reports: a world counted by hand, worlds counted another way, and what the API says of one. */

const SHOP = 'https://shop.example'
const NEWSLETTER = '?utm_source=newsletter&utm_medium=email&utm_campaign=may'
const BRAND = '?utm_source=google&utm_medium=cpc&utm_campaign=brand'
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const CRAWLER = { userAgent: GOOGLEBOT }
const DIRECT = ''

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean()
})

function openWorld(): { world: World; reader: InternalReader } {
  const exclude = 'exclude: { email_domains: [own.example] }\n'
  const world = createWorld({ model: defaultModelYaml() + exclude, now: NOW - 90 * DAY })
  cleanups.push(world.close)
  return { world, reader: createSqliteReader(world.path, createMailDomains('', '')) }
}

interface Visit {
  readonly at: number
  readonly query?: string
  readonly path?: string
  readonly email?: string
  readonly asks?: boolean
  readonly isBot?: boolean
}

/** A visit of a minute: it lands, and may say who it is and ask for a demo. */
function visit(world: World, browser: string, one: Visit): void {
  const { at, query = DIRECT, path = '/guide', email, asks = false, isBot = false } = one
  const session = randomUUID()
  const events = [
    eventAt(at, 'page_view', { session, url: `${SHOP}${path}${query}` }),
    ...(email ? [eventAt(at + MINUTE / 2, 'identify', { session, props: { email } })] : []),
    ...(asks ? [eventAt(at + MINUTE / 2, 'request_demo', { session })] : []),
  ]
  const extra = isBot ? CRAWLER : {}
  world.deliver({ browser, human: true, events }, at + MINUTE, extra)
}

async function leadOf(reader: InternalReader, email: string): Promise<LeadJson> {
  return found(reader.lead(`email:${email}`, {}, NOW))
}

async function sell(
  { world, reader }: { world: World; reader: InternalReader },
  email: string,
  type: 'qualify_lead' | 'close_convert_lead',
  amount: readonly [value: number, currency: string] | null = null,
): Promise<number> {
  const lead = refOf('lead', (await leadOf(reader, email)).id) ?? 0
  const [value, currency] = amount ?? [null, null]
  const said = { type, value, currency, reason: null, by: 'sales', at: NOW, recordedAt: NOW }
  return world.service.addOutcome({ lead, ...said }) ?? 0
}

async function report(
  reader: InternalReader,
  query: Parameters<InternalReader['sources']>[0] = {},
): Promise<SourcesJson> {
  const counted = await reader.sources(query, NOW)
  if (!counted) throw new Error('it is still being counted')
  return counted
}

/** "newsletter / email": visitors leads mql sql won */
const briefly = ({ data }: SourcesJson) =>
  Object.fromEntries(
    data.map((row) => [row.name, [row.visitors, row.leads, row.mql, row.sql, row.won].join(' ')]),
  )

/** Four from the newsletter of whom two are known, two from an ad of whom one asks for a demo two days later. */
async function createHandWorld() {
  const opened = openWorld()
  const { world, reader } = opened
  const at = NOW - 20 * DAY
  const [nora, nils, cleo] = [randomUUID(), randomUUID(), randomUUID()]
  visit(world, nora, { at, query: NEWSLETTER, email: 'nora@firm.example' })
  visit(world, nils, { at, query: NEWSLETTER, email: 'nils@firm.example' })
  visit(world, randomUUID(), { at: NOW - 5 * DAY, query: NEWSLETTER })
  visit(world, randomUUID(), { at, query: NEWSLETTER, path: '/' })
  visit(world, cleo, { at, query: BRAND, path: '/pricing' })
  visit(world, randomUUID(), { at, query: BRAND, path: '/pricing' })
  visit(world, randomUUID(), { at, email: 'boss@own.example' })
  visit(world, randomUUID(), { at, isBot: true, query: BRAND })
  // Cleo comes back by herself; Nora by the ad, in another browser too.
  visit(world, cleo, { at: at + 2 * DAY, email: 'cleo@firm.example', asks: true })
  visit(world, nora, { at: at + 3 * DAY, query: BRAND })
  visit(world, randomUUID(), { at: at + 4 * DAY, query: BRAND, email: 'nora@firm.example' })
  return { ...opened, reader }
}

describe('a world counted by hand', () => {
  test('by source, of the first touch and of the last', async () => {
    const { reader } = await createHandWorld()
    const first = await report(reader, { by: 'source' })
    expect(briefly(first)).toEqual({
      'google / cpc': '3 1 1 0 0',
      'newsletter / email': '4 2 0 0 0',
    })
    expect(first.data[0]).toMatchObject({
      source: 'google',
      medium: 'cpc',
      days_to_mql: { median: 2, p90: 2 },
    })
    expect(first.excluded).toEqual({ leads: 1, visitors: 1 })
    expect(first.total).toMatchObject({ visitors: 7, leads: 3, mql: 1, sql: 0, won: 0, value: [] })
    const last = await report(reader, { by: 'source', touch: 'last' })
    expect(briefly(last)).toEqual({
      '(direct) / (none)': '1 1 1 0 0',
      'google / cpc': '3 1 0 0 0',
      'newsletter / email': '3 1 0 0 0',
    })
    const nonDirect = await report(reader, { by: 'channel', touch: 'last_non_direct' })
    expect(briefly(nonDirect)).toEqual({ 'Paid Search': '4 2 1 0 0', Email: '3 1 0 0 0' })
  })

  test('by campaign, landing page and medium, narrowed, and of a period', async () => {
    const { reader } = await createHandWorld()
    const narrow = { channel: 'Paid Search', source: 'google', medium: 'cpc' }
    expect(briefly(await report(reader, { by: 'campaign', ...narrow }))).toEqual({
      brand: '3 1 1 0 0',
    })
    expect(briefly(await report(reader, { by: 'landing' }))).toEqual({
      'shop.example/pricing': '2 1 1 0 0',
      'shop.example/guide': '4 2 0 0 0',
      'shop.example/': '1 0 0 0 0',
    })
    const lately = { by: 'medium', since: NOW - 10 * DAY } as const
    expect(briefly(await report(reader, lately))).toEqual({ email: '1 0 0 0 0' })
    expect((await report(reader, { campaign: 'no such' })).total).toMatchObject({ visitors: 0 })
    const few = await report(reader, { by: 'landing', most: 1 })
    expect(few.data).toHaveLength(1)
    expect([few.others_count, few.others?.visitors, few.total.visitors]).toEqual([2, 5, 7])
  })

  test('what sales say moves it at once, and what they take back', async () => {
    const hand = await createHandWorld()
    const { world, reader } = hand
    await sell(hand, 'nora@firm.example', 'qualify_lead')
    const mail = { by: 'source', source: 'newsletter' } as const
    // Sales took her before her score did: she counts at every step before.
    expect(briefly(await report(reader, mail))).toEqual({ 'newsletter / email': '4 2 1 1 0' })
    await sell(hand, 'cleo@firm.example', 'close_convert_lead', [99.9, 'EUR'])
    await sell(hand, 'cleo@firm.example', 'close_convert_lead', [0.2, 'EUR'])
    const dollars = await sell(hand, 'nora@firm.example', 'close_convert_lead', [50, 'USD'])
    expect((await report(reader)).total.visitors).toBe(7)
    visit(world, randomUUID(), { at: NOW - MINUTE })
    const { total } = await report(reader)
    expect(total).toMatchObject({ visitors: 8, leads: 3, mql: 2, sql: 2, won: 2 })
    expect(total.value).toEqual([
      { currency: 'EUR', amount: 100.1 },
      { currency: 'USD', amount: 50 },
    ])
    expect(total.rates.sql).toMatchObject({ rate: 1, high: 1 })
    const nora = refOf('lead', (await leadOf(reader, 'nora@firm.example')).id) ?? 0
    world.service.removeOutcome(nora, dollars, NOW)
    expect((await report(reader)).total).toMatchObject({ won: 1, sql: 2 })
  })
})

test('whom the next model leaves out is left out at once, and counted again under the one after', async () => {
  const { world, reader } = await createHandWorld()
  const total = async () => {
    const { excluded, total } = await report(reader)
    const pages = (await reader.pages({}, NOW))?.data.find(({ page }) => page.endsWith('/guide'))
    return [excluded.leads, excluded.visitors, total.leads, total.mql, pages?.leads]
  }
  const publish = (domains: string) => {
    const yaml = `${defaultModelYaml()}exclude: { email_domains: [${domains}] }\n`
    world.service.publishModel({ yaml, note: '', by: 'me', publishedAt: NOW })
  }
  expect(await total()).toEqual([1, 1, 3, 1, 3])
  publish('own.example, firm.example')
  expect(await total()).toEqual([4, 5, 0, 0, 0])
  publish('nobody.example')
  expect(await total()).toEqual([0, 0, 4, 1, 4])
})

describe('pages', () => {
  test('are counted by hand too: whoever the model leaves out has seen none', async () => {
    const hand = await createHandWorld()
    await sell(hand, 'nora@firm.example', 'qualify_lead')
    const counted = await hand.reader.pages({ site: 'si_1' }, NOW)
    expect(counted?.data.map(({ page, ...row }) => [page, Object.values(row).join(' ')])).toEqual([
      // Cleo, Nora twice in one browser and once in another, Nils, and the one who came lately.
      ['shop.example/guide', 'si_1 6 5 3 2'],
      ['shop.example/pricing', 'si_1 2 2 1 1'],
      ['shop.example/', 'si_1 1 1 0 0'],
    ])
    const reader = createSqliteReader(hand.world.path, createMailDomains('', ''), { small: 0 })
    let beside = await reader.pages({}, NOW)
    expect(beside).toBeNull()
    while (!beside) {
      await new Promise((resolve) => setImmediate(resolve))
      beside = await reader.pages({}, NOW)
    }
    expect(beside).toEqual(counted)
  })
})

describe('a store that is too large to be counted at the reading', () => {
  test('is counted beside all else, says when, and has its leads as they are now', async () => {
    const hand = await createHandWorld()
    const reader = createSqliteReader(hand.world.path, createMailDomains('', ''), { small: 0 })
    expect(await reader.sources({}, NOW)).toBeNull()
    const ready = await countedAt(reader, NOW)
    expect(ready).toEqual(await report(hand.reader))
    visit(hand.world, randomUUID(), {
      at: NOW - 30_000,
      query: NEWSLETTER,
      email: 'new@firm.example',
    })
    await sell(hand, 'nils@firm.example', 'qualify_lead')
    const soon = await reader.sources({}, NOW + 1000)
    expect(soon?.as_of).toBe(ready.as_of)
    expect(soon?.total).toMatchObject({ visitors: 7, leads: 4, sql: 1 })
    expect(soon?.data.map(({ name, leads }) => [name, leads])).toContainEqual(['Email', 3])
    // After a while it is counted again; until that is done the old one answers.
    const later = NOW + 2 * MINUTE
    expect((await reader.sources({}, later))?.total.visitors).toBe(7)
    const again = await countedAt(reader, later)
    expect(again.total).toMatchObject({ visitors: 8, leads: 4, sql: 1 })
    expect(again.as_of).toBe(new Date(later).toISOString())
  })
})

/** Asks until the census of this instant is there. */
async function countedAt(reader: InternalReader, at: number): Promise<SourcesJson> {
  for (;;) {
    const counted = await reader.sources({}, at)
    if (counted && Date.parse(counted.as_of) === at) return counted
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Where somebody came from as the lists of the API say it, another way than the report counts it. */
function nameOf(by: Dimension, touch: LeadJson['first_touch']): string | null {
  if (!touch) return null
  if (by === 'source') return `${touch.source} / ${touch.medium}`
  if (by === 'landing') return touch.landing?.replace(/^https:\/\/|\?.*$/g, '') ?? null
  return touch[by]
}

const FIELDS = {
  first: 'first_touch',
  last: 'last_touch',
  last_non_direct: 'last_non_direct_touch',
} as const satisfies Record<TouchChoice, keyof LeadJson>

describe('worlds counted another way', () => {
  test.each([1, 2, 3, 4])(
    'leads and visitors of every row, and their sums (seed %i)',
    async (seed) => {
      const { world, reader } = openWorld()
      const random = randomOf(seed)
      const browsers = Array.from({ length: 40 }, () => randomUUID())
      for (let i = 0; i < 80; i += 1) {
        visit(world, random.pick(browsers), {
          at: NOW - random.int(60 * DAY),
          query: random.pick([NEWSLETTER, BRAND, DIRECT, DIRECT, '?utm_source=x']),
          path: random.pick(['/', '/guide', '/pricing']),
          ...(random.int(3) === 0 && {
            email: `p${random.int(20)}@${random.pick(['firm', 'own'])}.example`,
          }),
          asks: random.int(6) === 0,
          isBot: random.int(9) === 0,
        })
      }
      const since = NOW - 55 * DAY
      const listed = await found(reader.leads({ limit: 100 }, NOW))
      const leads = listed.data.filter(
        ({ excluded, first_seen_at: at }) => !excluded && Date.parse(at ?? '') >= since,
      )
      expect(leads.length).toBeGreaterThan(3)
      for (const touch of TOUCHES) {
        const totals = []
        for (const by of DIMENSIONS) {
          const { data, total } = await report(reader, { by, touch, since })
          totals.push(total)
          for (const step of ['visitors', 'leads', 'mql', 'sql', 'won'] as const) {
            expect(data.reduce((sum, row) => sum + row[step], 0)).toBe(total[step])
          }
          const own = new Map<string | null, number>()
          for (const lead of leads) {
            const name = nameOf(by, lead[FIELDS[touch]] ?? lead.last_touch)
            own.set(name, (own.get(name) ?? 0) + 1)
          }
          const counted = data.filter((row) => row.leads > 0).map((row) => [row.name, row.leads])
          expect(new Map(counted as [string | null, number][])).toEqual(own)
        }
        for (const total of totals) expect(total).toEqual(totals[0])
        const seen = await found(reader.visitors({ limit: 100 }, NOW))
        const out = new Set(listed.data.filter((lead) => lead.excluded).map(({ id }) => id))
        const people: string[] = []
        for (const one of seen.data) {
          if (Date.parse(one.first_seen_at ?? '') < since || out.has(one.lead ?? '')) continue
          const { data: sessions } = await found(reader.visitorTimeline(one.id, {}, NOW))
          if (sessions.some(({ bot }) => bot === null)) people.push(one.id)
        }
        expect(totals[0]?.visitors).toBe(people.length)
      }
    },
  )
})

describe('in the API', () => {
  let service: Service
  const read = async (path: string) => {
    const answer = await service.ask(`/api/v1${path}`, service.keyOf(['read']))
    return { status: answer.status, body: await answer.json() }
  }

  test('the report and the funnel are of one count, and narrowed as asked', async () => {
    service = createService()
    cleanups.push(service.close)
    const { body: sources } = await read('/reports/sources?by=source&site=si_1')
    expect(sources.total).toMatchObject({ visitors: 2, leads: 1 })
    expect(sources.data[0]).toMatchObject({ name: 'google / organic', visitors: 1, leads: 1 })
    const { body: funnel } = await read('/reports/funnel?site=si_1')
    expect(
      funnel.data.map((row: { step: string; count: number }) => [row.step, row.count]),
    ).toEqual(['visitors', 'leads', 'mql', 'sql', 'won'].map((step) => [step, sources.total[step]]))
    const { body: pages } = await read('/reports/pages?site=si_1')
    expect(pages.data[0]).toMatchObject({ site: 'si_1', page: 'shop.example/', leads: 1 })
    expect(funnel.data[1].of_previous).toEqual(sources.total.rates.lead)
    expect(funnel.as_of).toBe(new Date(NOW).toISOString())
    const { body: none } = await read('/reports/funnel?site=si_1&until=2026-01-01&touch=last')
    expect(none).toMatchObject({ touch: 'last', until: '2026-01-01T23:59:59.999Z' })
    expect(none.data[0].count).toBe(0)
    for (const bad of [
      'by=page',
      'touch=middle',
      'since=junk',
      'until=-1',
      'channel=',
      'source=',
    ]) {
      expect((await read(`/reports/sources?${bad}`)).status, bad).toBe(400)
    }
  })
})
