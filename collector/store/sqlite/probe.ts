/**
 * The number by which an event is found again: the first 44 bits of its id, which in time-ordered
 * ids are time (to 16 ms), so that new events stand together in the index and a commit dirties few
 * of its pages; then 9 bits of a hash over scope and id, keyed with the store's own secret, so that
 * events made to share the first part share a look-up with one in 512 of them. 53 bits in all: an
 * exact number. It only narrows; ids are compared in full.
 *
 * `id` is 32 hex digits; `scope` is the browser, or minus the site where there is none.
 */
export function probeOf(scope: number, id: string, seed: number): number {
  let hash = seed ^ scope
  for (let i = 0; i < id.length; i += 1) {
    // FNV-1a's step, with the rotation that makes every digit reach every bit.
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
    hash = (hash << 13) | (hash >>> 19)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash ^= hash >>> 12
  return Number.parseInt(id.slice(0, HEAD_DIGITS), 16) * HASH_VALUES + (hash >>> (32 - HASH_BITS))
}

const HEAD_DIGITS = 11
const HASH_BITS = 9
const HASH_VALUES = 2 ** HASH_BITS
