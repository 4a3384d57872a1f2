import { expect, test } from 'vitest'
import { cleanPageUrl, cleanUrl, maskSecrets } from '../../snippet/clean-url.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

test.each([
  ['origin and path', 'https://user:pw@shop.example/a/b?x=1#c', 'https://shop.example/a/b'],
  ['an e-mail', 'https://shop.example/u/jane.doe@mail.example/x', 'https://shop.example/u/*/x'],
  ['an encoded e-mail', 'https://shop.example/u/jane%40mail.example', 'https://shop.example/u/*'],
  ['a JWT', `https://shop.example/v/${JWT}/x`, 'https://shop.example/v/*/x'],
  ['a UUID', 'https://shop.example/0192f3a4-aaaa-7bbb-8ccc-0123456789ab', 'https://shop.example/*'],
  ['long hex', 'https://shop.example/r/4f9a8b7c6d5e4f3a2b1c0d9e', 'https://shop.example/r/*'],
  [
    'a random segment',
    'https://shop.example/r/AbCdEfGhIjKlMnOpQrStUvWx',
    'https://shop.example/r/*',
  ],
  [
    'base64url',
    'https://shop.example/r/dGhpc19p-c2Ez_ZW5jcnlwdGVkMTIz',
    'https://shop.example/r/*',
  ],
  ['a card number', 'https://shop.example/pay/4111-1111-1111-1111', 'https://shop.example/pay/*'],
  [
    'a slug stays',
    'https://shop.example/blog/how-to-choose-the-top-10-tools-for-2026',
    'https://shop.example/blog/how-to-choose-the-top-10-tools-for-2026',
  ],
  ['a profile stays', 'https://shop.example/@jane/posts', 'https://shop.example/@jane/posts'],
  ['a GTIN stays', 'https://shop.example/p/4006381333931', 'https://shop.example/p/4006381333931'],
  ['an app referrer', 'android-app://com.app.example/', 'android-app://com.app.example/'],
])('cleanUrl: %s', (_name, given, cleaned) => {
  expect(cleanUrl(given)).toBe(cleaned)
})

test.each([
  [
    'campaign stays',
    '?utm_source=a%20b&utm_medium=x&tab=1',
    false,
    '?utm_source=a%20b&utm_medium=x',
  ],
  ['a click id was there', '?gclid=SECRET&fbclid=SECRET', false, '?gclid=1&fbclid=1'],
  ['an address in a campaign', '?utm_term=jane@mail.example', false, ''],
  ['no fragment', '#access_token=SECRET', false, ''],
  ['a route', '?x=1#/app/one?token=SECRET', true, '#/app/one'],
  ['no route', '#access_token=SECRET', true, ''],
])('cleanPageUrl: %s', (_name, rest, hashIsRoute, cleaned) => {
  expect(cleanPageUrl(`https://shop.example/p${rest}`, hashIsRoute)).toBe(
    `https://shop.example/p${cleaned}`,
  )
})

test('titles are masked, words stay', () => {
  expect(maskSecrets('Order of jane@mail.example, 2 items')).toBe('Order of * 2 items')
})
