/**
 * Globs instead of regular expressions, because patterns are written by people and run on every
 * event. `*` and `**` stand for any run of characters, `/` included, `?` for one. Anchored at both
 * ends, case-insensitive, and a trailing slash makes no difference.
 *
 * A pattern is split at its stars. The first part must begin the text and the last must end it; the
 * parts between are found in turn, each at its leftmost place, which is right because a star can
 * take up any slack. Nothing is ever tried again, so time is linear in the text: parts without `?`
 * use the engine's own search, parts with one a bit-parallel scan (Shift-And, Baeza-Yates and Gonnet
 * 1992) that costs one step per character and 32 characters of the part.
 */

export type Glob = (text: string) => boolean

/** A part of a pattern between two stars: where it first occurs at or after `from`, or -1. */
interface Part {
  readonly length: number
  readonly isAt: (text: string, at: number) => boolean
  readonly find: (text: string, from: number) => number
}

const BITS = 32
const ANY = '?'

/** A matcher for the pattern. */
export function compileGlob(pattern: string): Glob {
  const parts = withoutSlash(pattern.toLowerCase()).split(/\*+/).map(compilePart)
  const [first, ...others] = parts
  const last = others.pop()
  if (first === undefined) return () => false
  const matches = (text: string): boolean => {
    if (last === undefined) return text.length === first.length && first.isAt(text, 0)
    const end = text.length - last.length
    if (end < first.length || !first.isAt(text, 0) || !last.isAt(text, end)) return false
    let from = first.length
    for (const part of others) {
      const at = part.find(text, from)
      if (at < 0) return false
      from = at + part.length
    }
    return from <= end
  }
  return (text) => {
    const folded = text.toLowerCase()
    if (matches(folded)) return true
    const bare = withoutSlash(folded)
    return bare !== folded && matches(bare)
  }
}

function withoutSlash(text: string): string {
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text
}

function compilePart(part: string): Part {
  if (!part.includes(ANY)) {
    return {
      length: part.length,
      isAt: (text, at) => text.startsWith(part, at),
      find: (text, from) => text.indexOf(part, from),
    }
  }
  const isAt = (text: string, at: number): boolean => {
    if (at + part.length > text.length) return false
    for (let index = 0; index < part.length; index++) {
      if (part[index] !== ANY && part[index] !== text[at + index]) return false
    }
    return true
  }
  return { length: part.length, isAt, find: shiftAnd(part) }
}

/** Bit `i` of the state says that the last `i + 1` characters read match the part's first `i + 1`. */
function shiftAnd(part: string): Part['find'] {
  const words = Math.ceil(part.length / BITS)
  const wild = new Int32Array(words)
  const masks = new Map<number, Int32Array>()
  for (let index = 0; index < part.length; index++) {
    if (part[index] === ANY) setBit(wild, index)
  }
  for (let index = 0; index < part.length; index++) {
    if (part[index] === ANY) continue
    const code = part.charCodeAt(index)
    const mask = masks.get(code) ?? wild.slice()
    setBit(mask, index)
    masks.set(code, mask)
  }
  const done = 1 << ((part.length - 1) % BITS)
  return (text, from) => {
    const state = new Int32Array(words)
    for (let at = from; at < text.length; at++) {
      const mask = masks.get(text.charCodeAt(at)) ?? wild
      let carry = 1
      for (let word = 0; word < words; word++) {
        const before = state[word] ?? 0
        state[word] = ((before << 1) | carry) & (mask[word] ?? 0)
        carry = before >>> (BITS - 1)
      }
      if (((state[words - 1] ?? 0) & done) !== 0) return at - part.length + 1
    }
    return -1
  }
}

function setBit(words: Int32Array, index: number): void {
  const word = Math.floor(index / BITS)
  words[word] = (words[word] ?? 0) | (1 << (index % BITS))
}
