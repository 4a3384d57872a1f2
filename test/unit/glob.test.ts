import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from '../../collector/scoring/glob.ts'

describe('a glob', () => {
  const cases: [string, string, boolean][] = [
    ['/pricing', '/pricing', true],
    ['/pricing', '/pricing/', true],
    ['/pricing/', '/pricing', true],
    ['/pricing', '/Pricing', true],
    ['/PRICING', '/pricing', true],
    ['/pricing', '/pricing/teams', false],
    ['/pricing', '/en/pricing', false],
    ['/pricing*', '/pricing', true],
    ['/pricing*', '/pricing/teams', true],
    ['/pricing/*', '/pricing/', true],
    ['/pricing/*', '/pricing', false],
    ['/pricing/**', '/pricing/a/b/c', true],
    ['*/pricing', '/en/us/pricing', true],
    ['*pricing*', '/en/pricing/teams', true],
    ['/*/pricing', '/en/pricing', true],
    ['/*/pricing', '/pricing', false],
    ['/p?icing', '/pricing', true],
    ['/p?icing', '/picing', false],
    ['/v?', '/v', false],
    ['/v?/*', '/v2/a', true],
    ['*a?c*', 'xxabxabcx', true],
    ['*a?c*x', 'abcabx', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*', '', true],
    ['*', '/', true],
    ['', '', true],
    ['', '/', false],
    ['/', '/', true],
    ['/a.b', '/axb', false],
    ['/a+(b)[c]$', '/a+(b)[c]$', true],
    ['*a*b*c*', 'xxaxxbxxcxx', true],
    ['*a*b*c*', 'xxcxxbxxaxx', false],
    [`*${'?'.repeat(40)}x*`, `${'a'.repeat(39)}x`, false],
    [`*${'?'.repeat(40)}x*`, `${'a'.repeat(40)}x`, true],
    [`*b${'?'.repeat(63)}c*`, `aab${'a'.repeat(63)}c`, true],
  ]
  test.each(cases)('%s on %s: %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected)
  })

  test('agrees with the plain definition', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 10 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        expect(compileGlob(glob)(value)).toBe(isMatch(glob, value))
      }),
      { numRuns: 5_000 },
    )
  })

  test('evil patterns take no time', () => {
    const evil = [
      `${'*a'.repeat(40)}*b`,
      `/${'*/'.repeat(60)}x`,
      `*${'a'.repeat(200)}b*`,
      `*${'a?'.repeat(100)}b*`,
      `${'?*'.repeat(100)}b`,
      `*${'a*?'.repeat(50)}b`,
      `${'**'.repeat(200)}b`,
      `*${'?'.repeat(250)}b*c`,
    ].map(compileGlob)
    const urls = Array.from({ length: 10_000 }, (_, index) => `/${'a'.repeat(300)}/${index}`)
    const started = performance.now()
    for (const matches of evil) for (const url of urls) matches(url)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

/** The definition, without any thought for time. */
function isMatch(glob: string, text: string): boolean {
  if (glob === '') return text === ''
  if (glob[0] === '*')
    return isMatch(glob.slice(1), text) || (text !== '' && isMatch(glob, text.slice(1)))
  return (
    text !== '' && (glob[0] === '?' || glob[0] === text[0]) && isMatch(glob.slice(1), text.slice(1))
  )
}
