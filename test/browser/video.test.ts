import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { type Call, serveExtra, standInForTag } from '../support/extras.ts'
import { startTagCollector, type TagCollector } from '../support/tag-collector.ts'

const SECONDS = 3
const RATE = 8_000

/** A silent WAV: a file that every browser plays, also in a `<video>`. */
function wav(): Buffer {
  const samples = Buffer.alloc(SECONDS * RATE, 128)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(RATE, 24)
  head.writeUInt32LE(RATE, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}

/**
 * YouTube's player as far as anybody can hear it from outside: silent until it is greeted, then to the
 * `id` of the last greeting alone; `initialDelivery` first, and of what changes an `infoDelivery`.
 * `tell` stands for its playing.
 */
const YOUTUBE_PLAYER = `<script>
  let id
  const send = (event, info) => id !== undefined && parent.postMessage(JSON.stringify({ event, info, id }), '*')
  window.tell = (info) => send('infoDelivery', info)
  addEventListener('message', ({ data }) => {
    const said = JSON.parse(data)
    if (said.event !== 'listening' || said.channel !== 'widget') return
    window.greetings = (window.greetings ?? 0) + 1
    id = said.id
    window.greetedBy = id
    send('initialDelivery', {
      apiInterface: [], playerState: -1, currentTime: 0, duration: 100,
      videoData: { title: 'A tour', video_id: location.pathname.split('/').pop() },
    })
  })
</script>`

/** Vimeo's player: tells that it is ready, answers questions, and sends the events it was asked for. */
const VIMEO_PLAYER = `<script>
  const asked = []
  window.asked = asked
  const send = (message) => parent.postMessage(JSON.stringify(message), '*')
  window.tell = (event, data) => asked.includes(event) && send({ event, data })
  addEventListener('message', (message) => {
    const { method, value } = typeof message.data === 'string' ? JSON.parse(message.data) : message.data
    if (method === 'addEventListener') asked.push(value)
    if (method === 'ping') send({ method, value: true })
    if (method === 'getVideoTitle') send({ method, value: 'A talk' })
    if (method === 'getPaused') send({ method, value: !location.search.includes('autoplay') })
  })
  send({ event: 'ready' })
</script>`

let browser: TestBrowser
let collector: TagCollector
let page: Page
let problems: string[]

beforeAll(async () => {
  browser = await launchBrowser({ args: ['--autoplay-policy=no-user-gesture-required'] })
  const { context } = browser
  await serveExtra(context, 'video')
  const body = wav()
  await context.route('**/*.wav*', (route) =>
    route.fulfill({
      status: 206,
      body,
      contentType: 'audio/wav',
      headers: {
        'accept-ranges': 'bytes',
        'content-range': `bytes 0-${body.length - 1}/${body.length}`,
      },
    }),
  )
  for (const host of ['www.youtube.com', 'www.youtube-nocookie.com', 'player.evil.test'])
    await context.route(`https://${host}/embed/**`, (route) =>
      route.fulfill({ body: YOUTUBE_PLAYER, contentType: 'text/html' }),
    )
  await context.route('https://player.vimeo.com/video/**', (route) =>
    route.fulfill({ body: VIMEO_PLAYER, contentType: 'text/html' }),
  )
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  page = await browser.context.newPage()
  await standInForTag(page, 'video')
  problems = []
  page.on('console', (message) => problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
})
afterEach(async () => {
  await page.close()
  await collector.close()
  expect(problems).toEqual([])
})

const open = async (body: string) => {
  collector.bodies.set('/watch', body)
  await page.goto(collector.url('/watch'), { waitUntil: 'networkidle' })
}
const calls = () => page.evaluate(() => window.piqueCalls)
/** Name and percent of what was tracked, in order. */
const told = async () =>
  (await calls())
    .filter(([call]) => call === 'track')
    .map(([, name, props]) => `${name} ${(props as { video_percent: number }).video_percent}`)
const expectCall = (name: string) =>
  page.waitForFunction((name) => window.piqueCalls.some((call) => call[1] === name), name)
const propsOf = async (name: string) =>
  (await calls()).find(([, event]: Call) => event === name)?.[2]
const playVideo = (selector = 'video') =>
  page.locator(selector).evaluate((video: HTMLVideoElement) => video.play())
const ended = (selector = 'video') =>
  page.locator(selector).evaluate(
    (video: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        if (video.ended) resolve()
        else video.addEventListener('ended', () => resolve(), { once: true })
      }),
  )

const WATCHED = [
  'video_start 0',
  'video_progress 10',
  'video_progress 25',
  'video_progress 50',
  'video_progress 75',
  'video_complete 100',
]

describe('<video>', () => {
  test('start, marks and end, each once, with what was watched', async () => {
    await open('<video title="Demo" src="/films/demo.wav?token=s3cret&utm_source=x"></video>')
    await playVideo()
    await expectCall('video_complete')
    expect(await told()).toEqual(WATCHED)
    expect(await propsOf('video_complete')).toEqual({
      video_percent: 100,
      video_title: 'Demo',
      video_provider: 'html5',
      video_url: collector.url('/films/demo.wav'),
      video_duration: SECONDS,
      video_current_time: SECONDS,
    })
    await playVideo()
    await ended()
    expect(await told()).toEqual(WATCHED)
  })

  test('what was skipped over was not watched, also not by dragging to the end', async () => {
    await open('<video src="/demo.wav"></video>')
    await playVideo()
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.currentTime = 1.6
    })
    await expectCall('video_progress')
    expect(await told()).toEqual(['video_start 0', 'video_progress 75'])
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.pause()
      video.currentTime = video.duration
      return video.play()
    })
    await ended()
    expect(await told()).not.toContain('video_complete 100')
  })

  test('one that comes later, one that goes on over an in-page navigation, and a new source', async () => {
    await open('')
    await page.evaluate(() => {
      const video = document.createElement('video')
      video.src = '/late.wav'
      document.body.append(video)
    })
    await playVideo()
    await expectCall('video_start')
    await page.evaluate(() => history.pushState({}, '', '/next'))
    await expectCall('video_complete')
    expect(await told()).toEqual(WATCHED)
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.src = '/second.wav'
      return video.play()
    })
    await ended()
    expect(await told()).toEqual([...WATCHED, ...WATCHED])
  })

  test('backgrounds, marked elements and sounds are left out', async () => {
    await open(
      '<video id="loop" muted loop src="/a.wav"></video>' +
        '<video id="auto" muted autoplay src="/b.wav"></video>' +
        '<div data-pique-ignore><video id="mine" src="/c.wav"></video></div>' +
        '<audio id="sound" src="/d.wav"></audio><video id="seen" src="/e.wav"></video>',
    )
    for (const id of ['loop', 'mine', 'sound', 'seen']) await playVideo(`#${id}`)
    await expectCall('video_complete')
    await ended('#auto')
    await ended('#mine')
    expect(await told()).toEqual(WATCHED)
    expect(await propsOf('video_start')).toMatchObject({ video_url: collector.url('/e.wav') })
  })

  test('a live stream starts, and has no marks', async () => {
    await open('<video></video>')
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      const audio = new AudioContext()
      const stream = audio.createMediaStreamDestination()
      const source = new OscillatorNode(audio)
      source.connect(stream)
      source.start()
      video.srcObject = stream.stream
      return video.play()
    })
    await expectCall('video_start')
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5)
    const [start, ...others] = await calls()
    expect(others).toEqual([])
    expect(start?.[2]).toEqual({
      video_percent: 0,
      video_provider: 'html5',
      video_current_time: 0,
    })
  })

  test('in an open shadow root, once somebody has clicked there', async () => {
    await open('<x-player></x-player>')
    await page.evaluate(() => {
      const root = document.querySelector('x-player')?.attachShadow({ mode: 'open' })
      const video = document.createElement('video')
      const button = document.createElement('button')
      video.src = '/inside.wav'
      button.textContent = 'Play'
      button.onclick = (event) => {
        event.stopPropagation()
        void video.play()
      }
      root?.append(video, button)
    })
    await page.getByText('Play').click()
    await expectCall('video_complete')
    expect(await told()).toEqual(WATCHED)
  })
})

test('what is tracked arrives by the tag itself', async () => {
  await page.unrouteAll()
  await open('<video src="/demo.wav"></video>')
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('/pique-video.js')),
  )
  await playVideo()
  const [complete] = await collector.expectEvents('video_complete', 1)
  expect(collector.events('video_progress')).toHaveLength(4)
  expect(complete?.props).toMatchObject({ video_percent: 100, video_provider: 'html5' })
})

const frameOf = (part: string) =>
  vi.waitFor(() => {
    const frame = page.frames().find((frame) => frame.url().includes(part))
    if (!frame) throw new Error(`No frame of ${part}`)
    return frame
  })

describe('YouTube', () => {
  const greeted = async (part: string) => {
    const frame = await frameOf(part)
    await frame.waitForFunction('window.greetings')
    return {
      frame,
      play: (info: object) => frame.evaluate(`tell(${JSON.stringify(info)})`),
    }
  }

  test('start, marks and end by the messages of its player; signs of life while it plays', async () => {
    await open('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?enablejsapi=1"></iframe>')
    const { frame, play } = await greeted('dQw4w9WgXcQ')
    await play({ playerState: 1 })
    for (let currentTime = 0.5; currentTime < 30; currentTime += 0.5) await play({ currentTime })
    await play({ currentTime: 70 })
    await play({ currentTime: 76 })
    for (let currentTime = 97; currentTime <= 100; currentTime++) await play({ currentTime })
    await play({ playerState: 0, currentTime: 100 })
    await expectCall('video_complete')
    expect(await told()).toEqual([
      'video_start 0',
      'video_progress 10',
      'video_progress 25',
      'video_complete 100',
    ])
    expect(await propsOf('video_progress')).toEqual({
      video_percent: 10,
      video_title: 'A tour',
      video_provider: 'youtube',
      video_url: 'https://youtu.be/dQw4w9WgXcQ',
      video_duration: 100,
      video_current_time: 10,
    })
    // All of it in less than the time between two signs of life.
    expect((await calls()).filter(([call]) => call === 'alive')).toEqual([['alive']])
    expect(await frame.evaluate('window.greetings')).toBe(1)
  })

  test('signs of life come again, and none while it is paused', async () => {
    await page.clock.install()
    await open('<iframe src="https://www.youtube.com/embed/aaa?enablejsapi=1"></iframe>')
    await page.clock.runFor(1_100)
    const { play } = await greeted('aaa')
    await play({ playerState: 1 })
    for (let second = 1; second <= 12; second++) {
      await page.clock.runFor(1_000)
      await play({ currentTime: second })
    }
    await play({ playerState: 2 })
    for (let second = 13; second <= 15; second++) {
      await page.clock.runFor(10_000)
      await play({ currentTime: second })
    }
    await page.clock.runFor(10_000)
    await play({ currentTime: 49, playerState: 1 })
    await play({ currentTime: 50 })
    await page.waitForFunction(
      () => window.piqueCalls.filter(([, name]) => name === 'video_progress').length === 2,
    )
    expect((await calls()).filter(([call]) => call === 'alive')).toHaveLength(4)
  })

  test('in a frame that comes later, from the domain without cookies, and for the next in a list', async () => {
    await open('')
    // The first one never gets anywhere: what is said to it is lost, and not on the console.
    await page.route('**/embed/never**', () => {})
    await page.evaluate(() => {
      for (const id of ['never', 'later']) {
        const frame = document.createElement('iframe')
        frame.src = `https://www.youtube-nocookie.com/embed/${id}?enablejsapi=1&list=x`
        document.body.append(frame)
      }
    })
    const { play } = await greeted('later')
    await play({ playerState: 1 })
    await play({ videoData: { video_id: 'second', title: 'Two' }, playerState: 1, currentTime: 0 })
    await page.waitForFunction(() => window.piqueCalls.length === 2)
    const urls = (await calls()).map(([, , props]) => (props as { video_url: string }).video_url)
    expect(urls).toEqual(['https://youtu.be/later', 'https://youtu.be/second'])
  })

  test("the page's own script keeps its player", async () => {
    await page.addInitScript(() =>
      Object.defineProperty(window, 'YT', { value: { get: () => ({ id: 7 }) } }),
    )
    await open('<iframe src="https://www.youtube.com/embed/own?enablejsapi=1"></iframe>')
    const { frame } = await greeted('own')
    expect(await frame.evaluate('window.greetedBy')).toBe(7)
  })

  test('no greeting where it would not be answered or not wanted; no word from anybody else', async () => {
    await open(
      '<iframe src="https://www.youtube.com/embed/silent"></iframe>' +
        '<iframe src="https://www.youtube.com/embed/back?enablejsapi=1&mute=1&loop=1"></iframe>' +
        '<div data-pique-ignore><iframe src="https://www.youtube.com/embed/mine?enablejsapi=1"></iframe></div>' +
        '<iframe src="https://player.evil.test/embed/other?enablejsapi=1"></iframe>' +
        '<iframe src="https://www.youtube.com/embed/gone?enablejsapi=1"></iframe>' +
        '<iframe src="https://www.youtube.com/embed/good?enablejsapi=1"></iframe>',
    )
    const { play } = await greeted('good')
    // Its address in the page stays YouTube's.
    await (await frameOf('gone')).evaluate(() => {
      location.href = 'https://player.evil.test/embed/elsewhere'
    })
    for (const part of ['silent', 'back', 'mine', 'other'])
      expect(await (await frameOf(part)).evaluate('window.greetings'), part).toBeUndefined()
    const forged = JSON.stringify({ event: 'infoDelivery', info: { playerState: 1 } })
    // From the page itself, from another site's frame,
    await page.evaluate((forged) => postMessage(forged, '*'), forged)
    // and from a player that is left out.
    for (const part of ['other', 'mine', 'elsewhere'])
      await (await frameOf(part)).evaluate((forged) => parent.postMessage(forged, '*'), forged)
    const good = await frameOf('good')
    // And what is no message at all.
    await good.evaluate(() => {
      for (const odd of ['{', 'null', '7', '{"info":3}', null, {}]) parent.postMessage(odd, '*')
    })
    expect(await calls()).toEqual([])
    await play({ playerState: 1 })
    await expectCall('video_start')
    expect(await told()).toEqual(['video_start 0'])
  })
})

describe('Vimeo', () => {
  const ready = async (part: string) => {
    const frame = await frameOf(part)
    await frame.waitForFunction('asked.length === 4')
    return (event: string, seconds: number) =>
      frame.evaluate(`tell('${event}', { seconds: ${seconds}, percent: 0, duration: 60 })`)
  }

  test('start, marks and end by the messages of its player; signs of life while it plays', async () => {
    await open('<iframe src="https://player.vimeo.com/video/76979871?h=abc"></iframe>')
    const tell = await ready('76979871')
    await tell('timeupdate', 1)
    expect(await calls()).toEqual([])
    await tell('play', 0)
    for (let seconds = 0.5; seconds <= 7; seconds += 0.5) await tell('timeupdate', seconds)
    await tell('pause', 7)
    await tell('timeupdate', 58)
    await tell('play', 58)
    await tell('timeupdate', 60)
    await tell('ended', 60)
    await expectCall('video_complete')
    expect(await told()).toEqual(['video_start 0', 'video_progress 10', 'video_complete 100'])
    expect(await propsOf('video_complete')).toEqual({
      video_percent: 100,
      video_title: 'A talk',
      video_provider: 'vimeo',
      video_url: 'https://vimeo.com/76979871',
      video_duration: 60,
      video_current_time: 60,
    })
    expect((await calls()).filter(([call]) => call === 'alive')).toHaveLength(1)
  })

  test('one that plays already; not a background', async () => {
    await open(
      '<iframe src="https://player.vimeo.com/video/1?background=1"></iframe>' +
        '<iframe src="https://player.vimeo.com/video/2?autoplay=1"></iframe>',
    )
    await ready('/2?')
    await expectCall('video_start')
    expect(await propsOf('video_start')).toMatchObject({ video_url: 'https://vimeo.com/2' })
    expect(await (await frameOf('/1?')).evaluate('asked.length')).toBe(0)
  })
})
