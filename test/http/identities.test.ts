import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  ConflictJson,
  IdentityJson,
  LeadJson,
  Page,
  VisitorJson,
} from '../../collector/store/shapes.ts'
import { eventAt } from '../support/world.ts'
import { createService, DAY, MINUTE, NOW, type Service } from './api-fixture.ts'

/** How a wrong link is undone, and where claims that disagree are listed. */

let service: Service
let writing: string
beforeEach(() => {
  service = createService()
  writing = service.keyOf(['write'])
})
afterEach(() => service.close())

async function read<T>(path: string, key = writing): Promise<T> {
  const answer = await service.ask(`/api/v1${path}`, key)
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
  return answer.json()
}
const unlink = (lead: string, visitor: string, key = writing) =>
  service.ask(`/api/v1/leads/${lead}/identities/${visitor}`, key, { method: 'DELETE' })

const url = 'https://shop.example/pricing'

/** A browser reads prices, then somebody identifies in it. */
function visit(browser: string, at: number, props: Readonly<Record<string, string>>): void {
  const session = randomUUID()
  service.deliver(
    'shop',
    browser,
    [
      eventAt(at, 'page_view', { session, url }),
      eventAt(at + MINUTE, 'identify', { session, url, props }),
    ],
    at + 2 * MINUTE,
  )
}

describe('undoing a link', () => {
  test('gives both pasts back', async () => {
    const colleague = randomUUID()
    const before = await read<LeadJson>('/leads/email:ann@example.com?site=si_1')
    visit(colleague, NOW - DAY, { email: 'ann@example.com' })
    const both = await read<LeadJson>(`/leads/${before.id}`)
    expect(both.score_milli).toBeGreaterThan(before.score_milli)
    const { data } = await read<Page<IdentityJson>>(`/leads/${before.id}/identities`)
    const wrong = data.find(({ browser }) => browser === colleague)
    expect(data).toHaveLength(2)

    expect((await unlink(before.id, wrong?.visitor ?? '')).status).toBe(204)
    const after = await read<LeadJson>(`/leads/${before.id}`)
    expect([after.score_milli, after.reasons]).toEqual([before.score_milli, before.reasons])
    const left = await read<Page<IdentityJson>>(`/leads/${before.id}/identities`)
    expect(left.data.map(({ browser }) => browser)).not.toContain(colleague)
    const { data: strangers } = await read<Page<VisitorJson>>('/visitors?site=si_1&anonymous=true')
    const stranger = strangers.find(({ browser }) => browser === colleague)
    expect(stranger).toMatchObject({ lead: null, stage: 'anonymous' })
    expect(stranger?.score_milli).toBeGreaterThan(0)
  })

  test('holds for what comes late, and a newer claim links again', async () => {
    const browser = randomUUID()
    visit(browser, NOW - DAY, { email: 'ann@example.com' })
    const lead = await read<LeadJson>('/leads/email:ann@example.com?site=si_1')
    const links = () => read<Page<IdentityJson>>(`/leads/${lead.id}/identities`)
    const linked = async () => (await links()).data.find((one) => one.browser === browser)
    expect((await unlink(lead.id, (await linked())?.visitor ?? '')).status).toBe(204)
    expect(await linked()).toBeUndefined()
    service.now = NOW + DAY
    visit(browser, NOW + DAY - 3 * MINUTE, { email: 'ann@example.com' })
    expect(await linked()).toBeDefined()
  })

  test('needs a visitor that is linked to this lead', async () => {
    const lead = await read<LeadJson>('/leads/email:ann@example.com?site=si_1')
    const { data } = await read<Page<IdentityJson>>('/leads/email:bob@example.org/identities')
    const ofBob = data[0]?.visitor ?? ''
    for (const visitor of [ofBob, 'vi_99', 'vi_0', 'ld_1', 'x'.repeat(500)]) {
      const answer = await unlink(lead.id, visitor)
      const said = await answer.json()
      expect([answer.status, said.code, said.detail]).toEqual([
        404,
        'not_found',
        'this visitor is not linked to this lead',
      ])
    }
    expect((await unlink('ld_99', 'vi_1')).status).toBe(404)
    const both = await unlink('email:ann@example.com', 'vi_1')
    expect([both.status, (await both.json()).code]).toEqual([409, 'ambiguous'])
    expect((await read<Page<IdentityJson>>(`/leads/${lead.id}/identities`)).data).toHaveLength(1)
  })

  test('needs a writing key of its site', async () => {
    const lead = await read<LeadJson>('/leads/email:ann@example.com?site=si_1')
    const { data } = await read<Page<IdentityJson>>(`/leads/${lead.id}/identities`)
    const visitor = data[0]?.visitor ?? ''
    expect((await unlink(lead.id, visitor, service.keyOf(['read']))).status).toBe(403)
    expect((await unlink(lead.id, visitor, service.keyOf(['admin'], 'si_2'))).status).toBe(404)
    expect((await unlink(lead.id, visitor, service.keyOf(['write'], 'si_1'))).status).toBe(204)
  })
})

test('claims that name two people are listed, newest first, of the caller’s sites', async () => {
  visit(randomUUID(), NOW - 2 * DAY, { user_id: 'u1', email: 'one@example.org' })
  visit(randomUUID(), NOW - 2 * DAY, { user_id: 'u2', email: 'two@example.org' })
  const shared = randomUUID()
  visit(shared, NOW - DAY, { user_id: 'u1', email: 'two@example.org' })
  visit(randomUUID(), NOW - MINUTE * 5, { user_id: 'u2', email: 'one@example.org' })
  const all = await read<Page<ConflictJson>>('/conflicts')
  expect(all).toMatchObject({ next_cursor: null })
  const [one, two] = [
    await read<LeadJson>('/leads/user:u1'),
    await read<LeadJson>('/leads/user:u2'),
  ]
  expect(all.data).toMatchObject([
    { lead: two.id, other: one.id, user_id: 'u2', email: 'one@example.org', site: 'si_1' },
    { lead: one.id, other: two.id, user_id: 'u1', email: 'two@example.org', browser: shared },
  ])
  const first = await read<Page<ConflictJson>>('/conflicts?limit=1')
  const second = await read<Page<ConflictJson>>(`/conflicts?limit=1&cursor=${first.next_cursor}`)
  expect([...first.data, ...second.data]).toEqual(all.data)
  expect(second.next_cursor).toBeNull()
  const bound = service.keyOf(['read'], 'si_2')
  expect((await read<Page<ConflictJson>>('/conflicts', bound)).data).toEqual([])
  const wrong = await service.ask('/api/v1/conflicts?cursor=leads~x.W10', writing)
  expect([wrong.status, (await wrong.json()).code]).toEqual([400, 'invalid_cursor'])
})

describe('a site that requires signatures', () => {
  const add = (body: unknown) =>
    service.ask('/api/v1/sites', service.keyOf(['admin']), { method: 'POST', body })

  test('says so, and takes no identify from a page without one', async () => {
    const made = await (await add({ name: 'Strict', require_signature: true })).json()
    expect(made.require_signature).toBe(true)
    const { require_signature: isShown } = await read<{ require_signature: boolean }>(
      `/sites/${made.id}`,
    )
    expect(isShown).toBe(true)
    const browser = randomUUID()
    const props = { email: 'eve@example.org' }
    service.deliver(made.key, browser, [eventAt(NOW, 'identify', { url, props })])
    const { data } = await read<Page<LeadJson>>(`/leads?site=${made.id}`)
    expect(data).toEqual([])
    const rejected = await read<Page<{ code: string }>>(`/rejected?site=${made.id}`)
    expect(rejected.data).toMatchObject([{ code: 'signature_required' }])
  })

  test('is said with true or false; no word means no', async () => {
    const made = await (await add({ name: 'Usual' })).json()
    expect(made.require_signature).toBe(false)
    const wrong = await add({ name: 'x', require_signature: 'yes' })
    expect([wrong.status, (await wrong.json()).detail]).toEqual([
      400,
      'require_signature is "yes"; expected true or false',
    ])
  })
})
