import { createHash } from 'node:crypto'
import { uuidOf } from '../store/ids.ts'
import type { ImportRow, RowEvent } from './row.ts'

/**
 * Ids for rows that have none: a hash of what the row says, and which of the equal rows it is. The same file
 * gives the same ids whenever it is read, so reading it again adds nothing; and whoever did the same twice at
 * one instant did it twice.
 */
export interface RowIds {
  /** The event with an id. To be asked for each row of a file, in its order, also for those that are passed over. */
  withId(row: ImportRow): RowEvent & { readonly id: string }
}

/**
 * Equal rows are of one instant, so they stand close together in any file that is in some order; what was
 * seen longer ago than this many rows is forgotten, so that memory has an end.
 */
const REMEMBERED = 200_000

export function createRowIds(remembered = REMEMBERED): RowIds {
  let recent = new Map<number, number>()
  let older = new Map<number, number>()
  return {
    withId({ browser, server, cookieless, isUndated = false, event }) {
      const { id } = event
      if (id !== undefined) return { ...event, id }
      const { receivedAt: _, at, ...rest } = event
      const said = isUndated ? rest : { at, ...rest }
      const content = JSON.stringify([browser, server, cookieless, sorted(said)])
      const hash = createHash('sha256').update(content)
      const key = hash.copy().digest().readUIntBE(0, 6)
      const seen = recent.get(key) ?? older.get(key) ?? 0
      recent.set(key, seen + 1)
      if (recent.size >= remembered) {
        older = recent
        recent = new Map()
      }
      return { ...event, id: uuidOf(hash.update(`${seen}`).digest('hex').slice(0, 32)) }
    },
  }
}

/** With keys in one order, so that columns may stand in another. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
