import { Hono } from 'hono'
import { beforeEach, describe, expect, test } from 'vitest'
import { createPageChecks } from '../../collector/dashboard/page-checks.ts'
import { createVerifyRoutes } from '../../collector/http/verify.ts'
import type { SiteJson } from '../../collector/store/shapes.ts'
import { NOW, openDashboard, readerOf, shop, world } from './dashboard-fixture.ts'

/** "Is my tag working on this page?", from the form on Connect to the words of the answer. */

const COLLECTOR = 'https://t.shop.example'
const PAGE = 'https://shop.example/pricing'
const MINUTE = 60_000
const blog: SiteJson = { ...shop, id: 'si_2', name: 'Blog', key: 'k_blog', origins: [] }

let now = NOW
let app: Pick<Hono, 'request'>
beforeEach(() => {
  now = NOW
  const clock = () => now
  const checks = createPageChecks(clock)
  const reader = readerOf({ ...world, sites: [shop, blog] })
  const tagUrl = () => `${COLLECTOR}/pique.js`
  const made = new Hono()
  made.route('/', createVerifyRoutes({ checks, reader, clock, publicUrl: () => COLLECTOR }))
  made.route('/', openDashboard({ reader, clock, tagUrl, checks, demo: false }))
  app = made
})

function submit(page: string, site = 'si_1', headers: Record<string, string> = {}) {
  const body = new URLSearchParams({ page })
  return app.request(`/connect?site=${site}`, { method: 'POST', body, headers })
}

interface Started {
  readonly token: string
  readonly liveHref: string
  readonly pageHref: string
}

async function start(page = PAGE, site = 'si_1'): Promise<Started> {
  const answer = await submit(page, site, { accept: 'application/json' })
  expect(answer.status).toBe(200)
  const { check, liveHref, pageHref } = await answer.json()
  return { token: check.open.split('#pique-verify=')[1], liveHref, pageHref }
}

function post(body: unknown, headers: Record<string, string> = {}) {
  return app.request('/verify', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
  })
}

/** What a tag says where everything is as it should be. */
const fine = {
  site: shop.key,
  page: PAGE,
  consent: 'granted',
  storage: 'cookie',
  stores: true,
  gpc: false,
  dnt: false,
  ignored: false,
  excluded: false,
  auto: true,
  collects: true,
}

const live = async ({ liveHref }: Started) => (await (await app.request(liveHref)).json()).check

/** What Connect shows after a tag gave this answer. */
async function shown(answer: object, page = PAGE, site = 'si_1') {
  const started = await start(page, site)
  const { words } = await (await post({ token: started.token, ...answer })).json()
  const check = await live(started)
  expect(words).toBe(check.words)
  const facts: { tone: string; words: string }[] = check.facts
  return { state: check.state, words, facts: facts.map((fact) => `${fact.tone}: ${fact.words}`) }
}

describe('the form', () => {
  test('is there, filled with the first address of the site', async () => {
    const html = await (await app.request('/connect?site=si_1')).text()
    expect(html).toContain('<form class="check-form" method="post" action="/connect?site=si_1"')
    expect(html).toContain('value="https://shop.example/"')
    expect(html).toContain('data-state="none"')
    expect(await (await app.request('/connect?site=si_2')).text()).toContain('name="page" value=""')
  })

  test('without scripts leads to the page to open, and to where its answer will be', async () => {
    const answer = await submit(`${PAGE}?ref=a#part`)
    expect(answer.status).toBe(303)
    const to = answer.headers.get('location') ?? ''
    expect(to).toMatch(/^\/connect\?site=si_1&check=[\w-]{22}#check$/)
    const html = await (await app.request(to)).text()
    const [, token] =
      html.match(/href="https:\/\/shop\.example\/pricing\?ref=a#pique-verify=([\w-]+)"/) ?? []
    expect(Buffer.from(token ?? '', 'base64url').length).toBeGreaterThanOrEqual(16)
    expect(html).toMatch(/target="_blank" rel="noopener noreferrer"/)
    expect(html).toContain(`Waiting for the tag on ${PAGE}?ref=a…`)
    const [, again = ''] = html.match(/<noscript><a class="button" href="([^"]+)#check"/) ?? []
    expect(again.replaceAll('&amp;', '&')).toBe(`${to.replace('#check', '')}&at=${NOW}`)
    expect(to).not.toContain(token)
    await post({ token, ...fine })
    const after = await (await app.request(to)).text()
    expect(after).toContain(`Your tag works on ${PAGE}.`)
    expect(after).not.toContain('pique-verify')
  })

  test.each([
    ['shop.example/pricing', 'https://shop.example/pricing'],
    ['  HTTPS://Shop.Example  ', 'https://shop.example/'],
    ['http://shop.example/#', 'http://shop.example/'],
    ['localhost:3000/a', 'http://localhost:3000/a'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['https://shop.example/?q="><script>', 'https://shop.example/?q=%22%3E%3Cscript%3E'],
  ])('reads %j as a page', async (typed, address) => {
    const answer = await (await submit(typed, 'si_1', { accept: 'application/json' })).json()
    expect(answer.check.open.split('#')[0]).toBe(address)
  })

  test.each([
    '',
    '   ',
    'javascript:alert(1)',
    'javascript://shop.example/%0aalert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'mailto:ann@shop.example',
    'https://user:secret@shop.example/',
    'https://',
    'not a page',
    `https://shop.example/${'x'.repeat(2048)}`,
  ])('refuses %j beside the field, and keeps it', async (typed) => {
    const answer = await submit(typed)
    expect(answer.status).toBe(400)
    const html = await answer.text()
    expect(html).toMatch(/role="alert" id="check-problem"[^>]*>(Give|Type|This) [^<]+\.<\/p>/)
    expect(html).toContain('aria-invalid="true"')
    expect(html).not.toMatch(/href="(javascript|data|file|ftp):/i)
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('data-state="none"')
    const scripted = await submit(typed, 'si_1', { accept: 'application/json' })
    expect(scripted.status).toBe(400)
    expect(Object.keys(await scripted.json())).toEqual(['error'])
  })

  test('takes no more than a form holds', async () => {
    expect((await submit('x'.repeat(20_000))).status).toBe(413)
  })
})

describe('the answer of a tag', () => {
  test('is good news in few words', async () => {
    expect(await shown(fine)).toEqual({
      state: 'works',
      words: `Your tag works on ${PAGE}.`,
      facts: [
        'good: A test reached the collector.',
        'good: First-party cookie: visitors are known again.',
        'good: Consent is granted.',
      ],
    })
  })

  test.each([
    [{ site: undefined }, 'broken', /has no site key/, /paste the whole tag from step 1/],
    [{ site: '' }, 'broken', /has no site key/, /paste the whole tag from step 1/],
    [{ site: blog.key }, 'broken', /tag of another site/, /belongs to Blog/],
    [{ site: 'k_stale' }, 'broken', /of no site here/, /replace the tag with the one from step 1/],
    [
      { page: 'https://blog.example/' },
      'broken',
      /refused/,
      /takes events from https:\/\/shop\.example alone/,
    ],
    [
      { collects: false },
      'broken',
      /nothing that it sends arrives/,
      /https:\/\/t\.shop\.example in connect-src/,
    ],
    [{ consent: 'denied' }, 'partly', /consent is denied/, /nothing is stored or sent/],
    [{ consent: 'pending' }, 'partly', /waits for consent/, /until your banner calls/],
    [{ excluded: true }, 'partly', /this page is excluded/, /data-exclude/],
    [{ ignored: true }, 'partly', /this browser is excluded/, /your own visits don’t count/],
    [{ stores: false }, 'partly', /keep no cookie/, /check again in a normal window/],
    [{ storage: 'none', gpc: true }, 'works', /works on/, /Global Privacy Control/],
    [{ storage: 'none', dnt: true }, 'works', /works on/, /Do Not Track/],
    [{ gpc: true, stores: null }, 'works', /works on/, /Global Privacy Control/],
    [{ dnt: true, stores: null }, 'works', /works on/, /Do Not Track/],
    [{ storage: 'none', stores: false }, 'works', /works on/, /data-storage="none"/],
    [{ auto: false }, 'works', /works on/, /data-auto="off"/],
  ])('%j says what to do', async (answer, state, words, fact) => {
    const found = await shown({ ...fine, ...answer })
    expect(found.state).toBe(state)
    expect(found.words).toMatch(words)
    expect(found.words).toMatch(/^Your tag .*[^.]\.$/)
    expect(found.words).not.toMatch(/\. /)
    expect(found.facts[0]).toMatch(fact)
    expect(found.facts[0]).toMatch(/^(problem|note): /)
  })

  test('names everything that is true at once, what stops the tag first', async () => {
    const { words, facts } = await shown({
      ...fine,
      site: 'k_stale',
      consent: 'pending',
      ignored: true,
      auto: false,
      collects: null,
    })
    expect(words).toBe(`Your tag is on ${PAGE}, but its site key is of no site here.`)
    expect(facts.map((fact) => fact.split(':')[0])).toEqual([
      'problem',
      'note',
      'note',
      'note',
      'good',
    ])
  })

  test('holds for a site that takes any origin, and for a page elsewhere than asked', async () => {
    const elsewhere = { ...fine, site: blog.key, page: 'https://www.blog.example/new?token=x#y' }
    const { words } = await shown(elsewhere, 'https://blog.example/old', 'si_2')
    expect(words).toBe('Your tag works on https://www.blog.example/new.')
  })

  test('may say as little as the token, and what can’t be read is not said', async () => {
    expect((await shown({ site: shop.key })).words).toBe(`Your tag works on ${PAGE}.`)
    const odd = {
      page: 'javascript:alert(1)',
      consent: 7,
      storage: 'sticks',
      auto: 'no',
      stores: [],
    }
    const { words, facts } = await shown({ site: shop.key, ...odd, more: { than: 'known' } })
    expect(words).toBe(`Your tag works on ${PAGE}.`)
    expect(facts).toEqual([])
    const long = { ...fine, page: `https://shop.example/${'x'.repeat(5_000)}` }
    expect((await shown(long)).words.length).toBeLessThan(2_200)
  })

  test('given anew after a repair replaces the first', async () => {
    const started = await start()
    await post({ token: started.token, ...fine, collects: false })
    expect((await live(started)).state).toBe('broken')
    await post({ token: started.token, ...fine })
    expect((await live(started)).state).toBe('works')
  })

  test('can be read by any page, and is sent without cookies', async () => {
    const { token } = await start()
    const origin = 'https://anywhere.example'
    const answers = [
      await post({ token, ...fine }, { origin }),
      await post({ token: 'x' }, { origin }),
    ]
    for (const answer of answers) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      expect(answer.headers.get('access-control-allow-credentials')).toBe(null)
      expect(answer.headers.get('vary')).toBe('Origin')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  test.each([
    [404, 'unknown_check', { token: 'made-up', ...fine }],
    [400, 'invalid_request', fine],
    [400, 'invalid_request', { token: 7 }],
    [400, 'invalid_request', { token: '' }],
    [400, 'invalid_request', null],
    [400, 'not_json', '{'],
    [413, 'check_too_large', { token: 'x', page: 'x'.repeat(9_000) }],
  ])('is refused with %i %s: %j', async (status, code, body) => {
    const answer = await post(body, { origin: 'https://shop.example' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ status, code })
  })
})

describe('while nothing has come', () => {
  test('it waits, and after ten seconds says why that may be', async () => {
    const started = await start()
    now += 9_000
    expect(await live(started)).toMatchObject({ state: 'waiting', facts: [] })
    now += 1_000
    const late = await live(started)
    expect(late.state).toBe('late')
    expect(late.words).toBe(`Nothing has come from ${PAGE} yet.`)
    const causes = late.facts.map(({ words }: { words: string }) => words).join('\n')
    for (const cause of ['not on that page', 'cache', 'content security policy', 'ad blocker']) {
      expect(causes).toContain(cause)
    }
    expect(causes).toContain(COLLECTOR)
    await post({ token: started.token, ...fine })
    expect((await live(started)).state).toBe('works')
  })

  test('an https page and a collector without https is a cause of its own', async () => {
    const clock = () => now
    const checks = createPageChecks(clock)
    const firstCause = async (collector: string) => {
      const tagUrl = () => `${collector}/pique.js`
      app = openDashboard({ reader: readerOf(world), clock, tagUrl, checks, demo: false })
      const started = await start()
      now += 10_000
      return (await live(started)).facts[0].words
    }
    expect(await firstCause('http://t.shop.example')).toContain('over https')
    expect(await firstCause('http://127.0.0.1:8787')).not.toContain('over https')
  })

  test('it ends after a quarter of an hour, and an answer is too late then', async () => {
    const started = await start()
    now += 15 * MINUTE
    expect(await live(started)).toMatchObject({ state: 'over', open: '', facts: [] })
    expect((await post({ token: started.token, ...fine })).status).toBe(404)
    expect(await (await app.request(started.pageHref)).text()).toContain('This check is over.')
  })

  test('there are no more than two hundred at once, and the oldest goes first', async () => {
    const first = await start()
    const second = await start()
    for (let more = 2; more <= 200; more += 1) await start()
    expect((await live(first)).state).toBe('over')
    expect((await live(second)).state).toBe('waiting')
  })

  test('no two checks share a token, and nothing but the page to open holds it', async () => {
    const [one, two] = [await start(), await start()]
    expect(one.token).not.toBe(two.token)
    for (const { token, pageHref, liveHref } of [one, two]) {
      expect(pageHref + liveHref).not.toContain(token)
    }
  })
})
