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

async function tagTable(): Promise<string> {
  const tag = await buildTag()
  const gzip = gzipSync(tag, { level: 9 }).length
  const brotli = brotliCompressSync(tag).length
  return [
    '| raw | gzip | brotli |',
    '| --- | --- | --- |',
    `| ${tag.length} bytes | ${gzip} bytes | ${brotli} bytes |`,
  ].join('\n')
}

describe('the README', () => {
  test('its table of settings is the one the program reads', () => {
    expectPart('settings', settingsTable())
  })
  test('its bytes are those of the built tag', async () => {
    expectPart('tag', await tagTable())
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
