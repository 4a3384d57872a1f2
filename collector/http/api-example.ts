/** Examples of what is sent and answered, put together from the schemas and what they say of themselves. */

type Json = Readonly<Record<string, unknown>>
type Schemas = Readonly<Record<string, unknown>>

/** Plausible values of fields that have no example of their own. */
const USUAL: Readonly<Record<string, unknown>> = {
  email: 'ann@example.com',
  user_id: '42',
  name: 'Ann Able',
  label: 'Time on pricing pages',
  rule: 'pricing_time',
  site: 'si_1',
  browser: '01936d6e-4c5a-7c3b-9d2e-5f0a1b2c3d4e',
  session: '01936d6e-5b10-7a11-8c44-2f6f0f7f1a01',
  lead: 'ld_1',
  url: 'https://shop.example/pricing',
  landing: '/pricing',
  referrer: 'https://www.google.com/',
  campaign: 'spring',
  title: 'Pricing',
  device: 'Chrome on macOS',
  origin: 'https://shop.example',
}
const OF_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-11-21T20:00:00.000Z',
  date: '2026-11-21',
}
const MAX_DEPTH = 8

/** `undefined` where nothing can be said. Optional fields of what is sent stay away without one. */
export function exampleOf(schema: unknown, schemas: Schemas, name = '', depth = 0): unknown {
  const { $ref, example, enum: values, anyOf, oneOf, allOf, type, ...rest } = fieldsOf(schema)
  if (example !== undefined) return example
  if (typeof $ref === 'string') {
    return depth > MAX_DEPTH
      ? undefined
      : exampleOf(schemas[$ref.split('/').at(-1) ?? ''], schemas, name, depth + 1)
  }
  if (Array.isArray(values)) return values[0]
  if ('const' in rest) return rest.const
  const [first] = [allOf, anyOf, oneOf].filter(Array.isArray).flat()
  if (first !== undefined) return exampleOf(first, schemas, name, depth + 1)
  const kinds: readonly unknown[] = Array.isArray(type) ? type : [type]
  if (kinds.includes('object')) return objectOf(rest, schemas, depth)
  if (kinds.includes('array')) {
    const item = exampleOf(rest.items, schemas, name, depth + 1)
    return item === undefined ? [] : [item]
  }
  if (typeof rest.format === 'string' && rest.format in OF_FORMAT) return OF_FORMAT[rest.format]
  if (name in USUAL && kinds.includes('string')) return USUAL[name]
  if (kinds.includes('null')) return null
  if (kinds.includes('integer') || kinds.includes('number')) return rest.minimum ?? 1
  if (kinds.includes('boolean')) return true
  return kinds.includes('string') ? '…' : undefined
}

function objectOf(schema: Json, schemas: Schemas, depth: number): Json {
  const needed: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const isClosed = schema.additionalProperties === false
  const entries = Object.entries(fieldsOf(schema.properties))
    // What is sent needs no more than it must; what is answered shows all.
    .filter(([key, one]) => !isClosed || needed.includes(key) || 'example' in fieldsOf(one))
    .map(([key, one]) => [key, exampleOf(one, schemas, key, depth + 1)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

export function fieldsOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
