import { setImmediate as turn } from 'node:timers/promises'
import { normalEmail, normalUserId } from '../ingest/text.ts'
import { createRowReader } from './csv-rows.ts'
import type { PlacedRow } from './deliveries.ts'
import { piecesOf } from './pieces.ts'
import type { PlanReader } from './read-plan.ts'
import { meaningOf } from './report.ts'
import { createRowIds } from './row-ids.ts'
import { type Row, readTable } from './table.ts'
import { ImportTrouble } from './trouble.ts'

/** From a CSV of people to what importing it into a site would do now; rows are read as `pique import` reads them. */

/** Of a row: it makes a lead, it is of one that is there, or it is passed over. */
export type LeadFate = 'new' | 'there' | 'unreadable'

export interface PlannedLead {
  readonly row: Row
  /** As the file has it; empty where it names nobody. */
  readonly who: string
  readonly traits: Readonly<Record<string, unknown>>
  readonly fate: LeadFate
  /** Why it is passed over; empty where it is not. */
  readonly why: string
  /** Null where it is passed over. */
  readonly placed: PlacedRow | null
}

/** What a column is taken for. */
export interface TakenColumn {
  readonly name: string
  readonly as: string
}

export interface LeadsFile {
  readonly head: readonly string[]
  readonly columns: readonly TakenColumn[]
  /** Columns that are left aside. */
  readonly unused: readonly string[]
  readonly rows: readonly PlannedLead[]
}

export type ReadLeads =
  | { readonly ok: true; readonly file: LeadsFile }
  | { readonly ok: false; readonly problem: string }

/** Rows looked up at once: others have their turn in between. */
const AT_ONCE = 200

export async function readLeads(
  reader: Pick<PlanReader, 'leadRefsOf'>,
  file: { readonly bytes: Uint8Array; readonly site: string },
  now: number,
): Promise<ReadLeads> {
  const read = await readTable(file.bytes)
  if (!read.ok) return read
  const { head, rows } = read.table
  const found = readerOf(head, now)
  if (!found.ok) return found
  if (rows.length === 0) return { ok: false, problem: 'The file has no rows below its first line.' }
  const ids = createRowIds()
  const seen = new Set<string>()
  const planned: PlannedLead[] = []
  for (const some of piecesOf(rows, AT_ONCE)) {
    const told = some.map((row) => ({ row, ...whatOf(found.rows.read(row.cells)) }))
    const names = [...new Set(told.flatMap((one) => one.names))]
    const refs = await reader.leadRefsOf(file.site, names)
    const there = new Set(names.filter((_, at) => typeof refs[at] === 'number'))
    for (const { row, read: one, names: own, wrong, who, traits } of told) {
      if (!one.ok || wrong !== null) {
        const why = one.ok ? (wrong ?? '') : (one.why ?? meaningOf(one.code))
        planned.push({ row, who, traits, fate: 'unreadable', why, placed: null })
        continue
      }
      const isThere = own.some((name) => there.has(name) || seen.has(name))
      for (const name of own) seen.add(name)
      const placed = { line: row.line, row: one.row, event: ids.withId(one.row) }
      planned.push({ row, who, traits, fate: isThere ? 'there' : 'new', why: '', placed })
    }
    await turn()
  }
  const columns = found.rows.columns.slice(1).map(columnOf)
  const used = new Set(columns.map(({ name }) => name))
  const unused = head.filter((name) => name !== '' && !used.has(name))
  return { ok: true, file: { head, columns, unused, rows: planned } }
}

function readerOf(head: readonly string[], now: number) {
  try {
    const rows = createRowReader(head, { what: 'leads', mapping: null, now })
    return { ok: true as const, rows }
  } catch (error) {
    if (!(error instanceof ImportTrouble)) throw error
    const [first = '', ...rest] = error.message
    return { ok: false as const, problem: `${first.toUpperCase()}${rest.join('')}.` }
  }
}

/** Whom a row names, as readers find them and as people know them. */
function whatOf(read: ReturnType<ReturnType<typeof createRowReader>['read']>) {
  const claim = read.ok ? (read.row.event.props ?? {}) : {}
  const [user, email] = [textOf(claim.user_id), textOf(claim.email)]
  const [id, address] = [normalUserId(user), normalEmail(email)]
  const names = [
    ...(id.ok ? [`user:${id.value}`] : []),
    ...(address === null ? [] : [`email:${address}`]),
  ]
  // The collector would not take it; the reader of a row looks less closely.
  const wrong = `“${(email || user).slice(0, 40)}” is ${email === '' ? 'no id of one person' : 'no e-mail address'}`
  const traits = (claim.traits ?? {}) as Readonly<Record<string, unknown>> // as the reader makes them
  return { read, names, wrong: names.length === 0 ? wrong : null, who: email || user, traits }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** "Job Title → trait job_title", in its two parts. */
function columnOf(text: string): TakenColumn {
  const at = text.lastIndexOf(' → ')
  return { name: text.slice(0, at), as: text.slice(at + 3) }
}
