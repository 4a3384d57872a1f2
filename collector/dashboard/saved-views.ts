import type { SavedViewJson, SiteJson } from '../store/shapes.ts'
import { type LeadFilters, leadsHref, mendLeadFilters, type Params, queryOf } from './filters.ts'
import type { LinkView } from './present.ts'

/** The lists that stand as tabs above the leads: built-in ones, and those the team has saved. */

const MAX_VIEW_NAME = 40
const NAME = /^[^\p{Cc}\p{Cs}]+$/u

export interface BuiltIn {
  readonly name: string
  readonly params: Params
}

const BUILT_IN: readonly BuiltIn[] = [
  { name: 'All', params: {} },
  { name: 'MQLs', params: { stage: 'mql' } },
  { name: 'Hot this week', params: { grade: '1', seen_since: '7d' } },
  { name: 'New this week', params: { new_since: '7d' } },
  { name: 'Rising', params: { sort: '-change' } },
  { name: 'Customers', params: { stage: 'won', sort: '-last_seen' } },
]

export interface TabsView {
  readonly tabs: readonly LinkView[]
  /** The saved view that is shown, for its forms. */
  readonly current: Pick<SavedViewJson, 'id' | 'name' | 'by'> | null
  /** The name of the tab that is shown; null where the list is none of them. */
  readonly name: string | null
}

export function presentTabs(
  saved: readonly SavedViewJson[],
  filters: LeadFilters,
  sites: readonly SiteJson[],
): TabsView {
  const query = queryOf(filters)
  const builtIn = BUILT_IN.map(({ name, params }) => {
    // They are of the site that is looked at; columns are whoever's who looks.
    const own = { ...mendLeadFilters(params), site: filters.site, cols: filters.cols }
    return { label: name, href: leadsHref(own), current: queryOf(own) === query }
  })
  const ofTeam = saved.map((view) => {
    const own = openView(view.query, sites)
    return { view, label: view.name, href: leadsHref(own), current: queryOf(own) === query }
  })
  // Somebody may have saved what a built-in one shows: then it is theirs that is shown.
  const mine = ofTeam.find(({ current }) => current)
  const shown = mine ?? builtIn.find(({ current }) => current)
  return {
    tabs: [...builtIn, ...ofTeam].map((tab) => ({
      label: tab.label,
      href: tab.href,
      current: tab === shown,
    })),
    current: mine?.view ?? null,
    name: shown?.label ?? null,
  }
}

/** The filters of a saved query, without what can't be used any more. */
export function openView(query: string, sites: readonly SiteJson[]): LeadFilters {
  const params = Object.fromEntries(new URLSearchParams(query))
  const filters = mendLeadFilters(params)
  return sites.some(({ id }) => id === filters.site) ? filters : { ...filters, site: '' }
}

/** A name as it is kept, or what is wrong with it. */
export function parseViewName(
  text: string,
): { readonly name: string } | { readonly problem: string } {
  const name = text.replace(/\s+/g, ' ').trim()
  if (name === '') return { problem: 'Give the view a name, such as “Trials in Sweden”.' }
  if (name.length > MAX_VIEW_NAME || !NAME.test(name)) {
    return { problem: `The name of a view has at most ${MAX_VIEW_NAME} characters, on one line.` }
  }
  if (BUILT_IN.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
    return { problem: takenWords(name) }
  }
  return { name }
}

export function takenWords(name: string): string {
  return `There is a view called “${name}” already. Choose another name, or remove that one first.`
}
