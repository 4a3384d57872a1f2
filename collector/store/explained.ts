import type {
  AdjustmentJson,
  ConflictJson,
  DecisionJson,
  IdentityJson,
  LeadJson,
  OutcomeJson,
  Stage,
  VisitorJson,
} from './shapes.ts'

/** Somebody with all that explains their score and stage, read in one snapshot: what a person's page shows. */

export interface LeadExplained {
  readonly lead: LeadJson
  /** The model's rules that give the lead something, as in its reasons. */
  readonly rules: readonly RuleExplained[]
  readonly fit: FitExplained
  readonly prospect: ProspectJson
  readonly identities: readonly IdentityJson[]
  /** Claims that named this lead and another one, newest first. */
  readonly conflicts: readonly ConflictJson[]
  readonly outcomes: readonly OutcomeJson[]
  readonly adjustments: readonly AdjustmentJson[]
  readonly decisions: readonly DecisionJson[]
}

export interface VisitorExplained {
  readonly visitor: VisitorJson
  readonly rules: readonly RuleExplained[]
}

/** A rule's line, opened; its days sum to it. Days are `YYYY-MM-DD`, UTC. */
export interface RuleExplained {
  readonly rule: string
  readonly half_life_days: number
  readonly points: number
  /** Value of each repeat of a day, of the one before; 1 for all alike, 0 for the first alone. */
  readonly repeat: number
  readonly max_per_day: number
  /** Null for a rule that counts events. */
  readonly saturation_s: number | null
  /** When half of the line is gone, if nothing new happens. */
  readonly halves_on: string
  /** When the cap takes nothing any more; null where it takes nothing now. */
  readonly fits_cap_on: string | null
  readonly days: readonly RuleDay[]
}

/** `milli` is `gross_milli` after decay, cut to whole milli-points. */
export interface RuleDay {
  readonly day: string
  readonly count: number
  readonly engaged_ms: number
  readonly gross_milli: number
  /** Millionths. */
  readonly weight: number
  readonly milli: number
}

export interface FitExplained {
  readonly cap: number
  readonly rules: readonly {
    readonly rule: string
    readonly label: string
    readonly trait: string
    readonly points: number
    readonly value: string | null
    readonly state: 'counts' | 'outdone' | 'missed' | 'unknown'
    /** Points it would add if it matched. */
    readonly gain: number
  }[]
}

/** What is asked of an MQL, which of it holds, and what comes next. Points, not milli-points, where not said. */
export interface ProspectJson {
  readonly enter: number
  readonly exit: number
  readonly dwell_days: number
  readonly cool_down_days: number
  readonly min_fit: string
  readonly min_active_days: number
  readonly active_days: number
  readonly is_included: boolean
  readonly is_fit: boolean
  readonly is_active: boolean
  readonly is_over_bar: boolean
  /** When the cool-down is over; null where none runs. */
  readonly ready_at: string | null
  readonly is_with_sales: boolean
  readonly is_worked: boolean
  /** Since when an MQL's score is below `exit`. */
  readonly below_since: string | null
  /** What the clock alone decides next, if nothing happens. */
  readonly next: { readonly at: string; readonly to: Stage } | null
  /** What one more event, or minute, would add; those that make an MQL first. */
  readonly steps: readonly StepJson[]
}

export interface StepJson {
  readonly rule: string
  readonly label: string
  readonly unit: 'event' | 'minute'
  readonly gain_milli: number
  readonly is_hand_raise: boolean
  readonly is_mql: boolean
}
