import type { Adjustment, Bucket } from '../scoring/score.ts'
import type { DecidedBy, Outcome, OutcomeType, Qualification } from '../scoring/stages.ts'
import type { Reason, ScoreJson, Stage } from './shapes.ts'

/** How leads stand, and what people and the machine said of them. */

/** Who a lead is and what it did, as its stage is decided by; to be read before anything else is written. */
export interface LeadStanding {
  readonly ref: number
  readonly email: string | null
  readonly traits: Readonly<Record<string, string | number | boolean>>
  readonly stage: Stage
  readonly qualification: Qualification
  /** When it is to be looked at though nothing happens; null for never. */
  readonly lookAt: number | null
  readonly buckets: readonly Bucket[]
  readonly adjustments: readonly Adjustment[]
  readonly outcomes: readonly Outcome[]
}

/** What decides a lead's stage when sales says more of it. */
export type LeadSaid = Pick<LeadStanding, 'ref' | 'stage' | 'qualification' | 'outcomes'>

/** A change of stage, with what it was decided on; never rewritten. */
export interface Decision {
  readonly at: number
  readonly from: Stage
  readonly to: Stage
  readonly by: DecidedBy
  readonly scoreMilli: number
  readonly reasons: readonly Reason[]
  readonly fit: ScoreJson['fit']
  readonly modelVersion: number
  /** What a person said when deciding; null for none. */
  readonly note: string | null
}

/** How a lead stands after a look. */
export interface SettledLead {
  readonly ref: number
  readonly stage: Stage
  readonly qualification: Qualification
  readonly lookAt: number | null
  readonly decisions: readonly Decision[]
}

export interface NewOutcome {
  readonly lead: number
  readonly type: OutcomeType
  readonly at: number
  readonly value: number | null
  readonly currency: string | null
  readonly reason: string | null
  readonly by: string
  readonly recordedAt: number
}

export interface NewAdjustment extends Adjustment {
  readonly lead: number
  readonly by: string
}
