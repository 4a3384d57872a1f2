import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanReferrer, cleanUrl } from '../../collector/ingest/clean-url.ts'

const cases: [string, string, string | null][] = [
  ['a plain address stays', 'https://shop.example/pricing', 'https://shop.example/pricing'],
  ['the host is lower-cased', 'HTTPS://Shop.EXAMPLE/Pricing', 'https://shop.example/Pricing'],
  ['the port stays', 'http://localhost:3000/a', 'http://localhost:3000/a'],
  ['user info is dropped', 'https://jane:secret@shop.example/', 'https://shop.example/'],
  ['a fragment is dropped', 'https://shop.example/a#access_token=abc', 'https://shop.example/a'],
  ['a hash route stays', 'https://app.example/#/pricing', 'https://app.example/#/pricing'],
  [
    'without its query',
    'https://app.example/#!/reset?token=abc&x=1',
    'https://app.example/#!/reset',
  ],
  [
    'and masked',
    'https://app.example/#/u/jane%40example.com/x',
    'https://app.example/#/u/[email]/x',
  ],
  [
    'other parameters are dropped',
    'https://x.example/?q=secret&email=a@b.example',
    'https://x.example/',
  ],
  [
    'campaign parameters stay, in a fixed order',
    'https://x.example/?utm_medium=cpc&a=1&utm_source=google',
    'https://x.example/?utm_source=google&utm_medium=cpc',
  ],
  [
    'click ids stay as presence',
    'https://x.example/?gclid=Cj0KCQ&fbclid=IwAR1&scCid=9',
    'https://x.example/?gclid=1&fbclid=1&ScCid=1',
  ],
  [
    'an empty parameter was not there',
    'https://x.example/?gclid=&utm_source=',
    'https://x.example/',
  ],
  [
    'a campaign that holds an e-mail is dropped',
    'https://x.example/?utm_content=jane@example.com&utm_term=a',
    'https://x.example/?utm_term=a',
  ],
  [
    'even encoded twice',
    'https://x.example/?utm_content=jane%2540example.com',
    'https://x.example/',
  ],
  [
    'or a token, even behind the cut',
    `https://x.example/?utm_content=${'a-'.repeat(95)}9f86d081884c7d659a2feaa0c55ad015`,
    'https://x.example/',
  ],
  [
    'the first of several values counts',
    'https://x.example/?utm_source=a&utm_source=b',
    'https://x.example/?utm_source=a',
  ],
  [
    'an e-mail in the path is masked',
    'https://x.example/u/jane@b.example/o',
    'https://x.example/u/[email]/o',
  ],
  ['encoded too', 'https://x.example/u/jane%2540b.example', 'https://x.example/u/[email]'],
  [
    'with every letter encoded',
    'https://x.example/%6a%61ne%40b%2eexample',
    'https://x.example/[email]',
  ],
  [
    'a token in the path is masked',
    'https://x.example/reset/9f86d081884c7d659a2feaa0c55ad015',
    'https://x.example/reset/[token]',
  ],
  ['a card too', 'https://x.example/pay/4111111111111111', 'https://x.example/pay/[card]'],
  ['a stray percent sign is harmless', 'https://x.example/100%/a', 'https://x.example/100%/a'],
  ['letters of any script stay', 'https://x.example/über', 'https://x.example/%C3%BCber'],
  ...['', 'nonsense', '/pricing', '//x.example/', 'ftp://x.example/', 'data:text/plain,a'].map(
    (raw): [string, string, null] => [`${raw} is no address`, raw, null],
  ),
  ...['javascript:alert(1)', 'about:blank', 'file:///etc/passwd', 'https://', 'http://a b/'].map(
    (raw): [string, string, null] => [`${raw} is no address`, raw, null],
  ),
]

describe('a cleaned address', () => {
  test.each(cases)('%s', (_, raw, expected) => {
    expect(cleanUrl(raw)?.href ?? null).toBe(expected)
  })

  test.each(cases)('%s: cleaning it again changes nothing', (_, raw) => {
    const once = cleanUrl(raw)
    if (once !== null) expect(cleanUrl(once.href)).toEqual(once)
  })

  const values = [
    ...[
      'google',
      'newsletter',
      'Spring Sale 2026',
      'spring+sale',
      'a+b c',
      '100% off',
      'äöü ß',
      '夏のセール',
    ],
    ...[
      '{keyword}',
      'a&b=c',
      'a#b',
      'x/y?z',
      'FY26Q4_B2B_EMEA_LeadGen_V3',
      'black-friday|remarketing',
    ],
    ...[
      '120210000000000000',
      '23851234567890123',
      'cpc',
      'lead scoring (exact)',
      '“quoted”',
      "l'été",
      '😀',
    ],
  ]
  test.each(values.map((value) => [value]))('the utm value %j survives', (value) => {
    const raw = `https://x.example/?utm_campaign=${encodeURIComponent(value)}`
    const cleaned = cleanUrl(raw)
    expect(cleaned?.query.get('utm_campaign')).toBe(value)
    expect(new URL(cleaned?.href ?? '').searchParams.get('utm_campaign')).toBe(value)
  })

  test('host and path are apart, and the route is the path where the hash is one', () => {
    expect(cleanUrl('https://Shop.example:8443/a/b?x=1')).toMatchObject({
      host: 'shop.example',
      path: '/a/b',
    })
    expect(cleanUrl('https://app.example/#!/pricing?x=1')?.path).toBe('/pricing')
    expect(cleanUrl('https://app.example./a')?.host).toBe('app.example')
  })

  test('a value is cut, an address is cut, and the campaign outlives a long path', () => {
    const long = cleanUrl(
      `https://x.example/${'long-path/'.repeat(400)}?utm_source=google&utm_content=${'c '.repeat(150)}`,
    )
    expect(long?.href.length).toBeLessThanOrEqual(2_048)
    expect(long?.query.get('utm_source')).toBe('google')
    expect(long?.query.get('utm_content')).toHaveLength(200)
    const cyrillic = CAMPAIGNS.map((name) => `${name}=${'д'.repeat(200)}`).join('&')
    const full = cleanUrl(`https://x.example/${'д'.repeat(900)}?${cyrillic}`)
    expect(full?.href.length).toBeLessThanOrEqual(2_048)
    expect(cleanUrl(full?.href ?? '')).toEqual(full)
  })

  test('nothing makes it throw, and it is always within its limits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.webUrl(), (text, url) => {
        for (const raw of [
          text,
          `https://x.example/${text}`,
          `${url}?utm_source=${text}#/${text}`,
        ]) {
          const cleaned = cleanUrl(raw)
          expect(cleaned?.href.length ?? 0).toBeLessThanOrEqual(2_048)
          if (cleaned !== null) expect(cleanUrl(cleaned.href)).toEqual(cleaned)
        }
      }),
      { numRuns: 500 },
    )
  })
})

const CAMPAIGNS = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_id', 'utm_term', 'utm_content']

describe('a cleaned referrer', () => {
  const referrers: [string, string | null][] = [
    ['https://www.google.com/', 'https://www.google.com/'],
    ['https://www.google.com/search?q=secret#x', 'https://www.google.com/search'],
    ['https://jane:pw@mail.example/u/jane@b.example', 'https://mail.example/u/[email]'],
    ['android-app://com.slack/', null],
    ['about:client', null],
    ['', null],
  ]
  test.each(referrers)('%s is %s', (raw, expected) => {
    expect(cleanReferrer(raw)).toBe(expected)
  })
})
