import { engagementOf } from '../../../scoring/score.ts'
import { hideInText } from '../../hide-addresses.ts'
import { cursorOf, placeOf, publicId } from '../../ids.ts'
import type { Found, LeadQuery } from '../../reader.ts'
import type { ListedLeadJson, ListedPage, SavedViewJson } from '../../shapes.ts'
import type { Db } from '../connect.ts'
import type { Card } from './book.ts'
import { nameOf } from './lead-rows.ts'
import { type createLeadReader, matches } from './leads.ts'
import { strongest } from './score-json.ts'
import { TREND_DAYS, type Trends } from './trend.ts'
import { WEEK_DAYS, type Week } from './week.ts'

/** The list of leads as the dashboard shows it: counted, in more orders, with the past of each lead. */
export interface LeadListReads {
  /** A page of leads with their trends, how many match, and where the page stands among them. */
  leadPage(query: LeadQuery, now: number): Promise<Found<ListedPage>>
  /** The store's numbers of all that match, in order: what a file of them is written from. */
  leadOrder(query: LeadQuery, now: number): Promise<readonly number[]>
  /** Those leads, in that order; one that is gone by now is left out. */
  listedLeads(refs: readonly number[], now: number): Promise<readonly ListedLeadJson[]>
  /** By name. */
  savedViews(): Promise<readonly SavedViewJson[]>
}

const USUAL_LIMIT = 50
const SHOWN_REASONS = 3
const STAGES = [
  'lead',
  'recycled',
  'mql',
  'sql',
  'opportunity',
  'won',
  'lost',
  'disqualified',
  'anonymous',
]
/** After every name. */
const NAMELESS = '\uffff'

export interface LeadListDeps {
  readonly db: Db
  readonly leads: ReturnType<typeof createLeadReader>
  readonly week: Week
  readonly trends: Trends
  readonly snapshot: <T>(read: () => T) => T
}

export function createLeadList({ db, leads, week, trends, snapshot }: LeadListDeps): LeadListReads {
  const { book } = leads
  const views = db
    .prepare(
      'SELECT id, name, query, author, created_at FROM saved_view ORDER BY name COLLATE NOCASE',
    )
    .raw()

  function listed(card: Card, now: number): ListedLeadJson {
    const json = leads.json(card.lead, now)
    const trend = trends.of(card.lead.ref, now)
    const weekAgo = trend[TREND_DAYS - WEEK_DAYS] ?? 0
    return {
      ...json,
      reasons: strongest(json.reasons, SHOWN_REASONS),
      trend_milli: trend,
      change_milli: json.score_milli - weekAgo,
    }
  }

  /** Everybody who matches, in order, and how many stand before the cursor's place. */
  function select(query: LeadQuery, now: number) {
    book.refresh(now)
    const { scores } = book
    const sort = query.sort ?? '-score'
    const name = sort.replace(/^-/, '')
    const sign = sort.startsWith('-') ? -1 : 1
    const changes = name === 'change' ? week.changes(now) : scores
    const keyOf = (card: Card) => keyOfCard(name, card, scores, changes)
    const isText = name === 'email' || name === 'name'
    const after =
      query.cursor === undefined
        ? null
        : placeOf(query.cursor, [isText ? 'string' : 'number', 'number'])
    if (query.cursor !== undefined && !after) return null
    const kept: Place[] = []
    for (const card of book.cards) {
      if (!card || !matches(card, scores[card.slot] ?? 0, query)) continue
      kept.push({ card, key: keyOf(card) })
    }
    const compare = (a: Place, b: Place) =>
      sign * rank(a.key, b.key) || a.card.lead.ref - b.card.lead.ref
    const [value, ref] = after ?? []
    const isAfter = ({ card, key }: Place) =>
      value === undefined || (sign * rank(key, value) || card.lead.ref - Number(ref)) > 0
    return { kept, compare, isAfter }
  }

  return {
    leadPage: async (query, now) =>
      snapshot(() => {
        const selected = select(query, now)
        if (!selected) return { kind: 'bad_cursor' }
        const { kept, compare, isAfter } = selected
        const rest = query.cursor === undefined ? kept : kept.filter(isAfter)
        const limit = query.limit ?? USUAL_LIMIT
        const best = firstOf(rest, limit + 1, compare)
        const shown = best.slice(0, limit)
        const last = shown.at(-1)
        return {
          kind: 'found',
          value: {
            data: shown.map(({ card }) => listed(card, now)),
            next_cursor:
              best.length > limit && last ? cursorOf([last.key, last.card.lead.ref]) : null,
            total: kept.length,
            before: kept.length - rest.length,
          },
        }
      }),
    leadOrder: async (query, now) =>
      snapshot(() => {
        const { cursor: _, ...all } = query
        const selected = select(all, now)
        return (selected?.kept.sort(selected.compare) ?? []).map(({ card }) => card.lead.ref)
      }),
    listedLeads: async (refs, now) =>
      snapshot(() => {
        book.refresh(now)
        return refs.flatMap((ref) => {
          const card = book.cardOf(ref)
          return card ? listed(card, now) : []
        })
      }),
    savedViews: async () => views.all().map(viewJson),
  }
}

interface Place {
  readonly card: Card
  readonly key: string | number
}

function keyOfCard(
  name: string,
  { slot, lead, letter, lastAt, firstAt }: Card,
  scores: Float64Array,
  changes: Float64Array,
): string | number {
  const score = scores[slot] ?? 0
  switch (name) {
    case 'email':
      return lead.email ?? ''
    case 'name':
      // A cursor holds the key, and names may hold addresses that not everybody is to see.
      return hideInText(nameOf(lead.traits) ?? NAMELESS).toLowerCase()
    case 'last_seen':
      return lastAt
    case 'first_seen':
      return firstAt
    case 'change':
      return changes[slot] ?? 0
    case 'stage':
      return STAGES.indexOf(lead.stage)
    case 'grade':
      return 'ABCD-'.indexOf(letter ?? '-') * 10 + engagementOf(score)
    default:
      return score
  }
}

function rank(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The first of many without sorting all of them: gathered with room to spare, then sorted and cut. */
function firstOf(
  all: readonly Place[],
  limit: number,
  compare: (a: Place, b: Place) => number,
): Place[] {
  let best: Place[] = []
  let bar: Place | undefined
  for (const place of all) {
    if (bar && compare(place, bar) > 0) continue
    best.push(place)
    if (best.length < 4 * limit + 100) continue
    best = best.sort(compare).slice(0, limit)
    bar = best.at(-1)
  }
  return best.sort(compare).slice(0, limit)
}

function viewJson(raw: unknown): SavedViewJson {
  const [ref, name, query, by, createdAt] = raw as [number, string, string, string, number] // as selected
  return {
    id: publicId('view', ref),
    name,
    query,
    by,
    created_at: new Date(createdAt).toISOString(),
  }
}
