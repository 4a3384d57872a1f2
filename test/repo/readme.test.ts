import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { settingsTable } from '../../collector/config.ts'
import { buildTag } from '../support/tag-collector.ts'

/**
 * What the README says is what the code says. `npm run readme` writes the generated parts; without
 * it this test fails where they are old.
 */

const README = 'README.md'
const text = () => readFileSync(README, 'utf8')

/** The part between `<!-- name -->` and `<!-- /name -->`, which is written anew when asked to. */
function expectPart(name: string, expected: string): void {
  const [open, close] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const start = text().indexOf(open) + open.length
  const end = text().indexOf(close)
  if (process.env.UPDATE_README) {
    writeFileSync(README, text().slice(0, start) + expected + text().slice(Math.max(start, end)))
    return
  }
  expect(text().slice(start, end)).toBe(expected)
}

/** Sizes of the built tag. Compressors differ a little between Node versions; the raw size does not. */
async function tagSizes(): Promise<{ raw: number; gzip: number; brotli: number }> {
  const tag = await buildTag()
  return {
    raw: tag.length,
    gzip: gzipSync(tag, { level: 9 }).length,
    brotli: brotliCompressSync(tag).length,
  }
}
const COMPRESSOR_SLACK = 24

describe('the README', () => {
  test('its table of settings is the one the program reads', () => {
    expectPart('settings', settingsTable())
  })
  test('its bytes are those of the built tag', async () => {
    const { raw, gzip, brotli } = await tagSizes()
    if (process.env.UPDATE_README) {
      const row = `| ${raw} bytes | ${gzip} bytes | ${brotli} bytes |`
      expectPart('tag', ['| raw | gzip | brotli |', '| --- | --- | --- |', row].join('\n'))
    }
    const [shownRaw = 0, shownGzip = 0, shownBrotli = 0] = [...text().matchAll(/(\d+) bytes/g)].map(
      ([, size]) => Number(size),
    )
    expect(shownRaw).toBe(raw)
    expect(Math.abs(shownGzip - gzip)).toBeLessThanOrEqual(COMPRESSOR_SLACK)
    expect(Math.abs(shownBrotli - brotli)).toBeLessThanOrEqual(COMPRESSOR_SLACK)
  })
  test('it names every runtime package', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const name of Object.keys(dependencies)) expect(text()).toContain(`\`${name}\``)
  })
  test('every npm script that it names is there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    const named = [...text().matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '')
    expect(named.length).toBeGreaterThan(0)
    for (const name of named) expect(Object.keys(scripts)).toContain(name)
  })
})
