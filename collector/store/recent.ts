/**
 * The recently used, at most `limit` of them, in two generations: what is asked for moves to the
 * young one; when that is half the limit, the old one is forgotten whole. A single map in order of
 * use would walk past all it has deleted to find its oldest entry, which cost more than a commit.
 */
export interface Recent<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
  clear(): void
  size(): number
}

export function createRecent<K, V>(limit: number): Recent<K, V> {
  let young = new Map<K, V>()
  let old = new Map<K, V>()
  function set(key: K, value: V): void {
    young.set(key, value)
    if (young.size < limit / 2) return
    old = young
    young = new Map()
  }
  return {
    set,
    get(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const aged = old.get(key)
      if (aged !== undefined) set(key, aged)
      return aged
    },
    size: () => young.size + old.size,
    clear() {
      young.clear()
      old.clear()
    },
  }
}
