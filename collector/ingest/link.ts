import {
  byClaimTime,
  type Hold,
  holdsOf,
  type ResolvedLead,
  resolveClaims,
} from '../identity/claims.ts'
import type { BrowserState, KnownLead, StoredClaim, VisitorState } from '../store/store.ts'
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
    const moved = repeatKnown(ofSite, group) ? ofSite : resolveAnew(site, ofSite, group)
    for (const ref of new Set(moved.map((claim) => claim.browser))) {
      settleHolds(group.now.browser(ref), moved, group)
    }
  }
}

/**
 * Most claims say again what is known: sites identify on every page. Such a claim, later than all
 * of its lead's and changing neither ids nor traits, takes the known lead without reading the
 * others. Whether all of them could; if not, none has been changed.
 */
function repeatKnown(claims: readonly StoredClaim[], group: Group): boolean {
  const last = new Map<number, { readonly at: number; readonly id: string }>()
  const leads = new Map<StoredClaim, number>()
  for (const claim of [...claims].sort(byClaimTime)) {
    const known = group.now.knownLead(claim.site, claim)
    if (!known || !isRepeat(claim, known, last.get(known.ref) ?? known.lastClaim)) return false
    last.set(known.ref, claim)
    leads.set(claim, known.ref)
  }
  for (const [claim, ref] of leads) claim.lead = ref
  return true
}

function isRepeat(
  claim: StoredClaim,
  known: KnownLead,
  last: { readonly at: number; readonly id: string },
): boolean {
  const isLater = claim.at > last.at || (claim.at === last.at && claim.id > last.id)
  const traits = Object.entries(claim.traits)
  if (claim.strength !== 'strong' && known.verification > 0) return isLater
  const isProven = claim.strength !== 'strong' || (known.verification > 0 && known.emailCount <= 1)
  const isProvenTraits = claim.strength !== 'strong' || known.verification === 2
  return (
    isLater &&
    isProven &&
    (traits.length === 0 || isProvenTraits) &&
    traits.every(([key, value]) => Object.hasOwn(known.traits, key) && known.traits[key] === value)
  )
}

/** Resolves these claims together with all that are connected to them; returns those whose lead changed. */
function resolveAnew(site: number, fresh: readonly StoredClaim[], group: Group): StoredClaim[] {
  return assignLeads(site, [...group.now.connectedClaims(site, fresh), ...fresh], group)
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
  // A number stays with the user id that had it; else with the earliest claim that has one.
  const isFree = (claim: StoredClaim) => claim.lead !== null && !taken.has(claim.lead)
  const byProof = [...leads].sort((a, b) => Number(b.userId !== null) - Number(a.userId !== null))
  for (const lead of byProof) {
    const ofUser = lead.claims.find(
      (c) => isFree(c) && c.userId !== null && c.userId === lead.userId,
    )
    const known = (ofUser ?? lead.claims.find(isFree))?.lead
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
    verification: lead.verification,
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
  }
  holds.forEach((hold, i) => {
    const visitor = visitors[i]
    if (!visitor) return
    visitor.lead = hold.lead
    group.changes.visitors.set(visitor, browser)
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
