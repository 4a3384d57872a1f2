import { type Counts, createCounts } from '../../../scoring/counts.ts'
import { createMatch } from '../../../scoring/match.ts'
import { parseModel } from '../../../scoring/model.ts'
import type { Bucket } from '../../../scoring/score.ts'
import { dayOf } from '../../../scoring/tables.ts'
import {
  BAND_EDGES,
  compareViews,
  type MovedLead,
  type Side,
  type Verdict,
  verdictOf,
  type WhatIf,
} from '../../../scoring/what-if.ts'
import { publicId, refOf } from '../../ids.ts'
import type { Scoped } from '../../reader.ts'
import type { MovedLeadJson, WhatIfJson, WhatIfSideJson } from '../../shapes.ts'
import { openReader } from '../connect.ts'
import { createScanner } from '../scan.ts'
import { outcomeReader } from '../standing.ts'
import type { Card, LeadBook } from './book.ts'
import { nameOf } from './lead-rows.ts'
import { createSide, type Scene, type SideTools } from './simulate-side.ts'
import type { ReadModel, ReadTools } from './tools.ts'

/** Leads named on each side of a what-if. */
const NAMED = 100

export interface SimulateTools extends ReadTools, SideTools {
  readonly path: string
  readonly book: LeadBook
}

interface Judged {
  readonly verdict: Verdict | null
  readonly isWorked: boolean
}

/**
 * What a model would change if it scored now. The counts in memory are read under its numbers; only
 * rules that count other events than any so far have events scanned, a page at a time. Between pages
 * and between steps other reads are answered, which may bring the book up to date.
 */
export function createSimulator(tools: SimulateTools) {
  const { db, book } = tools
  const outcomesOf = outcomeReader(db)
  const withOutcomes = db.prepare('SELECT DISTINCT lead FROM outcome').pluck()
  const refresh = db.transaction((now: number) => book.refresh(now))
  let last: Promise<unknown> = Promise.resolve()

  function judgedSlots(): ReadonlyMap<number, Judged> {
    const known = new Map<number, Judged>()
    for (const lead of withOutcomes.all().map(Number)) {
      const slot = book.cardOf(lead)?.slot
      if (slot === undefined) continue
      const outcomes = outcomesOf(lead)
      const isWorked = outcomes.some(({ type }) => type === 'working_lead')
      known.set(slot, { verdict: verdictOf(outcomes), isWorked })
    }
    return known
  }

  async function simulate(yaml: string, scope: Scoped, now: number): Promise<WhatIfJson> {
    const parsed = parseModel(yaml)
    if (!parsed.ok) throw new Error(parsed.problems[0])
    const active = tools.current()
    const draft = tools.draftOf(parsed.model)
    const scanned = await scanMissing(draft, tools)
    await others()
    refresh(now)
    // Another model scores by now, and for other rules nothing is counted.
    if (tools.current().rules.version !== active.rules.version) return simulate(yaml, scope, now)
    const scene = sceneOf(book, scope, now)
    const judged = judgedSlots()
    const { cards, slots } = scene
    await others()
    const fits = [active, draft].map(({ rules }) => JSON.stringify(rules.spec.fit))
    const was = createSide(active, { ...scene, own: createCounts(), isSameFit: true }, tools)
    const own = countsOf(scanned, scene.seen)
    const is = createSide(draft, { ...scene, own, isSameFit: fits[0] === fits[1] }, tools)
    await others()
    const scoresBefore = was.scores()
    await others()
    const scoresAfter = is.scores()
    await others()
    // Both at once, so that they are of the same counts.
    const [totalsBefore, totalsAfter] = [was.totals(), is.totals()]
    await others()
    const people = {
      slots,
      isMql: (slot: number) => cards[slot]?.lead.stage === 'mql',
      verdictOf: (slot: number) => judged.get(slot)?.verdict ?? null,
    }
    const found = compareViews(
      people,
      was.view(scoresBefore, totalsBefore),
      is.view(scoresAfter, totalsAfter),
    )
    const isOpen = ({ slot }: MovedLead) => isForMarketing(cards[slot], judged.get(slot))
    const named = { ...found, gained: found.gained.filter(isOpen), lost: found.lost.filter(isOpen) }
    return whatIfJson(named, cards, scanned.events)
  }

  /** One after another: each has a connection of its own and all that it scanned in memory. */
  return (yaml: string, scope: Scoped, now: number): Promise<WhatIfJson> => {
    const mine = last.then(() => simulate(yaml, scope, now))
    last = mine.catch(() => null) // who asked is told; the next one has its turn
    return mine
  }
}

/** Lets other reads be answered. */
const others = () => new Promise((resolve) => setImmediate(resolve))

function sceneOf(book: LeadBook, scope: Scoped, now: number): Scene {
  const { counts, adjustments, cards } = book
  const site = scope.site === undefined ? null : refOf('site', scope.site)
  const slots = cards.flatMap((card) => {
    return card && (site === null || card.lead.site === site) ? card.slot : []
  })
  return { slots, day: dayOf(now), counts, adjustments, cards, seen: [...cards] }
}

/** What sales have in hand, no model moves. */
function isForMarketing(card: Card | undefined, judged: Judged | undefined): boolean {
  const stage = card?.lead.stage
  if (stage === 'mql') return judged?.isWorked !== true
  return stage === 'lead' || stage === 'recycled'
}

/** What events count for rules of the draft that nothing is counted for. */
async function scanMissing(
  draft: ReadModel,
  { path, texts, touchOf }: SimulateTools,
): Promise<Scanned> {
  const rules = draft.rules.rules.filter(({ ref }) => ref < 0)
  const byLead = new Map<number, Bucket[]>()
  if (rules.length === 0) return { byLead, events: 0 }
  const db = openReader(path)
  let events = 0
  try {
    db.exec('BEGIN')
    const match = createMatch(rules, draft.rules.spec.pages)
    const count = createScanner(db, texts)({ rules, match, touchOf, activity: false })
    for (let page = count(0); page; page = count(page.last)) {
      events += page.events
      for (const { lead, buckets } of page.visitors) {
        if (lead === null || buckets.size === 0) continue
        const known = byLead.get(lead) ?? []
        byLead.set(lead, known)
        known.push(...buckets.values())
      }
      await others()
    }
  } finally {
    db.close()
  }
  return { byLead, events }
}

interface Scanned {
  /** Those of a lead's visitors side by side. */
  readonly byLead: ReadonlyMap<number, readonly Bucket[]>
  readonly events: number
}

function countsOf({ byLead }: Scanned, cards: LeadBook['cards']): Counts {
  const counts = createCounts()
  for (const card of cards) {
    const buckets = card && byLead.get(card.lead.ref)
    if (buckets) counts.set(card.slot, buckets)
  }
  return counts
}

function whatIfJson(
  found: WhatIf,
  cards: readonly (Card | undefined)[],
  scannedEvents: number,
): WhatIfJson {
  const moved = (list: readonly MovedLead[]) =>
    list.slice(0, NAMED).flatMap((one) => movedJson(one, cards[one.slot]) ?? [])
  return {
    leads: found.leads,
    judged: found.before.agreement?.leads ?? 0,
    before: sideJson(found.before),
    after: sideJson(found.after),
    gained: moved(found.gained),
    lost: moved(found.lost),
    gained_total: found.gained.length,
    lost_total: found.lost.length,
    rules: found.rules.map((rule) => ({
      rule: rule.rule,
      label: rule.label,
      before_milli: rule.beforeMilli,
      after_milli: rule.afterMilli,
      before_leads: rule.beforeLeads,
      after_leads: rule.afterLeads,
    })),
    scanned_events: scannedEvents,
  }
}

function movedJson(moved: MovedLead, card: Card | undefined): MovedLeadJson | null {
  if (!card) return null
  const { ref, email, userId, traits, stage } = card.lead
  return {
    id: publicId('lead', ref),
    email,
    name: nameOf(traits) ?? userId,
    stage,
    before_milli: moved.beforeMilli,
    after_milli: moved.afterMilli,
  }
}

function sideJson(side: Side): WhatIfSideJson {
  return {
    bands: BAND_EDGES.map((from, i) => ({ from, leads: side.histogram[i] ?? 0 })),
    median_milli: side.medianMilli,
    p90_milli: side.p90Milli,
    letters: side.letters,
    qualified: side.qualified,
    precision: side.agreement?.precision ?? null,
    recall: side.agreement?.recall ?? null,
  }
}
