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

/**
 * How far a lead's ids and traits are proven: not at all, by a strong claim, or by strong claims
 * of which some gave traits.
 */
export type Verification = 0 | 1 | 2

/** A person as the claims describe them. Its first claim founds it. */
export interface ResolvedLead<C extends Claim = Claim> {
  readonly claims: C[]
  /** Those that strong claims gave, where any did; the first is the one that is shown. */
  readonly emails: Set<string>
  readonly strongEmails: Set<string>
  userId: string | null
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
  const prove = (lead: ResolvedLead<C>, { email, traits }: C) => {
    if (email !== null && byEmail.get(email) === lead) lead.strongEmails.add(email)
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

  for (const claim of [...claims].sort(byClaimTime)) {
    const { userId, email } = claim
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
