import type { Reader } from '../store/reader.ts'
import type { LeadJson, SiteJson, VisitorJson } from '../store/shapes.ts'
import type { Standing } from './present.ts'
import type { Live } from './present-today.ts'

/** The questions a screen asks that take more than one call of the reader. */

/** How long somebody counts as being here. */
const HERE_MS = 30 * 60_000
const MOST = 100

export async function askLive(reader: Reader, site: SiteJson | null, now: number): Promise<Live> {
  const scope = site ? { site: site.id } : {}
  const visitors = await reader.visitors({ ...scope, seenSince: now - HERE_MS, limit: MOST }, now)
  const here = visitors.kind === 'found' ? visitors.value : { data: [], next_cursor: null }
  return {
    visitors: here.data,
    more: here.next_cursor !== null,
    leads: await leadsOf(reader, here.data, [], now),
    latest: here.data[0] ?? (await askLatest(reader, site, now)),
  }
}

/**
 * The leads behind visitors. A lead was last seen when its latest visitor was or later, so one list
 * of the leads seen since the oldest of these visitors has them all; only what a full list cuts off
 * is asked for one by one.
 */
export async function leadsOf(
  reader: Reader,
  visitors: readonly VisitorJson[],
  atHand: readonly LeadJson[],
  now: number,
): Promise<ReadonlyMap<string, LeadJson>> {
  const leads = new Map(atHand.map((lead) => [lead.id, lead]))
  const missing = (): string[] => {
    const wanted = visitors.map(({ lead }) => lead).filter((id) => id !== null)
    return [...new Set(wanted)].filter((id) => !leads.has(id))
  }
  if (missing().length > 1) {
    const seen = visitors.map(({ last_seen_at }) => Date.parse(last_seen_at ?? '') || 0)
    const query = { seenSince: Math.min(...seen), limit: MOST, sort: '-last_seen' }
    const page = await reader.leads(query, now)
    if (page.kind === 'found') for (const lead of page.value.data) leads.set(lead.id, lead)
  }
  const found = await Promise.all(missing().map((id) => reader.lead(id, {}, now)))
  for (const answer of found) if (answer.kind === 'found') leads.set(answer.value.id, answer.value)
  return leads
}

/** Where a lead stands among those of its site; null for one that is alone there. */
export async function askStanding(
  reader: Reader,
  lead: LeadJson,
  now: number,
): Promise<Standing | null> {
  const page = await reader.leads({ site: lead.site, limit: 2, sort: '-score' }, now)
  if (page.kind !== 'found' || page.value.data.length < 2) return null
  const isTop = page.value.data.every(({ score_milli }) => score_milli <= lead.score_milli)
  return { isTop, percentile: lead.percentile }
}

export async function askLatest(
  reader: Reader,
  site: SiteJson | null,
  now: number,
): Promise<VisitorJson | null> {
  const page = await reader.visitors({ ...(site && { site: site.id }), limit: 1 }, now)
  return page.kind === 'found' ? (page.value.data[0] ?? null) : null
}
