import { z } from '@hono/zod-openapi'
import {
  type IdentityJson,
  type KeyJson,
  type LeadJson,
  type QuarantinedJson,
  type Reason,
  type RejectedJson,
  type Scope,
  type ScoreJson,
  SITE_CONSENTS,
  type SiteJson,
  type Stage,
  type TimelineEventJson,
  type TimelineSessionJson,
  type TouchJson,
  type VisitorJson,
} from '../store/shapes.ts'

/**
 * What the API answers, for its description. Every schema is held to its type in store/shapes.ts by
 * the compiler: a field more, less or of another type is an error here.
 */

/** `T` with `| undefined` at its optional fields, as zod writes them. */
type Loose<T> = T extends readonly (infer E)[]
  ? readonly Loose<E>[]
  : T extends object
    ? { [K in keyof T]: object extends Pick<T, K> ? Loose<T[K]> | undefined : Loose<T[K]> }
    : T
type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Each fits the other, and neither has a field more: an optional one would fit unnoticed. */
type Same<A, B> = Both<Loose<A>, Loose<B>> extends true ? Both<keyof A, keyof B> : false

export function exactly<T>() {
  return <S extends z.ZodType>(schema: Same<z.output<S>, T> extends true ? S : never): S => schema
}

export const STAGES = [
  'anonymous',
  'lead',
  'mql',
  'sql',
  'opportunity',
  'won',
  'lost',
  'disqualified',
  'recycled',
] as const satisfies readonly Stage[]
export const SCOPES = ['read', 'write', 'admin'] as const satisfies readonly Scope[]

export const text = z.string()
export const maybe = z.string().nullable()
export const instant = z
  .string()
  .openapi({ format: 'date-time', example: '2026-11-21T20:00:00.000Z' })
export const maybeInstant = z.string().nullable().openapi({ format: 'date-time' })
/** Or null: `nullable` of a schema that has a name is described as if it were never null. */
export function orNull<S extends z.ZodType>(schema: S) {
  return z.union([schema, z.null()])
}
export const milli = z.int().openapi({ description: 'Thousandths of a point.', example: 14120 })

export const reason = exactly<Reason>()(
  z.object({
    rule: z.string().optional(),
    kind: z.enum(['cap', 'adjustment', 'floor']).optional(),
    label: text,
    milli,
    count: z.int().optional(),
    engaged_ms: z.int().optional(),
    last_at: instant.optional(),
  }),
).openapi('Reason')

export const fit = z.object({
  points: z.number().openapi({ example: 45 }),
  letter: z.enum(['A', 'B', 'C', 'D']).nullable().openapi({
    description: 'Null where nothing is known that fit could be told from.',
  }),
})

export const scoreFields = {
  score: z.number().openapi({ example: 87.412 }),
  score_milli: z.int().openapi({ description: 'Thousandths of a point.', example: 87412 }),
  engagement: z.literal([1, 2, 3, 4]).openapi({
    type: 'integer',
    enum: [1, 2, 3, 4],
    description: '1 is the most engaged.',
    example: 2,
  }),
  fit,
  grade: text.openapi({ example: 'A2' }),
  stage: z.enum(STAGES).openapi({ example: 'lead' }),
  model_version: z.int().openapi({ example: 3 }),
  as_of: instant.openapi({ description: 'Points decay, so a score is of an instant.' }),
  percentile: z.number().nullable().openapi({
    description: 'How many percent of the site’s other leads score lower; null for the past.',
    example: 93,
  }),
  reasons: z
    .array(reason)
    .readonly()
    .openapi({
      description:
        'Sum to `score_milli`, always; a list of leads shows only the three strongest of each.',
      example: [
        {
          rule: 'pricing_time',
          label: 'Time on pricing pages',
          milli: 65512,
          count: 3,
          engaged_ms: 184000,
          last_at: '2026-11-21T19:42:00.000Z',
        },
        { rule: 'engaged_time', kind: 'cap', label: 'Cap of Engaged time', milli: -3100 },
        { kind: 'adjustment', label: 'Met at the fair', milli: 25000 },
      ],
    }),
}

export const score = exactly<ScoreJson>()(z.object(scoreFields)).openapi('Score')

const touch = exactly<TouchJson>()(
  z.object({
    channel: text.openapi({ example: 'paid_search' }),
    source: text.openapi({ example: 'google' }),
    medium: text.openapi({ example: 'cpc' }),
    campaign: maybe,
    landing: maybe,
    referrer: maybe,
    at: instant,
  }),
).openapi('Touch')

const seenFields = {
  first_touch: orNull(touch),
  last_touch: orNull(touch),
  first_seen_at: maybeInstant,
  last_seen_at: maybeInstant,
}

export const lead = exactly<LeadJson>()(
  z.object({
    id: text.openapi({ example: 'ld_1' }),
    site: text.openapi({ example: 'si_1' }),
    email: maybe,
    user_id: maybe,
    name: maybe,
    traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    ...seenFields,
    last_non_direct_touch: orNull(touch),
    excluded: maybe.openapi({ description: 'Why its score can make it no MQL.' }),
    ...scoreFields,
  }),
).openapi('Lead')

export const visitor = exactly<VisitorJson>()(
  z.object({
    id: text.openapi({ example: 'vi_1' }),
    site: text.openapi({ example: 'si_1' }),
    browser: maybe,
    lead: maybe,
    device: maybe,
    bot: maybe,
    ...seenFields,
    last_page: z.object({ url: text, title: maybe, opened_at: instant.nullable() }).nullable(),
    ...scoreFields,
  }),
).openapi('Visitor')

const timelineEvent = exactly<TimelineEventJson>()(
  z.object({
    id: text,
    type: text.openapi({ example: 'page_view' }),
    at: instant,
    url: maybe,
    title: maybe,
    props: z.record(z.string(), z.unknown()),
    milli,
    rules: z.array(text).readonly(),
  }),
).openapi('TimelineEvent')

export const timelineSession = exactly<TimelineSessionJson>()(
  z.object({
    session: text,
    visitor: text.openapi({ example: 'vi_1' }),
    started_at: instant,
    ended_at: instant,
    source: orNull(touch),
    device: maybe,
    human: z.boolean(),
    bot: maybe,
    events: z.array(timelineEvent).readonly(),
  }),
).openapi('TimelineSession')

export const evidenceFields = {
  evidence: text.openapi({ example: 'identify' }),
  strength: z.enum(['strong', 'medium', 'weak']),
}

export const identity = exactly<IdentityJson>()(
  z.object({
    visitor: text.openapi({ example: 'vi_1' }),
    browser: maybe,
    ...evidenceFields,
    at: instant,
  }),
).openapi('Identity')

const siteFields = {
  id: text.openapi({ example: 'si_1' }),
  name: text.openapi({ example: 'Northwind Shop' }),
  key: text.openapi({ description: 'Public: it stands in the tag.' }),
  origins: z
    .array(text)
    .readonly()
    .openapi({ example: ['https://shop.example'] }),
  created_at: instant,
  generated: z.boolean(),
  require_signature: z.boolean(),
  consent: z.enum(SITE_CONSENTS).openapi({ description: 'What the tag begins with.' }),
}

export const site = exactly<SiteJson>()(z.object(siteFields)).openapi('Site')

export interface NewSiteJson extends SiteJson {
  readonly write_key: string
  readonly signing_secret: string
  readonly tag: string
}

export const newSite = exactly<NewSiteJson>()(
  z.object({
    ...siteFields,
    write_key: text.openapi({ description: 'User name of the server-side events API.' }),
    signing_secret: text.openapi({
      description: 'Signs `identify` calls; keep it on your server.',
    }),
    tag: text.openapi({
      example: '<script defer src="https://t.example.com/pique.js" data-site="KEY"></script>',
    }),
  }),
).openapi('NewSite')

export const newWriteKey = z
  .object({
    id: text.openapi({ example: 'si_1' }),
    write_key: text.openapi({ description: 'User name of the server-side events API.' }),
  })
  .openapi('NewWriteKey')

const keyFields = {
  id: text.openapi({ example: 'ke_1' }),
  name: text,
  scopes: z.array(z.enum(SCOPES)).readonly(),
  site: maybe,
  created_at: instant,
  expires_at: maybeInstant,
}

export const key = exactly<KeyJson>()(z.object(keyFields)).openapi('Key')

export interface NewKeyJson extends KeyJson {
  readonly key: string
}

export const newKey = exactly<NewKeyJson>()(
  z.object({ ...keyFields, key: text.openapi({ description: 'Shown this once.' }) }),
).openapi('NewKey')

export const quarantined = exactly<QuarantinedJson>()(
  z.object({
    id: text.openapi({ example: 'qu_1' }),
    site: text,
    reason: text.openapi({
      description: '`held_for_review`, or the name of the error that the event met.',
      example: 'held_for_review',
    }),
    event: text.openapi({ description: 'The event as it came, as JSON, cut at 8 KB.' }),
    received_at: instant,
  }),
).openapi('Quarantined')

export const rejected = exactly<RejectedJson>()(
  z.object({
    id: text,
    site: text,
    code: text.openapi({ example: 'too_old' }),
    detail: text,
    sample: text,
    received_at: instant,
  }),
).openapi('Rejected')

/** The shape of every list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ data: z.array(item).readonly(), next_cursor: z.string().nullable() })
}
