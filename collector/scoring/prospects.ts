import { ACTIVITY_REF, type CompiledRule } from './match.ts'
import { type Judge, type JudgedLead, readingOf } from './reading.ts'
import { activeDaysOf, type Bucket } from './score.ts'
import {
  lookAtLead,
  lookUntil,
  type Outcome,
  type Qualification,
  type Requirements,
  requirementsOf,
  type StageDecision,
  stageOf,
} from './stages.ts'
import { DAY_MS, dayOf } from './tables.ts'

/**
 * What is missing to an MQL, what will come by itself, and what one more step would change. Nothing is
 * judged here: the stage machine is asked, about now and about a lead that did one thing more.
 */

export interface ProspectSource {
  readonly lead: JudgedLead
  readonly qualification: Qualification
  readonly outcomes: readonly Outcome[]
  readonly judge: Judge
  readonly at: number
}

/** One more event, or one more minute, counted for a rule now. */
export interface Step {
  readonly rule: CompiledRule
  /** What it would add to the score, after caps. */
  readonly gainMilli: number
  readonly isMql: boolean
}

export interface Prospects extends Requirements {
  readonly activeDays: number
  /** What the clock alone decides next, if nothing happens; null where it decides nothing. */
  readonly next: StageDecision | null
  /** Those that gain something, those that make an MQL first; empty where the score has no say. */
  readonly steps: readonly Step[]
}

const HORIZON_MS = 400 * DAY_MS
const STEP_MS = 60_000

export function prospectsOf(source: ProspectSource): Prospects {
  const { lead, judge, qualification, outcomes, at } = source
  const { mql } = judge.model.spec
  const reading = readingOf(lead, judge, at)
  const now = { qualification, outcomes, reading, mql, at }
  const required = requirementsOf(now)
  const [next = null] = lookUntil({ ...now, until: at + HORIZON_MS }).decisions
  return {
    ...required,
    activeDays: activeDaysOf(lead.buckets),
    next,
    steps: required.isWithSales ? [] : stepsOf(source, reading.scoreAt(dayOf(at))),
  }
}

function stepsOf({ lead, judge, ...stage }: ProspectSource, milli: number): Step[] {
  const { mql } = judge.model.spec
  return judge.model.rules
    .map((rule): Step => {
      const buckets = [...lead.buckets, ...oneMore(rule, stage.at)]
      const reading = readingOf({ ...lead, buckets }, judge, stage.at)
      const look = lookAtLead({ ...stage, reading, mql })
      const gainMilli = reading.scoreAt(dayOf(stage.at)) - milli
      return { rule, gainMilli, isMql: stageOf(look.qualification, stage.outcomes) === 'mql' }
    })
    .filter(({ gainMilli, isMql }) => gainMilli > 0 || isMql)
    .sort((a, b) => Number(b.isMql) - Number(a.isMql) || b.gainMilli - a.gainMilli)
}

/** The step, done by a person who was proven to be there. */
function oneMore({ ref, tables }: CompiledRule, at: number): Bucket[] {
  const bucket = { day: dayOf(at), count: 1, engagedMs: 0, lastAt: at }
  const engagedMs = tables.ofSeconds.length > 0 ? STEP_MS : 0
  return [
    { ...bucket, rule: ref, engagedMs },
    { ...bucket, rule: ACTIVITY_REF },
  ]
}
