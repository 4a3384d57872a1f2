import type { PropValue } from '../../shared/wire.ts'
import { isRecord, NEVER_KEYS, type Values } from '../ingest/props.ts'

/** Records of other systems, made flat; what is nested deeper is left out. */

/** Strings, numbers and booleans, under keys that reach no prototype. */
export function scalarsOf(value: unknown): Values {
  const scalars: Values = {}
  if (!isRecord(value)) return scalars
  for (const [key, one] of Object.entries(value)) {
    if (isScalar(one) && !NEVER_KEYS.has(key)) scalars[key] = one
  }
  return scalars
}

function isScalar(value: unknown): value is PropValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/**
 * The same values under other names. Where several have one new name, the earlier in `names` gets it, and
 * the others stay as they are; so they do where that name was sent.
 */
export function renamed(values: Values, names: Readonly<Record<string, string>>): Values {
  const out = { ...values }
  for (const [key, name] of Object.entries(names)) {
    const value = out[key]
    if (value === undefined || Object.hasOwn(out, name)) continue
    out[name] = value
    delete out[key]
  }
  return out
}

/** The first of several that is a text with something in it. */
export function firstText(...values: readonly unknown[]): string | null {
  const found = values.find((value) => typeof value === 'string' && value.trim() !== '')
  return typeof found === 'string' ? found : null
}
