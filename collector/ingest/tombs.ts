import { createHmac } from 'node:crypto'
import type { Tombstone } from '../store/records.ts'
import type { NewEvent } from '../store/store.ts'

/**
 * What was erased must not come back with a late retry. Of an erased person the hashes are known: of the
 * browsers, with the stretch that was that person's, of the e-mails and of the user ids; and of events
 * whose browser has no lasting name, or that had no time. What happened there up to the erasure is not taken again; what happens
 * after it is a new beginning.
 */
export interface Tombs {
  isErased(event: NewEvent, from: { readonly site: number; readonly browserKey: string }): boolean
}

export type TombKind = 'browser' | 'email' | 'user' | 'event'

/** The hash a tombstone bears, in hex. */
export function tombHash(key: Uint8Array, kind: TombKind, site: number, value: string): string {
  return createHmac('sha256', key).update(`${kind}\n${site}\n${value}`).digest('hex')
}

export function createTombs(key: Uint8Array, tombstones: readonly Tombstone[]): Tombs {
  // Nearly every store has none, and then nothing is hashed.
  if (tombstones.length === 0) return { isErased: () => false }
  const known = new Map<string, Tombstone[]>()
  for (const one of tombstones) known.set(one.hash, [...(known.get(one.hash) ?? []), one])
  const covers = (kind: TombKind, site: number, value: string, at: number) =>
    known
      .get(tombHash(key, kind, site, value))
      ?.some(
        ({ from, to, erasedAt }) =>
          at <= erasedAt && at >= (from ?? -Infinity) && at < (to ?? Infinity),
      ) ?? false
  return {
    isErased({ id, claim, at }, { site, browserKey }) {
      // An event that says no time of its own is told again as of now, and yet the same.
      if (known.has(tombHash(key, 'event', site, id))) return true
      if (covers('browser', site, browserKey, at)) return true
      if (claim === null) return false
      const { email, userId } = claim
      return (
        (email !== null && covers('email', site, email, at)) ||
        (userId !== null && covers('user', site, userId, at))
      )
    },
  }
}
