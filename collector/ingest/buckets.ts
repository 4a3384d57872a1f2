import { createHmac } from 'node:crypto'

/**
 * Token buckets in a table of fixed size: numbers in typed arrays, so that strangers with millions of keys
 * cost neither memory nor collections.
 *
 * A key is a hash of 64 bits and belongs into one row of eight places. Where the row is full, the bucket with the
 * most tokens is forgotten, as that gives away the least: a full one is lost for nothing. Who wants an empty
 * bucket forgotten, and so one burst more, has to empty all others of its row first, and can't tell which
 * keys fall into it, because the hash is seeded at random.
 */
export interface Buckets {
  /** The place of a key's bucket, filled up to now; valid until the next call. */
  find(key: Hash, now: number): number
  /** Whole tokens in it. */
  left(place: number): number
  take(place: number, count: number): void
  /** Buckets that are kept. */
  size(): number
}

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export type Hash = readonly [number, number]

const ROW = 8

export function createBuckets({ burst, perSecond }: Rate, rows: number): Buckets {
  const places = rows * ROW
  const high = new Int32Array(places)
  const low = new Int32Array(places)
  const tokens = new Float64Array(places)
  const filledAt = new Float64Array(places).fill(Number.NaN)
  let size = 0

  /** A clock that went back gives nothing and takes nothing. */
  function tokensAt(place: number, now: number): number {
    const passedMs = Math.max(0, now - (filledAt[place] ?? now))
    return Math.min(burst, (tokens[place] ?? burst) + (passedMs * perSecond) / 1000)
  }
  return {
    find([first, second], now) {
      const start = ((first >>> 0) % rows) * ROW
      let fullest = start
      let most = -1
      for (let place = start; place < start + ROW; place += 1) {
        if (Number.isNaN(filledAt[place])) {
          fullest = place
          size += 1
          break
        }
        const held = tokensAt(place, now)
        if (high[place] === first && low[place] === second) {
          tokens[place] = held
          filledAt[place] = now
          return place
        }
        if (held > most) [fullest, most] = [place, held]
      }
      high[fullest] = first
      low[fullest] = second
      tokens[fullest] = burst
      filledAt[fullest] = now
      return fullest
    },
    left: (place) => Math.floor(tokens[place] ?? 0),
    take(place, count) {
      tokens[place] = (tokens[place] ?? 0) - count
    },
    size: () => size,
  }
}

/** A seeded hash of a text: two rounds of multiply and shift a character, as cheap as it is unguessable. */
export function hashText(text: string, [seed, other]: Hash): Hash {
  let first = seed
  let second = other
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    first = Math.imul(first ^ code, 0x9e3779b1)
    first ^= first >>> 15
    second = Math.imul(second ^ code, 0x85ebca6b)
    second ^= second >>> 13
  }
  first = Math.imul(first ^ (first >>> 16), 0xc2b2ae35)
  second = Math.imul(second ^ (second >>> 16) ^ first, 0x27d4eb2f)
  return [first ^ (first >>> 15), second ^ (second >>> 14)]
}

/** What a text can't be told from without the salt of the day. */
export function hashOf(text: string, salt: Uint8Array): Hash {
  const digest = createHmac('sha256', salt).update(text).digest()
  return [digest.readInt32LE(0), digest.readInt32LE(4)]
}

/** Places of what is remembered of `hashOf`. */
const REMEMBERED = 16_384

/**
 * `hashOf`, remembering under a hash of its own what it answered for the recent texts: an HMAC costs a tenth of
 * taking an event, and a visitor sends many from one place.
 */
export function createHashOf(seed: Hash): typeof hashOf {
  const memory = new Int32Array(REMEMBERED * 4)
  let saltOfMemory: Uint8Array | null = null
  return (text, salt) => {
    if (salt !== saltOfMemory) memory.fill(0)
    saltOfMemory = salt
    const [first, second] = hashText(text, seed)
    const start = ((first >>> 0) % REMEMBERED) * 4
    if (memory[start] === first && memory[start + 1] === second) {
      return [memory[start + 2] ?? 0, memory[start + 3] ?? 0]
    }
    const hash = hashOf(text, salt)
    memory.set([first, second, ...hash], start)
    return hash
  }
}
