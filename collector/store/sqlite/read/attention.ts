import { topOf } from '../../../scoring/ranks.ts'
import { DAY_MS } from '../../../scoring/tables.ts'
import type { AttentionJson, InHandJson, RaisedJson, WaitingJson } from '../../attention.ts'
import { refOf } from '../../ids.ts'
import type { Scoped } from '../../reader.ts'
import type { Card } from './book.ts'
import type { createHistoryReader } from './history.ts'
import type { createLeadReader } from './leads.ts'
import { createMoverReader } from './movers.ts'
import type { ReadTools } from './tools.ts'
import type { Week } from './week.ts'

/**
 * The queues of Today, from the leads in memory. What the score made an MQL waits until somebody says
 * that they work on it or sales judges it; either may be taken back, so nothing of it is stored.
 */

const SHOWN_WAITING = 10
/** Of those at most so many asked to talk: who waits longest is not to be out of sight for them. */
const SHOWN_ASKERS = 6
const SHOWN_IN_HAND = 6
const SHOWN_RAISED = 6
/** Who asked to talk longer ago than this is no news. */
const RAISED_DAYS = 14

export function createAttentionReader(
  tools: ReadTools,
  leads: ReturnType<typeof createLeadReader>,
  history: ReturnType<typeof createHistoryReader>,
  week: Week,
) {
  const { book } = leads
  const inHand = createInHand(tools)
  const isByRaise = createPromotions(tools)
  const askedOf = createAsked(tools)
  const moversOf = createMoverReader(tools, leads, history, week)

  const wantedBy = ({ site }: Scoped): Keep => {
    const ref = site === undefined ? null : (refOf('site', site) ?? 0)
    return ({ lead }) => ref === null || lead.site === ref
  }

  /** All that anything is asked of, in one walk. */
  function sorted(isWanted: Keep, now: number) {
    const [waiting, taken, raised]: [Card[], Card[], Card[]] = [[], [], []]
    for (const card of book.cards) {
      const stage = card?.lead.stage
      if (!card || (stage !== 'mql' && stage !== 'lead') || !isWanted(card)) continue
      if (stage === 'mql') (inHand.at(card) === 0 ? waiting : taken).push(card)
      if (isRaised(card, now)) raised.push(card)
    }
    return { waiting, taken, raised }
  }

  function waitingJson(card: Card, now: number): WaitingJson {
    const because = isByRaise(card) ? 'hand_raise' : 'score'
    return {
      lead: leads.json(card.lead, now),
      mql_at: iso(card.lead.mqlAt ?? now),
      because,
      asked: because === 'hand_raise' ? askedOf(card) : null,
      in_hand: inHand.of(card),
    }
  }

  function raisedJson(card: Card, now: number): RaisedJson {
    return {
      lead: leads.json(card.lead, now),
      raised_at: iso(card.lead.raisedAt ?? now),
      asked: askedOf(card),
      in_hand: inHand.of(card),
    }
  }

  function refresh(now: number): void {
    book.refresh(now)
    inHand.refresh()
  }

  return {
    attention(scope: Scoped, now: number): AttentionJson {
      refresh(now)
      const isWanted = wantedBy(scope)
      const { waiting, taken, raised } = sorted(isWanted, now)
      const waitsLong = ({ lead }: Card) => -(lead.mqlAt ?? 0)
      const raisedAt = ({ lead }: Card) => lead.raisedAt ?? 0
      const isAsker: Keep = (card) => isRaised(card, now) && isByRaise(card)
      const askers = firstOf(waiting.filter(isAsker), raisedAt, SHOWN_ASKERS)
      const longest = firstOf(waiting, waitsLong, SHOWN_WAITING)
      const queue = [...new Set([...askers, ...longest])].slice(0, SHOWN_WAITING)
      const since = longest[0]?.lead.mqlAt ?? null
      return {
        enter: tools.current().rules.spec.mql.enter,
        waiting: {
          total: waiting.length,
          longest_since: since === null ? null : iso(since),
          first: queue.map((card) => waitingJson(card, now)),
        },
        in_hand: {
          total: taken.length,
          first: firstOf(taken, inHand.at, SHOWN_IN_HAND).map((card) => waitingJson(card, now)),
        },
        raised: {
          total: raised.length,
          first: firstOf(raised, raisedAt, SHOWN_RAISED).map((card) => raisedJson(card, now)),
        },
        ...moversOf(isWanted, now),
      }
    },
    /** How many leads have begun to wait after an instant, and still do. */
    arrived(scope: Scoped & { readonly since: number }, now: number): number {
      book.refresh(now)
      const isWanted = wantedBy(scope)
      const isNew = ({ lead }: Card) => lead.stage === 'mql' && (lead.mqlAt ?? 0) > scope.since
      const fresh = book.cards.flatMap((card) =>
        card && isNew(card) && isWanted(card) ? card : [],
      )
      // Asked every two seconds by every page that is open, and mostly there is nobody.
      if (fresh.length === 0) return 0
      inHand.refresh()
      return fresh.filter((card) => inHand.at(card) === 0).length
    },
  }
}

type Keep = (card: Card) => boolean
/** The first of these by a number downwards; without sorting them all. */
function firstOf(cards: readonly Card[], order: (card: Card) => number, most: number): Card[] {
  return topOf(Float64Array.from(cards, order), most).flatMap((place) => cards[place] ?? [])
}

function isRaised({ lead }: Card, now: number): boolean {
  return lead.raisedAt !== null && lead.raisedAt > now - RAISED_DAYS * DAY_MS
}

/** Whether it was a hand raise that made a lead an MQL, the last time. */
function createPromotions({ db }: ReadTools) {
  const latest = db
    .prepare(
      `SELECT decided_by FROM decision WHERE lead = ? AND to_stage = 'mql'
       AND decided_by IN ('score', 'hand_raise') ORDER BY at DESC, id DESC LIMIT 1`,
    )
    .pluck()
  // A promotion changes its lead, which gets another card.
  const known = new WeakMap<Card, boolean>()
  return (card: Card): boolean => {
    const was = known.get(card)
    if (was !== undefined) return was
    const is = latest.get(card.lead.ref) === 'hand_raise'
    known.set(card, is)
    return is
  }
}

/**
 * Who works on an MQL since it is one. Saying so changes no lead, so it is read again when an outcome
 * was added, taken back, or went to another lead.
 */
function createInHand({ db }: ReadTools) {
  const state = db.prepare('SELECT count(*), max(at), sum(lead), max(id) FROM outcome').raw()
  const all = db
    .prepare(`SELECT lead, author, at FROM outcome WHERE type = 'working_lead' ORDER BY at, id`)
    .raw()
  let known = new Map<number, { readonly by: string; readonly at: number }>()
  let knownOf = ''
  const held = ({ lead }: Card) => {
    const latest = known.get(lead.ref)
    return latest && latest.at >= (lead.mqlAt ?? 0) ? latest : null
  }
  return {
    /** To be called once for each reading. */
    refresh() {
      const stateNow = String(state.get())
      if (stateNow === knownOf) return
      const rows = all.all() as [number, string, number][]
      known = new Map(rows.map(([lead, by, at]) => [lead, { by, at }]))
      knownOf = stateNow
    },
    /** Since when; 0 where nobody does. */
    at: (card: Card) => held(card)?.at ?? 0,
    of(card: Card): InHandJson | null {
      const latest = held(card)
      return latest && { by: latest.by, at: iso(latest.at) }
    },
  }
}

/** The name of the event by which a lead asked to talk, where that is still kept. */
function createAsked(tools: ReadTools) {
  const { db, texts } = tools
  const typesAt = db
    .prepare(
      `SELECT e.type FROM visitor v CROSS JOIN session s ON s.browser = v.browser
       CROSS JOIN event e ON e.session = s.id
       WHERE v.lead = @lead AND s.start_at <= @at AND s.start_at + s.end_ms >= @at
         AND s.base_at + e.at_ms = @at`,
    )
    .pluck()
  return ({ lead }: Card): string | null => {
    if (lead.raisedAt === null) return null
    const rules = tools.current().rules.spec.rules.filter(({ hand_raise }) => hand_raise)
    const names = new Set(rules.flatMap(({ on }) => on))
    const types = typesAt.all({ lead: lead.ref, at: lead.raisedAt })
    return types.map((type) => texts.valueOf(Number(type)) ?? '').find((t) => names.has(t)) ?? null
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
