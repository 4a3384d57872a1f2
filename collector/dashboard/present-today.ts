import type { LeadJson, SiteJson, VisitorJson } from '../store/shapes.ts'
import { hrefOf, leadHref } from './links.ts'
import {
  leadName,
  leadNote,
  type PersonRow,
  pageWords,
  presentScore,
  presentVisitorRow,
  type ScoreView,
  topReason,
} from './present.ts'
import { plural, type When, whenOf } from './words.ts'

/** Today and Connect: what is happening now. Both are polled, so both are plain data. */

export interface Live {
  readonly visitors: readonly VisitorJson[]
  /** There are more than the ones given. */
  readonly more: boolean
  readonly leads: ReadonlyMap<string, LeadJson>
  readonly hottest: readonly LeadJson[]
  readonly latest: VisitorJson | null
}

export interface HotRow {
  readonly id: string
  readonly href: string
  readonly who: string
  readonly note: string
  readonly why: string
  readonly score: ScoreView
}

export interface TodayView {
  /** "3 people here now". */
  readonly here: string
  readonly quiet: string
  readonly bots: string
  readonly rows: readonly PersonRow[]
  readonly hottest: readonly HotRow[]
  /** Nothing was ever seen: the page teaches instead of showing nothing. */
  readonly untouched: boolean
}

export function presentToday(live: Live, now: number): TodayView {
  const people = live.visitors
    .filter((visitor) => visitor.bot === null)
    .toSorted((a, b) => (b.last_seen_at ?? '').localeCompare(a.last_seen_at ?? ''))
  const bots = live.visitors.length - people.length
  return {
    here: hereWords(people.length, live.more),
    quiet: quietWords(live.latest, now),
    bots: bots === 0 ? '' : `${plural(bots, 'bot')} not shown`,
    rows: people.map((visitor) =>
      presentVisitorRow(visitor, live.leads.get(visitor.lead ?? ''), now),
    ),
    hottest: live.hottest.map(presentHot),
    untouched: live.latest === null && live.hottest.length === 0,
  }
}

function hereWords(people: number, more: boolean): string {
  if (people === 0) return 'Nobody here now'
  if (more) return `More than ${plural(people, 'visitor')} here now`
  return `${plural(people, 'visitor')} here now`
}

function quietWords(latest: VisitorJson | null, now: number): string {
  if (!latest?.last_seen_at) return 'Waiting for the first visitor…'
  return `The last visitor was seen ${whenOf(latest.last_seen_at, now).words}.`
}

function presentHot(lead: LeadJson): HotRow {
  return {
    id: lead.id,
    href: leadHref(lead.id),
    who: leadName(lead),
    note: leadNote(lead),
    why: topReason(lead),
    score: presentScore(lead),
  }
}

export interface SeenView {
  readonly seen: boolean
  readonly words: string
  readonly when: When | null
}

export interface ConnectView {
  readonly siteName: string
  readonly tag: string
  /** The script with the key in its address, for those whose attributes get lost. */
  readonly tagAddress: string
  readonly origins: string
  readonly status: SeenView
  readonly todayHref: string
  readonly form: CheckFormView
}

/** The form for a page to check. */
export interface CheckFormView {
  readonly action: string
  readonly page: string
  /** What is wrong with the page as it was typed; empty where nothing is. */
  readonly error: string
}

export function presentConnect(
  site: SiteJson,
  tagUrl: string,
  latest: VisitorJson | null,
  now: number,
): ConnectView {
  return {
    siteName: site.name,
    tag: tagOf(site, tagUrl),
    tagAddress: hrefOf(tagUrl, { site: site.key }),
    origins:
      site.origins.length > 0
        ? `Events are accepted from ${site.origins.join(', ')}.`
        : 'Events are accepted from any address.',
    status: presentSeen(latest, now),
    todayHref: hrefOf('/', { site: site.id }),
    form: {
      action: hrefOf('/connect', { site: site.id }),
      page: site.origins[0] === undefined ? '' : `${site.origins[0]}/`,
      error: '',
    },
  }
}

export function tagOf(site: SiteJson, tagUrl: string): string {
  const { key, consent } = site
  const decided = consent === 'granted' ? '' : ` data-consent="${consent}"`
  return `<script defer src="${tagUrl}" data-site="${key}"${decided}></script>`
}

/** "Visitor seen: Chrome on Mac at /pricing", and when. */
export function presentSeen(latest: VisitorJson | null, now: number): SeenView {
  if (!latest?.last_seen_at)
    return { seen: false, words: 'Waiting for the first visitor…', when: null }
  const page = latest.last_page ? ` at ${pageWords(latest)}` : ''
  return {
    seen: true,
    words: `Visitor seen: ${latest.device ?? 'an unknown device'}${page}`,
    when: whenOf(latest.last_seen_at, now),
  }
}
