import { holdAt, holdsOf } from '../../../identity/claims.ts'
import {
  type Contribution,
  contributionsOf,
  type DerivedSession,
  type HistoryEvent,
  sessionsOf,
  startsOfViews,
  viewKeyOf,
} from '../../../scoring/derive.ts'
import type { CompiledModel } from '../../../scoring/match.ts'
import type { Bucket } from '../../../scoring/score.ts'
import { claimReader } from '../load.ts'
import { eventReader } from '../rows.ts'
import type { ReadTools } from './tools.ts'

/**
 * Reads from events, not from counts: what a lead or visitor had done by an instant, and what each
 * event gave. Cuts everything after the instant: events, pings, proofs and claims.
 */

export interface OwnedSession {
  readonly browser: number
  readonly session: DerivedSession
  /** The events of the session that are this person's. */
  readonly events: readonly HistoryEvent[]
}

/** A contribution with the browser it came from: ids are only unique within one. */
export interface OwnedContribution extends Contribution {
  readonly browser: number
}

export interface History {
  readonly sessions: readonly OwnedSession[]
  /** What counts for this person, in no particular order. */
  readonly contributions: readonly OwnedContribution[]
}

export type Owner =
  | { readonly kind: 'lead'; readonly lead: number }
  | { readonly kind: 'visitor'; readonly from: number }

export function createHistoryReader(tools: ReadTools) {
  const eventsOf = eventReader(
    tools.db,
    tools.texts,
    'WHERE s.browser = ? AND s.base_at + e.at_ms <= ?',
  )
  const claimsOf = claimReader(tools.db)

  function ofBrowser(browser: number, owner: Owner, until: number, model: CompiledModel): History {
    const claims = claimsOf('browser', browser)
      .filter((claim) => claim.at <= until)
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    const holds = holdsOf(claims.map(({ at, lead }) => ({ at, lead })))
    const isOwn = (at: number) => {
      const hold = holds[holdAt(holds, at)]
      return owner.kind === 'lead' ? hold?.lead === owner.lead : hold?.from === owner.from
    }
    const sessions = sessionsOf(eventsOf(browser, until).map(({ event }) => event))
    const starts = startsOfViews(sessions)
    // A ping is whose its view was, like its points.
    const heldAt = (event: HistoryEvent) =>
      event.type === 'user_engagement' ? (starts.get(viewKeyOf(event)) ?? event.at) : event.at
    return {
      sessions: sessions
        .map((session) => ({
          browser,
          session,
          events: session.events.filter((event) => isOwn(heldAt(event))),
        }))
        .filter(({ events }) => events.length > 0),
      contributions: contributionsOf(sessions, model, tools.touchOf)
        .filter((part) => isOwn(part.heldAt))
        .map((part) => ({ ...part, browser })),
    }
  }

  return {
    /** Everything that a lead's browsers hold for it, by `until`. */
    ofLead(lead: number, until: number, model: CompiledModel): History {
      const browsers = new Set(claimsOf('lead', lead).map((claim) => claim.browser))
      const owner: Owner = { kind: 'lead', lead }
      return united([...browsers].map((browser) => ofBrowser(browser, owner, until, model)))
    },
    ofVisitor(browser: number, from: number, until: number, model: CompiledModel): History {
      return ofBrowser(browser, { kind: 'visitor', from }, until, model)
    },
  }
}

function united(histories: readonly History[]): History {
  return {
    sessions: histories.flatMap((history) => history.sessions),
    contributions: histories.flatMap((history) => history.contributions),
  }
}

/** The buckets of a history; those of one rule and day may stand side by side. */
export function bucketsOfHistory(history: History): Bucket[] {
  return history.contributions.map(({ rule, day, count, engagedMs, lastAt }) => ({
    rule: rule.ref,
    day,
    count,
    engagedMs,
    lastAt,
  }))
}
