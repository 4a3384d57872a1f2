import { publicId } from '../../ids.ts'
import type { AdjustmentJson, DecisionJson, OutcomeJson, Stage } from '../../shapes.ts'
import type { LeadSaid } from '../../standing.ts'
import { outcomeReader } from '../standing.ts'
import type { ReadTools } from './tools.ts'

/** What was decided about a lead, what sales said of it, and what people added by hand. */
export function createSaidReader({ db }: ReadTools) {
  const outcomes = db.prepare('SELECT * FROM outcome WHERE lead = ? ORDER BY at DESC, id DESC')
  const adjustments = db.prepare(
    'SELECT * FROM adjustment WHERE lead = ? ORDER BY at DESC, id DESC',
  )
  const decisions = db.prepare('SELECT * FROM decision WHERE lead = ? ORDER BY id DESC')
  const stageAt = db
    .prepare('SELECT to_stage FROM decision WHERE lead = ? AND at <= ? ORDER BY id DESC LIMIT 1')
    .pluck()
  const standing = db
    .prepare('SELECT stage, is_mql, mql_at, below_since, raised_at FROM lead WHERE id = ?')
    .raw()
  const outcomesOf = outcomeReader(db)
  return {
    standing(ref: number): LeadSaid | null {
      const row = standing.get(ref) as StandingRow | undefined
      if (!row) return null
      const [stage, isMql, mqlAt, belowSince, raisedAt] = row
      const qualification = { isMql: isMql === 1, mqlAt, belowSince, raisedAt }
      return { ref, stage, qualification, outcomes: outcomesOf(ref) }
    },
    outcomes: (lead: number): OutcomeJson[] =>
      outcomes.all(lead).map((row) => outcomeJson(row as OutcomeRow)),
    adjustments: (lead: number): AdjustmentJson[] =>
      adjustments.all(lead).map((row) => adjustmentJson(row as AdjustmentRow)),
    /** Newest first. */
    decisions: (lead: number): DecisionJson[] =>
      decisions.all(lead).map((row) => decisionJson(row as DecisionRow)),
    /** The stage that a lead was in at an instant. */
    stageAt: (lead: number, at: number): Stage =>
      (stageAt.get(lead, at) as Stage | undefined) ?? 'lead', // written from that type
  }
}

type StandingRow = [
  stage: Stage,
  isMql: number,
  mqlAt: number | null,
  belowSince: number | null,
  raisedAt: number | null,
]

interface OutcomeRow {
  readonly id: number
  readonly type: string
  readonly at: number
  readonly value: number | null
  readonly currency: string | null
  readonly reason: string | null
  readonly author: string
  readonly recorded_at: number
}

function outcomeJson({ id, at, author, recorded_at, ...row }: OutcomeRow): OutcomeJson {
  return {
    id: publicId('outcome', id),
    type: row.type,
    occurred_at: iso(at),
    value: row.value,
    currency: row.currency,
    reason: row.reason,
    by: author,
    recorded_at: iso(recorded_at),
  }
}

interface AdjustmentRow {
  readonly id: number
  readonly milli: number
  readonly label: string
  readonly at: number
  readonly author: string
}

function adjustmentJson({ id, milli, label, at, author }: AdjustmentRow): AdjustmentJson {
  return {
    id: publicId('adjustment', id),
    points: milli / 1000,
    reason: label,
    by: author,
    at: iso(at),
  }
}

interface DecisionRow {
  readonly id: number
  readonly at: number
  readonly from_stage: Stage
  readonly to_stage: Stage
  readonly decided_by: DecisionJson['by']
  readonly score_milli: number
  readonly reasons: string
  readonly fit: string
  readonly model: number
  readonly note: string | null
}

function decisionJson(row: DecisionRow): DecisionJson {
  return {
    id: publicId('decision', row.id),
    at: iso(row.at),
    from: row.from_stage,
    to: row.to_stage,
    by: row.decided_by,
    score: row.score_milli / 1000,
    score_milli: row.score_milli,
    reasons: JSON.parse(row.reasons),
    fit: JSON.parse(row.fit),
    model_version: row.model,
    note: row.note,
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
