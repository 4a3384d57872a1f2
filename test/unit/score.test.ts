import { describe, expect, test } from 'vitest'
import { compileModel } from '../../collector/scoring/match.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import { type Bucket, engagementOf, scoreOf } from '../../collector/scoring/score.ts'

function modelOf(rules: string) {
  const parsed = parseModel(`
name: Test
mql: { enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: C, min_active_days: 2 }
pages: { key: ["/pricing*"] }
rules:
${rules}`)
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  return compileModel(parsed.model, 1)
}

const MODEL = modelOf(`
  - { id: good, label: Good, on: good, points: 10, repeat: 0.5, max_per_day: 3, half_life_days: 10, cap: 30 }
  - { id: bad, label: Bad, on: bad, points: -20, half_life_days: 10, cap: 25 }
  - { id: time, label: Time, on: engaged_time, points: 20, saturation_s: 180, half_life_days: 10 }`)
const [GOOD, BAD, TIME] = [1, 2, 3]

const bucket = (rule: number, day: number, count: number, engagedMs = 0): Bucket => ({
  rule,
  day,
  count,
  engagedMs,
  lastAt: day * 86_400_000,
})
const linesOf = (buckets: Bucket[], day: number, adjustments: number[] = []) =>
  scoreOf(
    buckets,
    MODEL,
    day,
    adjustments.map((milli) => ({ label: 'by hand', milli, at: 0 })),
  )

describe('a score', () => {
  test('adds the buckets of several visitors before anything else: merging is union', () => {
    const apart = linesOf([bucket(GOOD, 0, 2), bucket(GOOD, 0, 2)], 0)
    const together = linesOf([bucket(GOOD, 0, 4)], 0)
    expect(apart.milli).toBe(17_500)
    expect(apart.milli).toBe(together.milli)
  })

  test('halves in a half-life and is worth nothing past ten', () => {
    expect([0, 10, 20, 100, 101].map((day) => linesOf([bucket(GOOD, 0, 1)], day).milli)).toEqual([
      10_000, 5_000, 2_500, 9, 0,
    ])
  })

  test('shows caps of both signs and the floor as lines, and sums to the milli-point', () => {
    const days = [0, 1, 2].map((day) => bucket(GOOD, day, 3))
    const high = linesOf(days, 2)
    expect(high.reasons.map(({ rule, kind, milli }) => [rule, kind ?? 'rule', milli])).toEqual([
      ['good', 'rule', 49_062],
      ['good', 'cap', -19_062],
    ])
    const low = linesOf([bucket(BAD, 0, 3)], 0)
    expect(low.reasons.map(({ kind, milli }) => [kind ?? 'rule', milli])).toEqual([
      ['rule', -60_000],
      ['cap', 35_000],
      ['floor', 25_000],
    ])
    for (const { milli, reasons } of [high, low]) {
      expect(reasons.reduce((sum, reason) => sum + reason.milli, 0)).toBe(milli)
    }
  })

  test('puts adjustments after the rules and before the floor', () => {
    const { milli, reasons } = linesOf([bucket(GOOD, 0, 1)], 0, [5000, -20_000])
    expect(reasons.map(({ kind, milli: one }) => [kind ?? 'rule', one])).toEqual([
      ['rule', 10_000],
      ['adjustment', 5000],
      ['adjustment', -20_000],
      ['floor', 5000],
    ])
    expect(milli).toBe(0)
  })

  test('counts engaged time in whole seconds, an hour a day at most', () => {
    const at = (ms: number) => linesOf([bucket(TIME, 0, 1, ms)], 0).milli
    expect(at(999)).toBe(0)
    expect(at(1000)).toBe(111)
    expect(at(180_000)).toBe(12_642)
    expect(at(3_600_000)).toBe(at(9_999_999))
  })

  test('leaves out rules that come to nothing, and rules the model no longer has', () => {
    expect(linesOf([bucket(GOOD, 0, 1), bucket(99, 0, 5)], 200).reasons).toEqual([])
  })
})

test('the number of a grade', () => {
  expect([100_000, 99_999, 60_000, 25_000, 24_999, 0].map(engagementOf)).toEqual([1, 2, 2, 3, 4, 4])
})

describe('matching', () => {
  const model = modelOf(`
  - { id: key, label: Key, on: page_view, where: { page: key }, points: 1, half_life_days: 1 }
  - { id: half, label: Half, on: video_progress, where: { props: { video_percent: ">=50" } }, points: 1, half_life_days: 1 }
  - { id: kind, label: Kind, on: [x, y], where: { props: { kind: [a, "b*"] }, host: "*.example" }, points: 1, half_life_days: 1 }`)
  const ids = (on: string, href: string | null, props: Record<string, unknown> = {}) =>
    model.match(on, href, { props, source: '' }).map((rule) => rule.spec.id)
  const cases: [string, string | null, Record<string, unknown>, string[]][] = [
    ['page_view', 'https://s.example/pricing', {}, ['key']],
    ['page_view', 'https://s.example/Pricing/team/', {}, ['key']],
    ['page_view', 'https://s.example/#/pricing', {}, ['key']],
    ['page_view', 'https://s.example/blog/pricing', {}, []],
    ['page_view', null, {}, []],
    ['video_progress', null, { video_percent: 50 }, ['half']],
    ['video_progress', null, { video_percent: '75' }, ['half']],
    ['video_progress', null, { video_percent: 25 }, []],
    ['video_progress', null, {}, []],
    ['y', 'https://s.example/', { kind: 'bean' }, ['kind']],
    ['y', 'https://other.test/', { kind: 'a' }, []],
    ['toString', 'https://s.example/', {}, []],
  ]
  test.each(cases)('%s on %s with %j', (on, href, props, expected) => {
    expect(ids(on, href, props)).toEqual(expected)
  })
})

describe('a model file with mistakes', () => {
  const cases: [string, string][] = [
    ['{ id: A, label: A, on: x, points: 1, half_life_days: 1 }', 'rules "A": id is "A"'],
    ['{ id: a, label: A, on: x, points: 1, half_life_days: 0 }', 'rules "a": half_life_days is 0'],
    ['{ id: a, label: A, on: x, points: lots, half_life_days: 1 }', 'rules "a": points is "lots"'],
    [
      '{ id: a, label: A, on: x, where: { page: no }, points: 1, half_life_days: 1 }',
      'pages has no such group',
    ],
    ['{ id: a, label: A, on: engaged_time, points: 1, half_life_days: 1 }', 'saturation_s'],
    ['{ id: a, label: A, on: x, points: 1, half_life_days: 1, capp: 3 }', 'capp'],
  ]
  test.each(cases)('%s', (rule, expected) => {
    expect(() => modelOf(`  - ${rule}`)).toThrow(expected)
  })
})
