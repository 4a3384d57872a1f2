import { z } from '@hono/zod-openapi'
import { cutText, normalText } from '../ingest/text.ts'
import { LEAD_SORTS } from '../store/reader.ts'
import { parseInstant } from './api-instant.ts'
import { siteId } from './api-route.ts'
import { STAGES } from './schemas.ts'

/**
 * Parameters of the API. The message of every check says what would be right; `api-problems.ts`
 * puts in front of it which parameter it was and what came instead.
 */

export const USUAL_LIMIT = 50

export function textLike(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected })
}

function words(description: string) {
  const expected = 'text of 1 to 200 characters'
  const inner = z.string({ error: expected }).trim()
  return inner.min(1, { error: expected }).max(200, { error: expected }).openapi({ description })
}

export const limit = textLike(/^([1-9]\d?|100)$/, 'a whole number from 1 to 100')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 1, maximum: 100, description: 'How many; 50 if absent.' })

const cursor = textLike(/^[\w.~-]{1,1000}$/, 'the next_cursor that the last page gave').openapi({
  description: '`next_cursor` of the page before.',
})

/** What a person wrote, as one line of clean text; `least` is 1 where it may not be empty. */
export function sentence({ least, most }: { readonly least: 0 | 1; readonly most: number }) {
  const expected = `text of ${least === 1 ? '1 to' : 'at most'} ${most} characters`
  return z
    .string({ error: expected })
    .transform((raw, ctx) => {
      const text = normalText(raw.replace(/\s+/g, ' '), most + 1)
      const isRight = text.length >= least && cutText(text, most) === text
      if (!isRight) ctx.addIssue({ code: 'custom', message: expected })
      return isRight ? text : z.NEVER
    })
    .openapi({ type: 'string', minLength: least, maxLength: most })
}

export const WHEN = 'a day (2026-11-21), an ISO 8601 instant or epoch milliseconds'

export function instant(side: 'start' | 'end', description: string) {
  return z
    .string({ error: WHEN })
    .transform((text, ctx) => {
      const at = parseInstant(text, side)
      if (at === null) ctx.addIssue({ code: 'custom', message: WHEN })
      return at ?? z.NEVER
    })
    .openapi({ type: 'string', description, example: '2026-11-21' })
}

const site = siteId.openapi({ description: 'Only of this site.', example: 'si_1' }).optional()
export const siteQuery = z.object({ site })
export const listQuery = z.object({ limit: limit.optional(), cursor: cursor.optional() })
export const siteListQuery = listQuery.extend({ site })

const seenSince = instant('start', 'Seen then or later; a day means its beginning, UTC.').optional()

export const leadsQuery = siteListQuery.extend({
  stage: z.enum(STAGES, { error: `one of ${STAGES.join(', ')}` }).optional(),
  grade: textLike(
    /^([A-Da-d-]?[1-4]|[A-Da-d-])$/,
    'a grade such as A1, or its letter or number alone',
  )
    .openapi({ description: '`A1` to `D4`, or a letter or a number alone.', example: 'A' })
    .optional(),
  min_score: textLike(/^-?\d{1,7}(\.\d{1,3})?$/, 'a number of points, such as 60')
    .transform(Number)
    .openapi({ type: 'number', description: 'In points.', example: 60 })
    .optional(),
  q: words('Finds text in e-mail, user id, name and company.').optional(),
  source: words('Source of the first or last touch, exact.').optional(),
  seen_since: seenSince,
  sort: z
    .enum(LEAD_SORTS, { error: `one of ${LEAD_SORTS.join(', ')}` })
    .openapi({ description: '`-score` if absent.' })
    .optional(),
})

export const visitorsQuery = siteListQuery.extend({
  seen_since: seenSince,
  anonymous: z
    .enum(['true', 'false', '1', '0'], { error: 'true or false' })
    .transform((text) => text === 'true' || text === '1')
    .openapi({ type: 'boolean', description: 'Leave out those that belong to a lead.' })
    .optional(),
})

export const MODEL_VERSION = 'the number of a model version, such as 1'

export const scoreQuery = siteQuery.extend({
  as_of: instant('end', 'A past day, which means its end (UTC), or instant.').optional(),
  model: textLike(/^[1-9]\d{0,8}$/, MODEL_VERSION)
    .transform(Number)
    .openapi({ type: 'integer', description: 'A model version; the current one if absent.' })
    .optional(),
})

export const leadParams = z.object({
  id: z.string().openapi({
    description:
      '`ld_…`, or `email:someone@example.com`, or `user:42`; percent-encoded, with `/` as `%2F`.',
    example: 'email:someone@example.com',
  }),
})
export const outcomeParams = leadParams.extend({
  outcome: z.string().openapi({ example: 'ou_1' }),
})
export const adjustmentParams = leadParams.extend({
  adjustment: z.string().openapi({ example: 'ad_1' }),
})
export const identityParams = leadParams.extend({
  visitor: z.string().openapi({ example: 'vi_1' }),
})
export const versionParams = z.object({
  version: textLike(/^[1-9]\d{0,8}$/, MODEL_VERSION)
    .transform(Number)
    .openapi({ type: 'integer', minimum: 1, example: 1 }),
})
export const visitorParams = z.object({ id: z.string().openapi({ example: 'vi_1' }) })
export const siteParams = z.object({ id: z.string().openapi({ example: 'si_1' }) })
export const quarantineParams = z.object({ id: z.string().openapi({ example: 'qu_1' }) })
export const webhookParams = z.object({ id: z.string().openapi({ example: 'wh_1' }) })
export const crmParams = z.object({ id: z.string().openapi({ example: 'cr_1' }) })
export const linkParams = z.object({ id: z.string().openapi({ example: 'ln_1' }) })
export const intakeParams = z.object({ id: z.string().openapi({ example: 'in_1' }) })
export const deliveryParams = webhookParams.extend({
  delivery: z.string().openapi({ example: 'me_1' }),
})
export const keyParams = z.object({ id: z.string().openapi({ example: 'ke_1' }) })

export const writeHeaders = z.object({
  'idempotency-key': textLike(/^[\x21-\x7e]{1,255}$/, '1 to 255 visible ASCII characters')
    .openapi({ description: 'The same key within a day gives the same answer, and does nothing.' })
    .optional(),
})
