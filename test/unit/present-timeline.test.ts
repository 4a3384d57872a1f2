import { describe, expect, test } from 'vitest'
import { eventDetail, eventWords } from '../../collector/dashboard/event-words.ts'
import { presentTimeline } from '../../collector/dashboard/present-timeline.ts'
import { sessionGist } from '../../collector/dashboard/session-words.ts'
import { linesOf, sharedSuffix } from '../../collector/dashboard/timeline-lines.ts'
import type { TimelineEventJson } from '../../collector/store/shapes.ts'
import { eventWith, NOW, sessions } from '../http/dashboard-fixture.ts'

const PRICING = 'https://shop.example/pricing'
const GUIDE = 'https://shop.example/guide'

const view = (at: number, url = PRICING, changes: Partial<TimelineEventJson> = {}) =>
  eventWith('page_view', NOW + at, { url, milli: 1_000, rules: ['page_view'], ...changes })

/** `began` is when its view began, as this ping corrected it. */
const ping = (at: number, engaged: number, began: number | null, url = PRICING, scroll = 10) =>
  eventWith('user_engagement', NOW + at, {
    url,
    props: {
      engaged_ms: engaged,
      scroll,
      ...(began !== null && { view_at: NOW + began }),
    },
    milli: 100,
    rules: ['engaged_time'],
  })

const sumOf = (events: readonly TimelineEventJson[]) =>
  events.reduce((sum, { milli }) => sum + milli, 0)
const told = (events: readonly TimelineEventJson[]) =>
  linesOf(events).map((line) => [eventWords(line), eventDetail(line)].filter(Boolean).join(' · '))

describe('lines', () => {
  test('a page view and its pings are one line, with their points and rules', () => {
    const events = [view(0), ping(15_000, 15_000, -90), ping(85_000, 80_000, 40, PRICING, 85)]
    expect(told(events)).toEqual(['Viewed “Pricing” · 1 min 20 s, read to 85\u00a0%'])
    expect(linesOf(events)).toMatchObject([{ milli: 1_200, rules: ['page_view', 'engaged_time'] }])
  })

  test('the same page viewed twice keeps each its own time', () => {
    const events = [
      view(0),
      ping(20_000, 20_000, 120),
      view(60_000),
      ping(62_000, 25_000, 30), // of the first view, told late
      ping(90_000, 30_000, 59_900),
    ]
    expect(told(events)).toEqual([
      'Viewed “Pricing” · 25 s, read to 10\u00a0%',
      'Viewed “Pricing” · 30 s, read to 10\u00a0%',
    ])
  })

  test('a ping that does not say when its view began belongs to the last view before it', () => {
    const events = [view(0), view(10_000), ping(12_000, 2_000, null), view(20_000)]
    expect(told(events)[1]).toBe('Viewed “Pricing” · 2 s, read to 10\u00a0%')
  })

  test('pings without a page view are lines of their own, one a view', () => {
    const events = [
      ping(1, 10_000, 1),
      ping(2, 20_000, 1),
      ping(3, 5_000, 2),
      ping(4, 9_000, 3, GUIDE),
    ]
    expect(linesOf(events).map(({ props, milli }) => [props.engaged_ms, milli])).toEqual([
      [20_000, 200],
      [5_000, 100],
      [9_000, 100],
    ])
    expect(told(events)[0]).toBe('Spent 20 s · on “Pricing”, read to 10\u00a0%')
  })

  test('the opening of a visit is no line, and its points are not lost', () => {
    const opening = eventWith('session_start', NOW, { milli: 3_000, rules: ['visit'] })
    const events = [view(0), opening, ping(9, 900, 0), view(10, GUIDE)]
    const lines = linesOf(events)
    expect(lines.map(({ type }) => type)).toEqual(['page_view', 'page_view'])
    expect(lines[0]?.rules).toEqual(['page_view', 'engaged_time', 'visit'])
    expect(sumOf(lines)).toBe(sumOf(events))
    expect(linesOf([opening])).toEqual([])
  })

  test.each(sessions.map((session) => [session.session, session.events] as const))(
    'of %s sum to its events, and change none of them',
    (_, events) => {
      const before = structuredClone(events)
      expect(sumOf(linesOf(events))).toBe(sumOf(events))
      expect(events).toEqual(before)
    },
  )
})

describe('a visit in a few words', () => {
  const cart = eventWith('add_to_cart', NOW + 5, { milli: 15_000, rules: ['cart'] })
  test.each([
    [
      [view(0), view(1, PRICING, { rules: ['pricing_view'] }), view(2), cart],
      '3 pages, pricing, added to cart',
    ],
    [[view(0)], '1 page'],
    [[view(0), eventWith('view_item', NOW, { milli: 2_000 })], '1 page, 1 product'],
    [[eventWith('tour_booked', NOW, { milli: 9_000 })], 'tour booked'],
    [[eventWith('constructor', NOW)], ''],
    [[], ''],
  ])('%#', (events, words) => {
    expect(sessionGist(events)).toBe(words)
  })
})

describe('titles', () => {
  test.each([
    [['A — Shop', 'B — Shop', 'C — Shop', 'Shop'], ' — Shop'],
    [['A — Shop', 'B — Shop'], ''],
    [['A — Shop', 'B', 'C', 'D — Shop', 'E — Shop', 'F'], ''],
    [['A | x', 'A | x', 'A | x', null], ''],
  ])('%j share "%s"', (titles, suffix) => {
    expect(sharedSuffix(titles)).toBe(suffix)
  })
})

describe('visits', () => {
  const present = (cursor?: string) =>
    presentTimeline({
      page: { data: sessions, next_cursor: null },
      reasons: [],
      path: '/leads/ld_1',
      site: undefined,
      cursor,
      now: NOW,
    }).sessions

  test('only the newest is open, and a long one shows twelve lines', () => {
    expect(present().map(({ open }) => open)).toEqual([true, false, false])
    expect(present().map(({ events, rest }) => [events.length, rest.length])).toEqual([
      [7, 0],
      [12, 6],
      [1, 0],
    ])
  })

  test('an address is said once in a row', () => {
    const [first] = present()
    expect(first?.events.map(({ place }) => place?.text ?? null)).toEqual([
      '/pricing',
      null,
      '/p/heat-pump-9',
      null,
      '/contact',
      null,
      '/pricing',
    ])
  })
})
