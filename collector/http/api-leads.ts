import type { ApiDeps } from './api.ts'
import { askPage, pageInOrder } from './api-cursor.ts'
import { endOfDay } from './api-instant.ts'
import { leadParams, leadsQuery, scoreQuery, siteListQuery, siteQuery } from './api-query.ts'
import { type Api, given, json, readRoute, unfound } from './api-route.ts'
import { refuse } from './refuse.ts'
import { lead, pageOf, score, timelineSession } from './schemas.ts'
import { trendDay } from './schemas-stages.ts'

const TAGS = ['Leads']

const list = readRoute('read', {
  path: '/leads',
  tags: TAGS,
  summary: 'Known people, hottest first',
  request: { query: leadsQuery },
  responses: { 200: json(pageOf(lead), 'A page of leads') },
})
const one = readRoute('read', {
  path: '/leads/{id}',
  tags: TAGS,
  summary: 'One lead: traits, stage, score with reasons, first and last touch',
  request: { params: leadParams, query: siteQuery },
  responses: { 200: json(lead, 'The lead') },
})
const itsScore = readRoute('read', {
  path: '/leads/{id}/score',
  tags: TAGS,
  summary: 'The score with its receipt, now or in the past',
  request: { params: leadParams, query: scoreQuery },
  responses: { 200: json(score, 'The score; its reasons sum to it') },
})
const timeline = readRoute('read', {
  path: '/leads/{id}/timeline',
  tags: TAGS,
  summary: 'Sessions, newest first, each whole, with its events and their points',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(timelineSession), 'A page of sessions') },
})
const trend = readRoute('read', {
  path: '/leads/{id}/trend',
  tags: TAGS,
  summary: 'The score at the end of each of the last 30 days, and now',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(trendDay), '31 days, UTC') },
})

export function addLeadRoutes(api: Api, { reader, clock }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor, stage, grade, min_score, q, source, seen_since, sort } =
      c.req.valid('query')
    const wanted = given({ site: c.get('site'), stage, grade, q, source, sort })
    const bounds = given({ minScore: min_score, seenSince: seen_since })
    const found = await askPage(`leads~${sort ?? '-score'}`, { limit, cursor }, (page) =>
      reader.leads({ ...wanted, ...bounds, ...page }, clock()),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(one, async (c) => {
    const { id } = c.req.valid('param')
    const found = await reader.lead(id, { site: c.get('site') }, clock())
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(itsScore, async (c) => {
    const { id } = c.req.valid('param')
    const { as_of: asOf, model } = c.req.valid('query')
    const now = clock()
    if (asOf !== undefined && asOf > endOfDay(now)) {
      const today = new Date(now).toISOString().slice(0, 10)
      return refuse(c, 'invalid_request', `as_of is in the future; expected ${today} or before`)
    }
    const at = { site: c.get('site'), ...given({ asOf, model }) }
    const found = await reader.score(id, at, now)
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(timeline, async (c) => {
    const { id } = c.req.valid('param')
    const found = await askPage('timeline', c.req.valid('query'), (page) =>
      reader.timeline(id, { site: c.get('site'), ...page }, clock()),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(trend, async (c) => {
    const { id } = c.req.valid('param')
    const all = await reader.trend(id, { site: c.get('site') }, clock())
    if (all.kind !== 'found') return unfound(c, all.kind)
    const found = await askPage('trend', c.req.valid('query'), async (page) =>
      pageInOrder(all.value, ({ day }) => [Date.parse(day)], page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })
}
