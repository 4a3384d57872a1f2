/** What the tests of delivery do with a page: act, look at the shelf, and let its clock run by hand. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { WireEvent } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from './browser.ts'
import { type FaultServer, startFaultServer } from './fault-server.ts'
import { waitFor } from './tag-collector.ts'

declare global {
  interface Window {
    /** Resolves once what the page has asked for was answered or refused. */
    settled?: () => Promise<void>
  }
}

/** A person's browser: cookies, storage and cache of its own. */
export async function newPerson(browser: TestBrowser): Promise<BrowserContext> {
  const owner = browser.context.browser()
  if (!owner) throw new Error('a launched browser has a context without an owner')
  return owner.newContext({ viewport: { width: 1280, height: 800 } })
}

export interface Stage {
  readonly server: FaultServer
  readonly context: BrowserContext
  readonly page: Page
}

/** One browser for a file; for each test a server, a person and a page of theirs, which `enter` takes. */
export function setStage(enter: (stage: Stage) => void): void {
  let browser: TestBrowser
  let stage: Stage
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    const server = await startFaultServer()
    const context = await newPerson(browser)
    stage = { server, context, page: await context.newPage() }
    enter(stage)
  })
  afterEach(async () => {
    await stage.context.close()
    await stage.server.close()
  })
}

/** Counts what is on the wire, from before the tag runs. */
const watchRequests = () => {
  const flights = new Set<Promise<unknown>>()
  const send = window.fetch
  window.fetch = (...request) => {
    const flight = send(...request)
    flights.add(flight)
    const land = () => void flights.delete(flight)
    flight.then(land, land)
    return flight
  }
  const turn = () =>
    new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve()
      port2.postMessage(0)
    })
  window.settled = async () => {
    // A lock that was asked for before this one is granted before it, and its holder's request is out.
    await navigator.locks?.request('settled', () => {})
    do {
      await Promise.allSettled(flights)
      await turn()
    } while (flights.size)
  }
  // The browser's own time-out would run on the real clock.
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new DOMException('', 'TimeoutError')), ms)
    return controller.signal
  }
}

/** From now on the pages' clock stands still but for `run`. */
export async function stopClock(context: BrowserContext, at = Date.now()): Promise<void> {
  await context.clock.install({ time: at })
  await context.clock.pauseAt(at + 1_000)
  await context.addInitScript(watchRequests)
}

/** Lets the clock run, and then waits until what that set off was answered or refused. */
export async function run(page: Page, ms: number): Promise<void> {
  await page.clock.runFor(ms)
  await page.evaluate(() => window.settled?.())
}

/** Lets the clock run in steps until `find`; fails when it has not by `ms`. */
export async function runUntil(
  page: Page,
  ms: number,
  find: () => boolean,
  stepMs = 1_000,
): Promise<void> {
  for (let ranMs = 0; !find(); ranMs += stepMs) {
    if (ranMs >= ms) throw new Error(`Waited ${ms} ms of the page's clock in vain`)
    await run(page, stepMs)
  }
}

/** One event of the page's own for each number. */
export function track(page: Page, ...numbers: readonly number[]): Promise<void> {
  return page.evaluate((all) => {
    for (const n of all) window.pique?.('track', 'step', { n })
  }, numbers)
}

/** The renderer is gone at once, without a word to the page. */
export async function crash(at: Page): Promise<void> {
  const devtools = await at.context().newCDPSession(at)
  const crashed = at.waitForEvent('crash')
  devtools.send('Page.crash').catch(() => {}) // there is nobody left to answer
  await crashed
}

/** The texts of what is undelivered in storage: every page has a shelf of its own. */
export const shelfTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith('_pqq'))
      .map((key) => localStorage.getItem(key) ?? ''),
  )

/** The events of them, however the tag arranges them; at any depth, an event has an id, a type and a time. */
export async function shelved(page: Page): Promise<readonly WireEvent[]> {
  const found: WireEvent[] = []
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    // What it has says what it is.
    if ('id' in value && 'type' in value && 'at' in value) found.push(value as WireEvent)
    else Object.values(value).forEach(search)
  }
  for (const text of await shelfTexts(page)) search(JSON.parse(text))
  return found
}

export const numbersOf = (events: readonly WireEvent[]): readonly number[] =>
  events.filter(({ type }) => type === 'step').map(({ props }) => Number(props?.n))

/** Every event that came, in every copy. */
export const arrived = (server: FaultServer): readonly WireEvent[] =>
  server.arrivals.flatMap(({ batch }) => batch.events)

/** Waits until the steps are stored; then each was, once, and always under the same id. */
export async function expectStoredOnce(
  server: FaultServer,
  numbers: readonly number[],
): Promise<void> {
  await expectStored(server, numbers)
  expect(numbersOf(server.stored).toSorted((a, b) => a - b)).toEqual(
    numbers.toSorted((a, b) => a - b),
  )
}

/** Waits until each of the steps is stored; a beacon, which nobody answers, may make it twice. */
export async function expectStored(server: FaultServer, numbers: readonly number[]): Promise<void> {
  const missing = () => numbers.filter((n) => !numbersOf(server.stored).includes(n))
  await waitFor(
    () => missing().length === 0,
    () => `steps ${missing()}; stored were ${numbersOf(server.stored)}`,
  )
  expectSameIds(server)
}

/** However often an event came, it was the same event. */
export function expectSameIds(server: FaultServer): void {
  const idOf = new Map<number, string>()
  for (const event of arrived(server)) {
    if (event.type !== 'step') continue
    const n = Number(event.props?.n)
    expect(event.id).toBe(idOf.get(n) ?? event.id)
    idOf.set(n, event.id)
  }
}
