import { NO_TOUCHES } from '../attribution/touches.ts'
import {
  byClaimTime,
  emailOf,
  type Hold,
  holdsOf,
  isUndone,
  namesSomebody,
  type ResolvedLead,
  resolveClaims,
  sharedLinks,
  type Unlink,
} from '../identity/claims.ts'
import { browserOfUser, MAIL_BROWSER } from '../identity/user-browser.ts'
import type {
  BrowserState,
  KnownLead,
  NewEvent,
  StoredClaim,
  VisitorState,
} from '../store/store.ts'
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
    settleBrowsers(repeatKnown(ofSite, group) ? ofSite : resolveAnew(site, ofSite, group), group)
  }
}

/** Undoes the link of a visitor to its lead: voids that lead's claims on it, up to now. */
export function unlinkVisitor(
  { browser, visitor }: { readonly browser: BrowserState; readonly visitor: VisitorState },
  { at, by }: { readonly at: number; readonly by: string },
  group: Group,
): void {
  const { lead } = visitor
  if (lead === null) return
  const next = browser.visitors[browser.visitors.indexOf(visitor) + 1]
  const to = next?.from ?? Number.POSITIVE_INFINITY
  const own = browser.claims.filter((c) => c.lead === lead && c.at >= visitor.from && c.at < to)
  const ids = group.now.idsOf(lead)
  const known = <T>(values: readonly (T | null)[]) => values.filter((value) => value !== null)
  const unlink: Unlink = {
    browser: browser.ref,
    from: visitor.from,
    to,
    at,
    userIds: [...new Set([...ids.userIds, ...known(own.map((c) => c.userId))])],
    emails: [...new Set([...ids.emails, ...known(own.map((c) => c.email))])],
  }
  browser.unlinks.push(unlink)
  group.changes.unlinks.push({ ...unlink, lead, by })
  const undone = browser.claims.filter((c) => !c.isVoid && isUndone(c, [unlink]))
  for (const claim of undone) {
    claim.isVoid = true
    group.changes.claims.add(claim)
  }
  settleBrowsers([...undone, ...resolveAnew(browser.site, undone, group)], group)
}

/** What was left when something was taken out of the store. */
export interface Rest {
  /** Null where no ids were taken out, so that all claims stand as they did. */
  readonly site: number | null
  readonly browsers: readonly number[]
  /** Claims that lost an id. */
  readonly connected: readonly number[]
}

/** Resolves the claims that are left, and settles who held the browsers. */
export function relink({ site, browsers, connected }: Rest, group: Group): void {
  const own = browsers.flatMap((ref) => group.now.browser(ref).claims)
  const others = connected.flatMap((ref) => group.now.claim(ref) ?? [])
  const left = [...new Map([...others, ...own].map((claim) => [claim.ref, claim])).values()]
  const named = left.filter(namesSomebody)
  const moved = site === null || named.length === 0 ? [] : resolveAnew(site, named, group)
  // A claim that names nobody any more belongs to nobody, but its browser has another holder now.
  const touched = new Set([...browsers, ...[...moved, ...others].map((claim) => claim.browser)])
  for (const ref of touched) settleHolds(group.now.browser(ref), moved, group)
}

function settleBrowsers(moved: readonly StoredClaim[], group: Group): void {
  for (const ref of new Set(moved.map((claim) => claim.browser))) {
    settleHolds(group.now.browser(ref), moved, group)
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
    const isPlain = claim.link === null && !claim.isVoid && !hasFollowedLinks(claim, group)
    const known = isPlain ? group.now.knownLead(claim.site, claim) : undefined
    if (!known || !isRepeat(claim, known, last.get(known.ref) ?? known.lastClaim)) return false
    last.set(known.ref, claim)
    leads.set(claim, known.ref)
  }
  for (const [claim, ref] of leads) claim.lead = ref
  return true
}

/** Then the claim may tell that a link was passed on. */
function hasFollowedLinks({ browser }: StoredClaim, group: Group): boolean {
  return group.now.browser(browser).claims.some(({ link }) => link !== null)
}

function isRepeat(
  claim: StoredClaim,
  known: KnownLead,
  last: { readonly at: number; readonly id: string },
): boolean {
  const isLater = claim.at > last.at || (claim.at === last.at && claim.id > last.id)
  const traits = Object.entries(claim.traits)
  if (claim.strength !== 'strong' && known.verification > 0) return isLater
  const isProven = claim.strength !== 'strong' || (known.isProven && known.emailCount <= 1)
  const isProvenTraits = claim.strength !== 'strong' || known.verification === 2
  return (
    isLater &&
    isProven &&
    (traits.length === 0 || isProvenTraits) &&
    traits.every(([key, value]) => Object.hasOwn(known.traits, key) && known.traits[key] === value)
  )
}

/** Resolves these claims together with all that are connected to them; returns those whose hold may change. */
function resolveAnew(site: number, given: readonly StoredClaim[], group: Group): StoredClaim[] {
  const onTheirBrowsers = given.flatMap(({ browser }) => group.now.browser(browser).claims)
  // What a new claim by a link stands beside is not yet known by that link.
  const followed = new Set(onTheirBrowsers.flatMap((c) => (c.link === null ? [] : c.browser)))
  const beside = onTheirBrowsers.filter(({ browser }) => followed.has(browser))
  const ids = new Set(given.map(({ id, browser }) => `${browser} ${id}`))
  const others = group.now.connectedClaims(site, [...given, ...beside])
  const all = [...others.filter(({ id, browser }) => !ids.has(`${browser} ${id}`)), ...given]
  return assignLeads(site, all, group)
}

function newClaims(group: Group): StoredClaim[] {
  const fresh: StoredClaim[] = []
  for (const { browser, event } of group.changes.events) {
    if (!event.claim || isSaidBefore(event, browser)) continue
    const claim: StoredClaim = {
      ...event.claim,
      ref: null,
      site: browser.site,
      id: event.id,
      at: event.at,
      browser: browser.ref,
      lead: null,
      isVoid: isUndone({ ...event.claim, at: event.at }, browser.unlinks),
      isShared: false,
      conflict: null,
    }
    browser.claims.push(claim)
    browser.claims.sort(byClaimTime)
    group.changes.claims.add(claim)
    fresh.push(claim)
  }
  return fresh
}

/**
 * Whether a claim says nothing that isn't known of this browser. An event whose own was dropped by retention
 * may be sent again, and claims what it claimed. And everything in the browser of a user id alone names that
 * user: after the first time, which draws the boundary and founds the lead, saying no more than that changes
 * nothing, whatever else is claimed before or after. Of undone links the first new one counts again.
 */
function isSaidBefore(
  { id, at, claim }: Pick<NewEvent, 'id' | 'at' | 'claim'>,
  { claims, external, unlinks }: BrowserState,
): boolean {
  if (claims.some((one) => one.id === id)) return true
  if (claim === null || claim.link !== null || Object.keys(claim.traits).length > 0) return false
  const { userId, email, strength } = claim
  const isMailbox = external?.startsWith(MAIL_BROWSER) === true
  const isUsers = userId !== null && external === browserOfUser(userId)
  if (!isMailbox && !(isUsers && email === null && strength === 'strong')) return false
  const isVoid = isUndone({ ...claim, at }, unlinks)
  return claims.some(
    (one) =>
      one.strength === strength &&
      one.userId === userId &&
      (email === null || one.email === email) &&
      one.isVoid === isVoid &&
      (one.at < at || (one.at === at && one.id < id)),
  )
}

/** Resolves connected claims; writes leads and gives claims their lead. Returns the claims whose hold may change. */
function assignLeads(site: number, claims: readonly StoredClaim[], group: Group): StoredClaim[] {
  const { leads, conflicts } = resolveClaims(claims)
  const refs = new Map<ResolvedLead<StoredClaim>, number>()
  const taken = new Set<number>()
  const moved: StoredClaim[] = []
  const before = new Map(
    [...claims]
      .sort(byClaimTime)
      .reverse()
      .flatMap((claim) => (claim.lead === null ? [] : [[claim.lead, claim] as const])),
  )
  // A number stays with somebody who is still linked, and the user id that had it; else with the
  // earliest claim that has one.
  const isFree = (claim: StoredClaim) => claim.lead !== null && !taken.has(claim.lead)
  const byProof = [...leads].sort((a, b) => rankOf(b) - rankOf(a))
  for (const lead of byProof) {
    const ofUser = lead.claims.find(
      (c) => isFree(c) && c.userId !== null && c.userId === lead.userId,
    )
    const known = (ofUser ?? lead.claims.find(isFree))?.lead
    const ref = known ?? group.now.nextRef('lead')
    if (known === undefined) group.changes.newLeads.add(ref)
    taken.add(ref)
    refs.set(lead, ref)
    writeLead(ref, site, lead, group)
  }
  for (const [lead, ref] of refs) {
    for (const claim of lead.claims) {
      if (claim.lead === ref) continue
      claim.lead = ref
      group.changes.claims.add(claim)
      moved.push(claim)
    }
  }
  // What was said and decided about a lead that is no more goes to whoever has its first claim.
  for (const [ref, first] of before) {
    if (!taken.has(ref) && first.lead !== null) group.changes.removedLeads.set(ref, first.lead)
  }
  const others = new Map(conflicts.map((c) => [c.claim, refs.get(c.other)]))
  return [...moved, ...noteConflicts(claims, others, group), ...noteShared(claims, group)]
}

function rankOf({ claims, userId }: ResolvedLead<StoredClaim>): number {
  return 2 * Number(claims.some(({ isVoid }) => !isVoid)) + Number(userId !== null)
}

/** Marks claims whose ids are two people's; returns those for which that is new. */
function noteConflicts(
  claims: readonly StoredClaim[],
  others: ReadonlyMap<StoredClaim, number | undefined>,
  group: Group,
): StoredClaim[] {
  return claims.filter((claim) => {
    const other = others.get(claim) ?? null
    if (claim.conflict === other) return false
    claim.conflict = other
    group.changes.claims.add(claim)
    return true
  })
}

/** Marks claims by links that were passed on; returns those for which that is new. */
function noteShared(claims: readonly StoredClaim[], group: Group): StoredClaim[] {
  if (claims.every(({ link }) => link === null)) return []
  const shared = sharedLinks(claims)
  return claims.filter((claim) => {
    const isShared = claim.link !== null && shared.has(claim.link)
    if (claim.isShared === isShared) return false
    claim.isShared = isShared
    group.changes.claims.add(claim)
    return true
  })
}

function writeLead(ref: number, site: number, lead: ResolvedLead<StoredClaim>, group: Group): void {
  group.changes.removedLeads.delete(ref)
  group.changes.changedLeads.add(ref)
  group.changes.leads.set(ref, {
    ref,
    site,
    email: emailOf(lead),
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
    if (!own || own === claim || claim.browser !== browser.ref) continue
    Object.assign(own, {
      lead: claim.lead,
      isVoid: claim.isVoid,
      isShared: claim.isShared,
      conflict: claim.conflict,
    })
  }
  const holds = holdsOf(
    browser.claims.filter(({ isShared }) => !isShared),
    browser.unlinks,
  )
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
      touches: NO_TOUCHES,
    }
  )
}
