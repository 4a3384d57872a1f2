import { createHmac } from 'node:crypto'
import type { IgnoreReason } from '../errors.ts'
import { createRecent } from '../store/recent.ts'
import { isPublic, networkOf } from './network.ts'

/**
 * How much one browser, one network and one site may send: token buckets on the time of receipt, so
 * that the same deliveries get the same verdicts.
 *
 * Memory is bounded: of each kind some `MAX_KEYS` buckets are kept, the recently used ones. Whoever
 * makes more keys than that in the meantime has an old bucket forgotten, which is a full one again:
 * he gains one burst for `MAX_KEYS / 2` other keys, each of which costs him a delivery.
 *
 * Networks are kept as an HMAC under the day's salt, never as an address.
 */
export interface Limits {
  /** What of a delivery may be taken; takes the tokens for it. */
  admit(asked: Asked): Admission
  /** Buckets in memory, by kind. */
  sizes(): Readonly<Record<string, number>>
}

export interface Asked {
  readonly site: number
  /** Null where the sender named none that is one. */
  readonly browserKey: string | null
  readonly address: string
  /** The salt of the day; nothing that is kept can be told without it. */
  readonly salt: Uint8Array
  readonly receivedAt: number
  readonly events: number
}

export type Admission =
  | { readonly kind: 'busy' }
  /** The first `taken` events; the rest is ignored for `reason`. */
  | { readonly kind: 'taken'; readonly taken: number; readonly reason: IgnoreReason }

interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** The tag keeps to the same, so people never meet it. */
const BROWSER: Rate = { burst: 300, perSecond: 10 }
/** An office behind one address is hundreds of browsers. */
const NETWORK: Rate = { burst: 6_000, perSecond: 200 }
const SITE: Rate = { burst: 300_000, perSecond: 5_000 }
const MAX_KEYS = 50_000

export function createLimits(): Limits {
  const browsers = createBuckets(BROWSER)
  const networks = createBuckets(NETWORK)
  const sites = createBuckets(SITE)
  return {
    admit({ site, browserKey, address, salt, receivedAt, events }) {
      if (sites.left(String(site), receivedAt) < events) return { kind: 'busy' }
      const networkKey = isPublic(address) ? keyOf(networkOf(address), salt) : null
      const ofNetwork = networkKey === null ? events : networks.left(networkKey, receivedAt)
      const browser = browserKey === null ? null : `${site} ${browserKey}`
      const ofBrowser = browser === null ? events : browsers.left(browser, receivedAt)
      const taken = Math.min(events, ofNetwork, ofBrowser)
      sites.take(String(site), events)
      if (networkKey !== null) networks.take(networkKey, taken)
      if (browser !== null) browsers.take(browser, taken)
      const reason = ofBrowser <= ofNetwork ? 'browser_rate' : 'address_rate'
      return { kind: 'taken', taken, reason }
    },
    sizes: () => ({
      browser_rates: browsers.size(),
      network_rates: networks.size(),
      site_rates: sites.size(),
    }),
  }
}

interface Bucket {
  tokens: number
  at: number
}

function createBuckets({ burst, perSecond }: Rate) {
  const known = createRecent<string, Bucket>(MAX_KEYS)
  return {
    /** Whole tokens in the bucket by now. */
    left(key: string, now: number): number {
      const bucket = known.get(key)
      if (!bucket) {
        known.set(key, { tokens: burst, at: now })
        return burst
      }
      // A clock that went back gives nothing and takes nothing.
      const passedMs = Math.max(0, now - bucket.at)
      bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1000)
      bucket.at = now
      return Math.floor(bucket.tokens)
    },
    take(key: string, count: number): void {
      const bucket = known.get(key)
      if (bucket) bucket.tokens -= count
    },
    size: known.size,
  }
}

function keyOf(network: string, salt: Uint8Array): string {
  return createHmac('sha256', salt).update(network).digest('base64url').slice(0, 16)
}
