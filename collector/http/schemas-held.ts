import { z } from '@hono/zod-openapi'
import type { HeldJson } from '../store/held.ts'
import { evidenceFields, exactly, instant, lead, maybe, maybeInstant, text } from './schemas.ts'
import { emailLink } from './schemas-mail.ts'
import { adjustment, decision, outcome, trendDay } from './schemas-stages.ts'

/** What is held about a person, and what erasing one answers; see schemas.ts. */

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const backup = z.object({ path: text, made_at: instant, expires_at: instant })

const claim = z.object({
  event: text,
  at: instant,
  browser: maybe,
  email: maybe,
  user_id: maybe,
  ...evidenceFields,
  traits: values,
  link: maybe,
  is_void: z.boolean(),
  is_shared: z.boolean(),
})

const visitor = z.object({
  visitor: text.openapi({ example: 'vi_1' }),
  browser: maybe,
  from: maybeInstant,
  to: maybeInstant,
  first_seen_at: maybeInstant,
  last_seen_at: maybeInstant,
})

const action = z.object({
  id: text,
  type: text,
  at: instant,
  url: maybe,
  referrer: maybe,
  title: maybe,
  view: maybe,
  engaged_ms: z.number().nullable(),
  scroll: z.number().nullable(),
  props: z.record(z.string(), z.unknown()),
})

const session = z.object({
  session: text,
  visitor: text,
  started_at: instant,
  ended_at: instant,
  source: z.object({ channel: text, source: text, medium: text, campaign: maybe }).nullable(),
  device: maybe,
  human: z.boolean(),
  bot: maybe,
  events: z.array(action).readonly(),
})

const refused = z.object({ code: text, sample: text, received_at: instant })

export const held = exactly<HeldJson>()(
  z.object({
    exported_at: instant,
    lead,
    ids: z.object({ emails: z.array(text).readonly(), user_ids: z.array(text).readonly() }),
    claims: z.array(claim).readonly(),
    visitors: z.array(visitor).readonly(),
    sessions: z.array(session).readonly(),
    score_steps: z.array(trendDay).readonly(),
    decisions: z.array(decision).readonly(),
    outcomes: z.array(outcome).readonly(),
    adjustments: z.array(adjustment).readonly(),
    unlinks: z
      .array(z.object({ at: instant, by: text, from: maybeInstant, to: maybeInstant }))
      .readonly(),
    refused: z.array(refused).readonly(),
    waiting: z.array(refused).readonly(),
    links: z.array(emailLink).readonly(),
    recipients: z.array(text).readonly(),
    retention: z.object({
      events_months: z.int(),
      next_deletion: maybe.openapi({ format: 'date' }),
      identity: text,
    }),
    backups: z.array(backup).readonly(),
  }),
).openapi('Held')

export const erased = z
  .object({
    erased: z.literal(true),
    events: z.int(),
    visitors: z.int(),
    gone: z.boolean().openapi({
      description:
        'No file of the store shows a byte of it any more. False where a reader was in the way: then within seconds.',
    }),
    backups: z.array(backup).readonly().openapi({
      description: 'Copies that still hold the person, and until when.',
    }),
  })
  .openapi('Erased')
