/**
 * Seeded chance for the generated history: the same seed gives the same people, to the last id, on
 * every engine. A fork is a stream of its own, so that a change in one person's story does not
 * change everybody after them.
 */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A number in between, not rounded. */
  between(from: number, to: number): number
  /** A whole number; both ends are possible. */
  whole(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(items: Pickable<T>): T
  /** Picks in proportion to the weight that comes first in each pair. */
  weighted<T>(items: Pickable<readonly [weight: number, item: T]>): T
  /** A version 7 UUID of that instant. */
  uuid(atMs: number): string
  fork(): Random
}

/** A list that is never empty, so that picking always finds something. */
export type Pickable<T> = readonly [T, ...(readonly T[])]

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: 32 bits of state are plenty for a demo, and it is the same in every engine.
  const bits = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const next = () => bits() / 0x1_0000_0000
  const hex = () => bits().toString(16).padStart(8, '0')

  const random: Random = {
    next,
    between: (from, to) => from + next() * (to - from),
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    weighted(items) {
      let left = next() * items.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of items) {
        left -= weight
        if (left < 0) return item
      }
      return items[0][1]
    },
    uuid(atMs) {
      const time = atMs.toString(16).padStart(12, '0')
      const noise = hex() + hex() + hex()
      const variant = '89ab'.charAt(bits() & 3)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${noise.slice(0, 3)}-${variant}${noise.slice(3, 6)}-${noise.slice(6, 18)}`
    },
    fork: () => createRandom(bits()),
  }
  return random
}
