import { z } from '@hono/zod-openapi'
import type { ClaimLine, EventLine } from '../export/event-line.ts'
import type { ScoreLine } from '../export/score-line.ts'
import type { ExportedLeadJson, ExportedUnlinkJson } from '../store/exported.ts'
import {
  evidenceFields,
  exactly,
  instant,
  lead,
  maybe,
  maybeInstant,
  score,
  text,
} from './schemas.ts'
import { adjustment, decision, outcome } from './schemas-stages.ts'

/** Lines of NDJSON that are exported; see schemas.ts. */

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const claimLine = exactly<ClaimLine>()(
  z.object({
    user_id: text.optional(),
    email: text.optional(),
    ...evidenceFields,
    traits: values.optional(),
    link: text.optional(),
  }),
)

const eventLine = exactly<EventLine>()(
  z.object({
    id: text.openapi({ description: 'A UUID, or the text under which a server sent the event.' }),
    type: text.openapi({ example: 'page_view' }),
    at: instant.openapi({ description: 'When it happened, corrected for the sender’s clock.' }),
    received_at: instant,
    site: text.openapi({ example: 'si_1' }),
    visitor: text.optional().openapi({ example: 'vi_1' }),
    lead: text.optional().openapi({ example: 'ld_1' }),
    browser: text.openapi({
      description: 'The id that the browser keeps, or the text that a server calls it.',
    }),
    cookieless: z
      .literal(true)
      .optional()
      .openapi({ type: 'boolean', enum: [true] }),
    session: text.optional().openapi({ description: 'As the browser named it.' }),
    visit: text.openapi({ description: 'The session it lies in.', example: 'se_1' }),
    view: text.optional(),
    url: text.optional(),
    referrer: text.optional(),
    title: text.optional(),
    props: values.optional(),
    human: z.boolean().openapi({ description: 'This event came with the proof of a person.' }),
    proven: z.boolean().openapi({ description: 'Some event of its session did: it counts.' }),
    bot: text.optional(),
    device: text.optional(),
    skew_ms: z.number().optional(),
    server: z
      .literal(true)
      .optional()
      .openapi({ type: 'boolean', enum: [true] }),
    claim: claimLine.optional(),
  }),
).openapi('EventLine')

const unlinkLine = exactly<ExportedUnlinkJson>()(
  z.object({
    at: instant,
    by: text,
    browser: text,
    from: maybeInstant,
    to: maybeInstant,
    user_ids: z.array(text).readonly(),
    emails: z.array(text).readonly(),
  }),
)

const leadLine = exactly<ExportedLeadJson>()(
  lead.extend({
    outcomes: z.array(outcome).readonly(),
    adjustments: z.array(adjustment).readonly(),
    decisions: z.array(decision).readonly(),
    unlinks: z.array(unlinkLine).readonly(),
  }),
).openapi('LeadLine')

const scoreLine = exactly<ScoreLine>()(
  score.extend({
    lead: text.openapi({ example: 'ld_1' }),
    site: text,
    email: maybe,
    user_id: maybe,
  }),
).openapi('ScoreLine')

/** What a line may be. */
export const exportedLine = z.union([eventLine, leadLine, scoreLine])
