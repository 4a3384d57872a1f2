/** A small seeded generator (mulberry32): a failure names its seed and can be run again. */
export function randomOf(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (most: number) => Math.floor(next() * most)
  return {
    next,
    int,
    pick: <T>(list: readonly T[]): T => list[int(list.length)] as T, // callers give no empty list
    shuffle: <T>(list: readonly T[]): T[] => {
      const out = [...list]
      for (let i = out.length - 1; i > 0; i -= 1) {
        const j = int(i + 1)
        ;[out[i], out[j]] = [out[j] as T, out[i] as T] // both are places in the list
      }
      return out
    },
  }
}
export type Random = ReturnType<typeof randomOf>
