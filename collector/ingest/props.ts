import type { PropValue } from '../../shared/wire.ts'
import { cleanAddresses, decodeFully } from './clean-url.ts'
import { remembered } from './remembered.ts'
import {
  cleanText,
  compactUuid,
  maskPersonal,
  normalEmail,
  normalText,
  wellFormed,
} from './text.ts'

/**
 * The normal form of an event's name and props: flat, typed, cut, without secrets. Ids of orders,
 * transactions and products stay, so nothing is masked for looking random; what its key calls a
 * secret is dropped instead.
 */

const MAX_PROPS = 50
const MAX_KEY = 64
const MAX_RAW_KEY = 512
const MAX_VALUE = 500
const MAX_TYPE = 100
const REMEMBERED_NAMES = 5_000
const REMEMBERED_VALUES = 20_000
/** Keys that would reach an object's prototype. */
export const NEVER_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** On a key in words joined by `_`: `csrf_token`, `user_password`, `ga_session_id`, but not `author`. */
const SECRET_KEY =
  /(?:token|secret|password|passwd|api_?key|session_?id|csrf|xsrf)(?:_|$)|(?:^|_)(?:o?auth|authorization|cvc|cvv)(?:_|$)/
/** Events of which it counts that an e-mail was in the form; the e-mail itself comes by `identify`. */
const FORM_EVENTS: ReadonlySet<string> = new Set(['form_submit', 'generate_lead', 'sign_up'])
/** No card number is shorter. */
const MIN_CARD_DIGITS = 13
const MIN_CARD_NUMBER = 10 ** (MIN_CARD_DIGITS - 1)

export type Values = Record<string, PropValue>

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An event's name, or null where it is none, or holds an e-mail or a card number. */
export function normalType(value: unknown): string | null {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_TYPE) return null
  return typeOf(value)
}

const typeOf = remembered(REMEMBERED_NAMES, (raw) => {
  const type = normalText(raw, MAX_TYPE)
  return type === '' || maskPersonal(type) !== type ? null : type
})

/**
 * Strings, finite numbers and booleans under usable keys; the rest is dropped. E-mails, card numbers
 * and tokens in values are masked, addresses cleaned. Null when nothing is left.
 */
export function normalProps(
  type: string,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Values> | null {
  // Set first, so that no number of other props crowds it out.
  const hasEmail = FORM_EVENTS.has(type) && (raw.has_email === true || holdsEmail(raw))
  const props = flatValues(raw, normalValue, hasEmail ? { has_email: true } : {})
  if (hasEmail) props.has_email = true
  for (const _ in props) return props
  return null
}

function holdsEmail(raw: Readonly<Record<string, unknown>>): boolean {
  return Object.values(raw).some((value) => normalEmail(value) !== null)
}

/** What `read` makes of an object's values, under normal keys, added to `values`. */
export function flatValues(
  raw: Readonly<Record<string, unknown>>,
  read: (value: unknown, key: string) => PropValue | null,
  values: Values = {},
): Values {
  let room = MAX_PROPS - Object.keys(values).length
  for (const rawKey of Object.keys(raw)) {
    const key = keyOf(rawKey)
    const value = key === '' ? null : read(raw[rawKey], key)
    if (value === null) continue
    if (!Object.hasOwn(values, key) && room-- <= 0) break
    values[key] = value
  }
  return values
}

/** A key in normal form; empty where it is no key, names a secret, or holds one. */
const keyOf = remembered(REMEMBERED_NAMES, (raw) => {
  if (raw.length > MAX_RAW_KEY) return ''
  const whole = wellFormed(raw)
  const key = normalText(raw, MAX_KEY)
  if (NEVER_KEYS.has(key) || isSecret(whole) || isSecret(key)) return ''
  return maskPersonal(whole) === whole && maskPersonal(key) === key ? key : ''
})

function isSecret(key: string): boolean {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return SECRET_KEY.test(words.replace(/[^a-z0-9]+/g, '_'))
}

/** A flat value as it is kept, masked; null for anything else. */
export function normalValue(value: unknown): PropValue | null {
  if (typeof value === 'string') {
    return isPlain(value) ? value.trim() : cleanedOf(value)
  }
  if (typeof value === 'boolean') return value
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  if (Object.is(value, -0)) return 0
  if (value >= MIN_CARD_NUMBER && maskPersonal(String(value)) !== String(value)) return '[card]'
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
}

/**
 * Whether a text is short, well-formed and without anything that an e-mail, an address, a card number
 * or a token needs. Nearly all are, and this costs a tenth of looking for each.
 */
function isPlain(text: string): boolean {
  if (text.length > MAX_VALUE) return false
  let digits = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 48 && code <= 57) digits++
    else if (code < 64 ? IS_TELLING[code] : code === 64 || (code >= 127 && code < 160)) return false
    else if (code >= 0xd800 && code < 0xe000) return false
  }
  return digits < MIN_CARD_DIGITS && !text.includes('eyJ')
}

/** Below 64: control characters and `#`, `%`, `/`, `:`, `?`. */
const IS_TELLING: readonly boolean[] = Array.from(
  { length: 64 },
  (_, code) => code < 32 || '#%/:?'.includes(String.fromCharCode(code)),
)

const cleanedOf = remembered(REMEMBERED_VALUES, (raw) => cleanText(raw, MAX_VALUE, cleanValue))

/** Looked at as it came and as it reads percent-decoded; that form is kept only if it had to be cleaned. */
function cleanValue(text: string): string {
  if (isUuid(text)) return text
  const sent = maskPersonal(cleanAddresses(text))
  if (!sent.includes('%') || /^https?:/i.test(text)) return sent
  const read = wellFormed(decodeFully(sent))
  const cleaned = maskPersonal(cleanAddresses(read))
  return cleaned === read ? sent : cleaned
}

/** Digits of one may pass for a card's. */
function isUuid(text: string): boolean {
  return text.length === 36 && compactUuid(text) !== null
}
