import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalProps } from '../../collector/ingest/props.ts'

const JWT =
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
const one = (value: unknown, key = 'label') => normalProps('click', { [key]: value })?.[key]

describe('the value of a prop', () => {
  const cases: [string, unknown, unknown][] = [
    ['an e-mail is masked', 'Mail jane.doe@example.com now', 'Mail [email] now'],
    ['percent-encoded too', 'to=jane%40example.com', 'to=[email]'],
    ['more than once, in every letter', '%6a%61ne%2540b%2eexample', '[email]'],
    ['a token is masked', `Bearer ${JWT}`, 'Bearer [token]'],
    ['a card number is masked', 'paid with 4111-1111-1111-1111', 'paid with [card]'],
    ['as a number too', 4111111111111111, '[card]'],
    ['of any issuer', 378282246310005, '[card]'],
    ['an address loses its query', 'https://x.example/reset?token=abc', 'https://x.example/reset'],
    ['but not its campaign', 'https://x.example/?utm_source=a&b=c', 'https://x.example/?utm_source=a'],
    ['in a text too', 'see https://x.example/reset?token=abc now', 'see https://x.example/reset now'],
    ['a path does too', '/reset?token=abc', '/reset'],
    ['whatever the query is', '/reset?abc', '/reset'],
    ['and loses its fragment', '/reset#abc', '/reset'],
    ['from here', '../reset?token=abc', '../reset'],
    ['on this scheme', '//host.example/reset?token=abc#x', '//host.example/reset'],
    ['on another', 'app://reset?token=abc', 'app://reset'],
    ['without a slash', 'reset.php?token=abc', 'reset.php'],
    ['encoded as a whole', '%2Freset%3Ftoken%3Dabc', '/reset'],
    ['or from its fragment on', 'x#access_token=abc', 'x'],
    ['a token in a path is masked', '/reset/9f86d081884c7d659a2feaa0c55ad015', '/reset/[token]'],
    ['a mail link too', 'mailto:jane@example.com?subject=hi', 'mailto:[email]'],
    ['no address is nothing', 'https://', ''],
    ['a cut leaves no local part', `${'a '.repeat(246)}jane.doe@example.com`, `${'a '.repeat(246)}[email]`],
    ['encoding hides no card', '%4111111111111111', '%[card]'],
    ['controls hide nothing', 'ja\u0000ne@exam\u0007ple.com', '[email]'],
    ['encoded ones neither', 'ja%00ne%40example.com', '[email]'],
  ] // biome-ignore format: a table
  test.each(cases)('%s', (_, value, expected) => {
    expect(one(value)).toBe(expected)
    expect(one(expected)).toBe(expected)
  })

  const kept = [
    ...['ORD-2026-000123456', '1001234567890', 'SKU 4711/2', 'T_12345', 'GS-0042-XL-BLK'],
    ...['0192f3a4-5b6c-7d8e-9f01-23456789abcd', '12345678-1234-4111-8111-111111111111'],
    ...['pi_3MtwBwLkdIwHu7ix28a3tqPa', 'ch_3LmzzQ2eZvKYlo2C0XjzUzJV', 'gid://shopify/Product/44012345678901'],
    ...['9f86d081884c7d659a2feaa0c55ad015', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '5413213913381', '44012345678901'],
    ...['4006381333931', '4006381000093', '978-3-16-148410-0', '1795000000000', '2026-11-21T20:00:00.000Z'],
    ...['129.90', '1,299.00 €', '50 %', '100% cotton', 'Size 42/43', 'and/or?', 'C#', 'Is it #1?', '@acme', '5 > 3'],
    ...['Shoes/Boots/Hiking', '/pricing', 'Tom & Jerry', 'what is lead scoring?', 'a=b', '+49 30 1234567'],
  ] // biome-ignore format: a table
  test.each(kept)('%s stays', (value) => {
    expect(one(value)).toBe(value)
  })
  test.each([129.9, 0, 1e12, 1_795_000_000_000, 5_413_213_913_381, 4_006_381_333_931])(
    'the number %d stays',
    (value) => {
      expect(one(value)).toBe(value)
    },
  )
  test.each([[Number.NaN], [null], [{}], [[1]], [undefined]])('%j is dropped', (value) => {
    expect(normalProps('click', { label: value })).toBeNull()
  })

  test('is at most 500 characters and normal for good', () => {
    const parts = ['jane@a.example', '4111111111111111', JWT, 'https://x.example/ä?utm_term=%', ' ', '/', '?a=', '#']
    const words = fc.constantFrom(...parts, '%25', '%40', '%', 'b1-', 'é', '.', '7', '\u0000', '\ud800')
    fc.assert(
      fc.property(
        fc.oneof(fc.array(words, { maxLength: 90 }).map((w) => w.join('')), fc.string({ unit: 'binary' })),
        (text) => {
          const once = one(text)
          expect(String(once).length).toBeLessThanOrEqual(500)
          expect(one(once)).toBe(once)
          expect(String(once)).not.toMatch(/jane@a|(?<!\d)4111111111111111(?!\d)/)
        },
      ),
      { numRuns: 2000 },
    )
  }) // biome-ignore format: dense

  const hostile = ['?', '#', '/', '%25', '@', 'a@', 'https://', 'eyJ.', '4 ', '%', ' ', '?=', '://']
  test.each(hostile)('sixty thousand times %j takes no time', (piece) => {
    const text = piece.repeat(60_000 / piece.length)
    const started = performance.now()
    for (const value of [text, text.slice(0, 1990), text.slice(0, 500)]) one(value)
    expect(performance.now() - started).toBeLessThan(100)
  })
})

describe('the key of a prop', () => {
  const secret = [
    ...['token', 'access_token', 'resetToken', 'Secret', 'client-secret', 'password', 'user.passwd'],
    ...['auth', 'x-auth', 'oauth', 'authToken', 'apikey', 'apiKey', 'API_KEY', 'session_id', 'sessionId'],
    ...['ga_session_id', 'csrf', 'csrf_token', '_csrf', 'accesstoken', 'Authorization', 'cvc'],
    ...['jane@example.com', 'u jane%40example.com', `${'k'.repeat(60)} jane@example.com`, '4111111111111111'],
    ...['__proto__', 'constructor', 'prototype', ' ', '\u0000'],
  ] // biome-ignore format: a table
  test.each(secret)('%j costs the prop', (key) => {
    expect(normalProps('click', Object.fromEntries([[key, 'hunter2']]))).toBeNull()
  })
  const plain = [
    ...['author', 'authority', 'item_id', 'transaction_id', 'order', 'value', 'secretary', 'tokens_used'],
    ...['session', 'sku', 'uuid', 'key', 'passport', 'authentic', 'monkey'],
  ] // biome-ignore format: a table
  test.each(plain)('%j is fine', (key) => {
    expect(normalProps('click', { [key]: 'x' })).toEqual({ [key]: 'x' })
  })
})

describe('forms', () => {
  test('what counts is that an e-mail was there, not which', () => {
    const props = normalProps('form_submit', { form: 'demo', your_mail: 'Jane@example.com' })
    expect(props).toEqual({ form: 'demo', your_mail: '[email]', has_email: true })
    expect(normalProps('form_submit', props ?? {})).toEqual(props)
    expect(normalProps('click', { x: 'jane@example.com' })).toEqual({ x: '[email]' })
  })

  test('among any number of props', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`p${i}`, i]))
    const props = normalProps('sign_up', { ...many, last: 'jane@example.com' })
    expect(props).toMatchObject({ has_email: true })
    expect(Object.keys(props ?? {})).toHaveLength(50)
    expect(normalProps('sign_up', props ?? {})).toEqual(props)
  })
})
