import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventAt } from '../support/world.ts'
import { createService, NOW, type Service } from './api-fixture.ts'

/** Events in quarantine, as administrators meet them through the API. */

const HELD = 4

let service: Service
let admin: string
beforeEach(() => {
  service = createService()
  admin = service.keyOf(['read', 'write', 'admin'])
  for (let i = 0; i < 60 + HELD; i += 1) {
    const claim = eventAt(NOW, 'identify', { props: { email: `held${i}@x.example` } })
    service.deliver('shop', randomUUID(), [claim])
  }
})
afterEach(() => service.close())

interface Waiting {
  readonly id: string
  readonly site: string
  readonly reason: string
  readonly event: string
  readonly received_at: string
}

async function list(query = '', key = admin) {
  const answer = await service.ask(`/api/v1/quarantine${query}`, key)
  expect(answer.status).toBe(200)
  return (await answer.json()) as { data: Waiting[]; next_cursor: string | null }
}
async function statusOf(path: string, key: string, method: string): Promise<number> {
  return (await service.ask(`/api/v1/quarantine/${path}`, key, { method })).status
}

test('what waits is listed newest first, a page at a time', async () => {
  const { data, next_cursor } = await list('?limit=3')
  expect(data).toHaveLength(3)
  expect(data[0]).toMatchObject({
    id: `qu_${HELD}`,
    site: 'si_1',
    reason: 'held_for_review',
    received_at: new Date(NOW).toISOString(),
  })
  expect(JSON.parse(data[0]?.event ?? '')).toMatchObject({ props: { email: 'held63@x.example' } })
  const rest = await list(`?limit=3&cursor=${next_cursor}`)
  expect(rest.data.map(({ id }) => id)).toEqual(['qu_1'])
  expect(rest.next_cursor).toBe(null)
  expect((await service.ask('/api/v1/quarantine?cursor=quarantine.x', admin)).status).toBe(400)
})

test('an event that is requeued becomes a lead, and one that is deleted never does', async () => {
  const leads = async (email: string) =>
    (await service.ask(`/api/v1/leads/email:${email}`, admin)).status
  expect(await leads('held60@x.example')).toBe(404)
  const requeued = await service.ask('/api/v1/quarantine/qu_1/requeue', admin, { method: 'POST' })
  expect([requeued.status, await requeued.json()]).toEqual([200, { taken: true }])
  expect(await leads('held60@x.example')).toBe(200)
  expect(await statusOf('qu_2', admin, 'DELETE')).toBe(204)
  expect(await leads('held61@x.example')).toBe(404)
  expect((await list()).data.map(({ id }) => id)).toEqual(['qu_4', 'qu_3'])
  for (const id of ['qu_1', 'qu_2', 'qu_99', 'ld_3', '3']) {
    expect(await statusOf(`${id}/requeue`, admin, 'POST')).toBe(404)
    expect(await statusOf(id, admin, 'DELETE')).toBe(404)
  }
})

test('it is for administrators, and for those of the site', async () => {
  const writer = service.keyOf(['read', 'write'])
  expect((await service.ask('/api/v1/quarantine', writer)).status).toBe(403)
  expect(await statusOf('qu_3/requeue', writer, 'POST')).toBe(403)
  expect(await statusOf('qu_3', writer, 'DELETE')).toBe(403)
  const elsewhere = service.keyOf(['read', 'write', 'admin'], 'si_2')
  expect((await list('', elsewhere)).data).toEqual([])
  expect(await statusOf('qu_3/requeue', elsewhere, 'POST')).toBe(404)
  expect(await statusOf('qu_3', elsewhere, 'DELETE')).toBe(404)
  const here = service.keyOf(['read', 'write', 'admin'], 'si_1')
  expect((await list('', here)).data).toHaveLength(HELD)
  expect((await list()).data).toHaveLength(HELD)
})
