import { type Counts, createCounts } from '../../../scoring/counts.ts'
import { fitOf } from '../../../scoring/fit.ts'
import { ACTIVITY_REF, createMatch } from '../../../scoring/match.ts'
import { parseModel } from '../../../scoring/model.ts'
import type { Bucket } from '../../../scoring/score.ts'
import {
  activeDaysOf,
  lastRaiseOf,
  type Reading,
  ruleTotals,
  scoreAll,
  scoreSlot,
} from '../../../scoring/score-all.ts'
import { dayOf } from '../../../scoring/tables.ts'
import {
  BAND_EDGES,
  compareViews,
  type MovedLead,
  type Side,
  type Standing,
  type Verdict,
  type View,
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
import type { ReadModel, ReadTools } from './tools.ts'

/** Leads named on each side of a what-if. */
const NAMED = 100

export interface SimulateTools extends ReadTools {
  readonly path: string
  readonly book: LeadBook
  /** Points given by hand, with when. */
  adjustmentsOf(lead: number): readonly { readonly milli: number; readonly at: number }[]
}

interface Judged {
  readonly verdict: Verdict | null
  readonly isWorked: boolean
}

/**
 * What a model would change if it scored now. The counts in memory are read under its numbers; only
 * rules that count other events than any so far have events scanned, a page at a time, between which
 * other reads are answered.
 */
export function createSimulator(tools: SimulateTools) {
  const { db, book } = tools
  const outcomesOf = outcomeReader(db)
  const withOutcomes = db.prepare('SELECT DISTINCT lead FROM outcome').pluck()

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

  function viewOf(model: ReadModel, counts: Counts, scene: Scene): View {
    const { slots, day } = scene
    const reading: Reading = { counts, model: model.rules, day }
    const scores = scoreAll(reading, book.adjustments)
    const kept = new Set(slots)
    const rest = (slot: number): Pick<Standing, 'letter' | 'isExcluded'> => {
      const lead = book.cards[slot]?.lead
      const email = lead?.email ?? null
      const letter = scene.isSameFit
        ? (book.cards[slot]?.letter ?? null)
        : fitOf(lead?.traits ?? {}, email, model.fit, tools.domains).letter
      return { letter, isExcluded: model.exclusion.reasonFor(email) !== null }
    }
    return {
      mql: model.rules.spec.mql,
      rules: ruleTotals(reading, (slot) => kept.has(slot)),
      standingOf: (slot) => ({
        ...rest(slot),
        milli: scores[slot] ?? 0,
        activeDays: activeDaysOf(reading, slot, ACTIVITY_REF),
        raisedAt: lastRaiseOf(reading, slot),
      }),
      standingBefore(slot, at) {
        const before: Reading = { ...reading, day: dayOf(at), beforeDay: dayOf(at) }
        const lead = book.cards[slot]?.lead.ref ?? 0
        const given = tools.adjustmentsOf(lead).filter((one) => one.at < at)
        const adjusted = given.reduce((sum, { milli }) => sum + milli, 0)
        return {
          ...rest(slot),
          milli: scoreSlot(before, slot, adjusted),
          activeDays: activeDaysOf(before, slot, ACTIVITY_REF),
          raisedAt: lastRaiseOf(before, slot),
        }
      },
    }
  }

  return async (yaml: string, scope: Scoped, now: number): Promise<WhatIfJson> => {
    const parsed = parseModel(yaml)
    if (!parsed.ok) throw new Error(parsed.problems[0])
    const read = db.transaction(() => book.refresh(now))
    read()
    const active = tools.current()
    const draft = tools.draftOf(parsed.model)
    const scanned = await countMissing(draft, tools)
    read() // what happened while events were scanned
    const site = scope.site === undefined ? null : refOf('site', scope.site)
    const cards = book.cards.filter((card) => card !== undefined)
    const slots = cards.filter(({ lead }) => site === null || lead.site === site)
    const fits = [active, draft].map(({ rules }) => JSON.stringify(rules.spec.fit))
    const scene = { slots: slots.map(({ slot }) => slot), day: dayOf(now) }
    const judged = judgedSlots()
    const people = {
      slots: scene.slots,
      isMql: (slot: number) => book.cards[slot]?.lead.stage === 'mql',
      verdictOf: (slot: number) => judged.get(slot)?.verdict ?? null,
    }
    const found = compareViews(
      people,
      viewOf(active, book.counts, { ...scene, isSameFit: true }),
      viewOf(draft, scanned.counts, { ...scene, isSameFit: fits[0] === fits[1] }),
    )
    const isOpen = ({ slot }: MovedLead) => isForMarketing(book.cards[slot], judged.get(slot))
    const named = { ...found, gained: found.gained.filter(isOpen), lost: found.lost.filter(isOpen) }
    return whatIfJson(named, book.cards, scanned.events)
  }
}

interface Scene {
  readonly slots: readonly number[]
  readonly day: number
  readonly isSameFit: boolean
}

/** What sales have in hand, no model moves. */
function isForMarketing(card: Card | undefined, judged: Judged | undefined): boolean {
  const stage = card?.lead.stage
  if (stage === 'mql') return judged?.isWorked !== true
  return stage === 'lead' || stage === 'recycled'
}

/** The counts of the book with those of the draft's own rules beside them. */
async function countMissing(
  draft: ReadModel,
  { path, book, texts, touchOf }: SimulateTools,
): Promise<{ readonly counts: Counts; readonly events: number }> {
  const rules = draft.rules.rules.filter(({ ref }) => ref < 0)
  if (rules.length === 0) return { counts: book.counts, events: 0 }
  const db = openReader(path)
  const byLead = new Map<number, Bucket[]>()
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
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    db.close()
  }
  const counts = createCounts()
  counts.reserve(book.cards.length, book.counts.size)
  for (const card of book.cards) {
    if (!card) continue
    counts.set(card.slot, [
      ...book.counts.bucketsOf(card.slot),
      ...(byLead.get(card.lead.ref) ?? []),
    ])
  }
  return { counts, events }
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
