import { expect, test } from 'vitest'
import { siteNamed, siteOrOnly } from '../../collector/cli-site.ts'

const stored = [
  { ref: 1, key: 'pk_one' },
  { ref: 2, key: 'pk_two' },
]

test('a site is meant by its id or its key', () => {
  expect(siteNamed(stored, 'si_2').ref).toBe(2)
  expect(siteNamed(stored, 'pk_two').ref).toBe(2)
  expect(siteNamed([{ id: 'si_7', key: 'pk_seven' }], 'pk_seven').id).toBe('si_7')
  for (const asked of ['2', 'si_3', 'pk_', '']) {
    expect(() => siteNamed(stored, asked)).toThrow(`there is no site ${asked};`)
  }
})

test('the only site needs no name, and of several one has to be said', () => {
  expect(siteOrOnly(stored.slice(0, 1), undefined).ref).toBe(1)
  expect(siteOrOnly(stored, 'pk_one').ref).toBe(1)
  expect(() => siteOrOnly(stored, undefined)).toThrow('say which with --site')
  expect(() => siteOrOnly([], undefined)).toThrow('`pique site add` makes one')
})
