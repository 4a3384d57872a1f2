import { expect, test } from 'vitest'
import { createTouchReader } from '../../collector/attribution/touch-reader.ts'
import {
  bucketsOf,
  contributionsOf,
  type HistoryEvent,
  sessionsOf,
} from '../../collector/scoring/derive.ts'
import { createScoreAt } from '../../collector/scoring/score.ts'
import { bucketsAt } from '../../collector/store/sqlite/read/past.ts'
import { type Random, randomOf } from '../support/random.ts'
import { defaultModel } from '../support/world.ts'

/** What a browser's counts were at many instants, against deriving each of them from nothing. */

const MODEL = defaultModel()
const touchOf = createTouchReader()
const DAY = 86_400_000
const TYPES = ['page_view', 'user_engagement', 'user_engagement', 'add_to_cart', 'generate_lead']
const PAGES = ['/', '/pricing', '/jobs', '/plans?utm_source=google&utm_medium=cpc']

/** Sessions across midnight, late proofs, bots found out late, views whose beginning is learnt late. */
function eventsOf(random: Random): HistoryEvent[] {
  const sessions = Array.from({ length: 1 + random.int(4) }, (_, n) => ({
    key: random.int(4) === 0 ? null : `s${n}`,
    from: random.int(3 * DAY),
    length: random.pick([3_600_000, 8 * 3_600_000, 2 * DAY]),
    human: random.pick([0, 0.1, 0.4]),
    bot: random.pick([0, 0, 0.1]),
    isServer: random.int(3) === 0,
  }))
  return Array.from({ length: 4 + random.int(24) }, (_, n) => {
    const session = random.pick(sessions)
    const type = random.pick(TYPES)
    const at = session.from + random.int(session.length)
    const isPing = type === 'user_engagement'
    return {
      id: n.toString(16).padStart(32, '0'),
      external: null,
      isServer: session.key === null && session.isServer,
      type,
      at,
      session: session.key,
      human: random.next() < session.human,
      bot: random.next() < session.bot ? random.pick(['a', 'b']) : null,
      url: `https://shop.example${random.pick(PAGES)}`,
      referrer: null,
      title: null,
      view: isPing && random.int(5) > 0 ? `v${random.int(4)}` : null,
      viewAt: isPing && random.int(4) > 0 ? at - random.int(DAY) : null,
      engagedMs: isPing ? random.int(200_000) : null,
      scroll: null,
      props: null,
    }
  })
}

test('are those of the events up to then, at every instant, whoever holds the browser by then', () => {
  let [anew, settled] = [0, 0]
  for (let seed = 1; seed <= 1500; seed += 1) {
    const random = randomOf(seed)
    const events = eventsOf(random)
    // From each claim on another half of the past is this person's.
    const claims = Array.from({ length: random.int(3) }, () => random.int(4 * DAY))
    const claimsBy = (until: number) => claims.filter((at) => at <= until).length
    const ownerBy = (until: number) => (at: number) =>
      (Math.floor(at / 7e6) + claimsBy(until)) % 2 === 0
    const derived = (until: number) => {
      const own = sessionsOf(events.filter(({ at }) => at <= until))
      const parts = contributionsOf(own, MODEL.match, touchOf).filter(({ rule }) => rule !== null)
      const isOwn = ownerBy(until)
      return [
        ...(bucketsOf(parts, (at) => Number(isOwn(at)))
          .get(1)
          ?.values() ?? []),
      ]
    }
    const instants = Array.from({ length: 25 }, (_, i) => (i * DAY) / 5)
    const { buckets, isSettled } = bucketsAt(instants, {
      events: random.shuffle(events).filter(({ at }) => at <= (instants.at(-1) ?? 0)),
      match: MODEL.match,
      touchOf,
      claimsBy,
      ownerBy,
      anew(until) {
        anew += 1
        return derived(until)
      },
      isPlain: true,
    })
    if (isSettled) settled += 1
    instants.forEach((until, i) => {
      const sorted = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort()
      expect([seed, until, sorted(buckets[i] ?? [])]).toEqual([seed, until, sorted(derived(until))])
    })
  }
  // Most instants need no second derivation, and some do.
  expect(anew).toBeGreaterThan(500)
  expect(anew).toBeLessThan((1500 * 25) / 3)
  expect(settled).toBeGreaterThan(100)
})

test('a list where nothing was added is the same list, so that its score is known', () => {
  const events = eventsOf(randomOf(3)).map((event) => ({
    ...event,
    at: 10,
    human: true,
    bot: null,
  }))
  const past = bucketsAt([DAY, 2 * DAY], {
    events,
    match: MODEL.match,
    touchOf,
    claimsBy: () => 1,
    ownerBy: () => () => true,
    anew: () => [],
    isPlain: true,
  })
  expect(past.buckets[1]).toBe(past.buckets[0])
  expect(createScoreAt(past.buckets[0] ?? [], MODEL)(0)).toBeGreaterThan(0)
})
