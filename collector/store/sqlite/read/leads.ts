import { fitOf } from '../../../scoring/fit.ts'
import { engagementOf, scoreOf } from '../../../scoring/score.ts'
import { dayOf } from '../../../scoring/tables.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, LeadQuery, Scoped } from '../../reader.ts'
import type { LeadJson, Page, Stage, Traits } from '../../shapes.ts'
import { createBucketReader, scoreJson, strongest } from './score-json.ts'
import type { ReadTools } from './tools.ts'
import { createHoldReader, createTouchesReader, type Touches } from './touches.ts'

export interface LeadRow {
  readonly ref: number
  readonly site: number
  readonly email: string | null
  readonly userId: string | null
  readonly traits: Traits
  readonly stage: Stage
}

/**
 * What lists sort and filter by, one card a lead, kept in memory. A card is right for a UTC day and
 * until its lead changes: decay is in whole days. So a list costs what changed since the last one,
 * and is exact at the instant of reading.
 */
interface Card {
  readonly lead: LeadRow
  readonly milli: number
  readonly letter: string
  readonly engagement: number
  readonly haystack: string
  readonly sources: readonly string[]
  readonly firstAt: number
  readonly lastAt: number
}

const SHOWN_REASONS = 3
const USUAL_LIMIT = 50

export function createLeadReader(tools: ReadTools) {
  const { db } = tools
  const holds = createHoldReader(tools)
  const touchesOf = createTouchesReader(tools)
  const bucketsOf = createBucketReader(tools)
  const columns = 'id, site, email, user_id, traits'
  const byRef = db.prepare(`SELECT ${columns} FROM lead WHERE id = ?`).raw()
  const byKey = db.prepare(`SELECT lead, site FROM lead_key WHERE value = ? AND kind = ?`).raw()
  const changedSince = db.prepare(`SELECT ${columns} FROM lead WHERE changed > ?`).raw()
  const newestChange = db.prepare('SELECT max(changed) FROM lead').pluck()
  const count = db.prepare('SELECT count(*) FROM lead').pluck()
  const cards = new Map<number, Card>()
  let cardsDay = Number.NaN
  let cardsModel = Number.NaN
  let cardsChange = -1

  function rowOf(ref: number): LeadRow | undefined {
    const row = byRef.get(ref)
    return row === undefined ? undefined : leadRowOf(row)
  }

  function refresh(now: number): void {
    const model = tools.current()
    const isStale = cardsDay !== dayOf(now) || cardsModel !== model.rules.version
    if (isStale) cards.clear()
    const since = isStale ? -1 : cardsChange
    cardsChange = Number(newestChange.get() ?? -1)
    for (const raw of changedSince.all(since)) {
      const lead = leadRowOf(raw)
      cards.set(lead.ref, cardOf(lead, now))
    }
    if (cards.size !== Number(count.get())) {
      for (const ref of cards.keys()) if (!rowOf(ref)) cards.delete(ref)
    }
    cardsDay = dayOf(now)
    cardsModel = model.rules.version
  }

  function cardOf(lead: LeadRow, now: number): Card {
    const model = tools.current()
    const own = holds.ofLead(lead.ref)
    const { milli } = scoreOf(bucketsOf(own), model.rules, dayOf(now))
    const fit = fitOf(lead.traits, lead.email, model.fit, tools.domains)
    const { first, last } = touchesOf(own)
    const words = [lead.email, lead.userId, nameOf(lead.traits), lead.traits.company]
    return {
      lead,
      milli,
      letter: fit.letter ?? '-',
      engagement: engagementOf(milli),
      haystack: words
        .filter((w) => w !== null && w !== undefined)
        .join('\n')
        .toLowerCase(),
      sources: [first?.source, last?.source].filter((s) => s !== undefined),
      ...seenBetween(own),
    }
  }

  /** Share of the site's other leads that score lower, in whole percent. */
  function percentileOf(card: Card): number {
    let lower = 0
    let others = 0
    for (const other of cards.values()) {
      if (other.lead.site !== card.lead.site || other === card) continue
      others += 1
      if (other.milli < card.milli) lower += 1
    }
    return others === 0 ? 100 : Math.floor((100 * lower) / others)
  }

  function leadJson(lead: LeadRow, now: number): LeadJson {
    refresh(now)
    const own = holds.ofLead(lead.ref)
    const card = cards.get(lead.ref)
    const touches: Touches = touchesOf(own)
    const seen = seenBetween(own)
    const reading = {
      buckets: bucketsOf(own),
      person: lead,
      model: tools.current(),
      asOf: now,
      percentile: card ? percentileOf(card) : null,
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
      first_seen_at: isoOrNull(seen.firstAt),
      last_seen_at: isoOrNull(seen.lastAt),
      ...scoreJson(reading, tools),
    }
  }

  return {
    holds,
    bucketsOf,
    percentile(ref: number, now: number): number | null {
      refresh(now)
      const card = cards.get(ref)
      return card ? percentileOf(card) : null
    },
    /** The lead an id means: `ld_…`, `email:…` or `user:…`. */
    find(id: string, scope: Scoped): Found<LeadRow> {
      const site = scope.site === undefined ? null : refOf('site', scope.site)
      const inSite = (of: number) => scope.site === undefined || of === site
      const [, kind, value] = /^(email|user):(.+)$/s.exec(id) ?? []
      if (kind && value) {
        const wanted = kind === 'email' ? value.trim().normalize('NFC').toLowerCase() : value.trim()
        const rows = byKey.all(wanted, kind) as [number, number][]
        const refs = rows.filter(([, of]) => inSite(of)).map(([lead]) => lead)
        if (refs.length > 1) return { kind: 'ambiguous' }
        const row = refs[0] === undefined ? undefined : rowOf(refs[0])
        return row ? { kind: 'found', value: row } : { kind: 'missing' }
      }
      const ref = refOf('lead', id)
      const row = ref === null ? undefined : rowOf(ref)
      return row && inSite(row.site) ? { kind: 'found', value: row } : { kind: 'missing' }
    },
    json: leadJson,
    list(query: LeadQuery, now: number): Found<Page<LeadJson>> {
      refresh(now)
      const order = orderOf(query.sort ?? '-score')
      const after =
        query.cursor === undefined ? null : placeOf(query.cursor, [order.type, 'number'])
      if (query.cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const matching = [...cards.values()]
        .filter((card) => matches(card, query))
        .sort(order.compare)
      const [value, ref] = after ?? []
      const rest = after
        ? matching.filter((card) => order.isAfter(card, value ?? 0, Number(ref)))
        : matching
      const shown = rest.slice(0, query.limit ?? USUAL_LIMIT)
      const last = shown.at(-1)
      const data = shown.map(({ lead }) => {
        const json = leadJson(lead, now)
        return { ...json, reasons: strongest(json.reasons, SHOWN_REASONS) }
      })
      const hasMore = rest.length > shown.length && last
      const next = hasMore ? cursorOf([order.keyOf(last), last.lead.ref]) : null
      return { kind: 'found', value: { data, next_cursor: next } }
    },
  }
}

function matches(card: Card, query: LeadQuery): boolean {
  const { lead } = card
  return (
    (query.site === undefined || publicId('site', lead.site) === query.site) &&
    (query.stage === undefined || lead.stage === query.stage) &&
    (query.grade === undefined || isGrade(card, query.grade)) &&
    (query.minScore === undefined || card.milli >= query.minScore * 1000) &&
    (query.q === undefined || card.haystack.includes(query.q.trim().toLowerCase())) &&
    (query.source === undefined || card.sources.includes(query.source)) &&
    (query.seenSince === undefined || card.lastAt >= query.seenSince)
  )
}

function isGrade(card: Card, grade: string): boolean {
  const wanted = grade.toUpperCase()
  const { letter, engagement } = card
  return [`${letter}${engagement}`, letter, String(engagement)].includes(wanted)
}

const SORT_KEYS: Readonly<Record<string, (card: Card) => number | string>> = {
  score: (card) => card.milli,
  last_seen: (card) => card.lastAt,
  first_seen: (card) => card.firstAt,
  email: (card) => card.lead.email ?? '',
}

/** An order of cards by a key and then by number, so that a cursor names one place. */
function orderOf(sort: string) {
  const isDown = sort.startsWith('-')
  const keyOf = SORT_KEYS[isDown ? sort.slice(1) : sort] ?? ((card: Card) => card.milli)
  const rank = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0)
  const sign = isDown ? -1 : 1
  const compare = (a: Card, b: Card) => sign * rank(keyOf(a), keyOf(b)) || a.lead.ref - b.lead.ref
  const isAfter = (card: Card, value: number | string, ref: number) =>
    (sign * rank(keyOf(card), value) || card.lead.ref - ref) > 0
  const type = sort.endsWith('email') ? ('string' as const) : ('number' as const)
  return { compare, isAfter, keyOf, type }
}

function leadRowOf(raw: unknown): LeadRow {
  const [ref, site, email, userId, traits] = raw as [
    number,
    number,
    string | null,
    string | null,
    string,
  ]
  return { ref, site, email, userId, traits: JSON.parse(traits), stage: 'lead' }
}

/** A name from the traits, as forms and Segment give it. */
function nameOf(traits: Traits): string | null {
  const parts = [traits.first_name ?? traits.firstName, traits.last_name ?? traits.lastName]
  const joined = parts.filter((part) => part !== undefined).join(' ')
  const name = traits.name ?? joined
  return name === '' ? null : String(name)
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
