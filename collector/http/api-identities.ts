import { refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { identityParams, leadParams, siteListQuery, siteQuery, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { identity, pageOf } from './schemas.ts'
import { conflict } from './schemas-stages.ts'

/** Which visitors are which lead: the evidence, how a link is undone, and where claims disagree. */

const TAGS = ['Identities']

const list = readRoute('read', {
  path: '/leads/{id}/identities',
  tags: TAGS,
  summary: 'Which visitors are this lead, and on what evidence',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(identity), 'A page of links') },
})
const unlink = writeRoute('write', {
  method: 'delete',
  path: '/leads/{id}/identities/{visitor}',
  tags: TAGS,
  summary: 'Undo a link: the visitor is anonymous until somebody identifies there anew',
  request: { headers: writeHeaders, params: identityParams, query: siteQuery },
  responses: { 204: { description: 'Undone' } },
})
const conflicts = readRoute('read', {
  path: '/conflicts',
  tags: TAGS,
  summary: 'Claims whose user id and e-mail are two people’s, newest first',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(conflict), 'A page of conflicts') },
})

export function addIdentityRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { id } = c.req.valid('param')
    const all = await reader.identities(id, { site: c.get('site') })
    if (all.kind !== 'found') return unfound(c, all.kind)
    const found = await askPage('identities', c.req.valid('query'), async (page) =>
      pageOfAll(all.value, ({ visitor }) => refOf('visitor', visitor) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(unlink, async (c) => {
    const { id, visitor: name } = c.req.valid('param')
    const lead = await reader.leadRef(id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const visitor = refOf('visitor', name)
    const undo = { lead: lead.value, at: clock(), by: c.get('access').name }
    const wasLinked = visitor !== null && (await writer.unlink({ visitor, ...undo }))
    if (!wasLinked) return refuse(c, 'not_found', 'this visitor is not linked to this lead')
    return c.body(null, 204)
  })

  api.openapi(conflicts, async (c) => {
    const found = await askPage('conflicts', c.req.valid('query'), (page) =>
      reader.conflicts({ site: c.get('site'), ...page }),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })
}
