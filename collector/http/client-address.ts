import { BlockList, isIP } from 'node:net'

/** Who is asking: the socket's address, or what trusted proxies in front of it say. */
export interface ClientAddress {
  of(socketAddress: string, forwardedFor: string | null): string
  /** Whether `X-Forwarded-*` of this socket counts. */
  isTrusted(socketAddress: string): boolean
}

/**
 * Walks `X-Forwarded-For` from the right and stops at the first address that is no trusted proxy;
 * what stands further left was written by strangers. Junk falls back to the socket.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList()
  for (const cidr of trustedProxies) {
    const [address = '', bits] = cidr.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  const isTrusted = (raw: string) => {
    const address = plain(raw)
    const version = isIP(address)
    return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
  return {
    isTrusted,
    of(socketAddress, forwardedFor) {
      let client = plain(socketAddress)
      if (forwardedFor === null || !isTrusted(client)) return client
      for (const hop of forwardedFor.split(',').reverse()) {
        const address = plain(hop.trim())
        if (isIP(address) === 0) return client
        client = address
        if (!isTrusted(client)) return client
      }
      return client
    },
  }
}

/** An IPv4 address in its IPv6 clothes is the same address. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
