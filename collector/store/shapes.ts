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
  /** The last touch that was not direct: what brought the lead, where it now comes by itself. */
  readonly last_non_direct_touch: TouchJson | null
  readonly first_seen_at: string | null
  readonly last_seen_at: string | null
  /** Why it can't become an MQL by its score, such as `own staff`; null where it can. */
  readonly excluded: string | null
}

/** A lead on the dashboard's list. */
export interface ListedLeadJson extends LeadJson {
  /** The score at the end of each of the last 30 UTC days, and now, in milli-points. */
  readonly trend_milli: readonly number[]
  /** Since the end of the UTC day a week ago. */
  readonly change_milli: number
}

export interface ListedPage extends Page<ListedLeadJson> {
  /** Of all that match. */
  readonly total: number
  /** How many of them stand on pages before this one. */
  readonly before: number
}

/** A list of leads that the team comes back to. */
export interface SavedViewJson {
  readonly id: string
  readonly name: string
  /** The query of its address, without a question mark. */
  readonly query: string
  readonly by: string
  readonly created_at: string
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
  readonly last_page: {
    readonly url: string
    readonly title: string | null
    /** When the visit's newest page was opened; null where none was seen opening. */
    readonly opened_at: string | null
  } | null
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

/** A claim whose user id and e-mail are two people's; the user id's took the behaviour. */
export interface ConflictJson {
  readonly id: string
  readonly site: string
  /** Who took the behaviour. */
  readonly lead: string
  /** Whose the e-mail is. */
  readonly other: string
  readonly user_id: string | null
  readonly email: string | null
  readonly visitor: string
  readonly browser: string | null
  readonly evidence: string
  readonly strength: 'strong' | 'medium' | 'weak'
  readonly at: string
}

/** What sales reported. */
export interface OutcomeJson {
  readonly id: string
  readonly type: string
  readonly occurred_at: string
  readonly value: number | null
  readonly currency: string | null
  readonly reason: string | null
  /** Name of the key, or of the person, that reported it. */
  readonly by: string
  readonly recorded_at: string
}

/** Points that a person added or took, with the reason. */
export interface AdjustmentJson {
  readonly id: string
  readonly points: number
  readonly reason: string
  readonly by: string
  readonly at: string
}

/** A change of stage, as it was when it was decided. */
export interface DecisionJson {
  readonly id: string
  readonly at: string
  readonly from: Stage
  readonly to: Stage
  /** `identity`: it was learnt who is who; nothing to announce. */
  readonly by: 'score' | 'hand_raise' | 'clock' | 'sales' | 'identity'
  readonly score: number
  readonly score_milli: number
  readonly reasons: readonly Reason[]
  readonly fit: ScoreJson['fit']
  readonly model_version: number
  readonly note: string | null
}

/** A lead's score at the end of a UTC day; of today, at the instant of reading. */
export interface TrendDayJson {
  readonly day: string
  readonly score: number
  readonly score_milli: number
}

export interface ModelVersionJson {
  readonly version: number
  readonly name: string
  /** `counting` is published and counts events, while the active one answers. */
  readonly state: 'active' | 'counting' | 'retired'
  readonly note: string
  readonly by: string
  readonly published_at: string
  readonly active_at: string | null
}

/** A version with its file. */
export interface ModelJson extends ModelVersionJson {
  readonly yaml: string
}

/** A lead in a what-if. */
export interface MovedLeadJson {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  readonly stage: Stage
  readonly before_milli: number
  readonly after_milli: number
}

export interface WhatIfSideJson {
  /** Leads by score: ten points a band, the last from 100. */
  readonly bands: readonly { readonly from: number; readonly leads: number }[]
  /** The score that half of the leads don't exceed, and 90 % of them; null where there are none. */
  readonly median_milli: number | null
  readonly p90_milli: number | null
  /** Leads by letter of fit; `-` where nothing is known. */
  readonly letters: Readonly<Record<string, number>>
  readonly qualified: number
  /** Of the leads that sales judged; null where there are none. */
  readonly precision: number | null
  readonly recall: number | null
}

/** What a model would change, if it scored now. */
export interface WhatIfJson {
  readonly leads: number
  /** Leads that sales judged, which precision and recall are over. */
  readonly judged: number
  readonly before: WhatIfSideJson
  readonly after: WhatIfSideJson
  readonly gained: readonly MovedLeadJson[]
  readonly lost: readonly MovedLeadJson[]
  /** How many there are of each; the lists may be cut. */
  readonly gained_total: number
  readonly lost_total: number
  readonly rules: readonly {
    readonly rule: string
    readonly label: string
    readonly before_milli: number
    readonly after_milli: number
    readonly before_leads: number
    readonly after_leads: number
  }[]
  /** Events that had to be read because rules count others than before; 0 where counts were enough. */
  readonly scanned_events: number
}

/** What a rule of the active model matched lately, over all leads. */
export interface RuleLatelyJson {
  readonly rule: string
  /** What it gives all leads together now, decay and caps applied. */
  readonly milli: number
  /** Leads whose score it moves now. */
  readonly leads: number
  readonly week: RuleStretchJson
  readonly month: RuleStretchJson
  /** Leads that matched by UTC day, the last of 30 today. */
  readonly days: readonly number[]
  readonly newest: readonly {
    readonly id: string
    readonly email: string | null
    readonly name: string | null
    readonly at: string
    /** Of the page it happened on, where one was told. */
    readonly url: string | null
  }[]
}

/** Days up to today: 7 or 30. */
export interface RuleStretchJson {
  readonly leads: number
  /** 0 for rules of engaged time. */
  readonly events: number
  readonly engaged_ms: number
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
  /** A page may say who somebody is only with the site's signature. */
  readonly require_signature: boolean
  /** What the tag begins with, until the page says what the visitor decided. */
  readonly consent: SiteConsent
}

export const SITE_CONSENTS = ['granted', 'pending', 'denied'] as const
export type SiteConsent = (typeof SITE_CONSENTS)[number]

export type Scope = 'read' | 'write' | 'admin'

export interface KeyJson {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly site: string | null
  readonly created_at: string
  /** Refused from then on; null for a key without an end. */
  readonly expires_at: string | null
}

/** `owner` may do everything; `analyst` works with leads and models; `viewer` reads, e-mails masked. */
export const ROLES = ['owner', 'analyst', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Somebody who signs in with a password. */
export interface AccountJson {
  readonly id: string
  readonly email: string
  readonly role: Role
  /** False until the one-time link was used. */
  readonly has_password: boolean
  readonly created_at: string
}

/** Somebody changed or read out something. */
export interface AuditJson {
  readonly id: string
  readonly at: string
  /** An account's e-mail, the name and id of a key, `owner` or `command line`. */
  readonly by: string
  /** Stable, such as `lead.erased`. */
  readonly action: string
  /** The id of what it was done to. */
  readonly subject: string | null
  readonly detail: string | null
}

/** An event that waits in quarantine, for administrators. */
export interface QuarantinedJson {
  readonly id: string
  readonly site: string
  readonly reason: string
  /** The event as it came, JSON text, cut. */
  readonly event: string
  readonly received_at: string
}

export interface RejectedJson {
  readonly id: string
  readonly site: string
  readonly code: string
  readonly detail: string
  readonly sample: string
  readonly received_at: string
}
