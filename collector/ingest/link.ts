import {
  byClaimTime,
  type Hold,
  holdsOf,
  type ResolvedLead,
  resolveClaims,
} from '../identity/claims.ts'
import type { BrowserState, StoredClaim, VisitorState } from '../store/store.ts'
import type { Group } from './fold.ts'

/**
 * Settles the claims a group brings: which lead each belongs to, and so who holds each browser
 * when. Works on whole groups of connected claims, so that a late claim is as good as a punctual
 * one; browsers whose past changes are derived anew.
 */
export function linkClaims(group: Group): void {
  const fresh = newClaims(group)
  if (fresh.length === 0) return
  for (const site of new Set(fresh.map((claim) => claim.site))) {
    const ofSite = fresh.filter((claim) => claim.site === site)
    // Claims of the same group can connect to each other; take what is stored around all of them.
    const stored = group.now.connectedClaims(site, ofSite)
    const moved = assignLeads(site, [...stored, ...ofSite], group)
    for (const ref of new Set(moved.map((claim) => claim.browser))) {
      settleHolds(group.now.browser(ref), moved, group)
    }
  }
}

function newClaims(group: Group): StoredClaim[] {
  const fresh: StoredClaim[] = []
  for (const { browser, event } of group.changes.events) {
    if (!event.claim) continue
    const claim: StoredClaim = {
      ...event.claim,
      ref: null,
      site: browser.site,
      id: event.id,
      at: event.at,
      browser: browser.ref,
      lead: null,
    }
    browser.claims.push(claim)
    browser.claims.sort(byClaimTime)
    group.changes.claims.add(claim)
    fresh.push(claim)
  }
  return fresh
}

/** Resolves connected claims; writes leads and gives claims their lead. Returns the claims whose lead changed. */
function assignLeads(site: number, claims: readonly StoredClaim[], group: Group): StoredClaim[] {
  const { leads } = resolveClaims(claims)
  const taken = new Set<number>()
  const moved: StoredClaim[] = []
  const before = new Set(claims.map((claim) => claim.lead).filter((ref) => ref !== null))
  for (const lead of leads) {
    // A lead keeps the number that its earliest claims gave it.
    const known = lead.claims.find((c) => c.lead !== null && !taken.has(c.lead))?.lead
    const ref = known ?? group.now.nextRef('lead')
    taken.add(ref)
    writeLead(ref, site, lead, group)
    for (const claim of lead.claims) {
      if (claim.lead === ref) continue
      claim.lead = ref
      group.changes.claims.add(claim)
      moved.push(claim)
    }
  }
  for (const ref of before) {
    if (!taken.has(ref)) group.changes.removedLeads.add(ref)
  }
  return moved
}

function writeLead(ref: number, site: number, lead: ResolvedLead<StoredClaim>, group: Group): void {
  group.changes.removedLeads.delete(ref)
  group.changes.changedLeads.add(ref)
  group.changes.leads.set(ref, {
    ref,
    site,
    emails: [...lead.emails],
    userId: lead.userId,
    isVerified: lead.verified,
    traits: lead.traits,
  })
}

/** Gives a browser the visitors its claims say. Only a hold that begins after all stored events is free. */
function settleHolds(browser: BrowserState, moved: readonly StoredClaim[], group: Group): void {
  for (const claim of moved) {
    const own = browser.claims.find((c) => c.id === claim.id)
    if (own && claim.browser === browser.ref) own.lead = claim.lead
  }
  const holds = holdsOf(browser.claims.map(({ at, lead }) => ({ at, lead })))
  const old = [...browser.visitors]
  const isPrefix = old.every((visitor, i) => visitor.from === holds[i]?.from)
  const lastAt = Math.max(...old.map((visitor) => visitor.lastAt))
  const isAppended = isPrefix && holds.slice(old.length).every((hold) => hold.from > lastAt)
  const visitors = holds.map((hold) => visitorFor(hold, old, group))
  for (const visitor of [...old, ...visitors]) {
    if (visitor.lead !== null) group.changes.changedLeads.add(visitor.lead)
    group.changes.visitorOwner.set(visitor, browser)
  }
  holds.forEach((hold, i) => {
    const visitor = visitors[i]
    if (!visitor) return
    visitor.lead = hold.lead
    group.changes.visitors.add(visitor)
    if (hold.lead !== null) group.changes.changedLeads.add(hold.lead)
  })
  browser.visitors.splice(0, old.length, ...visitors)
  for (const visitor of old.filter((v) => !visitors.includes(v))) {
    group.changes.removedVisitors.push(visitor)
    group.changes.visitors.delete(visitor)
  }
  if (!isAppended) group.rederived.add(browser)
}

function visitorFor(
  hold: Hold<number | null>,
  old: readonly VisitorState[],
  group: Group,
): VisitorState {
  return (
    old.find((visitor) => visitor.from === hold.from) ?? {
      ref: group.now.nextRef('visitor'),
      from: hold.from,
      lead: hold.lead,
      firstAt: Number.POSITIVE_INFINITY,
      lastAt: Number.NEGATIVE_INFINITY,
    }
  )
}
