import { mayUse } from '../http/auth.ts'
import { placeOf } from '../store/ids.ts'
import { answer, unfound, type Visit } from './answers.tsx'
import { askStanding, leadsOf } from './ask.ts'
import type { DashboardDeps } from './deps.ts'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { outcomeNotice } from './outcome-screen.tsx'
import { Person } from './person.tsx'
import { presentMoments } from './present-moments.ts'
import { presentLead, presentVisitor, type Rights } from './present-person.ts'
import { presentTimeline } from './present-timeline.ts'
import type { Screen } from './screens.ts'

const TIMELINE_SESSIONS = 20

export function leadScreen(deps: DashboardDeps): Screen {
  return async (visit) => {
    const notice = noticeOf(visit) ?? (await outcomeNotice(deps.reader, visit))
    return showLead(deps, visit, notice)
  }
}

/** The page of the lead that the address names, with what came of a form. */
export async function showLead(
  { reader }: DashboardDeps,
  visit: Visit,
  notice: NoticeView | null,
  status: 200 | 400 = 200,
): Promise<Response> {
  const { now } = visit
  const { id, scope, cursor, page } = personOf(visit)
  const path = leadHref(id)
  const [found, timeline, trend] = await Promise.all([
    reader
      .explained(id, scope, now)
      .then(async (explained) =>
        explained.kind === 'found'
          ? { ...explained, standing: await askStanding(reader, explained.value.lead, now) }
          : explained,
      ),
    reader.timeline(id, page, now),
    reader.trend(id, scope, now),
  ])
  const wanted = { kind: 'lead', id, start: hrefOf(path, scope) } as const
  if (found.kind !== 'found') return unfound(visit, found, wanted)
  if (timeline.kind !== 'found') return unfound(visit, timeline, wanted)
  const { value: explained, standing } = found
  const view = presentLead({
    explained,
    trend: trend.kind === 'found' ? trend.value : [],
    standing,
    rights: rightsOf(visit),
    site: scope.site,
    now,
  })
  const visits = presentTimeline({
    page: timeline.value,
    reasons: explained.lead.reasons,
    path,
    site: scope.site,
    cursor,
    now,
    told: {
      identities: explained.identities,
      moments: presentMoments({ ...explained, now }),
      before: startOf(cursor),
    },
  })
  return answer(visit, view.name, <Person view={view} timeline={visits} />, status, notice)
}

export function visitorScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const { now } = visit
    const { id, scope, cursor, page } = personOf(visit)
    const path = visitorHref(id)
    const [found, timeline, trend] = await Promise.all([
      reader.visitorExplained(id, scope, now),
      reader.visitorTimeline(id, page, now),
      reader.visitorTrend(id, scope, now),
    ])
    const wanted = { kind: 'visitor', id, start: hrefOf(path, scope) } as const
    if (found.kind !== 'found') return unfound(visit, found, wanted)
    if (timeline.kind !== 'found') return unfound(visit, timeline, wanted)
    const { visitor } = found.value
    const leads = await leadsOf(reader, [visitor], [], now)
    const view = presentVisitor({
      explained: found.value,
      lead: leads.get(visitor.lead ?? '') ?? null,
      trend: trend.kind === 'found' ? trend.value : [],
      site: scope.site,
      now,
    })
    const visits = presentTimeline({
      page: timeline.value,
      reasons: visitor.reasons,
      path,
      site: scope.site,
      cursor,
      now,
    })
    return answer(visit, view.name, <Person view={view} timeline={visits} />)
  }
}

function rightsOf({ c }: Visit): Rights {
  const access = c.get('access')
  return {
    mayWrite: mayUse(access, 'write'),
    mayAdmin: mayUse(access, 'admin'),
    seesEmails: access.role !== 'viewer',
  }
}

/** When the last visit of the page before began: a cursor begins with it. */
function startOf(cursor: string | undefined): number | null {
  const [at] = (cursor && placeOf(cursor, ['number', 'string', 'number'])) || []
  return typeof at === 'number' ? at : null
}

/** What a form of this page has done; what was said of an outcome is told by whoever takes it. */
const DONE: Readonly<Record<string, string>> = {
  adjusted: 'The score is adjusted.',
  unadjusted: 'The adjustment is taken back.',
  unlinked:
    'The link is undone: what that browser did has left this lead, and is an anonymous visitor’s again.',
}

function noticeOf({ c, site }: Visit): NoticeView | null {
  const done = c.req.query('done')
  const words = doneWords(DONE, done)
  if (words === undefined) return null
  const adjustment = c.req.query('adjustment')
  if (done !== 'adjusted' || !adjustment || !mayUse(c.get('access'), 'write')) {
    return { tone: 'good', words }
  }
  const path = `${leadHref(c.req.param('id') ?? '')}/adjustment/${encodeURIComponent(adjustment)}/undo`
  const undo = { action: hrefOf(path, { site: site?.id }), label: 'Take back', fields: {} }
  return { tone: 'good', words, undo }
}

function personOf({ c, site }: Visit) {
  const id = c.req.param('id') ?? ''
  const cursor = c.req.query('cursor') || undefined
  const scope: { readonly site?: string } = site ? { site: site.id } : {}
  const page = { ...scope, limit: TIMELINE_SESSIONS, ...(cursor && { cursor }) }
  return { id, cursor, scope, page }
}
