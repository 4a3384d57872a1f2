import { answer, unfound, type Visit } from './answers.tsx'
import { askStanding, leadsOf } from './ask.ts'
import type { DashboardDeps } from './deps.ts'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import { Person } from './person.tsx'
import { presentLead, presentVisitor } from './present-person.ts'
import { presentTimeline } from './present-timeline.ts'
import type { Screen } from './screens.ts'

const TIMELINE_SESSIONS = 20

export function leadScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const { id, scope, cursor, page } = personOf(visit)
    const path = leadHref(id)
    const [lead, timeline, identities] = await Promise.all([
      reader.lead(id, scope, visit.now),
      reader.timeline(id, page, visit.now),
      reader.identities(id, scope),
    ])
    const wanted = { kind: 'lead', id, start: hrefOf(path, scope) } as const
    if (lead.kind !== 'found') return unfound(visit, lead, wanted)
    if (timeline.kind !== 'found') return unfound(visit, timeline, wanted)
    const links = identities.kind === 'found' ? identities.value : []
    const standing = await askStanding(reader, lead.value, visit.now)
    const view = presentLead({ lead: lead.value, identities: links, standing, now: visit.now })
    const visits = presentTimeline({
      page: timeline.value,
      reasons: lead.value.reasons,
      path,
      site: scope.site,
      cursor,
      now: visit.now,
    })
    return answer(visit, view.name, <Person view={view} timeline={visits} />)
  }
}

export function visitorScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const { id, scope, cursor, page } = personOf(visit)
    const path = visitorHref(id)
    const [visitor, timeline] = await Promise.all([
      reader.visitor(id, scope, visit.now),
      reader.visitorTimeline(id, page, visit.now),
    ])
    const wanted = { kind: 'visitor', id, start: hrefOf(path, scope) } as const
    if (visitor.kind !== 'found') return unfound(visit, visitor, wanted)
    if (timeline.kind !== 'found') return unfound(visit, timeline, wanted)
    const leads = await leadsOf(reader, [visitor.value], [], visit.now)
    const lead = leads.get(visitor.value.lead ?? '') ?? null
    const view = presentVisitor(visitor.value, lead, visit.now)
    const visits = presentTimeline({
      page: timeline.value,
      reasons: visitor.value.reasons,
      path,
      site: scope.site,
      cursor,
      now: visit.now,
    })
    return answer(visit, view.name, <Person view={view} timeline={visits} />)
  }
}

function personOf({ c, site }: Visit) {
  const id = c.req.param('id') ?? ''
  const cursor = c.req.query('cursor') || undefined
  const scope: { readonly site?: string } = site ? { site: site.id } : {}
  const page = { ...scope, limit: TIMELINE_SESSIONS, ...(cursor && { cursor }) }
  return { id, cursor, scope, page }
}
