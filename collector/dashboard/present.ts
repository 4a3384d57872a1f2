import type { LeadJson, Page, ScoreJson, SiteJson, VisitorJson } from '../store/shapes.ts'
import { type VisitorFilters, visitorsHref } from './filters.ts'
import { hrefOf, leadHref, pathOf, visitorHref } from './links.ts'
import { botWords, FITS, HEATS, type Heat, measureOf, STAGES, sourceWords } from './vocabulary.ts'
import { maybeWhen, percentWords, plural, shortPoints, type When } from './words.ts'

/**
 * What every screen shares: the frame, and how a person, a score and a visitor are named. Pure:
 * records and the instant of reading in, strings and numbers to place out.
 */

export type Section = 'today' | 'leads' | 'visitors' | 'sources' | 'model' | 'connect' | 'settings'

export interface LinkView {
  readonly label: string
  readonly href: string
  readonly current: boolean
}

export interface FrameView {
  readonly title: string
  readonly nav: readonly LinkView[]
  /** Empty where there is nothing to choose. */
  readonly sites: readonly LinkView[]
  readonly siteName: string
  /** Said on every page whose numbers were made up. */
  readonly ribbon: string | null
  readonly demoShop: string | null
}

const SECTIONS: readonly {
  readonly key: Section
  readonly label: string
  readonly path: string
}[] = [
  { key: 'today', label: 'Today', path: '/' },
  { key: 'leads', label: 'Leads', path: '/leads' },
  { key: 'visitors', label: 'Visitors', path: '/visitors' },
  { key: 'sources', label: 'Sources', path: '/sources' },
  { key: 'model', label: 'Model', path: '/model' },
  { key: 'connect', label: 'Connect', path: '/connect' },
  { key: 'settings', label: 'Settings', path: '/settings' },
]

export interface FrameSource {
  readonly title: string
  readonly section: Section | null
  readonly sites: readonly SiteJson[]
  readonly site: SiteJson | null
  readonly demo: boolean
}

export function presentFrame({ title, section, sites, site, demo }: FrameSource): FrameView {
  const path = SECTIONS.find((known) => known.key === section)?.path ?? '/'
  const all = { label: 'All sites', href: path, current: site === null }
  const each = sites.map(({ id, name }) => ({
    label: name,
    href: hrefOf(path, { site: id }),
    current: id === site?.id,
  }))
  return {
    title,
    nav: SECTIONS.map((known) => ({
      label: known.label,
      href: hrefOf(known.path, { site: site?.id }),
      current: known.key === section,
    })),
    // What is set there is set for every site.
    sites:
      sites.length > 1 && section !== 'settings' && section !== 'model'
        ? [...(section === 'connect' ? [] : [all]), ...each]
        : [],
    siteName: site?.name ?? (sites.length > 1 ? 'All sites' : (sites[0]?.name ?? 'No site yet')),
    ribbon: ribbonOf(site ? [site] : sites, demo),
    demoShop: demo ? '/demo' : null,
  }
}

function ribbonOf(shown: readonly SiteJson[], demo: boolean): string | null {
  const made = shown.filter((site) => site.generated)
  if (made.length === 0 && !demo) return null
  if (made.length === shown.length || made.length === 0) {
    return 'Generated demo data: these people and visits were made up by Pique.'
  }
  const names = made.map((site) => site.name).join(', ')
  return `Generated demo data: the people and visits of ${names} were made up by Pique.`
}

export interface ScoreView {
  readonly points: string
  readonly grade: string
  readonly heat: Heat
  readonly heatWords: string
  /** The grade, spelled out. */
  readonly gradeWords: string
}

export function presentScore(score: ScoreJson): ScoreView {
  const heatWords = HEATS[score.engagement]
  const fit = score.fit.letter ? FITS[score.fit.letter] : 'Fit unknown'
  return {
    points: shortPoints(score.score_milli),
    grade: score.grade,
    heat: score.engagement,
    heatWords,
    gradeWords: `${fit}, ${heatWords.toLowerCase()}`,
  }
}

/** A lead among the others of its site. */
export interface Standing {
  /** Nobody scores higher. */
  readonly isTop: boolean
  readonly percentile: number | null
}

/** "Top lead", "Ahead of 93 % of leads"; null where there is nothing to be ahead of. */
export function standingWords(standing: Standing | null, milli: number): string | null {
  if (!standing || milli <= 0) return null
  if (standing.isTop) return 'Top lead'
  const ahead = Math.floor(standing.percentile ?? 0)
  return ahead > 0 ? `Ahead of ${percentWords(ahead)} of leads` : null
}

export function leadName(lead: LeadJson): string {
  return lead.name ?? lead.email ?? lead.user_id ?? 'Unnamed lead'
}

/** The second line under a name: what the name itself doesn't say. */
export function leadNote(lead: LeadJson): string {
  const company = traitOf(lead, 'company', 'company_name', 'organization')
  if (lead.name && lead.email) return company ? `${company} · ${lead.email}` : lead.email
  return company ?? lead.user_id ?? ''
}

export function traitOf(lead: LeadJson, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = Object.hasOwn(lead.traits, name) ? lead.traits[name] : undefined
    if (value !== undefined && String(value).trim() !== '') return String(value).trim()
  }
  return null
}

/** Enough of an id to tell two anonymous visitors apart; its end, where time-ordered ids differ. */
export function shortId(id: string): string {
  return id.length > 12 ? `…${id.slice(-6)}` : id
}

export function pageWords(visitor: VisitorJson): string {
  if (!visitor.last_page) return 'No page yet'
  return pathOf(visitor.last_page.url)
}

/** The strongest thing in a score, in words: "Time on pricing pages, 3 min 4 s". */
export function topReason(score: ScoreJson): string {
  const strongest = score.reasons
    .filter((reason) => reason.milli > 0 && reason.kind === undefined)
    .reduce<ScoreJson['reasons'][number] | null>(
      (best, reason) => (best && best.milli >= reason.milli ? best : reason),
      null,
    )
  if (!strongest) return 'Nothing has scored yet'
  const measure = measureOf(strongest)
  return measure ? `${strongest.label}, ${measure}` : strongest.label
}

export interface PersonRow {
  readonly id: string
  readonly href: string
  readonly who: string
  readonly note: string
  readonly known: boolean
  readonly device: string
  readonly page: string
  readonly source: string
  /** What brought them first, where that was something else. */
  readonly cameFrom?: string | null
  readonly score: ScoreView
  readonly seen: When | null
  /** A crawler's name where it is one. */
  readonly bot: string | null
}

/** A visitor as a row: under the name and score of the lead it belongs to, where there is one. */
export function presentVisitorRow(
  visitor: VisitorJson,
  lead: LeadJson | undefined,
  now: number,
): PersonRow {
  const source = sourceWords(visitor.last_touch ?? visitor.first_touch) ?? 'Source unknown'
  const first = sourceWords(visitor.first_touch)
  return {
    id: visitor.id,
    href: lead ? leadHref(lead.id) : visitorHref(visitor.id),
    who: lead ? leadName(lead) : anonymousName(visitor),
    note: lead ? leadNote(lead) : shortId(visitor.browser ?? visitor.id),
    known: lead !== undefined,
    device: visitor.device ?? 'Unknown device',
    page: pageWords(visitor),
    source,
    cameFrom: first === source ? null : first,
    score: presentScore(lead ?? visitor),
    seen: maybeWhen(visitor.last_seen_at, now),
    bot: visitor.bot,
  }
}

function anonymousName(visitor: VisitorJson): string {
  if (visitor.lead) return 'Known lead'
  return visitor.bot ? botWords(visitor.bot) : 'Anonymous visitor'
}

export interface VisitorsView {
  readonly rows: readonly PersonRow[]
  readonly shown: string
  readonly everyone: LinkView
  readonly anonymous: LinkView
  readonly next: string | null
  readonly first: string | null
  readonly connectHref: string
}

export function presentVisitors(
  page: Page<VisitorJson>,
  leads: ReadonlyMap<string, LeadJson>,
  filters: VisitorFilters,
  now: number,
): VisitorsView {
  const tab = (label: string, anonymous: boolean): LinkView => ({
    label,
    href: visitorsHref(filters, { anonymous }),
    current: filters.anonymous === anonymous,
  })
  const cursor = page.next_cursor
  return {
    rows: page.data.map((visitor) =>
      presentVisitorRow(visitor, leads.get(visitor.lead ?? ''), now),
    ),
    shown: plural(page.data.length, 'visitor'),
    everyone: tab('Everyone', false),
    anonymous: tab('Anonymous only', true),
    next: cursor ? visitorsHref(filters, { cursor }) : null,
    first: filters.cursor ? visitorsHref(filters) : null,
    connectHref: hrefOf('/connect', { site: filters.site }),
  }
}

export function stageWords(score: ScoreJson): string {
  return STAGES[score.stage]
}
