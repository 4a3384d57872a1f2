import { answer, badFilters, trouble, unfound } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { parseLeadFilters } from './filters.ts'
import { Leads } from './leads.tsx'
import { presentLeads } from './present-leads.ts'
import type { Screen } from './screens.ts'

export function leadsScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const asked = parseLeadFilters(visit.c.req.query())
    if (!asked.ok) return trouble(visit, 400, badFilters(asked.problems))
    const page = await reader.leads(asked.value.query, visit.now)
    if (page.kind !== 'found') return unfound(visit, page, { kind: 'list', start: '/leads' })
    const view = presentLeads(page.value, asked.value.filters, visit.now)
    return answer(visit, 'Leads', <Leads view={view} />)
  }
}
