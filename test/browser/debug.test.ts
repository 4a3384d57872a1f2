import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { serveExtra, standInForTag } from '../support/extras.ts'
import { startTagCollector, type TagCollector, waitFor } from '../support/tag-collector.ts'

const BROWSER = '01930000-0000-7000-8000-000000abc123'
const SESSION = '01930000-0000-7000-8000-000000def456'

let browser: TestBrowser
let collector: TagCollector
let page: Page
/** What the console shows, a line each, indented in a group; and how many things follow it. */
let lines: string[]
let errors: string[]

beforeAll(async () => {
  browser = await launchBrowser()
  await serveExtra(browser.context, 'debug')
})
afterAll(() => browser.close())
beforeEach(async () => {
  collector = await startTagCollector()
  await browser.context.clearCookies()
  page = await browser.context.newPage()
  await standInForTag(page, 'debug')
  lines = []
  errors = []
  let depth = 0
  page.on('console', (message) => {
    if (message.type() === 'endGroup') depth--
    else
      lines.push('  '.repeat(depth) + message.text().replace(/ (JSHandle@object|\{.*\})$/, ' {…}'))
    if (message.type() === 'startGroup') depth++
  })
  page.on('pageerror', (error) => errors.push(error.message))
})
afterEach(async () => {
  await page.close()
  await collector.close()
  expect(errors).toEqual([])
})

/** Opens a page and waits until the last of the lines that every page gets is there. */
const open = async (path = '/') => {
  await page.goto(collector.url(path))
  await waitFor(
    () => lines.some((line) => /No browser id|Browser …/.test(line)),
    () => lines.join('\n'),
  )
}
const expectLine = (part: string) =>
  waitFor(
    () => lines.find((line) => line.includes(part)),
    () => `${part}\nin\n${lines.join('\n')}`,
  )
const push = (verdict: string, event: object) =>
  page.evaluate(
    ([verdict, event]) => {
      const { log } = window.pique as unknown as { log: unknown[] }
      return log.push([verdict, { id: 'x', at: 0, ...(event as object) }])
    },
    [verdict, event],
  )

describe('what the tag is set to', () => {
  test('a plain tag: site, collector, consent, nobody known', async () => {
    await open()
    expect(lines).toEqual([
      'Pique',
      `  Pique is set up for site KEY, collector ${collector.url('')}.`,
      '  Consent is granted.',
      '  No browser id is kept here.',
    ])
  })

  test('every attribute that changes something, and what follows', async () => {
    collector.source = '/pique.js'
    collector.attributes =
      'data-site="SHOP" data-consent="pending" data-storage="none" data-identify="off" data-auto="off" data-exclude="/admin/*" data-downloads="" data-hash'
    await open()
    expect(lines).toEqual([
      'Pique',
      `  Pique is set up for site SHOP, collector ${collector.url('')}.`,
      '  Consent is pending: nothing is stored or sent until pique("consent", "granted").',
      '  data-storage="none": cookieless, a visitor lasts a day.',
      '  data-identify="off": no e-mail is read from forms.',
      '  data-auto="off": automatic capture is off, page views and calls remain.',
      '  Paths excluded: /admin/*',
      '  Downloads are: none',
      '  data-hash: the hash is the route.',
      '  No browser id is kept here.',
    ])
  })

  test('a page that is not counted', async () => {
    collector.attributes = 'data-exclude="/, /admin/*"'
    await open()
    await expectLine('This page is one of them: nothing on it is counted.')
  })

  test('a site key is missing, a word for consent is unknown', async () => {
    collector.source = '/pique.js'
    collector.attributes = 'data-consent="maybe" data-auto="on" data-hash="off"'
    await open()
    expect(lines).toEqual([
      'Pique',
      '  No site key: nothing is sent. Add data-site="…" to the tag.',
      '  Consent is maybe: nothing is stored or sent until pique("consent", "granted").',
      '  No browser id is kept here.',
    ])
  })

  test('a browser that is excluded, that asks not to be tracked', async () => {
    await page.addInitScript(() => {
      localStorage.setItem('pique_ignore', '1')
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })
      Object.defineProperty(navigator, 'doNotTrack', { value: '1' })
    })
    await open()
    expect(lines).toContain(
      '  This browser asks not to be tracked (GPC, DNT): cookieless, and no e-mail is read from forms, unless pique("consent", "granted").',
    )
    await expectLine('This browser is excluded: localStorage.pique_ignore is set.')
  })

  test.each([
    [60_000, 'h', 'session …def456, proven to be a person.'],
    [60_000, '', 'session …def456, not yet proven to be a person.'],
    [31 * 60_000, 'h', 'no session going on.'],
  ])('the browser and a session of %s ms ago%s', async (agoMs, human, words) => {
    const url = collector.url('/')
    await browser.context.addCookies([
      { name: '_pq', value: BROWSER, url },
      { name: '_pqs', value: `${SESSION}.${Date.now() - agoMs}${human}`, url },
    ])
    await open()
    expect(lines.at(-1)).toBe(`  Browser …abc123, ${words}`)
  })

  test('events that wait; what is broken in storage is left alone', async () => {
    await page.addInitScript(() => {
      if (location.pathname === '/broken') localStorage.setItem('_pqq1', '{')
      else {
        localStorage.setItem('_pqq1', '[0,[1],[2]]')
        localStorage.setItem('_pqq2', '[0,[3]]')
      }
    })
    await open()
    await expectLine('Waiting to be delivered: 3 events.')
    lines = []
    await open('/broken')
    expect(lines.at(-1)).toBe('  No browser id is kept here.')
  })

  test('where storage is blocked', async () => {
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError')
        },
      })
    })
    await open()
    await expectLine('Pique is set up for site KEY')
  })
})

describe('events', () => {
  test.each([
    [
      'granted',
      { type: 'page_view', url: 'https://shop.example/pricing?utm_source=x' },
      'page_view of /pricing?utm_source=x — sent',
    ],
    [
      'granted',
      { type: 'user_engagement', props: { engaged_ms: 14_237, scroll: 60, view_at: 1 } },
      'user_engagement: 14.2 s of attention, scrolled to 60 % — sent',
    ],
    [
      'pending',
      { type: 'add_to_cart', props: { item_id: 'SKU-1', value: 12.5, currency: 'EUR' } },
      "add_to_cart, item 'SKU-1', 12.5 EUR — held until consent",
    ],
    [
      'denied',
      { type: 'identify', props: { email: 'a@b.example', traits: { plan: 'x' } } },
      'identify, email a@b.example — dropped, consent is denied',
    ],
    ['granted', { type: 'session_start' }, 'session_start — sent'],
    [
      'granted',
      { type: 'my_event', props: { one: 1, two: true, three: '3', four: 4 } },
      'my_event, one 1, two true, three 3 — sent',
    ],
  ])('%s %o', async (verdict, event, words) => {
    await open()
    await push(verdict, event)
    await expectLine(`${words} {…}`)
  })

  test('what came before is told as well, in order; the list stays one', async () => {
    collector.head = "<script>window.piqueLog = [['granted', { type: 'first' }]]</script>"
    await open()
    await expectLine('first — sent')
    expect(await push('granted', { type: 'second' })).toBe(2)
    await expectLine('second — sent')
    // What has no sentence breaks neither the tag nor what comes after it.
    await page.evaluate(() => {
      const { log } = window.pique as unknown as { log: unknown[] }
      log.push(undefined, ['granted', null], ['granted', { type: 'third' }])
    })
    await expectLine('third — sent')
  })
})
