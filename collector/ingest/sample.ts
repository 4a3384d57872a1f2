import { cleanReferrer, cleanUrl } from './clean-url.ts'
import { isRecord, NEVER_KEYS } from './props.ts'
import { cleanText, maskPersonal, maskSecrets } from './text.ts'

/**
 * What is kept of a refused event for its owner to mend the sender: its ids and its type as they
 * came, its addresses cleaned, and of its props the names with the types of the values. No value
 * that a visitor may have typed. Total, whatever comes, and valid JSON.
 */

/** Of the whole sample, in UTF-16 units. */
const MAX_SAMPLE = 2_000
const MAX_FIELD = 100
const MAX_RAW_URL = 8192
const MAX_URL = 300
const MAX_KEY = 64

/** The sample of an event as it came, as JSON text. */
export function sampleOf(event: unknown): string {
  if (!isRecord(event)) return JSON.stringify(kindOf(event) ?? null)
  const fields = {
    id: fieldOf(event.id, maskPersonal),
    type: fieldOf(event.type, maskSecrets),
    at: fieldOf(event.at, maskPersonal),
    session: fieldOf(event.session, maskPersonal),
    view: fieldOf(event.view, maskPersonal),
    url: addressOf(event.url, (raw) => cleanUrl(raw)?.href),
    referrer: addressOf(event.referrer, cleanReferrer),
  }
  const { props } = event
  if (!isRecord(props)) return JSON.stringify({ ...fields, props: kindOf(props) })
  const room = MAX_SAMPLE - JSON.stringify({ ...fields, props: {} }).length
  return JSON.stringify({ ...fields, props: Object.fromEntries(kindsOf(props, room)) })
}

/** The keys of props with the types of their values, as far as they fit. */
function kindsOf(props: Readonly<Record<string, unknown>>, room: number): [string, string][] {
  const kinds: [string, string][] = []
  let left = room
  for (const rawKey in props) {
    const key = cleanText(rawKey, MAX_KEY, maskSecrets)
    if (NEVER_KEYS.has(key)) continue
    const kind = nameOf(props[rawKey])
    // Quotes around both, a colon and a comma.
    left -= JSON.stringify(key).length + kind.length + 4
    if (left < 0) break
    kinds.push([key, kind])
  }
  return kinds
}

function fieldOf(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return cleanText(value, MAX_FIELD, mask)
  if (typeof value !== 'number') return kindOf(value)
  return mask(String(value)) === String(value) ? value : '[card]'
}

function addressOf(value: unknown, clean: (raw: string) => string | null | undefined): unknown {
  if (typeof value !== 'string') return kindOf(value)
  if (value === '') return value
  const address = value.length > MAX_RAW_URL ? null : clean(value)
  return address ? cleanText(address, MAX_URL, maskPersonal) : '[invalid]'
}

/** What a value is, not which; null, yes, no and nothing say no more than that. */
function kindOf(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value
  return `[${nameOf(value)}]`
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
