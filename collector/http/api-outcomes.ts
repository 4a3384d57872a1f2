import { z } from '@hono/zod-openapi'
import { OUTCOME_TYPES } from '../scoring/stages.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { AdjustmentJson, OutcomeJson } from '../store/shapes.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageInOrder } from './api-cursor.ts'
import { parseInstant } from './api-instant.ts'
import {
  adjustmentParams,
  leadParams,
  outcomeParams,
  sentence,
  siteListQuery,
  siteQuery,
  textLike,
  WHEN,
  writeHeaders,
} from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { audited } from './audit.ts'
import { refuse } from './refuse.ts'
import { pageOf } from './schemas.ts'
import { adjustment, decision, outcome } from './schemas-stages.ts'

/** What people say of a lead (outcomes and adjustments), and what was decided about it. */

const TAGS = ['Stages']
/** How far the clock of whoever reports an outcome may be ahead of ours. */
const CLOCK_SKEW_MS = 60_000
const MAX_POINTS = 100_000

const occurredAt = z.union([z.string(), z.number()], { error: WHEN }).transform((given, ctx) => {
  const at = parseInstant(String(given), 'start')
  if (at === null) ctx.addIssue({ code: 'custom', message: WHEN })
  return at ?? z.NEVER
})

const VALUE = 'a number of at least 0'
const outcomeBody = z
  .strictObject(
    {
      type: z.enum(OUTCOME_TYPES, { error: `one of ${OUTCOME_TYPES.join(', ')}` }),
      occurred_at: occurredAt.nullish().openapi({
        type: ['string', 'integer', 'null'],
        description: `${WHEN}; now if absent.`,
        example: '2026-11-21',
      }),
      value: z
        .number({ error: VALUE })
        .min(0, { error: VALUE })
        .openapi({ description: 'What the deal is worth.', example: 1200 })
        .nullish(),
      currency: textLike(/^[a-z]{3}$/i, 'a currency code of three letters, such as EUR')
        .transform((code) => code.toUpperCase())
        .nullish()
        .openapi({ type: ['string', 'null'], description: 'ISO 4217.', example: 'EUR' }),
      reason: sentence({ least: 0, most: 500 })
        .nullish()
        .openapi({ type: ['string', 'null'], example: 'Booked a demo' }),
    },
    { error: 'an object with `type` and optionally `occurred_at`, `value`, `currency`, `reason`' },
  )
  .openapi('OutcomeToAdd')

const POINTS = `a number of points from -${MAX_POINTS} to ${MAX_POINTS}, but not 0`
/** What an adjustment is made of; forms ask it too. */
export const adjustmentBody = z
  .strictObject(
    {
      points: z
        .number({ error: POINTS })
        .min(-MAX_POINTS, { error: POINTS })
        .max(MAX_POINTS, { error: POINTS })
        .refine((points) => milliOf(points) !== 0, { error: POINTS })
        .openapi({ description: 'To the thousandth; negative takes points.', example: 20 }),
      reason: sentence({ least: 1, most: 200 }).openapi({
        description: 'Shown as the line of the score.',
        example: 'Met at the fair',
      }),
    },
    { error: 'an object with `points` and `reason`' },
  )
  .openapi('AdjustmentToAdd')

const decisionList = readRoute('read', {
  path: '/leads/{id}/decisions',
  tags: TAGS,
  summary: 'Changes of stage, newest first, each with what it was decided on',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(decision), 'A page of decisions') },
})
const outcomeList = readRoute('read', {
  path: '/leads/{id}/outcomes',
  tags: TAGS,
  summary: 'What sales reported, newest first',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(outcome), 'A page of outcomes') },
})
const addOutcome = writeRoute('write', {
  method: 'post',
  path: '/leads/{id}/outcomes',
  tags: TAGS,
  summary: 'Report what sales made of the lead; it sets the stage',
  request: {
    params: leadParams,
    query: siteQuery,
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: outcomeBody } } },
  },
  responses: { 201: json(outcome, 'The outcome') },
})
const removeOutcome = writeRoute('write', {
  method: 'delete',
  path: '/leads/{id}/outcomes/{outcome}',
  tags: TAGS,
  summary: 'Take an outcome back; the stage is what it would be without it',
  request: { headers: writeHeaders, params: outcomeParams, query: siteQuery },
  responses: { 204: { description: 'Taken back' } },
})
const adjustmentList = readRoute('read', {
  path: '/leads/{id}/adjustments',
  tags: TAGS,
  summary: 'Points that people added or took, newest first',
  request: { params: leadParams, query: siteListQuery },
  responses: { 200: json(pageOf(adjustment), 'A page of adjustments') },
})
const addAdjustment = writeRoute('write', {
  method: 'post',
  path: '/leads/{id}/adjustments',
  tags: TAGS,
  summary: 'Add points, or take some; they are a line of their own in the score',
  request: {
    params: leadParams,
    query: siteQuery,
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: adjustmentBody } } },
  },
  responses: { 201: json(adjustment, 'The adjustment') },
})
const removeAdjustment = writeRoute('write', {
  method: 'delete',
  path: '/leads/{id}/adjustments/{adjustment}',
  tags: TAGS,
  summary: 'Take an adjustment back',
  request: { headers: writeHeaders, params: adjustmentParams, query: siteQuery },
  responses: { 204: { description: 'Taken back' } },
})

export function addOutcomeRoutes(api: Api, deps: ApiDeps): void {
  const { reader, writer, clock } = deps
  api.openapi(decisionList, async (c) => {
    const { id } = c.req.valid('param')
    const all = await reader.decisions(id, { site: c.get('site') })
    if (all.kind !== 'found') return unfound(c, all.kind)
    const found = await askPage('decisions', c.req.valid('query'), async (page) =>
      pageInOrder(all.value, (one) => [-(refOf('decision', one.id) ?? 0)], page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(outcomeList, async (c) => {
    const { id } = c.req.valid('param')
    const all = await reader.outcomes(id, { site: c.get('site') })
    if (all.kind !== 'found') return unfound(c, all.kind)
    const keyOf = ({ occurred_at: at, id }: OutcomeJson) => [
      -Date.parse(at),
      -(refOf('outcome', id) ?? 0),
    ]
    const found = await askPage('outcomes', c.req.valid('query'), async (page) =>
      pageInOrder(all.value, keyOf, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(addOutcome, async (c) => {
    const now = clock()
    const { type, occurred_at, value = null, currency = null, reason } = c.req.valid('json')
    const saidAt = occurred_at ?? now
    if (saidAt > now + CLOCK_SKEW_MS) {
      const detail = `occurred_at is in the future; expected ${isoOf(now)} or before`
      return refuse(c, 'invalid_request', detail)
    }
    const lead = await reader.leadRef(c.req.valid('param').id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const at = Math.min(saidAt, now)
    const said = { type, value, currency, reason: reason || null, by: c.get('access').name }
    const ref = await writer.addOutcome({ lead: lead.value, at, recordedAt: now, ...said })
    if (ref === null) return refuse(c, 'not_found')
    audited(c, { detail: type })
    const times = { occurred_at: isoOf(at), recorded_at: isoOf(now) }
    return c.json({ id: publicId('outcome', ref), ...said, ...times }, 201)
  })

  api.openapi(removeOutcome, async (c) => {
    const { id, outcome: name } = c.req.valid('param')
    const lead = await reader.leadRef(id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const ref = refOf('outcome', name)
    const had = ref !== null && (await writer.removeOutcome(lead.value, ref, clock()))
    return had ? c.body(null, 204) : refuse(c, 'not_found', 'this lead has no such outcome')
  })
  addAdjustmentRoutes(api, deps)
}

function addAdjustmentRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  api.openapi(adjustmentList, async (c) => {
    const { id } = c.req.valid('param')
    const all = await reader.adjustments(id, { site: c.get('site') })
    if (all.kind !== 'found') return unfound(c, all.kind)
    const keyOf = ({ at, id }: AdjustmentJson) => [-Date.parse(at), -(refOf('adjustment', id) ?? 0)]
    const found = await askPage('adjustments', c.req.valid('query'), async (page) =>
      pageInOrder(all.value, keyOf, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(addAdjustment, async (c) => {
    const { points, reason } = c.req.valid('json')
    const lead = await reader.leadRef(c.req.valid('param').id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const [milli, at, by] = [milliOf(points), clock(), c.get('access').name]
    const ref = await writer.addAdjustment({ lead: lead.value, milli, label: reason, at, by })
    if (ref === null) return refuse(c, 'not_found')
    const id = publicId('adjustment', ref)
    return c.json({ id, points: milli / 1000, reason, by, at: isoOf(at) }, 201)
  })

  api.openapi(removeAdjustment, async (c) => {
    const { id, adjustment: name } = c.req.valid('param')
    const lead = await reader.leadRef(id, { site: c.get('site') })
    if (lead.kind !== 'found') return unfound(c, lead.kind)
    const ref = refOf('adjustment', name)
    const had = ref !== null && (await writer.removeAdjustment(lead.value, ref, clock()))
    return had ? c.body(null, 204) : refuse(c, 'not_found', 'this lead has no such adjustment')
  })
}

/** Thousandths of a point, half up from zero on both sides. */
export function milliOf(points: number): number {
  return Math.sign(points) * Math.round(Math.abs(points) * 1000)
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
