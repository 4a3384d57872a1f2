import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { scaled } from '../support/scale.ts'

/** What strangers make the limits remember has a bound, however many they pretend to be. */

const RISE_BYTES = 50 * 1024 * 1024

/** A process of its own, so that nothing else moves its memory. */
const HOSTILE = `
import { randomBytes } from 'node:crypto'
import { createLimits } from './collector/ingest/limits.ts'
import { createEmailLimits } from './collector/ingest/email-limits.ts'
const keys = Number(process.argv[1])
const salt = randomBytes(16)
const emails = createEmailLimits(() => ({ known: 0, isKnownHere: false }))
const rates = createLimits()
const AT = Date.UTC(2026, 2, 3)
function meet(i) {
  const address = (11 + (i >> 24)) + '.' + ((i >> 16) & 255) + '.' + ((i >> 8) & 255) + '.' + (i & 255)
  const from = { site: 1, browserKey: i.toString(16).padStart(32, '0'), address, salt, receivedAt: AT + i / 5 }
  rates.admit({ ...from, events: 1 })
  if (i % 10 > 0) return
  if (i % 5000 === 0) emails.beginGroup()
  emails.refusalOf({ claim: { email: 'a' + i + '@x.example', userId: null, strength: 'medium' }, refusal: null }, from)
}
// The same few for a while first: what the young generation and the code take is no memory of ours.
for (let i = 0; i < 300_000; i += 1) meet(i % 1_000)
const before = process.memoryUsage().rss
let most = before
for (let i = 1_000; i < keys; i += 1) {
  meet(i)
  if (i % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss)
}
console.log(JSON.stringify({ rise: most - before, sizes: { ...rates.sizes(), ...emails.sizes() } }))
`

test('five million browsers and networks cost less than 50 MB', { timeout: 300_000 }, async () => {
  const { outputFiles } = await build({
    stdin: { contents: HOSTILE, resolveDir: process.cwd(), loader: 'js' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  })
  const flags = ['--input-type=module', '--eval', outputFiles[0]?.text ?? '']
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    '--',
    String(scaled(5_000_000)),
  ])
  const { rise, sizes } = JSON.parse(stdout)
  expect(rise).toBeGreaterThan(0)
  expect(rise).toBeLessThan(RISE_BYTES)
  expect(sizes.browser_rates).toBeLessThanOrEqual(65_536)
  expect(sizes.network_rates).toBeLessThanOrEqual(65_536)
  expect(sizes.claiming_browsers).toBeLessThanOrEqual(32_768)
  expect(sizes.claiming_networks).toBeLessThanOrEqual(4_096)
})
