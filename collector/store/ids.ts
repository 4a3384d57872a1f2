/** Public ids: a prefix that says what it is, and the store's number. */

const PREFIXES = {
  site: 'si',
  lead: 'ld',
  visitor: 'vi',
  session: 'se',
  key: 'ke',
  account: 'ac',
  outcome: 'ou',
  adjustment: 'ad',
  decision: 'de',
  conflict: 'cf',
  quarantined: 'qu',
  view: 'vw',
  audit: 'au',
  webhook: 'wh',
  message: 'me',
  crm: 'cr',
  emailLink: 'ln',
  intake: 'in',
} as const
type Kind = keyof typeof PREFIXES

export function publicId(kind: Kind, ref: number): string {
  return `${PREFIXES[kind]}_${ref}`
}

/** The number in a public id of this kind, or null. */
export function refOf(kind: Kind, id: string): number | null {
  const prefix = `${PREFIXES[kind]}_`
  const digits = id.slice(prefix.length)
  return id.startsWith(prefix) && /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : null
}

/** A UUID as people write it, from its 32 hex digits. */
export function uuidOf(hex: string): string {
  return [8, 12, 16, 20, 32]
    .map((end, i, ends) => hex.slice(i === 0 ? 0 : ends[i - 1], end))
    .join('-')
}

/** A place in a list, as an opaque text. */
export function cursorOf(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place in a cursor that this list gave; null for anything else. */
export function placeOf(cursor: string, types: readonly ('string' | 'number')[]) {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const isPlace =
      Array.isArray(place) &&
      place.length === types.length &&
      types.every((type, i) => typeof place[i] === type) &&
      // 1e999 is JSON, and no place of ours.
      place.every((part) => part !== Number.POSITIVE_INFINITY && part !== Number.NEGATIVE_INFINITY)
    return isPlace ? (place as (string | number)[]) : null
  } catch {
    return null // not ours, so no place of ours
  }
}
