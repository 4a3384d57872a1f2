import { byClaimTime, holdAt, holdsOf, sharedLinks } from '../../../identity/claims.ts'
import {
  type Contribution,
  contributionsOf,
  type DerivedSession,
  type HistoryEvent,
  sessionsOf,
  startsOfViews,
  viewKeyOf,
} from '../../../scoring/derive.ts'
import { ACTIVITY_REF, type CompiledModel } from '../../../scoring/match.ts'
import type { Bucket } from '../../../scoring/score.ts'
import type { StoredClaim } from '../../store.ts'
import { claimReader, connected, unlinkReader } from '../claim-rows.ts'
import { eventReader } from '../rows.ts'
import { bucketsAt } from './past.ts'
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

/** The counts of a lead at several instants. */
export interface Past {
  /** By instant, then by browser; the same list again where nothing was added. */
  readonly buckets: readonly (readonly (readonly Bucket[])[])[]
  /** What comes to be known of others, or of when a session was proven, can't change it any more. */
  readonly isSettled: boolean
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
  const unlinksOf = unlinkReader(tools.db)

  /** The claims on a browser by an instant; links that were passed on only later still count then. */
  function claimsBy(browser: number, until: number): StoredClaim[] {
    const claims = claimsOf('browser', browser)
      .filter((claim) => claim.at <= until)
      .sort(byClaimTime)
    const linked = claims.filter((claim) => claim.link !== null)
    if (linked.length === 0) return claims
    const beside = connected(linked[0]?.site ?? 0, linked, claimsOf)
    const shared = sharedLinks(beside.filter((claim) => claim.at <= until))
    return claims.filter(({ link }) => link === null || !shared.has(link))
  }

  /** All that is known of a browser, to be cut at several instants. */
  const load = (browser: number, until: number) =>
    eventsOf(browser, until).map(({ event }) => event)

  function ofBrowser(browser: number, cut: Cut, loaded = load(browser, cut.until)): History {
    const { owner, until, model } = cut
    const holds = holdsOf(claimsBy(browser, until), unlinksOf(browser))
    const isOwn = (at: number) => {
      const hold = holds[holdAt(holds, at)]
      return owner.kind === 'lead' ? hold?.lead === owner.lead : hold?.from === owner.from
    }
    const sessions = sessionsOf(loaded.filter((event) => event.at <= until))
    const starts = startsOfViews(sessions)
    // A ping is whose its view was, like its points.
    const heldAt = (event: HistoryEvent) =>
      event.type === 'user_engagement' ? (starts.get(viewKeyOf(event)) ?? event.at) : event.at
    const contributions = contributionsOf(sessions, model.match, tools.touchOf)
      .filter((part) => isOwn(part.heldAt))
      .map((part) => ({ ...part, browser }))
    // A visit may begin with a ping of somebody else's view: what gave a person points is shown to be theirs.
    const gave = new Set(contributions.flatMap(({ rule, event }) => (rule ? [event.id] : [])))
    return {
      sessions: sessions
        .map((session) => ({
          browser,
          session,
          events: session.events.filter((event) => gave.has(event.id) || isOwn(heldAt(event))),
        }))
        .filter(({ events }) => events.length > 0),
      contributions,
    }
  }

  const browsersOf = (lead: number) => [
    ...new Set(claimsOf('lead', lead).map((claim) => claim.browser)),
  ]

  return {
    /** Everything that a lead's browsers hold for it, by `until`. */
    ofLead(lead: number, until: number, model: CompiledModel): History {
      const cut: Cut = { owner: { kind: 'lead', lead }, until, model }
      return united(browsersOf(lead).map((browser) => ofBrowser(browser, cut)))
    },
    /** What the counts of a lead were at several instants, in order; events are read and derived once. */
    ofLeadAt(lead: number, instants: readonly number[], model: CompiledModel): Past {
      const browsers = browsersOf(lead).map((browser) => {
        const events = load(browser, Math.max(...instants))
        const claims = claimsOf('browser', browser)
        const isPlain = claims.every(({ link }) => link === null)
        const holderBy = (until: number) => {
          const holds = holdsOf(claimsBy(browser, until), unlinksOf(browser))
          return (at: number) => holds[holdAt(holds, at)]?.lead === lead
        }
        const cut = { owner: { kind: 'lead', lead }, model } as const
        return bucketsAt(instants, {
          events,
          match: model.match,
          touchOf: tools.touchOf,
          // Links passed on elsewhere can take a claim's word at any instant.
          claimsBy: (until) => (isPlain ? claims.filter(({ at }) => at <= until).length : until),
          ownerBy: holderBy,
          anew: (until) => bucketsOfHistory(ofBrowser(browser, { ...cut, until }, events)),
          isPlain,
        })
      })
      return {
        buckets: instants.map((_, i) => browsers.map(({ buckets }) => buckets[i] ?? [])),
        isSettled: browsers.every(({ isSettled }) => isSettled),
      }
    },
    ofVisitor(browser: number, from: number, until: number, model: CompiledModel): History {
      return ofBrowser(browser, { owner: { kind: 'visitor', from }, until, model })
    },
    /** The same at several instants, reading events once. */
    ofVisitorAt(hold: HeldFrom, instants: readonly number[], model: CompiledModel): History[] {
      const { browser, from } = hold
      const loaded = load(browser, Math.max(...instants))
      const isPlain = claimsOf('browser', browser).every(({ link }) => link === null)
      const known = new Map<number, History>()
      return instants.map((until) => {
        const events = loaded.filter(({ at }) => at <= until).length
        const cut: Cut = { owner: { kind: 'visitor', from }, until, model }
        const history = (isPlain && known.get(events)) || ofBrowser(browser, cut, loaded)
        known.set(events, history)
        return history
      })
    },
  }
}

interface HeldFrom {
  readonly browser: number
  readonly from: number
}

interface Cut {
  readonly owner: Owner
  readonly until: number
  readonly model: CompiledModel
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
    rule: rule?.ref ?? ACTIVITY_REF,
    day,
    count,
    engagedMs,
    lastAt,
  }))
}
