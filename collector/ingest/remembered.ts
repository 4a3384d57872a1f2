/**
 * Remembers what a pure function of a text answered, up to `limit` texts; then starts over.
 * Sites have few addresses, titles and agents, so nearly every event asks for a known one.
 */
export function remembered<T>(limit: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const hit = known.get(text)
    if (hit !== undefined) return hit
    const value = compute(text)
    if (known.size >= limit) known.clear()
    known.set(text, value)
    return value
  }
}
