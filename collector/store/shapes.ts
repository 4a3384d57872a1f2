/**
 * What is read out of Pique, in the words and shapes of the public API. The dashboard places the
 * same objects that the API answers, so the two can't disagree. Instants are ISO 8601 in UTC;
 * points are milli-points (1000 = one point).
 */

export type Stage =
  | 'anonymous'
  | 'lead'
  | 'mql'
  | 'sql'
  | 'opportunity'
  | 'won'
  | 'lost'
  | 'disqualified'
  | 'recycled'

export type FitLetter = 'A' | 'B' | 'C' | 'D'

/** One line of a score. Lines of a rule carry `rule`; a cap carries both `rule` and `kind`. */
export interface Reason {
  readonly rule?: string
  readonly kind?: 'cap' | 'adjustment' | 'floor'
  readonly label: string
  readonly milli: number
  readonly count?: number
  readonly engaged_ms?: number
  readonly last_at?: string
}

/** A score with its receipt: `sum(reasons.milli) === score_milli`, always, unless a list shortened `reasons`. */
export interface ScoreJson {
  readonly score: number
  readonly score_milli: number
  readonly engagement: 1 | 2 | 3 | 4
  readonly fit: { readonly points: number; readonly letter: FitLetter | null }
  readonly grade: string
  readonly stage: Stage
  readonly model_version: number
  readonly as_of: string
  readonly percentile: number | null
  readonly reasons: readonly Reason[]
}

export interface TouchJson {
  readonly channel: string
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
  readonly landing: string | null
  readonly referrer: string | null
  readonly at: string
}

export type Traits = Readonly<Record<string, string | number | boolean>>

export interface LeadJson extends ScoreJson {
  readonly id: string
  readonly site: string
  readonly email: string | null
  readonly user_id: string | null
  readonly name: string | null
  readonly traits: Traits
  readonly first_touch: TouchJson | null
  readonly last_touch: TouchJson | null
  readonly first_seen_at: string | null
  readonly last_seen_at: string | null
}

/** One browser during one identity. `lead` is the id of the lead it belongs to, or null. */
export interface VisitorJson extends ScoreJson {
  readonly id: string
  readonly site: string
  readonly browser: string | null
  readonly lead: string | null
  readonly device: string | null
  readonly bot: string | null
  readonly first_touch: TouchJson | null
  readonly last_touch: TouchJson | null
  readonly first_seen_at: string | null
  readonly last_seen_at: string | null
  readonly last_page: { readonly url: string; readonly title: string | null } | null
}

export interface TimelineEventJson {
  readonly id: string
  readonly type: string
  readonly at: string
  readonly url: string | null
  readonly title: string | null
  readonly props: Readonly<Record<string, unknown>>
  /** What the event's rules gave it, before decay and caps. */
  readonly milli: number
  readonly rules: readonly string[]
}

export interface TimelineSessionJson {
  readonly session: string
  readonly visitor: string
  readonly started_at: string
  readonly ended_at: string
  readonly source: TouchJson | null
  readonly device: string | null
  /** A person was proven to be there; without it nothing in the session scores. */
  readonly human: boolean
  /** Why the session can't score whatever it proves: a crawler's name, or null. */
  readonly bot: string | null
  readonly events: readonly TimelineEventJson[]
}

export interface IdentityJson {
  readonly visitor: string
  readonly browser: string | null
  readonly evidence: string
  readonly strength: 'strong' | 'medium' | 'weak'
  readonly at: string
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly next_cursor: string | null
}

export interface SiteJson {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly origins: readonly string[]
  readonly created_at: string
  /** Its history was made by the demo generator, not by people. */
  readonly generated: boolean
}

export type Scope = 'read' | 'write' | 'admin'

export interface KeyJson {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly site: string | null
  readonly created_at: string
}

export interface RejectedJson {
  readonly id: string
  readonly site: string
  readonly code: string
  readonly detail: string
  readonly sample: string
  readonly received_at: string
}
