import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Reader } from '../store/reader.ts'
import type { SiteJson } from '../store/shapes.ts'
import { answer, badFilters, NO_SITE, trouble, unfound, type Visit } from './answers.tsx'
import { askLatest, askLive, askStanding, leadsOf } from './ask.ts'
import { createDashboardAssets } from './assets.ts'
import { Connect, NoSite } from './connect.tsx'
import { parseLeadFilters, parseVisitorFilters, visitorsHref } from './filters.ts'
import { Leads } from './leads.tsx'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import { type PageChecks, readAddress } from './page-checks.ts'
import { Person } from './person.tsx'
import { presentFrame, presentVisitors, type Section } from './present.ts'
import { presentCheck } from './present-check.ts'
import { presentLeads } from './present-leads.ts'
import { presentLead, presentVisitor } from './present-person.ts'
import { presentTimeline } from './present-timeline.ts'
import {
  type CheckFormView,
  presentConnect,
  presentSeen,
  presentToday,
  tagOf,
} from './present-today.ts'
import { Today } from './today.tsx'
import { Visitors } from './visitors.tsx'

export interface DashboardDeps {
  readonly reader: Reader
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** The whole address of the tag's script, as the owner's pages will load it. */
  readonly tagUrl: (c: Context) => string
  readonly checks: Pick<PageChecks, 'start' | 'find'>
  /** What is wrong between the collector and a proxy in front of it, in a sentence; null where nothing is. */
  readonly proxyAdvice?: (now: number) => string | null
  /** A throw-away store with a demo shop beside it. */
  readonly demo: boolean
}

/** One screen: ask the reader, present, place. */
type Screen = (visit: Visit) => Promise<Response>

const TIMELINE_SESSIONS = 20
const MAX_FORM_BYTES = 16 * 1024

/**
 * The dashboard's pages, to be mounted at `/`. Requests are taken as authorised: whoever mounts this
 * puts a session guard before it. Headers that hold for every answer (CSP and the like) are the
 * guard's too; these pages need no more than `'self'` for scripts, styles, forms and connections.
 */
export function createDashboard(deps: DashboardDeps): Hono {
  const { reader, clock, demo } = deps
  const app = new Hono()

  const screen = (section: Section, show: Screen) => async (c: Context) => {
    c.header('cache-control', 'no-store')
    const sites = await reader.sites()
    const asked = c.req.query('site')
    const known = sites.find(({ id }) => id === asked)
    const site = known ?? (section === 'connect' ? sites[0] : null) ?? null
    const frame = (title: string) => presentFrame({ title, section, sites, site, demo })
    const visit = { c, now: clock(), sites, site, frame }
    return asked && !known ? trouble(visit, 404, NO_SITE) : show(visit)
  }

  app.route('/', createDashboardAssets())
  app.get('/', screen('today', todayScreen(deps)))
  app.get('/live.json', screen('today', liveScreen(deps)))
  app.get('/leads', screen('leads', leadsScreen(deps)))
  app.get('/leads/:id', screen('leads', leadScreen(deps)))
  app.get('/visitors', screen('visitors', visitorsScreen(deps)))
  app.get('/visitors/:id', screen('visitors', visitorScreen(deps)))
  app.get('/connect', screen('connect', connectScreen(deps)))
  const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => c.text('Too large', 413) })
  app.post('/connect', limit, screen('connect', startCheckScreen(deps)))
  return app
}

function todayScreen({ reader, tagUrl }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, now, site, sites } = visit
    const tagged = site ?? sites[0]
    const page = (
      <Today
        view={presentToday(await askLive(reader, site, now), now)}
        tag={tagged ? tagOf(tagged, tagUrl(c)) : null}
        connectHref={hrefOf('/connect', { site: site?.id })}
        leadsHref={hrefOf('/leads', { site: site?.id })}
        liveHref={hrefOf('/live.json', { site: site?.id })}
      />
    )
    return answer(visit, 'Today', page)
  }
}

/** The same view-models as Today and Connect, for the page script. */
function liveScreen(deps: DashboardDeps): Screen {
  const { reader } = deps
  return async (visit) => {
    const { c, now, site } = visit
    if (c.req.query('for') === 'connect') {
      const seen = presentSeen(await askLatest(reader, site, now), now)
      return c.json({ seen, check: checkOf(deps, visit) })
    }
    return c.json({ today: presentToday(await askLive(reader, site, now), now) })
  }
}

function leadsScreen({ reader }: DashboardDeps): Screen {
  return async (visit) => {
    const asked = parseLeadFilters(visit.c.req.query())
    if (!asked.ok) return trouble(visit, 400, badFilters(asked.problems))
    const page = await reader.leads(asked.value.query, visit.now)
    if (page.kind !== 'found') return unfound(visit, page, { kind: 'list', start: '/leads' })
    const view = presentLeads(page.value, asked.value.filters, visit.now)
    return answer(visit, 'Leads', <Leads view={view} />)
  }
}

function leadScreen({ reader }: DashboardDeps): Screen {
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

function visitorScreen({ reader }: DashboardDeps): Screen {
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

function visitorsScreen({ reader }: DashboardDeps): Screen {
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

function connectScreen(deps: DashboardDeps): Screen {
  return (visit) => connectPage(deps, visit)
}

/** What is wrong with a page that somebody wants to check, beside what they typed. */
type Mistake = Pick<CheckFormView, 'page' | 'error'>

async function connectPage(deps: DashboardDeps, visit: Visit, mistake?: Mistake) {
  const { c, now, site } = visit
  if (!site) return answer(visit, 'Connect', <NoSite />)
  const latest = await askLatest(deps.reader, site, now)
  const check = checkOf(deps, visit)
  const view = presentConnect(site, deps.tagUrl(c), latest, now)
  const id = c.req.query('check')
  const { liveHref } = connectHrefs(site, id)
  // With the same address before its # a browser would not ask again but only scroll.
  const againHref = `${hrefOf('/connect', { site: site.id, check: id, at: String(now) })}#check`
  const form = { ...view.form, ...(check?.page && { page: check.page }), ...mistake }
  const page = (
    <Connect
      view={{ ...view, form }}
      check={check}
      againHref={againHref}
      liveHref={liveHref}
      proxy={deps.proxyAdvice?.(now) ?? null}
    />
  )
  return answer(visit, 'Connect', page, mistake ? 400 : 200)
}

/** Starts a check; the page script asks for JSON and opens the page itself. */
function startCheckScreen(deps: DashboardDeps): Screen {
  return async (visit) => {
    const { c, site } = visit
    if (!site) return connectPage(deps, visit)
    // What is no form, or only half of one, names no page.
    const { page } = await c.req.parseBody().catch(() => ({ page: '' }))
    const typed = typeof page === 'string' ? page : ''
    const isScript = c.req.header('accept') === 'application/json'
    const read = readAddress(typed)
    if (!read.ok) {
      if (isScript) return c.json({ error: read.problem }, 400)
      return connectPage(deps, visit, { page: typed, error: read.problem })
    }
    const { id } = deps.checks.start(site.id, read.url)
    const { pageHref, liveHref } = connectHrefs(site, id)
    if (!isScript) return c.redirect(`${pageHref}#check`, 303)
    return c.json({ check: checkOf(deps, visit, id), pageHref, liveHref })
  }
}

/** The check in the address, as it stands; null where there is none. */
function checkOf(deps: DashboardDeps, { c, now, sites }: Visit, id = c.req.query('check')) {
  if (!id) return null
  const check = deps.checks.find(id)
  const collector = new URL(deps.tagUrl(c)).origin
  return { ...presentCheck({ check, sites, collector, now }), page: check?.address ?? null }
}

function connectHrefs(site: SiteJson, check: string | undefined) {
  return {
    pageHref: hrefOf('/connect', { site: site.id, check }),
    liveHref: hrefOf('/live.json', { for: 'connect', site: site.id, check }),
  }
}
