import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAgents } from '../../collector/ingest/agent.ts'

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)'
const PIXEL = 'Mozilla/5.0 (Linux; Android 14; Pixel 8)'

describe('people', () => {
  const cases: [string, string, string][] = [
    [`${WINDOWS} ${KHTML} Chrome/126.0.0.0 Safari/537.36`, 'Chrome on Windows', 'desktop'],
    [
      `${WINDOWS} ${KHTML} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
      'Edge on Windows',
      'desktop',
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
      'Firefox on Linux',
      'desktop',
    ],
    [`${MAC} ${SAFARI} Version/17.5 Safari/605.1.15`, 'Safari on Mac', 'desktop'],
    [`${IPHONE} ${SAFARI} Version/17.5 Mobile/15E148 Safari/604.1`, 'Safari on iPhone', 'mobile'],
    [
      `${IPHONE} ${SAFARI} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`,
      'Chrome on iPhone',
      'mobile',
    ],
    [`${IPHONE} ${SAFARI} Mobile/15E148`, 'Safari on iPhone', 'mobile'],
    [
      `Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) ${SAFARI} Version/16.6 Mobile/15E148 Safari/604.1`,
      'Safari on iPad',
      'tablet',
    ],
    [`${PIXEL} ${KHTML} Chrome/126.0.0.0 Mobile Safari/537.36`, 'Chrome on Android', 'mobile'],
    [
      `Mozilla/5.0 (Linux; Android 13; SM-S918B) ${KHTML} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
      'Samsung Internet on Android',
      'mobile',
    ],
    [
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KHTML} Chrome/126.0.0.0 Safari/537.36`,
      'Chrome on ChromeOS',
      'desktop',
    ],
    ['', 'Unknown device', 'other'],
    ['   ', 'Unknown device', 'other'],
    ['node', 'Unknown device', 'other'],
    ['undici', 'Unknown device', 'other'],
  ]
  test.each(cases)('%s is %s, %s', (userAgent, device, kind) => {
    expect(createAgents().describe(userAgent)).toEqual({
      device,
      kind,
      bot: null,
      automation: false,
    })
  })
})

describe('programs', () => {
  const cases: [string, string][] = [
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'crawler: Googlebot',
    ],
    [
      `Mozilla/5.0 ${KHTML} (compatible; GPTBot/1.2; +https://openai.com/gptbot)`,
      'crawler: GPTBot',
    ],
    [
      `${PIXEL} ${KHTML} Chrome/126.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)`,
      'crawler: Googlebot',
    ],
    ['facebookexternalhit/1.1', 'crawler: facebookexternalhit'],
    [
      'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
      'crawler: Slackbot-LinkExpanding',
    ],
    ['Sogou web spider/4.0', 'crawler: spider'],
    ['WhatsApp/2.23.20.0', 'crawler: WhatsApp'],
    [
      `${MAC} ${KHTML} HeadlessChrome/126.0.0.0 Safari/537.36 Chrome-Lighthouse`,
      'crawler: Chrome-Lighthouse',
    ],
    ['curl/8.4.0', 'http client: curl'],
    ['Wget/1.21.4', 'http client: Wget'],
    ['python-requests/2.31.0', 'http client: python-requests'],
    ['Go-http-client/2.0', 'http client: Go-http-client'],
    ['okhttp/4.12.0', 'http client: okhttp'],
    ['node-fetch/1.0', 'http client: node-fetch'],
    ['Java/17.0.1', 'http client: Java'],
    ['Mozilla/5.0', 'not a browser'],
  ]
  test.each(cases)('%s is %s', (userAgent, bot) => {
    expect(createAgents().describe(userAgent)).toMatchObject({ bot, automation: false })
  })

  const driven = [
    `Mozilla/5.0 (X11; Linux x86_64) ${KHTML} HeadlessChrome/126.0.0.0 Safari/537.36`,
    `${WINDOWS} ${KHTML} Cypress/13.1.0 Chrome/114.0.0.0 Electron/25.8.4 Safari/537.36`,
    `${MAC} ${KHTML} Chrome/126.0.0.0 Safari/537.36 Puppeteer`,
  ]
  test.each(driven.map((userAgent) => [userAgent]))('%s is marked, not excluded', (userAgent) => {
    const agent = createAgents().describe(userAgent)
    expect(agent).toMatchObject({ bot: null, automation: true, kind: 'desktop' })
    expect(agent.device).toMatch(/^(?:Chrome|Electron) on /)
  })

  test('a reason holds nothing that a log or a page could stumble over', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const { bot } = createAgents().describe(`${text}bot${text}`)
        expect(bot ?? '').toMatch(/^[\w .:-]{0,60}$/)
      }),
    )
  })
})

describe('limits', () => {
  test('hostile headers take no time', () => {
    const pieces = [
      '(',
      'Mozilla/5.0 (',
      ';',
      ' ',
      'Android ',
      'a',
      '0',
      '.',
      '/',
      'Opera ',
      'Safari/',
      'Build/',
      'bot',
    ]
    createAgents().describe('Mozilla/5.0 (warm up)')
    for (let index = 0; index < 1_000; index++) {
      const first = pieces[index % pieces.length] ?? ''
      const second = pieces[Math.floor(index / pieces.length) % pieces.length] ?? ''
      const long = `${first.repeat(1 + (index % 7))}${second.repeat(2_000)}`
      const text = index % 2 === 0 ? long : `${first}${second}`.repeat(900)
      // A busy machine can make one try slow; a bad expression makes every try slow.
      const triesMs = [0, 1, 2, 3].map(() => {
        const started = performance.now()
        createAgents().describe(text)
        return performance.now() - started
      })
      expect(Math.min(...triesMs)).toBeLessThan(5)
    }
  })

  test('what is past the limit is not looked at', () => {
    const browser = `${WINDOWS} ${KHTML} Chrome/126.0.0.0 Safari/537.36`
    expect(createAgents().describe(`${browser.padEnd(512)}Googlebot`).bot).toBeNull()
  })

  test('the least recently used answer is forgotten first', () => {
    const agents = createAgents(2)
    const first = agents.describe('curl/1')
    agents.describe('curl/2')
    expect(agents.describe('curl/1')).toBe(first)
    agents.describe('curl/3')
    expect(agents.describe('curl/1')).toBe(first)
    agents.describe('curl/2')
    agents.describe('curl/3')
    expect(agents.describe('curl/1')).not.toBe(first)
  })
})
