import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { serveExtra, standInForTag } from '../support/extras.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

/** What a check sent, as it was sent. */
interface Check {
  readonly type: string | undefined
  readonly cookie: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

let browser: TestBrowser
let collector: TagCollector
let page: Page
let checks: Check[]
let problems: string[]
/** What `POST /verify` answers, on the port of the collector under test. */
let answer: { readonly status: number; readonly body: string }
let server: Server
/** The collector, on another origin than the page. */
let host: string

beforeAll(async () => {
  browser = await launchBrowser()
  await serveExtra(browser.context, 'verify')
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  checks = []
  answer = { status: 200, body: '{"ok":true,"words":"The tag works: the visit of Ada arrived."}' }
  server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    checks.push({
      type: request.headers['content-type'],
      cookie: request.headers.cookie,
      // Anything else than JSON should fail the test loudly.
      body: JSON.parse(Buffer.concat(chunks).toString()) as Check['body'],
    })
    response.writeHead(answer.status, {
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
    })
    response.end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  collector.source = `${host}/pique.js?site=KEY`
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  await standInForTag(page, 'verify')
  problems = []
  page.on('console', (message) => problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
})
afterEach(async () => {
  await page.close()
  await collector.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const open = (path: string) => page.goto(collector.url(path), { waitUntil: 'networkidle' })
const expectCheck = async () => {
  const check = await waitFor(
    () => checks[0],
    () => `a check; the console says ${problems.join('\n')}`,
  )
  return check.body
}
/** What the accessibility tree has of the note: its root is closed to the page and to the test. */
const note = () => page.locator('pique-note')
const expectWords = async (words: string) => {
  const client = await browser.context.newCDPSession(page)
  let read = ''
  await expect
    .poll(
      async () => {
        const { nodes } = await client.send('Accessibility.getFullAXTree')
        const status = nodes.find(({ role }) => role?.value === 'status')
        read = nodes
          .filter(({ parentId }) => status && parentId === status.nodeId)
          .map(({ name }) => name?.value)
          .join('')
        return read
      },
      { timeout: 8_000 },
    )
    .toContain(words)
  await client.detach()
  return read
}

describe('what is sent', () => {
  test('the token and the facts, as text, without cookies; the answer is shown', async () => {
    await open('/pricing/jane@example.com?q=secret#pique-verify=T0ken')
    expect(await expectCheck()).toEqual({
      token: 'T0ken',
      site: 'KEY',
      page: collector.url('/pricing/*'),
      consent: 'granted',
      storage: 'cookie',
      auto: true,
      gpc: false,
      dnt: false,
      ignored: false,
      excluded: false,
      stores: true,
    })
    expect(checks).toHaveLength(1)
    expect(checks[0]).toMatchObject({ type: 'text/plain;charset=UTF-8', cookie: undefined })
    await expectWords('The tag works: the visit of Ada arrived.')
    expect(await browser.context.cookies()).toEqual([])
    expect(problems).toEqual([])
  })

  test('nothing at all without a token', async () => {
    await open('/#part')
    expect(await page.evaluate(() => document.documentElement.children.length)).toBe(2)
    expect(page.url()).toBe(collector.url('/#part'))
    expect(checks).toEqual([])
    expect(problems).toEqual([])
  })

  test.each([
    ['data-consent="pending"', { consent: 'pending', storage: 'cookie' }],
    ['data-consent="denied"', { consent: 'denied' }],
    ['data-storage="none" data-auto="off"', { storage: 'none', auto: false }],
    ['data-exclude="/private*, *.php"', { excluded: true }],
  ])('%s: no cookie is tried', async (attributes, facts) => {
    collector.attributes = attributes
    await page.addInitScript(() => {
      const { set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie') ?? {}
      Object.defineProperty(document, 'cookie', {
        get: () => '',
        set(text) {
          Reflect.set(window, 'written', text)
          set?.call(document, text)
        },
      })
    })
    await open('/private/x#pique-verify=T')
    const body = await expectCheck()
    expect(body).toMatchObject(facts)
    expect(body).not.toHaveProperty('stores')
    expect(await page.evaluate(() => Reflect.get(window, 'written'))).toBeUndefined()
  })

  test('a browser that is excluded, or asks not to be tracked, is told of', async () => {
    await page.addInitScript(() => {
      localStorage.setItem('pique_ignore', '1')
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })
      Object.defineProperty(navigator, 'doNotTrack', { value: '1' })
    })
    await open('/#pique-verify=T')
    const body = await expectCheck()
    expect(body).toMatchObject({ ignored: true, gpc: true, dnt: true })
    expect(body).not.toHaveProperty('stores')
  })

  test('a browser that keeps no cookies', async () => {
    await page.addInitScript(() =>
      Object.defineProperty(document, 'cookie', { get: () => '', set: () => {} }),
    )
    await open('/#pique-verify=T')
    expect(await expectCheck()).toMatchObject({ stores: false })
  })

  test("the tag's own cookie is proof enough", async () => {
    await browser.context.addCookies([{ name: '_pq', value: 'x', url: collector.url('/') }])
    await page.addInitScript(() =>
      Object.defineProperty(document, 'cookie', { get: () => 'a=1; _pq=x', set: () => {} }),
    )
    await open('/#pique-verify=T')
    expect(await expectCheck()).toMatchObject({ stores: true })
  })
})

describe('the address', () => {
  test.each([
    ['/a?b=1#pique-verify=T', '/a?b=1'],
    ['/a#part&pique-verify=T', '/a#part'],
    ['/a#pique-verify=T&part', '/a#part'],
    ['/a#/route?x=1&pique-verify=T&y=2', '/a#/route?x=1&y=2'],
    ['/a#/route?pique-verify=T', '/a#/route'],
  ])('%s becomes %s', async (before, after) => {
    collector.head = '<base href="https://elsewhere.example/">'
    await page.addInitScript(() => history.replaceState({ kept: 1 }, ''))
    await open(before)
    expect(await expectCheck()).toMatchObject({ token: 'T' })
    expect(page.url()).toBe(collector.url(after))
    expect(await page.evaluate(() => [history.state, history.length])).toEqual([{ kept: 1 }, 2])
  })
})

describe('the note', () => {
  test.each([
    [410, '{"detail":"This check has run out"}', 'This check has run out — start the check again'],
    [404, '<html>', '404 — start the check again on the Connect page.'],
    [200, '<html>', 'Pique works on this page.'],
  ])('an answer of %s %s', async (status, body, words) => {
    answer = { status, body }
    await open('/#pique-verify=T')
    await expectWords(words)
  })

  test('a collector that is not there', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await open('/#pique-verify=T')
    await expectWords(`The collector ${host} did not answer`)
  })

  test('a collector that hangs', async () => {
    await page.addInitScript(() => {
      AbortSignal.timeout = () => AbortSignal.abort()
    })
    await open('/#pique-verify=T')
    await expectWords(`The collector ${host} did not answer`)
  })

  test('under a strict policy with a nonce, with its styles', async () => {
    collector.attributes = 'nonce="x"'
    collector.headers = {
      'content-security-policy': `default-src 'none'; script-src 'nonce-x'; connect-src ${host}`,
    }
    await open('/#pique-verify=T')
    await expectWords('The tag works')
    expect(problems).toEqual([])
    expect(await note().evaluate((element) => getComputedStyle(element).position)).toBe('fixed')
  })

  test('a policy without the collector is told of by its name', async () => {
    collector.attributes = 'nonce="x"'
    collector.headers = {
      'content-security-policy': "default-src 'none'; script-src 'nonce-x'",
    }
    await open('/#pique-verify=T')
    await expectWords(`add ${host} to connect-src`)
  })

  test("out of the page's flow and styles; closed by the keyboard", async () => {
    collector.bodies.set(
      '/',
      '<style>* { display: none !important; position: static !important } html, body, p { display: block !important }</style><p>Text</p><button>First</button>',
    )
    await open('/')
    const size = () =>
      page.evaluate(() => [
        document.documentElement.scrollHeight,
        document.documentElement.scrollWidth,
      ])
    const before = await size()
    await page.goto('about:blank')
    await open('/#pique-verify=T')
    await expectWords('The tag works')
    expect(await size()).toEqual(before)
    const box = await note().boundingBox()
    expect(box?.x).toBeGreaterThan(640)
    expect(box?.y).toBeGreaterThan(400)
    expect(await note().evaluate((element) => element.shadowRoot)).toBeNull()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await note().count()).toBe(0)
  })

  test('light and dark, good news and bad', async () => {
    const looks: string[] = []
    for (const colorScheme of ['light', 'dark'] as const)
      for (const status of [200, 410]) {
        await page.emulateMedia({ colorScheme })
        answer = { ...answer, status }
        await page.goto('about:blank')
        await open('/#pique-verify=T')
        await expectWords(status === 200 ? 'The tag works' : '410 — start the check again')
        const { x = 0, y = 0, height = 0 } = (await note().boundingBox()) ?? {}
        // From the page's own colour over the edge into the note, left of its words.
        const clip = { x: x - 2, y: y + height / 2, width: 8, height: 1 }
        looks.push((await page.screenshot({ clip })).toString('base64'))
      }
    expect(new Set(looks).size).toBe(4)
  })
})
