import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OUTCOME_TYPES } from '../../collector/scoring/stages.ts'
import type {
  AdjustmentJson,
  DecisionJson,
  LeadJson,
  OutcomeJson,
  Page,
  TrendDayJson,
} from '../../collector/store/shapes.ts'
import { createService, DAY, MINUTE, NOW, type Service } from './api-fixture.ts'

/** What people say of a lead: outcomes, which set its stage, and points by hand, which are a line. */

let service: Service
let writing: string
let ann: LeadJson
beforeAll(async () => {
  service = createService()
  writing = service.keyOf(['write'])
  ann = await read('/leads/email:ann@example.com?site=si_1')
})
afterAll(() => service.close())

async function read<T>(path: string): Promise<T> {
  const answer = await service.ask(`/api/v1${path}`, writing)
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
  return answer.json()
}

function write(method: string, path: string, body?: unknown, headers = {}) {
  return service.ask(`/api/v1${path}`, writing, { method, body, headers })
}

async function added<T>(path: string, body: unknown): Promise<T> {
  const answer = await write('POST', path, body)
  expect(answer.status, await answer.clone().text()).toBe(201)
  return answer.json()
}

const lead = () => read<LeadJson>(`/leads/${ann.id}`)
const sumOf = ({ reasons }: LeadJson) => reasons.reduce((sum, { milli }) => sum + milli, 0)

describe('an outcome', () => {
  test('sets the stage, is listed with its decision, and is taken back', async () => {
    const path = `/leads/${ann.id}/outcomes`
    const body = { type: 'qualify_lead', value: 1200.5, currency: 'eur', reason: ' Has\n budget ' }
    const outcome = await added<OutcomeJson>(path, body)
    expect(outcome).toEqual({
      id: expect.stringMatching(/^ou_\d+$/),
      type: 'qualify_lead',
      occurred_at: new Date(NOW).toISOString(),
      value: 1200.5,
      currency: 'EUR',
      reason: 'Has budget',
      by: 'test',
      recorded_at: new Date(NOW).toISOString(),
    })
    expect(await read(path)).toEqual({ data: [outcome], next_cursor: null })
    const now = await lead()
    expect(now.stage).toBe('sql')

    const decisions = await read<Page<DecisionJson>>(`/leads/${ann.id}/decisions`)
    expect(decisions.next_cursor).toBeNull()
    const [decision] = decisions.data
    expect(decision).toMatchObject({ from: 'lead', to: 'sql', by: 'sales', note: 'Has budget' })
    expect(decision).toMatchObject({ score_milli: now.score_milli, model_version: 1 })
    expect(decision?.reasons).toEqual(now.reasons)

    expect((await write('DELETE', `${path}/${outcome.id}`)).status).toBe(204)
    expect((await lead()).stage).toBe('lead')
    expect(await read(path)).toEqual({ data: [], next_cursor: null })
    const after = await read<Page<DecisionJson>>(`/leads/${ann.id}/decisions`)
    expect(after.data.map(({ to }) => to)).toEqual(['lead', 'sql'])
    expect((await write('DELETE', `${path}/${outcome.id}`)).status).toBe(404)
  })

  test.each(OUTCOME_TYPES)('may be %s', async (type) => {
    const path = '/leads/email:bob%40example.org/outcomes'
    const { id, value, currency, reason } = await added<OutcomeJson>(path, {
      type,
      value: null,
      currency: null,
      reason: '',
      occurred_at: null,
    })
    expect([value, currency, reason]).toEqual([null, null, null])
    expect((await write('DELETE', `${path}/${id}`)).status).toBe(204)
  })

  test.each<[string | number, number]>([
    ['2026-11-20', NOW - DAY - 20 * 60 * MINUTE],
    ['2026-11-20T20:00:00Z', NOW - DAY],
    [NOW - DAY, NOW - DAY],
    [String(NOW - DAY), NOW - DAY],
    [NOW + MINUTE, NOW],
    [0, 0],
  ])('occurred at %s', async (occurredAt, expected) => {
    const path = `/leads/${ann.id}/outcomes`
    const body = { type: 'working_lead', occurred_at: occurredAt }
    const { id, occurred_at: said } = await added<OutcomeJson>(path, body)
    expect(Date.parse(said)).toBe(expected)
    expect((await write('DELETE', `${path}/${id}`)).status).toBe(204)
  })

  test('sent again with its key is one outcome', async () => {
    const path = `/leads/${ann.id}/outcomes`
    const headers = { 'idempotency-key': 'deal-1' }
    const body = { type: 'close_convert_lead' }
    const answers = await Promise.all([1, 2].map(() => write('POST', path, body, headers)))
    const [first, second] = await Promise.all(answers.map((answer) => answer.json()))
    expect(second).toEqual(first)
    expect((await read<Page<OutcomeJson>>(path)).data).toHaveLength(1)
    expect((await lead()).stage).toBe('won')
    expect((await write('DELETE', `${path}/${first.id}`)).status).toBe(204)
  })

  const WHEN = 'expected a day (2026-11-21), an ISO 8601 instant or epoch milliseconds'
  const TYPES = `expected one of ${OUTCOME_TYPES.join(', ')}`
  const type = 'qualify_lead'
  test.each<[unknown, string]>([
    [{}, `type is missing; ${TYPES}`],
    [{ type: 'won' }, `type is "won"; ${TYPES}`],
    [{ type, occurred_at: 'yesterday' }, `occurred_at is "yesterday"; ${WHEN}`],
    [{ type, occurred_at: '2026-02-30' }, `occurred_at is "2026-02-30"; ${WHEN}`],
    [{ type, occurred_at: '1969-12-31' }, `occurred_at is "1969-12-31"; ${WHEN}`],
    [{ type, occurred_at: -1 }, `occurred_at is -1; ${WHEN}`],
    [{ type, occurred_at: 1.5 }, `occurred_at is 1.5; ${WHEN}`],
    [{ type, occurred_at: 1e21 }, `occurred_at is 1e+21; ${WHEN}`],
    [{ type, occurred_at: true }, `occurred_at is true; ${WHEN}`],
    [
      { type, occurred_at: NOW + MINUTE + 1 },
      'occurred_at is in the future; expected 2026-11-21T20:00:00.000Z or before',
    ],
    [{ type, value: -1 }, 'value is -1; expected a number of at least 0'],
    [{ type, value: '12' }, 'value is "12"; expected a number of at least 0'],
    ['{"type":"qualify_lead","value":1e999}', 'value is null; expected a number of at least 0'],
    [
      { type, currency: 'euro' },
      'currency is "euro"; expected a currency code of three letters, such as EUR',
    ],
    [{ type, reason: 7 }, 'reason is 7; expected text of at most 500 characters'],
    [
      { type, reason: 'x'.repeat(501) },
      `reason is "${'x'.repeat(59)}…; expected text of at most 500 characters`,
    ],
    [
      { type, by: 'me' },
      '"by" is not known here; expected an object with `type` and optionally `occurred_at`, `value`, `currency`, `reason`',
    ],
  ])('of %j is refused', async (body, detail) => {
    const answer = await write('POST', `/leads/${ann.id}/outcomes`, body)
    const said = await answer.json()
    expect([answer.status, said.code, said.detail]).toEqual([400, 'invalid_request', detail])
  })

  test.each([
    ['POST', '/leads/ld_99/outcomes', 404, 'not_found', undefined],
    ['POST', '/leads/email:ann@example.com/outcomes', 409, 'ambiguous', undefined],
    ['GET', '/leads/email:ann@example.com/outcomes', 409, 'ambiguous', undefined],
    ['GET', '/leads/ld_99/outcomes', 404, 'not_found', undefined],
    ['GET', '/leads/ld_99/decisions', 404, 'not_found', undefined],
    ['GET', '/leads/ld_99/trend', 404, 'not_found', undefined],
    ['DELETE', '/leads/ld_99/outcomes/ou_1', 404, 'not_found', undefined],
    ['DELETE', '/leads/ld_1/outcomes/ou_99', 404, 'not_found', 'this lead has no such outcome'],
    ['DELETE', '/leads/ld_1/outcomes/ad_1', 404, 'not_found', 'this lead has no such outcome'],
  ])('%s %s answers %i', async (method, path, status, code, detail) => {
    const body = method === 'POST' ? { type } : undefined
    const answer = await write(method, path, body)
    const said = await answer.json()
    expect([answer.status, said.code, said.detail]).toEqual([status, code, detail])
  })

  test('of another lead, or of another site, is not to be taken back', async () => {
    const { id } = await added<OutcomeJson>(`/leads/${ann.id}/outcomes`, { type })
    const other = await write('DELETE', `/leads/email:bob@example.org/outcomes/${id}`)
    expect(other.status).toBe(404)
    const bound = service.keyOf(['admin'], 'si_2')
    const path = `/api/v1/leads/${ann.id}/outcomes`
    for (const [method, to] of [
      ['DELETE', `${path}/${id}`],
      ['POST', path],
      ['GET', path],
    ] as const) {
      const body = method === 'POST' ? { type } : undefined
      expect((await service.ask(to, bound, { method, body })).status).toBe(404)
    }
    expect((await write('DELETE', `/leads/${ann.id}/outcomes/${id}`)).status).toBe(204)
  })
})

describe('an adjustment', () => {
  test('is a line of its own, and sums', async () => {
    const before = await lead()
    const path = `/leads/${ann.id}/adjustments`
    const body = { points: 12.3456, reason: ' Met at the\tfair ' }
    const adjustment = await added<AdjustmentJson>(path, body)
    expect(adjustment).toEqual({
      id: expect.stringMatching(/^ad_\d+$/),
      points: 12.346,
      reason: 'Met at the fair',
      by: 'test',
      at: new Date(NOW).toISOString(),
    })
    expect(await read(path)).toEqual({ data: [adjustment], next_cursor: null })
    const now = await lead()
    expect(now.score_milli).toBe(before.score_milli + 12_346)
    expect(sumOf(now)).toBe(now.score_milli)
    const line = now.reasons.find(({ kind }) => kind === 'adjustment')
    expect(line).toMatchObject({ label: 'Met at the fair', milli: 12_346 })

    expect((await write('DELETE', `${path}/${adjustment.id}`)).status).toBe(204)
    expect((await lead()).score_milli).toBe(before.score_milli)
    expect((await write('DELETE', `${path}/${adjustment.id}`)).status).toBe(404)
  })

  test('takes points too, to no less than nothing', async () => {
    const path = `/leads/${ann.id}/adjustments`
    const { id, points } = await added<AdjustmentJson>(path, { points: -1000, reason: 'A rival' })
    expect(points).toBe(-1000)
    const now = await lead()
    expect([now.score_milli, sumOf(now)]).toEqual([0, 0])
    expect(now.reasons.map(({ kind }) => kind)).toContain('floor')
    expect((await write('DELETE', `${path}/${id}`)).status).toBe(204)
  })

  const POINTS = 'expected a number of points from -100000 to 100000, but not 0'
  const REASON = 'expected text of 1 to 200 characters'
  test.each<[unknown, string]>([
    [{ reason: 'x' }, `points is missing; ${POINTS}`],
    [{ points: 0, reason: 'x' }, `points is 0; ${POINTS}`],
    [{ points: 0.0004, reason: 'x' }, `points is 0.0004; ${POINTS}`],
    [{ points: '5', reason: 'x' }, `points is "5"; ${POINTS}`],
    [{ points: 100_000.001, reason: 'x' }, `points is 100000.001; ${POINTS}`],
    [{ points: -100_001, reason: 'x' }, `points is -100001; ${POINTS}`],
    [{ points: 5 }, `reason is missing; ${REASON}`],
    [{ points: 5, reason: ' \n ' }, `reason is " \\n "; ${REASON}`],
    [{ points: 5, reason: '\u0000' }, `reason is "\\u0000"; ${REASON}`],
    [{ points: 5, reason: 'x'.repeat(201) }, `reason is "${'x'.repeat(59)}…; ${REASON}`],
    [[], 'the body is []; expected an object with `points` and `reason`'],
  ])('of %j is refused', async (body, detail) => {
    const answer = await write('POST', `/leads/${ann.id}/adjustments`, body)
    const said = await answer.json()
    expect([answer.status, said.code, said.detail]).toEqual([400, 'invalid_request', detail])
  })

  test.each([
    ['POST', '/leads/ld_99/adjustments', undefined],
    ['GET', '/leads/ld_99/adjustments', undefined],
    ['DELETE', '/leads/ld_99/adjustments/ad_1', undefined],
    ['DELETE', '/leads/ld_1/adjustments/ad_99', 'this lead has no such adjustment'],
    ['DELETE', '/leads/ld_1/adjustments/1', 'this lead has no such adjustment'],
  ])('%s %s is not there', async (method, path, detail) => {
    const body = method === 'POST' ? { points: 1, reason: 'x' } : undefined
    const answer = await write(method, path, body)
    const said = await answer.json()
    expect([answer.status, said.code, said.detail]).toEqual([404, 'not_found', detail])
  })
})

test('a trend has the score of each of the last 30 days, and of now', async () => {
  const trend = await read<Page<TrendDayJson>>(`/leads/${ann.id}/trend`)
  expect(trend.next_cursor).toBeNull()
  expect(trend.data).toHaveLength(31)
  expect(trend.data[0]?.day).toBe('2026-10-22')
  const { score_milli: milli } = await lead()
  expect(trend.data[30]).toEqual({ day: '2026-11-21', score: milli / 1000, score_milli: milli })
  const { score_milli: then } = await read<LeadJson>(`/leads/${ann.id}/score?as_of=2026-11-18`)
  expect(trend.data[27]).toMatchObject({ day: '2026-11-18', score_milli: then })
  expect(trend.data[26]?.score_milli).toBe(0)
})

test('a reading key says nothing of anybody', async () => {
  const reading = service.keyOf(['read'])
  for (const [path, body] of [
    ['outcomes', { type: 'qualify_lead' }],
    ['adjustments', { points: 1, reason: 'x' }],
  ] as const) {
    const to = `/api/v1/leads/${ann.id}/${path}`
    expect((await service.ask(to, reading, { method: 'POST', body })).status).toBe(403)
    expect((await service.ask(to, reading)).status).toBe(200)
  }
})
