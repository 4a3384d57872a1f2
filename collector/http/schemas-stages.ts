import { z } from '@hono/zod-openapi'
import { OUTCOME_TYPES } from '../scoring/stages.ts'
import type {
  AdjustmentJson,
  ConflictJson,
  DecisionJson,
  OutcomeJson,
  TrendDayJson,
} from '../store/shapes.ts'
import {
  evidenceFields,
  exactly,
  fit,
  instant,
  maybe,
  milli,
  reason,
  STAGES,
  text,
} from './schemas.ts'

/** What was decided about leads, and what people said of them; see schemas.ts. */

const by = text.openapi({
  description: 'Name of the key, or of the person, that reported it.',
  example: 'CRM',
})

export const outcome = exactly<OutcomeJson>()(
  z.object({
    id: text.openapi({ example: 'ou_1' }),
    type: text.openapi({ example: 'qualify_lead', enum: [...OUTCOME_TYPES] }),
    occurred_at: instant,
    value: z.number().nullable().openapi({ example: 1200 }),
    currency: maybe.openapi({ example: 'EUR' }),
    reason: maybe,
    by,
    recorded_at: instant,
  }),
).openapi('Outcome')

export const adjustment = exactly<AdjustmentJson>()(
  z.object({
    id: text.openapi({ example: 'ad_1' }),
    points: z.number().openapi({ example: 20 }),
    reason: text.openapi({ example: 'Met at the fair' }),
    by,
    at: instant,
  }),
).openapi('Adjustment')

export const decidedBy = z.enum(['score', 'hand_raise', 'clock', 'sales', 'identity'])

export const decision = exactly<DecisionJson>()(
  z.object({
    id: text.openapi({ example: 'de_1' }),
    at: instant,
    from: z.enum(STAGES),
    to: z.enum(STAGES),
    by: decidedBy,
    score: z.number().openapi({ example: 14.12 }),
    score_milli: milli,
    reasons: z.array(reason).readonly(),
    fit,
    model_version: z.int(),
    note: maybe,
  }),
).openapi('Decision')

export const trendDay = exactly<TrendDayJson>()(
  z.object({
    day: text.openapi({ format: 'date', example: '2026-11-21' }),
    score: z.number().openapi({ example: 14.12 }),
    score_milli: milli,
  }),
).openapi('TrendDay')

export const conflict = exactly<ConflictJson>()(
  z.object({
    id: text.openapi({ example: 'cf_1' }),
    site: text.openapi({ example: 'si_1' }),
    lead: text.openapi({ description: 'Who took the behaviour.', example: 'ld_1' }),
    other: text.openapi({ description: 'Whose the e-mail is.', example: 'ld_2' }),
    user_id: maybe,
    email: maybe,
    visitor: text.openapi({ example: 'vi_1' }),
    browser: maybe,
    ...evidenceFields,
    at: instant,
  }),
).openapi('Conflict')
