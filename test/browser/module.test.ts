import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../support/browser.ts'
import { type Consumer, installConsumer } from '../support/consumer.ts'
import { startTagCollector, type TagCollector } from '../support/tag-collector.ts'

/** The other ways in than the plain script: the module of an installed package, and the queue stub. */

const NO_SCRIPT = 'data:text/javascript,'
const INIT = "init({ site: 'KEY', host: location.origin })"

let browser: TestBrowser
let consumer: Consumer
let collector: TagCollector
let page: Page

beforeAll(async () => {
  consumer = installConsumer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  consumer.remove()
})
beforeEach(async () => {
  collector = await startTagCollector()
  await browser.context.clearCookies()
  page = await browser.context.newPage()
})
afterEach(async () => {
  await page.close()
  await collector.close()
})

/** Markup of an application that runs `text` with everything the module exports. */
async function app(text: string): Promise<string> {
  const imports =
    "import { consent, identify, init, is, page, reset, track } from 'pique/snippet'\n"
  return `<script type="module">${await consumer.bundle(imports + text)}</script>`
}
const types = () =>
  collector
    .events()
    .map((event) => event.type)
    .filter((type) => type !== 'session_start')
const open = () => page.goto(collector.url('/'))
const go = (name = 'go') => page.evaluate((name) => dispatchEvent(new Event(name)), name)

describe('the module', () => {
  beforeEach(() => {
    collector.source = NO_SCRIPT
  })

  test('reports the page, its events and who it is', async () => {
    collector.head = await app(
      `${INIT}; track('calculated', { total: 3, exact: true }); identify('ada@example.com', { plan: 'pro' }, { signature: 's' })`,
    )
    await open()
    const [who] = await collector.expectEvents('identify', 1)
    expect(types()).toEqual(['page_view', 'calculated', 'identify'])
    expect(who?.props).toEqual({
      email: 'ada@example.com',
      traits: { plan: 'pro' },
      signature: 's',
    })
    expect(collector.events('calculated')[0]?.props).toEqual({ total: 3, exact: true })
    expect(collector.beacons[0]?.batch.site).toBe('KEY')
  })

  test('calls wait for `init`, which counts once however often it is called', async () => {
    collector.head = await app(
      `track('early'); addEventListener('go', () => { ${INIT}; ${INIT}; track('late') }); addEventListener('again', () => { ${INIT}; track('settled') })`,
    )
    await open()
    expect(collector.beacons).toHaveLength(0)
    await go()
    await collector.expectEvents('late', 1)
    await go('again')
    await collector.expectEvents('settled', 1)
    expect(types()).toEqual(['page_view', 'early', 'late', 'settled'])
  })

  test('every other call does what it says', async () => {
    collector.head = await app(
      `${INIT}; page(); addEventListener('ask', () => is('hot', (hot) => track(hot ? 'is_hot' : 'is_not')));
      addEventListener('forget', () => { reset(); track('after_reset') });
      addEventListener('deny', () => { consent('denied'); track('never') });
      addEventListener('allow', () => { consent('granted'); track('settled') })`,
    )
    await open()
    await collector.expectEvents('page_view', 2)
    await go('ask')
    await collector.expectEvents('is_hot', 1)
    await go('forget')
    await collector.expectEvents('after_reset', 1)
    const browsers = collector.beacons.map(({ batch }) => batch.browser)
    expect(browsers.at(-1)).toMatch(/[\w-]{36}/)
    expect(browsers.at(-1)).not.toBe(browsers[0])
    await go('deny')
    expect(await browser.context.cookies()).toEqual([])
    await go('allow')
    await collector.expectEvents('settled', 1)
    expect(types()).not.toContain('never')
  })
})

describe('for React, in StrictMode, which runs every effect twice', () => {
  const appWith = (decided: string) => `
    import { createElement as h, StrictMode, useEffect, useState } from 'react'
    import { createRoot } from 'react-dom/client'
    import { BrowserRouter, Link, Route, Routes } from 'react-router'
    import { PiqueProvider, usePique } from 'pique/react'
    const seen = new Set()
    function Shop() {
      const pique = usePique()
      seen.add(pique)
      useEffect(() => {
        pique.track('shown')
        const ask = () => pique.is('hot', (hot) => pique.track(hot ? 'is_hot' : 'is_not', { calls: seen.size }))
        addEventListener('ask', ask)
        return () => removeEventListener('ask', ask)
      }, [pique])
      return h('nav', null, h(Link, { to: '/about' }, 'about'),
        h('button', { id: 'who', onClick: () => pique.identify('42', { plan: 'pro' }) }, 'who'))
    }
    function App() {
      const [consent, decide] = useState(${decided})
      return h(PiqueProvider, { site: 'KEY', host: location.origin, consent },
        h(BrowserRouter, null, h(Routes, null, h(Route, { path: '*', element: h(Shop) }))),
        h('button', { id: 'yes', onClick: () => decide('granted') }, 'yes'),
        h('button', { id: 'no', onClick: () => decide('denied') }, 'no'))
    }
    createRoot(document.querySelector('#root')).render(h(StrictMode, null, h(App)))`

  async function openApp(text: string) {
    const bundle = await consumer.bundle(text, 'development')
    collector.source = NO_SCRIPT
    collector.routes.set('/app.js', (_, response) =>
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundle),
    )
    collector.head = '<script type="module" src="/app.js"></script>'
    for (const path of ['/', '/about']) collector.bodies.set(path, '<div id=root></div>')
    await open()
    await page.waitForSelector('#who')
  }
  beforeAll(() => consumer.add('react', 'react-dom', 'react-router'))

  test('the tag starts once, hears what effects said before it, and follows the router', async () => {
    await openApp(appWith('undefined'))
    await page.click('#who')
    await page.click('nav a')
    await go('ask')
    const [asked] = await collector.expectEvents('is_hot', 1)
    expect(asked?.props).toEqual({ calls: 1 })
    // The effect's own two, as React runs it twice here; and one of all that the tag does.
    const told = types().filter((type) => type !== 'user_engagement')
    expect(told.sort()).toEqual(['identify', 'is_hot', 'page_view', 'page_view', 'shown', 'shown'])
    expect(collector.events('identify')[0]?.props).toEqual({
      user_id: '42',
      traits: { plan: 'pro' },
    })
    expect(collector.events('page_view').map(({ url }) => url)).toEqual([
      collector.url('/'),
      collector.url('/about'),
    ])
    expect(new Set(collector.beacons.map(({ batch }) => batch.browser)).size).toBe(1)
    expect(collector.events('session_start')).toHaveLength(1)
  })

  test('a consent that changes is told: nothing before it, and nothing after it is denied', async () => {
    await openApp(appWith("'pending'"))
    await page.click('nav a')
    expect(collector.beacons).toHaveLength(0)
    expect(await browser.context.cookies()).toEqual([])
    await page.click('#yes')
    await collector.expectEvents('page_view', 1)
    await page.click('#who')
    await collector.expectEvents('identify', 1)
    await page.click('#no')
    await page.waitForFunction(() => document.cookie === '')
    await page.click('#who')
    await page.click('#yes')
    await page.evaluate(() => window.pique?.('track', 'settled'))
    await collector.expectEvents('settled', 1)
    expect(collector.events('identify')).toHaveLength(1)
  })
})

test.each(['before', 'after'])('beside the script, the module %s it counts once', async (place) => {
  const markup = await app(`${INIT}; track('calculated')`)
  if (place === 'before') collector.head = markup
  else collector.bodies.set('/', markup)
  await open()
  await collector.expectEvents('calculated', 1)
  await page.evaluate(() => window.pique?.('track', 'settled'))
  await collector.expectEvents('settled', 1)
  expect(types()).toEqual(['page_view', 'calculated', 'settled'])
})

test('calls to the stub are answered once the script has loaded, in their order', async () => {
  collector.head = `<script>
    window.pique = window.pique || function () { (pique.q = pique.q || []).push(arguments) }
    const kept = window.pique
    pique('track', 'first', { step: 1 })
    pique('identify', 'ada@example.com')
    pique('is', 'hot', (hot) => { kept('track', hot ? 'is_hot' : 'is_not') })
    pique('nonsense', 1)
    pique('track', 'second')
    addEventListener('go', () => kept('track', 'third'))
  </script>`
  await open()
  await collector.expectEvents('is_hot', 1)
  await go()
  await collector.expectEvents('third', 1)
  expect(types().filter((type) => type !== 'is_hot')).toEqual([
    'page_view',
    'first',
    'identify',
    'second',
    'third',
  ])
})
