import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Counts, createCounts } from '../../collector/scoring/counts.ts'
import { type CompiledModel, compileModel } from '../../collector/scoring/match.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import { createRanks, topOf } from '../../collector/scoring/ranks.ts'
import {
  activeDaysOf as activeDaysOfBuckets,
  addBuckets,
  type Bucket,
  lastRaiseOf as lastRaiseOfBuckets,
  scoreOf,
} from '../../collector/scoring/score.ts'
import {
  activeDaysOf,
  lastRaiseOf,
  ruleTotals,
  scoreAll,
  scoreSlot,
} from '../../collector/scoring/score-all.ts'
import { defaultModel } from '../support/world.ts'

/** Rules of every kind, few enough that caps and floors are often reached. */
const SMALL = modelOf(`
  - { id: good, label: Good, on: good, points: 10, repeat: 0.5, max_per_day: 3, half_life_days: 10, cap: 30 }
  - { id: bad, label: Bad, on: bad, points: -20, half_life_days: 10, cap: 25 }
  - { id: time, label: Time, on: engaged_time, points: 20, saturation_s: 180, half_life_days: 7 }
  - { id: raise, label: Raise, on: raise, points: 40, half_life_days: 1, hand_raise: true }
  - { id: nothing, label: Nothing, on: nothing, points: 7, half_life_days: 3, cap: 0 }
  - { id: nod, label: Nod, on: nod, points: 0, half_life_days: 5, hand_raise: true }`)
/** Stores number what is not in the model too: activity, rules of older models. */
const DEFAULT = defaultModel()
const ACTIVITY = 0

function modelOf(rules: string): CompiledModel {
  const parsed = parseModel(`
name: Test
mql: { enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: C, min_active_days: 2 }
rules:
${rules}`)
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  return compileModel(parsed.model, 1)
}

const bucket = (rule: number, day: number, count: number, engagedMs = 0, lastAt = 0): Bucket => ({
  rule,
  day,
  count,
  engagedMs,
  lastAt,
})

const anyBucket = (rules: number): fc.Arbitrary<Bucket> =>
  fc.record({
    rule: fc.nat(rules + 2),
    day: fc.integer({ min: 19_900, max: 20_010 }),
    count: fc.oneof(fc.nat(6), fc.nat(5000)),
    engagedMs: fc.oneof(fc.nat(600_000), fc.nat(10_000_000)),
    lastAt: fc.nat(2_000_000_000_000),
  })
const manyBuckets = (model: CompiledModel) =>
  fc.array(anyBucket(model.rules.length), { maxLength: 40 })
const anyDay = fc.integer({ min: 19_990, max: 20_100 })

/** What a slot should hold: buckets of the same rule and day added, by rule and then by day. */
function united(buckets: readonly Bucket[]): Bucket[] {
  const found = new Map<string, Bucket>()
  for (const one of buckets) {
    const key = `${one.rule} ${one.day}`
    const other = found.get(key)
    found.set(key, other ? addBuckets(other, one) : one)
  }
  return [...found.values()].sort((a, b) => a.rule - b.rule || a.day - b.day)
}

function countsOf(leads: readonly (readonly Bucket[])[]): Counts {
  const counts = createCounts()
  for (const [slot, buckets] of leads.entries()) counts.set(slot, buckets)
  return counts
}

describe.each([
  ['a small model', SMALL],
  ['the default model', DEFAULT],
])('scored under %s', (_, model) => {
  const anyLeads = fc.array(manyBuckets(model), { maxLength: 8 })

  test('every lead has the score that its receipt has', () => {
    const adjustment = fc.integer({ min: -80_000, max: 80_000 })
    fc.assert(
      fc.property(anyLeads, anyDay, fc.array(adjustment), (leads, day, given) => {
        const counts = countsOf(leads)
        const expected = leads.map((buckets, slot) => {
          const milli = given[slot]
          const adjustments = milli === undefined ? [] : [{ label: 'by hand', milli, at: 0 }]
          return scoreOf(buckets, model, day, adjustments).milli
        })
        const reading = { counts, model, day }
        expect([...scoreAll(reading, Float64Array.from(given))]).toEqual(expected)
        expect(leads.map((_, slot) => scoreSlot(reading, slot, given[slot]))).toEqual(expected)
      }),
    )
  })

  test('a lead can be read as it stood before a day', () => {
    fc.assert(
      fc.property(manyBuckets(model), anyDay, (buckets, day) => {
        const reading = { counts: countsOf([buckets]), model, day, beforeDay: day }
        const past = buckets.filter((one) => one.day < day)
        expect(scoreSlot(reading, 0)).toBe(scoreOf(past, model, day).milli)
        expect(lastRaiseOf(reading, 0)).toBe(lastRaiseOfBuckets(united(past), model, day))
        expect(activeDaysOf(reading, 0, ACTIVITY)).toBe(activeDaysOfBuckets(past))
      }),
    )
  })

  test('what the rules give all leads is what their receipts say', () => {
    fc.assert(
      fc.property(anyLeads, anyDay, (leads, day) => {
        const kept = leads.filter((_, slot) => slot % 3 !== 1)
        const scores = kept.map((buckets) => scoreOf(buckets, model, day))
        const expected = model.rules.map(({ spec }) => {
          const given = scores
            .map(({ reasons }) => reasons.filter(({ rule }) => rule === spec.id))
            .map((lines) => lines.reduce((sum, { milli }) => sum + milli, 0))
          return {
            rule: spec.id,
            label: spec.label,
            milli: given.reduce((sum, milli) => sum + milli, 0),
            leads: given.filter((milli) => milli !== 0).length,
          }
        })
        const reading = { counts: countsOf(leads), model, day }
        expect(ruleTotals(reading, (slot) => slot % 3 !== 1)).toEqual(expected)
      }),
    )
  })

  test('raises and active days are those that the stages read', () => {
    fc.assert(
      fc.property(manyBuckets(model), anyDay, (buckets, day) => {
        const reading = { counts: countsOf([buckets]), model, day }
        expect(lastRaiseOf(reading, 0)).toBe(lastRaiseOfBuckets(united(buckets), model, day))
        expect(activeDaysOf(reading, 0, ACTIVITY)).toBe(activeDaysOfBuckets(buckets))
      }),
    )
  })
})

describe('the columns', () => {
  const change = fc.oneof(
    fc.record({ slot: fc.nat(9), buckets: manyBuckets(SMALL) }),
    fc.record({ slot: fc.nat(9), buckets: fc.constant(null) }),
  )

  test('hold what was put in last, whatever was replaced and removed', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const counts = createCounts()
        const expected = new Map<number, Bucket[]>()
        for (const { slot, buckets } of changes) {
          if (buckets) counts.set(slot, buckets)
          else counts.remove(slot)
          expected.set(slot, united(buckets ?? []))
        }
        for (const [slot, buckets] of expected) expect(counts.bucketsOf(slot)).toEqual(buckets)
        const held = [...expected.values()].flat()
        expect(counts.size).toBe(held.length)
      }),
      { numRuns: 50 },
    )
  })

  test('leave garbage behind: replacing without end takes no more room', () => {
    const counts = createCounts()
    const held = Array.from({ length: 100 }, (_, day) => bucket(1, day, day))
    for (let i = 0; i < 5000; i += 1) counts.set(i % 10, held.slice(i % 7))
    expect(counts.columns.rule.length).toBeLessThanOrEqual(4096)
    expect(counts.bucketsOf(3)).toHaveLength(100 - (4993 % 7))
    expect(counts.size).toBe(
      Array.from({ length: 10 }, (_, slot) => counts.bucketsOf(slot).length).reduce(
        (a, b) => a + b,
      ),
    )
  })

  test('are loaded row by row like slot by slot, and keep what has no row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(manyBuckets(SMALL), manyBuckets(SMALL)), { maxLength: 30 }),
        (leads) => {
          const counts = countsOf(leads.map(([before]) => before))
          counts.load((add) => {
            for (const [slot, [, after]] of leads.entries()) {
              for (const { rule, day, count, engagedMs, lastAt } of after) {
                add(slot, rule, day, count, engagedMs, lastAt)
              }
            }
          })
          for (const [slot, [before, after]] of leads.entries()) {
            const expected = after.length > 0 ? after : before
            expect(counts.bucketsOf(slot)).toEqual(united(expected))
          }
        },
      ),
    )
  })

  test('take thousands of leads and of buckets in one', () => {
    const counts = createCounts()
    counts.reserve(3000, 10)
    counts.load((add) => {
      for (let slot = 0; slot < 3000; slot += 1) {
        for (let i = 5; i > 0; i -= 1) add(slot, i, slot, 1, 0, 0)
      }
    })
    const many = Array.from({ length: 20_000 }, (_, i) => bucket(i % 25, i % 400, 1))
    counts.set(1500, many)
    expect(counts.slots).toBe(3000)
    expect(counts.bucketsOf(1500)).toEqual(united(many))
    expect(counts.bucketsOf(2999)).toEqual([1, 2, 3, 4, 5].map((rule) => bucket(rule, 2999, 1)))
  })

  test('refuse rows of a slot that do not follow each other, and stay whole', () => {
    const counts = countsOf([[bucket(1, 1, 1)], [bucket(1, 2, 2)]])
    const scattered = () =>
      counts.load((add) => {
        for (const slot of [0, 1, 0]) add(slot, 2, 5, 9, 0, 0)
      })
    expect(scattered).toThrow('the rows of slot 0 do not follow each other')
    counts.set(2, [bucket(1, 3, 3)])
    expect([0, 1, 2].map((slot) => counts.bucketsOf(slot))).toEqual([
      [bucket(2, 5, 9)],
      [bucket(2, 5, 9)],
      [bucket(1, 3, 3)],
    ])
  })

  test('have a score of nothing for a slot without buckets', () => {
    const counts = createCounts()
    counts.reserve(3)
    counts.set(1, [bucket(1, 0, 1)])
    expect([...scoreAll({ counts, model: SMALL, day: 0 })]).toEqual([0, 10_000, 0])
    expect([counts.bucketsOf(2), counts.bucketsOf(99)]).toEqual([[], []])
    counts.remove(99)
    expect(counts.slots).toBe(3)
  })

  test('add engaged time past 32 bits', () => {
    const counts = countsOf([[bucket(3, 0, 1, 2_000_000_000), bucket(3, 0, 1, 2_000_000_000)]])
    expect(counts.bucketsOf(0)).toEqual([bucket(3, 0, 2, 4_000_000_000)])
  })
})

describe('lists', () => {
  const anyScores = fc
    .array(fc.oneof(fc.nat(5), fc.nat(200_000)), { maxLength: 600 })
    .map((list) => Float64Array.from(list))

  test('find the best as a full sort does', () => {
    fc.assert(
      fc.property(anyScores, fc.nat(40), fc.integer({ min: 1, max: 4 }), (scores, limit, step) => {
        const keep = (slot: number) => slot % step === 0
        const sorted = [...scores.keys()]
          .filter(keep)
          .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
        expect(topOf(scores, limit, keep)).toEqual(sorted.slice(0, limit))
      }),
    )
    const rising = Float64Array.from({ length: 2000 }, (_, i) => Math.floor(i / 3))
    expect(topOf(rising, 4)).toEqual([1998, 1999, 1995, 1996])
  })

  test('rank as counting does', () => {
    const groupOf = (slot: number) => (slot % 7 === 0 ? null : slot % 3)
    fc.assert(
      fc.property(anyScores, (scores) => {
        const rankOf = createRanks(scores, groupOf)
        const expected = [...scores].map((score, slot) => {
          if (groupOf(slot) === null) return null
          const others = [...scores].filter(
            (_, other) => other !== slot && groupOf(other) === groupOf(slot),
          )
          const lower = others.filter((other) => other < score).length
          return others.length === 0 ? 100 : Math.floor((100 * lower) / others.length)
        })
        expect(expected.map((_, slot) => rankOf(slot))).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })
})
