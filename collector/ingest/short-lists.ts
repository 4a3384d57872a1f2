import type { Hash } from './buckets.ts'

/**
 * For many keys a short list each of what was counted in a period (a day, an hour), in a table of fixed size. As
 * in buckets.ts a key belongs into one row of eight places; where the row is full, a list of an earlier period is
 * forgotten, or else the shortest, which gives away the least.
 */
export interface ShortLists {
  /**
   * Adds an item to a key's list, unless it is in there or the list is full: 0 where it is in there now, else
   * how many were turned away in this period. Items are hashes: two that share theirs count as one.
   */
  add(key: Hash, item: number, period: number): number
  /** Lists that are kept. */
  size(): number
}

const ROW = 8

export function createShortLists(most: number, rows: number): ShortLists {
  const places = rows * ROW
  const high = new Int32Array(places)
  const low = new Int32Array(places)
  const periods = new Int32Array(places).fill(-1)
  const lengths = new Int32Array(places)
  const turnedAway = new Int32Array(places)
  const items = new Int32Array(places * most)
  let size = 0

  /** The place of a key's list of this period; an empty list where there was none. */
  function placeOf([first, second]: Hash, period: number): number {
    const start = ((first >>> 0) % rows) * ROW
    let shortest = start
    let least = Number.POSITIVE_INFINITY
    for (let place = start; place < start + ROW; place += 1) {
      const isOfNow = periods[place] === period
      const isOwn = high[place] === first && low[place] === second
      if (isOfNow && isOwn) return place
      const length = isOfNow ? (lengths[place] ?? 0) : -1
      if (length < least) [shortest, least] = [place, length]
    }
    if (periods[shortest] === -1) size += 1
    high[shortest] = first
    low[shortest] = second
    periods[shortest] = period
    lengths[shortest] = 0
    turnedAway[shortest] = 0
    return shortest
  }

  return {
    add(key, item, period) {
      const place = placeOf(key, period)
      const length = lengths[place] ?? 0
      const start = place * most
      for (let i = start; i < start + length; i += 1) if (items[i] === item) return 0
      if (length >= most) {
        turnedAway[place] = (turnedAway[place] ?? 0) + 1
        return turnedAway[place] ?? 1
      }
      items[start + length] = item
      lengths[place] = length + 1
      return 0
    },
    size: () => size,
  }
}
