/**
 * Which sites are search engines, social networks, shops, video sites and AI assistants. After
 * Google's published table of source categories (support.google.com/analytics/answer/9756891), cut
 * to the sites that still send visits and extended by newer ones. Deliberate differences: AI
 * assistants are a kind of their own, payment pages are no shops, and news or mail under a search
 * engine's domain is no search.
 *
 * A line of a table is `source name: host host …`; a host stands for its sub-domains, and `brand.*`
 * for the brand under `com` or any country's ending. Look-ups walk the labels of a host: at most a dozen
 * Map reads, whatever text is sent.
 */

import { EXCLUDED_HOSTS, HOST_TABLES, PLATFORM_HOSTS } from './host-tables.ts'

export type HostKind = 'search' | 'social' | 'shopping' | 'video' | 'ai'

/** A site we know; `host` is the listed host that matched, without `www.` or a mobile sub-domain. */
interface KnownHost {
  readonly kind: HostKind
  readonly name: string
  readonly host: string
}

const MAX_HOST_LENGTH = 253
/** Second-level endings under which countries let people register, as in `example.co.uk`. */
const SECOND_LEVEL: ReadonlySet<string> = new Set(
  'ac ad asn co com edu gen go gob gov govt gv ind ltd me mil ne net nom or org plc sch'.split(' '),
)

/** Sub-domains on which a search engine still searches, besides two-letter ones as in `de.search.` */
const SEARCH_LABELS: ReadonlySet<string> = new Set(
  'search r m mobile lite html lens images'.split(' '),
)
const COUNTRY_ENDING = /^(?:com|[a-z]{2}|[a-z]{2,3}\.[a-z]{2})$/

type Listed = Omit<KnownHost, 'host'>
const byHost = new Map<string, Listed>()
const byBrand = new Map<string, Listed>()
const byName = new Map<string, HostKind>()
const KINDS: readonly HostKind[] = ['search', 'social', 'shopping', 'video', 'ai']

for (const kind of KINDS) {
  for (const line of HOST_TABLES[kind].trim().split('\n')) {
    const [names = '', hosts = ''] = line.split(': ')
    const [name = '', ...aliases] = names.split(', ')
    for (const known of [name, ...aliases]) byName.set(known, kind)
    for (const host of hosts.split(' ')) {
      if (host.endsWith('.*')) byBrand.set(host.slice(0, -2), { kind, name })
      else byHost.set(host, { kind, name })
    }
  }
}

/** What we know about a host, or null. */
export function knownHost(host: string): KnownHost | null {
  const folded = foldHost(host)
  if (EXCLUDED_HOSTS.has(folded)) return null
  for (let rest = folded; rest !== ''; rest = parentOf(rest)) {
    const listed = byHost.get(rest)
    if (listed !== undefined) return asKnown(listed, folded, rest)
  }
  const registrable = registrableOf(folded)
  const dot = registrable.indexOf('.')
  const brand = byBrand.get(registrable.slice(0, dot))
  if (brand === undefined || !COUNTRY_ENDING.test(registrable.slice(dot + 1))) return null
  return asKnown(brand, folded, registrable)
}

function asKnown(listed: Listed, host: string, matched: string): KnownHost | null {
  const prefix = host.slice(0, -matched.length).split('.').slice(0, -1)
  const isSearched = prefix.every((label) => label.length <= 2 || SEARCH_LABELS.has(label))
  return listed.kind === 'search' && !isSearched ? null : { ...listed, host: matched }
}

/** The kind of a `utm_source`, which may be a name (`google`, `fb`) or a host. */
export function kindOfSource(source: string): HostKind | null {
  const folded = source.trim().toLowerCase()
  return byName.get(folded) ?? (folded.includes('.') ? (knownHost(folded)?.kind ?? null) : null)
}

/** The part of a host that somebody registered, as far as its look tells; an IP address is its own. */
export function registrableOf(host: string): string {
  const folded = foldHost(host)
  const labels = folded.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 3 || folded.includes(':') || /^\d+$/.test(last)) return folded
  const ending = labels.slice(-2).join('.')
  const isLong =
    (last.length === 2 && SECOND_LEVEL.has(labels.at(-2) ?? '')) || PLATFORM_HOSTS.has(ending)
  return labels.slice(isLong ? -3 : -2).join('.')
}

/** Whether two hosts look like parts of one site: the same host, or `shop.` and `www.` of one domain. */
export function isSameSite(one: string, other: string): boolean {
  return registrableOf(one) === registrableOf(other)
}

function foldHost(host: string): string {
  if (host.length > MAX_HOST_LENGTH) return ''
  const folded = host.trim().toLowerCase().replace(/\.$/, '')
  return folded.startsWith('www.') ? folded.slice(4) : folded
}

function parentOf(host: string): string {
  const dot = host.indexOf('.')
  return dot < 0 ? '' : host.slice(dot + 1)
}
