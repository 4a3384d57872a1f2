import { BlockList, isIP } from 'node:net'

/**
 * Where a webhook may go. A collector stands inside somebody's network, so an address that a stranger
 * could not reach is refused, unless `PIQUE_WEBHOOK_ALLOW` names it; http goes only where it does.
 * What is judged is the address that is connected to, at every try: names change.
 */

const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** What is routed at all; all else (loopback, local, mapped and translated v4, multicast) is not public. */
const PUBLIC_V6 = ['2000::', 3] as const
/** Of that: protocols with a v4 address inside, and examples. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const privateV4 = listOf(PRIVATE_V4, 'ipv4')
const publicV6 = listOf([PUBLIC_V6], 'ipv6')
const specialV6 = listOf(SPECIAL_V6, 'ipv6')

export interface Targets {
  /** Whether an address may be connected to. */
  mayReach(address: string, isHttps: boolean): boolean
  /** What is wrong with a webhook's URL, or null; names are looked up at every try, not here. */
  problemOf(url: string): string | null
}

const MAX_URL_LENGTH = 2000
const PRIVATE = 'leads to a private network; PIQUE_WEBHOOK_ALLOW names those that may be sent to'

/** `allow` are addresses and networks, as the settings have checked them. */
export function createTargets(allow: readonly string[]): Targets {
  const allowed = new BlockList()
  for (const one of allow) {
    const [address = '', bits] = one.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) allowed.addAddress(address, family)
    else allowed.addSubnet(address, Number(bits), family)
  }

  function mayReach(address: string, isHttps: boolean): boolean {
    const version = address.includes('%') ? 0 : isIP(address)
    if (version === 0) return false
    if (allowed.check(address, version === 6 ? 'ipv6' : 'ipv4')) return true
    return isHttps && isPublic(address, version)
  }

  function problemOf(text: string): string | null {
    const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : null
    const isHttps = url?.protocol === 'https:'
    if (!url || (!isHttps && url.protocol !== 'http:')) {
      return `is no address such as https://crm.example.com/hooks/pique, of at most ${MAX_URL_LENGTH} characters`
    }
    if (url.username !== '' || url.password !== '') return 'carries a name or password'
    if (url.hash !== '') return 'carries a #, which is never sent'
    const host = hostOf(url)
    if (!isHttps && (allow.length === 0 || (isIP(host) > 0 && !mayReach(host, false)))) {
      return 'is not https; http goes only to addresses that PIQUE_WEBHOOK_ALLOW names'
    }
    return isIP(host) > 0 && !mayReach(host, isHttps) ? PRIVATE : null
  }

  return { mayReach, problemOf }
}

/** The host as it is connected to: an address of version 6 without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

function isPublic(address: string, version: number): boolean {
  if (version === 4) return !privateV4.check(address, 'ipv4')
  return publicV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6')
}

function listOf(networks: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6') {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}
