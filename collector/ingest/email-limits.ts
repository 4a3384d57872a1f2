import type { RejectCode } from '../errors.ts'
import { dayOf } from '../scoring/tables.ts'
import type { DevicesOf } from '../store/devices.ts'
import type { ClaimMade, NewEvent } from '../store/store.ts'
import { hashOf } from './buckets.ts'
import { isPublic, prefixOf } from './network.ts'
import { createShortLists } from './short-lists.ts'

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
  /** To be called before a group: what the last one claimed is in the store now. */
  beginGroup(): void
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
/** Nobody looks at more than these, and the disk is not a stranger's to fill. */
const HELD_PER_PREFIX_AND_HOUR = 600
const MAX_DEVICES = 50
const HOUR_MS = 3_600_000
/** Some 32 000 browsers and 4 000 neighbourhoods: 3 MB. */
const BROWSER_ROWS = 4_096
const PREFIX_ROWS = 512

export function createEmailLimits(devicesOf: DevicesOf): EmailLimits {
  const ofBrowser = createShortLists(EMAILS_PER_BROWSER_AND_DAY, BROWSER_ROWS)
  const ofPrefix = createShortLists(EMAILS_PER_PREFIX_AND_HOUR, PREFIX_ROWS)
  /** Browsers that the group in hand adds to somebody, by whom. */
  const adding = new Map<string, Set<string>>()

  function hasTooManyDevices(claim: ClaimMade, { site, browserKey }: Claimant) {
    const { email, userId } = claim
    const { known, isKnownHere } = devicesOf({ site, email, userId }, browserKey, MAX_DEVICES)
    if (isKnownHere) return false
    const names = [email && `${site} email ${email}`, userId && `${site} user ${userId}`]
    const browsers = names.filter((name) => name !== null).map((name) => addingTo(name))
    const added = new Set(browsers.flatMap((some) => [...some]))
    if (!added.has(browserKey) && known + added.size >= MAX_DEVICES) return true
    for (const some of browsers) some.add(browserKey)
    return false
  }
  function addingTo(name: string): Set<string> {
    const some = adding.get(name) ?? new Set()
    adding.set(name, some)
    return some
  }

  return {
    refusalOf({ claim, refusal }, from) {
      // What is refused anyway, unless it is known already, adds nobody.
      if (claim === null || claim.strength === 'strong' || refusal !== null) return null
      if (hasTooManyDevices(claim, from)) return 'too_many_devices'
      if (claim.email === null) return null
      const { site, browserKey, address, salt, receivedAt } = from
      const [email] = hashOf(claim.email, salt)
      const browser = hashOf(`${site} ${browserKey}`, salt)
      if (ofBrowser.add(browser, email, dayOf(receivedAt)) > 0) return 'too_many_emails'
      if (!isPublic(address)) return null
      const prefix = hashOf(`${site} ${prefixOf(address)}`, salt)
      const held = ofPrefix.add(prefix, email, Math.floor(receivedAt / HOUR_MS))
      if (held === 0) return null
      return held > HELD_PER_PREFIX_AND_HOUR ? 'too_many_emails' : 'held_for_review'
    },
    beginGroup: () => adding.clear(),
    sizes: () => ({ claiming_browsers: ofBrowser.size(), claiming_networks: ofPrefix.size() }),
  }
}
