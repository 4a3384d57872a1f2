import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  ActiveModelJson,
  PublishedJson,
  SimulatedJson,
} from '../../collector/http/schemas-model.ts'
import { parseModel } from '../../collector/scoring/model.ts'
import type { LeadJson, ModelJson, ModelVersionJson, Page } from '../../collector/store/shapes.ts'
import { defaultModelYaml, eventAt } from '../support/world.ts'
import { createService, DAY, NOW, type Service } from './api-fixture.ts'

/** The model over the API: tried, published, gone back from; who is gained and lost. */

let service: Service
let admin: string
beforeEach(() => {
  service = createService()
  admin = service.keyOf(['admin'])
})
afterEach(() => service.close())

async function read<T>(path: string, key = admin): Promise<T> {
  const answer = await service.ask(`/api/v1${path}`, key)
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
  return answer.json()
}
const post = (path: string, body: unknown, key = admin) =>
  service.ask(`/api/v1${path}`, key, { method: 'POST', body })
async function done<T>(path: string, body: unknown, status = 201): Promise<T> {
  const answer = await post(path, body)
  expect(answer.status, await answer.clone().text()).toBe(status)
  return answer.json()
}
const ann = () => read<LeadJson>('/leads/email:ann@example.com?site=si_1')

const base = defaultModelYaml()
function changed(from: string | RegExp, to: string): string {
  const yaml = base.replace(from, to)
  expect(yaml).not.toBe(base)
  return yaml
}
/** Points alone: the same counts, read otherwise. */
const twice = () =>
  changed(
    'on: page_view, where: { page: key }, points: 10',
    'on: page_view, where: { page: key }, points: 20',
  )
/** Another matcher: other events count. */
const other = () => changed('key: ["/pricing*", ', 'key: ["/nothing", ')
/** Everybody with a point or two is an MQL. */
const easy = () =>
  changed('enter: 100, exit: 60', 'enter: 3, exit: 1').replace(
    'min_fit: C, min_active_days: 2',
    'min_fit: D, min_active_days: 1',
  )

describe('the model', () => {
  test('is its file, and the same as an object that may be sent back', async () => {
    const model = await read<ActiveModelJson>('/model')
    expect(model).toMatchObject({ version: 1, name: 'Default', state: 'active', counting: null })
    expect(model.yaml).toBe(base)
    const parsed = parseModel(base)
    expect(parsed.ok && model.model).toEqual(JSON.parse(JSON.stringify(parsed.ok && parsed.model)))
    const same = await done<SimulatedJson>('/model/simulate', { model: model.model }, 200)
    expect(same).toMatchObject({ rules: [], gained: [], lost: [], scanned_events: 0, warnings: [] })
  })

  test('is read by any key, published by an admin of all sites', async () => {
    const reading = service.keyOf(['read'])
    const bound = service.keyOf(['admin'], 'si_1')
    const yaml = twice()
    await read('/model', reading)
    await read('/model/versions', bound)
    expect((await post('/model/simulate', { yaml }, reading)).status).toBe(200)
    for (const [path, body] of [
      ['/model/publish', { yaml }],
      ['/model/rollback', { version: 1 }],
    ] as const) {
      const weak = await post(path, body, service.keyOf(['write']))
      expect([weak.status, (await weak.json()).detail]).toEqual([403, 'it needs scope admin'])
      const narrow = await post(path, body, bound)
      expect([narrow.status, (await narrow.json()).detail]).toEqual([
        403,
        'it is bound to one site, and a model scores all of them',
      ])
    }
    expect((await read<Page<ModelVersionJson>>('/model/versions')).data).toHaveLength(1)
  })
})

describe('simulating', () => {
  test('names who is gained and lost, and keeps nothing', async () => {
    const before = await ann()
    const whatIf = await done<SimulatedJson>('/model/simulate', { yaml: easy(), note: 'try' }, 200)
    expect(whatIf).toMatchObject({
      leads: 3,
      judged: 0,
      lost: [],
      lost_total: 0,
      scanned_events: 0,
    })
    expect(whatIf.gained_total).toBe(whatIf.gained.length)
    expect(whatIf.gained.map(({ id }) => id)).toContain(before.id)
    expect(whatIf.after.qualified).toBe(whatIf.before.qualified + whatIf.gained_total)
    expect(whatIf.gained.find(({ id }) => id === before.id)).toMatchObject({
      email: 'ann@example.com',
      name: 'Ann Able',
      stage: 'lead',
      before_milli: before.score_milli,
      after_milli: before.score_milli,
    })
    expect(await ann()).toEqual(before)
    expect((await read<Page<ModelVersionJson>>('/model/versions')).data).toHaveLength(1)
  })

  test('is narrowed to a site', async () => {
    const all = await done<SimulatedJson>('/model/simulate?site=si_2', { yaml: easy() }, 200)
    expect(all.leads).toBe(2)
    const bound = await post('/model/simulate', { yaml: easy() }, service.keyOf(['write'], 'si_2'))
    const { leads, gained }: SimulatedJson = await bound.json()
    expect(leads).toBe(2)
    expect(gained.map(({ email }) => email)).not.toContain('ann@shop.example')
  })

  test('reads events where a rule counts others than before', async () => {
    const whatIf = await done<SimulatedJson>('/model/simulate', { yaml: other() }, 200)
    expect(whatIf.scanned_events).toBeGreaterThan(0)
    const moved = whatIf.rules.find(({ rule }) => rule === 'pricing_view')
    expect(moved).toMatchObject({ after_milli: 0, after_leads: 0, before_leads: 1 })
  })

  test('measures precision and recall where sales judged', async () => {
    const lead = await ann()
    await done(`/leads/${lead.id}/outcomes`, { type: 'qualify_lead' })
    await done('/leads/email:bob@example.org/outcomes', { type: 'disqualify_lead' })
    const whatIf = await done<SimulatedJson>('/model/simulate', { yaml: easy() }, 200)
    expect(whatIf).toMatchObject({ judged: 2, before: { recall: 0 }, after: { recall: 1 } })
  })

  test('warns of what is hardly meant', async () => {
    const yaml = changed('on: add_to_cart,', 'on: addtocart,')
    const whatIf = await done<SimulatedJson>('/model/simulate', { yaml }, 200)
    expect(whatIf.warnings).toHaveLength(1)
    expect(whatIf.warnings[0]).toContain('did you mean `add_to_cart`?')
  })
})

describe('publishing', () => {
  test('other points changes scores at once, and lists the version', async () => {
    const before = await ann()
    const yaml = twice()
    const body = { yaml, note: ' Prices\nmatter more ' }
    const published = await done<PublishedJson>('/model/publish', body)
    expect(published).toMatchObject({ version: 2, state: 'active', warnings: [] })
    expect(Object.keys(published.what_if).sort()).toEqual([
      'gained',
      'gained_total',
      'lost',
      'lost_total',
    ])
    const after = await ann()
    expect(after.model_version).toBe(2)
    expect(after.score_milli).toBeGreaterThan(before.score_milli)
    expect((await read<LeadJson>(`/leads/${before.id}/score?model=1`)).score_milli).toBe(
      before.score_milli,
    )

    const versions = await read<Page<ModelVersionJson>>('/model/versions')
    const at = new Date(NOW).toISOString()
    expect(versions).toMatchObject({
      next_cursor: null,
      data: [
        {
          version: 2,
          name: 'Default',
          state: 'active',
          note: 'Prices matter more',
          by: 'test',
          published_at: at,
          active_at: at,
        },
        { version: 1, state: 'retired' },
      ],
    })
    const [newest] = versions.data
    expect(await read<ModelJson>('/model/versions/2')).toEqual({ ...newest, yaml })
    expect((await read<ModelJson>('/model/versions/1')).yaml).toBe(base)
    const first = await read<Page<ModelVersionJson>>('/model/versions?limit=1')
    const rest = await read<Page<ModelVersionJson>>(
      `/model/versions?limit=1&cursor=${first.next_cursor}`,
    )
    expect([...first.data, ...rest.data]).toEqual(versions.data)
    expect(rest.next_cursor).toBeNull()
  })

  test('an easier threshold makes MQLs, as its answer says', async () => {
    const lead = await ann()
    const { what_if: whatIf } = await done<PublishedJson>('/model/publish', { yaml: easy() })
    expect(whatIf.gained.map(({ id }) => id)).toContain(lead.id)
    service.work()
    expect((await ann()).stage).toBe('mql')
    const back = await done<PublishedJson>('/model/rollback', { version: 1 })
    expect(back.what_if.lost.map(({ id }) => id)).toContain(lead.id)
  })

  test('another matcher counts first, while the old version answers', async () => {
    const before = await ann()
    const yaml = other()
    const published = await done<PublishedJson>('/model/publish', { yaml })
    expect(published).toMatchObject({ version: 2, state: 'counting' })
    expect(await ann()).toEqual(before)
    const model = await read<ActiveModelJson>('/model')
    expect(model).toMatchObject({ version: 1, counting: { version: 2, events: 0 } })
    const waiting = await read<Page<ModelVersionJson>>('/model/versions')
    expect(waiting.data.map(({ state }) => state)).toEqual(['counting', 'active'])
    expect(waiting.data[0]?.active_at).toBeNull()

    const again = await post('/model/publish', { yaml })
    expect([again.status, (await again.json()).detail]).toEqual([409, 'it is version 2'])

    service.work()
    const after = await ann()
    expect(after.model_version).toBe(2)
    expect(after.reasons.map(({ rule }) => rule)).not.toContain('pricing_view')
    expect(await read('/model')).toMatchObject({ version: 2, state: 'active', counting: null })
  })

  test('the active file while another version counts takes that one back', async () => {
    await done('/model/publish', { yaml: other() })
    const back = await done<PublishedJson>('/model/publish', { yaml: base })
    expect(back).toMatchObject({ version: 3, state: 'active' })
    service.work()
    expect((await ann()).model_version).toBe(3)
    const { data } = await read<Page<ModelVersionJson>>('/model/versions')
    expect(data.map(({ state }) => state)).toEqual(['active', 'retired', 'retired'])
  })

  test('an object keeps it as a file', async () => {
    const model = {
      name: 'Tiny',
      rules: [{ id: 'views', label: 'Views', on: 'page_view', points: 2, half_life_days: 7 }],
    }
    const { state } = await done<PublishedJson>('/model/publish', { model })
    expect(state).toBe('counting') // without the conditions of page_view, it is a rule of its own
    service.work()
    const { yaml } = await read<ActiveModelJson>('/model')
    const parsed = parseModel(yaml)
    expect(parsed).toMatchObject({ ok: true, model: { name: 'Tiny' } })
    const again = await post('/model/publish', { model })
    expect([again.status, (await again.json()).code]).toEqual([409, 'unchanged_model'])
  })

  test('the same again is refused', async () => {
    for (const yaml of [base, `\n${base}\n\n`]) {
      const answer = await post('/model/publish', { yaml })
      const said = await answer.json()
      expect([answer.status, said.code, said.detail]).toEqual([
        409,
        'unchanged_model',
        'it is version 1',
      ])
    }
    const back = await post('/model/rollback', { version: 1 })
    expect([back.status, (await back.json()).code]).toEqual([409, 'unchanged_model'])
  })

  test('rolling back publishes the older file as a new version', async () => {
    const before = await ann()
    await done('/model/publish', { yaml: twice() })
    const back = await done<PublishedJson>('/model/rollback', { version: 1 })
    expect(back).toMatchObject({ version: 3, state: 'active' })
    const after = await ann()
    expect([after.model_version, after.score_milli]).toEqual([3, before.score_milli])
    const { yaml, note } = await read<ModelJson>('/model/versions/3')
    expect([yaml, note]).toEqual([base, 'Back to version 1'])
    await done('/model/rollback', { version: 2, note: 'It was right' })
    expect((await read<ModelJson>('/model/versions/4')).note).toBe('It was right')
  })

  test('does not change what was decided', async () => {
    await done('/model/publish', { yaml: easy() })
    service.work()
    const lead = await ann()
    const decisions = () =>
      read<Page<{ model_version: number; to: string }>>(`/leads/${lead.id}/decisions`)
    const [first] = (await decisions()).data
    expect(first).toMatchObject({ to: 'mql', model_version: 2 })
    await done('/model/rollback', { version: 1 })
    service.work()
    expect((await decisions()).data.at(-1)).toEqual(first)
  })
})

describe('what is wrong', () => {
  const EITHER =
    'expected an object with either `yaml` (the file, as text) or `model` (the same as an object)'
  const VERSION = 'expected the number of a model version, such as 1'

  test.each<[string, unknown, string]>([
    ['/model/publish', {}, `the body is {}; ${EITHER}`],
    ['/model/publish', { yaml: 'a', model: {} }, `the body is {"yaml":"a","model":{}}; ${EITHER}`],
    ['/model/publish', { yaml: 7 }, 'yaml is 7; expected the model file as text'],
    ['/model/publish', { model: [] }, 'model is []; expected the model as an object'],
    ['/model/publish', { model: 'name: x' }, 'model is "name: x"; expected the model as an object'],
    [
      '/model/publish',
      { yaml: 'a', note: 1 },
      'note is 1; expected text of at most 500 characters',
    ],
    ['/model/publish', { yaml: 'a', force: true }, `"force" is not known here; ${EITHER}`],
    ['/model/simulate', { note: 'x' }, `the body is {"note":"x"}; ${EITHER}`],
    ['/model/rollback', {}, `version is missing; ${VERSION}`],
    ['/model/rollback', { version: 0 }, `version is 0; ${VERSION}`],
    ['/model/rollback', { version: '1' }, `version is "1"; ${VERSION}`],
    ['/model/rollback', { version: 1.5 }, `version is 1.5; ${VERSION}`],
  ])('POST %s with %j', async (path, body, detail) => {
    const answer = await post(path, body)
    const said = await answer.json()
    expect([answer.status, said.code, said.detail]).toEqual([400, 'invalid_request', detail])
  })

  test.each([
    ['/model/versions/99', 404, 'unknown_model'],
    ['/model/versions/latest', 400, 'invalid_request'],
    ['/model/versions/0', 400, 'invalid_request'],
    ['/model/versions?cursor=leads~x.W10', 400, 'invalid_cursor'],
    ['/model/versions?limit=0', 400, 'invalid_request'],
  ])('GET %s', async (path, status, code) => {
    const answer = await service.ask(`/api/v1${path}`, admin)
    expect([answer.status, (await answer.json()).code]).toEqual([status, code])
  })

  test('going back to a version that never was', async () => {
    const answer = await post('/model/rollback', { version: 99 })
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'unknown_model'])
  })

  test.each(['/model/simulate', '/model/publish'])('%s says all that is wrong', async (path) => {
    const yaml = base
      .replace('half_life_days: 14', 'half_life: 14')
      .replace('enter: 100', 'enter: -1')
    for (const body of [{ yaml }, { model: { name: '', rules: [] } }]) {
      const answer = await post(path, body)
      const said = await answer.json()
      expect([answer.status, said.code, said.status]).toEqual([400, 'invalid_model', 400])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(said.problems.length).toBeGreaterThan(1)
      expect(said.detail).toBe(said.problems[0])
    }
    expect((await read<Page<ModelVersionJson>>('/model/versions')).data).toHaveLength(1)
  })

  test('is no reason to fail for anything odd', async () => {
    const odd = [
      '',
      '{',
      '\u0000',
      '- a',
      '*x',
      '&a [*a]',
      '__proto__: 1',
      'name: !!js/function x',
      '💥'.repeat(1000),
    ]
    for (const yaml of odd) {
      expect((await post('/model/publish', { yaml })).status, yaml.slice(0, 20)).toBe(400)
    }
    expect((await post('/model/publish', { model: { rules: { a: [{}] } } })).status).toBe(400)
  })

  test('a model may be long, but not without end; anything else stays small', async () => {
    const long = (bytes: number) => ({ yaml: `${base}\n# ${'x'.repeat(bytes)}` })
    expect((await post('/model/simulate', long(200_000))).status).toBe(200)
    const endless = await post('/model/simulate', long(270_000))
    expect([endless.status, (await endless.json()).code]).toEqual([413, 'model_too_large'])
    const sites = await post('/sites', { name: 'x'.repeat(100_000) })
    expect([sites.status, (await sites.json()).code]).toEqual([413, 'body_too_large'])
  })
})

test('publishing sent again with its key is one version', async () => {
  const headers = { 'idempotency-key': 'release-1' }
  const body = { yaml: twice() }
  const send = () => service.ask('/api/v1/model/publish', admin, { method: 'POST', body, headers })
  const answers = await Promise.all([send(), send()])
  expect(answers.map(({ status }) => status)).toEqual([201, 201])
  expect((await read<Page<ModelVersionJson>>('/model/versions')).data).toHaveLength(2)
})

test('who was an MQL under the model before is lost under a harder one', async () => {
  const browser = randomUUID()
  const url = 'https://shop.example/demo'
  const props = { email: 'carl@corp.example' }
  service.deliver(
    'shop',
    browser,
    [
      eventAt(NOW - DAY, 'request_demo', { url }),
      eventAt(NOW - DAY + 1, 'identify', { url, props }),
    ],
    NOW - DAY + 2,
  )
  const carl = await read<LeadJson>('/leads/email:carl@corp.example')
  expect(carl.stage).toBe('mql')
  const yaml = changed('hand_raise: true, points: 40', 'points: 4')
  const whatIf = await done<SimulatedJson>('/model/simulate', { yaml }, 200)
  expect(whatIf).toMatchObject({ lost_total: 1, lost: [{ id: carl.id, stage: 'mql' }] })
  expect(whatIf.lost[0]?.after_milli).toBeLessThan(whatIf.lost[0]?.before_milli ?? 0)
})
