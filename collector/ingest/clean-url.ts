/**
 * What is kept of an address. The tag has already cleaned it; this is the second time, for senders
 * that are not the tag. Kept: scheme, host, path with secrets masked, the route where the hash is
 * one, campaign parameters with their values, and of click ids only that they were there.
 *
 * Promise: cleaning a cleaned address changes nothing, so a stored address replays as itself.
 */

import { CAMPAIGN_PARAMS, CLICK_ID_PARAMS } from '../../shared/wire.ts'
import { maskSecrets } from './mask.ts'
import { cutText, wellFormed } from './text.ts'

const MAX_URL_LENGTH = 2_048
const MAX_VALUE_LENGTH = 200
/** A long path gives way to the campaign down to this length. */
const MIN_PATH_LENGTH = 512
/** How often an address may have been percent-encoded, by redirects, before it is looked at as it is. */
const MAX_DECODE_ROUNDS = 4

/** A cleaned address; `host` is without port, `path` is the route where the hash is one. */
export interface CleanUrl {
  readonly href: string
  readonly host: string
  readonly path: string
  /** The kept parameters, exactly those in `href`. */
  readonly query: ReadonlyMap<string, string>
}

/** An absolute http(s) address, cleaned; null for anything else. */
export function cleanUrl(raw: string): CleanUrl | null {
  const url = parseHttp(raw)
  if (url === null) return null
  const origin = `${url.protocol}//${url.host}`
  const pathname = maskPath(url.pathname)
  const route = routeOf(url.hash)
  const pathLength = pathname.length + route.length
  const room = MAX_URL_LENGTH - origin.length
  const query = keptParams(url.searchParams, room - Math.min(pathLength, MIN_PATH_LENGTH))
  const search = query.size === 0 ? '' : `?${new URLSearchParams([...query])}`
  const path = cutPath(pathname, room - search.length)
  const hash = cutPath(route, room - search.length - path.length)
  return {
    href: `${origin}${path}${search}${hash}`,
    host: url.hostname.replace(/\.$/, ''),
    path: hash === '' ? path : hash.slice(hash.indexOf('/')),
    query,
  }
}

/** Where a visit came from: origin and path, masked; null for anything but http(s). */
export function cleanReferrer(raw: string): string | null {
  const url = parseHttp(raw)
  if (url === null) return null
  const origin = `${url.protocol}//${url.host}`
  return origin + cutPath(maskPath(url.pathname), MAX_URL_LENGTH - origin.length)
}

/**
 * A text in which every word that is an address has lost its query and fragment: an absolute one as
 * `cleanUrl` has it, a relative one (`/reset?token=…`, `//host/…`, `reset.php?token=…`) or one of
 * another scheme up to the first `?` or `#`. Other text stays as it is.
 */
export function cleanAddresses(text: string): string {
  if (/^https?:/i.test(text)) return cleanUrl(text)?.href ?? ''
  return text.replace(/\S+/g, cleanWord)
}

function cleanWord(word: string): string {
  const start = word.search(/https?:\/\//i)
  if (start >= 0) return word.slice(0, start) + (cleanUrl(word.slice(start))?.href ?? '')
  const end = word.search(/[?#]/)
  if (/^(?:\.{0,2}\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(word)) {
    return maskSecrets(end < 0 ? word : word.slice(0, end))
  }
  const isMail = /^mailto:/i.test(word)
  return end >= 0 && (isMail || word.includes('=', end)) ? word.slice(0, end) : word
}

function parseHttp(raw: string): URL | null {
  if (!URL.canParse(raw)) return null
  const url = new URL(raw)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
}

/** Masked one segment at a time and decoded first, because `%65yJ…` hides a token as well as it shows it. */
function maskPath(path: string): string {
  return path.split('/').map(maskSegment).join('/')
}

function maskSegment(segment: string): string {
  const decoded = decodeFully(segment)
  const masked = maskSecrets(decoded)
  if (masked === decoded) return maskSecrets(segment)
  return encodeURIComponent(masked).replaceAll('%5B', '[').replaceAll('%5D', ']')
}

/** Without percent-encoding, however often it was applied by redirects. */
export function decodeFully(text: string): string {
  let decoded = text
  for (let round = 0; round < MAX_DECODE_ROUNDS && decoded.includes('%'); round++) {
    try {
      decoded = decodeURIComponent(decoded)
    } catch {
      // A stray percent sign: not encoded any further, so this is the text that a reader would see.
      return decoded
    }
  }
  return decoded
}

/** `#/route` and `#!/route` are pages of their own; every other fragment is a place on the page, or a secret. */
function routeOf(hash: string): string {
  if (!hash.startsWith('#/') && !hash.startsWith('#!/')) return ''
  const route = hash.slice(1)
  const end = route.search(/[?&=#]/)
  return `#${maskPath(end < 0 ? route : route.slice(0, end))}`
}

function keptParams(params: URLSearchParams, room: number): ReadonlyMap<string, string> {
  const sent = new Map<string, string>()
  for (const [name, value] of params) {
    const key = name.toLowerCase()
    if (value !== '' && !sent.has(key)) sent.set(key, value)
  }
  const kept = new Map<string, string>()
  let left = room
  for (const name of [...CAMPAIGN_PARAMS, ...CLICK_ID_PARAMS]) {
    const value = keptValue(name, sent.get(name.toLowerCase()))
    const length = value === null ? 0 : `${new URLSearchParams([[name, value]])}`.length + 1
    if (value === null || length > left) continue
    kept.set(name, value)
    left -= length
  }
  return kept
}

const CLICK_IDS: ReadonlySet<string> = new Set(CLICK_ID_PARAMS)

/** A campaign's value as it was sent unless it holds a secret, which is looked for before the cut. */
function keptValue(name: string, value: string | undefined): string | null {
  if (value === undefined) return null
  if (CLICK_IDS.has(name)) return '1'
  const text = wellFormed(value)
  if (text === '' || text.includes('@') || maskSecrets(text) !== text) return null
  return cutText(text, MAX_VALUE_LENGTH)
}

/** Cut without leaving half a percent escape behind. */
function cutPath(path: string, maxLength: number): string {
  return path.length <= maxLength ? path : path.slice(0, maxLength).replace(/%[0-9A-F]?$/i, '')
}
