/** Longer texts are computed anew each time: a hostile sender would fill the memory with them. */
const MAX_LENGTH = 512
/** What a text may be long on average before the memory starts over. */
const MEAN_LENGTH = 128

/**
 * Remembers what a pure function of a text answered, up to `limit` texts; then starts over.
 * Sites have few addresses, titles and agents, so nearly every event asks for a known one.
 */
export function remembered<T>(limit: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  let length = 0
  return (text) => {
    if (text.length > MAX_LENGTH) return compute(text)
    const hit = known.get(text)
    if (hit !== undefined) return hit
    const value = compute(text)
    length += text.length
    if (known.size >= limit || length > limit * MEAN_LENGTH) {
      known.clear()
      length = text.length
    }
    known.set(text, value)
    return value
  }
}
