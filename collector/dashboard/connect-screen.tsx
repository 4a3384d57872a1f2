import type { SiteJson } from '../store/shapes.ts'
import { answer, type Visit } from './answers.tsx'
import { askLatest } from './ask.ts'
import { Connect, NoSite } from './connect.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf } from './links.ts'
import { readAddress } from './page-checks.ts'
import { presentCheck } from './present-check.ts'
import { type CheckFormView, presentConnect } from './present-today.ts'
import type { Screen } from './screens.ts'

export function connectScreen(deps: DashboardDeps): Screen {
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
export function startCheckScreen(deps: DashboardDeps): Screen {
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
export function checkOf(deps: DashboardDeps, { c, now, sites }: Visit, id = c.req.query('check')) {
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
