import type { Engine } from '../engine.ts'
import type { OutcomeType } from '../scoring/stages.ts'
import { refOf } from '../store/ids.ts'
import { DAY_MS, HOUR_MS } from './calendar.ts'

/** What the shop's sales made of those who qualified, so that the funnel of the demo goes on to its end. */

interface Word {
  readonly type: OutcomeType
  /** Days after the lead qualified. */
  readonly after: number
  readonly reason?: string
}

const ACCEPTED: Word = { type: 'qualify_lead', after: 1.2 }
const OFFERED: Word = { type: 'open_opportunity', after: 5 }

/** One lead's way each, in turn; the last is still waiting. */
const WAYS: readonly (readonly Word[])[] = [
  [ACCEPTED, OFFERED, { type: 'close_convert_lead', after: 12 }],
  [ACCEPTED],
  [{ type: 'disqualify_lead', after: 2, reason: 'Student or job seeker' }],
  [ACCEPTED, OFFERED],
  [{ type: 'recycle_lead', after: 3, reason: 'Not now, nurture' }],
  [ACCEPTED, OFFERED, { type: 'close_convert_lead', after: 9 }],
  [ACCEPTED, { type: 'close_unconvert_lead', after: 16, reason: 'Went with a competitor' }],
  [ACCEPTED],
  [{ type: 'working_lead', after: 1 }],
  [],
]
/** Whoever qualified later than this many days ago waits, for the reader to decide. */
const SETTLED_DAYS = 4
const SALES = ['Robin Sato', 'Mika Lund']

/** Reports outcomes of the generated leads, at times that have passed. */
export async function reportSales(
  { reader, writer }: Pick<Engine, 'reader' | 'writer'>,
  now: number,
): Promise<void> {
  const page = await reader.leads({ stage: 'mql', sort: 'email', limit: 100 }, now)
  if (page.kind !== 'found') return
  const settled: { readonly id: string; readonly qualifiedAt: number }[] = []
  for (const { id } of page.value.data) {
    const decisions = await reader.decisions(id, {})
    const promoted = decisions.kind === 'found' && decisions.value.find(({ to }) => to === 'mql')
    const qualifiedAt = promoted ? Date.parse(promoted.at) : now
    if (now - qualifiedAt > SETTLED_DAYS * DAY_MS) settled.push({ id, qualifiedAt })
  }
  for (const [index, { id, qualifiedAt }] of settled.entries()) {
    const by = SALES[index % SALES.length] ?? 'Sales'
    for (const { type, after, reason = null } of WAYS[index % WAYS.length] ?? []) {
      const at = qualifiedAt + after * DAY_MS + (index % 7) * HOUR_MS
      if (at > now) break
      const isDeal = type === 'open_opportunity' || type === 'close_convert_lead'
      const worth = isDeal ? { value: 900 + 350 * (index % 8), currency: 'EUR' } : null
      await writer.addOutcome({
        lead: refOf('lead', id) ?? 0,
        type,
        at,
        recordedAt: at,
        reason,
        by,
        ...(worth ?? { value: null, currency: null }),
      })
    }
  }
}
