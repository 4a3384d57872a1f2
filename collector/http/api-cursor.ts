import { cursorOf, placeOf } from '../store/ids.ts'
import type { Found } from '../store/reader.ts'
import type { Page } from '../store/shapes.ts'
import { USUAL_LIMIT } from './api-query.ts'

/**
 * A cursor carries the name of its list in front of the reader's own place, because places of
 * different lists look alike: without it one list would silently start in the middle of another.
 */

interface Asked {
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}
type PageAsked = { readonly limit?: number; readonly cursor?: string }

/** Asks for a page of the list of this name. */
export async function askPage<T>(
  list: string,
  { limit, cursor }: Asked,
  ask: (page: PageAsked) => Promise<Found<Page<T>>>,
): Promise<Found<Page<T>>> {
  const prefix = `${list}.`
  if (cursor !== undefined && !cursor.startsWith(prefix)) return { kind: 'bad_cursor' }
  const found = await ask({
    limit: limit ?? USUAL_LIMIT,
    ...(cursor !== undefined && { cursor: cursor.slice(prefix.length) }),
  })
  if (found.kind !== 'found') return found
  const { data, next_cursor: next } = found.value
  return { kind: 'found', value: { data, next_cursor: next === null ? null : prefix + next } }
}

/** A page of a list that is short enough to be at hand, in order of its numbers. */
export function pageOfAll<T>(
  all: readonly T[],
  refOf: (item: T) => number,
  { limit = USUAL_LIMIT, cursor }: PageAsked,
): Found<Page<T>> {
  const after = cursor === undefined ? [0] : placeOf(cursor, ['number'])
  if (!after) return { kind: 'bad_cursor' }
  const rest = all.filter((item) => refOf(item) > Number(after[0]))
  const data = rest.slice(0, limit)
  const last = data.at(-1)
  const next = last !== undefined && rest.length > data.length ? cursorOf([refOf(last)]) : null
  return { kind: 'found', value: { data, next_cursor: next } }
}
