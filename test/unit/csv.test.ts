import { expect, test } from 'vitest'
import { csvOf, slugOf } from '../../collector/export/csv.ts'

/** Every file for a spreadsheet is written here, from what strangers typed. */

test.each(['=cmd|x', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
  'makes no formula of %j',
  (cell) => {
    expect(csvOf([[cell, -1.5]])).toMatch(/^"?'/)
    // A number below zero is a number.
    expect(csvOf([[cell, -1.5]])).toMatch(/,-1\.5\r\n$/)
  },
)

test.each(['a\n=cmd|x', 'a\r=cmd|x'])('keeps the lines of %j in one field', (cell) => {
  expect(csvOf([[cell, 'b']])).toBe(`"${cell}",b\r\n`)
})

test('begins with a byte order mark where it is asked to', () => {
  expect(csvOf([['a']], { bom: true })).toBe('\uFEFFa\r\n')
  expect(csvOf([])).toBe('')
})

test('a part of a name is safe on every disk', () => {
  expect(slugOf('Zoë’s “A/B”: ../x')).toBe('zoe-s-a-b-x')
  expect(slugOf('…')).toBe('')
})
