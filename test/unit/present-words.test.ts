import { describe, expect, test } from 'vitest'
import { eventWords } from '../../collector/dashboard/event-words.ts'
import { standingWords } from '../../collector/dashboard/present.ts'
import { sentenceOf } from '../../collector/dashboard/present-person.ts'
import { measureOf, sourceWords } from '../../collector/dashboard/vocabulary.ts'
import {
  agoWords,
  durationWords,
  exactPoints,
  money,
  plural,
  shortPoints,
  signedPoints,
  whenOf,
} from '../../collector/dashboard/words.ts'
import { direct, eventWith, leadWith, NOW, springAd } from '../http/dashboard-fixture.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('words', () => {
  test.each([
    [-5_000, 'just now'],
    [4_999, 'just now'],
    [5_000, '5 s ago'],
    [59_999, '59 s ago'],
    [MINUTE, '1 min ago'],
    [HOUR, '1 h ago'],
    [DAY, '1 day ago'],
    [2 * DAY, '2 days ago'],
    [59 * DAY, '59 days ago'],
    [90 * DAY, '3 months ago'],
    [800 * DAY, '2 years ago'],
  ])('%i ms ago is "%s"', (elapsed, words) => {
    expect(agoWords(elapsed)).toBe(words)
  })

  test.each([
    [0, 'under 1 s'],
    [Number.NaN, 'under 1 s'],
    [8_000, '8 s'],
    [80_000, '1 min 20 s'],
    [180_000, '3 min'],
    [72 * MINUTE, '1 h 12 min'],
  ])('%i ms last "%s"', (ms, words) => {
    expect(durationWords(ms)).toBe(words)
  })

  test.each([
    [0, '0 visits'],
    [1, '1 visit'],
    [2, '2 visits'],
    [1_234, '1,234 visits'],
  ])('%i is "%s"', (count, words) => {
    expect(plural(count, 'visit')).toBe(words)
  })

  test.each([
    [14_120, '+14.120', '14.120', '14.1'],
    [-3_100, '−3.100', '−3.100', '−3.1'],
    [0, '0.000', '0.000', '0.0'],
    [99_999, '+99.999', '99.999', '99.9'],
    [1_234_567, '+1,234.567', '1,234.567', '1,234.5'],
    [-1, '−0.001', '−0.001', '0.0'],
  ])('%i milli-points are %s, %s, %s', (milli, signed, exact, short) => {
    expect([signedPoints(milli), exactPoints(milli), shortPoints(milli)]).toEqual([
      signed,
      exact,
      short,
    ])
  })

  test('an instant nobody can read is said to be unknown', () => {
    expect(whenOf('<b>', NOW)).toEqual({ iso: '', exact: '', words: 'at an unknown time' })
  })

  test('a currency nobody knows stands as it was sent', () => {
    expect(money(12.5, 'EUR')).toBe('€12.50')
    expect(money(12.5, 'gold')).toBe('12.5 gold')
  })
})

describe('the sentence', () => {
  test.each([
    [{ first_touch: direct }, 'Ada came directly 3 min ago and is hot because of'],
    [
      { first_touch: { ...springAd, campaign: null } },
      'Ada came through an ad on Google 12 days ago',
    ],
    [{ first_touch: null }, 'Ada was first seen 12 days ago'],
    [{ first_touch: null, first_seen_at: null }, 'Ada has not been seen on the site yet'],
    [{ reasons: [] }, 'and nothing has scored yet.'],
    [
      { reasons: [{ rule: 'tour', label: 'Took the tour', milli: 70_000 }] },
      'and is warm because of “Took the tour”.',
    ],
    [
      { reasons: [{ rule: 'cart', label: 'Added to cart', milli: 9_000 }] },
      'and is quiet so far, with a cart.',
    ],
  ])('for %j has "%s"', (changes, words) => {
    expect(sentenceOf('Ada', leadWith(changes), NOW)).toContain(words)
  })
})

describe('the rank', () => {
  test.each([
    ['a lone lead', null, 9_000, null],
    ['the top one', { isTop: true, percentile: 100 }, 9_000, 'Top lead'],
    ['one of two at the top', { isTop: true, percentile: 50 }, 9_000, 'Top lead'],
    ['one in the field', { isTop: false, percentile: 93.7 }, 9_000, 'Ahead of 93\u00a0% of leads'],
    ['the last', { isTop: false, percentile: 0 }, 9_000, null],
    ['one that is unranked', { isTop: false, percentile: null }, 9_000, null],
    ['one among many with nothing', { isTop: true, percentile: 0 }, 0, null],
  ])('%s', (_, standing, milli, words) => {
    expect(standingWords(standing, milli)).toBe(words)
  })
})

describe('events', () => {
  test.each([
    ['page_view', { title: null }, 'Viewed /pricing'],
    ['click', { props: { link_url: 'https://maps.example/x' } }, 'Followed a link to maps.example'],
    ['click', { props: { link_url: 'mailto:a@b.example' } }, 'Clicked an e-mail address'],
    ['purchase', { props: { value: 99, currency: 'EUR' } }, 'Bought something: €99.00'],
    ['view_search_results', { props: { search_term: 'pump' } }, 'Searched the site for “pump”'],
    ['video_progress', { props: { video_percent: 50 } }, 'Watched 50\u00a0% of a video'],
    ['constructor', {}, 'Constructor'],
    ['add_to_cart', { props: { item_name: { nested: true } } }, 'Added to cart'],
  ])('%s is said as "%s"', (type, changes, words) => {
    expect(eventWords(eventWith(type, NOW, changes))).toBe(words)
  })

  test('a rule nobody has a unit for counts times', () => {
    expect(measureOf({ rule: 'tour', label: 'Tour', milli: 1, count: 1 })).toBe('1 time')
    expect(measureOf({ rule: 'search', label: 'Search', milli: 1, count: 2 })).toBe('2 searches')
  })

  test('nobody sent those who came directly', () => {
    expect(sourceWords(direct)).toBe('Direct')
    expect(sourceWords(null)).toBeNull()
  })
})
