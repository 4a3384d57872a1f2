/**
 * The number by which an event is found again: the head of its id, which is time in time-ordered
 * ids, so that new events stand together in the index; then 20 bits of a hash over scope and id.
 * The hash is keyed with the store's own secret, so nobody can send events that share a number and
 * make every look-up walk past them. A number only narrows; ids are compared in full.
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
  return Number.parseInt(id.slice(0, 8), 16) * HASH_VALUES + (hash >>> (32 - HASH_BITS))
}

const HASH_BITS = 20
const HASH_VALUES = 2 ** HASH_BITS
