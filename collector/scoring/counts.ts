import type { Bucket } from './score.ts'

/**
 * The counts of all leads in memory, as columns; score-all.ts reads scores out of them.
 *
 * A lead is a *slot*, a number that the caller gives it. Its buckets are one segment of the columns, by
 * rule and then by day, those of the same rule and day added: merging is union. So a rule's lines stand
 * together, and its cap needs no table of sums. A segment is never changed: a new one is put at the end,
 * and what it replaces is garbage, left behind when it is more than half.
 */

/** The columns, by row, and where the segment of each slot is. Stands until the counts change. */
export interface Columns {
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
  /** `load` piece by piece: nothing else may change the counts before `end`. */
  loading(): { readonly add: AddRow; end(): void }
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

  function loading(): { readonly add: AddRow; end(): void } {
    const from = used
    let current = -1
    open()
    return {
      add(slot, rule, day, count, engagedMs, lastAt) {
        if (slot !== current) {
          if (current >= 0) close(current)
          current = slot
          if (at(columns.lengthOf, slot) > 0 && at(columns.startOf, slot) >= from) {
            throw new Error(`the rows of slot ${slot} do not follow each other`)
          }
        }
        add(rule, day, count, engagedMs, lastAt)
      },
      end() {
        if (current >= 0) close(current)
        sweep()
      },
    }
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
      const { add, end } = loading()
      fill(add)
      end()
    },
    loading,
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
export function at(column: Int32Array | Float64Array, place: number): number {
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
