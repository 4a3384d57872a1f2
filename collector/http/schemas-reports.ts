import { z } from '@hono/zod-openapi'
import {
  DIMENSIONS,
  type FunnelJson,
  type PageRowJson,
  type PagesJson,
  type SourceRowJson,
  type SourcesJson,
  TOUCHES,
} from '../store/reports.ts'
import { instant as instantParam, siteQuery, textLike } from './api-query.ts'
import { exactly, instant, maybe, maybeInstant, orNull } from './schemas.ts'

/** Reports: what they can be asked, and what they answer. */

const exact = (what: string) =>
  textLike(/^[^\0]{1,200}$/, 'text of 1 to 200 characters')
    .openapi({ description: `Only those whose touch has this ${what}, exactly.` })
    .optional()

export const reportQuery = siteQuery.extend({
  since: instantParam(
    'start',
    'First seen then or later; a day means its beginning, UTC.',
  ).optional(),
  until: instantParam('end', 'First seen then or before; a day means its end, UTC.').optional(),
  touch: z
    .enum(TOUCHES, { error: `one of ${TOUCHES.join(', ')}` })
    .openapi({ description: 'Which touch says where somebody came from; `first` if absent.' })
    .optional(),
  channel: exact('channel'),
  source: exact('source'),
  medium: exact('medium'),
  campaign: exact('campaign'),
})

export const sourcesQuery = reportQuery.extend({
  by: z
    .enum(DIMENSIONS, { error: `one of ${DIMENSIONS.join(', ')}` })
    .openapi({
      description: 'What the rows are; `channel` if absent. A source comes with its medium.',
    })
    .optional(),
})

const share = z
  .object({ rate: z.number(), low: z.number(), high: z.number() })
  .openapi('Share', { description: 'From 0 to 1, with the 95 % interval of Wilson.' })

const step = (description: string) => z.int().openapi({ description })

const funnelFields = {
  visitors: step('Browsers with a person behind; programs never count.'),
  leads: step('Known people.'),
  mql: step('Leads that ever became MQL, or got further.'),
  sql: step('Leads that sales qualified, or took further.'),
  won: step('Leads that sales closed as won.'),
  value: z
    .array(z.object({ currency: maybe, amount: z.number() }))
    .readonly()
    .openapi({ description: 'Of what was won, by currency.' }),
  rates: z.object({
    lead: orNull(share).openapi({ description: 'Leads in visitors.' }),
    mql: orNull(share).openapi({ description: 'MQLs in leads.' }),
    sql: orNull(share).openapi({ description: 'SQLs in MQLs.' }),
    won: orNull(share).openapi({ description: 'Won in SQLs.' }),
  }),
  days_to_mql: z
    .object({ median: z.number(), p90: z.number() })
    .nullable()
    .openapi({ description: 'From first seen to first MQL.' }),
}

const funnelCounts = exactly<FunnelJson>()(z.object(funnelFields)).openapi('Funnel')

const row = exactly<SourceRowJson>()(
  z.object({
    name: maybe.openapi({ description: 'Null where it is not known.', example: 'google / cpc' }),
    source: maybe,
    medium: maybe,
    ...funnelFields,
  }),
).openapi('SourceRow')

const about = {
  touch: z.enum(TOUCHES),
  since: maybeInstant,
  until: maybeInstant,
  excluded: z.object({ leads: z.int(), visitors: z.int() }).openapi({
    description: 'Leads that the model excludes, and their visits; in no other number.',
  }),
  as_of: instant.openapi({ description: 'When visitors were counted; leads are as of now.' }),
}

export const sources = exactly<SourcesJson>()(
  z.object({
    data: z.array(row).readonly(),
    others: orNull(row).openapi({ description: 'What is beyond 500 rows, together.' }),
    others_count: z.int(),
    total: funnelCounts,
    by: z.enum(DIMENSIONS),
    ...about,
  }),
).openapi('Sources')

export const FUNNEL_STEPS = ['visitors', 'leads', 'mql', 'sql', 'won'] as const

export const funnel = z
  .object({
    data: z
      .array(
        z.object({
          step: z.enum(FUNNEL_STEPS),
          count: z.int(),
          of_previous: orNull(share),
        }),
      )
      .readonly()
      .openapi({ description: 'Who got this far or further.' }),
    value: funnelFields.value,
    days_to_mql: funnelFields.days_to_mql,
    ...about,
  })
  .openapi('FunnelReport')

export const pagesQuery = siteQuery

const page = exactly<PageRowJson>()(
  z.object({
    site: z.string().openapi({ example: 'si_1' }),
    page: z.string().openapi({ description: 'Host and path.', example: 'shop.example/pricing' }),
    views: z.int(),
    visitors: z.int(),
    leads: z.int().openapi({ description: 'Known people who saw it.' }),
    mql: z.int().openapi({ description: 'Of them, who ever became MQL or got further.' }),
  }),
).openapi('PageRow')

export const pages = exactly<PagesJson>()(
  z.object({
    data: z.array(page).readonly().openapi({ description: 'The 500 most viewed.' }),
    others_count: z.int(),
    as_of: instant.openapi({ description: 'When all of it was counted.' }),
  }),
).openapi('Pages')
