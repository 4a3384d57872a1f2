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
  page: PageAsked,
): Found<Page<T>> {
  return pageInOrder(all, (item) => [refOf(item)], page)
}

/** The same of a list in another order: by the first numbers of its items, then by the next. */
export function pageInOrder<T>(
  all: readonly T[],
  keyOf: (item: T) => readonly number[],
  { limit = USUAL_LIMIT, cursor }: PageAsked,
): Found<Page<T>> {
  const [first] = all
  const types = first === undefined ? [] : keyOf(first).map(() => 'number' as const)
  const after = cursor === undefined || !first ? null : placeOf(cursor, types)
  // Of a list that has become empty any cursor of it is at the end; one without a place is none.
  const isEnd = all.length === 0 && cursor !== undefined && isSomePlace(cursor)
  if (cursor !== undefined && !after && !isEnd) return { kind: 'bad_cursor' }
  const isAfter = (item: T) => {
    const key = keyOf(item)
    const at = key.findIndex((part, i) => part !== after?.[i])
    return at >= 0 && (key[at] ?? 0) > Number(after?.[at])
  }
  const rest = after ? all.filter(isAfter) : all
  const data = rest.slice(0, limit)
  const last = data.at(-1)
  const next = last !== undefined && rest.length > data.length ? cursorOf(keyOf(last)) : null
  return { kind: 'found', value: { data, next_cursor: next } }
}

function isSomePlace(cursor: string): boolean {
  return [1, 2].some((parts) =>
    placeOf(
      cursor,
      Array.from({ length: parts }, () => 'number'),
    ),
  )
}
