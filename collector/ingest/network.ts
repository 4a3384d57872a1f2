import { isIPv4, isIPv6 } from 'node:net'

/** Addresses as networks: what may be counted together, without keeping who it was. */

const PRIVATE_4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./
const PRIVATE_6 = /^(?:::1?$|fe[89ab]|f[cd])/i

/** An IPv6 caller owns a whole /64, so that counts as one; an IPv4 address stands for itself. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  return groupsOf(address).slice(0, 4).join(':')
}

/** The neighbourhood of an address: /24, or /48. */
export function prefixOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.replace(/\.\d+$/, '')
  return groupsOf(address).slice(0, 3).join(':')
}

/**
 * Whether this is an address of the public Internet. Any other is a proxy that nobody told us to trust, or
 * the owner's own machine, and stands for everybody.
 */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !PRIVATE_4.test(address)
  return isIPv6(address) && !PRIVATE_6.test(address)
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const front = head.split(':').filter(Boolean)
  const back = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  return [...front, ...Array<string>(zeros).fill('0'), ...back]
}
