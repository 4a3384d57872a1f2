import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { GuardedEnv } from '../http/auth.ts'
import type { Found } from '../store/reader.ts'
import type { SiteJson } from '../store/shapes.ts'
import { Layout } from './layout.tsx'
import { hrefOf, leadHref } from './links.ts'
import { Notice, type NoticeView } from './notice.tsx'
import { type FrameView, presentFrame } from './present.ts'
import { Trouble, type TroubleView } from './trouble.tsx'

/** How a screen answers: with a page, or with a page that says what went wrong and what to do. */

/** What every screen is given before it asks for its own. */
export interface Visit {
  readonly c: Context<GuardedEnv>
  readonly now: number
  readonly sites: readonly SiteJson[]
  /** The chosen site, or null for all of them. */
  readonly site: SiteJson | null
  /** The address names a site that is not there. */
  readonly isUnknownSite: boolean
  readonly frame: (title: string) => FrameView
}

type Status = 200 | 400 | 404 | 409 | 413

export function answer(
  visit: Visit,
  title: string,
  page: Child,
  status: Status = 200,
  notice: NoticeView | null = null,
): Response {
  const { c, frame } = visit
  return c.html(documentOf(frame(title), page, notice), status)
}

function documentOf(frame: FrameView, page: Child, notice: NoticeView | null = null): string {
  const shown = (
    <Layout frame={frame}>
      {notice && <Notice notice={notice} />}
      {page}
    </Layout>
  )
  return `<!doctype html>${shown}`
}

export function trouble(visit: Visit, status: Status, view: TroubleView): Response {
  return answer(visit, view.title, <Trouble view={view} />, status)
}

/** A page for an address of nobody, for whoever answers the ones no route takes. */
export function renderNotFound(): string {
  const frame = presentFrame({
    title: 'Not found',
    section: null,
    sites: [],
    site: null,
    demo: false,
  })
  const view: TroubleView = {
    title: 'There is no such page',
    points: ['The address may have been cut off, or the page may have moved.'],
    links: [
      { href: '/', label: 'Today' },
      { href: '/leads', label: 'Leads' },
    ],
  }
  return documentOf(frame, <Trouble view={view} />)
}

export const NO_SITE: TroubleView = {
  title: 'There is no such site',
  points: ['It may have been removed since this link was made.'],
  links: [{ href: '/', label: 'All sites' }],
}

export function badFilters(problems: readonly string[]): TroubleView {
  return {
    title: 'This filter can’t be used',
    points: problems,
    links: [{ href: '/leads', label: 'Show all leads' }],
  }
}

export interface Wanted {
  readonly kind: 'lead' | 'visitor' | 'list'
  /** The id as it was asked for. */
  readonly id?: string
  /** The same page without what made it fail. */
  readonly start: string
}

type Unfound = Exclude<Found<unknown>, { kind: 'found' }>

/** Why a reader had nothing, as a page. */
export function unfound(visit: Visit, why: Unfound, wanted: Wanted): Response {
  if (why.kind === 'bad_cursor') return trouble(visit, 400, badCursor(wanted.start))
  if (why.kind === 'ambiguous') return trouble(visit, 409, ambiguous(visit, wanted.id ?? ''))
  if (wanted.kind === 'list') return trouble(visit, 404, NO_SITE)
  return trouble(visit, 404, MISSING[wanted.kind])
}

function badCursor(start: string): TroubleView {
  return {
    title: 'This page of the list is gone',
    points: [
      'Its address no longer points anywhere: it was cut off, or made for another list.',
      'Start again from the top and page from there.',
    ],
    links: [{ href: start, label: 'Start from the top' }],
  }
}

function ambiguous(visit: Visit, id: string): TroubleView {
  return {
    title: 'Several sites know this person',
    points: ['Each site keeps its own leads. Which one do you mean?'],
    links: visit.sites.map((site) => ({
      href: hrefOf(leadHref(id), { site: site.id }),
      label: site.name,
    })),
  }
}

const MISSING: Readonly<Record<'lead' | 'visitor', TroubleView>> = {
  lead: {
    title: 'Nobody here by that name',
    points: ['This lead doesn’t exist. It may have been erased, or joined with another lead.'],
    links: [
      { href: '/leads', label: 'All leads' },
      { href: '/visitors', label: 'Recent visitors' },
    ],
  },
  visitor: {
    title: 'No such visitor',
    points: ['This visitor doesn’t exist. Visitors are forgotten with their events.'],
    links: [{ href: '/visitors', label: 'Recent visitors' }],
  },
}
