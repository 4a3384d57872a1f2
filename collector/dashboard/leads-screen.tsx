import { mayUse } from '../http/auth.ts'
import { fieldOf } from '../http/form.ts'
import { refOf } from '../store/ids.ts'
import { answer, badFilters, trouble, unfound, type Visit } from './answers.tsx'
import type { DashboardDeps } from './deps.ts'
import { type LeadFilters, leadsHref, type Params, parseLeadFilters, queryOf } from './filters.ts'
import { Leads } from './leads.tsx'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentLeads } from './present-leads.ts'
import { openView, parseViewName, presentTabs, takenWords } from './saved-views.ts'
import type { Action, Screen, Screens } from './screens.ts'

const DONE: Readonly<Record<string, string>> = {
  saved: 'The view is saved. It stands above the list, for everybody on the team.',
  renamed: 'The view has its new name.',
}
const FULL = 'There are as many views as fit above the list. Remove one that nobody uses first.'
const GONE = 'That view is gone; somebody may have removed it.'

export function leadsScreen(deps: DashboardDeps): Screen {
  return (visit) => {
    // The checkboxes of the columns say `col` each; the address is kept as one `cols`.
    const chosen = visit.c.req.queries('col')
    const query = visit.c.req.query()
    if (chosen) {
      const { col: _, ...rest } = query
      return visit.c.redirect(hrefOf('/leads', { ...rest, cols: chosen.join(',') }), 303)
    }
    const words = doneWords(DONE, query.done)
    return showList(deps, visit, query, words ? { notice: { tone: 'good', words } } : {})
  }
}

interface Told {
  readonly notice?: NoticeView
  readonly status?: 200 | 400 | 409
  readonly typedName?: string
}

async function showList(
  { reader }: DashboardDeps,
  visit: Visit,
  params: Params,
  { notice, status = 200, typedName = '' }: Told = {},
): Promise<Response> {
  const { now, sites } = visit
  const asked = parseLeadFilters(params, now)
  if (!asked.ok) return trouble(visit, 400, badFilters(asked.problems))
  const [page, saved] = await Promise.all([
    reader.leadPage(asked.value.query, now),
    reader.savedViews(),
  ])
  if (page.kind !== 'found') return unfound(visit, page, { kind: 'list', start: '/leads' })
  const view = presentLeads({
    page: page.value,
    asked: asked.value,
    tabs: presentTabs(saved, asked.value.filters, sites),
    mayWrite: mayUse(visit.c.get('access'), 'write'),
    typedName,
    now,
  })
  return answer(visit, 'Leads', <Leads view={view} />, status, notice ?? null)
}

/** Saves, renames and removes the lists that the team comes back to. */
export function addViewForms({ act }: Screens, deps: DashboardDeps): void {
  const { writer, reader } = deps
  const add = (path: string, action: Action) =>
    act(`/leads/views${path}`, 'leads', '/leads', action)
  const problem = (words: string): NoticeView => ({ tone: 'problem', words })

  add('', async (visit, form) => {
    const typedName = fieldOf(form, 'name')
    const filters = openView(fieldOf(form, 'query'), visit.sites)
    const refuse = (words: string, status: 400 | 409) =>
      showList(deps, visit, { ...filters }, { notice: problem(words), status, typedName })
    const named = parseViewName(typedName)
    if ('problem' in named) return refuse(named.problem, 400)
    const { name } = named
    const added = await writer.addView({
      name,
      query: queryOf(filters),
      author: visit.c.get('access').name,
      at: visit.now,
    })
    if (added === 'taken') return refuse(takenWords(name), 409)
    if (added === 'full') return refuse(FULL, 409)
    return visit.c.redirect(leadsHrefDone(filters, 'saved'), 303)
  })

  add('/:id/rename', async (visit, form) => {
    const view = (await reader.savedViews()).find(({ id }) => id === visit.c.req.param('id'))
    if (!view) return showList(deps, visit, {}, { notice: problem(GONE), status: 400 })
    const filters = openView(view.query, visit.sites)
    const refuse = (words: string, status: 400 | 409) =>
      showList(deps, visit, { ...filters }, { notice: problem(words), status })
    const named = parseViewName(fieldOf(form, 'name'))
    if ('problem' in named) return refuse(named.problem, 400)
    const renamed = await writer.renameView(refOf('view', view.id) ?? 0, named.name)
    if (renamed === 'taken') return refuse(takenWords(named.name), 409)
    if (renamed === 'missing') return refuse(GONE, 400)
    return visit.c.redirect(leadsHrefDone(filters, 'renamed'), 303)
  })

  add('/:id/remove', async (visit) => {
    const removed = await writer.removeView(refOf('view', visit.c.req.param('id') ?? '') ?? 0)
    if (!removed) return showList(deps, visit, {}, { notice: problem(GONE), status: 400 })
    const { name, query } = removed
    const undo = { action: '/leads/views', label: 'Bring it back', fields: { name, query } }
    const words = `The view “${name}” is removed, for everybody on the team.`
    return showList(deps, visit, {}, { notice: { tone: 'good', words, undo } })
  })
}

function leadsHrefDone(filters: LeadFilters, done: string): string {
  const href = leadsHref(filters)
  return `${href}${href.includes('?') ? '&' : '?'}done=${done}`
}
