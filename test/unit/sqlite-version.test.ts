import { expect, test } from 'vitest'
import { assertVersion } from '../../collector/store/sqlite/connect.ts'

test.each(['3.7.0', '3.51.2', '3.50.9', '2.99.99', ''])('SQLite %j could damage a store', (old) => {
  expect(() => assertVersion(old)).toThrow('3.51.3 or newer is needed')
})
test.each(['3.51.3', '3.51.10', '3.53.2', '4.0.0'])('SQLite %j is safe', (safe) => {
  expect(() => assertVersion(safe)).not.toThrow()
})
