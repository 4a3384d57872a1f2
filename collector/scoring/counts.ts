import type { CompiledModel } from './match.ts'
import type { Bucket } from './score.ts'
import { grossMilli, lineMilli, type RuleTables, weightOf } from './tables.ts'

/**
 * The counts of all leads in memory, as columns, and what is read out of all of them at once: scores
 * under any numbers, what each rule gives, the best, the rank of each. Scores are what `scoreOf` gives,
 * to the last milli-point; receipts are left to it.
 *
 * A lead is a *slot*, a number that the caller gives it. Its buckets are one segment of the columns, by
 * rule and then by day, those of the same rule and day added: merging is union. So a rule's lines stand
 * together, and its cap needs no table of sums. A segment is never changed: a new one is put at the end,
 * and what it replaces is garbage, left behind when it is more than half.
 */

/** The columns, by row, and where the segment of each slot is. Stands until the counts change. */
interface Columns {
  readonly rule: Int32Array
  readonly day: Int32Array
  readonly count: Int32Array
  /** Wide, as `lastAt`: a day of many visitors together has more milliseconds than an integer of 32 bits. */
  readonly engagedMs: Float64Array
  readonly lastAt: Float64Array
  readonly startOf: Int32Array
  readonly lengthOf: Int32Array
}

/** Adds a row. Numbers and no object, because a million of them are loaded. */
export type AddRow = (
  slot: number,
  rule: number,
  day: number,
  count: number,
  engagedMs: number,
  lastAt: number,
) => void

export interface Counts {
  /** Slots are 0 up to this, not including it; an empty one has a score too. */
  readonly slots: number
  /** Buckets held. */
  readonly size: number
  /** Makes the slots below this number exist, with room for so many buckets in all. */
  reserve(slots: number, buckets?: number): void
  /** Puts these buckets in place of what the slot held. Those of several visitors side by side, in any order. */
  set(slot: number, buckets: Iterable<Bucket>): void
  /**
   * The same for many slots; those without a row keep what they hold. The rows of a slot must follow each
   * other, in any order: it throws where they don't, rather than put the later ones in place of the earlier.
   */
  load(fill: (add: AddRow) => void): void
  /** Empties a slot, which can then be another lead's. */
  remove(slot: number): void
  /** What a slot holds, by rule and then by day. */
  bucketsOf(slot: number): Bucket[]
  readonly columns: Columns
}

/** Below this, garbage is not worth the sweeping. */
const LEAST_ROWS = 1024

export function createCounts(): Counts {
  let columns = allocate(LEAST_ROWS, 0)
  let slots = 0
  let size = 0
  /** Rows that segments take up, garbage included. */
  let used = 0
  /** Rows added after those, for the slot that is being filled. */
  let pending = 0
  let isSorted = true
  const order: number[] = []

  function reserve(least: number, buckets = 0): void {
    const { rule, startOf } = columns
    const grown = (has: number, needs: number) => (needs > has ? Math.max(needs, 2 * has) : has)
    slots = Math.max(slots, least)
    if (least <= startOf.length && buckets <= rule.length) return
    columns = allocate(grown(rule.length, buckets), grown(startOf.length, least), columns)
  }

  const add = (rule: number, day: number, count: number, engagedMs: number, lastAt: number) => {
    const row = used + pending
    if (row >= columns.rule.length) reserve(slots, row + 1)
    if (pending > 0) isSorted &&= isBefore(columns, row - 1, rule, day)
    columns.rule[row] = rule
    columns.day[row] = day
    columns.count[row] = count
    columns.engagedMs[row] = engagedMs
    columns.lastAt[row] = lastAt
    pending += 1
  }

  /** Makes the pending rows the segment of a slot. */
  function close(slot: number): void {
    reserve(slot + 1)
    const length = isSorted ? pending : unite()
    size += length - (columns.lengthOf[slot] ?? 0)
    columns.startOf[slot] = used
    columns.lengthOf[slot] = length
    used += length
    open()
  }

  function open(): void {
    pending = 0
    isSorted = true
  }

  /** Sorts the pending rows and adds those of the same rule and day: behind them, then moved back. */
  function unite(): number {
    const end = used + pending
    reserve(slots, end + pending)
    const { rule, day, count, engagedMs, lastAt } = columns
    order.length = pending
    for (let i = 0; i < pending; i += 1) order[i] = used + i
    order.sort((a, b) => at(rule, a) - at(rule, b) || at(day, a) - at(day, b))
    let to = end - 1
    for (const from of order) {
      if (to < end || isBefore(columns, to, at(rule, from), at(day, from))) {
        to += 1
        copyRow(columns, from, columns, to)
      } else {
        count[to] = at(count, to) + at(count, from)
        engagedMs[to] = at(engagedMs, to) + at(engagedMs, from)
        lastAt[to] = Math.max(at(lastAt, to), at(lastAt, from))
      }
    }
    for (let row = end; row <= to; row += 1) copyRow(columns, row, columns, used + row - end)
    return to + 1 - end
  }

  /** Leaves the garbage behind, if it is more than half. */
  function sweep(): void {
    if (used < LEAST_ROWS || 2 * size >= used) return
    const kept = allocate(Math.max(2 * size, LEAST_ROWS), columns.startOf.length)
    used = 0
    for (let slot = 0; slot < slots; slot += 1) {
      const start = at(columns.startOf, slot)
      const end = start + at(columns.lengthOf, slot)
      kept.startOf[slot] = used
      kept.lengthOf[slot] = end - start
      for (let row = start; row < end; row += 1, used += 1) copyRow(columns, row, kept, used)
    }
    columns = kept
  }

  function set(slot: number, buckets: Iterable<Bucket>): void {
    open()
    for (const { rule, day, count, engagedMs, lastAt } of buckets) {
      add(rule, day, count, engagedMs, lastAt)
    }
    close(slot)
    sweep()
  }

  return {
    get slots() {
      return slots
    },
    get size() {
      return size
    },
    get columns() {
      return columns
    },
    reserve,
    set,
    load(fill) {
      const from = used
      let current = -1
      open()
      fill((slot, rule, day, count, engagedMs, lastAt) => {
        if (slot !== current) {
          if (current >= 0) close(current)
          current = slot
          if (at(columns.lengthOf, slot) > 0 && at(columns.startOf, slot) >= from) {
            throw new Error(`the rows of slot ${slot} do not follow each other`)
          }
        }
        add(rule, day, count, engagedMs, lastAt)
      })
      if (current >= 0) close(current)
      sweep()
    },
    remove(slot) {
      if (slot < slots) set(slot, [])
    },
    bucketsOf(slot) {
      const { rule, day, count, engagedMs, lastAt } = columns
      const start = at(columns.startOf, slot)
      return Array.from({ length: at(columns.lengthOf, slot) }, (_, i) => ({
        rule: at(rule, start + i),
        day: at(day, start + i),
        count: at(count, start + i),
        engagedMs: at(engagedMs, start + i),
        lastAt: at(lastAt, start + i),
      }))
    },
  }
}

/** A number of a column; 0 past its end. */
function at(column: Int32Array | Float64Array, place: number): number {
  return column[place] ?? 0
}

function isBefore(columns: Columns, row: number, rule: number, day: number): boolean {
  return (at(columns.rule, row) - rule || at(columns.day, row) - day) < 0
}

function copyRow(source: Columns, from: number, target: Columns, to: number): void {
  target.rule[to] = at(source.rule, from)
  target.day[to] = at(source.day, from)
  target.count[to] = at(source.count, from)
  target.engagedMs[to] = at(source.engagedMs, from)
  target.lastAt[to] = at(source.lastAt, from)
}

const NAMES = ['rule', 'day', 'count', 'engagedMs', 'lastAt', 'startOf', 'lengthOf'] as const

function allocate(rows: number, slots: number, old?: Columns): Columns {
  const columns = {
    rule: new Int32Array(rows),
    day: new Int32Array(rows),
    count: new Int32Array(rows),
    engagedMs: new Float64Array(rows),
    lastAt: new Float64Array(rows),
    startOf: new Int32Array(slots),
    lengthOf: new Int32Array(slots),
  }
  if (old) for (const name of NAMES) columns[name].set(old[name])
  return columns
}

/** What is read, and as of which UTC day. */
export interface Reading {
  readonly counts: Counts
  readonly model: CompiledModel
  readonly day: number
  /** Buckets of this day and later are left out. */
  readonly beforeDay?: number
}

export interface RuleTotal {
  readonly rule: string
  readonly label: string
  /** What the rule gives all leads together, caps applied. */
  readonly milli: number
  /** Leads that it gives something, or takes something from. */
  readonly leads: number
}

/** The score of every slot, in milli-points; adjustments are sums by slot. */
export function scoreAll(reading: Reading, adjustments: Float64Array | null = null): Float64Array {
  const scores = new Float64Array(reading.counts.slots)
  return scores.map((_, slot) => scoreSlot(reading, slot, adjustments?.[slot]))
}

/** The score of one slot, in milli-points. */
export function scoreSlot(reading: Reading, slot: number, adjustment = 0): number {
  return Math.max(0, totalOf(reading, slot) + adjustment)
}

/** What each rule gives over all slots, or those to keep; in the model's order. */
export function ruleTotals(
  reading: Reading,
  keep: (slot: number) => boolean = () => true,
): readonly RuleTotal[] {
  const totals = reading.model.rules.map(({ spec }) => {
    return { rule: spec.id, label: spec.label, milli: 0, leads: 0 }
  })
  for (let slot = 0; slot < reading.counts.slots; slot += 1) {
    if (keep(slot)) totalOf(reading, slot, totals)
  }
  return totals
}

type Totals = { milli: number; leads: number }[]

/** The sum of a slot's rules, each within its cap; before adjustments and floor. */
function totalOf(reading: Reading, slot: number, totals: Totals = []): number {
  const { columns } = reading.counts
  let row = at(columns.startOf, slot)
  const end = row + at(columns.lengthOf, slot)
  let total = 0
  while (row < end) {
    const ref = at(columns.rule, row)
    const rule = reading.model.byRef.get(ref)
    let sum = 0
    for (; row < end && columns.rule[row] === ref; row += 1) {
      if (rule) sum += lineOf(reading, columns, row, rule.tables)
    }
    if (!rule || sum === 0) continue // of another model, or it has faded
    const kept = Math.sign(sum) * Math.min(rule.tables.capMilli, Math.abs(sum))
    total += kept
    const ofRule = totals[rule.index]
    if (!ofRule || kept === 0) continue
    ofRule.milli += kept
    ofRule.leads += 1
  }
  return total
}

function lineOf(reading: Reading, columns: Columns, row: number, tables: RuleTables): number {
  const day = at(columns.day, row)
  if (reading.beforeDay !== undefined && day >= reading.beforeDay) return 0
  const gross = grossMilli(tables, at(columns.count, row), at(columns.engagedMs, row))
  return lineMilli(gross, weightOf(tables, reading.day - day))
}

/** The newest hand raise whose points have not faded, epoch ms; as `lastRaiseOf` of score.ts. */
export function lastRaiseOf(reading: Reading, slot: number): number | null {
  const { model, day, beforeDay = Number.POSITIVE_INFINITY } = reading
  const { columns } = reading.counts
  const start = at(columns.startOf, slot)
  let newest: number | null = null
  for (let row = start; row < start + at(columns.lengthOf, slot); row += 1) {
    const rule = model.byRef.get(at(columns.rule, row))
    const rowDay = at(columns.day, row)
    if (!rule?.spec.hand_raise || rowDay >= beforeDay || columns.count[row] === 0) continue
    if (weightOf(rule.tables, day - rowDay) === 0) continue
    newest = Math.max(newest ?? Number.NEGATIVE_INFINITY, at(columns.lastAt, row))
  }
  return newest
}

/** Days on which the slot has a count of this rule, which need not be in the model. */
export function activeDaysOf(reading: Reading, slot: number, rule: number): number {
  const { columns } = reading.counts
  const { beforeDay = Number.POSITIVE_INFINITY } = reading
  const start = at(columns.startOf, slot)
  let days = 0
  for (let row = start; row < start + at(columns.lengthOf, slot); row += 1) {
    const isCounted = columns.rule[row] === rule && at(columns.count, row) > 0
    if (isCounted && at(columns.day, row) < beforeDay) days += 1
  }
  return days
}

/** The best slots, by score downwards and then by slot, exactly; those not to keep are passed over. */
export function topOf(
  scores: Float64Array,
  limit: number,
  keep: (slot: number) => boolean = () => true,
): number[] {
  // Gathered with room to spare, then sorted and cut: most slots cost one comparison with the bar.
  const most = 2 * limit + 100
  const best: number[] = []
  let bar = Number.NEGATIVE_INFINITY
  const shorten = () => {
    best.sort((a, b) => at(scores, b) - at(scores, a) || a - b)
    if (best.length < limit) return
    best.length = limit
    bar = at(scores, best[limit - 1] ?? 0)
  }
  for (let slot = 0; slot < scores.length; slot += 1) {
    if (at(scores, slot) <= bar || !keep(slot)) continue
    best.push(slot)
    if (best.length > most) shorten()
  }
  shorten()
  return best
}

/**
 * Ranks slots within groups (sites): the share of the others that score lower, in whole percent, 100
 * where there are no others. Null for a slot whose group is null. Make it once per scoring.
 */
export function createRanks(
  scores: Float64Array,
  groupOf: (slot: number) => number | null,
): (slot: number) => number | null {
  const members = new Map<number, number[]>()
  for (const [slot, score] of scores.entries()) {
    const group = groupOf(slot)
    if (group === null) continue
    const list = members.get(group)
    if (list) list.push(score)
    else members.set(group, [score])
  }
  const sorted = new Map<number | null, Float64Array>()
  for (const [group, list] of members) sorted.set(group, Float64Array.from(list).sort())
  return (slot) => {
    const ranked = sorted.get(groupOf(slot))
    if (!ranked) return null
    if (ranked.length === 1) return 100
    return Math.floor((100 * lowerIn(ranked, at(scores, slot))) / (ranked.length - 1))
  }
}

function lowerIn(sorted: Float64Array, score: number): number {
  let from = 0
  for (let to = sorted.length; from < to; ) {
    const middle = (from + to) >> 1
    if (at(sorted, middle) < score) from = middle + 1
    else to = middle
  }
  return from
}
