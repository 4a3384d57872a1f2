import { z } from '@hono/zod-openapi'
import { refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage } from './api-cursor.ts'
import { quarantineParams, siteListQuery, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { audited } from './audit.ts'
import { refuse } from './refuse.ts'
import { pageOf, quarantined } from './schemas.ts'

const TAGS = ['Collecting']

const requeued = z
  .object({
    taken: z.boolean().openapi({
      description: 'The event is stored now, or was before; false where it waits still.',
    }),
  })
  .openapi('Requeued')

const list = readRoute('admin', {
  path: '/quarantine',
  tags: TAGS,
  summary: 'Events that could not be taken, or wait for your word, newest first',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(quarantined), 'A page of events') },
})
const requeue = writeRoute('admin', {
  method: 'post',
  path: '/quarantine/{id}/requeue',
  tags: TAGS,
  summary: 'Take an event out of quarantine, as if it had been taken when it came',
  request: { params: quarantineParams, headers: writeHeaders },
  responses: { 200: json(requeued, 'Whether it could be taken') },
})
const drop = writeRoute('admin', {
  method: 'delete',
  path: '/quarantine/{id}',
  tags: TAGS,
  summary: 'Delete an event in quarantine for good',
  request: { headers: writeHeaders, params: quarantineParams },
  responses: { 204: { description: 'Deleted' } },
})

export function addQuarantineRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  /** The number of an event that a caller may see: any, or one of the same site. */
  async function waitingRef(id: string, site: string | undefined): Promise<number | null> {
    const ref = refOf('quarantined', id)
    return ref !== null && (await reader.isQuarantined(ref, { site })) ? ref : null
  }

  api.openapi(list, async (c) => {
    const found = await askPage('quarantine', c.req.valid('query'), (page) =>
      reader.quarantined({ site: c.get('site'), ...page }),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(requeue, async (c) => {
    const ref = await waitingRef(c.req.valid('param').id, c.get('site'))
    if (ref === null) return refuse(c, 'not_found')
    const { taken } = await writer.requeue({ ref }, clock())
    if (taken === 0) audited(c, null)
    return c.json({ taken: taken > 0 }, 200)
  })

  api.openapi(drop, async (c) => {
    const ref = await waitingRef(c.req.valid('param').id, c.get('site'))
    if (ref === null || !(await writer.dropQuarantined(ref))) return refuse(c, 'not_found')
    return c.body(null, 204)
  })
}
