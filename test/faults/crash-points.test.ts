import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import {
  type BuiltOptions,
  createPlace,
  type RunningCollector,
  startBuilt,
} from '../support/collector.ts'
import { newErrand } from '../support/errand.ts'
import { callsIn, compileShim, type Faults, type Shim, spread } from '../support/fault-shim.ts'
import { scoresOf } from '../support/ledger.ts'
import { patchedBuild } from '../support/patched-build.ts'
import { randomOf } from '../support/random.ts'
import { IS_LONG } from '../support/scale.ts'

/**
 * Duties 11 and 15, call by call: a fixed day of a collector, killed before every call that changes
 * or flushes a file, or with that call failing. What was acknowledged is there afterwards, the rest
 * can be sent again, and the scores are those of an undisturbed day.
 */

const shim = compileShim()
const places: { remove(): void }[] = []
const running: RunningCollector[] = []
afterEach(() => {
  for (const collector of running.splice(0)) collector.process.kill('SIGKILL')
  for (const place of places.splice(0)) place.remove()
})
afterAll(() => shim?.remove())

/** It holds nothing that could be lost, and a collector goes on without one. */
const NO_BALLAST = ['--ballast', '0']

interface Disturbed {
  readonly findings: readonly string[]
  /** How the disturbed process ended. */
  readonly code: number | null
  readonly logs: string
  /** How many calls it made. */
  readonly calls: number
}

function newPlace() {
  const place = createPlace()
  places.push(place)
  return place
}

/** A day with these faults, and what the next collector makes of it. */
async function disturb(
  { env }: Shim,
  faults: Faults,
  expected: ReadonlyMap<string, number>,
  options: BuiltOptions = {},
): Promise<Disturbed> {
  const { store, remove } = newPlace()
  const errand = newErrand()
  const count = join(dirname(store), 'count')
  const faulty = { ...options, env: env(store, { ...faults, count }) }
  let code: number | null = null
  let logs = ''
  const collector = await startBuilt('start', store, NO_BALLAST, faulty).catch((error: Error) => {
    code = Number(/ended with (\d+)/.exec(error.message)?.[1] ?? Number.NaN)
    logs = error.message
    return null
  })
  if (collector) {
    running.push(collector)
    await errand.run(collector)
    code = await collector.stop()
    logs = collector.logs()
  }
  const next = await startBuilt('start', store, NO_BALLAST, options)
  running.push(next)
  await errand.run(next)
  const stopped = await next.stop()
  const findings = await errand.findings(store, expected)
  if (stopped !== 0) findings.push(`the next one stopped with ${stopped}`)
  const calls = callsIn(count)
  remove()
  return { findings, code, logs, calls }
}

/** The scores of an undisturbed day, and its calls. */
async function undisturbed({ env }: Shim) {
  const { store } = newPlace()
  const errand = newErrand()
  const count = join(dirname(store), 'count')
  const collector = await startBuilt('start', store, NO_BALLAST, { env: env(store, { count }) })
  expect(await errand.run(collector)).toBe(true)
  expect(await collector.stop()).toBe(0)
  const scores = await scoresOf(store, Date.now())
  expect(await errand.findings(store, scores)).toEqual([])
  expect(scores.size).toBe(2)
  return { scores, calls: callsIn(count) }
}

/** Does it for each, two at a time. */
async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all([worker(), worker()])
}

/** Of the everyday run: less than a tenth, for each costs two starts. */
const POINTS = 5
const TIMEOUT = { timeout: IS_LONG ? 3_600_000 : 120_000, retry: 0 }

test.skipIf(!shim)('a kill before any call loses nothing', TIMEOUT, async () => {
  if (!shim) return
  const { scores, calls } = await undisturbed(shim)
  const points = spread(calls, IS_LONG ? calls : POINTS, randomOf(Date.now()))
  const wrong: string[] = []
  await forEach(points, async (killAt) => {
    const { findings } = await disturb(shim, { killAt, isTorn: killAt % 3 === 0 }, scores)
    for (const finding of findings) wrong.push(`killed at ${killAt}: ${finding}`)
  })
  expect(wrong).toEqual([])
  console.info(`killed at ${points.length} of ${calls} calls`)
})

test.skipIf(!shim)('a call that fails is no answer and ends the process', TIMEOUT, async () => {
  if (!shim) return
  const { scores, calls } = await undisturbed(shim)
  const points = spread(calls, IS_LONG ? calls : POINTS, randomOf(Date.now()))
  const wrong: string[] = []
  await forEach(points, async (eioAt) => {
    // Once, or from then on.
    const faults = eioAt % 2 ? { eioAt } : { eioAt, eioLast: 0 }
    const { findings, code, logs, calls } = await disturb(shim, faults, scores)
    // What removes the emptied log is the last call, and not one of those that fail.
    if (!code && calls > eioAt) wrong.push(`EIO at ${eioAt}: ended with ${code}\n${logs}`)
    for (const finding of findings) wrong.push(`EIO at ${eioAt}: ${finding}`)
  })
  expect(wrong).toEqual([])
  console.info(`EIO at ${points.length} of ${calls} calls`)
})

test.skipIf(!shim)(
  'a change of sites that meets a failing disk ends the process',
  TIMEOUT,
  async () => {
    if (!shim) return
    const [calm, failing] = [newPlace().store, newPlace().store]
    const count = join(dirname(calm), 'count')
    const first = await startBuilt('start', calm, [], { env: shim.env(calm, { count }) })
    // The row of a site is more than three calls: two for each page, and a flush.
    const eioAt = callsIn(count) + 3
    await first.stop()
    const env = shim.env(failing, { eioAt, eioLast: 0 })
    const collector = await startBuilt('start', failing, [], { env })
    running.push(collector)
    const ended = once(collector.process, 'exit')
    const body = JSON.stringify({ name: 'Shop' })
    const headers = { 'content-type': 'application/json' }
    const answer = await collector
      .api('/sites', { method: 'POST', body, headers })
      .catch(() => null)
    expect(answer?.ok ?? false).toBe(false)
    expect(await ended).toEqual([70, null])
  },
)

test.skipIf(!shim)('an answer in spite of a failed call is found', TIMEOUT, async () => {
  if (!shim) return
  const { dist, remove } = patchedBuild([
    {
      file: 'writer.js',
      from: 'return service.ingest(raws);',
      to: `try { return service.ingest(raws) } catch {
        return raws.map(() => ({ status: 202, browser: null, body: '{"accepted":2,"duplicates":0}' }))
      }`,
    },
  ])
  places.push({ remove })
  const { scores, calls } = await undisturbed(shim)
  const all: string[] = []
  await forEach([0.55, 0.6, 0.65, 0.7], async (part) => {
    const eioAt = Math.round(part * calls)
    const { findings } = await disturb(shim, { eioAt, eioLast: 0 }, scores, { dist })
    all.push(...findings)
  })
  expect(all.join('\n')).toMatch(/acknowledged and not stored/)
})
