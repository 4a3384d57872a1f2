import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileFit, fitOf } from '../../collector/scoring/fit.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { type CompiledRule, compileModel } from '../../collector/scoring/match.ts'
import { parseModel, type RuleSpec } from '../../collector/scoring/model.ts'
import { engagementOf } from '../../collector/scoring/score.ts'
import {
  compileTables,
  DAY_MS,
  dayOf,
  grossMilli,
  lineMilli,
  weightOf,
} from '../../collector/scoring/tables.ts'
import type { DecisionJson, ScoreJson } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import { MAX_EVENT_AGE_MS, SESSION_IDLE_MS, type WireEvent } from '../../shared/wire.ts'
import { PROOF_BEATS, PROOF_BEATS_AFTER_INPUT } from '../../snippet/limits.ts'
import { createWorld, defaultModelYaml, eventAt, found, type World } from '../support/world.ts'

/**
 * The page that lets anybody recompute a score, held to the product: what Ada does is read out of its
 * table and replayed, and every number of the page is compared. No number of it is repeated here.
 */

const PAGE = readFileSync('collector/scoring/README.md', 'utf8')
const PROSE = PAGE.replace(/^\|.*$/gm, '').replace(/\s+/g, ' ')
const YEAR = /All days are in November (\d{4})/.exec(PAGE)?.[1]
const MAIL = createMailDomains('', '')

const MODEL = (() => {
  const parsed = parseModel(defaultModelYaml())
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return compileModel(parsed.model, 1)
})()
const { mql, fit: fitModel } = MODEL.spec

const TABLES = {
  shares: 'seconds | share, s = 180 | of 20 points | share, s = 60 | of 15 points',
  weights: 'age in days | 7 | 14 | 21 | 30 | 45 | 60',
  grades: 'letter | fit from | number | score from',
  changes: 'what | the score | what was decided', // words only
  events: 'day | time | what Ada does | event | page',
  rules: 'rule | counts | points | repeat | most a day | half-life | cap',
  lines: 'rule | day | counted | points of the day | age | weight | line',
  receipt: 'rule | on the receipt | worked out | points',
  fit: "fit rule | looks at | Ada's | points",
  result: 'as of Thu 12 Nov | figure',
  after: 'end of | score | stage | why',
} as const

/** The tables of the page by their headers, cells without marks of code and weight. */
function tablesOf(markdown: string): Map<string, string[][]> {
  const found = markdown.matchAll(/^\|(.*)\|\n\|[ \-|]+\|\n((?:\|.*\|\n)+)/gm)
  return new Map(
    [...found].map(([, header = '', body = '']) => [
      header.trim(),
      body.trimEnd().split('\n').map(cellsOf),
    ]),
  )
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.replace(/`|\*\*/g, '').trim())
}

function rowsOf(name: keyof typeof TABLES): string[][] {
  const rows = tablesOf(PAGE).get(TABLES[name])
  if (!rows) throw new Error(`the page has no table of ${name}`)
  return rows
}

/** As the page writes points. */
const points = (milli: number) => (milli / 1000).toFixed(3)
const millionths = (value: number) => (value / 1_000_000).toFixed(6)

/** What a pocket calculator shows for `a + b`, `a - b` and `a × b`, less its binary noise. */
function calculate(sum: string): number {
  const terms = sum.replaceAll(' - ', ' + -').split(' + ')
  const product = (term: string) => term.split(' × ').reduce((all, one) => all * Number(one), 1)
  return Number(terms.reduce((all, term) => all + product(term), 0).toFixed(9))
}

/** Half up, away from zero; and cut. Both to thousandths. */
const rounded = (value: number) =>
  points(Math.sign(value) * Math.floor(Math.abs(value) * 1000 + 0.5 + 1e-6))
const cut = (value: number) => points(Math.trunc(Number((value * 1000).toFixed(6))))

/** An instant of the page; a weekday that is not that day's is a mistake too. */
function instantOf(day: string, time = '00:00'): number {
  const at = Date.parse(`${day} ${YEAR} ${time} UTC`)
  const [, weekday] = /^([A-Z]\w\w) /.exec(day) ?? []
  if (weekday) expect(new Date(at).toUTCString().slice(0, 3), day).toBe(weekday)
  return at
}
const endOf = (day: string) => instantOf(day) + DAY_MS - 1

function ruleOf(id: string | undefined): CompiledRule {
  const rule = MODEL.rules.find(({ spec }) => spec.id === id)
  if (!rule) throw new Error(`the default model has no rule ${id}`)
  return rule
}

let world: World
let reader: InternalReader
let score: ScoreJson
let asOf: number
let promotion: DecisionJson
let demotion: DecisionJson

const result = () => new Map(rowsOf('result').map(([what = '', figure = '']) => [what, figure]))
const person = () => {
  const values = new Map(rowsOf('fit').map(([, trait = '', value = '']) => [trait, value]))
  const email = values.get('email_kind') ?? ''
  values.delete('email_kind')
  return { email, traits: Object.fromEntries(values) }
}
const ada = () => `email:${person().email}`

const LATER = Date.UTC(2030, 0)
const scoreAsOf = (at: number) => found(reader.score(ada(), { asOf: at }, LATER))

/** Replays the table of what Ada does: every event as it happens, a new session after the idle gap. */
async function live(): Promise<void> {
  const browser = randomUUID()
  let session = ''
  let lastAt = Number.NEGATIVE_INFINITY
  let view = { id: '', at: 0, path: '' }
  for (const [day = '', time = '', what = '', type = '', path = ''] of rowsOf('events')) {
    const at = instantOf(day, time)
    if (type === 'adjustment') {
      const [, given, label = ''] = /(-?\d+) points .*"(.+)"/.exec(what) ?? []
      const lead = await found(reader.leadRef(ada(), {}))
      world.service.addAdjustment({ lead, label, milli: 1000 * Number(given), at, by: 'ann' })
      continue
    }
    expect(at, what).toBeGreaterThanOrEqual(lastAt)
    if (at - lastAt > SESSION_IDLE_MS) session = randomUUID()
    lastAt = at
    const given: { view?: string; props?: NonNullable<WireEvent['props']> } = {}
    if (type === 'page_view') view = { id: randomUUID(), at, path }
    if (type === 'form_submit') given.props = { has_email: true }
    if (type === 'identify') given.props = person()
    if (type === 'user_engagement') {
      const [, seconds] = /for (\d+) s$/.exec(what) ?? []
      expect(path).toBe(view.path)
      given.view = view.id
      given.props = { engaged_ms: 1000 * Number(seconds), scroll: 50, view_at: view.at }
    }
    const url = `https://shop.example${path}`
    const events = [eventAt(at, type, { session, url, ...given })]
    const human = !what.includes('not proven')
    const answer = world.deliver({ browser, human, sentAt: at, events }, at)
    expect(answer).toMatchObject({ accepted: 1, rejected: [] })
  }
}

beforeAll(async () => {
  world = createWorld()
  reader = createSqliteReader(world.path, MAIL)
  await live()
  asOf = endOf(/^### Line by line, as of (.+)$/m.exec(PAGE)?.[1] ?? '')
  score = await scoreAsOf(asOf)
  world.service.look(LATER)
  const decisions = await found(reader.decisions(ada(), {}))
  const [down, up, ...rest] = decisions
  if (!down || !up || rest.length > 0) throw new Error(`${decisions.length} decisions`)
  promotion = up
  demotion = down
})
afterAll(async () => {
  expect((await world.verify()).differences).toEqual([])
  world.close()
})

describe('the tables for a pocket calculator', () => {
  test('no table of the page is left out here', () => {
    expect([...tablesOf(PAGE).keys()]).toEqual(Object.values(TABLES))
  })

  test('weights: every half-life of the default model, and every age', () => {
    const halfLives = TABLES.weights.split(' | ').slice(1).map(Number)
    const used = new Set(MODEL.rules.map(({ spec }) => spec.half_life_days))
    expect(halfLives).toEqual([...used].sort((a, b) => a - b))
    const tables = halfLives.map((days) => ofHalfLife(days).tables)
    const expected = Array.from({ length: 31 }, (_, age) => [
      String(age),
      ...tables.map((table) => millionths(weightOf(table, age))),
    ])
    expect(rowsOf('weights')).toEqual(expected)
  })

  test('weights of older days are half of what they were a half-life before, up to the end', () => {
    const [, lives] = /Past (\d+) half-lives nothing is left/.exec(PROSE) ?? []
    for (const { spec, tables } of MODEL.rules) {
      const last = Number(lives) * spec.half_life_days
      for (let age = spec.half_life_days; age <= last; age += 1) {
        const halved = weightOf(tables, age - spec.half_life_days) / 2
        expect(Math.abs(weightOf(tables, age) - halved)).toBeLessThanOrEqual(1)
      }
      expect(weightOf(tables, last)).toBeGreaterThan(0)
      expect(weightOf(tables, last + 1)).toBe(0)
    }
  })

  test('shares and points of engaged time', () => {
    const columns = [ruleOf('engaged_time').spec, ruleOf('pricing_time').spec]
    const header = columns.map((c) => `share, s = ${c.saturation_s} | of ${c.points} points`)
    expect(TABLES.shares).toBe(['seconds', ...header].join(' | '))
    for (const [seconds = '', ...cells] of rowsOf('shares')) {
      const ms = 1000 * Number(seconds)
      const expected = columns.flatMap((spec) => {
        const million = compileTables({ ...spec, points: 1000 })
        const [share, given] = [million, compileTables(spec)].map((t) => grossMilli(t, 1, ms))
        expect(rounded(calculate(`${spec.points} × ${millionths(share ?? 0)}`))).toBe(
          points(given ?? 0),
        )
        return [millionths(share ?? 0), points(given ?? 0)]
      })
      expect(cells, `${seconds} seconds`).toEqual(expected)
    }
  })

  test('grades', () => {
    const rows = rowsOf('grades')
    expect(rows.map(([letter, , number]) => `${letter}${number}`)).toEqual(['A1', 'B2', 'C3', 'D4'])
    for (const [i, [letter, from, number, least]] of rows.entries()) {
      const [nextLetter, , nextNumber] = rows[i + 1] ?? []
      if (nextLetter === undefined) {
        expect([from, least]).toEqual(['less', 'less'])
        continue
      }
      expect([letterOf(Number(from)), letterOf(Number(from) - 1)]).toEqual([letter, nextLetter])
      const milli = 1000 * Number(least)
      expect([engagementOf(milli), engagementOf(milli - 1)].map(String)).toEqual([
        number,
        nextNumber,
      ])
    }
  })

  test('the numbers in sentences', () => {
    const hourOfSeconds = 3600
    const { tables } = ruleOf('engaged_time')
    expect(grossMilli(tables, 1, 1000 * hourOfSeconds + 1e6)).toBe(tables.ofSeconds[hourOfSeconds])
    expect(tables.ofSeconds).toHaveLength(hourOfSeconds + 1)
    const days = MAX_EVENT_AGE_MS / DAY_MS
    for (const sentence of [
      `on screen for ${PROOF_BEATS_AFTER_INPUT} seconds and somebody moved`,
      `on screen for ${PROOF_BEATS}.`,
      `A visit ends after ${SESSION_IDLE_MS / 60_000} idle minutes`,
      `whole seconds, at most ${hourOfSeconds},`,
      `at most ${fitModel.cap} in all`,
      `a score of at least ${mql.enter}, once it was active (anything proven) on at least ${mql.min_active_days} days`,
      `with fit ${mql.min_fit} or better, or unknown`,
      `the score was below ${mql.exit} for ${mql.dwell_days} days without a break`,
      `From ${mql.exit} to ${mql.enter} nothing changes`,
      `at the earliest ${mql.cool_down_days} days after it last became one`,
      `can be an MQL again after ${mql.cool_down_days} days`,
    ]) {
      expect(PROSE).toContain(sentence)
    }
    expect(PAGE).toContain(`a browser's events are taken for ${days} days`)
    expect(PAGE).toContain(`between ${mql.exit} and ${mql.enter} nothing changes`)
    expect(rowsOf('shares').at(-1)?.[0]).toBe(String(hourOfSeconds))
  })

  test('the sums in sentences', () => {
    const sums = [...PROSE.matchAll(/`([-\d.+× ]+) = ([-\d.]+)`/g)]
    expect(sums.length).toBe(4)
    for (const [, sum = '', total] of sums) expect(String(calculate(sum))).toBe(total)
    const views = ruleOf('page_view').spec
    expect(sums[0]?.[1]).toBe(handSum(views, 5, ''))
    expect(PROSE).toContain(`Five page views (${views.points} point, repeat ${views.repeat}):`)
    const [five, ageing, minus] = sums.map(([, , total]) => Number(total))
    expect(PROSE).toContain(`, which is ${rounded(five ?? 0)}.`)
    expect(PROSE).toContain(`becomes ${cut(ageing ?? 0)}, and`)
    expect(PROSE).toContain(`becomes ${cut(minus ?? 0)}.`)
  })
})

describe('Ada', () => {
  test('the rules that count what she does, with their numbers', () => {
    const counted = new Set(score.reasons.flatMap(({ rule }) => rule ?? []))
    expect(rowsOf('rules').map(([id]) => id)).toEqual([...counted])
    for (const [id, words = '', ...numbers] of rowsOf('rules')) {
      const { spec } = ruleOf(id)
      const isTime = spec.saturation_s !== undefined
      expect(numbers, id).toEqual([
        String(spec.points),
        isTime ? '' : String(spec.repeat),
        isTime ? '' : String(spec.max_per_day),
        String(spec.half_life_days),
        String(spec.cap),
      ])
      expect(/s = (\d+)/.exec(words)?.[1]).toBe(isTime ? String(spec.saturation_s) : undefined)
    }
  })

  test('every line: what was counted, its points, age and weight, and the same by hand', () => {
    const db = new Database(world.path, { readonly: true })
    const buckets = db
      .prepare('SELECT rule, day, count, engaged_ms FROM bucket WHERE rule > 0 ORDER BY rule, day')
      .raw()
      .all() as [number, number, number, number][]
    db.close()
    const expected = buckets.map(([ref, day, count, ms]) => {
      const rule = MODEL.byRef.get(ref)
      if (!rule) throw new Error(`no rule ${ref}`)
      const gross = grossMilli(rule.tables, count, ms)
      const age = dayOf(asOf) - day
      const weight = weightOf(rule.tables, age)
      const isTime = rule.spec.saturation_s !== undefined
      return [
        rule.spec.id,
        day,
        isTime ? `${ms / 1000} s` : String(count),
        points(gross),
        String(age),
        millionths(weight),
        points(lineMilli(gross, weight)),
      ]
    })
    const shown = rowsOf('lines').map(([rule, day = '', counted, how = '', ...rest]) => {
      const [sum = '', total = sum] = how.split(' = ')
      return [rule, dayOf(instantOf(day)), counted, total, ...rest]
    })
    expect(shown).toEqual(expected)
    for (const [rule, , counted = '', how = '', , weight, line] of rowsOf('lines')) {
      const [sum = '', total = sum] = how.split(' = ')
      expect(rounded(calculate(sum))).toBe(total)
      expect(cut(calculate(`${total} × ${weight}`))).toBe(line)
      expect(sum).toBe(handSum(ruleOf(rule).spec, Number.parseInt(counted, 10), total))
    }
  })

  test('the receipt, line by line, and the same by hand', () => {
    const shown = rowsOf('receipt')
    const [total, ...reasons] = [shown.at(-1), ...shown.slice(0, -1)]
    expect(reasons.map(([rule, label, , given]) => [rule, label, given])).toEqual(
      score.reasons.map(({ rule = '', label, milli }) => [rule, label, points(milli)]),
    )
    expect(total).toEqual(['', 'Score', 'all of the above', points(score.score_milli)])
    expect(points(1000 * calculate(reasons.map(([, , , given]) => given).join(' + ')))).toBe(
      total?.[3],
    )
    for (const [i, { rule, kind }] of score.reasons.entries()) {
      const [, , how = '', given] = reasons[i] ?? []
      if (kind === 'adjustment') continue
      const lines = rowsOf('lines').filter(([of]) => of === rule)
      const before = reasons[i - 1]?.[3]
      const sum = lines.map((line) => line[6]).join(' + ')
      expect(how).toBe(kind === 'cap' ? `${ruleOf(rule).spec.cap} - ${before}` : sum)
      expect(points(1000 * calculate(how))).toBe(given)
    }
  })

  test('shows what the page is about: a repeat, two rules for one time, an ad, a cap, a minus, a hand', () => {
    const ids = score.reasons.map(({ rule, kind }) => kind ?? rule)
    expect(ids).toEqual(
      expect.arrayContaining(['engaged_time', 'pricing_time', 'ad_click', 'cap', 'adjustment']),
    )
    expect(score.reasons.filter(({ rule, milli }) => rule === 'careers' && milli < 0)).toHaveLength(
      1,
    )
  })

  test('fit, grade, and the decision', () => {
    for (const [id, trait, value = '', given] of rowsOf('fit')) {
      const rule = fitModel.rules.find((one) => one.id === id)
      expect([rule?.trait, String(rule?.points)], id).toEqual([trait, given])
      const { email, traits } = person()
      const only = { cap: fitModel.cap, rules: rule ? [rule] : [] }
      const own = trait === 'email_kind' ? { email, traits: {} } : { email: null, traits }
      expect(value).not.toBe('')
      expect(String(fitPoints(own, only))).toBe(given)
    }
    expect(fitPoints(person(), fitModel)).toBe(score.fit.points)
    const earlier = new Set(
      rowsOf('events')
        .filter(([, , what]) => !what?.includes('not proven'))
        .map(([day = '', time]) => instantOf(day, time))
        .filter((at) => at <= Date.parse(promotion.at))
        .map(dayOf),
    )
    const [day = '', time] = (result().get('became an MQL') ?? '').split(', ')
    expect(promotion).toMatchObject({
      from: 'lead',
      to: 'mql',
      by: 'score',
      at: new Date(instantOf(day, time)).toISOString(),
      fit: score.fit,
    })
    expect(Object.fromEntries(result())).toEqual({
      score: points(score.score_milli),
      fit: `${score.fit.points}`,
      grade: score.grade,
      stage: score.stage,
      'became an MQL': result().get('became an MQL'),
      'with a score of': points(promotion.score_milli),
      'days active by then': String(earlier.size),
    })
  })

  test('what she had a moment before she became an MQL', async () => {
    const before = await scoreAsOf(Date.parse(promotion.at) - 1)
    const cart = ruleOf('cart').spec.points
    const sum = `${points(before.score_milli)} + ${cart} = ${points(promotion.score_milli)}`
    const [day, time] = (result().get('became an MQL') ?? '').split(', ')
    expect(PROSE).toContain(
      `\`${sum}\`. To check, work it out for ${day} with what she had done by ${time}.`,
    )
  })

  test('the running total that she is explained by', () => {
    const onPage = (path: string) =>
      rowsOf('events')
        .filter(
          ([day, , , type, at]) => day === 'Mon 2 Nov' && type === 'user_engagement' && at === path,
        )
        .map(([, , what = '']) => /for (\d+) s$/.exec(what)?.[1])
    const [first, last] = onPage('/pricing')
    expect(PROSE).toContain(`The price page's ${last} seconds are not ${first} + ${last}:`)
    expect(PROSE).toContain(`with the ${onPage('/machines')} seconds on the machines`)
  })

  test('day by day, to the end of being an MQL', async () => {
    for (const [day = '', given, stage] of rowsOf('after')) {
      const then = await scoreAsOf(endOf(day))
      expect([points(then.score_milli), then.stage], day).toEqual([given, stage])
    }
    const [last = ''] = rowsOf('after').at(-1) ?? []
    expect(demotion).toMatchObject({ from: 'mql', to: 'lead', by: 'clock' })
    expect(demotion.at).toBe(new Date(instantOf(last)).toISOString())
    const days = rowsOf('after').map(([day = '', given, , why]) => ({
      day: dayOf(instantOf(day)),
      given: Number(given),
      why,
    }))
    const first = days.find(
      ({ why }) => why === `the first of ${mql.dwell_days} days below ${mql.exit}`,
    )
    const turn = days[days.findIndex(({ day }) => day === first?.day) - 1]
    expect(turn?.given).toBeGreaterThanOrEqual(mql.exit)
    expect(first?.given).toBeLessThan(mql.exit)
    expect(first?.day).toBe((turn?.day ?? 0) + 1)
    expect(days.at(-1)?.day).toBe((first?.day ?? 0) + mql.dwell_days)
  })

  test('the JSON is what the API answers, with fewer reasons', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(PAGE) ?? []
    const shown = JSON.parse(json) as ScoreJson
    expect(shown.reasons).toHaveLength(2)
    const keyOf = ({ rule, kind }: ScoreJson['reasons'][number]) => `${rule} ${kind}`
    const wanted = new Set(shown.reasons.map(keyOf))
    const reasons = score.reasons.filter((reason) => wanted.has(keyOf(reason)))
    expect(shown).toEqual({ ...score, reasons })
    const day = new Date(asOf).toISOString().slice(0, 10)
    expect(PAGE).toContain(`GET /api/v1/leads/${ada()}/score?as_of=${day}`)
    expect(PROSE).toContain(`**A past day** (\`as_of=${day}\`)`)
    expect(PAGE).toContain(`a version (\`model=${score.model_version}\`)`)
  })
})

function ofHalfLife(days: number): CompiledRule {
  const rule = MODEL.rules.find(({ spec }) => spec.half_life_days === days)
  if (!rule) throw new Error(`no rule has a half-life of ${days} days`)
  return rule
}

/** The sum that the page shows for a day's points: repeats one by one, or points times the share. */
function handSum(spec: RuleSpec, counted: number, total: string): string {
  if (spec.saturation_s !== undefined) {
    const column = TABLES.shares.split(' | ').indexOf(`share, s = ${spec.saturation_s}`)
    const row = rowsOf('shares').find(([seconds]) => seconds === String(counted))
    return `${spec.points} × ${row?.[column]}`
  }
  const times = Math.min(counted, spec.max_per_day)
  if (times === 1) return total
  const terms = Array.from({ length: times }, (_, i) => spec.points * spec.repeat ** i)
  return terms.map((term) => String(Number(term.toFixed(6)))).join(' + ')
}

function letterOf(fitPointsWanted: number): string | null {
  const rule = {
    id: 'any',
    label: 'Any',
    trait: 'any',
    known: true,
    points: fitPointsWanted,
  } as const
  return fitOf({ any: 'thing' }, null, compileFit({ cap: fitModel.cap, rules: [rule] }), MAIL)
    .letter
}

function fitPoints(
  { email, traits }: { readonly email: string | null; readonly traits: Record<string, string> },
  model: typeof fitModel,
): number {
  return fitOf(traits, email, compileFit(model), MAIL).points
}
