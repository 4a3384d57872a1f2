import type { ProxySigns } from '../http/proxy-watch.ts'
import type { ProxyView } from './present-connect.ts'

/** Whether the settings fit the proxy in front of the collector, as one sentence with the cure. */

const LOOKED_AT_MS = 3_600_000

/** The most important thing that was wrong within the last hour; null where nothing was. */
export function presentProxy(
  signs: ProxySigns,
  { publicUrl, trusted, now }: ProxyContext,
): string | null {
  const isRecent = (at: number | null) => at !== null && now - at < LOOKED_AT_MS
  const { untrusted, silent, sound } = signs
  if (untrusted && isRecent(untrusted.at)) {
    const { network } = untrusted
    // In a public network it may as well be a visitor who made the header up: nothing to trust.
    if (network !== null) {
      const value = [...trusted, network].join(',')
      return `Requests come through a proxy at ${network} that is not trusted; set PIQUE_TRUSTED_PROXIES=${value}, or all visitors look like one network.`
    }
    return 'Requests from outside carry X-Forwarded-For, which is not believed. If a proxy of yours sends them, name its network in PIQUE_TRUSTED_PROXIES; if not, all is well.'
  }
  if (isRecent(silent) && !isRecent(sound)) {
    return 'A trusted proxy does not say for whom it asks; let it send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for), or all visitors look like one network.'
  }
  if (publicUrl !== null && isRecent(signs.otherProto)) {
    return `Visitors reach the proxy otherwise than ${publicUrl} says; set PIQUE_PUBLIC_URL to the address with the https or http that they use, or let the proxy send X-Forwarded-Proto as it is.`
  }
  if (publicUrl !== null && isRecent(signs.otherHost)) {
    return `Requests name another host than ${publicUrl}; let the proxy pass the Host header on, or set PIQUE_PUBLIC_URL to the address that visitors use.`
  }
  return null
}

/** The same with what is to be said where nothing is wrong. */
export function presentProxyState(signs: ProxySigns, context: ProxyContext): ProxyView {
  const advice = presentProxy(signs, context)
  if (advice !== null) return { tone: 'problem', words: advice }
  const isSound = signs.sound !== null && context.now - signs.sound < LOOKED_AT_MS
  return isSound
    ? { tone: 'good', words: 'The proxy in front of the collector says for whom it asks.' }
    : { tone: 'note', words: 'Within the last hour no request came through a proxy.' }
}

export interface ProxyContext {
  readonly publicUrl: string | null
  /** The networks trusted now. */
  readonly trusted: readonly string[]
  readonly now: number
}
