/**
 * The normal form of every string that comes from outside, applied before anything is hashed,
 * compared or stored, so that the same text is the same bytes in every store.
 *
 * Promises: idempotent, linear in the input, and never throws. What must not be kept at all is
 * masked next door, in mask.ts, and offered here with the rest.
 */

export { maskPersonal, maskSecrets, showsEmail } from './mask.ts'

const NIL_UUID = '00000000-0000-0000-0000-000000000000'
const MAX_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Lone surrogates only: under the u flag a pair is one character of another category. */
const LONE_SURROGATES = /\p{Cs}/gu
/** U+0000–U+001F and U+007F–U+009F: Postgres refuses the first, logs and terminals obey the rest. */
const CONTROLS = /\p{Cc}/gu
const UNUSUAL = /[\p{Cc}\p{Cs}]/u

const MAX_EMAIL_LENGTH = 254
const MAX_LOCAL_LENGTH = 64
const MAX_USER_ID_LENGTH = 400
/** Letters of any script are fine, RFC 6531; quotes, brackets and spaces are typing errors in practice. */
const LOCAL_PART = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]+$/u
const DOMAIN_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,62})$/u
const ALL_DIGITS = /^\p{N}+$/u

/** What programs write when there is no user. Each would merge every stranger into one lead. */
const MEANINGLESS_IDS: ReadonlySet<string> = new Set([
  ...['null', '(null)', 'nil', 'none', 'undefined', 'unknown', 'nan', 'n/a', 'na', 'void', 'empty'],
  ...['not set', '(not set)', 'not_set', '(none)', 'not_authenticated', 'unauthenticated'],
  ...['anonymous', 'anon', 'guest', 'true', 'false', 'infinity', '-infinity', '-1'],
  ...['[object object]', '[object undefined]', '[object null]', '{}', '[]', '""', "''", '-', '.'],
  ...['id', 'user_id', 'userid', 'distinct_id', 'distinctid', MAX_UUID],
])
/** `0`, `000`, the nil UUID with or without dashes. */
const ONLY_ZEROS = /^[0-]*0[0-]*$/
/** `{{user.id}}`, `${userId}`, `%USER_ID%`, `<%= id %>`: a template that nobody filled in. */
const UNFILLED_TEMPLATE = /^(?:\{\{.*\}\}|\$\{.*\}|%[a-z_]+%|<%.*%>)$/i

/** Lone surrogates become U+FFFD, control characters are dropped. */
export function wellFormed(value: string): string {
  if (!UNUSUAL.test(value)) return value
  return value.replace(LONE_SURROGATES, '\uFFFD').replace(CONTROLS, '')
}

/** The first `maxLength` code points; a surrogate pair is never split. */
export function cutText(value: string, maxLength: number): string {
  if (value.length <= maxLength) return value
  let end = 0
  for (let points = 0; points < maxLength && end < value.length; points++) {
    end += (value.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return value.slice(0, end)
}

/** The form in which text is stored: well-formed, without controls, trimmed, at most `maxLength` code points. */
export function normalText(value: string, maxLength: number): string {
  return cutText(wellFormed(value).trim(), maxLength).trimEnd()
}

/** Of a longer text only this much is cleaned. */
const MAX_CLEANED = 2_000
/** What the cut through a longer text may have split: at most so much of its end is given up. */
const MAX_SPLIT = 320
/** How often a cleaned text is cleaned again, because what a cut leaves may look different. */
const MAX_ROUNDS = 4

/**
 * Normal text without what `clean` takes out, which is looked for BEFORE the cut: half an e-mail is
 * no e-mail to any mask. Doing it again changes nothing, if that holds for `clean`.
 */
export function cleanText(raw: string, maxLength: number, clean: (text: string) => string): string {
  let text = wellFormed(raw.length > MAX_CLEANED ? beginningOf(raw) : raw).trim()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = cutText(clean(text).trim(), maxLength).trimEnd()
    if (next === text) break
    text = next
  }
  return raw.length > MAX_CLEANED ? ownCopy(text) : text
}

/** The first part of a long text, without the word or the digits that the cut may have gone through. */
function beginningOf(raw: string): string {
  const text = raw.slice(0, MAX_CLEANED)
  const floor = MAX_CLEANED - MAX_SPLIT
  let end = MAX_CLEANED
  while (end > floor && !/[\s,;:<>()[\]"'|\\{}]/.test(text.charAt(end - 1))) end--
  while (end > floor && /[\d\s.+_-]/.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** V8 keeps a whole text for as long as a slice of it: a remembered title must not hold its body. */
function ownCopy(text: string): string {
  return text.split('').join('')
}

/** An e-mail in the one form it is compared and stored in, or null for anything that is not an address. */
export function normalEmail(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 4 * MAX_EMAIL_LENGTH) return null
  // Lower-casing can undo NFC (U+0130 becomes two code points), so it is composed again.
  const email = wellFormed(value).trim().normalize('NFC').toLowerCase().normalize('NFC')
  const at = email.lastIndexOf('@')
  if (email.length > MAX_EMAIL_LENGTH || at < 1 || at > MAX_LOCAL_LENGTH) return null
  const local = email.slice(0, at)
  if (!LOCAL_PART.test(local)) return null
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null
  return isMailDomain(email.slice(at + 1)) ? email : null
}

function isMailDomain(domain: string): boolean {
  const labels = domain.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || last.length < 2 || ALL_DIGITS.test(last)) return false
  return labels.every((label) => DOMAIN_LABEL.test(label) && !label.endsWith('-'))
}

type UserId =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly code: 'refused_id' }

const REFUSED: UserId = { ok: false, code: 'refused_id' }

/** A user id as text, in the case it was sent in; refused where it can't tell two people apart. */
export function normalUserId(value: unknown): UserId {
  const text = typeof value === 'number' ? decimalText(value) : value
  if (typeof text !== 'string' || text.length > 4 * MAX_USER_ID_LENGTH) return REFUSED
  const id = normalText(text, MAX_USER_ID_LENGTH + 1)
  if (id === '' || cutText(id, MAX_USER_ID_LENGTH) !== id) return REFUSED
  const folded = id.toLowerCase()
  if (MEANINGLESS_IDS.has(folded) || ONLY_ZEROS.test(folded)) return REFUSED
  return UNFILLED_TEMPLATE.test(id) ? REFUSED : { ok: true, value: id }
}

/** Beyond 2^53 two people's ids may have been rounded to one number, so such a number is no id. */
function decimalText(value: number): string | null {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return null
  const text = String(value)
  return text.includes('e') ? null : text
}

/** A UUID of any version as 32 lower-case hex digits, else null; the nil and max UUIDs identify nothing. */
export function compactUuid(value: unknown): string | null {
  if (typeof value !== 'string' || value.length !== 36 || !UUID.test(value)) return null
  const text = value.toLowerCase()
  if (text === NIL_UUID || text === MAX_UUID) return null
  return (
    text.slice(0, 8) + text.slice(9, 13) + text.slice(14, 18) + text.slice(19, 23) + text.slice(24)
  )
}
