import { randomBytes } from 'node:crypto'
import type { IgnoreReason } from '../errors.ts'
import { createBuckets, createHashOf, type Hash, hashText, type Rate } from './buckets.ts'
import { isPublic, networkOf } from './network.ts'

/**
 * How much one browser, one network and one site may send: token buckets on the time of receipt, so
 * that the same deliveries get the same verdicts.
 *
 * Memory is bounded, and what that may cost is said in buckets.ts.
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

/** The tag keeps to the same, so people never meet it. */
const BROWSER: Rate = { burst: 300, perSecond: 10 }
/** An office behind one address is hundreds of browsers. */
const NETWORK: Rate = { burst: 6_000, perSecond: 200 }
const SITE: Rate = { burst: 300_000, perSecond: 5_000 }
/** Some 65 000 buckets of browsers, and as many of networks: 3 MB, whoever comes. */
const ROWS = 8_192
const SITE_ROWS = 128

export function createLimits(): Limits {
  const seed = randomHash()
  const hashOf = createHashOf(seed)
  const browsers = createBuckets(BROWSER, ROWS)
  const networks = createBuckets(NETWORK, ROWS)
  const sites = createBuckets(SITE, SITE_ROWS)
  return {
    admit({ site, browserKey, address, salt, receivedAt, events }) {
      const ofSite = sites.find([site, site], receivedAt)
      if (sites.left(ofSite) < events) return { kind: 'busy' }
      const ofNetwork = isPublic(address)
        ? networks.find(hashOf(networkOf(address), salt), receivedAt)
        : null
      const ofBrowser =
        browserKey === null
          ? null
          : browsers.find(hashText(`${site} ${browserKey}`, seed), receivedAt)
      const byNetwork = ofNetwork === null ? events : networks.left(ofNetwork)
      const byBrowser = ofBrowser === null ? events : browsers.left(ofBrowser)
      const taken = Math.min(events, byNetwork, byBrowser)
      sites.take(ofSite, events)
      if (ofNetwork !== null) networks.take(ofNetwork, taken)
      if (ofBrowser !== null) browsers.take(ofBrowser, taken)
      const reason = byBrowser <= byNetwork ? 'browser_rate' : 'address_rate'
      return { kind: 'taken', taken, reason }
    },
    sizes: () => ({
      browser_rates: browsers.size(),
      network_rates: networks.size(),
      site_rates: sites.size(),
    }),
  }
}

function randomHash(): Hash {
  const bytes = randomBytes(8)
  return [bytes.readInt32LE(0), bytes.readInt32LE(4)]
}
