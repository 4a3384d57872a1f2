/**
 * `pique/server`: what a site's own server says to its pages. It signs who somebody is, so that
 * `identify(id, traits, { signature })` proves that the site said so and no visitor made it up.
 * Runs wherever there is WebCrypto. Every type that is exported is declared here.
 */
import { base64UrlOf } from './base64.ts'
import { hmacOf } from './hmac.ts'

/** Who somebody is: an id, an e-mail, or both, exactly as the page will give them to `identify`. */
export interface Identity {
  /** The site's public key. */
  readonly site: string
  /** The site's signing secret; it stays on the server. */
  readonly secret: string
  readonly userId?: string | number | undefined
  readonly email?: string | undefined
  /** From 1 to 3600, which is the default: what is signed longer ahead is refused. */
  readonly expiresInSeconds?: number | undefined
}

const MOST_SECONDS = 3600
const MAX_ID_LENGTH = 400

/**
 * The signature of an identity, for the page that shows it. Throws a `TypeError` that says what is
 * wrong with what it was given.
 */
export async function signIdentity(identity: Identity): Promise<string> {
  const { site, secret, expiresInSeconds = MOST_SECONDS } = identity
  // Blanks around them count for nothing at the collector.
  const userId = String(identity.userId ?? '').trim()
  const email = (identity.email ?? '').trim()
  const wrong = problemOf({ site, secret, userId, email, expiresInSeconds })
  if (wrong !== null) throw new TypeError(`signIdentity: ${wrong}`)
  const expires = Math.floor(Date.now() / 1000) + expiresInSeconds
  const message = `v1.${expires}.${site}.${userId}.${email}`
  const encoder = new TextEncoder()
  const mac = await hmacOf(encoder.encode(secret), encoder.encode(message))
  return `v1.${expires}.${base64UrlOf(mac)}`
}

interface Given {
  readonly site: string
  readonly secret: string
  readonly userId: string
  readonly email: string
  readonly expiresInSeconds: number
}

function problemOf({ site, secret, userId, email, expiresInSeconds }: Given): string | null {
  if (typeof site !== 'string' || site === '') return "`site` is missing; expected the site's key"
  if (typeof secret !== 'string' || secret === '')
    return "`secret` is missing; expected the site's signing secret"
  if (userId === '' && email === '') return 'expected `userId`, `email` or both'
  if (email !== '' && !/^\S+@\S+$/.test(email)) return '`email` is no e-mail address'
  // The signed text joins the two by a dot: `ann.b` with `c@d.example` would prove `ann` with `b.c@d.example`.
  if (email !== '' && userId.includes('.'))
    return '`userId` has a dot in it, which can not be signed together with an `email`; sign the id alone'
  if (userId.length > MAX_ID_LENGTH) return `\`userId\` is longer than ${MAX_ID_LENGTH} characters`
  const isWhole = Number.isInteger(expiresInSeconds)
  return isWhole && expiresInSeconds >= 1 && expiresInSeconds <= MOST_SECONDS
    ? null
    : `\`expiresInSeconds\` is ${expiresInSeconds}; expected a whole number from 1 to ${MOST_SECONDS}`
}
