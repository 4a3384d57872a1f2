import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import { EXTRA_NAMES } from '../../collector/http/tag-files.ts'
import { buildTag } from '../support/tag-collector.ts'

const BUDGET_BYTES = 4_096
const EXTRA_BUDGET_BYTES = 1_536

const compressedBytes = (file: Uint8Array) =>
  brotliCompressSync(file, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  }).length

test('the tag keeps its budget', async () => {
  expect(compressedBytes(await buildTag())).toBeLessThanOrEqual(BUDGET_BYTES)
})

test.each(EXTRA_NAMES)('what it loads for %s keeps its own', (name) => {
  const file = readFileSync(`dist/snippet/pique-${name}.js`)
  expect(compressedBytes(file)).toBeLessThanOrEqual(EXTRA_BUDGET_BYTES)
})
