import { z } from '@hono/zod-openapi'
import type {
  ChangesJson,
  ErasedJson,
  IdentifiedJson,
  MergedJson,
  PublishedJson,
  ScoreChangedJson,
  StageChangedJson,
} from '../store/change-shapes.ts'
import { exactly, fit, instant, milli, reason, STAGES, scoreFields, text } from './schemas.ts'
import { decidedBy } from './schemas-stages.ts'

/** The feed of changes; see schemas.ts. */

const id = text.openapi({ description: 'Its place in the feed; `after` takes it.' })
const fields = {
  id,
  at: instant.openapi({ description: 'When it changed.' }),
  lead: text.openapi({ example: 'ld_1' }),
  site: text.openapi({ example: 'si_1' }),
}

const identified = exactly<IdentifiedJson>()(
  z.object({ ...fields, type: z.literal('lead.identified') }),
).openapi('LeadIdentified')
const scoreChanged = exactly<ScoreChangedJson>()(
  z.object({ ...fields, type: z.literal('lead.score_changed'), ...scoreFields }),
).openapi('LeadScoreChanged')
const stageChanged = exactly<StageChangedJson>()(
  z.object({
    ...fields,
    type: z.literal('lead.stage_changed'),
    from: z.enum(STAGES),
    to: z.enum(STAGES),
    by: decidedBy,
    score: z.number(),
    score_milli: milli,
    reasons: z.array(reason).readonly(),
    fit,
    model_version: z.int(),
    as_of: instant.openapi({ description: 'What the score was as of.' }),
  }),
).openapi('LeadStageChanged')
const merged = exactly<MergedJson>()(
  z.object({
    ...fields,
    type: z.literal('lead.merged'),
    merged: text.openapi({ description: 'The lead that is no more.', example: 'ld_2' }),
  }),
).openapi('LeadMerged')
const erased = exactly<ErasedJson>()(
  z.object({ ...fields, type: z.literal('lead.erased') }),
).openapi('LeadErased')
const published = exactly<PublishedJson>()(
  z.object({
    id,
    type: z.literal('model.published'),
    at: fields.at,
    lead: z.null(),
    site: z.null(),
    model_version: z.int(),
  }),
).openapi('ModelPublished')

const change = z
  .discriminatedUnion('type', [identified, scoreChanged, stageChanged, merged, erased, published])
  .openapi('Change')

export const changesPage = exactly<ChangesJson>()(
  z.object({
    data: z.array(change).readonly(),
    next_cursor: text.openapi({ description: 'Where to go on; there is always one.' }),
  }),
)
