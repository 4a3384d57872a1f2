import { describe, expect, test } from 'vitest'
import {
  BAND_EDGES,
  compareViews,
  isQualified,
  type People,
  type Standing,
  type Verdict,
  type View,
  verdictOf,
} from '../../collector/scoring/what-if.ts'

const MQL = {
  enter: 100,
  exit: 60,
  dwell_days: 14,
  cool_down_days: 30,
  min_fit: 'C',
  min_active_days: 2,
} as const

const READY: Standing = {
  milli: 100_000,
  letter: 'C',
  isExcluded: false,
  activeDays: 2,
  raisedAt: null,
}

describe('a lead counts as qualified', () => {
  const cases: [string, Partial<Standing>, { wasMql: boolean }, boolean][] = [
    ['at the bar', {}, { wasMql: false }, true],
    ['not below it', { milli: 99_999 }, { wasMql: false }, false],
    ['of unknown fit', { letter: null }, { wasMql: false }, true],
    ['not of a bad fit', { letter: 'D' }, { wasMql: false }, false],
    ['not active on one day only', { activeDays: 1 }, { wasMql: false }, false],
    ['not if excluded', { isExcluded: true }, { wasMql: false }, false],
    [
      'who asked, at once',
      { milli: 0, letter: 'D', activeDays: 0, raisedAt: 5 },
      { wasMql: false },
      true,
    ],
    ['not who asked but is excluded', { raisedAt: 5, isExcluded: true }, { wasMql: false }, false],
    [
      'down to the exit, once an MQL',
      { milli: 60_000, letter: 'D', activeDays: 0 },
      { wasMql: true },
      true,
    ],
    ['not below the exit, even then', { milli: 59_999 }, { wasMql: true }, false],
    ['who asked, below the exit too', { milli: 40_000, raisedAt: 5 }, { wasMql: true }, true],
    ['an MQL also if it is excluded since', { isExcluded: true }, { wasMql: true }, true],
  ]
  test.each(cases)('%s', (_, standing, { wasMql }, expected) => {
    expect(isQualified({ ...READY, ...standing }, MQL, wasMql)).toBe(expected)
  })

  test('at the bar, though the exit is above it', () => {
    expect(isQualified(READY, { ...MQL, exit: 120 }, true)).toBe(true)
  })
})

describe('the verdict of sales', () => {
  const cases: [string, [string, number][], Verdict | null][] = [
    ['none where nothing was said', [], null],
    [
      'none while they work on it',
      [
        ['working_lead', 1],
        ['recycle_lead', 2],
      ],
      null,
    ],
    ['accepted', [['open_opportunity', 3]], { isAccepted: true, at: 3 }],
    ['turned down', [['close_unconvert_lead', 3]], { isAccepted: false, at: 3 }],
    [
      'the first word, in whatever order',
      [
        ['close_unconvert_lead', 9],
        ['qualify_lead', 4],
        ['working_lead', 1],
      ],
      { isAccepted: true, at: 4 },
    ],
    [
      'the good one of two at once',
      [
        ['qualify_lead', 4],
        ['disqualify_lead', 4],
      ],
      { isAccepted: true, at: 4 },
    ],
    [
      'the good one of two at once, the other way round',
      [
        ['disqualify_lead', 4],
        ['close_convert_lead', 4],
      ],
      { isAccepted: true, at: 4 },
    ],
  ]
  test.each(cases)('%s', (_, outcomes, expected) => {
    expect(verdictOf(outcomes.map(([type, at]) => ({ type, at })))).toEqual(expected)
  })
})

interface Lead {
  readonly before: Partial<Standing>
  readonly after: Partial<Standing>
  readonly isMql?: boolean
  readonly verdict?: Verdict
  /** As it stood before the verdict, under both models. */
  readonly past?: readonly [Partial<Standing>, Partial<Standing>]
}

function compare(leads: readonly Lead[], rules: Pick<View, 'rules'>[] = []) {
  const people: People = {
    slots: leads.map((_, slot) => slot),
    isMql: (slot) => leads[slot]?.isMql ?? false,
    verdictOf: (slot) => leads[slot]?.verdict ?? null,
  }
  const view = (side: 'before' | 'after', index: 0 | 1): View => ({
    mql: MQL,
    rules: rules[index]?.rules ?? [],
    standingOf: (slot) => ({ ...READY, ...leads[slot]?.[side] }),
    standingBefore(slot, at) {
      expect(at).toBe(leads[slot]?.verdict?.at)
      return { ...READY, ...leads[slot]?.past?.[index] }
    },
  })
  return compareViews(people, view('before', 0), view('after', 1))
}

const moving = (before: number, after: number): Lead => ({
  before: { milli: 1000 * before },
  after: { milli: 1000 * after },
})

describe('two models side by side', () => {
  test('spread scores over bands', () => {
    const points = [0, 9.999, 10, 55, 99.999, 100, 480]
    const { before, leads } = compare(points.map((score) => moving(score, 0)))
    expect(leads).toBe(7)
    expect(BAND_EDGES).toHaveLength(before.histogram.length)
    expect(before.histogram).toEqual([2, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2])
  })

  test('have a median and a p90 that some lead has', () => {
    const { before, after } = compare([3, 1, 4, 2, 10, 9, 8, 7, 6, 5].map((p) => moving(p, 2 * p)))
    expect([before.medianMilli, before.p90Milli]).toEqual([5000, 9000])
    expect([after.medianMilli, after.p90Milli]).toEqual([10_000, 18_000])
  })

  test('count letters and who is qualified', () => {
    const { before, after } = compare([
      { before: { letter: 'A' }, after: { letter: 'D' } },
      { before: { letter: null }, after: { letter: 'A' } },
      { before: { letter: 'B', milli: 5 }, after: { letter: 'B' } },
    ])
    expect(before.letters).toEqual({ A: 1, B: 1, C: 0, D: 0, '-': 1 })
    expect(after.letters).toEqual({ A: 1, B: 1, C: 0, D: 1, '-': 0 })
    expect([before.qualified, after.qualified]).toEqual([2, 2])
  })

  test('name who is gained and lost, the furthest moved first', () => {
    const { gained, lost } = compare([
      moving(90, 110),
      moving(100, 200),
      moving(10, 130),
      moving(100, 80),
      moving(95, 115),
      { ...moving(100, 60), isMql: true },
      { ...moving(70, 50), isMql: true },
    ])
    expect(gained).toEqual([
      { slot: 2, beforeMilli: 10_000, afterMilli: 130_000 },
      { slot: 0, beforeMilli: 90_000, afterMilli: 110_000 },
      { slot: 4, beforeMilli: 95_000, afterMilli: 115_000 },
    ])
    expect(lost.map(({ slot }) => slot)).toEqual([3, 6])
  })

  test('are measured by what sales said of leads as they stood then', () => {
    const ready = { milli: 100_000 }
    const cold = { milli: 20_000 }
    const yes = { isAccepted: true, at: 7 }
    const no = { isAccepted: false, at: 8 }
    // Points since then, and being an MQL now, are no merit of the model.
    const now = { ...moving(300, 300), isMql: true }
    const { before, after } = compare([
      { ...now, verdict: yes, past: [ready, ready] },
      { ...now, verdict: yes, past: [cold, ready] },
      { ...now, verdict: yes, past: [cold, cold] },
      { ...now, verdict: no, past: [ready, ready] },
      { ...now, verdict: no, past: [cold, cold] },
      { ...now, verdict: yes, past: [{ milli: 80_000 }, { milli: 80_000 }] },
      now,
    ])
    expect(before.agreement).toEqual({
      leads: 6,
      truePositives: 1,
      falsePositives: 1,
      falseNegatives: 3,
      precision: 1 / 2,
      recall: 1 / 4,
    })
    expect(after.agreement).toEqual({
      leads: 6,
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 2,
      precision: 2 / 3,
      recall: 2 / 4,
    })
  })

  test('claim nothing where nothing is known', () => {
    const silent = compare([moving(1, 1)]).before
    expect(silent.agreement).toBeNull()
    const verdict = { isAccepted: false, at: 1 }
    const cold = { milli: 0 }
    const { before, after } = compare([{ ...moving(1, 1), verdict, past: [cold, READY] }])
    expect(before.agreement).toMatchObject({ precision: null, recall: null })
    expect(after.agreement).toMatchObject({ precision: 0, recall: null })
    const nobody = compare([])
    expect(nobody.before).toMatchObject({ medianMilli: null, p90Milli: null, qualified: 0 })
    expect([nobody.gained, nobody.lost, nobody.rules]).toEqual([[], [], []])
  })

  test('show the rules that changed, the greatest change first', () => {
    const total = (rule: string, milli: number, leads: number, label = rule) => ({
      rule,
      label,
      milli,
      leads,
    })
    const { rules } = compare(
      [],
      [
        {
          rules: [
            total('same', 50, 5),
            total('gone', 700, 7),
            total('less', -10, 1),
            total('fewer', 30, 3),
            total('more', 100, 2, 'Old label'),
          ],
        },
        {
          rules: [
            total('same', 50, 5),
            total('less', -20, 1),
            total('fewer', 30, 2),
            total('more', 900, 2, 'New label'),
            total('fresh', 10, 1),
          ],
        },
      ],
    )
    const rows = rules.map((moved) => [
      moved.rule,
      moved.label,
      moved.beforeMilli,
      moved.afterMilli,
      moved.beforeLeads,
      moved.afterLeads,
    ])
    expect(rows).toEqual([
      ['more', 'New label', 100, 900, 2, 2],
      ['gone', 'gone', 700, 0, 7, 0],
      ['fresh', 'fresh', 0, 10, 0, 1],
      ['less', 'less', -10, -20, 1, 1],
      ['fewer', 'fewer', 30, 30, 3, 2],
    ])
  })
})
