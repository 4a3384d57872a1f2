import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import type { WireAnswer, WireEvent } from '../../shared/wire.ts'
import { scaled } from '../support/scale.ts'
import {
  CHROME,
  createWorld,
  defaultModel,
  eventAt,
  found,
  signatureOf,
  type World,
} from '../support/world.ts'

/** What strangers can do to scores and leads through the beacon: nothing worth doing. */

const NOW = Date.UTC(2026, 2, 3, 10)
const SECOND = 1000
const DAY = 86_400_000
const SHOP = 'https://shop.example'

let world: World
let reader: InternalReader
beforeEach(() => {
  world = createWorld({ now: NOW - DAY })
  reader = createSqliteReader(world.path, createMailDomains('', ''))
})
afterEach(() => world.close())

function view(at: number, rest: Partial<WireEvent> = {}): WireEvent {
  return eventAt(at, 'page_view', { url: `${SHOP}/pricing`, ...rest })
}
function identify(at: number, props: WireEvent['props']): WireEvent {
  return eventAt(at, 'identify', { props: props ?? {} })
}
function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}
function send(browser: string, events: WireEvent[], at = NOW, address = '10.0.0.1'): WireAnswer {
  return world.deliver({ browser, human: true, events }, at, { address })
}
function sum(answers: readonly WireAnswer[], key: 'accepted' | 'duplicates' | 'ignored'): number {
  return answers.reduce((total, answer) => total + answer[key], 0)
}
function codes(answer: WireAnswer): string[] {
  return answer.rejected.map(({ code }) => code)
}
function query<T>(sql: string, ...params: unknown[]): T[] {
  const db = new Database(world.path, { readonly: true })
  try {
    return db.prepare(sql).raw().all(params) as T[] // the caller knows what it asks for
  } finally {
    db.close()
  }
}
function counter(name: string): number {
  return query<[number]>('SELECT value FROM counter WHERE name = ?', name)[0]?.[0] ?? 0
}
async function expectExact() {
  expect((await world.verify()).differences).toEqual([])
}

describe('more than people do', () => {
  test('a page in a loop is ignored beyond its limit, counted, and costs nobody else', async () => {
    const seconds = scaled(60)
    const looping = randomUUID()
    const looped: WireAnswer[] = []
    const others: WireAnswer[] = []
    for (let i = 0; i < seconds * 20; i += 1) {
      const at = NOW + i * 50
      const other = randomUUID()
      const answers = world.deliverGroup([
        [{ browser: looping, human: true, events: times(100, () => view(at)) }, at],
        [{ browser: other, human: true, events: [view(at)] }, at],
      ])
      if (answers[0]) looped.push(answers[0])
      if (answers[1]) others.push(answers[1])
    }
    const sent = seconds * 2_000
    const accepted = sum(looped, 'accepted')
    expect(accepted).toBe(300 + Math.floor((seconds - 0.05) * 10))
    expect(sum(looped, 'ignored')).toBe(sent - accepted)
    expect(sum(others, 'accepted')).toBe(others.length)
    world.service.look(NOW + seconds * SECOND)
    expect(counter('ignored:browser_rate')).toBe(sent - accepted)
    expect(world.service.stats().verdicts).toMatchObject({
      'ignored:browser_rate': sent - accepted,
      accepted: accepted + others.length,
    })
    expect(query('SELECT count(*) FROM event')).toEqual([[accepted + others.length]])
    await expectExact()
  })

  test('a network of the Internet is limited as one; one behind a proxy is not', () => {
    const flood = (address: string) =>
      times(65, () =>
        send(
          randomUUID(),
          times(100, () => view(NOW)),
          NOW,
          address,
        ),
      )
    const answers = flood('203.0.113.7')
    expect(sum(answers, 'accepted')).toBe(6_000)
    expect(sum(answers, 'ignored')).toBe(500)
    expect(world.service.stats().verdicts['ignored:address_rate']).toBe(500)
    expect(sum(flood('127.0.0.1'), 'ignored')).toBe(0)
  })

  test('one person who pumps a score comes to the sum of the caps at most', async () => {
    const browsers = times(40, () => randomUUID())
    const model = defaultModel()
    const types = [...new Set(model.rules.flatMap(({ spec }) => spec.on))].filter(
      (on) => !['session', 'engaged_time', 'landing'].includes(on),
    )
    const total = scaled(100_000)
    let sent = 0
    for (let round = 0; sent < total; round += 1) {
      for (const browser of browsers) {
        const at = NOW + round * 10 * SECOND
        const session = randomUUID()
        const events = times(99, (i) => {
          const pageView = { view: randomUUID(), session, url: `${SHOP}/pricing?n=${i}` }
          const type = i % 3 === 0 ? 'user_engagement' : (types[i % types.length] ?? 'page_view')
          const props =
            type === 'user_engagement'
              ? { engaged_ms: 3_600_000, scroll: 100, view_at: at - DAY }
              : { has_email: true, video_percent: 100, value: 1e9 }
          return eventAt(at, type, { ...pageView, props })
        })
        const claim = eventAt(at, 'identify', { session, props: { email: 'max@x.example' } })
        send(browser, [claim, ...events], at)
        sent += 100
      }
    }
    const most = model.rules.reduce(
      (points, { spec }) => points + (spec.points > 0 ? (spec.cap ?? Number.NaN) * 1000 : 0),
      0,
    )
    const { score_milli: score } = await found(
      reader.score('email:max@x.example', {}, NOW + DAY / 2),
    )
    expect(score).toBeGreaterThan(most / 4)
    expect(score).toBeLessThanOrEqual(most)
    await expectExact()
  })

  test('scanners and bots come to nothing, a person to something', async () => {
    const links = (at: number) =>
      times(30, (i) => view(at + i * 300, { url: `${SHOP}/pricing?page=${i}` }))
    const clicks = times(5, (i) => eventAt(NOW + i, 'file_download', { url: `${SHOP}/a.pdf` }))
    const clean = { browser: '', human: false, sentAt: NOW + 10 * SECOND }
    const profiles = {
      'a mail scanner that follows every link, by a real agent': [{ ...clean, events: links(NOW) }],
      'the same, with downloads': [{ ...clean, events: [...links(NOW), ...clicks] }],
      'a crawler by name': [
        { ...clean, human: true, events: links(NOW) },
        { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
      ],
      'an http client': [
        { ...clean, human: true, events: links(NOW) },
        { userAgent: 'curl/8.5.0' },
      ],
      'a browser that fetched ahead': [
        { ...clean, human: true, events: links(NOW) },
        { bot: 'prefetch' },
      ],
      'a driven browser with script': [
        {
          ...clean,
          human: true,
          events: links(NOW).map((event) => ({
            ...event,
            url: (event.url ?? '').replace('shop.example', 'shop.example.com'),
            props: { webdriver: true },
          })),
        },
      ],
    } as const
    const browsers = new Map<string, string>()
    for (const [name, [batch, extra]] of Object.entries(profiles) as [
      string,
      readonly [Parameters<World['deliver']>[0], Parameters<World['deliver']>[2]?],
    ][]) {
      const browser = randomUUID()
      browsers.set(browser, name)
      const session = randomUUID()
      const events = batch.events.map((event) => ({ ...event, session }))
      const answer = world.deliver({ ...batch, browser, events }, NOW + 10 * SECOND, extra)
      expect(answer.accepted).toBe(events.length)
    }
    const person = randomUUID()
    send(person, [view(NOW), eventAt(NOW, 'file_download', { url: `${SHOP}/a.pdf` })])
    const { data } = await found(reader.visitors({}, NOW + 20 * SECOND))
    expect(data).toHaveLength(7)
    for (const { browser, score_milli } of data) {
      const name = browsers.get(browser ?? '')
      // A page (1), a key page (10), a visit (3), a download (8).
      expect([name, score_milli]).toEqual([name, name === undefined ? 22_000 : 0])
    }
    await expectExact()
  })
})

describe('ids', () => {
  test('who sends known ids first from another browser keeps nobody out', async () => {
    const ids = times(100, () => randomUUID())
    const [victim, attacker] = [randomUUID(), randomUUID()]
    const batch = () => ids.map((id) => view(NOW, { id }))
    expect(send(attacker, batch()).accepted).toBe(100)
    expect(send(victim, batch())).toMatchObject({ accepted: 100, duplicates: 0 })
    expect(send(victim, batch())).toMatchObject({ accepted: 0, duplicates: 100 })
    world.service.look(NOW)
    expect(counter('duplicate')).toBe(100)
    await expectExact()
  })

  test('of one id with two payloads the first is kept, and the other counted', async () => {
    const total = scaled(1_000)
    const pairs = times(total, (i) => {
      const [id, browser] = [randomUUID(), randomUUID()]
      send(browser, [view(NOW, { id, url: `${SHOP}/first/${i}` })])
      return { id, browser }
    })
    for (const { id, browser } of pairs) {
      const url = `${SHOP}/second`
      expect(send(browser, [view(NOW, { id, url })], NOW + SECOND).duplicates).toBe(1)
    }
    expect(counter('id_conflict')).toBe(total)
    const urls = query<[string]>('SELECT DISTINCT value FROM text WHERE value LIKE ?', `${SHOP}/%`)
    expect(urls.filter(([url]) => url.includes('/first/'))).toHaveLength(total)
    expect(urls.filter(([url]) => url.includes('/second'))).toEqual([])
    await expectExact()
  })

  test('ids that mean nothing make no leads of strangers', () => {
    const words = ['undefined', 'null', 'anonymous', 'NaN', 'None', 'guest', 'unknown', 'true']
    words.push('0', '[object Object]', '{{user.id}}', 'user_id')
    for (const word of words) {
      for (let i = 0; i < scaled(100); i += 1) {
        const answer = send(randomUUID(), [view(NOW), identify(NOW, { user_id: word })])
        expect(answer.accepted).toBe(1)
        expect(codes(answer)).toEqual(['refused_id'])
      }
    }
    expect(query('SELECT count(*) FROM lead')).toEqual([[0]])
  })
})

describe('claims', () => {
  test('of 2 000 e-mails from one visitor five become leads, and the others are counted', async () => {
    const total = scaled(2_000)
    const browser = randomUUID()
    for (let sent = 0; sent < total; sent += 100) {
      const at = NOW + sent * 100
      const events = times(100, (i) => identify(at, { email: `lead${sent + i}@x.example` }))
      expect(send(browser, events, at).rejected).toHaveLength(sent === 0 ? 95 : 100)
    }
    expect(query('SELECT count(*) FROM lead')).toEqual([[5]])
    expect(world.service.stats().verdicts).toEqual({
      accepted: 5,
      'rejected:too_many_emails': total - 5,
    })
    await expectExact()
  })

  test('more e-mails than a neighbourhood has wait for a word, and are leads after it', async () => {
    const answers = times(70, (i) =>
      send(
        randomUUID(),
        [view(NOW), identify(NOW, { email: `lead${i}@x.example` })],
        NOW,
        `203.0.113.${i}`,
      ),
    )
    expect(sum(answers, 'accepted')).toBe(130)
    expect(answers.flatMap(codes)).toEqual(times(10, () => 'held_for_review'))
    expect(query('SELECT count(*) FROM lead')).toEqual([[60]])
    expect(query('SELECT DISTINCT reason FROM quarantine')).toEqual([['held_for_review']])
    expect(JSON.stringify(query('SELECT * FROM quarantine'))).not.toContain('203.0.113')
    expect(world.service.stats().quarantined).toBe(10)
    const asked = { reason: 'held_for_review' }
    expect(world.service.requeue({ reason: 'other' }, NOW + DAY)).toMatchObject({ taken: 0 })
    expect(world.service.requeue(asked, NOW + DAY)).toMatchObject({ taken: 10, waiting: 0 })
    expect(world.service.stats().quarantined).toBe(0)
    expect(query('SELECT count(*) FROM lead')).toEqual([[70]])
    await expectExact()
  })

  test('a person has fifty browsers, whatever strangers claim at once or one by one', async () => {
    const claim = (browser: string, props: Record<string, string> = {}) =>
      ({
        browser,
        human: true,
        events: [identify(NOW, { email: 'ann@x.example', ...props })],
      }) as const
    const browsers = times(60, () => randomUUID())
    const answers = world.deliverGroup(browsers.map((browser) => [claim(browser), NOW] as const))
    expect(sum(answers, 'accepted')).toBe(50)
    expect(answers.flatMap(codes)).toEqual(times(10, () => 'too_many_devices'))
    expect(codes(world.deliver(claim(randomUUID()), NOW))).toEqual(['too_many_devices'])
    expect(world.deliver(claim(browsers[3] ?? ''), NOW).accepted).toBe(1)
    const signature = signatureOf({ email: 'ann@x.example' }, NOW + 60 * SECOND)
    expect(world.deliver(claim(randomUUID(), { signature }), NOW).accepted).toBe(1)
    expect(query('SELECT count(DISTINCT browser) FROM claim')).toEqual([[51]])
    await expectExact()
  })

  test('a spoofed claim changes neither what a proven person is nor, where proof is asked for, anything', async () => {
    const total = scaled(1_000)
    const strict = world.service.addSite({
      name: 'Strict',
      key: 'strict',
      writeKey: 'w2',
      signingSecret: 's2',
      origins: [],
      needsSignature: true,
      isGenerated: false,
      createdAt: NOW,
    })
    const proven = randomUUID()
    const ids = { email: 'vera@x.example', user_id: 'vera' }
    const signature = signatureOf(ids, NOW + 60 * SECOND)
    send(proven, [view(NOW), identify(NOW, { ...ids, signature, traits: { company: 'Vera Ltd' } })])
    const before = await found(reader.lead('user:vera', {}, NOW + DAY))
    const spoofed = { ...ids, user_id: 'mallory', traits: { company: 'Mallory Ltd' } }
    const raw = (site: string, props: WireEvent['props']) => ({
      body: JSON.stringify({
        site,
        browser: randomUUID(),
        human: true,
        events: [identify(NOW + SECOND, props ?? {})],
      }),
      receivedAt: NOW + SECOND,
      userAgent: CHROME,
      origin: null,
      address: '10.0.0.1',
    })
    const refused = world.service.ingest(times(total, () => raw('strict', spoofed)))
    for (const { body } of refused) expect(codes(JSON.parse(body))).toEqual(['signature_required'])
    expect(query('SELECT count(*) FROM claim WHERE site = ?', strict.ref)).toEqual([[0]])

    const { email } = ids
    const weak = { email, traits: { company: 'Mallory Ltd' } }
    const answers = world.service.ingest(times(total, () => raw('site-under-test', weak)))
    const accepted = sum(
      answers.map(({ body }) => JSON.parse(body)),
      'accepted',
    )
    expect(accepted).toBe(49)
    const after = await found(reader.lead('user:vera', {}, NOW + DAY))
    const { traits, user_id, email: shown } = before
    expect(after).toMatchObject({ traits, user_id, email: shown })
    expect(traits).toMatchObject({ company: 'Vera Ltd' })
    const listed = await found(reader.identities('user:vera', {}))
    expect(listed.filter(({ strength }) => strength !== 'strong')).toHaveLength(49)
    await expectExact()
  })

  test('the answer is the same, and takes as long, whether somebody is known or not', () => {
    const known = times(20, (i) => `known${i}@x.example`)
    for (const email of known) send(randomUUID(), [identify(NOW, { email })])
    const taken = { known: new Set<string>(), unknown: new Set<string>() }
    const ms = { known: [] as number[], unknown: [] as number[] }
    for (let i = 0; i < 200; i += 1) {
      for (const kind of ['known', 'unknown'] as const) {
        const email = kind === 'known' ? (known[i % 20] ?? '') : `other${i}@x.example`
        const body = JSON.stringify({
          site: 'site-under-test',
          browser: randomUUID(),
          human: true,
          events: [identify(NOW, { email })],
        })
        const startedAt = performance.now()
        const [answer] = world.service.ingest([
          { body, receivedAt: NOW, userAgent: CHROME, origin: null, address: '10.0.0.1' },
        ])
        ms[kind].push(performance.now() - startedAt)
        taken[kind].add(answer?.body ?? '')
      }
    }
    expect(taken.known).toEqual(taken.unknown)
    expect(taken.known.size).toBe(1)
    const median = (all: number[]) => all.sort((a, b) => a - b)[100] ?? 0
    const ratio = median(ms.known) / median(ms.unknown)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })

  test('which e-mails of too many are known can not be told', () => {
    send(randomUUID(), [identify(NOW, { email: 'known@x.example' })])
    const browser = randomUUID()
    const emails = [...times(5, (i) => `a${i}@x.example`), 'known@x.example', 'other@x.example']
    const answer = send(
      browser,
      emails.map((email) => identify(NOW, { email })),
    )
    expect(codes(answer)).toEqual(['too_many_emails', 'too_many_emails'])
  })
})

test('a wrong clock is corrected, noted, and earns nothing', async () => {
  const clocks = {
    right: 0,
    behind: -400 * DAY,
    ahead: 400 * DAY,
    'at 1970': -NOW,
    'at the end of time': Date.UTC(275760, 8, 12) - NOW - DAY,
  }
  const scores: number[] = []
  for (const offset of Object.values(clocks)) {
    const browser = randomUUID()
    const sentAt = NOW + offset
    const events = [
      view(sentAt - 5 * SECOND),
      eventAt(sentAt - 4 * SECOND, 'file_download', { url: `${SHOP}/a.pdf` }),
    ]
    const batch = { browser, human: true, sentAt, events }
    expect(world.deliver(batch, NOW)).toMatchObject({ accepted: 2 })
    expect(world.deliver(batch, NOW + SECOND)).toMatchObject({ duplicates: 2 })
    const rows = query<[number, number, number]>(
      `SELECT s.skew_ms, min(s.base_at + e.at_ms), count(*) FROM browser b JOIN session s ON s.browser = b.id
       JOIN event e ON e.session = s.id WHERE b.key = ?`,
      Buffer.from(browser.replaceAll('-', ''), 'hex'),
    )
    // 1970 itself is the one clock that can not show an instant five seconds earlier.
    expect(rows).toEqual([[-offset === 0 ? 0 : -offset, NOW - 5 * SECOND, 2]])
    const { data } = await found(reader.visitors({}, NOW + DAY))
    scores.push(data.find((one) => one.browser === browser)?.score_milli ?? -1)
  }
  expect(scores[0]).toBeGreaterThan(0)
  expect(new Set(scores).size).toBe(1)
  await expectExact()
})

test('every event gets one verdict, and the counters add up', () => {
  const browsers = times(4, () => randomUUID())
  const ids = times(30, () => randomUUID())
  const event = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ids).map((id) => view(NOW, { id })) },
    { weight: 6, arbitrary: fc.constant(null).map(() => view(NOW)) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 0, max: 80 })
        .map((n) => identify(NOW, { email: `e${n}@x.example` })),
    },
    { weight: 1, arbitrary: fc.constant(view(NOW - 8 * DAY)) },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
  const batch = fc.record({
    browser: fc.constantFrom(...browsers, 'no uuid', null),
    events: fc.array(event, { maxLength: 100, size: 'max' }),
    address: fc.constantFrom('203.0.113.7', '10.0.0.1'),
  })
  const totals = { events: 0, accepted: 0, duplicates: 0, ignored: 0, rejected: 0 }
  fc.assert(
    fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), fc.nat(5), (batches, seconds) => {
      const group = batches.map(({ browser, events, address }) => {
        const said = {
          ...(browser !== null && { browser }),
          human: true,
          events: events as WireEvent[],
        }
        return [said, NOW + seconds * SECOND, { address }] as const
      })
      world.deliverGroup(group).forEach((answer, i) => {
        const sent = batches[i]?.events.length ?? -1
        const { accepted, duplicates, ignored, rejected } = answer
        expect(accepted + duplicates + ignored + rejected.length).toBe(sent)
        totals.events += sent
        totals.accepted += accepted
        totals.duplicates += duplicates
        totals.ignored += ignored
        totals.rejected += rejected.length
      })
    }),
    { numRuns: scaled(1_000) },
  )
  const { verdicts } = world.service.stats()
  const told = (prefix: string) =>
    Object.entries(verdicts).reduce((all, [name, n]) => all + (name.startsWith(prefix) ? n : 0), 0)
  expect(told('')).toBe(totals.events)
  expect(told('accepted')).toBe(totals.accepted)
  expect(told('duplicate')).toBe(totals.duplicates)
  expect(told('ignored:')).toBe(totals.ignored)
  expect(told('rejected:')).toBe(totals.rejected)
  for (const part of ['accepted', 'duplicates', 'ignored', 'rejected'] as const) {
    expect(totals[part]).toBeGreaterThan(0)
  }
  world.service.look(NOW + DAY)
  expect(counter('duplicate')).toBe(totals.duplicates)
  expect(query('SELECT count(*) FROM event')).toEqual([[totals.accepted]])
})
