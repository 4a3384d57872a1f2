import { expect, test } from 'vitest'
import { CAMPAIGN_PARAMS, CLICK_ID_PARAMS } from '../../shared/wire.ts'
import { cleanUrl, maskSecrets } from '../../snippet/clean-url.ts'

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
  ['a card number', 'https://shop.example/pay/4111-1111-1111-1111', 'https://shop.example/pay/*'],
  [
    'a slug stays',
    'https://shop.example/blog/how-to-choose-the-top-10-tools-for-2026',
    'https://shop.example/blog/how-to-choose-the-top-10-tools-for-2026',
  ],
  ['a profile stays', 'https://shop.example/@jane/posts', 'https://shop.example/@jane/posts'],
  ['a GTIN stays', 'https://shop.example/p/4006381333931', 'https://shop.example/p/4006381333931'],
  ['an app referrer', 'android-app://com.app.example/', 'android-app://com.app.example/'],
])('%s', (_name, given, cleaned) => {
  expect(cleanUrl(given)).toBe(cleaned)
})

test.each([
  ['campaign stays', '?utm_source=a%20b&utm_medium=x&tab=1', '?utm_source=a+b&utm_medium=x'],
  ['a click id was there', '?gclid=SECRET&fbclid=SECRET', '?gclid=1&fbclid=1'],
  ['an address in a campaign', '?utm_term=jane@mail.example', ''],
  ['other parameters go', '?id=7&q=secret&token=SECRET&email=x', ''],
  ['the fragment goes', '#access_token=SECRET', ''],
])('of a query, %s', (_name, rest, cleaned) => {
  expect(cleanUrl(`https://shop.example/p${rest}`)).toBe(`https://shop.example/p${cleaned}`)
})

test('the campaign parameters and click ids of the wire are known', () => {
  const query = (names: readonly string[]) => `?${names.map((name) => `${name}=1`).join('&')}`
  const all = query([...CAMPAIGN_PARAMS, ...CLICK_ID_PARAMS])
  expect(cleanUrl(`https://shop.example/${all}`)).toBe(`https://shop.example/${all}`)
})

test('titles are masked, words stay', () => {
  expect(maskSecrets('Order of jane@mail.example, 2 items')).toBe('Order of * 2 items')
})
