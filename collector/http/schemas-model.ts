import { z } from '@hono/zod-openapi'
import type { ModelProgress } from '../ingest/model-keeper.ts'
import type {
  ModelJson,
  ModelVersionJson,
  MovedLeadJson,
  WhatIfJson,
  WhatIfSideJson,
} from '../store/shapes.ts'
import { exactly, instant, maybe, maybeInstant, milli, STAGES, text } from './schemas.ts'

/** Versions of the model, and what one would change; see schemas.ts. */

const versionFields = {
  version: z.int().openapi({ example: 3 }),
  name: text.openapi({ example: 'Default' }),
  state: z.enum(['active', 'counting', 'retired']).openapi({
    description: '`counting` is published and counts events, while the active one answers.',
  }),
  note: text,
  by: text,
  published_at: instant,
  active_at: maybeInstant,
}

export const modelVersion = exactly<ModelVersionJson>()(z.object(versionFields)).openapi(
  'ModelVersion',
)

const fileFields = { ...versionFields, yaml: text.openapi({ description: 'The model file.' }) }
export const modelFile = exactly<ModelJson>()(z.object(fileFields)).openapi('ModelFile')

/** The active version: its file also as data, and how far the one that waits has come. */
export interface ActiveModelJson extends ModelJson {
  readonly model: Readonly<Record<string, unknown>>
  readonly counting: ModelProgress | null
}

export const activeModel = exactly<ActiveModelJson>()(
  z.object({
    ...fileFields,
    model: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The same as an object, with its defaults.' }),
    counting: z
      .object({ version: z.int(), events: z.int(), share: z.number() })
      .nullable()
      .openapi({
        description:
          'The version that still counts: the events it has read, and its share of browsers.',
      }),
  }),
).openapi('ActiveModel')

const movedLead = exactly<MovedLeadJson>()(
  z.object({
    id: text.openapi({ example: 'ld_1' }),
    email: maybe,
    name: maybe,
    stage: z.enum(STAGES),
    before_milli: milli,
    after_milli: milli,
  }),
).openapi('MovedLead')

const share = z.number().nullable().openapi({ example: 0.8 })
const side = exactly<WhatIfSideJson>()(
  z.object({
    bands: z.array(z.object({ from: z.number(), leads: z.int() })).readonly(),
    median_milli: milli.nullable(),
    p90_milli: milli.nullable(),
    letters: z.record(z.string(), z.number()),
    qualified: z.int(),
    precision: share,
    recall: share,
  }),
).openapi('WhatIfSide')

const movedFields = {
  gained: z.array(movedLead).readonly(),
  lost: z.array(movedLead).readonly(),
  gained_total: z.int().openapi({ description: 'How many there are; the list may be cut.' }),
  lost_total: z.int(),
}
const warnings = z
  .array(text)
  .readonly()
  .openapi({ description: 'What is allowed and yet hardly meant.' })

/** A what-if, with what is odd about the model. */
export interface SimulatedJson extends WhatIfJson {
  readonly warnings: readonly string[]
}

export const simulated = exactly<SimulatedJson>()(
  z.object({
    leads: z.int(),
    judged: z.int().openapi({ description: 'Leads that sales judged.' }),
    before: side,
    after: side,
    ...movedFields,
    rules: z
      .array(
        z.object({
          rule: text,
          label: text,
          before_milli: milli,
          after_milli: milli,
          before_leads: z.int(),
          after_leads: z.int(),
        }),
      )
      .readonly(),
    scanned_events: z.int(),
    warnings,
  }),
).openapi('WhatIf')

/** What publishing came to. */
export interface PublishedJson {
  readonly version: number
  readonly state: 'active' | 'counting'
  readonly what_if: Pick<WhatIfJson, 'gained' | 'lost' | 'gained_total' | 'lost_total'>
  readonly warnings: readonly string[]
}

export const published = exactly<PublishedJson>()(
  z.object({
    version: z.int().openapi({ example: 4 }),
    state: z.enum(['active', 'counting']),
    what_if: z.object(movedFields),
    warnings,
  }),
).openapi('Published')
