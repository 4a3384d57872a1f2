import type { ApiDeps } from './api.ts'
import { leadParams, siteQuery, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { erased, held } from './schemas-held.ts'

/**
 * What people may ask of whoever knows them: a copy of everything, and to be forgotten. Both take the
 * owner's scope: a key that syncs leads must be able neither to carry all of it away nor to destroy it.
 */

const TAGS = ['Privacy']

const itsExport = readRoute('admin', {
  path: '/leads/{id}/export',
  tags: TAGS,
  summary: 'Everything that is held about a lead, in one document',
  request: { params: leadParams, query: siteQuery },
  responses: { 200: json(held, 'All of it; what erasing the lead would take') },
})
const erase = writeRoute('admin', {
  method: 'delete',
  path: '/leads/{id}',
  tags: TAGS,
  summary: 'Erase a lead and all it did: it stays away, whatever is sent again',
  request: { headers: writeHeaders, params: leadParams, query: siteQuery },
  responses: { 200: json(erased, 'What was erased, and which backups still hold it') },
})

export function addPrivacyRoutes(api: Api, deps: ApiDeps): void {
  const { reader, erasing, clock, retentionMonths } = deps

  api.openapi(itsExport, async (c) => {
    const { id } = c.req.valid('param')
    const ask = { now: clock(), retentionMonths }
    const found = await reader.held(id, { site: c.get('site') }, ask)
    if (found.kind !== 'found') return unfound(c, found.kind)
    c.header('content-disposition', `attachment; filename="${found.value.lead.id}.json"`)
    return c.json(found.value, 200)
  })

  api.openapi(erase, async (c) => {
    const { id } = c.req.valid('param')
    const lead = await reader.leadRef(id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const gone = await erasing.eraseLead(lead.value)
    if (!gone) return refuse(c, 'not_found')
    const { isGone, ...erased } = gone
    return c.json({ erased: true as const, ...erased, gone: isGone }, 200)
  })
}
