import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Model } from '../../collector/scoring/model.ts'
import {
  type LeadNow,
  lookAtLead,
  lookUntil,
  OUTCOME_TYPES,
  type Outcome,
  type OutcomeType,
  type Qualification,
  type QualificationReading,
  type StageDecision,
  stageOf,
  UNQUALIFIED,
} from '../../collector/scoring/stages.ts'
import { DAY_MS, dayOf } from '../../collector/scoring/tables.ts'

const DAY = 20_000
/** Noon, so that a day's boundary and a whole number of days differ. */
const NOON = DAY * DAY_MS + DAY_MS / 2
const midnight = (days: number) => (DAY + days) * DAY_MS
const noon = (days: number) => NOON + days * DAY_MS

const MQL: Model['mql'] = {
  enter: 100,
  exit: 60,
  dwell_days: 14,
  cool_down_days: 30,
  min_fit: 'C',
  min_active_days: 2,
}

/** Scores in points by days from `DAY` on; the last one stays. */
function readingOf(
  points: readonly number[],
  more: Partial<QualificationReading> = {},
): QualificationReading {
  const scoreAt = (day: number) =>
    Math.round(1000 * (points[Math.min(Math.max(0, day - DAY), points.length - 1)] ?? 0))
  return { isExcluded: false, letter: 'B', activeDays: 2, raisedAt: null, scoreAt, ...more }
}

let lastId = 0
const said = (type: OutcomeType, at: number, id = ++lastId): Outcome => ({ id, type, at })

function nowOf(points: readonly number[], more: Partial<LeadNow> = {}): LeadNow {
  const reading = readingOf(points)
  return { qualification: UNQUALIFIED, outcomes: [], reading, mql: MQL, at: NOON, ...more }
}

const mqlSince = (mqlAt: number, more: Partial<Qualification> = {}): Qualification => ({
  ...UNQUALIFIED,
  isMql: true,
  mqlAt,
  ...more,
})
const LONG_AGO = noon(-100)
const wasMqlAt = (mqlAt: number): Qualification => ({ ...UNQUALIFIED, mqlAt })

describe('the stage', () => {
  const cases: [string, Qualification, Outcome[], string][] = [
    ['of somebody known is lead', UNQUALIFIED, [], 'lead'],
    ['of one who qualified is mql', mqlSince(5), [], 'mql'],
    ['stays where sales only work', mqlSince(5), [said('working_lead', 9)], 'mql'],
    ['stays lead where sales only work', UNQUALIFIED, [said('working_lead', 9)], 'lead'],
    ['is sql once qualified by sales', UNQUALIFIED, [said('qualify_lead', 9)], 'sql'],
    ['is opportunity', mqlSince(5), [said('open_opportunity', 9)], 'opportunity'],
    ['is won', mqlSince(5), [said('close_convert_lead', 9)], 'won'],
    ['is lost', mqlSince(5), [said('close_unconvert_lead', 9)], 'lost'],
    [
      'is disqualified, though it qualified later',
      mqlSince(50),
      [said('disqualify_lead', 9)],
      'disqualified',
    ],
    ['is recycled', mqlSince(5), [said('recycle_lead', 9)], 'recycled'],
    ['is recycled where both are one instant', mqlSince(9), [said('recycle_lead', 9)], 'recycled'],
    ['is mql again after recycling', mqlSince(10), [said('recycle_lead', 9)], 'mql'],
    [
      'is recycled where it is no mql any more',
      wasMqlAt(10),
      [said('recycle_lead', 9)],
      'recycled',
    ],
    [
      'goes on while sales work',
      UNQUALIFIED,
      [said('qualify_lead', 9), said('working_lead', 10)],
      'sql',
    ],
    [
      'is the newest word',
      UNQUALIFIED,
      [said('qualify_lead', 9), said('open_opportunity', 10)],
      'opportunity',
    ],
    [
      'is not an older word posted later',
      UNQUALIFIED,
      [said('open_opportunity', 10), said('qualify_lead', 9)],
      'opportunity',
    ],
    [
      'is the later id of one instant',
      UNQUALIFIED,
      [said('recycle_lead', 9, 2), said('qualify_lead', 9, 1)],
      'recycled',
    ],
    [
      'is recycled after being lost',
      mqlSince(5),
      [said('close_unconvert_lead', 9), said('recycle_lead', 10)],
      'recycled',
    ],
  ]
  test.each(cases)('%s', (_, qualification, outcomes, stage) => {
    expect(stageOf(qualification, outcomes)).toBe(stage)
  })
})

describe('a lead becomes an mql by its score', () => {
  const over = [100]
  const reading = (more: Partial<QualificationReading>) => ({ reading: readingOf(over, more) })
  const cases: [string, Partial<LeadNow>, 'score' | null][] = [
    ['exactly at the bar', {}, 'score'],
    ['not one milli-point below it', { reading: readingOf([99.999]) }, null],
    ['as of the day of the look', { reading: readingOf([100, 99]), at: midnight(1) - 1 }, 'score'],
    ['not as of the day before', { reading: readingOf([100, 99]), at: midnight(1) }, null],
    ['with the least fit that is asked for', reading({ letter: 'C' }), 'score'],
    ['not with less', reading({ letter: 'D' }), null],
    ['with no fit known', reading({ letter: null }), 'score'],
    ['not on a single active day', reading({ activeDays: 1 }), null],
    ['not where it is excluded', reading({ isExcluded: true }), null],
    ['again, when the cool-down is exactly over', { qualification: wasMqlAt(noon(-30)) }, 'score'],
    ['not a millisecond before', { qualification: wasMqlAt(noon(-30) + 1) }, null],
    [
      'after recycling, when the cool-down is over',
      { outcomes: [said('recycle_lead', noon(-30))] },
      'score',
    ],
    ['not before', { outcomes: [said('recycle_lead', noon(-30) + 1)] }, null],
    [
      'not while the later of the two cool-downs runs',
      { qualification: wasMqlAt(noon(-40)), outcomes: [said('recycle_lead', noon(-20))] },
      null,
    ],
    ['while sales work on it', { outcomes: [said('working_lead', noon(-1))] }, 'score'],
    ...OUTCOME_TYPES.filter((type) => !['working_lead', 'recycle_lead'].includes(type)).map(
      (type): [string, Partial<LeadNow>, null] => [
        `not after ${type}`,
        { outcomes: [said(type, LONG_AGO)] },
        null,
      ],
    ),
  ]
  test.each(cases)('%s', (_, more, by) => {
    const now = nowOf(over, more)
    const look = lookAtLead(now)
    expect(look.by).toBe(by)
    expect(look.qualification.isMql).toBe(by !== null)
    if (by !== null) expect(look.qualification.mqlAt).toBe(now.at)
    if (by === null) expect(look.qualification).toBe(now.qualification)
  })
})

describe('a hand raise', () => {
  const raised = (raisedAt: number, more: Partial<QualificationReading> = {}) =>
    readingOf([0], { letter: 'D', activeDays: 0, raisedAt, ...more })
  const cases: [string, Partial<LeadNow>, 'hand_raise' | null, number | null][] = [
    ['promotes at once, whatever score and fit', { reading: raised(NOON) }, 'hand_raise', NOON],
    [
      'promotes in the cool-down',
      { reading: raised(NOON), qualification: wasMqlAt(noon(-1)) },
      'hand_raise',
      NOON,
    ],
    [
      'older than the last promotion promotes nobody',
      { reading: raised(noon(-2)), qualification: wasMqlAt(noon(-1)) },
      null,
      null,
    ],
    [
      'of the instant of the last promotion promotes nobody',
      { reading: raised(noon(-1)), qualification: wasMqlAt(noon(-1)) },
      null,
      null,
    ],
    [
      'that was seen before promotes nobody',
      { reading: raised(NOON), qualification: { ...wasMqlAt(noon(-9)), raisedAt: NOON } },
      null,
      NOON,
    ],
    [
      'older than the recycling promotes nobody',
      { reading: raised(noon(-2)), outcomes: [said('recycle_lead', noon(-1))] },
      null,
      null,
    ],
    [
      'newer than the recycling promotes',
      { reading: raised(NOON), outcomes: [said('recycle_lead', noon(-1))] },
      'hand_raise',
      NOON,
    ],
    [
      'of somebody excluded is neither followed nor remembered',
      { reading: raised(NOON, { isExcluded: true }) },
      null,
      null,
    ],
    [
      'of somebody with sales decides nothing',
      { reading: raised(NOON), outcomes: [said('qualify_lead', 9)] },
      null,
      null,
    ],
    [
      'of an mql is remembered',
      { reading: raised(NOON), qualification: mqlSince(noon(-1)) },
      null,
      NOON,
    ],
    [
      'of an excluded mql is not remembered',
      { reading: raised(NOON, { isExcluded: true }), qualification: mqlSince(noon(-1)) },
      null,
      null,
    ],
    ['of the time to come is not seen', { reading: raised(NOON + 1) }, null, null],
  ]
  test.each(cases)('%s', (_, more, by, raisedAt) => {
    const look = lookAtLead(nowOf([0], more))
    expect(look.by).toBe(by)
    expect(look.qualification.raisedAt).toBe(raisedAt)
    if (by !== null) expect(look.qualification).toMatchObject({ isMql: true, mqlAt: NOON })
  })

  test('wins over a score that would promote as well', () => {
    expect(lookAtLead(nowOf([], { reading: readingOf([100], { raisedAt: NOON }) })).by).toBe(
      'hand_raise',
    )
  })
  test('of the time to come is waited for', () => {
    expect(lookAtLead(nowOf([], { reading: raised(NOON + 1) })).lookAt).toBe(NOON + 1)
  })
  test('that promotes a low score begins the dwell there and then', () => {
    const look = lookAtLead(nowOf([], { reading: raised(NOON) }))
    expect(look.qualification.belowSince).toBe(NOON)
    expect(look.lookAt).toBe(noon(14))
  })
  test('remembered while an mql does not promote again after the demotion', () => {
    const now = nowOf([], { reading: raised(noon(2)), qualification: mqlSince(noon(-1)) })
    const { decisions } = lookUntil({ ...now, until: noon(300) })
    expect(decisions).toEqual([{ at: noon(14), by: 'clock', from: 'mql', to: 'lead' }])
  })
  test('that came when the demotion was due already is not lost in it', () => {
    const qualification = mqlSince(noon(-20), { belowSince: noon(-15) })
    const look = lookAtLead(nowOf([], { reading: raised(NOON), qualification }))
    expect(look).toMatchObject({ by: 'clock', lookAt: NOON + 1, qualification: { raisedAt: null } })
    const next = lookAtLead(
      nowOf([], { reading: raised(NOON), qualification: look.qualification, at: NOON + 1 }),
    )
    expect(next.by).toBe('hand_raise')
  })
  test('that came before the demotion was due is old news with it', () => {
    const qualification = mqlSince(noon(-20), { belowSince: noon(-15) })
    const look = lookAtLead(nowOf([], { reading: raised(noon(-2)), qualification }))
    expect(look).toMatchObject({ by: 'clock', lookAt: null, qualification: { raisedAt: noon(-2) } })
  })
  test('does not count for less without a dwell: the mql stays for the day', () => {
    const now = nowOf([], { reading: raised(NOON), mql: { ...MQL, dwell_days: 0 } })
    const { decisions } = lookUntil({ ...now, until: noon(300) })
    expect(decisions.map(({ at, to }) => [at, to])).toEqual([
      [NOON, 'mql'],
      [midnight(1), 'lead'],
    ])
  })
})

describe('an mql', () => {
  const qualification = mqlSince(LONG_AGO)
  const since = (belowSince: number) => ({ qualification: { ...qualification, belowSince } })
  const cases: [string, Partial<LeadNow>, 'clock' | null, number | null][] = [
    ['stays at exactly the lower bar', { reading: readingOf([60]) }, null, null],
    ['begins to dwell one milli-point below', { reading: readingOf([59.999]) }, null, NOON],
    ['goes on dwelling', { ...since(noon(-3)) }, null, noon(-3)],
    ['is a lead after exactly the dwell', { ...since(noon(-14)) }, 'clock', null],
    ['is an mql a millisecond before', { ...since(noon(-14) + 1) }, null, noon(-14) + 1],
    ['recovers, however late', { ...since(noon(-40)), reading: readingOf([60]) }, null, null],
    ['goes at once without a dwell', { mql: { ...MQL, dwell_days: 0 } }, 'clock', null],
    [
      'that sales work on stays',
      { ...since(noon(-40)), outcomes: [said('working_lead', 9)] },
      null,
      null,
    ],
    [
      'is protected by work that was reported before an older recycling',
      { ...since(noon(-40)), outcomes: [said('working_lead', 9), said('recycle_lead', 8)] },
      null,
      null,
    ],
    [
      'is not protected by work from before its recycling',
      { ...since(noon(-40)), outcomes: [said('working_lead', 9), said('recycle_lead', 10)] },
      'clock',
      null,
    ],
    [
      'is protected by work of the instant of its recycling, reported after it',
      { ...since(noon(-40)), outcomes: [said('recycle_lead', 9, 1), said('working_lead', 9, 2)] },
      null,
      null,
    ],
    [
      'is not protected by work of the time to come',
      { ...since(noon(-40)), outcomes: [said('working_lead', NOON + 1)] },
      'clock',
      null,
    ],
    [
      'that is excluded goes like any other',
      { ...since(noon(-14)), reading: readingOf([0], { isExcluded: true }) },
      'clock',
      null,
    ],
  ]
  test.each(cases)('%s', (_, more, by, belowSince) => {
    const look = lookAtLead(nowOf([0], { qualification, ...more }))
    expect(look.by).toBe(by)
    expect(look.qualification).toEqual({ ...qualification, isMql: by === null, belowSince })
  })

  test.each(OUTCOME_TYPES.filter((type) => !['working_lead', 'recycle_lead'].includes(type)))(
    'is left alone after %s',
    (type) => {
      const now = nowOf([0], { ...since(noon(-40)), outcomes: [said(type, noon(-20))] })
      const look = lookAtLead(now)
      expect(look).toEqual({ qualification: now.qualification, by: null, lookAt: null })
      expect(look.qualification).toBe(now.qualification)
    },
  )
  test('that was recycled is none as long as that is said, and keeps what it was', () => {
    const outcomes = [said('recycle_lead', noon(-1))]
    const look = lookAtLead(nowOf([0], { ...since(noon(-3)), outcomes }))
    expect(look.by).toBeNull()
    expect(look.qualification.isMql).toBe(true)
    expect(stageOf(look.qualification, outcomes)).toBe('recycled')
    expect(stageOf(look.qualification, [])).toBe('mql')
  })
  test('is recycled and becomes one again after the cool-down', () => {
    const outcomes = [said('working_lead', noon(-5)), said('recycle_lead', NOON)]
    const now = nowOf([100], { qualification, outcomes })
    const { decisions, qualification: after } = lookUntil({ ...now, until: noon(60) })
    expect(decisions).toEqual([{ at: noon(30), by: 'score', from: 'recycled', to: 'mql' }])
    expect(stageOf(after, outcomes)).toBe('mql')
  })
  test('is recycled for a moment at least, even without a cool-down', () => {
    const outcomes = [said('recycle_lead', NOON)]
    const now = nowOf([100], { qualification, outcomes, mql: { ...MQL, cool_down_days: 0 } })
    const { decisions } = lookUntil({ ...now, until: noon(60) })
    expect(decisions).toEqual([{ at: NOON + 1, by: 'score', from: 'recycled', to: 'mql' }])
  })
  test('with a lower bar above the upper one does not come and go', () => {
    const now = nowOf([120], { mql: { ...MQL, exit: 150, dwell_days: 0, cool_down_days: 0 } })
    expect(lookUntil({ ...now, until: noon(50) }).decisions).toHaveLength(1)
  })
})

describe('the next look', () => {
  const qualification = mqlSince(LONG_AGO)
  const falling = [100, 90, 80, 70, 60, 59.999, 50]
  const later = (days: number, then: number) => [...Array(days).fill(0), then]
  const cases: [string, readonly number[], Partial<LeadNow>, number | null][] = [
    ['at an mql is when it falls below', falling, { qualification }, midnight(5)],
    ['at a new mql too', falling, {}, midnight(5)],
    ['at one that is below is when the dwell ends', [0], { qualification }, noon(14)],
    [
      'at one that dwells already, from then on',
      [0],
      { qualification: mqlSince(LONG_AGO, { belowSince: noon(-4) }) },
      noon(10),
    ],
    ['at one that recovers first is then', later(3, 60), { qualification }, midnight(3)],
    [
      'at one that recovers on the last day is then',
      later(14, 60),
      { qualification },
      midnight(14),
    ],
    [
      'at one that recovers too late is when the dwell ends',
      later(15, 60),
      { qualification },
      noon(14),
    ],
    ['at one that never falls is a long time ahead', [60], { qualification }, midnight(400)],
    [
      'at one that sales work on is never',
      falling,
      { qualification, outcomes: [said('working_lead', 9)] },
      null,
    ],
    [
      'at one that sales have is never',
      falling,
      { qualification, outcomes: [said('qualify_lead', 9)] },
      null,
    ],
    [
      'at what was just demoted is never',
      [0],
      { qualification: mqlSince(LONG_AGO, { belowSince: noon(-14) }) },
      null,
    ],
    ['at a lead is never', [99], {}, null],
    [
      'at a lead in its cool-down is when that ends',
      [100],
      { qualification: wasMqlAt(noon(-1)) },
      noon(29),
    ],
    ['at a recycled one too', [100], { outcomes: [said('recycle_lead', noon(-1))] }, noon(29)],
    [
      'counts with the score of that day',
      [...Array(29).fill(100), 99],
      { qualification: wasMqlAt(noon(-1)) },
      null,
    ],
    [
      'counts with a score that has risen by then',
      later(29, 100),
      { qualification: wasMqlAt(noon(-1)) },
      noon(29),
    ],
    [
      'at one in its cool-down that may not qualify is never',
      [100],
      { qualification: wasMqlAt(noon(-1)), reading: readingOf([100], { letter: 'D' }) },
      null,
    ],
    [
      'at a lead that only penalties keep down is when they have faded',
      [],
      { reading: readingOf(later(9, 100), { positiveMilli: 100_000 }) },
      midnight(9),
    ],
    [
      'at a lead whose best is below the bar is never',
      [],
      { reading: readingOf([0], { positiveMilli: 99_999 }) },
      null,
    ],
    [
      'at a lead that penalties keep down beyond its cool-down is when they have faded',
      [],
      {
        qualification: wasMqlAt(noon(-1)),
        reading: readingOf([0, 100, ...later(28, 100)], { positiveMilli: 100_000 }),
      },
      midnight(30),
    ],
    [
      'is when an outcome of the time to come happens',
      [0],
      { outcomes: [said('recycle_lead', noon(1))] },
      noon(1),
    ],
  ]
  test.each(cases)('%s', (_, points, more, lookAt) => {
    expect(lookAtLead(nowOf(points, { reading: readingOf(points), ...more })).lookAt).toBe(lookAt)
  })

  test('reads no more days than it searches', () => {
    let reads = 0
    const reading = { ...readingOf([60]), scoreAt: () => ++reads && 60_000 }
    lookAtLead(nowOf([], { qualification, reading }))
    expect(reads).toBeLessThanOrEqual(401)
  })
})

describe('late looks', () => {
  test('begin the dwell when the score fell, not when somebody looked', () => {
    const now = nowOf([100, 70, 59], { at: NOON })
    expect(lookUntil({ ...now, until: noon(300) })).toEqual({
      decisions: [
        { at: NOON, by: 'score', from: 'lead', to: 'mql' },
        { at: midnight(16), by: 'clock', from: 'mql', to: 'lead' },
      ],
      qualification: { isMql: false, mqlAt: NOON, belowSince: null, raisedAt: null },
      lookAt: null,
    })
  })
  test('see the recovery that interrupted a dwell', () => {
    const points = [100, 50, ...Array(9).fill(50), 60, 50]
    const { decisions } = lookUntil({ ...nowOf(points), until: noon(300) })
    expect(decisions.map(({ at }) => at)).toEqual([NOON, midnight(12 + 14)])
  })
  test('include the one that falls due at the very end, and say when the next is', () => {
    const now = nowOf([100, 59])
    expect(lookUntil({ ...now, until: midnight(15) - 1 })).toMatchObject({ lookAt: midnight(15) })
    expect(lookUntil({ ...now, until: midnight(15) }).decisions).toHaveLength(2)
  })
  test('are none where none is due', () => {
    const now = nowOf([100])
    const lookAt = now.at
    expect(lookUntil({ ...now, until: lookAt - 1 })).toEqual({
      decisions: [],
      qualification: UNQUALIFIED,
      lookAt,
    })
  })
  test('take what sales said at its time', () => {
    const outcomes = [said('qualify_lead', noon(20)), said('recycle_lead', noon(25))]
    const now = nowOf([100, 59, ...Array(50).fill(59), 100], { outcomes })
    expect(
      lookUntil({ ...now, until: noon(55) }).decisions.map(({ at, from, to }) => [at, from, to]),
    ).toEqual([
      [NOON, 'lead', 'mql'],
      [midnight(15), 'mql', 'lead'],
      [noon(55), 'recycled', 'mql'],
    ])
  })
})

describe('between events', () => {
  const HORIZON = 80
  const points = fc.constantFrom(0, 59.999, 60, 80, 99.999, 100, 150)
  const hours = fc.integer({ min: 1, max: HORIZON * 24 })
  const outcome = fc.record({
    id: fc.nat(),
    type: fc.constantFrom<OutcomeType>(
      'working_lead',
      'recycle_lead',
      'recycle_lead',
      'qualify_lead',
    ),
    at: hours.map((after) => NOON + after * 3_600_000),
  })
  const lead = fc
    .record({
      points: fc.array(points, { minLength: 1, maxLength: HORIZON }),
      raisedAfter: fc.option(hours),
      outcomes: fc.array(outcome, { maxLength: 4 }),
      isExcluded: fc.boolean(),
      dwell_days: fc.nat(5),
      cool_down_days: fc.nat(9),
      startsAt: fc.constantFrom(midnight(0), NOON),
    })
    .map(({ points, raisedAfter, outcomes, isExcluded, startsAt, ...days }): LeadNow => {
      const raisedAt = raisedAfter === null ? null : NOON + raisedAfter * 3_600_000
      const reading = readingOf(points, { raisedAt, positiveMilli: 150_000, isExcluded })
      return nowOf([], { reading, outcomes, mql: { ...MQL, ...days }, at: startsAt })
    })

  /** Looks when the last look said, and at every boundary of a day besides. */
  function lookEveryDay(now: LeadNow, until: number): StageDecision[] {
    const decisions: StageDecision[] = []
    let state = now
    while (state.at <= until) {
      const { lookAt, ...look } = lookAtLead(state)
      if (lookAt !== null) expect(lookAt).toBeGreaterThan(state.at)
      const seen = now.outcomes.filter(({ at }) => at <= state.at)
      const [from, to] = [stageOf(state.qualification, seen), stageOf(look.qualification, seen)]
      if (look.by === null) expect(to).toBe(from)
      else decisions.push({ at: state.at, by: look.by, from, to })
      const tomorrow = (dayOf(state.at) + 1) * DAY_MS
      state = {
        ...state,
        qualification: look.qualification,
        at: Math.min(lookAt ?? tomorrow, tomorrow),
      }
    }
    return decisions
  }

  test('looking every day decides what looking when told decides', () => {
    fc.assert(
      fc.property(lead, (now) => {
        const until = midnight(HORIZON + 20)
        expect(lookUntil({ ...now, until }).decisions).toEqual(lookEveryDay(now, until))
      }),
      { numRuns: 300 },
    )
  })
  test('many late looks in one go decide what punctual ones decide', () => {
    fc.assert(
      fc.property(lead, fc.array(hours, { maxLength: 6 }), (now, stops) => {
        const end = midnight(HORIZON + 20)
        const whole = lookUntil({ ...now, until: end })
        const decisions: StageDecision[] = []
        let { qualification } = now
        let lookAt: number | null = now.at
        for (const until of [
          ...stops.map((after) => NOON + after * 3_600_000).sort((a, b) => a - b),
          end,
        ]) {
          if (lookAt === null) break
          const part = lookUntil({ ...now, qualification, at: lookAt, until })
          decisions.push(...part.decisions)
          ;({ qualification, lookAt } = part)
        }
        expect({ decisions, qualification, lookAt }).toEqual(whole)
      }),
    )
  })
  test('the order in which outcomes were reported never matters', () => {
    fc.assert(
      fc.property(lead, (now) => {
        const outcomes = now.outcomes.map((one, id) => ({ ...one, id }))
        const until = midnight(HORIZON)
        const reversed = [...outcomes].reverse()
        expect(lookUntil({ ...now, outcomes: reversed, until })).toEqual(
          lookUntil({ ...now, outcomes, until }),
        )
      }),
    )
  })
})
