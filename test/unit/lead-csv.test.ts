import { expect, test } from 'vitest'
import { csvName, csvRows } from '../../collector/dashboard/lead-csv.ts'
import { leadWith, listedWith, NOW } from '../http/dashboard-fixture.ts'

/** The file of leads, where names are what strangers typed. */

test.each(['=cmd|x', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
  'makes no formula of a name like %j',
  (name) => {
    const row = csvRows([{ ...listedWith(leadWith({ name })), change_milli: -1500 }], ['change'])
    expect(row).toMatch(/^"?'/)
    // A number below zero is a number.
    expect(row).toContain(',-1.5,')
  },
)

test.each(['a\n=cmd|x', 'a\r=cmd|x'])('keeps the lines of a name like %j in one field', (name) => {
  const row = csvRows([listedWith(leadWith({ name }))], ['change'])
  expect(row.startsWith(`"${name}",`)).toBe(true)
})

test('the name of the file is safe on every disk', () => {
  expect(csvName('Zoë’s “A/B”: ../x', NOW)).toBe('leads-zoe-s-a-b-x-2026-11-21.csv')
  expect(csvName(null, NOW)).toBe('leads-2026-11-21.csv')
})
