import { beforeEach, describe, expect, test } from 'vitest'
import { siteUnderTest } from '../support/site.ts'

const site = siteUnderTest()

beforeEach(async () => {
  // Nothing outside of this machine is asked for.
  await site.context.route(/\.example/i, (route) => route.fulfill({ body: 'elsewhere' }))
  site.serve({ '/links': 'links.html' })
})
const openLinks = async (attributes = '') => {
  site.collector.attributes = attributes
  await site.open('/links')
}
const outbound = (link_url: string) => ({ click: [{ link_url, outbound: true }] })
/** Acts, and closes the tab that opened by it. */
const openingTab = (act: () => Promise<unknown>) => async () => {
  const [tab] = await Promise.all([site.context.waitForEvent('page'), act()])
  await tab.close()
}

describe('a link that leaves', () => {
  const BLANK = outbound('https://other.example/blank')
  test.each([
    ['by a click on its child', () => site.page.click('#child b')],
    ['by the middle button', () => site.page.click('#blank', { button: 'middle' })],
    ['with Control', () => site.page.click('#blank', { modifiers: ['Control'] })],
    ['with Shift', () => site.page.click('#blank', { modifiers: ['Shift'] })],
    ['by Enter', () => site.page.press('#blank', 'Enter')],
    ['by Control and Enter', () => site.page.press('#blank', 'Control+Enter')],
    ['by a script', () => site.page.evaluate(() => document.querySelector('a')?.click())],
  ])('into a tab, %s, is one click', async (_how, act) => {
    await openLinks()
    await site.expectOnly(BLANK, openingTab(act))
  })

  test('in this tab is told before it is gone', async () => {
    await openLinks()
    await site.settle()
    await site.page.click('#self')
    await site.page.waitForURL('https://other.example/self')
    const [event] = await site.collector.expectEvents('click', 1)
    expect(event).toMatchObject({
      url: site.collector.url('/links'),
      props: { link_url: 'https://other.example/self', outbound: true },
    })
  })

  test('under a handler that stops and prevents is one click', async () => {
    await openLinks()
    await site.expectOnly(outbound('https://other.example/stopped'), () =>
      site.page.click('#stopped'),
    )
  })

  test.each([
    ['#sub', 'https://docs.other.example:8443/sub'],
    ['#upper', 'https://other.example/Upper'],
    ['#relative', 'http://other.example/relative'],
    ['#rect', 'https://svg.example/new'],
    ['#host i', 'https://shadow.example/x'],
    ['[usemap]', 'https://area.example/'],
  ])('%s is told by its address', async (selector, address) => {
    await openLinks()
    await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
    await site.expectOnly(outbound(address), () => site.page.click(selector))
  })

  test('to a person is told without the person', async () => {
    await openLinks()
    await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
    await site.expectOnly({ click: [{ outbound: false, link_url: 'mailto:' }] }, () =>
      site.page.click('#mail'),
    )
    await site.expectOnly({ click: [{ outbound: false, link_url: 'tel:' }] }, () =>
      site.page.click('#tel img'),
    )
    expect(site.sent()).not.toMatch(/jane|secret|\+49/)
  })

  test.each(['#inside', '#fragment', '#script', '#bare', '#broken', '#page', '#named'])(
    '%s does not',
    async (selector) => {
      await openLinks()
      await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
      await site.expectOnly({}, () => site.page.click(selector))
    },
  )

  test('is not followed by the button that opens a menu', async () => {
    await openLinks()
    await site.expectOnly({}, () => site.page.click('#blank', { button: 'right' }))
  })

  test('twice is two clicks', async () => {
    await openLinks()
    await site.expectOnly({ click: 2 }, async () => {
      for (const _ of [1, 2]) await site.page.click('#stopped')
    })
  })
})

describe('a download', () => {
  beforeEach(() => {
    site.collector.routes.set('/files/Plan.XLSX', (_request, response) =>
      response.writeHead(204).end(),
    )
  })

  test('of ours is one, in any case of its letters, and its query stays here', async () => {
    await openLinks()
    await site.expectOnly(
      { file_download: [{ link_url: site.collector.url('/files/Plan.XLSX') }] },
      () => site.page.click('#sheet'),
    )
    expect(site.sent()).not.toContain('secret')
  })

  test('of theirs is one and not a click as well', async () => {
    await openLinks()
    await site.expectOnly(
      { file_download: [{ link_url: 'https://cdn.other.example/manual.pdf' }] },
      openingTab(() => site.page.click('#theirs', { button: 'middle' })),
    )
  })

  test('is what the owner lists, and then only that', async () => {
    await openLinks('data-downloads="sketch, fig"')
    await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
    await site.expectOnly({ file_download: 1 }, () => site.page.click('#own'))
    await site.expectOnly({}, () => site.page.click('#sheet'))
    await site.expectOnly({ click: 1 }, () => site.page.click('#theirs'))
  })

  test('is nothing with data-auto=off, nor is a link', async () => {
    await openLinks('data-auto=off')
    await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
    await site.expectOnly({}, async () => {
      for (const id of ['sheet', 'theirs', 'self', 'mail']) await site.page.click(`#${id}`)
    })
  })
})
