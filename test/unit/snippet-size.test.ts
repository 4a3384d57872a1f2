import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import { buildTag } from '../support/tag-collector.ts'

const BUDGET_BYTES = 4_096

test('the tag keeps its budget', async () => {
  const tag = await buildTag()
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  expect(brotliCompressSync(tag, { params }).length).toBeLessThanOrEqual(BUDGET_BYTES)
})
