import type { WireAnswer } from '../../shared/wire.ts'
import { REFUSALS, type RejectCode } from '../errors.ts'
import type { RawDelivery } from '../ingest/pipeline.ts'
import { toldOf } from './deliveries.ts'
import type { PlannedLead } from './leads-plan.ts'
import { piecesOf } from './pieces.ts'
import { meaningOf } from './report.ts'
import { deliveryOf } from './to-store.ts'

/** Leads of a file into a collector that runs: each row is a delivery of its own, so each has an answer. */

export const TAKEN_FATES = ['new', 'there', 'same', 'erased', 'unreadable'] as const
/** What became of a row: `same` where it was taken before, `erased` where its person was erased. */
export type TakenFate = (typeof TAKEN_FATES)[number]

export interface TakenLead {
  readonly row: PlannedLead['row']
  readonly fate: TakenFate
  /** Empty where the row was taken. */
  readonly why: string
}

export interface LeadsEnd {
  readonly collect: (
    raw: RawDelivery,
  ) => Promise<{ readonly status: number; readonly body: string }>
  /** The site's key. */
  readonly site: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Others have their turn between two of these. */
const AT_ONCE = 100

/** Null where the collector takes no more for now: some rows may be in, and taking all again adds none twice. */
export async function takeLeads(
  rows: readonly PlannedLead[],
  { collect, site, clock }: LeadsEnd,
): Promise<readonly TakenLead[] | null> {
  const taken: TakenLead[] = []
  for (const some of piecesOf(rows, AT_ONCE)) {
    const answers = await Promise.all(
      some.map(({ placed }) => {
        const [told] = placed ? toldOf(site, [placed]) : []
        return told ? collect(deliveryOf(told.body, clock())) : null
      }),
    )
    for (const [at, { row, fate, why }] of some.entries()) {
      const answer = answers[at] ?? null
      if (answer === null) taken.push({ row, fate, why })
      else if (answer.status === 202) taken.push({ row, ...becameOf(answer.body, fate) })
      else if (isBusy(answer.body)) return null
      else taken.push({ row, fate: 'unreadable', why: titleOf(answer.body) })
    }
  }
  return taken
}

function becameOf(body: string, fate: TakenFate): Pick<TakenLead, 'fate' | 'why'> {
  const { accepted, duplicates, rejected } = JSON.parse(body) as WireAnswer // ours
  if (accepted > 0) return { fate, why: '' }
  if (duplicates > 0) return { fate: 'same', why: 'it is known already' }
  const [wrong] = rejected
  if (!wrong) return { fate: 'erased', why: 'the person was erased' }
  return { fate: 'unreadable', why: meaningOf(wrong.code as RejectCode) } // as the pipeline has it
}

function isBusy(body: string): boolean {
  const { code = '' } = JSON.parse(body) as { code?: string } // a problem of ours
  return code === 'overloaded' || code === 'store_unavailable' || !(code in REFUSALS)
}

function titleOf(body: string): string {
  const { title = 'it was refused' } = JSON.parse(body) as { title?: string } // a problem of ours
  return title
}
