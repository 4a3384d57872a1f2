import type { Context } from 'hono'

/** Whether a page of this very collector sent a request, as far as browsers say. */

export function isSafe(c: Context): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD'
}

function originOf(c: Context, isHttps: boolean): string {
  return `${isHttps ? 'https' : 'http'}://${new URL(c.req.url).host}`
}

/** A page of this very origin sent the request; without a sign of it, no. */
export function isFromOwnPage(c: Context, isHttps: boolean): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  return c.req.header('origin') === originOf(c, isHttps)
}

/**
 * Another site sent this form. Where there is no session yet a program may say nothing of where it
 * comes from; a browser always does. `Origin: null` is a page that hides where it comes from.
 */
export function isForeign(c: Context, isHttps: boolean): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = c.req.header('origin')
  return origin !== undefined && origin !== originOf(c, isHttps)
}

/** A link on another site, or in a mail that a browser shows, was followed to a page of ours. */
export function isLinkFromElsewhere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site')
  return (
    c.req.method === 'GET' &&
    (site === 'cross-site' || site === 'same-site') &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    c.req.header('sec-fetch-dest') === 'document'
  )
}

/** Whoever asks shows pages: a browser's address line does, programs and scripts of pages don't. */
export function showsPages(c: Context): boolean {
  return /\btext\/html\b/i.test(c.req.header('accept') ?? '')
}
