import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, installConsumer } from '../support/consumer.ts'
import { buildTag } from '../support/tag-collector.ts'

/** `import … from 'pique/snippet'`, as a project finds it that installed the package. */

let consumer: Consumer
beforeAll(() => {
  consumer = installConsumer()
})
afterAll(() => consumer.remove())

const RIGHT = `
import { consent, identify, init, is, page, type Props, reset, type TagOptions, track } from 'pique/snippet'
const options: TagOptions = { site: 'KEY', host: 'https://t.example.com' }
const props: Props = { plan: 'pro', seats: 3, yearly: true }
init(options)
init({ ...options, consent: 'pending', storage: 'none', identify: 'off', hash: 'on', auto: 'off' })
track('calculator_used')
track('calculator_used', props)
identify('ada@example.com')
identify('42', props, { signature: 'v1.0.x' })
page()
consent('granted')
reset()
is('hot', (isHot: boolean) => { if (isHot) track('greeted') })
`
const WRONG = [
  'track()',
  'track(1)',
  "track('x', { nested: {} })",
  "init({ site: 'KEY' })",
  "init({ site: 'KEY', host: 'https://t.example.com', consent: 'maybe' })",
  "init({ site: 'KEY', host: 'https://t.example.com', colour: 'red' })",
  "identify({ email: 'ada@example.com' })",
  "identify('42', {}, { secret: 'x' })",
  "consent('yes')",
  "is('hot')",
  "is('hot', (score: number) => score)",
  "import { start } from 'pique/snippet'",
  "import 'pique'",
]

describe.each([
  [
    'a bundler',
    { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  ],
  ['Node', { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }],
] as const)('types, resolved as %s does', (_, options) => {
  test('right use has no errors, and each wrong one has', () => {
    const imports = "import { consent, identify, init, is, track } from 'pique/snippet'\n"
    // With no library but the language's, since a server has no DOM.
    const cases = [RIGHT, ...WRONG.map((line) => imports + line)]
    const [right, ...wrong] = consumer.typeProblems(cases, options)
    expect(right).toEqual([])
    expect(WRONG.filter((_, i) => wrong[i]?.length === 0)).toEqual([])
  })
})

describe('bundles', () => {
  test('importing only `track` leaves out the tag', async () => {
    const text = await consumer.bundle("import { track } from 'pique/snippet'\ntrack('x')")
    expect(text.length).toBeLessThan(400)
    expect(text).not.toMatch(/addEventListener|localStorage|fetch|cookie/)
  })

  test('importing nothing of it leaves nothing', async () => {
    expect(await consumer.bundle("import 'pique/snippet'")).toBe('')
  })

  test('importing `init` costs what the script costs', async () => {
    const options = "{ site: 'KEY', host: 'https://t.example.com' }"
    const text = await consumer.bundle(`import { init } from 'pique/snippet'\ninit(${options})`)
    const script = brotliCompressSync(await buildTag()).length
    expect(Math.abs(brotliCompressSync(text).length - script)).toBeLessThan(300)
  })

  test('it carries no comments, and internal properties are shortened', () => {
    const text = readFileSync(join(consumer.directory, 'node_modules/pique/dist/snippet/module.js'))
    // Those that bundlers ask for stay.
    const asked = 'import(/* webpackIgnore: true */ /* @vite-ignore */'
    expect(text.toString()).toContain(asked)
    expect(text.toString().replaceAll(asked, '')).not.toMatch(/\/\*|^\s*\/\/|\._[a-z]/m)
  })
})

test('it is imported and called where there is no browser, without effect', () => {
  writeFileSync(
    join(consumer.directory, 'server.mjs'),
    `import * as pique from 'pique/snippet'
    pique.init({ site: 'KEY', host: 'https://t.example.com' })
    pique.track('x'); pique.identify('42'); pique.page(); pique.reset()
    pique.consent('granted'); pique.is('hot', () => {})
    console.log(Object.keys(pique).join(), Object.keys(globalThis).includes('pique'))`,
  )
  const said = execFileSync(process.execPath, ['server.mjs'], {
    cwd: consumer.directory,
    encoding: 'utf8',
  })
  expect(said.trim()).toBe('consent,identify,init,is,page,reset,track false')
})
