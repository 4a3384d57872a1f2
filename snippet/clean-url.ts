/**
 * What of an address may leave the browser: origin, path, campaign parameters, and of click ids only
 * that they were there. Whatever in a path or a title looks like a person or a secret becomes `*`.
 * The collector looks again, more closely; what is caught here has never left the browser.
 */

/**
 * Replaces what looks like, in this order: an e-mail address (also percent-encoded), a JWT, a UUID, hash or
 * card number, and 24 and more letters and digits in a row. Words joined by hyphens are a slug, not a
 * secret; 13 and 14 digits are a product's GTIN.
 */
export function maskSecrets(text: string): string {
  return text.replace(
    /[^\s/]{1,64}(@|%(25)*40)[^\s/]+|eyJ[\w.-]+|[\da-fA-F-]{16,}|[A-Za-z\d]{24,}/g,
    '*',
  )
}

/** An absolute address, cleaned, without its fragment. Throws on anything else. */
export function cleanUrl(href: string): string {
  const url = new URL(href)
  const params = url.searchParams
  // Looser than the click ids of the wire: the collector keeps only those, and no value leaves.
  for (const [name, value] of [...params])
    if (/cl?k?id$|epik|braid$|_fat_id/i.test(name)) params.set(name, '1')
    else if (!/^utm_[^@]*$/.test(name + value)) params.delete(name)
  // Not `origin`: that is "null" for android-app:// and file://.
  return `${url.protocol}//${url.host}${maskSecrets(url.pathname)}${url.search}`
}
