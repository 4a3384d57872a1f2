import { type Fit, fitOf } from '../../../scoring/fit.ts'
import {
  type Adjustment,
  type Bucket,
  engagementOf,
  type Score,
  scoreOf,
} from '../../../scoring/score.ts'
import { dayOf } from '../../../scoring/tables.ts'
import type { Reason, ScoreJson, Stage, Traits } from '../../shapes.ts'
import { bucketOf } from '../rows.ts'
import type { ReadModel, ReadTools } from './tools.ts'
import type { HoldRow } from './touches.ts'

/** Reads the buckets of visitors; SQL is not asked to add, `scoreOf` does. */
export function createBucketReader({ db }: ReadTools) {
  const query = db
    .prepare('SELECT day, rule, count, engaged_ms, last_ms FROM bucket WHERE visitor = ?')
    .raw()
  return (holds: readonly Pick<HoldRow, 'visitor'>[]): Bucket[] =>
    holds.flatMap(({ visitor }) => query.all(visitor).map(bucketOf))
}

export interface Person {
  readonly email: string | null
  readonly traits: Traits
  readonly stage: Stage
}

export interface ScoreReading {
  readonly buckets: Iterable<Bucket>
  readonly adjustments: readonly Adjustment[]
  readonly person: Person
  readonly model: ReadModel
  readonly asOf: number
  readonly percentile: number | null
}

function readScore(reading: ScoreReading, tools: ReadTools): { score: Score; fit: Fit } {
  const { buckets, person, model, asOf, adjustments } = reading
  return {
    score: scoreOf(buckets, model.rules, dayOf(asOf), adjustments),
    fit: fitOf(person.traits, person.email, model.fit, tools.domains),
  }
}

/** A score in the shape of the API. */
export function scoreJson(reading: ScoreReading, tools: ReadTools): ScoreJson {
  const { score, fit } = readScore(reading, tools)
  const engagement = engagementOf(score.milli)
  return {
    score: score.milli / 1000,
    score_milli: score.milli,
    engagement,
    fit: { points: fit.points, letter: fit.letter },
    grade: `${fit.letter ?? '-'}${engagement}`,
    stage: reading.person.stage,
    model_version: reading.model.rules.version,
    as_of: new Date(reading.asOf).toISOString(),
    percentile: reading.percentile,
    reasons: score.reasons,
  }
}

/** The strongest lines, by absolute points, in their order; what a list shows. */
export function strongest(reasons: readonly Reason[], most: number): readonly Reason[] {
  const kept = new Set(
    [...reasons].sort((a, b) => Math.abs(b.milli) - Math.abs(a.milli)).slice(0, most),
  )
  return reasons.filter((reason) => kept.has(reason))
}
