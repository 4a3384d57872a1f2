import { describe, expect, test } from 'vitest'
import { renderNotFound } from '../../collector/dashboard/answers.tsx'
import { renderLogin } from '../../collector/dashboard/login.tsx'
import { createPageChecks } from '../../collector/dashboard/page-checks.ts'
import type { SiteJson } from '../../collector/store/shapes.ts'
import {
  type Asked,
  ada,
  emptyWorld,
  identities,
  leadWith,
  NOW,
  openDashboard,
  readerOf,
  sessions,
  shop,
  sumOf,
  visitorWith,
  type World,
  world,
} from './dashboard-fixture.ts'

const open = (source: World, asked?: Asked, demo = false) =>
  openDashboard({
    reader: readerOf(source, asked),
    clock: () => NOW,
    tagUrl: () => 'https://t.shop.example/pique.js',
    checks: createPageChecks(() => NOW),
    demo,
  })

const get = async (path: string, source: World = world, asked?: Asked) => {
  const response = await open(source, asked).request(path)
  return { status: response.status, headers: response.headers, html: await response.text() }
}

const linesOf = (html: string) =>
  [...html.matchAll(/<(\w+)[^>]*\sdata-milli="(-?\d+)"/g)].map(([, tag, milli]) => ({
    tag,
    milli: Number(milli),
  }))
const totalOf = (html: string) => html.match(/data-score-milli="(-?\d+)"/)?.[1]
/** The markup without the values of its attributes, where nothing can break out of quotes. */
const bare = (html: string) => html.replace(/"[^"]*"/g, '""')
const anchorsOf = (html: string) => [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map((m) => m[1])

describe('the receipt', () => {
  const cases = [
    { name: 'a rich one, with a cap, a negative rule and an adjustment', lines: ada.reasons },
    { name: 'an empty one', lines: [] },
    {
      name: 'one held up by the floor',
      lines: [
        { rule: 'visit', label: 'Visits', milli: 3_000, count: 1 },
        { rule: 'unsubscribe', label: 'Unsubscribed', milli: -45_001, count: 2 },
        { rule: 'unsubscribe', kind: 'cap', label: 'at most 30 points', milli: 15_001 },
        { kind: 'adjustment', label: 'Not a buyer', milli: -10_000 },
        { kind: 'floor', label: 'A score is never below zero', milli: 37_000 },
      ] as const,
    },
  ]
  test.each(cases)('lines add up to the total: $name', async ({ lines }) => {
    const { html } = await get('/leads/ld_ada', { ...world, leads: [leadWith({ reasons: lines })] })
    const found = linesOf(html)
    expect(found).toHaveLength(lines.length)
    expect(found.map(({ milli }) => milli).toSorted()).toEqual(
      lines.map(({ milli }) => milli).toSorted(),
    )
    expect(totalOf(html)).toBe(String(sumOf(lines)))
    expect(sumOf(found.map((line) => ({ ...line, label: '' })))).toBe(sumOf(lines))
  })

  test('its lines, and nothing else on any page, carry points for machines', async () => {
    const { html } = await get('/leads/ld_ada')
    expect(new Set(linesOf(html).map(({ tag }) => tag))).toEqual(new Set(['tr']))
    expect(html.match(/data-milli=/g)).toHaveLength(ada.reasons.length)
    expect(html.match(/data-score-milli=/g)).toHaveLength(1)
    for (const path of ['/', '/leads', '/visitors', '/connect', '/live.json']) {
      expect((await get(path)).html).not.toMatch(/data-(score-)?milli/)
    }
  })

  test('a cap stands under its rule, and counts are in the right number', async () => {
    const { html } = await get('/leads/ld_ada')
    expect(html.indexOf('at most 40 points')).toBeGreaterThan(
      html.indexOf('>Time on pricing pages<'),
    )
    expect(html.indexOf('at most 40 points')).toBeLessThan(html.indexOf('>Time on the site<'))
    expect(html).toContain('>1 visit<')
    expect(html).toContain('>2 additions<')
    expect(html).toContain('>3 min 4 s<')
    expect(html).toContain('−7.320')
  })

  test('an anonymous visitor has one of its own', async () => {
    const { html, status } = await get('/visitors/vi_1')
    expect(status).toBe(200)
    expect(linesOf(html).map(({ milli }) => milli)).toEqual([10_000, 4_500])
    expect(totalOf(html)).toBe('14500')
  })
})

describe('a person', () => {
  test('is told in one sentence', async () => {
    expect((await get('/leads/ld_ada')).html).toContain(
      'Ada Lindqvist, Head of Marketing at Norrsken, came through an ad on Google (Spring launch) 12 days ago and is hot because of time on pricing pages and time on the site, held back by looking at jobs.',
    )
  })

  test('has visits with human names, points and marks', async () => {
    const { html } = await get('/leads/ld_ada')
    for (const words of [
      'Viewed “Pricing”',
      '· 1 min 20 s, read to 85\u00a0%',
      'Downloaded buyers-guide.pdf',
      'Added to cart: Heat pump 9 kW',
      'Submitted a contact form',
      'Identified as ada@norrsken.example',
      'Tour booked',
      '+28.219',
      'Bot: Googlebot',
      'Show 6 more',
    ]) {
      expect(html).toContain(words)
    }
    expect(html).not.toMatch(/Spent |Visit began/)
  })

  test('has a heading for every visit, and the newest one open', async () => {
    const { html } = await get('/leads/ld_ada')
    expect(html.match(/<details open=""><summary>/g)).toHaveLength(1)
    expect(html.match(/<li class="session"[^>]*><details><summary>/g)).toHaveLength(2)
    expect(html).toContain('1 page, 1 product, pricing, added to cart, contact form, a download')
    expect(html).toContain('18 pages, jobs')
  })

  test.each([
    ['a lone lead', [ada], null],
    ['nobody scores higher', [ada, leadWith({ id: 'ld_2', score_milli: 1 })], 'Top lead'],
    [
      'somebody does',
      [leadWith({ id: 'ld_2', score_milli: 1e9 }), ada],
      'Ahead of 97\u00a0% of leads',
    ],
  ])('is ranked where there are others: %s', async (_, leads, words) => {
    const { html } = await get('/leads/ld_ada', { ...world, leads })
    if (words) expect(html).toContain(`<dt>Rank</dt><dd>${words}</dd>`)
    else expect(html).not.toContain('Rank')
  })

  test('has older visits behind a cursor', async () => {
    const many = Array.from({ length: 25 }, () => sessions[0]!)
    const first = await get('/leads/ld_ada?site=si_1', { ...world, sessions: many })
    expect(anchorsOf(first.html)).toContain('/leads/ld_ada?site=si_1&amp;cursor=20#timeline')
    const older = await get('/leads/ld_ada?cursor=20', { ...world, sessions: many })
    expect(older.html).toContain('Newest visits')
    expect(older.html).not.toContain('Older visits')
  })

  test('is linked from each of its visitors', async () => {
    const { html } = await get('/visitors/vi_ada')
    expect(html).toMatch(/belongs to <a href="\/leads\/ld_ada">Ada Lindqvist<\/a>/)
  })
})

describe('what visitors sent', () => {
  const payloads = [
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' autofocus onfocus='alert(1)`,
    `</title></template><svg onload=alert(1)>`,
    `{{constructor.constructor('alert(1)')()}}&lt;b&gt;`,
  ]
  const laced = (text: string): World => {
    const touch = {
      channel: text,
      source: text,
      medium: text,
      campaign: text,
      landing: text,
      referrer: text,
      at: ada.last_seen_at ?? '',
    }
    return {
      sites: [{ ...shop, name: text, key: text, origins: [text] }, shop],
      leads: [
        leadWith({
          name: text,
          email: text,
          user_id: text,
          traits: { [text]: text, company: text, job_title: text },
          first_touch: touch,
          last_touch: { ...touch, source: `${text}2` },
          grade: text,
          reasons: [{ rule: text, label: text, milli: 101_000, last_at: text }],
        }),
      ],
      visitors: [
        visitorWith({
          device: text,
          bot: text,
          browser: text,
          last_page: { url: text, title: text, opened_at: text },
          first_touch: touch,
          last_touch: touch,
        }),
        visitorWith({
          id: 'vi_2',
          device: text,
          last_page: { url: text, title: text, opened_at: text },
        }),
      ],
      sessions: sessions.map((session) => ({
        ...session,
        source: touch,
        device: text,
        bot: text,
        events: session.events.map((event) => ({
          ...event,
          url: text,
          title: text,
          props: Object.fromEntries([
            ...['item_name', 'link_url', 'file_name', 'email', 'form_name'].map((key) => [
              key,
              text,
            ]),
            [text, text],
          ]),
          rules: [text],
        })),
      })),
      identities: identities.map((one) => ({ ...one, evidence: text, browser: text })),
    }
  }

  const paths = ['/', '/leads', '/leads/ld_ada', '/visitors', '/visitors/vi_1', '/connect']
  test.each(payloads)('is shown and never run: %s', async (text) => {
    for (const path of paths) {
      const { html, status } = await get(path, laced(text))
      expect(status).toBe(200)
      expect(html).not.toMatch(/<(?:img|svg onload|script>)/)
      expect(bare(html)).not.toMatch(/<[^>]*\s(?:on\w+|autofocus|style)=?/)
      expect(html).not.toContain(text)
    }
    const search = `/leads?q=${encodeURIComponent(text)}&source=${encodeURIComponent(text)}`
    expect((await get(search, laced(text))).html).not.toContain(text)
    const id = `/leads/${encodeURIComponent(text)}?cursor=${encodeURIComponent(text)}`
    expect((await get(id, laced(text))).html).not.toContain(text)
  })

  const schemes = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
  ]
  const more = ['vbscript:x', 'file:///etc/passwd', 'blob:https://x/1', 'ftp://x/y', 'about:blank']
  test.each([...schemes, ...more, 'java\nscript:alert(1)', '//evil.example/x'])(
    'is no link unless it is http: %j',
    async (url) => {
      const { html } = await get('/leads/ld_ada', laced(url))
      expect(anchorsOf(html).filter((href) => !/^[/#]/.test(href ?? ''))).toEqual([])
      expect(anchorsOf(html).filter((href) => href?.startsWith('//'))).toEqual([])
    },
  )

  test('is a link that gives nothing away where it is http', async () => {
    const { html } = await get('/leads/ld_ada')
    const outside = [...html.matchAll(/<a [^>]*href="https?:[^>]*>/g)]
    expect(outside.length).toBeGreaterThan(0)
    for (const [anchor] of outside) expect(anchor).toContain('rel="noreferrer noopener"')
  })

  test('no page carries a style or a script of its own', async () => {
    for (const path of paths) {
      const { html } = await get(path)
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/assets\/)/)
      expect(html.startsWith('<!doctype html><html lang="en">')).toBe(true)
    }
  })
})

describe('empty pages teach', () => {
  test('Today shows the tag to paste', async () => {
    const { html } = await get('/', emptyWorld)
    expect(html).toContain('Paste this tag, then this page fills')
    expect(html).toContain(
      '&lt;script defer src=&quot;https://t.shop.example/pique.js&quot; data-site=&quot;k_9f3b2c71d0&quot;&gt;',
    )
  })

  test('Today does not teach those who have visitors', async () => {
    expect((await get('/')).html).not.toContain('Paste this tag')
  })

  const cases = [
    { path: '/leads', words: 'No leads yet' },
    { path: '/leads?q=nobody', words: 'No lead matches' },
    { path: '/visitors', words: 'No visitors yet' },
    { path: '/connect', words: 'Waiting for the first visitor…' },
  ]
  test.each(cases)('$path says "$words"', async ({ path, words }) => {
    expect((await get(path, emptyWorld)).html).toContain(words)
  })

  test('without any site, Connect says how to make one', async () => {
    const { html, status } = await get('/connect', { ...emptyWorld, sites: [] })
    expect(status).toBe(200)
    expect(html).toContain('pique site add')
    expect((await get('/', { ...emptyWorld, sites: [] })).status).toBe(200)
  })
})

describe('the list of leads', () => {
  const address =
    '/leads?site=si_1&q=Ada&stage=mql&grade=a&min_score=60&source=google&sort=-last_seen'
  const kept = ['site=si_1', 'q=Ada', 'stage=mql', 'grade=A', 'min_score=60', 'source=google']

  test('asks the reader what the address says', async () => {
    const asked: Asked = {}
    await get(`${address}&cursor=0`, world, asked)
    expect(asked.leads).toEqual({
      site: 'si_1',
      q: 'Ada',
      stage: 'mql',
      grade: 'A',
      minScore: 60,
      source: 'google',
      sort: '-last_seen',
      limit: 50,
      cursor: '0',
    })
  })

  test('keeps its filters in the links to sort and to page, and drops the cursor when sorting', async () => {
    const leads = Array.from({ length: 120 }, (_, index) => leadWith({ id: `ld_${index}` }))
    const { html } = await get(`${address}&cursor=50`, { ...world, leads })
    const links = anchorsOf(html).filter((href) => href?.includes('source=google'))
    const next = links.find((href) => href?.includes('cursor=100'))
    const sort = links.find((href) => href?.includes('sort=name'))
    for (const part of kept) {
      expect(next).toContain(part)
      expect(sort).toContain(part)
    }
    expect(next).toContain('sort=-last_seen')
    expect(sort).not.toContain('cursor')
    expect(html).toContain('aria-sort="descending"')
  })

  test('can drop one filter or all of them', async () => {
    const { html } = await get(address)
    expect(html).toContain('Remove the filter Marketing-qualified')
    expect(anchorsOf(html)).toContain('/leads?site=si_1&amp;sort=-last_seen')
    expect(html).toMatch(/<option value="mql" selected="">/)
    expect(html).toMatch(/<option value="A" selected="">/)
  })

  const bad = [
    'grade=E7',
    'stage=hot',
    'min_score=lots',
    'min_score=1e999',
    'sort=score;drop',
    'cursor=~',
  ]
  test.each(bad)('answers %s with 400 and what to do', async (query) => {
    const { html, status } = await get(`/leads?${query}`)
    expect(status).toBe(400)
    expect(html).toMatch(/<a class="button" href="\/leads">/)
  })
})

describe('addresses of nobody', () => {
  const cases = [
    { path: '/leads/nobody', status: 404, words: 'Nobody here by that name' },
    { path: '/leads/__proto__', status: 404, words: 'Nobody here by that name' },
    { path: '/visitors/nobody', status: 404, words: 'No such visitor' },
    { path: '/leads?site=si_99', status: 404, words: 'There is no such site' },
    {
      path: '/leads/email:twice@example.com',
      status: 409,
      words: 'Several sites know this person',
    },
    { path: '/leads/ld_ada?cursor=~', status: 400, words: 'Start from the top' },
    { path: '/visitors/vi_1?cursor=~', status: 400, words: 'Start from the top' },
    { path: '/visitors?cursor=~', status: 400, words: 'Start from the top' },
  ]
  test.each(cases)('$path answers $status', async ({ path, status, words }) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect(answer.html).toContain(words)
    expect(answer.html).toContain('aria-label="Main"')
  })

  test('have a page of their own for whoever answers the rest', () => {
    expect(renderNotFound()).toContain('There is no such page')
  })
})

describe('live', () => {
  test('rows are the view-models of Today', async () => {
    const live = JSON.parse((await get('/live.json')).html)
    expect(live.today.here).toBe('2 visitors here now')
    expect(live.today.rows.map((row: { who: string }) => row.who)).toEqual([
      'Anonymous visitor',
      'Ada Lindqvist',
    ])
    expect(live.today.rows[0]).toMatchObject({ page: 'On /pricing, 2 min', here: true })
    expect(live.today.rows[1]).toMatchObject({ page: 'Last on /pricing', href: '/leads/ld_ada' })
  })

  test('Connect hears of the visitor that was just seen', async () => {
    const live = JSON.parse((await get('/live.json?for=connect&site=si_1')).html)
    expect(live.seen).toMatchObject({
      seen: true,
      words: 'Visitor seen: Chrome on Mac at /pricing',
      when: { words: 'just now' },
    })
  })

  test('bots are counted, not shown', async () => {
    const visitors = [visitorWith({ bot: 'Googlebot' }), visitorWith({ id: 'vi_9' })]
    const live = JSON.parse((await get('/live.json', { ...world, visitors })).html)
    expect(live.today.here).toBe('1 visitor here now')
    expect(live.today.bots).toBe('1 bot not shown')
  })

  test('a visitor whose lead is not on the list of recent leads still has its name', async () => {
    const quiet = leadWith({ last_seen_at: null })
    const visitors = [visitorWith({ lead: quiet.id })]
    const { html } = await get('/', { ...world, leads: [quiet], visitors })
    expect(html).toContain('data-part="who">Ada Lindqvist</a>')
  })
})

describe('the lists ask little', () => {
  test.each(['/', '/live.json', '/visitors'])('%s names its leads with one list', async (path) => {
    const { last_seen_at } = visitorWith()
    const leads = Array.from({ length: 40 }, (_, index) =>
      leadWith({ id: `ld_${index}`, last_seen_at }),
    )
    const visitors = leads.map((lead, index) => visitorWith({ id: `vi_${index}`, lead: lead.id }))
    const asked: Asked = {}
    const { html } = await get(path, { ...world, leads, visitors }, asked)
    expect(html.match(/Ada Lindqvist/g)?.length).toBeGreaterThanOrEqual(40)
    expect(asked.single ?? 0).toBe(0)
    expect(asked.lists).toBeLessThanOrEqual(2)
  })
})

describe('sites', () => {
  const blog: SiteJson = { ...shop, id: 'si_2', name: 'Blog', generated: true }
  const two = { ...world, sites: [shop, blog] }

  test('several can be chosen from, and the choice stays in the navigation', async () => {
    const { html } = await get('/leads?site=si_2', two)
    expect(anchorsOf(html)).toEqual(
      expect.arrayContaining(['/leads?site=si_1', '/visitors?site=si_2']),
    )
    expect((await get('/leads')).html).not.toContain('aria-label="Site"')
  })

  test('made-up data says so, and real data does not', async () => {
    expect((await get('/leads?site=si_2', two)).html).toContain('Generated demo data')
    expect((await get('/leads?site=si_1', two)).html).not.toContain('Generated demo data')
    expect((await get('/', two)).html).toContain('the people and visits of Blog')
    const demo = await open(world, undefined, true).request('/')
    expect(await demo.text()).toContain('href="/demo"')
  })
})

describe('files and methods', () => {
  const assets = [
    { name: 'dashboard.css', type: 'text/css; charset=utf-8' },
    { name: 'dashboard.js', type: 'text/javascript; charset=utf-8' },
    { name: 'dashboard.svg', type: 'image/svg+xml' },
  ]
  test.each(assets)(
    '$name has its type, and an ETag that saves the second fetch',
    async (asset) => {
      const app = open(world)
      const first = await app.request(`/assets/${asset.name}`)
      expect(first.headers.get('content-type')).toBe(asset.type)
      const etag = first.headers.get('etag') ?? ''
      const again = await app.request(`/assets/${asset.name}`, {
        headers: { 'if-none-match': etag },
      })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
      const { html } = await get('/')
      const named = html.match(new RegExp(`/assets/${asset.name}\\?v=\\w+`))?.[0] ?? ''
      expect((await app.request(named)).headers.get('cache-control')).toContain('immutable')
    },
  )

  test('the page script writes no HTML and asks nobody else', async () => {
    const script = await (await open(world).request('/assets/dashboard.js')).text()
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|https?:/)
  })

  test('HEAD answers like GET, without a body', async () => {
    for (const path of ['/', '/leads', '/leads/ld_ada', '/leads/nobody', '/assets/dashboard.css']) {
      const head = await open(world).request(path, { method: 'HEAD' })
      expect(head.status).toBe((await get(path)).status)
      expect(await head.text()).toBe('')
    }
  })

  test('pages are never stored by a cache', async () => {
    for (const path of ['/', '/leads/ld_ada', '/leads/nobody', '/live.json']) {
      expect((await get(path)).headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('signing out', () => {
  test('is a form on every page but the one to sign in', async () => {
    const form = '<form class="sign-out" method="post" action="/logout">'
    for (const path of ['/', '/leads/ld_ada', '/leads/nobody', '/connect']) {
      expect((await get(path)).html).toContain(form)
    }
    expect(renderNotFound()).toContain(form)
    expect(renderLogin()).not.toContain(form)
  })
})

describe('signing in', () => {
  test('asks for an e-mail and a password, and says how to begin', () => {
    const html = renderLogin({ error: '<b>No</b>', next: '/leads?q="x"' })
    expect(html).toContain('<form class="login-form" method="post" action="/login">')
    expect(html).toMatch(/name="email"/)
    expect(html).toMatch(/name="password"/)
    expect(html).toContain('&lt;b&gt;No&lt;/b&gt;')
    expect(html).toContain('value="/leads?q=&quot;x&quot;"')
    expect(html).toContain('pique start')
  })

  test.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
  ])('does not carry on to %j', (next) => {
    expect(renderLogin({ next })).not.toContain('name="next"')
  })
})
