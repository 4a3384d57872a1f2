import type { CompiledExclusion } from './exclude.ts'
import { type CompiledFit, type FitTraits, fitOf } from './fit.ts'
import type { MailDomains } from './mail-domains.ts'
import type { CompiledModel } from './match.ts'
import { type Adjustment, activeDaysOf, type Bucket, createScoreAt, lastRaiseOf } from './score.ts'
import type { QualificationReading } from './stages.ts'
import { dayOf } from './tables.ts'

/** By what leads are judged. */
export interface Judge {
  readonly model: CompiledModel
  readonly fit: CompiledFit
  readonly exclusion: CompiledExclusion
  readonly domains: MailDomains
}

/** Who a lead is and what it did, as far as its stage depends on it. */
export interface JudgedLead {
  readonly email: string | null
  readonly traits: FitTraits
  readonly buckets: readonly Bucket[]
  readonly adjustments: readonly Adjustment[]
}

/** A lead as the stage machine reads it at an instant; each part is worked out when it is asked for. */
export function readingOf(lead: JudgedLead, judge: Judge, at: number): QualificationReading {
  const { model, fit, exclusion, domains } = judge
  const { email, adjustments } = lead
  let scoreAt: ((day: number) => number) | null = null
  return {
    get isExcluded() {
      return exclusion.reasonFor(email) !== null
    },
    get letter() {
      return fitOf(lead.traits, email, fit, domains).letter
    },
    get activeDays() {
      return activeDaysOf(lead.buckets)
    },
    get raisedAt() {
      return lastRaiseOf(lead.buckets, model, dayOf(at))
    },
    get positiveMilli() {
      const isGain = (rule: number) => (model.byRef.get(rule)?.spec.points ?? 0) > 0
      const gains = lead.buckets.filter(({ rule }) => isGain(rule))
      return createScoreAt(gains, model, adjustments)(dayOf(at))
    },
    scoreAt(day) {
      scoreAt ??= createScoreAt(lead.buckets, model, adjustments)
      return scoreAt(day)
    },
  }
}
