/**
 * From claims ("this browser is that person") to leads, and to who held a browser when.
 *
 * Both are functions of the *set* of claims: claims are always taken in order of (at, id), never
 * in order of arrival, so a late or repeated claim gives what a punctual one would have given. A
 * prefix of that order gives the same answer for the claims in it, which is what makes reading as
 * of a past instant possible: leave out the claims after it.
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
}

/** A person as the claims describe them. Its first claim founds it. */
export interface ResolvedLead<C extends Claim = Claim> {
  readonly claims: C[]
  readonly emails: Set<string>
  userId: string | null
  verified: boolean
  readonly traits: Record<string, string | number | boolean>
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
    const lead = {
      claims: [],
      emails: new Set<string>(),
      userId: null,
      verified: false,
      traits: {},
    }
    leads.push(lead)
    return lead
  }
  const mayChange = (lead: ResolvedLead<C>, claim: C) =>
    claim.strength === 'strong' || !lead.verified

  for (const claim of [...claims].sort(byClaimTime)) {
    const { userId, email } = claim
    const ofUser = userId === null ? undefined : byUser.get(userId)
    const ofEmail = email === null ? undefined : byEmail.get(email)
    // An e-mail whose lead already has another user id belongs to somebody else.
    const isTaken = !ofUser && userId !== null && ofEmail !== undefined && ofEmail.userId !== null
    const lead = ofUser ?? (isTaken ? undefined : ofEmail) ?? found()
    if (ofEmail && ofEmail !== lead) conflicts.push({ claim, taken: lead, other: ofEmail })
    if (mayChange(lead, claim)) {
      if (userId !== null && lead.userId === null && !ofUser) {
        lead.userId = userId
        byUser.set(userId, lead)
      }
      const isFirst = lead.emails.size === 0 || claim.strength === 'strong'
      if (email !== null && !ofEmail && isFirst) {
        lead.emails.add(email)
        byEmail.set(email, lead)
      }
      Object.assign(lead.traits, claim.traits)
    }
    if (claim.strength === 'strong') lead.verified = true
    lead.claims.push(claim)
    leadOf.set(claim, lead)
  }
  return { leads, leadOf, conflicts }
}

/** A stretch of a browser's life in one person's hands, from `from` (inclusive) to the next one's. */
export interface Hold<L> {
  readonly from: number
  /** Null while nobody has claimed the browser. */
  readonly lead: L | null
}

/**
 * Who held a browser when. What happened before the first claim belongs to the first claimant; a
 * claim for somebody else begins a new hold at its instant. Never empty, always from -Infinity.
 */
export function holdsOf<L>(
  claims: readonly { readonly at: number; readonly lead: L }[],
): Hold<L>[] {
  const holds: Hold<L>[] = []
  for (const { at, lead } of claims) {
    const last = holds.at(-1)
    if (!last) holds.push({ from: Number.NEGATIVE_INFINITY, lead })
    else if (last.lead !== lead) {
      if (last.from === at) holds.pop() // two claims at one instant: the later id holds it
      const before = holds.at(-1)
      if (before?.lead !== lead) holds.push({ from: holds.length === 0 ? last.from : at, lead })
    }
  }
  return holds.length > 0 ? holds : [{ from: Number.NEGATIVE_INFINITY, lead: null }]
}

/** The index of the hold that contains an instant. */
export function holdAt(holds: readonly { readonly from: number }[], at: number): number {
  let index = holds.length - 1
  while (index > 0 && (holds[index]?.from ?? 0) > at) index -= 1
  return index
}
