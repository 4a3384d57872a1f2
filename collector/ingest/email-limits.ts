import { createHmac } from 'node:crypto'
import type { RejectCode } from '../errors.ts'
import { dayOf } from '../scoring/tables.ts'
import type { DevicesOf } from '../store/devices.ts'
import { createRecent } from '../store/recent.ts'
import type { NewEvent } from '../store/store.ts'
import { isPublic, prefixOf } from './network.ts'

/**
 * Who may claim how many people. A page that invents leads is stopped after a few, a network of such
 * pages is held until somebody looks, and nobody becomes a person with thousands of browsers.
 *
 * Only claims without a proof are counted, and each address the same whether it is known or not: else the
 * answer would tell strangers who is. Memory is bounded, and holds hashes under the day's salt.
 */
export interface EmailLimits {
  /** Why this event's claim is not taken; null where it is, or where there is none. */
  refusalOf(event: NewEvent, from: Claimant): RejectCode | null
  sizes(): Readonly<Record<string, number>>
}

export interface Claimant {
  readonly site: number
  readonly browserKey: string
  readonly address: string
  readonly salt: Uint8Array
  readonly receivedAt: number
}

const EMAILS_PER_BROWSER_AND_DAY = 5
const EMAILS_PER_PREFIX_AND_HOUR = 60
const MAX_DEVICES = 50
const HOUR_MS = 3_600_000
const MAX_BROWSERS = 20_000
const MAX_PREFIXES = 5_000

export function createEmailLimits(devicesOf: DevicesOf): EmailLimits {
  const ofBrowser = createRecent<string, Set<string>>(MAX_BROWSERS)
  const ofPrefix = createRecent<string, Set<string>>(MAX_PREFIXES)

  /** Adds to a set of the recently used; whether it is in there now. */
  function fits(
    sets: typeof ofBrowser,
    { key, hash, most }: { readonly key: string; readonly hash: string; readonly most: number },
  ): boolean {
    const known = sets.get(key) ?? new Set()
    if (!known.has(hash) && known.size >= most) return false
    known.add(hash)
    sets.set(key, known)
    return true
  }

  return {
    refusalOf({ claim }, { site, browserKey, address, salt, receivedAt }) {
      if (claim === null || claim.strength === 'strong') return null
      const { email, userId } = claim
      const devices = devicesOf({ site, email, userId }, browserKey, MAX_DEVICES)
      if (!devices.isKnownHere && devices.others >= MAX_DEVICES) return 'too_many_devices'
      if (email === null) return null
      const hash = hashOf(email, salt)
      const day = `${site} ${browserKey} ${dayOf(receivedAt)}`
      if (!fits(ofBrowser, { key: day, hash, most: EMAILS_PER_BROWSER_AND_DAY })) {
        return 'too_many_emails'
      }
      if (!isPublic(address)) return null
      const hour = Math.floor(receivedAt / HOUR_MS)
      const key = `${site} ${hashOf(prefixOf(address), salt)} ${hour}`
      return fits(ofPrefix, { key, hash, most: EMAILS_PER_PREFIX_AND_HOUR })
        ? null
        : 'held_for_review'
    },
    sizes: () => ({ claiming_browsers: ofBrowser.size(), claiming_networks: ofPrefix.size() }),
  }
}

function hashOf(text: string, salt: Uint8Array): string {
  return createHmac('sha256', salt).update(text).digest('base64url').slice(0, 16)
}
