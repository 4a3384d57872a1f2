/**
 * Pages that hold secrets wherever pages hold them, used as a person uses them. Every byte that leaves for
 * the collector, or for anybody the page itself has not asked, is searched for every secret, in whatever
 * encoding, down to eight characters in a row. What should leave is asked for as well: silence proves
 * nothing.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WireBatch, WireEvent } from '../../shared/wire.ts'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { buildTag, waitFor } from '../support/tag-collector.ts'

const word = () => randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')
const email = () => `${word()}@${word()}.test`.toLowerCase()
const digits = (count: number) =>
  Array.from(randomBytes(count), (byte, at) => (at === 0 ? (byte % 9) + 1 : byte % 10)).join('')
const hash = () => randomBytes(20).toString('hex')
/** A real one begins with the same header each time; this one shall be known by any part of it. */
const jwt = () =>
  `eyJ${[16, 24, 24].map((size) => randomBytes(size).toString('base64url')).join('.')}`
const phone = () => `+49${digits(10)}`

// biome-ignore format: a list of names reads better in lines
const MAKERS = {
  // contact.html
  titleEmail: email, titleJwt: jwt, metaPerson: word, cookie: word, storage: word,
  sessionStorage: word, segmentUser: word, stateEmail: email, dataAttribute: word, dataEmail: email,
  actionToken: word, formData: word, hidden: word, hiddenEmail: email, potDisplay: email,
  potParent: email, potVisibility: email, potOpacity: email, potOffScreen: email, potClipped: email,
  otpEmail: email, select: word, selectText: word, radio: word, buttonValue: word, buttonText: word,
  buttonData: word, ariaLabel: word, nickname: word, company: word, born: word, phone,
  message: word, file: word, fileContent: word, unsent: email, note: word,
  // account.html
  user: email, password: word, joiner: email, shown: word, otp: () => digits(8), search: word,
  // checkout.html
  layerUser: word, layerVisitor: email, gaUser: word, gaProperty: word, gaEmail: email,
  gaPhone: phone, gaEventEmail: email, gaHash: hash, ldPerson: word, ldEmail: email, ldPhone: phone,
  ldSeller: email, ldAuthor: word, purchaseEmail: email, purchasePhone: phone,
  purchaseStreet: word, purchaseCustomer: word, orderEmail: email, giftNote: word, holder: word,
  number: () => digits(16), card: () => digits(16), cvc: () => digits(8), expiry: () => digits(8),
  iban: () => `DE${digits(20)}`,
  // links.html
  outboundToken: word, outboundFragment: word, outboundPath: jwt, linkText: word, userinfo: word,
  downloadSignature: hash, downloadFragment: word, downloadPath: hash, mailto: email,
  mailSubject: word, tel: phone, videoTitle: email, videoData: word, videoSignature: hash,
  // Addresses.
  queryToken: word, queryEmail: email, querySession: word, queryCode: word, queryState: word,
  queryName: word, fragment: jwt, fragmentState: word, pathJwt: jwt, pathHash: hash,
  pathUuid: randomUUID, pathEmail: email, gclid: word, fbclid: word, utmTerm: email,
  referrer: word, referrerEmail: email, pushed: word, pushedPath: jwt, replaced: word,
} as const satisfies Readonly<Record<string, () => string>>
type Name = keyof typeof MAKERS
type Secrets = Readonly<Record<Name, string>>

const createSecrets = () =>
  // The names are those of the makers.
  Object.fromEntries(Object.entries(MAKERS).map(([name, make]) => [name, make()])) as Secrets

/** What may leave where forms are read: the e-mail of a visible field, and a name marked as one. */
const ALLOWED = { email: 'ada.allowed@customer.example', name: 'Ada Allowed' }

const FRAGMENT_CHARS = 8

/** The text itself and what it says when decoded, layer by layer. */
function decodings(text: string, depth = 3): readonly string[] {
  if (!depth || text.length < FRAGMENT_CHARS) return [text]
  const unescaped = text
    .replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    .replace(/\\u([\da-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["\\/])/g, '$1')
    .replaceAll('+', ' ')
  // Whatever came before in the same text may have shifted it.
  const decode = (runs: RegExp, shifts: number, encoding: BufferEncoding) =>
    [...text.matchAll(runs)].flatMap(([run]) =>
      Array.from({ length: shifts }, (_, shift) =>
        Buffer.from(run.slice(shift), encoding).toString('latin1'),
      ),
    )
  const decoded = [...decode(/[\w+/-]{8,}/g, 4, 'base64'), ...decode(/[\da-f]{16,}/gi, 2, 'hex')]
    // What is not text is noise.
    .flatMap((bytes) => bytes.match(/[ -~]{8,}/g) ?? [])
    .join('\n')
  return [
    text,
    ...(unescaped === text ? [] : decodings(unescaped, depth - 1)),
    ...decodings(decoded, depth - 1),
  ]
}

/** Digests that trackers like to send of an address, a name or a number. */
function digestsOf(secret: string): readonly string[] {
  return [secret, secret.toLowerCase(), secret.trim(), secret.replace(/\D/g, '')].flatMap((text) =>
    ['sha256', 'sha1', 'md5'].flatMap((algorithm) =>
      (['hex', 'base64', 'base64url'] as const).map((encoding) =>
        createHash(algorithm).update(text).digest(encoding).replace(/=+$/, ''),
      ),
    ),
  )
}

/** Names of the secrets of which anything is in the text. */
function findSecrets(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  const said = decodings(text).join('\n').toLowerCase()
  return Object.entries(secrets)
    .filter(([, secret]) => {
      // What all of them have in common is none.
      const lower = secret.toLowerCase().replace(/\.test$|^eyj/, '')
      for (let at = 0; at + FRAGMENT_CHARS <= lower.length; at++)
        if (said.includes(lower.slice(at, at + FRAGMENT_CHARS))) return true
      return digestsOf(secret).some((digest) => said.includes(digest.toLowerCase()))
    })
    .map(([name]) => name)
}

const fixture = (name: string) =>
  readFileSync(new URL(`./fixtures/hostile/${name}.html`, import.meta.url), 'utf8')
const PAGES: Readonly<Record<string, string>> = {
  contact: fixture('contact'),
  account: fixture('account'),
  checkout: fixture('checkout'),
  links: fixture('links'),
}
const extraFile = (name: string) => new URL(`../../dist/snippet/pique-${name}.js`, import.meta.url)

const SILENCE_BYTES = 80_000

/** Ten seconds of silence, which any build of Chromium can play. */
function silence(): Buffer {
  const wav = Buffer.alloc(44 + SILENCE_BYTES, 128)
  wav.write('RIFF')
  wav.writeUInt32LE(36 + SILENCE_BYTES, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  for (const at of [20, 22, 32]) wav.writeUInt16LE(1, at)
  wav.writeUInt16LE(8, 34)
  for (const at of [24, 28]) wav.writeUInt32LE(8_000, at)
  wav.write('data', 36)
  wav.writeUInt32LE(SILENCE_BYTES, 40)
  return wav
}

const SHOP = 'www.shop.test'
const ELSEWHERE = 't.collect.test'
/** Paths that only the tag asks for; its own address is asked for by the page. */
const OF_THE_TAG = /^\/(e|e\.gif|is|verify|pique-\w+\.js)$/

let browser: TestBrowser
let tag: Uint8Array
let server: Server
let port: number
let secrets: Secrets
let markup: string
/** A page of the test's own, at `/trap`. */
let trap: string
/** Requests as they came in, whole. */
let received: string[]
/** Requests as the browser made them. */
let sent: string[]
let events: WireEvent[]
let browsers: (string | undefined)[]
let page: Page

const at = (host: string, path: string) => `http://${host}:${port}${path}`
const useTag = (attributes = '', host = ELSEWHERE) => {
  markup = `<script defer src="${at(host, '/pique.js?site=KEY')}" ${attributes}></script>`
}
const fill = (html: string) =>
  html.replace('{{tag}}', markup).replace(/\{\{(\w+)\}\}/g, (_, name: Name) => {
    if (!secrets[name]) throw new Error(`No secret is called ${name}`)
    return secrets[name]
  })

beforeAll(async () => {
  tag = await buildTag()
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  secrets = createSecrets()
  received = []
  sent = []
  events = []
  browsers = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // requests are read as bytes
    const body = Buffer.concat(chunks).toString()
    const host = request.headers.host?.split(':')[0]
    const { pathname } = new URL(request.url ?? '/', 'http://any.test')
    if (host === ELSEWHERE || OF_THE_TAG.test(pathname)) {
      // On the shop's own host its cookies come along to what is the shop's own server.
      const { cookie, ...headers } = request.headers
      const theirs = host === ELSEWHERE ? { ...headers, cookie } : headers
      received.push(`${request.method} ${request.url} ${JSON.stringify(theirs)} ${body}`)
    }
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-credentials', 'true')
    if (pathname === '/e') {
      // A batch is JSON by contract; anything else should fail the test loudly.
      const batch = JSON.parse(body) as WireBatch
      events.push(...batch.events)
      browsers.push(batch.browser)
      return void response.writeHead(202).end(
        JSON.stringify({
          accepted: batch.events.length,
          duplicates: 0,
          ignored: 0,
          rejected: [],
        }),
      )
    }
    if (pathname === '/is') return void response.end('{"is":false}')
    const [, name] = /^\/pique(?:-(\w+))?\.js$/.exec(pathname) ?? []
    if (pathname.startsWith('/pique')) {
      response.setHeader('content-type', 'text/javascript')
      response.setHeader('access-control-allow-origin', '*')
      if (name && !existsSync(extraFile(name))) return void response.writeHead(404).end()
      return void response.end(name ? readFileSync(extraFile(name)) : tag)
    }
    if (pathname.startsWith('/media/')) {
      response.setHeader('content-type', 'audio/wav')
      return void response.end(silence())
    }
    if (pathname === '/favicon.ico') return void response.writeHead(204).end()
    response.setHeader('content-type', 'text/html')
    const [, first = ''] = pathname.split('/')
    if (first === 'trap') return void response.end(fill(trap))
    response.end(fill(PAGES[first] ?? `<title>Page</title>{{tag}}<a id=on href="/contact">on</a>`))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port // a TCP server has one
  useTag()
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  page.on('request', (request) => {
    const { hostname, pathname } = new URL(request.url())
    if (hostname !== SHOP || OF_THE_TAG.test(pathname))
      sent.push(
        `${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`,
      )
  })
})
afterEach(async () => {
  await page.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const typesOf = () => events.map((event) => event.type)
const ofType = (type: string) => events.filter((event) => event.type === type)
const expectType = (type: string, count = 1) =>
  waitFor(
    () => ofType(type).length >= count && ofType(type),
    () => `${count} × ${type}; there were ${typesOf().join(', ') || 'none'}`,
  )

const query = () =>
  new URLSearchParams({
    utm_source: 'news',
    utm_campaign: 'spring',
    utm_term: secrets.utmTerm,
    gclid: secrets.gclid,
    fbclid: secrets.fbclid,
    token: secrets.queryToken,
    email: secrets.queryEmail,
    PHPSESSID: secrets.querySession,
    code: secrets.queryCode,
    state: secrets.queryState,
    first_name: secrets.queryName,
  }).toString()

/** A person goes through all of it: reads, types, submits, clicks, plays, and leaves in between. */
async function visit(): Promise<void> {
  await page.goto(at(SHOP, `/from?session=${secrets.referrer}&u=${secrets.referrerEmail}`))
  await page.click('#on')
  await page.waitForURL('**/contact')
  await page.goto(
    at(
      SHOP,
      `/contact/${secrets.pathJwt}?${query()}#access_token=${secrets.fragment}&state=${secrets.fragmentState}`,
    ),
  )
  for (const [id, value] of Object.entries({
    name: ALLOWED.name,
    nickname: secrets.nickname,
    company: secrets.company,
    born: secrets.born,
    phone: secrets.phone,
    email: ALLOWED.email,
    message: secrets.message,
  }))
    await page.fill(`#${id}`, value)
  await page.selectOption('#reason', secrets.select)
  await page.check('#radio')
  await page.setInputFiles('#file', {
    name: `${secrets.file}.pdf`,
    mimeType: 'application/pdf',
    buffer: Buffer.from(secrets.fileContent),
  })
  await page.fill('#unsent', secrets.unsent)
  await page.click('#note')
  await page.keyboard.type(secrets.note)
  await page.click('#send')
  await page.click('#own')
  // In-page navigation with secrets in the address, and in the referrer of the next view.
  await page.evaluate(
    ([token, path, search]) => {
      history.pushState({}, '', `/verify-me/${path}?token=${token}`)
      history.replaceState({}, '', `/found?q=${search}&token=${token}`)
    },
    [secrets.pushed, secrets.pushedPath, secrets.replaced] as const,
  )

  await page.goto(at(SHOP, `/account/${secrets.pathUuid}/${encodeURIComponent(secrets.pathEmail)}`))
  await page.fill('#user', secrets.user)
  await page.fill('#password', secrets.password)
  await page.click('#enter')
  await page.fill('#joiner', secrets.joiner)
  await page.fill('#shown', secrets.shown)
  await page.click('#show')
  await page.click('#create')
  await page.fill('#otp', secrets.otp)
  await page.click('#confirm')
  await page.fill('#q', secrets.search)
  await page.press('#q', 'Enter')

  await page.goto(at(SHOP, `/checkout/${secrets.pathHash}`))
  for (const id of ['holder', 'number', 'card', 'expiry', 'cvc', 'iban'] as const)
    await page.fill(`#${id}`, secrets[id])
  await page.click('#buy')

  await page.goto(at(SHOP, `/links?q=${secrets.search}`))
  for (const id of ['outbound', 'login', 'invite', 'pdf', 'own', 'mail', 'tel', 'play'])
    await page.click(`#${id}`)
  // What looks at videos is loaded by now, and has seen this one play.
  await page.waitForFunction(
    () =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('pique-video')) &&
      (document.querySelector('video')?.currentTime ?? 0) > 3,
  )
}

/** Everything said so far has arrived, and what is said on leaving. */
async function leave(): Promise<void> {
  await page.evaluate(() => window.pique?.('track', 'settled'))
  await expectType('settled')
  await page.evaluate(() => window.pique?.('track', 'leaving'))
  await page.goto('about:blank')
  await expectType('leaving')
}

const leaks = (kept: Readonly<Record<string, string>> = secrets) => ({
  received: findSecrets(received.join('\n'), kept),
  sent: findSecrets(sent.join('\n'), kept),
})
const NOTHING = { received: [], sent: [] }
/** Where forms are not read, what a person typed is a secret as well. */
const withTyped = () => ({ ...secrets, typedEmail: ALLOWED.email, typedName: ALLOWED.name })

/** What a visit is to tell in any mode. */
function expectSignals(): void {
  const told = new Set(typesOf())
  for (const type of [
    'page_view',
    'form_start',
    'form_submit',
    'generate_lead',
    'own_button',
    'purchase',
    'view_item',
    'view_search_results',
    'click',
    'file_download',
    'video_start',
    'user_engagement',
  ])
    expect.soft(told, [...told].join()).toContain(type)
  expect
    .soft(ofType('page_view').map((event) => event.url))
    .toEqual(
      expect.arrayContaining([
        at(SHOP, '/from'),
        at(SHOP, '/contact/*?utm_source=news&utm_campaign=spring&gclid=1&fbclid=1'),
        at(SHOP, '/account/*/*'),
        at(SHOP, '/checkout/*'),
      ]),
    )
  expect.soft(ofType('purchase')[0]?.props).toMatchObject({ transaction_id: 'T-1', value: 80 })
  expect
    .soft(ofType('click').map((event) => event.props?.link_url))
    .toContain('https://partner.test/offer')
  expect
    .soft(ofType('file_download').map((event) => event.props?.link_url))
    .toContain(at(SHOP, '/files/report.pdf'))
}

describe('the search itself', () => {
  const secret = { it: 'k3x9v2q8@z7w4m1p5.test' }
  const encode = (from: (text: string) => string) => from(secret.it)
  test.each([
    ['plain', (text: string) => text],
    ['upper case', (text: string) => text.toUpperCase()],
    ['percent-encoded', encodeURIComponent],
    ['percent-encoded twice', (text: string) => encodeURIComponent(encodeURIComponent(text))],
    [
      'every byte percent-encoded',
      (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
    ],
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    [
      'base64 within base64',
      (text: string) =>
        Buffer.from(`xy${Buffer.from(`z${text}`).toString('base64')}`).toString('base64'),
    ],
    ['base64url of JSON', (text: string) => Buffer.from(`{"a":"${text}"}`).toString('base64url')],
    ['JSON in JSON', (text: string) => JSON.stringify(JSON.stringify({ a: `"${text}/` }))],
    [
      'JSON escapes',
      (text: string) => text.replace(/./g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    ],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['SHA-256 in hex', (text: string) => createHash('sha256').update(text).digest('hex')],
    ['SHA-256 in base64', (text: string) => createHash('sha256').update(text).digest('base64')],
    ['MD5', (text: string) => createHash('md5').update(text.toLowerCase()).digest('hex')],
    ['a part', (text: string) => text.slice(3, 3 + FRAGMENT_CHARS)],
  ])('finds what is %s', (_name, from) => {
    expect(findSecrets(`{"url":"/x?y=${encode(from)}&z"}`, secret)).toEqual(['it'])
  })

  test('finds nothing where there is nothing', () => {
    const noise = Array.from(
      { length: 300 },
      () => `${randomUUID()} ${randomBytes(30).toString('base64')}`,
    )
    expect(findSecrets(noise.join('\n'), createSecrets())).toEqual([])
  })

  test('more than thirty secrets, no two alike', () => {
    expect(new Set(Object.values(createSecrets())).size).toBe(Object.keys(MAKERS).length)
    expect(Object.keys(MAKERS).length).toBeGreaterThan(30)
  })

  test('a leak of the tag is seen, on both sides', async () => {
    await page.goto(at(SHOP, '/from'))
    await page.evaluate(
      ([cookie, card]) => window.pique?.('track', 'leak', { a: btoa(`-${cookie}`), b: card }),
      [secrets.cookie, secrets.card] as const,
    )
    await expectType('leak')
    await leave()
    expect(leaks()).toEqual({ received: ['cookie', 'card'], sent: ['cookie', 'card'] })
  })
})

describe('no byte of a secret leaves', () => {
  const expectIdentified = () =>
    expect
      .soft(ofType('identify').map((event) => event.props))
      .toEqual([{ email: ALLOWED.email, evidence: 'form', traits: { name: ALLOWED.name } }])

  test.each([
    ['as it comes', ''],
    ['with consent given', 'data-consent=granted'],
  ])('%s; the e-mail of the lead form does', async (_name, attributes) => {
    useTag(attributes)
    await visit()
    await leave()
    expectSignals()
    expectIdentified()
    expect(leaks()).toEqual(NOTHING)
  })

  const field = (more: string) =>
    `<input type="email" name="email2" value="pot@trap.example" ${more}>`
  test.each([
    ['of type hidden', '<input type="hidden" name="email2" value="pot@trap.example">'],
    ['that is not displayed', field('style="display:none"')],
    ['in what is not displayed', `<div style="display:none">${field('')}</div>`],
    ['with the hidden attribute', field('hidden')],
    ['in a closed <details>', `<details><summary>more</summary>${field('')}</details>`],
    ['of hidden visibility', field('style="visibility:hidden"')],
    ['that is transparent', field('style="opacity:0"')],
    ['in what is transparent', `<div style="opacity:0">${field('')}</div>`],
    ['left of the screen', field('style="position:absolute;left:-9999px"')],
    ['of one pixel', field('style="position:absolute;width:1px;height:1px;padding:0;border:0"')],
    [
      'in a clipped box',
      `<div style="position:absolute;width:1px;height:1px;overflow:hidden">${field('')}</div>`,
    ],
    ['for a one-time code', field('autocomplete="one-time-code"')],
    ['that is disabled', field('disabled')],
  ])('an e-mail in a field %s is nobody’s', async (_name, pot) => {
    trap = `{{tag}}<form id=trap onsubmit="event.preventDefault()">${pot}<input name=comment><button id=go>Go</button></form>`
    await page.goto(at(SHOP, '/trap'))
    await expectType('page_view')
    await page.fill('[name=comment]', 'hello')
    await page.click('#go')
    await leave()
    expect(typesOf()).toContain('form_start')
    expect(ofType('identify')).toEqual([])
    expect(leaks({ pot: 'pot@trap.example' })).toEqual(NOTHING)
  })

  test('with data-identify=off, nor the e-mail of the lead form', async () => {
    useTag('data-identify=off')
    await visit()
    await leave()
    expectSignals()
    expect(ofType('identify')).toEqual([])
    expect(leaks(withTyped())).toEqual(NOTHING)
  })

  test('under Global Privacy Control, nor that, nor who it is', async () => {
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
    )
    await visit()
    await leave()
    expectSignals()
    expect(ofType('identify')).toEqual([])
    expect(new Set(browsers)).toEqual(new Set([undefined]))
    expect(leaks(withTyped())).toEqual(NOTHING)
  })

  test('before consent nothing leaves at all, with it what waited', async () => {
    useTag('data-consent=pending')
    await visit()
    expect(received.filter((request) => /^\S+ \/(e|is|verify)/.test(request))).toEqual([])
    await page.evaluate(() => window.pique?.('consent', 'granted'))
    await expectType('page_view')
    await leave()
    expect(leaks()).toEqual(NOTHING)
  })

  test('after its denial nothing leaves either', async () => {
    useTag('data-consent=denied')
    await visit()
    await page.goto('about:blank')
    expect(received.filter((request) => !/ \/pique(-\w+)?\.js/.test(request))).toEqual([])
    expect(leaks(withTyped())).toEqual(NOTHING)
  })

  // The browser tells the whole address to the page's own origin, unless it is asked not to.
  test("nor by the browser's own Referer, where page and collector share an origin", async () => {
    useTag('', SHOP)
    await visit()
    await leave()
    const referers = received
      .filter((request) => request.startsWith('POST /e '))
      .map((request) => /"referer":"([^"]*)"/.exec(request)?.[1] ?? '')
    expect(referers.length).toBeGreaterThan(3)
    expect(findSecrets(referers.join('\n'), secrets)).toEqual([])
    expect(leaks()).toEqual(NOTHING)
  })

  test('nor where the page asks for the most talkative Referer', async () => {
    useTag()
    markup = `<meta name="referrer" content="unsafe-url">${markup.replace('<script', '<script referrerpolicy="origin"')}`
    await visit()
    await leave()
    expect(leaks()).toEqual(NOTHING)
  })
})
