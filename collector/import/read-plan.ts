import { setImmediate as turn } from 'node:timers/promises'
import type { LeadSaid } from '../store/standing.ts'
import { columnsOf } from './columns.ts'
import { type Judged, judge } from './outcomes.ts'
import { piecesOf } from './pieces.ts'
import { type Plan, planning } from './plan.ts'
import { readTable } from './table.ts'

/** From a file to what importing it into a site would do now. */

export interface PlannedFile {
  readonly plan: Plan
  readonly head: readonly string[]
  /** Columns whose names say nothing here. */
  readonly unused: readonly string[]
}

export type ReadPlan =
  | { readonly ok: true; readonly file: PlannedFile }
  | { readonly ok: false; readonly problem: string }

export interface PlanReader {
  leadRefsOf(site: string, names: readonly string[]): Promise<readonly (number | null)[]>
  saidOf(leads: readonly number[]): Promise<readonly LeadSaid[]>
}

/** Leads read at once, and rows judged: others have their turn in between. */
const LEADS_AT_ONCE = 250
const ROWS_AT_ONCE = 200

export async function readPlan(
  reader: PlanReader,
  file: { readonly bytes: Uint8Array; readonly site: string },
  now: number,
): Promise<ReadPlan> {
  const read = await readTable(file.bytes)
  if (!read.ok) return read
  const { head, rows } = read.table
  const found = columnsOf(head)
  if (!found.ok) return found
  if (rows.length === 0) return { ok: false, problem: 'The file has no rows below its first line.' }
  const judged: Judged[] = []
  for (const some of piecesOf(rows, ROWS_AT_ONCE)) {
    for (const row of some) judged.push(judge(row, found.columns, head.length, now))
    await turn()
  }
  const names = [...new Set(judged.flatMap(({ said }) => said?.names ?? []))]
  const leads = new Map<string, number>()
  for (const some of piecesOf(names, LEADS_AT_ONCE)) {
    const refs = await reader.leadRefsOf(file.site, some)
    for (const [at, name] of some.entries()) {
      const ref = refs[at]
      if (typeof ref === 'number') leads.set(name, ref)
    }
  }
  const said = new Map<number, LeadSaid>()
  for (const some of piecesOf([...new Set(leads.values())], LEADS_AT_ONCE)) {
    for (const one of await reader.saidOf(some)) said.set(one.ref, one)
  }
  const slices = planning(judged, { leads, said })
  let slice = slices.next()
  while (!slice.done) {
    await turn()
    slice = slices.next()
  }
  return { ok: true, file: { plan: slice.value, head, unused: found.unused } }
}
