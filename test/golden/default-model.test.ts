import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { ScoreJson } from '../../collector/store/shapes.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createWorld, defaultModelYaml, eventAt, type World } from '../support/world.ts'

/**
 * The whole default model against figures worked out outside this code: with 60-digit decimals,
 * from the formulas and the table of the score's specification. A changed figure here is a changed
 * promise to people who rely on scores, never a refactoring.
 */

const DAY = 86_400_000
const DAY_0 = Date.UTC(2026, 2, 2)
const AS_OF = '2026-03-16' // day 14
const SHOP = 'https://shop.example'

/** rule, day, distinct events, engaged ms, g in milli-points, w in millionths, the day's line */
const BUCKETS: readonly (readonly [string, number, number, number, number, number, number])[] = [
  ['page_view', 0, 12, 0, 6513, 500000, 3256],
  ['page_view', 7, 2, 0, 1900, 707107, 1343],
  ['page_view', 13, 1, 0, 1000, 951695, 951],
  ['page_view', 14, 1, 0, 1000, 1000000, 1000],
  ['visit', 0, 3, 0, 4500, 500000, 2250],
  ['visit', 7, 1, 0, 3000, 707107, 2121],
  ['visit', 13, 1, 0, 3000, 951695, 2855],
  ['engaged_time', 0, 3, 276400, 15684, 500000, 7842],
  ['engaged_time', 7, 1, 45000, 4424, 707107, 3128],
  ['engaged_time', 13, 3, 640000, 19429, 951695, 18490],
  ['pricing_view', 0, 4, 0, 17500, 629961, 11024],
  ['pricing_view', 7, 1, 0, 10000, 793701, 7937],
  ['pricing_time', 0, 2, 75900, 10702, 629961, 6741],
  ['pricing_time', 7, 1, 45000, 7915, 793701, 6282],
  ['product_view', 0, 9, 0, 9700, 500000, 4850],
  ['search', 0, 4, 0, 5250, 500000, 2625],
  ['download', 0, 5, 0, 17408, 723635, 12597],
  ['video_half', 0, 2, 0, 9600, 629961, 6047],
  ['video_complete', 0, 1, 0, 10000, 629961, 6299],
  ['newsletter', 0, 2, 0, 10000, 806021, 8060],
  ['content_form', 0, 3, 0, 22500, 806021, 18135],
  ['contact_form', 0, 2, 0, 40000, 850667, 34026],
  ['hand_raise', 0, 2, 0, 40000, 850667, 34026],
  ['webinar_register', 0, 1, 0, 5000, 723635, 3618],
  ['webinar_attend', 0, 1, 0, 20000, 723635, 14472],
  ['wish_list', 0, 5, 0, 17408, 500000, 8704],
  ['cart', 0, 4, 0, 26250, 250000, 6562],
  ['cart', 7, 1, 0, 15000, 500000, 7500],
  ['cart', 14, 4, 0, 26250, 1000000, 26250],
  ['checkout', 0, 3, 0, 32500, 250000, 8125],
  ['checkout', 14, 3, 0, 32500, 1000000, 32500],
  ['ad_click', 0, 2, 0, 7500, 500000, 3750],
  ['email_click', 0, 2, 0, 4800, 500000, 2400],
  ['trial', 0, 1, 0, 30000, 723635, 21709],
  ['careers', 0, 1, 0, -10000, 723635, -7236],
  ['careers', 7, 1, 0, -10000, 850667, -8506],
  ['careers', 13, 1, 0, -10000, 977160, -9771],
  ['unsubscribe', 0, 2, 0, -30000, 850667, -25520],
]

/** rule, sum of its lines, and what its cap takes or gives back */
const LINES: readonly (readonly [string, number, number])[] = [
  ['page_view', 6550, 0],
  ['visit', 7226, 0],
  ['engaged_time', 29460, 0],
  ['pricing_view', 18961, 0],
  ['pricing_time', 13023, 0],
  ['product_view', 4850, 0],
  ['search', 2625, 0],
  ['download', 12597, 0],
  ['video_half', 6047, 0],
  ['video_complete', 6299, 0],
  ['newsletter', 8060, 0],
  ['content_form', 18135, 0],
  ['contact_form', 34026, 0],
  ['hand_raise', 34026, 0],
  ['webinar_register', 3618, 0],
  ['webinar_attend', 14472, 0],
  ['wish_list', 8704, 0],
  ['cart', 40312, -10312],
  ['checkout', 40625, -5625],
  ['ad_click', 3750, 0],
  ['email_click', 2400, 0],
  ['trial', 21709, 0],
  ['careers', -25513, 5513],
  ['unsubscribe', -25520, 0],
]
const SCORE_MILLI = 276_018

/** What the person did, in words: a day with everything, a visit a week later, one over midnight, a last day. */
function history(): WireEvent[][] {
  const first = session(DAY_0 + 9 * 3_600_000)
  const ad = `${SHOP}/?utm_source=google&utm_medium=cpc&utm_campaign=spring`
  first.add('page_view', 1, { url: ad })
  first.add('page_view', 4, { url: `${SHOP}/pricing` })
  first.add('page_view', 1, { url: `${SHOP}/careers/baker` })
  first.add('page_view', 4, { url: `${SHOP}/blog` })
  first.ping(`${SHOP}/pricing`, [30_000, 75_900])
  first.ping(`${SHOP}/blog`, [200_500])
  first.add('view_item', 9)
  first.add('view_search_results', 4)
  first.add('file_download', 5)
  for (const video_percent of [25, 50, 75])
    first.add('video_progress', 1, { props: { video_percent } })
  first.add('video_complete', 1)
  first.add('sign_up', 2)
  first.add('form_submit', 3, { props: { has_email: true } })
  first.add('form_submit', 1, { props: { form_name: 'poll' } })
  first.add('generate_lead', 2)
  first.add('request_demo', 1)
  first.add('request_quote', 1)
  first.add('webinar_register', 1)
  first.add('webinar_attend', 1)
  first.add('add_to_wishlist', 5)
  first.add('add_to_cart', 4)
  first.add('begin_checkout', 3)
  first.add('email_click', 2)
  first.add('email_open', 7)
  first.add('trial_start', 1)
  first.add('unsubscribe', 2)
  first.add('identify', 1, { props: { email: 'Ada@Corp.example ', user_id: '42' } })
  const second = session(DAY_0 + 13 * 3_600_000) // a click id without a medium is a paid landing too
  second.add('page_view', 1, { url: `${SHOP}/?gclid=abc` })
  const third = session(DAY_0 + 18 * 3_600_000)
  third.add('page_view', 1, { url: `${SHOP}/`, referrer: 'https://www.google.com/' })

  const week = session(DAY_0 + 7 * DAY + 3_600_000)
  week.add('page_view', 1, { url: `${SHOP}/pricing/` })
  week.add('page_view', 1, { url: `${SHOP}/jobs` })
  week.ping(`${SHOP}/pricing`, [45_000])
  week.add('add_to_cart', 1)

  // Begun ten minutes before midnight: the visit and the view's time are the first day's.
  const night = session(DAY_0 + 14 * DAY - 600_000)
  night.add('page_view', 1, { url: `${SHOP}/careers` })
  night.ping(`${SHOP}/careers`, [100_000, 640_000, 500_000], 500_000)
  night.add('page_view', 1, { url: `${SHOP}/blog` })
  night.add('add_to_cart', 4)
  night.add('begin_checkout', 3)
  return [first, second, third, week, night].map((one) => one.events)
}

/** Events of one session, a second apart. */
function session(startAt: number) {
  const id = randomUUID()
  const events: WireEvent[] = []
  let at = startAt
  return {
    events,
    add(type: string, times: number, rest: Partial<WireEvent> = {}) {
      for (let i = 0; i < times; i += 1) {
        events.push(eventAt(at, type, { session: id, ...rest }))
        at += 1000
      }
    },
    /** Pings of one view that began at the last event, `apartMs` apart. */
    ping(url: string, engaged: readonly number[], apartMs = 20_000) {
      const view = randomUUID()
      const view_at = at - 1000
      for (const engaged_ms of engaged) {
        at += apartMs
        const props = { engaged_ms, scroll: 50, view_at }
        events.push(eventAt(at, 'user_engagement', { session: id, view, url, props }))
      }
    },
  }
}

let world: World
let score: ScoreJson
const names = new Map<number, string>()

beforeAll(async () => {
  world = createWorld()
  const browser = randomUUID()
  for (const events of history()) {
    const receivedAt = (events.at(-1)?.at ?? 0) + 5
    for (let i = 0; i < events.length; i += 50) {
      const answer = world.deliver(
        { browser, human: true, sentAt: receivedAt, events: events.slice(i, i + 50) },
        receivedAt,
      )
      expect(answer.rejected).toEqual([])
    }
  }
  const reader = createSqliteReader(world.path, createMailDomains('', ''))
  const read = await reader.score(
    'email:ada@corp.example',
    { asOf: Date.parse(AS_OF) + DAY - 1 },
    Date.UTC(2027, 0, 1),
  )
  if (read.kind !== 'found') throw new Error(read.kind)
  score = read.value
  const model = defaultModelYaml()
  for (const [i, id] of [...model.matchAll(/\{ id: (\w+), label: .*on:/g)].entries())
    names.set(i + 1, id[1] ?? '')
})
afterAll(() => world.close())

describe('the default model, by hand', () => {
  test('every bucket', () => {
    const db = new Database(world.path, { readonly: true })
    const stored = db
      .prepare('SELECT rule, day, count, engaged_ms FROM bucket WHERE rule > 0')
      .raw()
      .all() as number[][]
    db.close()
    const seen = stored.map(([rule, day, count, ms]) => [
      names.get(rule!),
      day! - DAY_0 / DAY,
      count,
      ms,
    ])
    const expected = BUCKETS.map(([rule, day, count, ms]) => [rule, day, count, ms])
    const order = (rows: unknown[][]) => rows.map((row) => row.join(' ')).sort()
    expect(order(seen)).toEqual(order(expected))
  })

  test('every line and cap, in the order of the model', () => {
    const expected = LINES.flatMap(([rule, sum, cap]) => [
      { rule, milli: sum },
      ...(cap === 0 ? [] : [{ rule, kind: 'cap', milli: cap }]),
    ])
    expect(
      score.reasons.map(({ rule, kind, milli }) =>
        kind ? { rule, kind, milli } : { rule, milli },
      ),
    ).toEqual(expected)
  })

  test('the table agrees with itself: lines are cut products, and sum to the rules', () => {
    for (const [, , , , g, w, line] of BUCKETS) expect(Math.trunc((g * w) / 1_000_000)).toBe(line)
    for (const [rule, sum] of LINES) {
      const own = BUCKETS.filter(([of]) => of === rule)
      expect(own.reduce((total, row) => total + row[6], 0)).toBe(sum)
    }
  })

  test('the score, and what a reader is told beside it', () => {
    expect(score.score_milli).toBe(SCORE_MILLI)
    expect(score.score).toBe(276.018)
    expect(score.reasons.reduce((sum, { milli }) => sum + milli, 0)).toBe(SCORE_MILLI)
    expect(score.engagement).toBe(1)
    expect(score.percentile).toBeNull()
    const pricing = score.reasons.find((reason) => reason.rule === 'pricing_time')
    expect(pricing).toMatchObject({ count: 3, engaged_ms: 120_900 })
  })
})
