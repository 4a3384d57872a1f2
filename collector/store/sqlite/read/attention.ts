import { DAY_MS } from '../../../scoring/tables.ts'
import type { AttentionJson, InHandJson, RaisedJson, WaitingJson } from '../../attention.ts'
import { refOf } from '../../ids.ts'
import type { Scoped } from '../../reader.ts'
import type { Card } from './book.ts'
import type { createHistoryReader } from './history.ts'
import type { createLeadReader } from './leads.ts'
import { createMoverReader } from './movers.ts'
import type { ReadTools } from './tools.ts'

/**
 * The queues of Today, from the leads in memory. What the score made an MQL waits until somebody says
 * that they work on it or sales judges it; either may be taken back, so nothing of it is stored.
 */

const SHOWN_WAITING = 8
const SHOWN_IN_HAND = 6
const SHOWN_RAISED = 6
/** Who asked to talk longer ago than this is no news. */
const RAISED_DAYS = 14

export function createAttentionReader(
  tools: ReadTools,
  leads: ReturnType<typeof createLeadReader>,
  history: ReturnType<typeof createHistoryReader>,
) {
  const { book } = leads
  const inHand = createInHand(tools)
  const promotion = tools.db
    .prepare(
      `SELECT decided_by FROM decision WHERE lead = ? AND to_stage = 'mql'
       AND decided_by IN ('score', 'hand_raise') ORDER BY at DESC, id DESC LIMIT 1`,
    )
    .pluck()
  const askedOf = createAsked(tools)
  const moversOf = createMoverReader(tools, leads, history)

  const wantedBy = ({ site }: Scoped) => {
    const ref = site === undefined ? null : (refOf('site', site) ?? 0)
    return ({ lead }: Card) => ref === null || lead.site === ref
  }
  const mqls = (isWanted: (card: Card) => boolean): Card[] =>
    book.cards.filter(
      (card) => card !== undefined && card.lead.stage === 'mql' && isWanted(card),
    ) as Card[] // none is undefined

  function waitingJson(card: Card, now: number): WaitingJson {
    const { ref, mqlAt } = card.lead
    const because = promotion.get(ref) === 'hand_raise' ? 'hand_raise' : 'score'
    return {
      lead: leads.json(card.lead, now),
      mql_at: iso(mqlAt ?? now),
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
      const all = mqls(isWanted)
      const waiting = all.filter((card) => inHand.of(card) === null)
      const waitsSince = (card: Card) => card.lead.mqlAt ?? now
      waiting.sort((a, b) => waitsSince(a) - waitsSince(b) || a.slot - b.slot)
      const asked = (card: Card) => isRaised(card) && promotion.get(card.lead.ref) === 'hand_raise'
      const ordered = [...waiting.filter(asked), ...waiting.filter((card) => !asked(card))]
      const taken = all
        .flatMap((card) => ({ card, at: inHand.of(card)?.at ?? '' }))
        .filter(({ at }) => at !== '')
        .sort((a, b) => b.at.localeCompare(a.at))
      const raised = book.cards
        .flatMap((card) => card ?? [])
        .filter(
          (card) =>
            (card.lead.stage === 'mql' || card.lead.stage === 'lead') &&
            (card.lead.raisedAt ?? Number.NEGATIVE_INFINITY) > now - RAISED_DAYS * DAY_MS &&
            isWanted(card),
        )
        .sort((a, b) => (b.lead.raisedAt ?? 0) - (a.lead.raisedAt ?? 0))
      const json = (card: Card) => waitingJson(card, now)
      return {
        enter: tools.current().rules.spec.mql.enter,
        waiting: {
          total: waiting.length,
          longest_since: waiting[0] ? iso(waitsSince(waiting[0])) : null,
          first: ordered.slice(0, SHOWN_WAITING).map(json),
        },
        in_hand: {
          total: taken.length,
          first: taken.slice(0, SHOWN_IN_HAND).map(({ card }) => json(card)),
        },
        raised: {
          total: raised.length,
          first: raised.slice(0, SHOWN_RAISED).map((card) => raisedJson(card, now)),
        },
        ...moversOf(isWanted, now),
      }
    },
    /** How many leads have begun to wait after an instant, and still do. */
    arrived(scope: Scoped & { readonly since: number }, now: number): number {
      refresh(now)
      const isNew = ({ lead }: Card) => (lead.mqlAt ?? 0) > scope.since
      return mqls(wantedBy(scope)).filter((card) => isNew(card) && inHand.of(card) === null).length
    },
  }
}

function isRaised({ lead }: Card): boolean {
  return lead.raisedAt !== null
}

/**
 * Who works on an MQL since it is one. Saying so changes no lead, so it is remembered by card only as
 * long as no outcome was added or taken back.
 */
function createInHand({ db }: ReadTools) {
  const latest = db
    .prepare(
      `SELECT author, at FROM outcome WHERE lead = ? AND type = 'working_lead' AND at >= ?
       ORDER BY at DESC, id DESC LIMIT 1`,
    )
    .raw()
  const state = db.prepare('SELECT max(id), count(*) FROM outcome').raw()
  let known = new WeakMap<Card, InHandJson | { readonly by: null }>()
  let knownOf = ''
  return {
    /** To be called once for each reading. */
    refresh() {
      const stateNow = String(state.get())
      if (stateNow !== knownOf) known = new WeakMap()
      knownOf = stateNow
    },
    of(card: Card): InHandJson | null {
      let held = known.get(card)
      if (!held) {
        const row = latest.get(card.lead.ref, card.lead.mqlAt ?? 0) as [string, number] | undefined
        held = row ? { by: row[0], at: iso(row[1]) } : { by: null }
        known.set(card, held)
      }
      return held.by === null ? null : held
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
