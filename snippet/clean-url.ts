/**
 * What of an address may leave the browser: origin, path, campaign parameters, and of click ids only
 * that they were there. Whatever in a path or a title looks like a person or a secret becomes `*`.
 */
import { CAMPAIGN_PARAMS, CLICK_ID_PARAMS } from '../shared/wire.ts'

// In this order: an e-mail address (also percent-encoded), a JWT, a card number, a UUID or long hex,
// 24 and more letters and digits in a row, and the same with `-` and `_` among them (base64url).
// Lower-case words joined by hyphens are a slug, not a secret; 13 and 14 digits are a product's GTIN.
const SECRETS =
  /[^\s/]{1,64}(?:@|%(?:25)*40)[^\s/]+\.[^\s/]+|eyJ[\w-]+\.[\w.-]+|\d(?:[ -]?\d){14,18}|[\da-fA-F-]{32,}|(?=[a-z]*[A-Z\d])[A-Za-z\d]{24,}|(?=[\w-]*[a-z][A-Z])(?=[\w-]*\d[A-Za-z])[\w-]{24,}/g

/** Replaces everything that looks like an address, a token or a card number. */
export function maskSecrets(text: string): string {
  return text.replace(SECRETS, '*')
}

/** The part of a fragment that is a route (`#/pricing`, `#!/pricing`), without its own query. */
export function routeOf(hash: string): string {
  return /^#!?\//.test(hash) ? hash.replace(/\?.*/, '') : ''
}

/** Origin and masked path of an absolute address; throws on anything else. */
export function cleanUrl(href: string): string {
  const url = new URL(href)
  // Not `origin`: that is "null" for android-app:// and file://.
  return `${url.protocol}//${url.host}${maskSecrets(url.pathname)}`
}

/** The address of a page: cleaned, with its campaign and, where the fragment is the route, with that. */
export function cleanPageUrl(href: string, hashIsRoute: boolean): string {
  const url = new URL(href)
  const kept: string[] = []
  const clickIds: readonly string[] = CLICK_ID_PARAMS
  const campaign: readonly string[] = CAMPAIGN_PARAMS
  url.searchParams.forEach((value, name) => {
    if (clickIds.includes(name)) kept.push(`${name}=1`)
    else if (campaign.includes(name) && !value.includes('@'))
      kept.push(`${name}=${encodeURIComponent(value)}`)
  })
  return (
    cleanUrl(href) +
    (kept[0] ? `?${kept.join('&')}` : '') +
    (hashIsRoute ? maskSecrets(routeOf(url.hash)) : '')
  )
}
