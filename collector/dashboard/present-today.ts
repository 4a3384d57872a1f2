import type { LeadJson, SiteJson, VisitorJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import { type PersonRow, pageWords, presentVisitorRow } from './present.ts'
import { waitWords } from './present-attention.ts'
import { tagOf } from './tag-code.ts'
import { plural, type When, whenOf } from './words.ts'

export { tagOf }

/** Today and Connect: what is happening now. Both are polled, so both are plain data. */

export interface Live {
  readonly visitors: readonly VisitorJson[]
  /** There are more than the ones given. */
  readonly more: boolean
  readonly leads: ReadonlyMap<string, LeadJson>
  readonly latest: VisitorJson | null
}

/** A visitor on the site now, or a lead with all its browsers. */
export interface LiveRow extends PersonRow {
  /** Seen within minutes; the others may have left. */
  readonly here: boolean
}

export interface TodayView {
  /** "3 people here now". */
  readonly here: string
  readonly quiet: string
  readonly bots: string
  readonly rows: readonly LiveRow[]
  /** MQLs that began to wait since the page was opened: "2 new, show them"; empty where none. */
  readonly news: string
  /** Nothing was ever seen: the page teaches instead of showing nothing. */
  readonly untouched: boolean
}

/** How long after it was last seen a browser counts as still looking at its page. */
const LOOKING_MS = 3 * 60_000

export function presentToday(live: Live, now: number, arrived = 0): TodayView {
  const people = live.visitors
    .filter((visitor) => visitor.bot === null)
    .toSorted((a, b) => (b.last_seen_at ?? '').localeCompare(a.last_seen_at ?? ''))
  const bots = live.visitors.length - people.length
  const rows = liveRows(people, live.leads, now)
  return {
    here: hereWords(rows.length, live.more),
    quiet: quietWords(live.latest, now),
    bots: bots === 0 ? '' : `${plural(bots, 'bot')} not shown`,
    rows,
    news: arrived === 0 ? '' : `${plural(arrived, 'new MQL')}: show`,
    untouched: live.latest === null,
  }
}

/** One row a person: of a lead's browsers the one that was seen last speaks, and says that there are more. */
function liveRows(
  visitors: readonly VisitorJson[],
  leads: ReadonlyMap<string, LeadJson>,
  now: number,
): LiveRow[] {
  const byPerson = new Map<string, VisitorJson[]>()
  for (const visitor of visitors) {
    const person = visitor.lead ?? visitor.id
    byPerson.set(person, [...(byPerson.get(person) ?? []), visitor])
  }
  return [...byPerson].flatMap(([id, [latest, ...others]]) => {
    if (!latest) return []
    const row = presentVisitorRow(latest, leads.get(id), now)
    const here = now - Date.parse(latest.last_seen_at ?? '') < LOOKING_MS
    const more = others.length > 0 ? ` and ${plural(others.length, 'other browser')}` : ''
    return [{ ...row, id, here, page: doingWords(latest, here, now), device: row.device + more }]
  })
}

/** "On /pricing, 2 min", "Last on /pricing". */
function doingWords(visitor: VisitorJson, here: boolean, now: number): string {
  if (!visitor.last_page) return 'No page yet'
  if (!here) return `Last on ${pageWords(visitor)}`
  const { opened_at } = visitor.last_page
  return `On ${pageWords(visitor)}${opened_at ? `, ${waitWords(opened_at, now)}` : ''}`
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
