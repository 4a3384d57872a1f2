import { expect, test } from 'vitest'
import { quantileOf, shareOf } from '../../collector/scoring/proportion.ts'

/** The score method without continuity correction in table I of Newcombe (1998), Statistics in Medicine 17. */
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i is from %f to %f', (hits, of, low, high) => {
  const share = shareOf(hits, of)
  expect(share?.rate).toBe(hits / of)
  expect(share?.low).toBeCloseTo(low, 4)
  expect(share?.high).toBeCloseTo(high, 4)
})

test('all of few is still unsure, nothing of nothing is no share, and none is over all', () => {
  expect(shareOf(3, 3)).toMatchObject({ rate: 1, high: 1 })
  expect(shareOf(3, 3)?.low).toBeCloseTo(0.4385, 4)
  expect(shareOf(0, 0)).toBeNull()
  expect(shareOf(5, 4)).toBeNull()
})

test('a quantile is one of the sample', () => {
  const sample = Float64Array.of(1, 2, 3, 10)
  expect([0.5, 0.9, 0, 1].map((part) => quantileOf(sample, part))).toEqual([2, 10, 1, 10])
  expect(quantileOf(new Float64Array(0), 0.5)).toBeNull()
})
