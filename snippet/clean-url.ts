/**
 * What of an address may leave the browser: origin, path, campaign parameters, and of click ids only
 * that they were there. Whatever in a path or a title looks like a person or a secret becomes `*`.
 * The collector looks again, more closely; what is caught here has never left the browser.
 */

// In this order: an e-mail address (also percent-encoded), a UUID, hash or card number, 24 and more
// letters and digits in a row, and a JWT or base64url, which has capitals and digits among the rest.
// Lower-case words joined by hyphens are a slug, not a secret; 13 and 14 digits are a product's GTIN.
const SECRETS =
  /[^\s/]{1,64}(@|%(25)*40)[^\s/]+|[\da-fA-F-]{16,}|[A-Za-z\d]{24,}|(?=[\w-]*[a-z][A-Z])(?=[\w-]*\d[A-Za-z])[\w.-]{24,}/g

/** Looser than the click ids of the wire: the collector keeps only those, and no value leaves. */
const CLICK_ID = /c(l|lk)?id$|braid$|fat_id$|^epik$/i

/** Replaces everything that looks like an address, a token or a card number. */
export function maskSecrets(text: string): string {
  return text.replace(SECRETS, '*')
}

/** The part of a fragment that is a route (`#/pricing`, `#!/pricing`), without its own query. */
export function routeOf(hash: string): string {
  return /^#!?\//.test(hash) ? hash.replace(/\?.*/, '') : ''
}

/** An absolute address, cleaned; with its route where `hashIsRoute`. Throws on anything else. */
export function cleanUrl(href: string, hashIsRoute = false): string {
  const url = new URL(href)
  const params = url.searchParams
  for (const [name, value] of [...params])
    if (CLICK_ID.test(name)) params.set(name, '1')
    else if (!/^utm_/.test(name) || value.includes('@')) params.delete(name)
  const route = hashIsRoute ? routeOf(url.hash) : ''
  // Not `origin`: that is "null" for android-app:// and file://.
  return `${url.protocol}//${url.host}${maskSecrets(url.pathname)}${url.search}${maskSecrets(route)}`
}
