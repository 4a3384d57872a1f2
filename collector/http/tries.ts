import { networkOf } from '../ingest/network.ts'

/** Counts tries of each network, or of each account, in a fixed window. Memory is bounded: the oldest is forgotten first. */
export interface Tries {
  /** Takes one try; how long to wait before the next in milliseconds, 0 when this one may go on. */
  take(address: string): number
  /**
   * Takes one try back, of somebody who turned out to be welcome. The others stay: whoever has an
   * account of their own must not guess at others' for ever.
   */
  giveBack(address: string): void
}

export interface TryLimits {
  readonly most: number
  readonly windowMs: number
  readonly maxNetworks: number
}

export function createTries(
  { most, windowMs, maxNetworks }: TryLimits,
  clock: () => number,
): Tries {
  // In order of their end: a window is only ever added at the back.
  const windows = new Map<string, { count: number; readonly endsAt: number }>()

  function forgetOld(now: number): void {
    for (const [network, { endsAt }] of windows) {
      if (endsAt > now && windows.size < maxNetworks) return
      windows.delete(network)
    }
  }

  return {
    take(address) {
      const now = clock()
      const network = networkOf(address)
      const known = windows.get(network)
      if (known && known.endsAt > now) {
        known.count += 1
        return known.count > most ? known.endsAt - now : 0
      }
      windows.delete(network)
      forgetOld(now)
      windows.set(network, { count: 1, endsAt: now + windowMs })
      return 0
    },
    giveBack(address) {
      const known = windows.get(networkOf(address))
      if (known && known.count > 0) known.count -= 1
    },
  }
}
