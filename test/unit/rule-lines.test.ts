import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { presentProspect } from '../../collector/dashboard/present-prospect.ts'
import { compileFit, fitLinesOf, fitOf } from '../../collector/scoring/fit.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { compileModel } from '../../collector/scoring/match.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import { ruleLinesOf } from '../../collector/scoring/rule-lines.ts'
import { type Bucket, scoreOf } from '../../collector/scoring/score.ts'
import { type LeadNow, lookAtLead, requirementsOf } from '../../collector/scoring/stages.ts'
import { DAY_MS } from '../../collector/scoring/tables.ts'
import type { ProspectJson } from '../../collector/store/explained.ts'
import { leadWith } from '../http/dashboard-fixture.ts'

/** What a lead's page says of a score, against what the score and the stage machine say themselves. */

const parsed = parseModel(readFileSync('collector/scoring/default-model.yaml', 'utf8'))
if (!parsed.ok) throw new Error(parsed.problems.join('; '))
const { model: spec } = parsed
const MODEL = compileModel(spec, 1)
const TODAY = 20_000

const buckets: fc.Arbitrary<Bucket[]> = fc.array(
  fc.record({
    rule: fc.integer({ min: 1, max: MODEL.rules.length }),
    // Younger than nine of the shortest half-lives, so that nothing is on the edge of its end.
    day: fc.integer({ min: TODAY - 60, max: TODAY }),
    count: fc.integer({ min: 1, max: 12 }),
    engagedMs: fc.integer({ min: 0, max: 4_000_000 }),
    lastAt: fc.constant(TODAY * DAY_MS),
  }),
  { maxLength: 40 },
)

describe('an opened receipt', () => {
  test('has the lines of the score, each with days that sum to it', () => {
    fc.assert(
      fc.property(buckets, (all) => {
        const { reasons } = scoreOf(all, MODEL, TODAY)
        const lines = ruleLinesOf(all, MODEL, TODAY)
        expect(lines.map(({ rule, milli }) => [rule.spec.id, milli])).toEqual(
          reasons.filter(({ kind }) => kind === undefined).map(({ rule, milli }) => [rule, milli]),
        )
        for (const { milli, days } of lines) {
          expect(days.reduce((sum, day) => sum + day.milli, 0)).toBe(milli)
        }
      }),
    )
  })

  test('says when half of a line is gone, if nothing new happens', () => {
    fc.assert(
      fc.property(buckets, (all) => {
        for (const { rule, milli, days, halvesOn } of ruleLinesOf(all, MODEL, TODAY)) {
          const then = scoreOf(all, MODEL, halvesOn).reasons
          const left = then.find((one) => one.rule === rule.spec.id && !one.kind)?.milli ?? 0
          // Each day is cut to whole milli-points, now and then.
          expect(Math.abs(2 * left - milli)).toBeLessThanOrEqual(2.5 * days.length)
        }
      }),
    )
  })

  test('says from when a cap takes nothing, and not a day before', () => {
    fc.assert(
      fc.property(buckets, (all) => {
        const hasCap = (rule: string, day: number) =>
          scoreOf(all, MODEL, day).reasons.some((one) => one.rule === rule && one.kind === 'cap')
        for (const { rule, fitsCapOn } of ruleLinesOf(all, MODEL, TODAY)) {
          const { id } = rule.spec
          expect(hasCap(id, TODAY)).toBe(fitsCapOn !== null)
          if (fitsCapOn === null) continue
          expect([hasCap(id, fitsCapOn - 1), hasCap(id, fitsCapOn)]).toEqual([true, false])
          const eve = ruleLinesOf(all, MODEL, fitsCapOn - 1).find((one) => one.rule === rule)
          expect(eve?.fitsCapOn).toBe(fitsCapOn)
        }
      }),
    )
  })
})

test('a cap that takes something for years is no work for long', () => {
  const slow = { half_life_days: 3650, cap: 1, repeat: 1, max_per_day: 1000 }
  const model = compileModel(
    { ...spec, rules: spec.rules.map((rule) => ({ ...rule, ...slow })) },
    1,
  )
  const all = model.rules.flatMap(({ ref }) =>
    Array.from({ length: 300 }, (_, age): Bucket => {
      const day = TODAY - age
      return { rule: ref, day, count: 3, engagedMs: 90_000, lastAt: day * DAY_MS }
    }),
  )
  const startedAt = performance.now()
  const lines = ruleLinesOf(all, model, TODAY)
  expect(performance.now() - startedAt).toBeLessThan(500)
  expect(Math.min(...lines.map(({ fitsCapOn }) => fitsCapOn ?? 0))).toBeGreaterThan(TODAY + 3650)
})

test('the fit rules that count sum to the fit, and one that could counts when its trait comes', () => {
  const fit = compileFit(spec.fit)
  const domains = createMailDomains('gmail.com', '')
  const titles = [undefined, 'CEO', 'Office Manager', 'Intern']
  const emails = [null, 'a@b.example', 'a@gmail.com']
  for (const job_title of titles) {
    for (const email of emails) {
      for (const company of [undefined, 'Norrsken']) {
        const traits = { ...(job_title && { job_title }), ...(company && { company }) }
        const lines = fitLinesOf(traits, email, fit, domains)
        const points = spec.fit.rules.map((rule, i) =>
          lines[i]?.state === 'counts' ? rule.points : 0,
        )
        const { points: now } = fitOf(traits, email, fit, domains)
        expect(
          Math.min(
            spec.fit.cap,
            points.reduce((a, b) => a + b, 0),
          ),
        ).toBe(now)
        const senior = lines[spec.fit.rules.findIndex(({ id }) => id === 'senior_title')]
        const promoted = fitOf({ ...traits, job_title: 'CEO' }, email, fit, domains).points
        expect(now + (senior?.gain ?? 0)).toBe(promoted)
      }
    }
  }
})

test('what is asked of an MQL is what the stage machine asks', () => {
  const at = TODAY * DAY_MS + 1000
  const mql: LeadNow['mql'] = spec.mql
  fc.assert(
    fc.property(
      fc.record({
        points: fc.constantFrom(99_999, 100_000, 20_000, 150_000),
        letter: fc.constantFrom('A', 'C', 'D', null),
        activeDays: fc.integer({ min: 0, max: 3 }),
        isExcluded: fc.boolean(),
        mqlDaysAgo: fc.constantFrom(null, 29, 30, 31),
        outcome: fc.constantFrom(null, 'working_lead', 'qualify_lead', 'recycle_lead'),
      }),
      ({ points, letter, activeDays, isExcluded, mqlDaysAgo, outcome }) => {
        const reading = { isExcluded, letter, activeDays, raisedAt: null, scoreAt: () => points }
        const mqlAt = mqlDaysAgo === null ? null : at - mqlDaysAgo * DAY_MS
        const now: LeadNow = {
          qualification: { isMql: false, mqlAt, belowSince: null, raisedAt: null },
          outcomes: outcome ? [{ id: 1, type: outcome, at: at - 60 * DAY_MS }] : [],
          reading,
          mql,
          at,
        }
        const asked = requirementsOf(now)
        const { isIncluded, isFit, isActive, isOverBar, isWithSales, readyAt } = asked
        const all = isIncluded && isFit && isActive && isOverBar && !isWithSales && readyAt === null
        expect(lookAtLead(now).by).toBe(all ? 'score' : null)
      },
    ),
    { numRuns: 400 },
  )
})

describe('what is missing is said', () => {
  const prospect: ProspectJson = {
    ...{ enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: 'C' },
    ...{ min_active_days: 2, active_days: 1, is_included: true, is_fit: true, is_active: false },
    ...{ is_over_bar: false, ready_at: null, is_with_sales: false, is_worked: false },
    ...{ below_since: null, next: null, steps: [] },
  }
  const all = { is_active: true, is_over_bar: true }
  test.each([
    [{}, 'lead', 87_412, '12.6 points and one more active day.'],
    [{ is_active: true }, 'lead', 99_999, '0.1 points.'],
    [{ ...all, is_fit: false }, 'lead', 120_000, 'A fit of C or better.'],
    [{ is_included: false }, 'lead', 0, 'Can’t become an MQL: own staff.'],
    [{ ...all }, 'lead', 120_000, 'Everything is there: it becomes an MQL within moments.'],
    [{ is_with_sales: true }, 'won', 120_000, 'A customer now.'],
    [{}, 'mql', 120_000, 'An MQL. Sales is next.'],
  ] as const)('%o of a %s with %i', (changes, stage, score_milli, words) => {
    const lead = leadWith({ stage, score_milli, excluded: 'own staff' })
    const now = TODAY * DAY_MS
    const view = presentProspect({
      lead,
      prospect: { ...prospect, ...changes },
      decisions: [],
      now,
    })
    expect(view.headline).toBe(words)
  })
})
