import { describe, expect, test } from 'vitest'
import { refusalWords } from '../../collector/dashboard/refusal-words.ts'
import { installOf, PLATFORMS, type Platform, tagOf } from '../../collector/dashboard/tag-code.ts'
import { REJECT_CODES } from '../../collector/errors.ts'

const KEY = 'pk_0123'
const URL = 'https://t.shop.example/pique.js'
const platforms = Object.keys(PLATFORMS) as Platform[] // the keys of a record of ours

describe('the tag', () => {
  test('says nothing of consent where nobody waits for it', () => {
    const plain = `<script defer src="${URL}" data-site="${KEY}"></script>`
    expect(tagOf({ key: KEY }, URL)).toBe(plain)
    expect(tagOf({ key: KEY, consent: 'granted' }, URL)).toBe(plain)
  })

  test.each(['pending', 'denied'] as const)('waits where the site is %s', (consent) => {
    expect(tagOf({ key: KEY, consent }, URL)).toBe(
      `<script defer src="${URL}" data-site="${KEY}" data-consent="${consent}"></script>`,
    )
  })

  test.each(platforms)(
    'on %s has the key and the address, and waits where it should',
    (platform) => {
      for (const { code } of installOf(platform, { key: KEY }, URL).parts) {
        expect(code).toContain(KEY)
        expect(code).toContain('https://t.shop.example')
        expect(code).not.toContain('pending')
      }
      const waiting = installOf(platform, { key: KEY, consent: 'pending' }, URL)
      for (const { code } of waiting.parts) expect(code).toContain('pending')
      expect(waiting.notes[0]).toContain('waits for consent')
    },
  )

  test('in Tag Manager carries its key in the address, never in an attribute of its own', () => {
    for (const consent of ['granted', 'pending'] as const) {
      const [part] = installOf('gtm', { key: KEY, consent }, URL).parts
      expect(part?.code).toContain(`${URL}?site=${KEY}`)
      expect(part?.code).not.toMatch(/<script[^>]* data-/)
    }
  })
})

test('every code that an event can be refused with has words of its own, and a cure', () => {
  const all = Object.keys(REJECT_CODES).map(refusalWords)
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
  for (const { title, cure } of all) {
    expect(title).not.toMatch(/_/)
    expect(cure).toMatch(/^[A-Z].{20,}\.$/)
  }
  expect(refusalWords('__proto__').title).toBe('__proto__')
})
