import { answer, unfound } from './answers.tsx'
import { leadsOf } from './ask.ts'
import type { DashboardDeps } from './deps.ts'
import { parseVisitorFilters, visitorsHref } from './filters.ts'
import { presentVisitors } from './present.ts'
import type { Screen } from './screens.ts'
import { Visitors } from './visitors.tsx'

export function visitorsScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const { filters, query } = parseVisitorFilters(visit.c.req.query())
    const page = await reader.visitors(query, visit.now)
    const start = visitorsHref(filters)
    if (page.kind !== 'found') return unfound(visit, page, { kind: 'list', start })
    const leads = await leadsOf(reader, page.value.data, [], visit.now)
    const view = presentVisitors(page.value, leads, filters, visit.now)
    return answer(visit, 'Visitors', <Visitors view={view} />)
  }
}
