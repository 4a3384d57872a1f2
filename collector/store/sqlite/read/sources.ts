import { createTally, type Funnel, type Reached, type Tally } from '../../../attribution/funnel.ts'
import type { Origins } from '../../../attribution/origins.ts'
import { publicId, refOf } from '../../ids.ts'
import type { Scoped } from '../../reader.ts'
import type {
  AmountJson,
  Counted,
  Dimension,
  PagesJson,
  ReportQuery,
  SourceRowJson,
  SourcesJson,
  SourcesQuery,
} from '../../reports.ts'
import type { Card, LeadBook } from './book.ts'
import { type Census, createCensusReads } from './census.ts'
import { createKeeper, type KeeperOptions } from './keeper.ts'
import { createPageReads, type Standing } from './pages.ts'
import type { ReadModel, ReadTools } from './tools.ts'

/**
 * Who came, from where, and how far they got. Visitors are as the census has them, at the instant that is
 * said; leads, their stages, decisions and outcomes are as of the reading.
 */

const USUAL_ROWS = 500
/** Pages read every event of every visitor. */
const SMALL_FOR_PAGES = 3000

export interface SourcesTools extends ReadTools {
  readonly path: string
  readonly book: LeadBook
}

/** What sales made of a lead. */
interface Sold {
  reached: Reached
  readonly won: AmountJson[]
}

export function createSourcesReader(tools: SourcesTools, options?: KeeperOptions) {
  const { db, book } = tools
  const reads = createCensusReads(db)
  const keeper = createKeeper(tools, (from, at) => createCensusReads(from).take(at), options)
  const pageKeeper = createKeeper(tools, (from, at) => createPageReads(from)(at, standingOf), {
    small: SMALL_FOR_PAGES,
    ...options,
  })
  const excluding = createExclusions(tools)
  const outcomes = db
    .prepare(
      `SELECT lead, type, value, currency FROM outcome
       WHERE type IN ('qualify_lead', 'open_opportunity', 'close_convert_lead')`,
    )
    .raw()
  let sold: ReadonlyMap<number, Sold> = new Map()
  let soldAt = Number.NaN

  function soldNow(): ReadonlyMap<number, Sold> {
    const version = keeper.version()
    if (version === soldAt) return sold
    const known = new Map<number, Sold>()
    for (const raw of outcomes.iterate()) {
      const [lead, type, amount, currency] = raw as [number, string, number | null, string | null]
      const one = known.get(lead) ?? { reached: 'sql', won: [] }
      known.set(lead, one)
      if (type !== 'close_convert_lead') continue
      one.reached = 'won'
      if (amount !== null) one.won.push({ currency, amount })
    }
    sold = known
    soldAt = version
    return known
  }

  /** As of the reading where leads are concerned. */
  function censusOf(now: number): Census | null {
    const census = keeper.current(now)
    if (census) reads.catchUp(census)
    return census
  }

  /** By what is known of sales' word; `soldNow` brings that up to the reading. */
  function reachedOf({ lead }: Card, mqlAt: number | null): Reached {
    const isMql = mqlAt !== null || lead.stage === 'mql'
    return sold.get(lead.ref)?.reached ?? (isMql ? 'mql' : 'lead')
  }

  const standingOf: Standing = (ref) => {
    const card = book.cardOf(ref)
    if (!card || excluding.has(card)) return null
    return reachedOf(card, marked?.known.get(ref)?.mqlAt ?? null) === 'lead' ? 'lead' : 'mql'
  }
  /** What the pages that are being counted know leads by. */
  let marked: Census | null = null

  /** Null while pages are counted for the first time. Inside the snapshot that is read. */
  function pages({ site }: Scoped, now: number): Counted<PagesJson> {
    book.refresh(now)
    excluding.refresh()
    marked = censusOf(now)
    soldNow()
    const counted = marked && pageKeeper.current(now)
    if (!counted) return null
    const ref = site === undefined ? null : (refOf('site', site) ?? 0)
    const own = counted.pages.filter((page) => ref === null || page.site === ref)
    return {
      data: own
        .slice(0, USUAL_ROWS)
        .map((page) => ({ ...page, site: publicId('site', page.site) })),
      others_count: Math.max(0, own.length - USUAL_ROWS),
      as_of: new Date(counted.asOf).toISOString(),
    }
  }

  /** Null while visitors are counted for the first time. Inside the snapshot that is read. */
  function sources(query: SourcesQuery, now: number): Counted<SourcesJson> {
    book.refresh(now)
    excluding.refresh()
    const census = censusOf(now)
    if (!census) return null
    const { by = 'channel', touch = 'first', most = USUAL_ROWS } = query
    const { origins } = census
    const names = by === 'landing' ? origins.pages : origins.names[by === 'source' ? 'came' : by]
    const groupOf = groupsOf(origins, query, by)
    const isByPage = by === 'landing'
    const tally = createTally(names.list.length)
    const excluded = { leads: 0, visitors: 0 }
    const left = new Set<number>()
    const bounds = boundsOf(query)
    const made = soldNow()
    for (const card of book.cards) {
      if (!card) continue
      const { ref, site } = card.lead
      const origin = census.known.get(ref)
      const isOut = excluding.has(card)
      if (isOut) left.add(ref)
      if (bounds.site !== null && site !== bounds.site) continue
      if (!isWithin(card.firstAt, bounds)) continue
      const came = origin?.[touch]
      const wanted = groupOf[came?.words ?? 0] ?? -1
      if (wanted < 0) continue
      const group = isByPage ? (came?.page ?? 0) : wanted
      if (isOut) {
        excluded.leads += 1
        continue
      }
      const own = made.get(ref)
      const mqlAt = origin?.mqlAt ?? null
      tally.addLead(group, {
        reached: reachedOf(card, mqlAt),
        mqlAfterMs: mqlAt === null || !isSeen(card) ? null : mqlAt - card.firstAt,
        won: own?.won ?? [],
      })
    }
    const [words, pages] = [census.words[touch], census.pages[touch]]
    for (let i = 0; i < census.size; i += 1) {
      if (bounds.site !== null && census.sites[i] !== bounds.site) continue
      const firstAt = census.firstAt[i] ?? 0
      if (firstAt < bounds.since || firstAt > bounds.until) continue
      const wanted = groupOf[words[i] ?? 0] ?? -1
      if (wanted < 0) continue
      const group = isByPage ? (pages[i] ?? 0) : wanted
      const lead = census.leads[i] ?? 0
      if (lead !== 0 && left.size > 0 && left.has(lead)) excluded.visitors += 1
      else tally.addVisitor(group)
    }
    const groups = rankedGroups(tally, names.list)
    const rest = groups.slice(most)
    const named = (group: number) => rowOf(tally.funnelOf([group]), by, names.list[group] ?? null)
    return {
      data: groups.slice(0, most).map(named),
      others: rest.length === 0 ? null : rowOf(tally.funnelOf(rest), by, null),
      others_count: rest.length,
      total: tally.funnelOf(groups),
      by,
      touch,
      since: isoOf(query.since),
      until: isoOf(query.until),
      excluded,
      as_of: new Date(census.asOf).toISOString(),
    }
  }

  return {
    sources,
    pages,
    /** Has what takes long in a large store begun; inside a snapshot. */
    prepare(now: number): void {
      keeper.prepare(now)
      book.refresh(now)
    },
  }
}

interface Bounds {
  readonly site: number | null
  readonly since: number
  readonly until: number
  readonly isOpen: boolean
}

function boundsOf({ site, since, until }: ReportQuery): Bounds {
  return {
    site: site === undefined ? null : (refOf('site', site) ?? 0),
    since: since ?? Number.NEGATIVE_INFINITY,
    until: until ?? Number.POSITIVE_INFINITY,
    isOpen: since === undefined && until === undefined,
  }
}

/** A lead that was never seen, only told of, belongs to no period but all of time. */
function isWithin(firstAt: number, { since, until, isOpen }: Bounds): boolean {
  if (firstAt === Number.MAX_SAFE_INTEGER) return isOpen
  return firstAt >= since && firstAt <= until
}

function isSeen({ firstAt }: Card): boolean {
  return firstAt !== Number.MAX_SAFE_INTEGER
}

/** By number of words: the group they belong to, -1 where they are not asked for. A page says more than words. */
function groupsOf({ columns, names }: Origins, query: ReportQuery, by: Dimension): Int32Array {
  const wanted = (['channel', 'source', 'medium', 'campaign'] as const).flatMap((column) => {
    const name = query[column]
    return name === undefined
      ? []
      : { column: columns[column], ref: names[column].list.indexOf(name) }
  })
  const groups = columns[by === 'source' || by === 'landing' ? 'came' : by]
  return Int32Array.from(groups, (group, number) =>
    wanted.every(({ column, ref }) => column[number] === ref) ? group : -1,
  )
}

/** Groups that have anybody, those that bring most MQLs first. */
function rankedGroups({ visitors, steps }: Tally, names: readonly (string | null)[]): number[] {
  const at = (column: Float64Array, group: number) => column[group] ?? 0
  const all = Array.from(names.keys()).filter(
    (group) => at(visitors, group) > 0 || at(steps.lead, group) > 0,
  )
  return all.sort(
    (a, b) =>
      at(steps.mql, b) - at(steps.mql, a) ||
      at(steps.lead, b) - at(steps.lead, a) ||
      at(visitors, b) - at(visitors, a) ||
      ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1),
  )
}

function rowOf(funnel: Funnel, by: string, name: string | null): SourceRowJson {
  const cut = by === 'source' && name !== null ? name.lastIndexOf(' / ') : -1
  const isPair = name !== null && cut >= 0
  return {
    name,
    source: isPair ? name.slice(0, cut) : null,
    medium: isPair ? name.slice(cut + 3) : null,
    ...funnel,
  }
}

function isoOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}

/** Whether the model leaves a lead out; asked once of each model for every state of a lead, which has its own card. */
function createExclusions(tools: ReadTools) {
  let [asked, found]: [Card[], boolean[]] = [[], []]
  let exclusion: ReadModel['exclusion'] | null = null
  return {
    /** To be called once for each reading: another model leaves out others. */
    refresh(): void {
      const { exclusion: now } = tools.current()
      if (now !== exclusion) [exclusion, asked, found] = [now, [], []]
    },
    has(card: Card): boolean {
      if (asked[card.slot] === card) return found[card.slot] ?? false
      const isOut = (exclusion?.reasonFor(card.lead.email) ?? null) !== null
      asked[card.slot] = card
      found[card.slot] = isOut
      return isOut
    },
  }
}
