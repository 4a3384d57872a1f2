import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  buildTag,
  buildWithout,
  extraSizes,
  featureFiles,
  featureSizes,
  type NamedSize,
  sizeOf,
} from '../../collector/bench/tag-sizes.ts'
import { settingsTable } from '../../collector/config.ts'

/**
 * What the README says is what the code says. `npm run readme` writes the generated parts; without
 * it this test fails where they are old.
 */

const README = 'README.md'
const text = () => readFileSync(README, 'utf8')

/** Where the part between `<!-- name -->` and `<!-- /name -->` starts and ends. */
function bounds(name: string): [start: number, end: number] {
  const open = `<!-- ${name} -->\n`
  return [text().indexOf(open) + open.length, text().indexOf(`\n<!-- /${name} -->`)]
}
const part = (name: string) => text().slice(...bounds(name))

/** Compares a part with what it should be, or writes it anew when asked to. */
function expectPart(name: string, expected: string): void {
  if (process.env.UPDATE_README) {
    const [start, end] = bounds(name)
    writeFileSync(README, text().slice(0, start) + expected + text().slice(Math.max(start, end)))
    return
  }
  expect(part(name)).toBe(expected)
}

/** The whole tag, what each feature adds to it, and the files beside it. */
async function tagSizes(): Promise<readonly NamedSize[]> {
  const whole = sizeOf((await buildTag()).contents)
  const features = await featureSizes()
  return [
    { name: 'the whole tag', ...whole },
    ...features.map((size) => ({ ...size, name: `of it \`${size.name}\`` })),
    ...(await extraSizes()).map((size) => ({ ...size, name: `\`${size.name}\`, where needed` })),
  ]
}
/** Compressors differ a little between Node versions; the raw size does not. */
const COMPRESSOR_SLACK = 24

describe('the README', () => {
  test('its table of settings is the one the program reads', () => {
    expectPart('settings', settingsTable())
  })
  test('its bytes are those of the built tag', async () => {
    const sizes = await tagSizes()
    if (process.env.UPDATE_README) {
      const rows = sizes.map((s) => `| ${s.name} | ${s.raw} | ${s.gzip} | ${s.brotli} |`)
      const head = ['| bytes | raw | gzip | brotli |', '| --- | --- | --- | --- |']
      expectPart('tag', [...head, ...rows].join('\n'))
    }
    const shown = [...part('tag').matchAll(/^\| (.+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)]
    // Features are in the order of their weight, which compressors may see otherwise.
    const names = (rows: readonly { readonly name: string }[]) =>
      rows.map(({ name }) => name).sort()
    expect(names(shown.map(([, name = '']) => ({ name })))).toEqual(names(sizes))
    for (const [, name, raw, gzip, brotli] of shown) {
      const size = sizes.find((one) => one.name === name)
      expect(Number(raw), name).toBe(size?.raw)
      expect(Math.abs(Number(gzip) - (size?.gzip ?? 0)), name).toBeLessThanOrEqual(COMPRESSOR_SLACK)
      expect(Math.abs(Number(brotli) - (size?.brotli ?? 0)), name).toBeLessThanOrEqual(
        COMPRESSOR_SLACK,
      )
    }
  })
  test.each(featureFiles())('%s leaves no bytes when it is left out', async (path) => {
    expect((await buildWithout()).bytesOf[path]).toBeGreaterThan(0)
    expect((await buildWithout(path)).bytesOf[path] ?? 0).toBe(0)
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
