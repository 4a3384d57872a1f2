import { topOf } from '../../../scoring/ranks.ts'
import { engagementOf } from '../../../scoring/score.ts'
import type { ExportQuery } from '../../exported.ts'
import { hideInText } from '../../hide-addresses.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, LeadQuery, Scoped } from '../../reader.ts'
import type { LeadJson, Page } from '../../shapes.ts'
import { adjustmentReader } from '../standing.ts'
import { type Card, createLeadBook } from './book.ts'
import { createRowReads, type LeadRow, nameOf } from './lead-rows.ts'
import { createBucketReader, scoreJson, strongest } from './score-json.ts'
import type { ReadTools } from './tools.ts'
import { createHoldReader, createTouchesReader } from './touches.ts'

const SHOWN_REASONS = 3
const USUAL_LIMIT = 50
/** Numbers of leads that a walk reads together. */
const LEADS_AT_ONCE = 500

export function createLeadReader(tools: ReadTools) {
  const { db } = tools
  const holds = createHoldReader(tools)
  const touchesOf = createTouchesReader(tools)
  const bucketsOf = createBucketReader(tools)
  const adjustmentsOf = adjustmentReader(db)
  const rows = createRowReads(tools)
  const book = createLeadBook(tools, rows)
  const byKey = db.prepare(`SELECT lead, site FROM lead_key WHERE value = ? AND kind = ?`).raw()

  function leadJson(lead: LeadRow, now: number): LeadJson {
    book.refresh(now)
    const model = tools.current()
    const own = holds.ofLead(lead.ref)
    const card = book.cardOf(lead.ref)
    const touches = touchesOf(own)
    const seen = seenBetween(own)
    const reading = {
      buckets: bucketsOf(own),
      adjustments: adjustmentsOf(lead.ref),
      person: lead,
      model,
      asOf: now,
      percentile: card ? book.percentile(card) : null,
    }
    return {
      id: publicId('lead', lead.ref),
      site: publicId('site', lead.site),
      email: lead.email,
      user_id: lead.userId,
      name: nameOf(lead.traits),
      traits: lead.traits,
      first_touch: touches.first,
      last_touch: touches.last,
      last_non_direct_touch: touches.lastNonDirect,
      first_seen_at: isoOrNull(seen.firstAt),
      last_seen_at: isoOrNull(seen.lastAt),
      excluded: model.exclusion.reasonFor(lead.email),
      ...scoreJson(reading, tools),
    }
  }

  return {
    holds,
    bucketsOf,
    adjustmentsOf,
    book,
    rows,
    percentile(ref: number, now: number): number | null {
      book.refresh(now)
      const card = book.cardOf(ref)
      return card ? book.percentile(card) : null
    },
    /** The lead an id means: `ld_…`, `email:…` or `user:…`. */
    find(id: string, scope: Scoped): Found<LeadRow> {
      const site = scope.site === undefined ? null : refOf('site', scope.site)
      const inSite = (of: number) => scope.site === undefined || of === site
      const [, kind, value] = /^(email|user):(.+)$/s.exec(id) ?? []
      if (kind && value) {
        const wanted = kind === 'email' ? value.trim().normalize('NFC').toLowerCase() : value.trim()
        const known = byKey.all(wanted, kind) as [number, number][]
        const refs = known.filter(([, of]) => inSite(of)).map(([lead]) => lead)
        if (refs.length > 1) return { kind: 'ambiguous' }
        const row = refs[0] === undefined ? undefined : rows.lead(refs[0])
        return row ? { kind: 'found', value: row } : { kind: 'missing' }
      }
      const ref = refOf('lead', id)
      const row = ref === null ? undefined : rows.lead(ref)
      return row && inSite(row.site) ? { kind: 'found', value: row } : { kind: 'missing' }
    },
    json: leadJson,
    /** Leads by their numbers, each with its whole receipt. */
    walk({ site, since, until, limit, cursor }: ExportQuery, now: number): Found<Page<LeadJson>> {
      const after = cursor === undefined ? [0] : placeOf(cursor, ['number'])
      if (!after) return { kind: 'bad_cursor' }
      book.refresh(now)
      const isWanted = ({ lead, lastAt }: Card) =>
        (site === undefined || publicId('site', lead.site) === site) &&
        (since === undefined || lastAt >= since) &&
        (until === undefined || lastAt <= until)
      const shown: LeadRow[] = []
      let last = Number(after[0])
      for (;;) {
        const refs = rows.refsAfter(last, LEADS_AT_ONCE)
        for (const ref of refs) {
          const card = book.cardOf(ref)
          if (!card || !isWanted(card)) continue
          if (shown.length === limit) return pageOfLeads(shown, cursorOf([shown.at(-1)?.ref ?? 0]))
          shown.push(card.lead)
        }
        if (refs.length < LEADS_AT_ONCE) return pageOfLeads(shown, null)
        last = refs.at(-1) ?? 0
      }

      function pageOfLeads(leads: readonly LeadRow[], next: string | null): Found<Page<LeadJson>> {
        const data = leads.map((lead) => leadJson(lead, now))
        return { kind: 'found', value: { data, next_cursor: next } }
      }
    },
    list(query: LeadQuery, now: number): Found<Page<LeadJson>> {
      book.refresh(now)
      const { scores } = book
      const order = orderOf(query.sort ?? '-score', scores)
      const after =
        query.cursor === undefined ? null : placeOf(query.cursor, [order.type, 'number'])
      if (query.cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const limit = query.limit ?? USUAL_LIMIT
      const [value, ref] = after ?? []
      const isWanted = (card: Card) =>
        matches(card, scores[card.slot] ?? 0, query) &&
        (!after || order.isAfter(card, value ?? 0, Number(ref)))
      const best = order.first(book.cards, limit + 1, isWanted)
      const shown = best.slice(0, limit)
      const last = shown.at(-1)
      const data = shown.map(({ lead }) => {
        const json = leadJson(lead, now)
        return { ...json, reasons: strongest(json.reasons, SHOWN_REASONS) }
      })
      const next = best.length > limit && last ? cursorOf([order.keyOf(last), last.lead.ref]) : null
      return { kind: 'found', value: { data, next_cursor: next } }
    },
  }
}

/** Whether a lead belongs on the list that is asked for. */
export function matches(card: Card, milli: number, query: LeadQuery): boolean {
  const { lead } = card
  return (
    (query.site === undefined || publicId('site', lead.site) === query.site) &&
    (query.stage === undefined || lead.stage === query.stage) &&
    (query.grade === undefined || isGrade(card, milli, query.grade)) &&
    (query.minScore === undefined || milli >= query.minScore * 1000) &&
    (query.q === undefined || isSaid(card, query.q, query.hidesAddresses)) &&
    (query.source === undefined || card.sources.includes(query.source)) &&
    (query.seenSince === undefined || card.lastAt >= query.seenSince) &&
    (query.firstSince === undefined ||
      (card.firstAt >= query.firstSince && card.firstAt !== Number.MAX_SAFE_INTEGER))
  )
}

function isSaid(card: Card, q: string, hidesAddresses = false): boolean {
  const haystack = hidesAddresses ? hideInText(card.haystack) : card.haystack
  return haystack.includes(q.trim().toLowerCase())
}

function isGrade(card: Card, milli: number, grade: string): boolean {
  const wanted = grade.toUpperCase()
  const letter = card.letter ?? '-'
  const engagement = engagementOf(milli)
  return [`${letter}${engagement}`, letter, String(engagement)].includes(wanted)
}

type Keep = (card: Card) => boolean

/** An order of cards by a key and then by number, so that a cursor names one place. */
function orderOf(sort: string, scores: Float64Array) {
  const isDown = sort.startsWith('-')
  const sign = isDown ? -1 : 1
  const name = isDown ? sort.slice(1) : sort
  const rank = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0)
  const keyOf = (card: Card): number | string => {
    if (name === 'email') return card.lead.email ?? ''
    if (name === 'last_seen') return card.lastAt
    return name === 'first_seen' ? card.firstAt : (scores[card.slot] ?? 0)
  }
  const compare = (a: Card, b: Card) => sign * rank(keyOf(a), keyOf(b)) || a.lead.ref - b.lead.ref
  const kept = (cards: readonly (Card | undefined)[], keep: Keep) =>
    cards.filter((card) => card !== undefined).filter(keep)
  return {
    keyOf,
    type: name === 'email' ? ('string' as const) : ('number' as const),
    isAfter: (card: Card, value: number | string, ref: number) =>
      (sign * rank(keyOf(card), value) || card.lead.ref - ref) > 0,
    /** The first of the cards to keep; by numbers without sorting them all. */
    first(cards: readonly (Card | undefined)[], limit: number, keep: Keep): Card[] {
      if (name === 'email') return kept(cards, keep).sort(compare).slice(0, limit)
      const keys = Float64Array.from(cards, (card) => (card ? -sign * Number(keyOf(card)) : 0))
      const isKept = (slot: number) => cards[slot] !== undefined && keep(cards[slot])
      return topOf(keys, limit, isKept).flatMap((slot) => cards[slot] ?? [])
    },
  }
}

function seenBetween(holds: readonly { firstAt: number | null; lastAt: number | null }[]) {
  const known = <T>(list: readonly (T | null)[]) => list.filter((x) => x !== null)
  return {
    firstAt: Math.min(...known(holds.map((hold) => hold.firstAt)), Number.MAX_SAFE_INTEGER),
    lastAt: Math.max(...known(holds.map((hold) => hold.lastAt)), Number.MIN_SAFE_INTEGER),
  }
}

function isoOrNull(at: number): string | null {
  return Math.abs(at) === Number.MAX_SAFE_INTEGER ? null : new Date(at).toISOString()
}
