import type { FunnelJson, SourcesJson } from '../store/reports.ts'
import type { ApiDeps } from './api.ts'
import { type Api, given, json, readRoute, tooSoon } from './api-route.ts'
import { refuse } from './refuse.ts'
import {
  FUNNEL_STEPS,
  funnel,
  pages,
  pagesQuery,
  reportQuery,
  sources,
  sourcesQuery,
} from './schemas-reports.ts'

const TAGS = ['Reports']
const responses = { 503: tooSoon } as const

const bySource = readRoute('read', {
  path: '/reports/sources',
  tags: TAGS,
  summary: 'Who came from where, and how far they got',
  request: { query: sourcesQuery },
  responses: { 200: json(sources, 'Rows that sum to the total'), ...responses },
})
const whole = readRoute('read', {
  path: '/reports/funnel',
  tags: TAGS,
  summary: 'From visitors to what was won',
  request: { query: reportQuery },
  responses: { 200: json(funnel, 'The five steps'), ...responses },
})

const byPage = readRoute('read', {
  path: '/reports/pages',
  tags: TAGS,
  summary: 'Pages by views, with the leads and MQLs who saw them; over all that is kept',
  request: { query: pagesQuery },
  responses: { 200: json(pages, 'The most viewed pages'), ...responses },
})

export function addReportRoutes(api: Api, { reader, clock }: ApiDeps): void {
  api.openapi(bySource, async (c) => {
    const query = given({ ...c.req.valid('query'), site: c.get('site') })
    const found = await reader.sources(query, clock())
    return found ? c.json(found, 200) : refuse(c, 'counting', undefined, AGAIN)
  })

  api.openapi(whole, async (c) => {
    const query = given({ ...c.req.valid('query'), site: c.get('site') })
    const found = await reader.sources({ ...query, most: 0 }, clock())
    return found ? c.json(funnelJson(found), 200) : refuse(c, 'counting', undefined, AGAIN)
  })

  api.openapi(byPage, async (c) => {
    const found = await reader.pages({ site: c.get('site') }, clock())
    return found ? c.json(found, 200) : refuse(c, 'counting', undefined, AGAIN)
  })
}

const AGAIN = { 'retry-after': '2' }

function funnelJson({ total, touch, since, until, excluded, as_of }: SourcesJson) {
  const shares = { visitors: null, leads: 'lead', mql: 'mql', sql: 'sql', won: 'won' } as const
  const stepOf = (step: keyof typeof shares & keyof FunnelJson) => {
    const share = shares[step]
    return { step, count: total[step], of_previous: share === null ? null : total.rates[share] }
  }
  return {
    data: FUNNEL_STEPS.map(stepOf),
    value: total.value,
    days_to_mql: total.days_to_mql,
    touch,
    since,
    until,
    excluded,
    as_of,
  }
}
