/**
 * Engaged time against an independent reckoning. The clock is the browser's own, faked and standing still
 * while somebody acts; whatever changes attention is real: trusted input, and a window that is minimised,
 * so that visibilitychange, focus and blur come as Chromium sends them, in its order. Playwright usually
 * emulates focus, which hides all that, so this browser is started here and joined without emulation.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bundled from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WireEvent } from '../../shared/wire.ts'
import { scaled } from '../support/scale.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

/** For what crosses processes on a busy machine. */
const PATIENTLY = { timeout: 8_000 }
const IDLE_MS = 30_000
const PING_MS = 15_000
/** How far the clock goes ahead of the network; less than the tag waits for an answer. */
const SLICE_MS = 10_000
const TOLERANCE_MS = 250
const START_AT = Date.UTC(2026, 10, 20, 9)

interface RealBrowser {
  readonly context: BrowserContext
  readonly kill: () => void
  readonly close: () => Promise<void>
}

async function launchUnemulated(): Promise<RealBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'pique-attention-'))
  const child: ChildProcess = spawn(
    process.env.CHROME_PATH ?? (await bundled.executablePath()),
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-blink-features=AutomationControlled',
      '--hide-scrollbars',
      '--no-first-run',
      '--window-size=1280,800',
      '--autoplay-policy=no-user-gesture-required',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const portFile = join(profile, 'DevToolsActivePort')
  const port = await waitFor(
    () => existsSync(portFile) && readFileSync(portFile, 'utf8').split('\n')[0],
    () => 'a browser that listens',
  )
  const browser: Browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, {
    noDefaults: true,
  })
  const [context] = browser.contexts()
  if (!context) throw new Error('The browser has no context of its own')
  return {
    context,
    kill: () => child.kill('SIGKILL'),
    async close() {
      await browser.close()
      child.kill('SIGKILL')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

const ACTS = {
  // Signs of life.
  move: { life: true },
  key: { life: true },
  press: { life: true },
  touch: { life: true },
  scroll: { life: true },
  // What takes attention away and brings it back; whoever comes back moves the pointer there.
  hide: { watched: false },
  show: { watched: true, life: true },
  blur: { watched: false },
  focus: { watched: true, life: true },
  // Single-page navigation by a click, as a router does it; a load of a page.
  push: { life: true, view: true },
  replace: { life: true, view: true },
  tab: { life: true },
  load: { view: true, life: true },
} as const satisfies Readonly<
  Record<string, { readonly life?: true; readonly watched?: boolean; readonly view?: true }>
>
type Act = keyof typeof ACTS
/** Seconds since the page was opened, and what is done then. */
type Script = readonly (readonly [atSeconds: number, act: Act])[]

/** The truth: engaged milliseconds per view, by the definition and by nothing of the tag. */
function reckon(script: Script, endSeconds: number): readonly number[] {
  const views = [0]
  let watched = true
  let aliveAt = 0
  let since = 0
  for (const [atSeconds, act] of [...script, [endSeconds, 'hide'] as const]) {
    const at = Math.round(atSeconds * 1_000)
    if (watched)
      views.push((views.pop() ?? 0) + Math.max(0, Math.min(at, aliveAt + IDLE_MS) - since))
    since = at
    const does: { readonly life?: true; readonly watched?: boolean; readonly view?: true } =
      ACTS[act]
    watched = does.watched ?? watched
    if (does.life) aliveAt = at
    if (does.view) views.push(0)
  }
  return views
}

let browser: RealBrowser
let collector: TagCollector
let page: Page
let session: CDPSession
let second: CDPSession
let windowId: number
const underWay = new Set<Request>()

beforeAll(async () => {
  browser = await launchUnemulated()
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  await open()
})
afterEach(async () => {
  await page.close().catch(() => 'it was killed')
  await collector.close()
})

/** A tab of its own with the clock standing still. */
async function open(): Promise<void> {
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  underWay.clear()
  page.on('request', (request) => underWay.add(request))
  page.on('requestfinished', (request) => underWay.delete(request))
  page.on('requestfailed', (request) => underWay.delete(request))
  session = await browser.context.newCDPSession(page)
  second = await browser.context.newCDPSession(page)
  windowId = (await session.send('Browser.getWindowForTarget')).windowId
  await page.addInitScript(() => {
    const heard: Record<string, number> = {}
    Object.assign(window, { heard })
    for (const type of [
      'pointermove',
      'pointerdown',
      'keydown',
      'touchstart',
      'scrollend',
      'focus',
      'blur',
      'visibilitychange',
      'timeupdate',
    ])
      addEventListener(
        type,
        (event) => {
          if (event.isTrusted) heard[type] = (heard[type] ?? 0) + 1
        },
        true,
      )
  })
}

/** The fake clock: from here on time passes only by `runFor`. */
async function stopClock(): Promise<void> {
  await page.clock.install({ time: START_AT })
  await page.clock.pauseAt(START_AT)
}

/** Does what makes the page hear a trusted event, and waits until it has. */
async function heard(type: string, act: () => Promise<unknown>): Promise<void> {
  const count = () =>
    page.evaluate(
      (type) => (window as unknown as { heard: Record<string, number> }).heard[type] ?? 0,
      type,
    )
  const before = await count()
  await act()
  await expect.poll(count, { timeout: 5_000, interval: 5, message: type }).toBeGreaterThan(before)
}

const setWindow = (windowState: 'minimized' | 'normal') =>
  session.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
/**
 * What another window in front looks like: blurred and visible. Emulated focus keeps a page visible for as
 * long as the session that asked for it stays, while a word from another session ends the focus itself.
 */
async function stayVisible(enabled: boolean): Promise<void> {
  await session.send('Emulation.setFocusEmulationEnabled', { enabled })
  await second.send('Emulation.setFocusEmulationEnabled', { enabled: false })
}

let acted = 0
const move = () => heard('pointermove', () => page.mouse.move(100 + (++acted % 50) * 7, 300))
const wheel = async () => {
  const y = await page.evaluate(() => scrollY)
  await heard('scrollend', () => page.mouse.wheel(0, y > 2_000 ? -1_500 : 700))
}

const perform: Readonly<Record<Act, () => Promise<unknown>>> = {
  move,
  key: () => heard('keydown', () => page.keyboard.press('Shift')),
  press: () => heard('pointerdown', () => page.mouse.click(300, 300)),
  touch: () =>
    heard('pointerdown', async () => {
      await session.send('Input.dispatchTouchEvent', {
        type: 'touchStart',
        touchPoints: [{ x: 200, y: 200 }],
      })
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    }),
  scroll: wheel,
  hide: () => heard('visibilitychange', () => setWindow('minimized')),
  async show() {
    await heard('visibilitychange', () => setWindow('normal'))
    await move()
  },
  blur: () =>
    heard('blur', async () => {
      await stayVisible(true)
      await setWindow('minimized')
    }),
  async focus() {
    await heard('focus', () => setWindow('normal'))
    await stayVisible(false)
    await move()
  },
  async push() {
    await perform.press()
    await page.evaluate((n) => history.pushState({}, '', `/view/${n}`), ++acted)
  },
  async replace() {
    await perform.press()
    await page.evaluate((n) => history.replaceState({}, '', `/other/${n}`), ++acted)
  },
  async tab() {
    await perform.press()
    await page.evaluate((n) => history.pushState({}, '', `?tab=${n}`), ++acted)
  },
  load: () => page.goto(collector.url(`/load/${++acted}`)),
}

const isPing = (event: WireEvent) => event.type === 'user_engagement'
/** The largest number of a view's pings. */
const toldOf = (view: string | undefined) =>
  Math.max(
    0,
    ...collector
      .events()
      .filter((event) => isPing(event) && event.view === view)
      .map((event) => Number(event.props?.engaged_ms)),
  )
const views = () => collector.events('page_view').toSorted((a, b) => a.at - b.at)
const told = () => views().map(({ view }) => toldOf(view))
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** Views whose time is not the truth, and the whole visit if its sum is not. */
function disagreements(truth: readonly number[]): readonly string[] {
  const found = told()
  const row = (what: string, ms: number, said: number) => [what, ms, said] as const
  const off = truth
    .map((ms, view) => row(`view ${view}`, ms, found[view] ?? 0))
    .concat([row('visit', sum(truth), sum(found))])
    .filter(([, ms, said]) => Math.abs(ms - said) > TOLERANCE_MS)
    .map(([what, ms, said]) => `${what}: ${ms} ms in truth, ${said} ms told`)
  return found.length === truth.length ? off : [`${found.length} views told`, ...off]
}

const LONG = '<div style="height:6000px">text</div>'

/** Lets time pass, but not while a request is under way: no network is as slow as a clock that jumps. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SLICE_MS) {
    await page.clock.runFor(Math.min(left, SLICE_MS))
    await waitFor(
      () => underWay.size === 0,
      () => 'answers to what was asked',
    )
  }
}

async function play(script: Script, endSeconds: number): Promise<void> {
  for (const path of ['/', ...Array.from({ length: 400 }, (_, n) => `/load/${n}`)])
    collector.bodies.set(path, LONG)
  await stopClock()
  await page.goto(collector.url('/'))
  let now = 0
  for (const [atSeconds, act] of script) {
    await pass(Math.round(atSeconds * 1_000) - now)
    now = Math.round(atSeconds * 1_000)
    await perform[act]()
  }
  await pass(Math.round(endSeconds * 1_000) - now)
}

/** Looks away for good; no time passes. Closing the tab is a matter of delivery, tested elsewhere. */
async function leave(): Promise<void> {
  await stayVisible(false)
  await setWindow('normal')
  await expect.poll(() => page.evaluate(() => document.hidden)).toBe(false)
  await perform.hide()
}

/** Plays a script to its end, leaves, and compares. */
async function expectTruth(script: Script, endSeconds = 600): Promise<void> {
  const truth = reckon(script, endSeconds)
  await play(script, endSeconds)
  await leave()
  await expect
    .poll(() => disagreements(truth), { timeout: 4_000, message: JSON.stringify(script) })
    .toEqual([])
  const urls = new Map(views().map(({ view, url }) => [view, url]))
  for (const ping of collector.events().filter(isPing)) expect(ping.url).toBe(urls.get(ping.view))
}

/** Mulberry32: the same numbers for the same seed, on every machine. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Ten minutes of somebody: mostly short gaps, sometimes longer than attention lasts. */
function generate(seed: number): Script {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item // an index below the length
  const here: readonly Act[] = [
    'move',
    'key',
    'press',
    'touch',
    'scroll',
    'scroll',
    'hide',
    'hide',
    'blur',
    'blur',
    'push',
    'replace',
    'tab',
    'load',
  ]
  const script: [number, Act][] = []
  let away: Act | undefined
  for (let at = 0; ; ) {
    const gapMs = random() < 0.2 ? 25_000 + random() * 45_000 : 150 + random() * 14_000
    at += Math.round(gapMs)
    if (at > 599_000) return script
    const act: Act = away ?? pick(here)
    away = act === 'hide' ? 'show' : act === 'blur' ? 'focus' : undefined
    script.push([at / 1_000, act])
  }
}

describe('engaged time is the truth', () => {
  // biome-ignore format: a line of minutes is easier to follow than a column of acts
  const scripts: Readonly<Record<string, Script>> = {
    'a reader who looks away': [
      [1.3, 'move'], [4.7, 'scroll'], [9.123, 'scroll'], [15.4, 'scroll'], [22.9, 'key'],
      [31.6, 'scroll'], [80.25, 'scroll'], [83.1, 'hide'], [85.4, 'show'], [90.05, 'scroll'],
      [101.7, 'blur'], [109.2, 'focus'], [112.4, 'press'], [140.9, 'scroll'], [171.35, 'move'],
      [199.99, 'scroll'], [201.2, 'blur'], [260.6, 'focus'], [261.9, 'key'], [263.3, 'key'],
      [290.1, 'scroll'], [320.7, 'touch'], [325.5, 'hide'], [390.8, 'show'], [394.2, 'scroll'],
      [399.6, 'scroll'], [411.4, 'move'], [441.35, 'move'], [471.3, 'move'], [502.75, 'scroll'],
      [505.5, 'hide'], [505.9, 'show'], [506.7, 'hide'], [507.2, 'show'], [511.1, 'blur'],
      [511.6, 'focus'], [530.2, 'scroll'], [561.9, 'move'], [588.8, 'scroll'], [594.4, 'key'],
    ],
    'somebody who shops in a single-page app': [
      [2.2, 'scroll'], [5.9, 'push'], [8.3, 'scroll'], [11.8, 'scroll'], [19.45, 'push'],
      [21.1, 'tab'], [25.3, 'tab'], [36.6, 'scroll'], [71.2, 'push'], [75.7, 'touch'],
      [80.4, 'blur'], [95.9, 'focus'], [99.2, 'replace'], [103.3, 'key'], [107.8, 'key'],
      [112.5, 'hide'], [180.1, 'show'], [183.6, 'push'], [184.1, 'push'], [190.9, 'scroll'],
      [222.4, 'scroll'], [255.8, 'press'], [262.7, 'load'], [266.1, 'scroll'], [270.3, 'scroll'],
      [280.4, 'push'], [345.5, 'move'], [350.2, 'replace'], [358.8, 'scroll'], [371.6, 'blur'],
      [372.4, 'focus'], [388.8, 'load'], [420.3, 'scroll'], [450.2, 'push'], [465.1, 'hide'],
      [467.7, 'show'], [493.2, 'tab'], [520.6, 'push'], [551.3, 'scroll'], [583.9, 'press'],
    ],
    'one who hops between tabs': [
      [0.4, 'hide'], [0.9, 'show'], [1.5, 'hide'], [2.1, 'show'], [3.3, 'hide'], [7.7, 'show'],
      [9.05, 'blur'], [10.1, 'focus'], [12.65, 'hide'], [60.2, 'show'], [61.4, 'hide'],
      [62, 'show'], [70.5, 'blur'], [71.25, 'focus'], [79.9, 'push'], [82.2, 'hide'],
      [140.8, 'show'], [145.3, 'scroll'], [150.6, 'blur'], [181.9, 'focus'], [214.7, 'hide'],
      [250.3, 'show'], [252.1, 'push'], [255.5, 'hide'], [256.2, 'show'], [300.1, 'scroll'],
      [303.7, 'hide'], [340.9, 'show'], [377.3, 'blur'], [379.8, 'focus'], [383.6, 'load'],
      [385.2, 'hide'], [430.7, 'show'], [466.6, 'key'], [499.4, 'hide'], [501.7, 'show'],
      [520.9, 'touch'], [555.1, 'hide'], [559.3, 'show'], [590.2, 'move'],
    ],
  }
  test.each(Object.entries(scripts))('%s', (_name, script) => expectTruth(script), 60_000)

  test.each(Array.from({ length: scaled(10, 3) }, (_, n) => n + 1))(
    'whoever does anything, seed %i',
    (seed) => expectTruth(generate(seed)),
    60_000,
  )

  test('the reckoning itself', () => {
    expect(reckon([], 600)).toEqual([30_000])
    expect(reckon([[20, 'move']], 600)).toEqual([50_000])
    expect(reckon([[40, 'move']], 45)).toEqual([35_000])
    expect(
      reckon(
        [
          [5, 'hide'],
          [65, 'show'],
          [66, 'push'],
        ],
        70,
      ),
    ).toEqual([6_000, 4_000])
  })
})

describe('a visit that does not end well', () => {
  test('attention is told every 15 s, so that a crash at any moment loses no more than that', async () => {
    collector.bodies.set('/', LONG)
    await stopClock()
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    for (let ms = 500; ms <= 75_000; ms += 500) {
      await page.clock.runFor(500)
      if (ms % 5_000 === 0) await move()
      await expect
        .poll(() => sum(told()), { timeout: 3_000, interval: 10, message: `after ${ms} ms` })
        .toBeGreaterThanOrEqual(ms - PING_MS - TOLERANCE_MS)
    }
    // Growing, and not more often than it has to be told: 75 s are five, and one is the proof.
    const pings = collector.events().filter(isPing)
    expect(pings.length).toBeLessThanOrEqual(7)
    const crashed = new Promise((resolve) => page.once('crash', resolve))
    // It never answers: there is nobody left.
    session.send('Page.crash').catch(() => 'crashed')
    await crashed
    expect(sum(told())).toBeGreaterThanOrEqual(75_000 - PING_MS - TOLERANCE_MS)
    expect(sum(told())).toBeLessThanOrEqual(75_000 + TOLERANCE_MS)
  })

  test('a killed browser loses no more either', async () => {
    const doomed = await launchUnemulated()
    try {
      page = await doomed.context.newPage()
      await stopClock()
      await page.goto(collector.url('/'))
      await page.clock.runFor(28_900)
      await expect
        .poll(() => sum(told()), PATIENTLY)
        .toBeGreaterThanOrEqual(28_900 - PING_MS - TOLERANCE_MS)
      doomed.kill()
      expect(sum(told())).toBeLessThanOrEqual(28_900 + TOLERANCE_MS)
    } finally {
      await doomed.close()
    }
  })

  test('left open on a desk for half an hour is half a minute', async () => {
    await expectTruth([[1_790, 'hide']], 1_800)
    expect(sum(told())).toBeLessThanOrEqual(IDLE_MS + TOLERANCE_MS)
  })

  test("a laptop's sleep adds no more than the idle limit", async () => {
    await stopClock()
    await page.goto(collector.url('/'))
    await page.clock.runFor(10_000)
    await move()
    // Timers do not run for two hours, and then once.
    await page.clock.fastForward(2 * 3_600_000)
    await page.clock.runFor(3_000)
    await move()
    await page.clock.runFor(5_000)
    await leave()
    await expect.poll(() => sum(told()), PATIENTLY).toBeGreaterThanOrEqual(15_000 - TOLERANCE_MS)
    expect(sum(told())).toBeLessThanOrEqual(15_000 + IDLE_MS + TOLERANCE_MS)
  })

  test.each([
    ['an hour back', -3_600_000],
    ['ten seconds back', -10_000],
    ['a day ahead', 86_400_000],
  ])(
    'a clock that jumps %s adds no more than the idle limit and takes nothing',
    async (_name, jumpMs) => {
      await stopClock()
      await page.goto(collector.url('/'))
      await page.clock.runFor(20_000)
      await move()
      await page.clock.runFor(2_000)
      await page.clock.setSystemTime(START_AT + 22_000 + jumpMs)
      await page.clock.runFor(6_000)
      await move()
      await page.clock.runFor(4_000)
      // Nobody is there any more.
      await page.clock.runFor(300_000)
      await leave()
      const [least, most] = [22_000 + IDLE_MS, 32_000 + 2 * IDLE_MS]
      await expect.poll(() => sum(told()), PATIENTLY).toBeGreaterThanOrEqual(least - TOLERANCE_MS)
      expect(sum(told())).toBeLessThanOrEqual(most + TOLERANCE_MS)
      const grown = collector
        .events()
        .filter(isPing)
        .map((ping) => Number(ping.props?.engaged_ms))
      expect(Math.min(...grown)).toBeGreaterThanOrEqual(0)
    },
  )
})

describe('what counts as being there', () => {
  test('focus inside a frame of the page is focus', async () => {
    collector.bodies.set(
      '/',
      '<iframe srcdoc="<input id=i>" style="width:400px;height:200px"></iframe>',
    )
    await stopClock()
    await page.goto(collector.url('/'))
    await page.clock.runFor(1_000)
    await move()
    await heard('blur', () => page.frameLocator('iframe').locator('#i').click())
    await page.clock.runFor(20_000)
    await leave()
    await expect.poll(() => disagreements([21_000]), PATIENTLY).toEqual([])
  })

  test('a playing video keeps attention, a paused one does not', async () => {
    collector.bodies.set('/', '<video id=film loop></video>')
    await stopClock()
    await page.goto(collector.url('/'))
    // Two seconds of silence, which any build of Chromium can decode.
    const wav = Buffer.alloc(44 + 16_000, 128)
    wav.write('RIFF')
    wav.writeUInt32LE(36 + 16_000, 4)
    wav.write('WAVEfmt ', 8)
    wav.writeUInt32LE(16, 16)
    for (const [at, value] of [
      [20, 1],
      [22, 1],
      [32, 1],
      [34, 8],
    ] as const)
      wav.writeUInt16LE(value, at)
    wav.writeUInt32LE(8_000, 24)
    wav.writeUInt32LE(8_000, 28)
    wav.write('data', 36)
    wav.writeUInt32LE(16_000, 40)
    await page.evaluate(
      (source) => {
        const film = document.querySelector('video')
        if (film) film.src = source
        return film?.play()
      },
      `data:audio/wav;base64,${wav.toString('base64')}`,
    )
    for (let played = 0; played < 90_000; played += 10_000) {
      await heard('timeupdate', async () => {})
      await page.clock.runFor(10_000)
    }
    await heard('timeupdate', async () => {})
    await page.evaluate(() => document.querySelector('video')?.pause())
    await page.clock.runFor(120_000)
    // Told without leaving, once it has gone idle.
    const told = async () => {
      await page.clock.runFor(1_000)
      return disagreements([90_000 + IDLE_MS])
    }
    await expect.poll(told, PATIENTLY).toEqual([])
  })

  test('untrusted events of a script are no signs of life', async () => {
    await stopClock()
    await page.goto(collector.url('/'))
    for (let n = 0; n < 6; n++) {
      await page.clock.runFor(20_000)
      await page.evaluate(() => {
        for (const type of [
          'pointermove',
          'keydown',
          'scroll',
          'touchstart',
          'timeupdate',
          'focus',
        ])
          dispatchEvent(new Event(type))
      })
    }
    await leave()
    await expect.poll(() => disagreements([IDLE_MS]), PATIENTLY).toEqual([])
  })
})

describe('deepest scroll', () => {
  const deepest = () =>
    Math.max(
      ...collector
        .events()
        .filter(isPing)
        .map((ping) => Number(ping.props?.scroll)),
    )
  const leaveTold = async () => {
    const before = collector.events().filter(isPing).length
    await leave()
    await waitFor(
      () => collector.events().filter(isPing).length > before,
      () => 'the last ping',
    )
    return deepest()
  }

  test.each([
    ['a long page, unscrolled', '<div style="height:8000px"></div>', 0, [5, 15]],
    ['half of it', '<div style="height:8000px"></div>', 3_200, [45, 55]],
    ['its end', '<div style="height:8000px"></div>', 9_000, [100, 100]],
    ['a page that fits', '<p>short</p>', 0, [100, 100]],
    [
      'a box that scrolls inside of a long page',
      '<div style="height:400px;overflow:auto"><div style="height:9000px">x</div></div><div style="height:7600px">',
      9_000,
      [5, 15],
    ],
    [
      'an application that scrolls in a box',
      '<style>body{margin:0}</style><div style="height:100vh;overflow:auto"><div style="height:9000px">',
      3_000,
      [100, 100],
    ],
  ] as const)('%s', async (_name, body, by, [least, most]) => {
    collector.bodies.set('/', body)
    await stopClock()
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await move()
    if (by) await heard('scrollend', () => page.mouse.wheel(0, by))
    // What is deepest stays so.
    if (by) await heard('scrollend', () => page.mouse.wheel(0, -by))
    await page.clock.runFor(5_000)
    const percent = await leaveTold()
    expect(percent).toBeGreaterThanOrEqual(least)
    expect(percent).toBeLessThanOrEqual(most)
  })

  test('without scrollend, what a ping sees', async () => {
    collector.bodies.set('/', '<div style="height:8000px"></div>')
    await page.addInitScript(() => {
      const { addEventListener } = EventTarget.prototype
      Object.defineProperty(window, 'onscrollend', { value: undefined })
      EventTarget.prototype.addEventListener = function (type, ...rest) {
        if (type !== 'scrollend') addEventListener.call(this, type, ...rest)
      }
    })
    await stopClock()
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.mouse.move(300, 300)
    await page.mouse.wheel(0, 3_200)
    await expect.poll(() => page.evaluate(() => scrollY), PATIENTLY).toBe(3_200)
    await page.clock.runFor(16_000)
    const percent = await leaveTold()
    expect(percent).toBeGreaterThanOrEqual(45)
    expect(percent).toBeLessThanOrEqual(55)
  })

  test('nothing that costs a layout is read while scrolling', async () => {
    collector.bodies.set('/', '<div style="height:30000px"></div>')
    await page.addInitScript(() => {
      let isScrolling = false
      const reads: string[] = []
      Object.assign(window, { reads, scrolls: 0 })
      addEventListener(
        'scroll',
        () => {
          isScrolling = true
          ;(window as unknown as { scrolls: number }).scrolls++
        },
        true,
      )
      addEventListener(
        'scrollend',
        () => {
          isScrolling = false
        },
        true,
      )
      const spy = (owner: object, name: string) => {
        const property = Object.getOwnPropertyDescriptor(owner, name)
        if (property?.get)
          Object.defineProperty(owner, name, {
            ...property,
            get() {
              if (isScrolling) reads.push(name)
              return property.get?.call(this)
            },
          })
        else if (typeof property?.value === 'function')
          Object.defineProperty(owner, name, {
            ...property,
            value(...args: unknown[]) {
              if (isScrolling) reads.push(name)
              return property.value.apply(this, args)
            },
          })
      }
      for (const side of ['Height', 'Width', 'Top', 'Left'])
        for (const box of ['scroll', 'client', 'offset'])
          for (const owner of [Element.prototype, HTMLElement.prototype]) spy(owner, box + side)
      for (const name of ['getBoundingClientRect', 'getClientRects', 'checkVisibility'])
        spy(Element.prototype, name)
      for (const name of [
        'scrollX',
        'scrollY',
        'pageXOffset',
        'pageYOffset',
        'innerHeight',
        'innerWidth',
        'getComputedStyle',
      ])
        spy(window, name)
    })
    await page.goto(collector.url('/'))
    await collector.expectEvents('page_view', 1)
    await page.mouse.move(300, 300)
    // A hand on the wheel for longer than a beat.
    const until = Date.now() + 2_500
    while (Date.now() < until) await page.mouse.wheel(0, 120)
    const seen = await page
      .evaluate(() => window as unknown as { scrolls: number; reads: string[] })
      .then(() =>
        page.evaluate(() => {
          const { scrolls, reads } = window as unknown as { scrolls: number; reads: string[] }
          return { scrolls, reads }
        }),
      )
    expect(seen.scrolls).toBeGreaterThan(20)
    expect(seen.reads).toEqual([])
  })
})
