import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { WireBatch, WireEvent } from '../../shared/wire.ts'
import { type Random, randomOf } from '../support/random.ts'
import { IS_LONG } from '../support/scale.ts'
import { createWorld, eventAt, signatureOf, type World } from '../support/world.ts'

/**
 * Promises 1 and 2 of the score: 1 000 random streams, each delivered in random orders, in random
 * groups and with repeats, leave the state that a tidy delivery leaves, and that a replay gives.
 */

const DAY = 86_400_000
const START = Date.UTC(2026, 2, 3)
const STREAMS = 1000
const STREAMS_PER_STORE = 50
/** Orders that each stream is delivered in, besides the tidy one. */
const SHUFFLES = IS_LONG ? 20 : 1

type Delivery = readonly [Omit<WireBatch, 'site'>, number]

const PAGES = [
  '/',
  '/pricing',
  '/pricing/team',
  '/blog',
  '/careers',
  '/?utm_medium=cpc&utm_source=google&utm_campaign=x',
]
const SIMPLE = [
  'file_download',
  'add_to_cart',
  'generate_lead',
  'sign_up',
  'view_item',
  'unsubscribe',
]

/** Some browsers over some days: sessions that prove themselves late or never, gaps, pings, claims. */
function randomStream(random: Random, people: readonly string[]): Delivery[] {
  const deliveries: Delivery[] = []
  const browsers = Array.from({ length: 1 + random.int(2) }, () => randomUUID())
  for (const browser of browsers) {
    const sessions = 1 + random.int(4)
    let at = START + random.int(3) * DAY + random.int(DAY)
    let carriedView: string | undefined
    for (let i = 0; i < sessions; i += 1) {
      at += random.pick([10 * 60_000, 29 * 60_000, 31 * 60_000, 5 * 3_600_000, DAY])
      const session = random.next() < 0.7 ? randomUUID() : undefined
      const isHuman = random.next() < 0.75
      const batches = 1 + random.int(3)
      for (let b = 0; b < batches; b += 1) {
        const events: WireEvent[] = []
        const within = session === undefined ? {} : { session }
        const url = `https://shop.example${random.pick(PAGES)}`
        const view = carriedView && random.next() < 0.3 ? carriedView : randomUUID()
        carriedView = view
        const viewAt = at
        events.push(
          eventAt(at, 'page_view', {
            ...within,
            url,
            view,
            referrer: random.pick(['', 'https://www.google.com/']),
          }),
        )
        let engaged = 0
        for (let p = random.int(4); p > 0; p -= 1) {
          at += random.int(20_000)
          engaged += random.int(40_000)
          const props = {
            engaged_ms: engaged,
            scroll: random.int(101),
            ...(random.next() < 0.9 && { view_at: viewAt }),
          }
          events.push(
            eventAt(at, 'user_engagement', {
              ...within,
              url: random.next() < 0.95 ? url : 'https://shop.example/pricing',
              view,
              props,
            }),
          )
        }
        for (let s = random.int(3); s > 0; s -= 1) {
          at += random.int(60_000)
          events.push(eventAt(at, random.pick(SIMPLE), { ...within, url, view }))
        }
        if (random.next() < 0.3) {
          at += random.int(5_000)
          events.push(
            eventAt(at, 'identify', { ...within, props: randomClaim(random, people, at) }),
          )
        }
        const receivedAt = at + 1 + random.int(1000)
        deliveries.push([
          { browser, events, human: isHuman && b === batches - 1, sentAt: receivedAt },
          receivedAt,
        ])
        at += random.int(30_000)
      }
    }
  }
  return deliveries
}

/** An e-mail, an id or both, with traits now and then; every third one signed. */
function randomClaim(random: Random, people: readonly string[], at: number) {
  const who = random.pick(people)
  const email = `${random.next() < 0.9 ? who : random.pick(people)}@corp.example`
  const ids = random.pick([{ email }, { user_id: who }, { user_id: who, email }])
  const traits = random.pick([{}, { name: who }, { name: who, company: 'Corp' }])
  if (random.next() < 0.67) return { ...ids, traits }
  return { ...ids, traits, signature: signatureOf(ids, at + 30 * 60_000) }
}

/** The same deliveries as a network might bring them: split, doubled, in any order and grouping. */
function disturb(deliveries: readonly Delivery[], random: Random): Delivery[] {
  const pieces = deliveries.flatMap(([batch, receivedAt]): Delivery[] => {
    const events = random.shuffle(batch.events)
    const cut = random.int(events.length + 1)
    const parts = [events.slice(0, cut), events.slice(cut)].filter((part) => part.length > 0)
    return parts.map((part) => [{ ...batch, events: part }, receivedAt])
  })
  const repeats = pieces.filter(() => random.next() < 0.3)
  return random.shuffle([...pieces, ...repeats])
}

function deliverInGroups(world: World, deliveries: readonly Delivery[], random: Random): void {
  for (let i = 0; i < deliveries.length; ) {
    const size = 1 + random.int(6)
    world.deliverGroup(deliveries.slice(i, i + size))
    i += size
  }
}

/** Everything that scores depend on, in words that don't depend on the store's numbering. */
function stateOf(path: string): unknown {
  const db = new Database(path, { readonly: true })
  const all = (sql: string) =>
    db
      .prepare(sql)
      .raw()
      .all()
      .map((row) => JSON.stringify(row))
      .sort()
  const who = `coalesce((SELECT group_concat(kind || value, ',') FROM
    (SELECT kind, value FROM lead_key k WHERE k.lead = v.lead ORDER BY kind, value)), 'anonymous')`
  const state = {
    visitors: all(
      `SELECT hex(b.key), v.from_at, ${who}, v.first_at, v.last_at FROM visitor v JOIN browser b ON b.id = v.browser`,
    ),
    buckets: all(
      `SELECT hex(b.key), v.from_at, k.day, k.rule, k.count, k.engaged_ms, k.last_ms FROM bucket k JOIN visitor v ON v.id = k.visitor JOIN browser b ON b.id = v.browser`,
    ),
    sessions: all(
      `SELECT hex(b.key), hex(s.key), s.start_at, s.end_ms, s.proven_ms, t.value FROM session s JOIN browser b ON b.id = s.browser LEFT JOIN touch t ON t.id = s.touch`,
    ),
    events: all(
      `SELECT hex(e.id), s.base_at + e.at_ms, e.human FROM event e JOIN session s ON s.id = e.session`,
    ),
    leads: all(`SELECT email, user_id, verified, traits FROM lead`),
  }
  db.close()
  return state
}

test(`${STREAMS} random streams, shuffled and doubled ${SHUFFLES} times, leave identical state`, {
  timeout: IS_LONG ? 3_600_000 : 240_000,
}, async () => {
  let events = 0
  for (let first = 0; first < STREAMS; first += STREAMS_PER_STORE) {
    const random = randomOf(first + 1)
    const streams = Array.from({ length: STREAMS_PER_STORE }, (_, i) =>
      randomStream(random, [`ann${first + i}`, `bob${first + i}`, `cy${first + i}`]),
    ).flat()
    const tidy = createWorld()
    try {
      for (const [batch, receivedAt] of streams) tidy.deliver(batch, receivedAt)
      const report = await tidy.verify()
      expect(report.differences).toEqual([])
      events += report.events
      const expected = stateOf(tidy.path)
      for (let shuffle = 0; shuffle < SHUFFLES; shuffle += 1) {
        const disturbed = createWorld()
        try {
          deliverInGroups(disturbed, disturb(streams, random), random)
          expect((await disturbed.verify()).differences).toEqual([])
          expect(stateOf(disturbed.path)).toEqual(expected)
        } finally {
          disturbed.close()
        }
      }
    } finally {
      tidy.close()
    }
  }
  expect(events).toBeGreaterThan(STREAMS * 5)
})
