import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compactUuid,
  cutText,
  maskSecrets,
  normalEmail,
  normalText,
  normalUserId,
} from '../../collector/ingest/text.ts'

/** A name for a case that stays readable when the case is thousands of characters long. */
function brief(value: unknown): string {
  return `${typeof value} ${String(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40)}`
}

describe('the normal form of text', () => {
  const cases: [string, string, number, string][] = [
    ['plain text stays', 'Pricing', 300, 'Pricing'],
    ['NUL and controls are dropped', 'a\u0000b\u001b[31mc\u007f\u0085d', 300, 'ab[31mcd'],
    ['white space around is trimmed', ' \t Pricing\n', 300, 'Pricing'],
    ['a lone surrogate is replaced', 'a\ud800b', 300, 'a\ufffdb'],
    ['a pair stays', '😀', 300, '😀'],
    ['a cut never splits a pair', '😀😀😀', 2, '😀😀'],
    ['a cut leaves no space behind', 'abc def', 4, 'abc'],
    ['nothing is left of nothing', '', 10, ''],
  ]
  test.each(cases)('%s', (_, value, maxLength, expected) => {
    expect(normalText(value, maxLength)).toBe(expected)
  })

  test('making it normal twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 40 }), (value, max) => {
        const once = normalText(value, max)
        expect(normalText(once, max)).toBe(once)
        expect([...once].length).toBeLessThanOrEqual(max)
        expect(cutText(once, max)).toBe(once)
      }),
    )
  })
})

describe('e-mails', () => {
  const cases: [unknown, string | null][] = [
    ['Jane.Doe+news@Example.COM', 'jane.doe+news@example.com'],
    ['  jane@example.com\n', 'jane@example.com'],
    ['ja\u0000ne@example.com', 'jane@example.com'],
    ['u\u0308ber@example.com', 'über@example.com'],
    ['jane@bücher.example', 'jane@bücher.example'],
    ["o'neil@sub.example.co.uk", "o'neil@sub.example.co.uk"],
    ['jane@xn--bcher-kva.example', 'jane@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`${'a'.repeat(65)}@example.com`, null],
    [`jane@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(60)}.com`, null],
    ...[
      '',
      '@',
      'jane',
      'jane@',
      '@example.com',
      'jane@localhost',
      'jane@example',
      'jane@.com',
    ].map((text): [unknown, null] => [text, null]),
    ...[
      'a b@example.com',
      'a@b@example.com',
      'a..b@example.com',
      '.a@example.com',
      'a.@example.com',
    ].map((text): [unknown, null] => [text, null]),
    ...['a@ex_ample.com', 'a@-example.com', 'a@example-.com', 'a@10.0.0.1', 'a@example.c'].map(
      (text): [unknown, null] => [text, null],
    ),
    ...[
      'a@example..com',
      '<a@example.com>',
      'a@example.com, b@example.com',
      'a\ud800@example.com',
    ].map((text): [unknown, null] => [text, null]),
    [null, null],
    [42, null],
    [{ toString: 'jane@example.com' }, null],
    [['jane@example.com'], null],
  ]
  test.each(cases)('%j is %j', (value, expected) => {
    expect(normalEmail(value)).toBe(expected)
  })
})

describe('user ids', () => {
  const kept: [unknown, string][] = [
    ['42', '42'],
    [42, '42'],
    [-7, '-7'],
    [1.5, '1.5'],
    [' Jane ', 'Jane'],
    ['test', 'test'],
    ['nullable', 'nullable'],
    ['100', '100'],
    ['a'.repeat(400), 'a'.repeat(400)],
    ['😀'.repeat(400), '😀'.repeat(400)],
    ['jane@example.com', 'jane@example.com'],
  ]
  test.each(kept.map(([value, expected]) => [brief(value), value, expected] as const))(
    '%s is kept',
    (_, value, expected) => {
      expect(normalUserId(value)).toEqual({ ok: true, value: expected })
    },
  )

  const refused = [
    ...[
      'null',
      'NULL',
      'undefined',
      'Anonymous',
      'guest',
      '0',
      '[object Object]',
      '',
      '   ',
      '\u0000',
    ],
    ...['none', 'NaN', 'true', 'false', 'n/a', 'unknown', '-1', '(not set)', '000'],
    ...[
      '00000000-0000-0000-0000-000000000000',
      'a'.repeat(401),
      '😀'.repeat(401),
      'x'.repeat(99_999),
    ],
    ...['{{user.id}}', `\${userId}`, '%USER_ID%', '<%= id %>'],
    ...[0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e300, 1e-9],
    ...[null, undefined, true, false, {}, [], ['42']],
  ]
  test.each(refused.map((value) => [brief(value), value]))('%s is refused', (_, value) => {
    expect(normalUserId(value)).toEqual({ ok: false, code: 'refused_id' })
  })
})

describe('UUIDs', () => {
  const cases: [unknown, string | null][] = [
    ['0192f3a4-5b6c-7d8e-9f01-23456789abcd', '0192f3a45b6c7d8e9f0123456789abcd'],
    ['0192F3A4-5B6C-4D8E-9F01-23456789ABCD', '0192f3a45b6c4d8e9f0123456789abcd'],
    ['0192f3a4-5b6c-1d8e-0f01-23456789abcd', '0192f3a45b6c1d8e0f0123456789abcd'],
    ['0192f3a45b6c7d8e9f0123456789abcd', null],
    ['{0192f3a4-5b6c-7d8e-9f01-23456789abcd}', null],
    ['0192f3a4-5b6c-7d8e-9f01-23456789abcg', null],
    ['0192f3a4-5b6c-7d8e-9f01-23456789abcd\n', null],
    ['0192f3a4_5b6c_7d8e_9f01_23456789abcd', null],
    ['00000000-0000-0000-0000-000000000000', null],
    ['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', null],
    ['undefined', null],
    [42, null],
    [null, null],
  ]
  test.each(cases)('%j is %j', (value, expected) => {
    expect(compactUuid(value)).toBe(expected)
  })
})

const JWT =
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

describe('masking', () => {
  const masked: [string, string][] = [
    ['Welcome jane.doe+x@example.co.uk!', 'Welcome [email]!'],
    ['jane%40example.com', '[email]'],
    ['jane%2540example.com and bob@example.com', '[email] and [email]'],
    ['/u/jane@example.com/orders', '/u/[email]/orders'],
    ['a@b.com@c.com', '[email]@c.com'],
    ['jane@example.com-old', '[email]-old'],
    ['mailto:jürgen@bücher.de', 'mailto:[email]'],
    [`token ${JWT} end`, 'token [token] end'],
    ['reset 9f86d081884c7d659a2feaa0c55ad015', 'reset [token]'],
    ['sk_live_51H8xYzAbCdEfGhIjKlMn3Op', '[token]'],
    ['order 0192f3a4-5b6c-7d8e-9f01-23456789abcd', 'order [token]'],
    ['dGhpc19pc19h_c2VjcmV0-dG9rZW4xMjM0NTY3', '[token]'],
    ['app.9f86d081884c7d659a2feaa0c55ad015.js', 'app.[token].js'],
    ['pay 4111111111111111 now', 'pay [card] now'],
    ['4111 1111 1111 1111', '[card]'],
    ['4111-1111-1111-1111', '[card]'],
    ['order 2026 4111 1111 1111 1111 12', 'order 2026 [card] 12'],
    ['3782 822463 10005', '[card]'],
    ['30569309025904 6011111111111117 3530111333300000', '[card] [card] [card]'],
    ['5500005555555559', '[card]'],
    ['4222222222222', '[card]'],
  ]
  test.each(masked)('%s', (text, expected) => {
    expect(maskSecrets(text)).toBe(expected)
    expect(maskSecrets(expected)).toBe(expected)
  })

  const ordinary = [
    'Pricing – Acme GmbH & Co. KG',
    'the-complete-guide-to-lead-scoring-2026',
    'The-Complete-Guide-To-Lead-Scoring-In-2026-Part-2',
    'how-to-migrate-from-windows10-to-windows11-in-2026',
    'asus-x515ea-bq1104w-i3-1115g4-8gb-ram-512gb-ssd',
    'FY26Q4_B2B_EMEA_LeadGen_V3_A1_retargeting',
    'Donaudampfschifffahrtsgesellschaftskapitän',
    'iPhoneProMaxTransparentCaseWithMagSafe',
    'follow us @acme or @acme.official',
    'lodash@4.17.21 and react@18.2.0',
    'order 1234567890123 of 1795000000000',
    'ISBN 9783161484100, EAN 4006381333931',
    'call +49 30 1234 5678 90',
    '23851234567890123',
    '4111111111111112',
    '100 % of @ and % and %40',
    '2026-11-21T20:00:00.000Z',
    'https://example.com/a/b/c',
    '',
  ]
  test.each(ordinary.map((text) => [text]))('%s stays', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })

  test('of a thousand random tokens of any common alphabet hardly one gets through', () => {
    const alphabets = [
      '0123456789abcdef',
      '0123456789abcdefghijklmnopqrstuvwxyz',
      '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_',
    ]
    for (const alphabet of alphabets) {
      const tokens = fc.sample(
        fc.noBias(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 28, maxLength: 64 })),
        { numRuns: 1_000, seed: 7 },
      )
      const leaked = tokens.filter((token) => maskSecrets(token) === token)
      expect(leaked.length).toBeLessThanOrEqual(10)
    }
  })

  const hostile = [
    '@'.repeat(60_000),
    'a@'.repeat(30_000),
    'a%40'.repeat(15_000),
    `${'a'.repeat(60_000)}@`,
    `a@${'a.'.repeat(30_000)}`,
    'eyJ'.repeat(20_000),
    'eyJ.'.repeat(15_000),
    '1 '.repeat(30_000),
    '4'.repeat(60_000),
    'a1-'.repeat(20_000),
    '%25'.repeat(20_000),
  ]
  test.each(hostile.map((text) => [text.slice(0, 12), text]))(
    '%s… takes linear time',
    (_, text) => {
      const started = performance.now()
      maskSecrets(text)
      normalEmail(text.slice(0, 1_000))
      // Linear is a few milliseconds, quadratic many seconds: the limit only tells these apart.
      expect(performance.now() - started).toBeLessThan(1_000)
    },
  )
})
