import { getDomain } from 'tldts'
import { BROWSER_COOKIE, COOKIE_SECONDS } from '../../shared/wire.ts'
import { remembered } from '../ingest/remembered.ts'

/**
 * Renews the cookie that holds the browser id, where page and collector are of one site. Safari
 * (ITP) forgets after seven days what a script stored, but not what a server of the site itself set.
 * SameSite=Lax does: subdomains are the same site, and from another site nobody is to send this id.
 */

/** What of a request decides: all as the browser sent it. */
export interface PageRequest {
  readonly origin: string | undefined
  /** Where the browser believes to have found the collector, with its port. */
  readonly host: string | undefined
  /** The `Cookie` header. */
  readonly cookie: string | undefined
}

export interface FirstParty {
  /** The `Set-Cookie` for the answer; null where the cookie is to be left alone. */
  renewalOf(browser: string, request: PageRequest): string | null
}

const COOKIE = `${BROWSER_COOKIE}=`
const REMEMBERED_PAIRS = 1_000

/** `publicUrl` stands in for a host that a proxy on the way has replaced. */
export function createFirstParty(publicUrl: string | null): FirstParty {
  const publicDomain = publicUrl === null ? null : domainOf(publicUrl)
  const attributesOf = remembered(REMEMBERED_PAIRS, (pair) => {
    const [origin = '', host = ''] = pair.split(' ')
    const domain = /^https?:/.test(origin) ? domainOf(origin) : null
    if (domain === null || (domain !== domainOf(host) && domain !== publicDomain)) return null
    const secure = origin.startsWith('https:') ? '; Secure' : ''
    // Not HttpOnly: the tag reads it.
    return `; Domain=${domain}; Max-Age=${COOKIE_SECONDS}; Path=/; SameSite=Lax${secure}`
  })
  return {
    renewalOf(browser, { origin, host, cookie }) {
      if (origin === undefined) return null
      const attributes = attributesOf(`${origin} ${host}`)
      // What was queued under an older id may arrive late, and must not bring that id back.
      if (attributes === null || holdsAnother(cookie, browser)) return null
      return COOKIE + browser + attributes
    },
  }
}

/**
 * The domain that an owner registered; null for an address, for localhost, and for a suffix that
 * strangers share, such as github.io.
 */
function domainOf(address: string): string | null {
  const domain = getDomain(address, { allowPrivateDomains: true })
  return domain !== null && /^[a-z0-9.-]+$/.test(domain) ? domain : null
}

function holdsAnother(cookies: string | undefined, browser: string): boolean {
  if (cookies === undefined) return false
  return cookies.split(';').some((one) => {
    const cookie = one.trim()
    return cookie.startsWith(COOKIE) && cookie.slice(COOKIE.length) !== browser
  })
}
