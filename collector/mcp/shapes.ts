import { z } from 'zod'
import { lead, STAGES } from '../http/schemas.ts'
import { funnel, sources } from '../http/schemas-reports.ts'
import { DIMENSIONS, TOUCHES } from '../store/reports.ts'

/**
 * What the tools take, and what they answer: parts of what the API answers, by the schemas that describe
 * it there, so that the two can't disagree. A field that a newer collector adds is left out.
 */

const site = z.string().describe('Only of this site, such as si_1.').optional()
const when = (what: string) =>
  z.string().describe(`${what}: a day such as 2026-11-21, or an ISO 8601 instant.`).optional()

export const hotTakes = {
  limit: z.int().min(1).max(50).default(10).describe('How many leads.'),
  stage: z.enum(STAGES).describe('Only leads in this stage.').optional(),
  min_score: z.number().describe('Only leads with at least so many points.').optional(),
  grade: z.string().describe('Such as A1, or a letter or a number alone.').optional(),
  source: z.string().describe('Only leads whose first or last touch has this source.').optional(),
  seen_since: when('Only leads seen then or later'),
  q: z.string().describe('Text in e-mail, user id, name or company.').optional(),
  site,
}

export const leadTakes = {
  who: z.string().min(1).describe('An e-mail, a lead id such as ld_7, or user:42.'),
  site,
}

const span = {
  since: when('First seen then or later'),
  until: when('First seen then or before'),
  touch: z.enum(TOUCHES).describe('Which touch says where somebody came from.').optional(),
  site,
}
export const funnelTakes = span
export const sourcesTakes = {
  by: z.enum(DIMENSIONS).describe('What the rows are; channel if absent.').optional(),
  limit: z.int().min(1).max(100).default(20).describe('How many rows.'),
  ...span,
}

/** A lead with its three strongest reasons. */
export const hotLead = lead.pick({
  id: true,
  site: true,
  email: true,
  user_id: true,
  name: true,
  stage: true,
  score: true,
  score_milli: true,
  grade: true,
  fit: true,
  percentile: true,
  reasons: true,
  last_seen_at: true,
})
export const hotLeads = z.object({
  leads: z.array(hotLead),
  has_more: z.boolean(),
})

export const leadShown = lead.extend({ page: z.string().describe('Its page in the dashboard.') })
export const funnelShown = funnel
export const sourcesShown = sources
