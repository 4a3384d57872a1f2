import { audited } from '../http/audit.ts'
import { mayUse } from '../http/auth.ts'
import { readPeriod } from '../http/export-answer.ts'
import { refuse } from '../http/refuse.ts'
import { newWriteKey } from '../http/site-secrets.ts'
import type { FlowJson } from '../store/flow.ts'
import { refOf } from '../store/ids.ts'
import type { SiteJson, VisitorJson } from '../store/shapes.ts'
import { answer, unfound, type Visit } from './answers.tsx'
import { askLatest } from './ask.ts'
import { ConnectFrame, NoSite, TagTab } from './connect.tsx'
import { DONE, FOR_OWNERS, isOwner } from './connect-actions.ts'
import { IncomingTab } from './connect-incoming.tsx'
import { ExportTab, KeysTab } from './connect-out.tsx'
import type { DashboardDeps } from './deps.ts'
import { importPage } from './import-screen.tsx'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { readAddress } from './page-checks.ts'
import { presentCheck } from './present-check.ts'
import {
  type GlanceView,
  type ProxyView,
  presentExports,
  presentGlance,
  presentSiteKeys,
  presentTabs,
  presentTag,
  type Tab,
  tabOf,
} from './present-connect.ts'
import { crmTrouble } from './present-crm.ts'
import {
  presentCounts,
  presentDay,
  presentGroups,
  presentRefused,
  presentWaiting,
} from './present-flow.ts'
import { type CheckFormView, presentConnect } from './present-today.ts'
import type { Action, Screen } from './screens.ts'
import { platformOf } from './tag-code.ts'

const REFUSED_A_PAGE = 10
const WAITING_A_PAGE = 10
const NO_PROXY: ProxyView = { tone: 'note', words: '' }

export function connectScreen(deps: DashboardDeps): Screen {
  return (visit) => {
    const { c, site } = visit
    if (!site) return answer(visit, 'Connect', <NoSite />)
    const mayWrite = mayUse(c.get('access'), 'write')
    const tab = tabOf(c.req.query('tab'), isOwner(visit), mayWrite)
    if (tab === 'import') {
      return importPage(visit, site, { home: new URL(deps.tagUrl(c)).origin })
    }
    if (tab === 'incoming') return incomingPage(deps, visit, site)
    if (tab === 'keys') return keysPage(deps, visit, site)
    return tab === 'export' ? exportPage(deps, visit, site) : tagPage(deps, visit, site)
  }
}

/** What the frame around every tab is made of. */
function frameOf(deps: DashboardDeps, visit: Visit, site: SiteJson, tab: Tab) {
  return {
    siteName: site.name,
    tabs: presentTabs(site, tab, isOwner(visit), mayUse(visit.c.get('access'), 'write')),
    proxy: deps.proxyState?.(visit.now) ?? NO_PROXY,
  }
}

/** Null before anything came: a newcomer is shown what to do, and not how little there is. */
function glanceOf(
  visit: Visit,
  site: SiteJson,
  flow: FlowJson,
  latest: VisitorJson | null,
): GlanceView | null {
  const isNew = latest === null && flow.refused.length === 0
  return isNew ? null : presentGlance(site, flow, latest, visit.now)
}

/** What is wrong with a page that somebody wants to check, beside what they typed. */
type Mistake = Pick<CheckFormView, 'page' | 'error'>

async function tagPage(
  deps: DashboardDeps,
  visit: Visit,
  site: SiteJson,
  { mistake, notice = null }: { mistake?: Mistake; notice?: NoticeView | null } = {},
) {
  const { c, now } = visit
  const [latest, flow, crms] = await Promise.all([
    askLatest(deps.reader, site, now),
    deps.reader.flow(site.id, now),
    isOwner(visit) ? deps.reader.crms() : [],
  ])
  const check = checkOf(deps, visit)
  const tagUrl = deps.tagUrl(c)
  const view = presentConnect(site, tagUrl, latest, now)
  const id = c.req.query('check')
  const kind = c.req.query('for')
  const platform = platformOf(kind)
  const place = { site: site.id, for: platform === 'html' ? null : platform }
  // With the same address before its # a browser would not ask again but only scroll.
  const againHref = `${hrefOf('/connect', { ...place, check: id, at: String(now) })}#check`
  const action = hrefOf('/connect', place)
  const form = { ...view.form, action, ...(check?.page && { page: check.page }), ...mistake }
  const page = (
    <ConnectFrame
      {...frameOf(deps, visit, site, 'tag')}
      glance={glanceOf(visit, site, flow, latest)}
      liveHref={connectHrefs(visit, site, id).liveHref}
    >
      <TagTab
        view={{ ...view, form }}
        tag={presentTag(site, tagUrl, platform)}
        check={check}
        againHref={againHref}
        mayCheck={mayUse(c.get('access'), 'write')}
        newKey={isOwner(visit) ? hrefOf('/connect/write-key', { site: site.id }) : null}
        trouble={crmTrouble(crms, site)}
      />
    </ConnectFrame>
  )
  return answer(visit, 'Connect', page, mistake ? 400 : 200, notice)
}

async function incomingPage(deps: DashboardDeps, visit: Visit, site: SiteJson) {
  const { c, now } = visit
  const { reader } = deps
  const cursor = c.req.query('cursor')
  const scope = { site: site.id }
  const [latest, flow, refused, waiting] = await Promise.all([
    askLatest(reader, site, now),
    reader.flow(site.id, now),
    reader.rejected({ ...scope, limit: REFUSED_A_PAGE, ...(cursor && { cursor }) }),
    isOwner(visit) ? reader.quarantined({ ...scope, limit: WAITING_A_PAGE }) : null,
  ])
  const start = hrefOf('/connect', { ...scope, tab: 'incoming' })
  if (refused.kind !== 'found') return unfound(visit, refused, { kind: 'list', start })
  const next = refused.value.next_cursor
  const nextHref = next && `${hrefOf('/connect', { ...scope, tab: 'incoming', cursor: next })}`
  const page = (
    <ConnectFrame
      {...frameOf(deps, visit, site, 'incoming')}
      glance={glanceOf(visit, site, flow, latest)}
    >
      <IncomingTab
        day={presentDay(flow, now)}
        refused={{
          groups: presentGroups(flow, now),
          countedOf: flow.counted_of.toLocaleString('en'),
          events: presentRefused(refused.value.data, now),
          startHref: cursor ? `${start}#refused` : null,
          nextHref: nextHref && `${nextHref}#refused`,
        }}
        waiting={
          waiting?.kind === 'found'
            ? {
                events: presentWaiting(waiting.value.data, now),
                hasMore: waiting.value.next_cursor !== null,
                action: '/connect/quarantine',
                query: hrefOf('', scope),
              }
            : null
        }
        counts={presentCounts(flow)}
      />
    </ConnectFrame>
  )
  return answer(visit, 'Incoming', page, 200, noticeOf(c.req.query('done')))
}

function noticeOf(done: string | undefined): NoticeView | null {
  const words = doneWords(DONE, done)
  if (words === undefined) return null
  return { tone: done === 'taken' || done === 'dropped' ? 'good' : 'problem', words }
}

async function keysPage(deps: DashboardDeps, visit: Visit, site: SiteJson) {
  const { c, now, sites } = visit
  const keys = await deps.reader.keys()
  const { origin } = new URL(deps.tagUrl(c))
  const page = (
    <ConnectFrame {...frameOf(deps, visit, site, 'keys')} glance={null}>
      <KeysTab view={presentSiteKeys(site, sites, keys, { origin, now })} />
    </ConnectFrame>
  )
  return answer(visit, 'Keys', page)
}

function exportPage(deps: DashboardDeps, visit: Visit, site: SiteJson) {
  const { c, now } = visit
  const { since = '', until = '' } = c.req.query()
  const read = readPeriod({ since, until })
  const problem = read.ok ? '' : read.problem
  const page = (
    <ConnectFrame {...frameOf(deps, visit, site, 'export')} glance={null}>
      <ExportTab view={presentExports(site, { since, until }, problem, now)} />
    </ConnectFrame>
  )
  return answer(visit, 'Export', page, read.ok ? 200 : 400)
}

/** A new write key in place of the site's; it is shown on the page that answers, and nowhere else. */
export function newWriteKeyAction(deps: DashboardDeps): Action {
  return async (visit) => {
    const { c, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const writeKey = newWriteKey()
    const isThere =
      site && (await deps.writer.changeSite(refOf('site', site.id) ?? 0, { writeKey }))
    if (!site || !isThere) return answer(visit, 'Connect', <NoSite />)
    audited(c, { subject: site.id })
    const words = 'The new write key, shown only now. The one of before is refused from now on:'
    return tagPage(deps, visit, site, { notice: { tone: 'good', words, secret: writeKey } })
  }
}

/** Starts a check; the page script asks for JSON and opens the page itself. */
export function startCheckScreen(deps: DashboardDeps): Screen {
  return async (visit) => {
    const { c, site } = visit
    if (!site) return answer(visit, 'Connect', <NoSite />)
    // What is no form, or only half of one, names no page.
    const { page } = await c.req.parseBody().catch(() => ({ page: '' }))
    const typed = typeof page === 'string' ? page : ''
    const isScript = c.req.header('accept') === 'application/json'
    const read = readAddress(typed)
    if (!read.ok) {
      if (isScript) return c.json({ error: read.problem }, 400)
      return tagPage(deps, visit, site, { mistake: { page: typed, error: read.problem } })
    }
    const { id } = deps.checks.start(site.id, read.url)
    const { pageHref, liveHref } = connectHrefs(visit, site, id)
    if (!isScript) return c.redirect(`${pageHref}#check`, 303)
    return c.json({ check: checkOf(deps, visit, id), pageHref, liveHref })
  }
}

/** The check in the address, as it stands; null where there is none. */
export function checkOf(deps: DashboardDeps, { c, now, sites }: Visit, id = c.req.query('check')) {
  if (!id) return null
  const check = deps.checks.find(id)
  const collector = new URL(deps.tagUrl(c)).origin
  return { ...presentCheck({ check, sites, collector, now }), page: check?.address ?? null }
}

function connectHrefs({ c }: Visit, site: SiteJson, check: string | undefined) {
  const platform = platformOf(c.req.query('for'))
  const kind = platform === 'html' ? null : platform
  return {
    pageHref: hrefOf('/connect', { site: site.id, for: kind, check }),
    liveHref: hrefOf('/live.json', { for: 'connect', site: site.id, check }),
  }
}
