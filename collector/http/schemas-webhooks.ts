import { z } from '@hono/zod-openapi'
import type { DeliveryJson, WebhookJson } from '../store/webhook-shapes.ts'
import { FORMATS } from '../webhooks/kinds.ts'
import { EVENT_TYPES } from '../webhooks/news.ts'
import { exactly, instant, maybe, maybeInstant, STAGES, text } from './schemas.ts'

/** Webhooks and what they were sent; see schemas.ts. */

const webhookFields = {
  id: text.openapi({ example: 'wh_1' }),
  url: text.openapi({
    description: 'Without its path where the format is not `standard`: there it is a secret.',
    example: 'https://crm.example.com/hooks/pique',
  }),
  format: z.enum(FORMATS).openapi({
    description:
      '`standard` is signed JSON for programs, `slack` a message for Slack, `template` a text of your own.',
  }),
  template: maybe.openapi({ description: 'The text of the format `template`.' }),
  events: z.array(z.enum(EVENT_TYPES)).readonly(),
  stages: z.array(z.enum(STAGES)).readonly().nullable().openapi({
    description: 'Of `lead.stage_changed` only those to one of these; null for every one.',
  }),
  site: maybe.openapi({ description: 'Null for leads of every site.' }),
  personal: z.boolean().openapi({
    description: 'Its messages say who a lead is, and what people wrote about it.',
  }),
  state: z.enum(['on', 'off', 'gone']).openapi({
    description: '`off` by hand; `gone` after it answered 410.',
  }),
  failing_since: maybeInstant.openapi({ description: 'Since when every try has failed.' }),
  waiting: z.int(),
  parked: z.int().openapi({ description: 'Given up, and kept for 30 days to be sent again.' }),
  former_secret_until: maybeInstant.openapi({
    description: 'Until then the secret of before signs too.',
  }),
  created_at: instant,
}
export const webhook = exactly<WebhookJson>()(z.object(webhookFields)).openapi('Webhook')

const secret = text.openapi({ description: 'Shown this once.', example: 'whsec_…' })
export const newWebhook = z.object({ ...webhookFields, secret }).openapi('NewWebhook')
export const rotated = z.object({ id: text, secret }).openapi('RotatedWebhook')

export const DELIVERY_STATES = ['waiting', 'delivered', 'parked'] as const

export const delivery = exactly<DeliveryJson>()(
  z.object({
    id: text.openapi({ example: 'me_1' }),
    webhook_id: text.openapi({
      description: 'The `webhook-id` it is sent with, the same at every attempt.',
    }),
    type: text.openapi({ example: 'lead.stage_changed' }),
    lead: maybe.openapi({ example: 'ld_1' }),
    sequence: z.int().openapi({
      description: 'Counts what this webhook was told of this lead, from 1 and without a gap.',
    }),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    last_status: z.int().nullable(),
    last_error: maybe,
    next_at: maybeInstant.openapi({
      description:
        'When it is tried next; null where it is done, or waits for another of its lead.',
    }),
    at: instant,
    done_at: maybeInstant,
  }),
).openapi('Delivery')

export const replayed = z.object({ id: text, state: z.literal('waiting') }).openapi('Replayed')
export const replayedAll = z.object({ replayed: z.int() }).openapi('ReplayedAll')
