/**
 * From claims ("this browser is that person") to leads, and to who held a browser when.
 *
 * Both are functions of the *set* of claims: claims are always taken in order of (at, id), never
 * in order of arrival, so a late or repeated claim gives what a punctual one would have given. A
 * prefix of that order gives the same answer for the claims in it, which is what makes reading as
 * of a past instant possible: leave out the claims after it.
 *
 * An undone link voids claims. They keep the boundaries they drew, and bind nothing: what they held is
 * anonymous, and the ids and traits they gave are gone, unless nobody else knows the person at all.
 */

export type Strength = 'strong' | 'medium' | 'weak'

export interface Claim {
  /** The claiming event's id, 32 hex digits: the tie-break. */
  readonly id: string
  readonly at: number
  /** The store's number for the browser. */
  readonly browser: number
  readonly userId: string | null
  /** In normal form. */
  readonly email: string | null
  readonly strength: Strength
  readonly evidence: string
  readonly traits: Readonly<Record<string, string | number | boolean>>
  /** The link in an e-mail that was followed, for a weak claim; null for any other. */
  readonly link: string | null
  /** Its link to the browser was undone; see `isUndone`. */
  readonly isVoid: boolean
}

const RANK: Readonly<Record<Strength, number>> = { weak: 0, medium: 1, strong: 2 }

/** That somebody said: this stretch of this browser's life was not that person. Kept for ever. */
export interface Unlink {
  readonly browser: number
  /** The visitor's hold as it was: from `from` to before `to`. */
  readonly from: number
  readonly to: number
  /** When it was undone; a newer claim links again. */
  readonly at: number
  /** The ids of the person it is not. */
  readonly userIds: readonly string[]
  readonly emails: readonly string[]
}

/** Whether one of a browser's unlinks voids a claim on it, whenever the claim arrives. */
export function isUndone(claim: Claimed, unlinks: readonly Unlink[]): boolean {
  return undoneBy(claim, unlinks) !== undefined
}

type Claimed = Pick<Claim, 'at' | 'userId' | 'email'>

function undoneBy(claim: Claimed, unlinks: readonly Unlink[]): Unlink | undefined {
  return unlinks.find(
    ({ from, to, at, userIds, emails }) =>
      claim.at <= at &&
      claim.at >= from &&
      claim.at < to &&
      (claim.userId === null ? emails.includes(claim.email ?? '') : userIds.includes(claim.userId)),
  )
}

/**
 * How far a lead's ids and traits are proven: not at all, by a strong claim, or by strong claims
 * of which some gave traits.
 */
export type Verification = 0 | 1 | 2

/** A person as the claims describe them. Its first claim founds it. */
export interface ResolvedLead<C extends Claim = Claim> {
  readonly claims: C[]
  /** Those that strong claims gave, where any did, the last one proven last. */
  readonly emails: Set<string>
  readonly strongEmails: Set<string>
  userId: string | null
  /** A strong claim gave the user id. */
  isUserProven: boolean
  verification: Verification
  /** Those that strong claims gave, where any did. */
  traits: Record<string, string | number | boolean>
}

/** A claim whose user id and e-mail belong to two different leads; the user id's lead took the behaviour. */
export interface Conflict<C extends Claim = Claim> {
  readonly claim: C
  readonly taken: ResolvedLead<C>
  readonly other: ResolvedLead<C>
}

export interface Resolution<C extends Claim = Claim> {
  readonly leads: readonly ResolvedLead<C>[]
  readonly leadOf: ReadonlyMap<C, ResolvedLead<C>>
  readonly conflicts: readonly Conflict<C>[]
}

export function byClaimTime(a: Claim, b: Claim): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/**
 * Gives every claim its lead. Known leads are never fused: where a claim's user id and e-mail point
 * to different leads, the user id takes the behaviour. Only a strong claim changes the ids and
 * traits of a verified lead.
 */
export function resolveClaims<C extends Claim>(claims: Iterable<C>): Resolution<C> {
  const byUser = new Map<string, ResolvedLead<C>>()
  const byEmail = new Map<string, ResolvedLead<C>>()
  const leads: ResolvedLead<C>[] = []
  const leadOf = new Map<C, ResolvedLead<C>>()
  const conflicts: Conflict<C>[] = []

  const found = (): ResolvedLead<C> => {
    const lead: ResolvedLead<C> = {
      claims: [],
      emails: new Set(),
      strongEmails: new Set(),
      userId: null,
      isUserProven: false,
      verification: 0,
      traits: {},
    }
    leads.push(lead)
    return lead
  }
  const addIds = (lead: ResolvedLead<C>, claim: C) => {
    const { userId, email } = claim
    if (userId !== null && lead.userId === null && !byUser.has(userId)) {
      lead.userId = userId
      byUser.set(userId, lead)
    }
    const isFirst = lead.emails.size === 0 || claim.strength === 'strong'
    if (email !== null && !byEmail.has(email) && isFirst) {
      lead.emails.add(email)
      byEmail.set(email, lead)
    }
  }
  /** What a strong claim proves stands alone: a weaker one, also one dated before it, adds nothing beside. */
  const prove = (lead: ResolvedLead<C>, { userId, email, traits }: C) => {
    if (userId !== null && lead.userId === userId) lead.isUserProven = true
    if (email !== null && byEmail.get(email) === lead) {
      lead.strongEmails.add(email)
      lead.emails.delete(email)
      lead.emails.add(email)
    }
    if (lead.strongEmails.size > 0) {
      for (const other of lead.emails) {
        if (lead.strongEmails.has(other)) continue
        lead.emails.delete(other)
        byEmail.delete(other)
      }
    }
    const hasTraits = Object.keys(traits).length > 0
    if (hasTraits && lead.verification < 2) lead.traits = {}
    lead.verification = hasTraits || lead.verification === 2 ? 2 : 1
    Object.assign(lead.traits, traits)
  }

  /**
   * Nobody's word but a proof ties two proven ids: an id that a lead has from weaker claims beside
   * another kind that is proven leaves it when a strong claim names it without that.
   */
  const untie = ({ userId, email }: C) => {
    const ofUser = byUser.get(userId ?? '')
    const isWeakUser = ofUser && !ofUser.isUserProven && ofUser.strongEmails.size > 0
    if (userId !== null && isWeakUser && !ofUser.strongEmails.has(email ?? '')) {
      ofUser.userId = null
      byUser.delete(userId)
    }
    const ofEmail = byEmail.get(email ?? '')
    const isWeakEmail = ofEmail?.isUserProven && !ofEmail.strongEmails.has(email ?? '')
    if (email !== null && isWeakEmail && ofEmail.userId !== userId) {
      ofEmail.emails.delete(email)
      byEmail.delete(email)
    }
  }

  const sorted = [...claims].filter(namesSomebody).sort(byClaimTime)
  for (const claim of sorted) {
    if (claim.isVoid) continue
    const { userId, email } = claim
    if (claim.strength === 'strong') untie(claim)
    const ofUser = userId === null ? undefined : byUser.get(userId)
    const ofEmail = email === null ? undefined : byEmail.get(email)
    // An e-mail whose lead already has another user id belongs to somebody else.
    const isTaken = !ofUser && userId !== null && ofEmail !== undefined && ofEmail.userId !== null
    const lead = ofUser ?? (isTaken ? undefined : ofEmail) ?? found()
    if (ofEmail && ofEmail !== lead) conflicts.push({ claim, taken: lead, other: ofEmail })
    const isStrong = claim.strength === 'strong'
    if (isStrong || lead.verification === 0) addIds(lead, claim)
    if (isStrong) prove(lead, claim)
    else if (lead.verification === 0) Object.assign(lead.traits, claim.traits)
    lead.claims.push(claim)
    leadOf.set(claim, lead)
  }
  // A person known only from links that were undone is still somebody, with no behaviour.
  for (const claim of sorted) {
    if (!claim.isVoid) continue
    const ofUser = claim.userId === null ? undefined : byUser.get(claim.userId)
    const ofEmail = byEmail.get(claim.email ?? '')
    const isUnknown = (lead: ResolvedLead<C>) => lead.claims.every(({ isVoid }) => isVoid)
    const mayJoin =
      ofEmail && (claim.userId === null || (ofEmail.userId === null && isUnknown(ofEmail)))
    const lead = ofUser ?? (mayJoin ? ofEmail : found())
    if (isUnknown(lead)) {
      addIds(lead, claim)
      if (claim.strength === 'strong') prove(lead, claim)
      else if (lead.verification === 0) Object.assign(lead.traits, claim.traits)
    }
    lead.claims.push(claim)
    leadOf.set(claim, lead)
  }
  return { leads, leadOf, conflicts }
}

/** An erased person's claims draw their boundaries still, and name nobody. */
export function namesSomebody({ userId, email }: Pick<Claim, 'userId' | 'email'>): boolean {
  return userId !== null || email !== null
}

/** The address that is shown: the one proven last; where none is proven, the first. */
export function emailOf({ emails, strongEmails }: ResolvedLead): string | null {
  const all = [...emails]
  return all.at(strongEmails.size > 0 ? -1 : 0) ?? null
}

/**
 * Links that identify nobody any more: followed in two browsers that stronger claims give to
 * different people, so one of them passed the e-mail on. `claims` are all that were made on the
 * browsers in question, with their leads.
 */
export function sharedLinks(
  claims: readonly (Pick<Claim, 'browser' | 'strength' | 'link' | 'isVoid'> & {
    readonly lead: unknown
  })[],
): ReadonlySet<string> {
  const owners = new Map<number, Set<unknown>>()
  for (const { browser, strength, isVoid, lead } of claims) {
    if (strength === 'weak' || isVoid) continue
    owners.set(browser, (owners.get(browser) ?? new Set()).add(lead))
  }
  const browsers = new Map<string, Set<number>>()
  for (const { browser, link, isVoid } of claims) {
    if (link !== null && !isVoid) {
      browsers.set(link, (browsers.get(link) ?? new Set()).add(browser))
    }
  }
  const shared = [...browsers].filter(([, used]) => {
    const sets = [...used].flatMap((browser) => owners.get(browser) ?? [])
    return sets.some((a, i) => sets.slice(i + 1).some((b) => [...a].every((lead) => !b.has(lead))))
  })
  return new Set(shared.map(([link]) => link))
}

/** A stretch of a browser's life in one person's hands, from `from` (inclusive) to the next one's. */
export interface Hold<L> {
  readonly from: number
  /** Null while nobody has claimed the browser. */
  readonly lead: L | null
}

/** What a claim says about who has the browser. */
export interface HoldingClaim<L> extends Claimed, Pick<Claim, 'strength' | 'isVoid'> {
  readonly lead: L
}

/**
 * Who held a browser when. What happened before the first claim belongs to the first claimant; a
 * claim for somebody else begins a new hold at its instant, but a weak one not in what a stronger one
 * has given away. A void claim draws the same boundary and holds nothing. Never empty, always from
 * -Infinity. `claims` in order of (at, id), without those of shared links.
 */
export function holdsOf<L>(
  claims: readonly HoldingClaim<L>[],
  unlinks: readonly Unlink[],
): Hold<L>[] {
  const stretches: Stretch<L>[] = []
  for (const claim of claims) {
    const { at, lead, strength, isVoid } = claim
    const last = stretches.at(-1)
    const rank = RANK[strength]
    // What was undone together was one hold, and stays one, whoever its claims belong to by now.
    const holder = isVoid ? undoneBy(claim, unlinks) : lead
    if (last && last.holder === holder) {
      last.rank = Math.max(last.rank, rank)
      continue
    }
    if (rank === RANK.weak && last && !last.isVoid && last.rank > rank) continue
    if (last?.firstAt === at) stretches.pop() // two claims at one instant: the later id holds it
    const before = stretches.at(-1)
    if (before && before.holder === holder) {
      before.rank = Math.max(before.rank, rank)
    } else {
      const from = stretches.length > 0 ? at : Number.NEGATIVE_INFINITY
      stretches.push({ from, firstAt: at, holder, lead, isVoid, rank })
    }
  }
  if (stretches.length === 0) return [{ from: Number.NEGATIVE_INFINITY, lead: null }]
  return stretches.map(({ from, lead, isVoid }) => ({ from, lead: isVoid ? null : lead }))
}

interface Stretch<L> {
  readonly from: number
  /** Of its first claim; the same as `from`, but for the browser's first stretch. */
  readonly firstAt: number
  /** The lead, or what undid its claims. */
  readonly holder: L | Unlink | undefined
  readonly lead: L
  readonly isVoid: boolean
  /** Of its strongest claim. */
  rank: number
}

/** The index of the hold that contains an instant. */
export function holdAt(holds: readonly { readonly from: number }[], at: number): number {
  let index = holds.length - 1
  while (index > 0 && (holds[index]?.from ?? 0) > at) index -= 1
  return index
}
