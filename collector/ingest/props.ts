import type { PropValue } from '../../shared/wire.ts'
import { cleanUrl } from './clean-url.ts'
import { maskSecrets, normalEmail, normalText } from './text.ts'

/** The normal form of an event's name and props: flat, typed, cut, without secrets. */

const MAX_PROPS = 50
const MAX_KEY = 64
const MAX_VALUE = 500
const MAX_TYPE = 100
/** Keys that would reach an object's prototype. */
const NEVER_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** Events of which it counts that an e-mail was in the form; the e-mail itself comes by `identify`. */
const FORM_EVENTS: ReadonlySet<string> = new Set(['form_submit', 'generate_lead', 'sign_up'])

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An event's name, or null where it is none. */
export function normalType(value: unknown): string | null {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_TYPE) return null
  return normalText(value, MAX_TYPE) || null
}

/**
 * Strings, finite numbers and booleans under usable keys; the rest is dropped. E-mails in values
 * are masked, addresses cleaned. Null when nothing is left.
 */
export function normalProps(
  type: string,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, PropValue>> | null {
  const props = flatValues(raw)
  if (FORM_EVENTS.has(type) && props.get('has_email') !== true) {
    const hasEmail = [...props.values()].some((value) => normalEmail(value) !== null)
    if (hasEmail) props.set('has_email', true)
  }
  for (const [key, value] of props) {
    if (typeof value === 'string') props.set(key, cleanValue(key, value))
  }
  return props.size === 0 ? null : Object.fromEntries(props)
}

/** Strings, finite numbers and booleans of an object under normal keys. */
export function flatValues(raw: Readonly<Record<string, unknown>>): Map<string, PropValue> {
  const values = new Map<string, PropValue>()
  for (const rawKey of Object.keys(raw)) {
    if (values.size >= MAX_PROPS) break
    const key = normalText(rawKey, MAX_KEY)
    const value = normalValue(raw[rawKey])
    if (key !== '' && value !== null && !NEVER_KEYS.has(key)) values.set(key, value)
  }
  return values
}

function normalValue(value: unknown): PropValue | null {
  if (typeof value === 'string') return normalText(value, MAX_VALUE)
  if (typeof value === 'boolean') return value
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  if (Object.is(value, -0)) return 0
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
}

function cleanValue(key: string, value: string): string {
  if (/^https?:/i.test(value)) return cleanUrl(value)?.href ?? ''
  return value.includes('@') || key.endsWith('url') ? maskSecrets(value) : value
}
