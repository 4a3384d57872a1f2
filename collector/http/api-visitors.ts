import type { ApiDeps } from './api.ts'
import { askPage } from './api-cursor.ts'
import { siteListQuery, siteQuery, visitorParams, visitorsQuery } from './api-query.ts'
import { type Api, given, json, readRoute, unfound } from './api-route.ts'
import { pageOf, rejected, timelineSession, visitor } from './schemas.ts'

const TAGS = ['Visitors']

const list = readRoute('read', {
  path: '/visitors',
  tags: TAGS,
  summary: 'Browsers, anonymous ones too, those last seen first',
  request: { query: visitorsQuery },
  responses: { 200: json(pageOf(visitor), 'A page of visitors') },
})
const one = readRoute('read', {
  path: '/visitors/{id}',
  tags: TAGS,
  summary: 'One visitor, with the score of that visitor alone',
  request: { params: visitorParams, query: siteQuery },
  responses: { 200: json(visitor, 'The visitor') },
})
const timeline = readRoute('read', {
  path: '/visitors/{id}/timeline',
  tags: TAGS,
  summary: 'Sessions, newest first, each whole, with its events and their points',
  request: { params: visitorParams, query: siteListQuery },
  responses: { 200: json(pageOf(timelineSession), 'A page of sessions') },
})
const rejectedList = readRoute('read', {
  path: '/rejected',
  tags: ['Collecting'],
  summary: 'Events that were refused, newest first, with code and sample',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(rejected), 'A page of rejected events') },
})

export function addVisitorRoutes(api: Api, { reader, clock }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor, seen_since: seenSince, anonymous } = c.req.valid('query')
    const wanted = given({ site: c.get('site'), seenSince, anonymous })
    const found = await askPage('visitors', { limit, cursor }, (page) =>
      reader.visitors({ ...wanted, ...page }, clock()),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(one, async (c) => {
    const { id } = c.req.valid('param')
    const found = await reader.visitor(id, { site: c.get('site') }, clock())
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(timeline, async (c) => {
    const { id } = c.req.valid('param')
    const found = await askPage('timeline', c.req.valid('query'), (page) =>
      reader.visitorTimeline(id, { site: c.get('site'), ...page }, clock()),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(rejectedList, async (c) => {
    const found = await askPage('rejected', c.req.valid('query'), (page) =>
      reader.rejected({ site: c.get('site'), ...page }),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })
}
