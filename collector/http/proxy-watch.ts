import type { ClientAddress } from './client-address.ts'

/**
 * Notes how requests come in, for the owner to read on Connect whether the settings fit the proxy in front.
 * Kept are the last moments of a few kinds of requests and, of untrusted proxies in private networks, the
 * network; no address of any visitor.
 */
export interface ProxyWatch {
  note(request: SeenRequest): void
  read(): ProxySigns
}

export interface SeenRequest {
  readonly socketAddress: string
  /** `X-Forwarded-For`, `-Proto` and `Host`, as they came. */
  readonly forwardedFor: string | null
  readonly forwardedProto: string | null
  readonly host: string | null
}

/** When each was last seen, in epoch milliseconds; null for never. */
export interface ProxySigns {
  /** A proxy that is not trusted: it sent the header, so what the visitor's address is was not believed. */
  readonly untrusted: { readonly at: number; readonly network: string | null } | null
  /** A trusted proxy that did not say for whom it asks. */
  readonly silent: number | null
  /** A trusted proxy that said so as it should. */
  readonly sound: number | null
  /** A trusted proxy to which the visitor spoke otherwise than the public address says. */
  readonly otherProto: number | null
  readonly otherHost: number | null
}

export function createProxyWatch(
  clientAddress: Pick<ClientAddress, 'isTrusted'>,
  publicUrl: string | null,
  clock: () => number,
): ProxyWatch {
  const wanted = publicUrl === null ? null : new URL(publicUrl)
  let signs: ProxySigns = {
    untrusted: null,
    silent: null,
    sound: null,
    otherProto: null,
    otherHost: null,
  }
  return {
    read: () => signs,
    note({ socketAddress, forwardedFor, forwardedProto, host }) {
      if (!clientAddress.isTrusted(socketAddress)) {
        if (forwardedFor === null) return
        signs = { ...signs, untrusted: { at: clock(), network: privateNetworkOf(socketAddress) } }
        return
      }
      const at = clock()
      if (forwardedFor === null) {
        signs = { ...signs, silent: at }
        return
      }
      signs = { ...signs, sound: at }
      if (wanted === null) return
      const proto = forwardedProto?.split(',', 1)[0]?.trim()
      if (proto !== undefined && `${proto}:` !== wanted.protocol)
        signs = { ...signs, otherProto: at }
      if (host !== null && host !== wanted.host) signs = { ...signs, otherHost: at }
    },
  }
}

/** Networks in which a proxy of one's own stands; a visitor's address is in none of them. */
function privateNetworkOf(raw: string): string | null {
  const address = raw.startsWith('::ffff:') && raw.includes('.') ? raw.slice(7) : raw
  if (/^127\./.test(address)) return '127.0.0.1'
  if (address === '::1') return '::1'
  const [a = '', b = '', c = ''] = address.split('.')
  const isPrivate =
    a === '10' ||
    (a === '192' && b === '168') ||
    (a === '172' && Number(b) >= 16 && Number(b) <= 31)
  if (isPrivate) return `${a}.${b}.${c}.0/24`
  return /^f[cd]/i.test(address) ? 'fd00::/8' : null
}
