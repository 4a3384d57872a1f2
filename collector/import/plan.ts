import { type OutcomeType, stageOf } from '../scoring/stages.ts'
import type { Stage } from '../store/shapes.ts'
import type { LeadSaid } from '../store/standing.ts'
import type { Judged, SaidRow } from './outcomes.ts'

/** What an import would do: the fate of each row, and whose stage changes. Pure. */

export type Fate = 'new' | 'known' | 'nobody' | 'unreadable'

export interface Planned {
  readonly judged: Judged
  readonly fate: Fate
  /** Why it is not added; empty where it is. */
  readonly why: string
}

export interface ToAdd extends Omit<SaidRow, 'names'> {
  readonly lead: number
  readonly line: number
}

export interface Plan {
  readonly rows: readonly Planned[]
  readonly counts: Readonly<Record<Fate, number>>
  /** In the order in which it happened. */
  readonly toAdd: readonly ToAdd[]
  /** Leads whose stage will be another one, most of a kind first. */
  readonly moves: readonly Move[]
}

export interface Move {
  readonly from: Stage
  readonly to: Stage
  readonly leads: number
}

export interface KnownHere {
  /** By the names that rows give; those of nobody are left out. */
  readonly leads: ReadonlyMap<string, number>
  readonly said: ReadonlyMap<number, LeadSaid>
}

/** One outcome of one lead: who hears it twice has heard it once. */
function keyOf(one: { readonly type: OutcomeType; readonly at: number }): string {
  return `${one.type} ${one.at}`
}

/** Rows decided at once: a millisecond or so. */
const SLICE = 250

/** The plan, in slices: others may have their turn after each. */
export function* planning(judged: readonly Judged[], known: KnownHere): Generator<void, Plan> {
  const counts = { new: 0, known: 0, nobody: 0, unreadable: 0 }
  const seen = new Map<number, Map<string, number | null>>()
  const toAdd: ToAdd[] = []
  const rows: Planned[] = []
  for (const one of judged) {
    const { fate, why, add } = decide(one, known, seen)
    counts[fate] += 1
    if (add) toAdd.push(add)
    rows.push({ judged: one, fate, why })
    if (rows.length % SLICE === 0) yield
  }
  toAdd.sort((a, b) => a.at - b.at || a.line - b.line)
  yield
  return { rows, counts, toAdd, moves: yield* movesOf(toAdd, known) }
}

interface Decided {
  readonly fate: Fate
  readonly why: string
  readonly add?: ToAdd
}

function decide(
  { row, said, problems }: Judged,
  known: KnownHere,
  seen: Map<number, Map<string, number | null>>,
): Decided {
  if (!said) return { fate: 'unreadable', why: problems.join('; ') }
  const { names, ...rest } = said
  const leads = new Set(names.flatMap((name) => known.leads.get(name) ?? []))
  const [lead] = leads
  if (lead === undefined) return { fate: 'nobody', why: 'no lead of this site goes by that name' }
  if (leads.size > 1) {
    return { fate: 'unreadable', why: 'its columns name two different leads: keep the right one' }
  }
  const own =
    seen.get(lead) ??
    new Map((known.said.get(lead)?.outcomes ?? []).map((one) => [keyOf(one), null]))
  seen.set(lead, own)
  const line = own.get(keyOf(said))
  if (line === null) return { fate: 'known', why: 'it is known already' }
  if (line !== undefined) return { fate: 'known', why: `line ${line} says the same` }
  own.set(keyOf(said), row.line)
  return { fate: 'new', why: '', add: { ...rest, lead, line: row.line } }
}

function* movesOf(toAdd: readonly ToAdd[], { said }: KnownHere): Generator<void, Move[]> {
  const news = new Map<number, ToAdd[]>()
  for (const one of toAdd) {
    const own = news.get(one.lead)
    if (own) own.push(one)
    else news.set(one.lead, [one])
  }
  const moves = new Map<string, { from: Stage; to: Stage; leads: number }>()
  let looked = 0
  for (const [lead, added] of news) {
    looked += 1
    if (looked % SLICE === 0) yield
    const known = said.get(lead)
    if (!known) continue
    // Of two at one instant the one that is said later is heard.
    const all = [...known.outcomes, ...added].map(({ type, at }, id) => ({ id, type, at }))
    const to = stageOf(known.qualification, all)
    if (to === known.stage) continue
    const key = `${known.stage} ${to}`
    const move = moves.get(key) ?? { from: known.stage, to, leads: 0 }
    move.leads += 1
    moves.set(key, move)
  }
  return [...moves.values()].sort((a, b) => b.leads - a.leads)
}
