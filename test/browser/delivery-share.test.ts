/**
 * How much of what happens on a page is in the collector's store within half a minute of the next
 * visit, by the way in which the page was left. Real pages, the built collector, its SQLite file.
 *
 * What has to be there is known from what the page was made to do, not from what the tag says of it.
 * A tab is closed by `Target.closeTarget`, as the cross on it does: the page hears `pagehide` and
 * `visibilitychange`, and its process may end at once. (`Page.close`, with or without `beforeunload`,
 * was seen to do the same. Closing a whole context says nothing to its pages.)
 */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SiteJson } from '../../collector/store/shapes.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { arrived, newPerson } from '../support/delivery-page.ts'
import { type FaultServer, startFaultServer } from '../support/fault-server.ts'
import { readStored } from '../support/stored-events.ts'

const RUNS = Number(process.env.RUNS ?? 10)
const IS_LONG = RUNS > 10
const AT_ONCE = 5
/** Visitors of one outage; each keeps its browser profile open. */
const DOWN_AT_ONCE = IS_LONG ? 40 : 10
const WITHIN_MS = 30_000
const OUTAGE_MS = 60_000
const MIN_SHARE = 0.99
/** Time on the page before it is left, and from the last event to leaving, spread over the runs. */
const MAX_STAY_MS = 1_500
/** What is looked at for less than 50 ms has no attention to tell of. */
const MIN_STAY_MS = 100
const MAX_GAP_MS = 50
/** Well above what it takes: lost events are waited for in every group. */
const TEST_MS = IS_LONG ? 30 * 60_000 : 120_000

let browser: TestBrowser
let collector: RunningCollector
let server: FaultServer
const place = createPlace()
const table: string[] = []

beforeAll(async () => {
  ;[browser, collector, server] = await Promise.all([
    launchBrowser(),
    startBuilt('start', place.store),
    startFaultServer(),
  ])
  const { data }: { data: readonly SiteJson[] } = await (await collector.api('/sites')).json()
  server.site = data[0]!.key
  server.forwardTo = collector.url
  server.body = '<a id=out href="https://other.example/" onclick="event.preventDefault()">Out</a>'
})
afterAll(async () => {
  console.log(
    [
      '| page left by | runs | events | stored once | share | sent again |',
      '| --- | --- | --- | --- | --- | --- |',
      ...table,
    ].join('\n'),
  )
  await browser?.close()
  await server?.close()
  await collector?.stop()
  place.remove()
})

/** One person's visit, and what of it has to be stored: how many, by address and what happened. */
interface Run {
  readonly context: BrowserContext
  page: Page
  readonly path: string
  readonly expected: Map<string, number>
  nextVisitAt: number
}

const keyOf = (type: string, path: string, n: unknown = '') => `${type} ${path} ${n}`.trim()

function expectMore(run: Run, path: string, ...types: readonly (readonly [string, number?])[]) {
  for (const [type, n] of types) {
    const key = keyOf(type, path, n)
    run.expected.set(key, (run.expected.get(key) ?? 0) + 1)
  }
}

/** Looks at a page long enough to have looked. */
const look = (page: Page) =>
  page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), MIN_STAY_MS)

async function arrive(way: string, n: number): Promise<Run> {
  const context = await newPerson(browser)
  const page = await context.newPage()
  const path = `/${way.replaceAll(' ', '-')}/${n}/`
  const run: Run = { context, page, path, expected: new Map(), nextVisitAt: 0 }
  await page.goto(server.url(`${path}before`))
  await look(page)
  expectMore(run, `${path}before`, ['session_start'], ['page_view'], ['user_engagement'])
  await page.goto(server.url(`${path}left`))
  return run
}

/** Does what people do, stays, does one thing more, and goes by `leave` a moment later. */
async function actAndLeave(run: Run, n: number, leave: string): Promise<void> {
  await run.page.click('#out')
  const stayMs = MIN_STAY_MS + ((n * 173) % MAX_STAY_MS)
  const gapMs = n % (MAX_GAP_MS + 1)
  await run.page.evaluate(
    async ([stayMs, gapMs, leave]) => {
      const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
      window.pique?.('track', 'step', { n: 1 })
      await wait(stayMs)
      window.pique?.('track', 'step', { n: 2 })
      await wait(gapMs)
      const leaves: Readonly<Record<string, () => void>> = {
        next: () => location.assign('next'),
        reload: () => location.reload(),
        back: () => history.back(),
      }
      // In a task of its own, since an answer from a page that is gone is an error.
      setTimeout(leaves[leave] ?? (() => {}))
    },
    [stayMs, gapMs, leave] as const,
  )
  expectMore(run, `${run.path}left`, ['page_view'], ['click'], ['step', 1], ['step', 2])
  expectMore(run, `${run.path}left`, ['user_engagement'])
}

/** The next visit: where the page went, or where the person comes back to. */
async function comeBack(run: Run, path: string): Promise<void> {
  run.page = await run.context.newPage()
  await run.page.goto(server.url(path))
}

interface Tally {
  readonly events: number
  readonly once: number
  readonly missing: readonly string[]
}

/** Copies of one event under one id, and events that nobody caused, are no less wrong than lost ones. */
function tally(run: Run): Tally {
  const stored = readStored(place.store, run.path)
  const ids = new Map<string, string>()
  for (const { id, type, url, props } of stored) {
    expect(ids.has(id), `${type} stored twice`).toBe(false)
    ids.set(id, keyOf(type, new URL(url ?? '').pathname, props.n))
  }
  const counts = new Map<string, number>()
  for (const key of ids.values()) counts.set(key, (counts.get(key) ?? 0) + 1)
  const missing: string[] = []
  let events = 0
  let once = 0
  for (const [key, count] of run.expected) {
    const found = counts.get(key) ?? 0
    events += count
    once += Math.min(found, count)
    if (found < count) missing.push(key)
    // Attention is told as often as it grows; everything else as often as it happened.
    if (!key.startsWith('user_engagement')) expect(found, key).toBeLessThanOrEqual(count)
  }
  return { events, once, missing }
}

/** Waits until everything of these visits is stored, or their time is over. */
async function settle(runs: readonly Run[]): Promise<readonly Tally[]> {
  const over = Math.max(...runs.map(({ nextVisitAt }) => nextVisitAt)) + WITHIN_MS
  for (;;) {
    const tallies = runs.map(tally)
    if (tallies.every(({ missing }) => !missing.length) || Date.now() > over) return tallies
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function report(way: string, tallies: readonly Tally[]): void {
  const sum = (of: (one: Tally) => number) => tallies.reduce((total, one) => total + of(one), 0)
  const events = sum((one) => one.events)
  const once = sum((one) => one.once)
  const own = arrived(server).filter(({ url }) => url?.includes(`/${way.replaceAll(' ', '-')}/`))
  const again = own.length - new Set(own.map(({ id }) => id)).size
  const share = `${((100 * once) / events).toFixed(2)} %`
  table.push(`| ${way} | ${tallies.length} | ${events} | ${once} | ${share} | ${again} |`)
  const missing = tallies.flatMap((one) => one.missing)
  expect(once / events, `missing: ${missing.join(', ')}`).toBeGreaterThanOrEqual(MIN_SHARE)
}

/** Runs in groups, so that as many pages are open at a time. */
async function inGroups(
  size: number,
  runGroup: (numbers: readonly number[]) => Promise<readonly Tally[]>,
): Promise<readonly Tally[]> {
  const tallies: Tally[] = []
  for (let first = 0; first < RUNS; first += size) {
    const count = Math.min(size, RUNS - first)
    tallies.push(...(await runGroup(Array.from({ length: count }, (_, i) => first + i))))
  }
  return tallies
}

const end = (runs: readonly Run[]) => Promise.all(runs.map(({ context }) => context.close()))

const WAYS: Readonly<Record<string, (run: Run, n: number) => Promise<void>>> = {
  async 'navigate away'(run, n) {
    const arrival = run.page.waitForURL(server.url(`${run.path}next`))
    await actAndLeave(run, n, 'next')
    await arrival
    expectMore(run, `${run.path}next`, ['page_view'])
  },
  async 'close tab'(run, n) {
    await actAndLeave(run, n, 'close')
    await run.page.close()
    await comeBack(run, `${run.path}next`)
    expectMore(run, `${run.path}next`, ['page_view'])
  },
  async reload(run, n) {
    const arrival = run.page.waitForEvent('load')
    await actAndLeave(run, n, 'reload')
    await arrival
    expectMore(run, `${run.path}left`, ['page_view'])
  },
  async back(run, n) {
    const arrival = run.page.waitForURL(server.url(`${run.path}before`))
    await actAndLeave(run, n, 'back')
    await arrival
    expectMore(run, `${run.path}before`, ['page_view'])
  },
}

test.each(Object.entries(WAYS))(
  '%s',
  async (way, leave) => {
    const tallies = await inGroups(AT_ONCE, async (numbers) => {
      const runs = await Promise.all(
        numbers.map(async (n) => {
          const run = await arrive(way, n)
          await leave(run, n)
          run.nextVisitAt = Date.now()
          return run
        }),
      )
      const settled = await settle(runs)
      await end(runs)
      return settled
    })
    report(way, tallies)
  },
  TEST_MS,
)

test(
  'a collector down for a minute',
  async () => {
    const way = 'collector down'
    const tallies = await inGroups(DOWN_AT_ONCE, async (numbers) => {
      const contexts = await Promise.all(numbers.map(() => newPerson(browser)))
      // In the everyday suite the minute passes on the pages' clock.
      if (!IS_LONG) for (const context of contexts) await context.clock.install()
      await Promise.all([collector.stop('SIGKILL'), server.goDown()])
      const downAt = Date.now()
      const runs = await Promise.all(
        contexts.map(async (context, i): Promise<Run> => {
          const path = `/collector-down/${numbers[i]}/`
          const run: Run = {
            context,
            page: await context.newPage(),
            path,
            expected: new Map(),
            nextVisitAt: 0,
          }
          await run.page.goto(server.url(`${path}before`))
          await look(run.page)
          expectMore(run, `${path}before`, ['session_start'], ['page_view'], ['user_engagement'])
          await run.page.goto(server.url(`${path}left`))
          await actAndLeave(run, numbers[i]!, 'stay')
          return run
        }),
      )
      // Half of them close the tab, the others wait on the page.
      const [closed, open] = [runs.filter((_, i) => i % 2), runs.filter((_, i) => !(i % 2))]
      await Promise.all(closed.map(({ page }) => page.close()))
      if (IS_LONG)
        await new Promise((resolve) => setTimeout(resolve, downAt + OUTAGE_MS - Date.now()))
      else await Promise.all(open.map(({ page }) => page.clock.runFor(OUTAGE_MS)))
      collector = await startBuilt('start', place.store)
      server.forwardTo = collector.url
      await server.comeBack()
      await Promise.all(
        runs.map(async (run) => {
          if (closed.includes(run)) await comeBack(run, `${run.path}next`)
          else await run.page.goto(server.url(`${run.path}next`))
          run.nextVisitAt = Date.now()
          expectMore(run, `${run.path}next`, ['page_view'])
        }),
      )
      const settled = await settle(runs)
      await end(runs)
      return settled
    })
    report(way, tallies)
  },
  TEST_MS,
)
