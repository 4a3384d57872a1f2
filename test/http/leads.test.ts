import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leadsCsvScreen } from '../../collector/dashboard/lead-csv-screen.ts'
import { createScreens } from '../../collector/dashboard/screens.ts'
import type { GuardedEnv } from '../../collector/http/auth.ts'
import type { ListedLeadJson, Role, ScoreJson } from '../../collector/store/shapes.ts'
import { randomOf } from '../support/random.ts'
import { eventAt, found } from '../support/world.ts'
import { createWhole, type Whole } from './access-fixture.ts'
import { DAY, MINUTE, NOW } from './api-fixture.ts'
import { leadWith, readerOf, world } from './dashboard-fixture.ts'

/** The list of leads over a real store: its numbers, its saved views, and the file of it. */

let whole: Whole
beforeEach(async () => {
  whole = await createWhole()
})
afterEach(() => whole.service.close())

async function get(path: string, role: Role = 'owner'): Promise<{ status: number; text: string }> {
  const cookie = await whole.sessionOf(role, whole.service.now)
  const answer = await whole.request(path, { headers: { cookie } })
  return { status: answer.status, text: await answer.text() }
}

async function post(path: string, fields: Record<string, string>, role: Role = 'owner') {
  const cookie = await whole.sessionOf(role)
  const headers = {
    cookie,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = new URLSearchParams(fields).toString()
  const answer = await whole.request(path, { method: 'POST', headers, body })
  return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() }
}

const tabsOf = (html: string) =>
  [
    ...(/<nav aria-label="Views">.*?<\/nav>/s.exec(html)?.[0] ?? '').matchAll(
      /<a href="([^"]*)"[^>]*>([^<]*)/g,
    ),
  ].map(([, href, name]) => [name, href?.replaceAll('&amp;', '&')])

describe('what is shown', () => {
  const page = async (sort = '-score') =>
    (await found(whole.service.reader.leadPage({ sort, limit: 100 }, whole.service.now))).data

  /** Every day of every trend, and every change, against the score as of the end of that day. */
  async function expectExact(): Promise<readonly ListedLeadJson[]> {
    const { reader, now } = whole.service
    const leads = await page()
    for (const lead of leads) {
      // Every third day, that a week ago, and now.
      const days = [...Array.from({ length: 11 }, (_, i) => 3 * i), 23]
      const scores: number[] = []
      for (const i of days) {
        const end = (Math.floor(now / DAY) - 30 + i + 1) * DAY - 1
        const then = await found<ScoreJson>(
          reader.score(lead.id, { asOf: Math.min(end, now) }, now),
        )
        scores.push(then.score_milli)
      }
      expect([lead.id, days.map((i) => lead.trend_milli[i])]).toEqual([lead.id, scores])
      expect(lead.change_milli).toBe(lead.score_milli - (scores.at(-1) ?? 0))
      expect(lead.trend_milli[30]).toBe(lead.score_milli)
    }
    return leads
  }

  test('is the score as of each day, also after what came late, was learnt later or given by hand', async () => {
    const { service } = whole
    const random = randomOf(7)
    const browsers = Array.from({ length: 8 }, () => randomUUID())
    const visit = (at: number, email: string | null) => {
      const session = randomUUID()
      const view = randomUUID()
      const url = `https://shop.example${random.pick(['/pricing', '/', '/jobs'])}`
      const events = [
        eventAt(at, 'page_view', { session, url, view }),
        eventAt(at + 40_000, 'user_engagement', {
          session,
          url,
          view,
          props: { engaged_ms: 39_000, view_at: at },
        }),
      ]
      if (email !== null) {
        events.push(eventAt(at + MINUTE, 'identify', { session, props: { email } }))
      }
      // Some say only at their end that a person was there.
      service.deliver('shop', random.pick(browsers), events, at + random.pick([MINUTE, 3 * DAY]))
    }
    for (let i = 0; i < 120; i += 1) {
      const day = Math.floor(NOW / DAY) - random.int(35)
      // A third of them around midnight.
      const at = random.int(3) === 0 ? day * DAY - random.int(80_000) : day * DAY - random.int(DAY)
      visit(at, random.int(4) === 0 ? `p${random.int(4)}@shop.example` : null)
    }
    await expectExact()
    // The second reading is of what is remembered; and what is remembered ends with what changes a lead.
    const before = await expectExact()
    visit(NOW - 20 * DAY, before[0]?.email ?? '')
    visit(NOW - 9 * DAY, 'p1@shop.example')
    await expectExact()
    const lead = await found(service.reader.leadRef(before[0]?.id ?? '', {}))
    const given = { label: 'met', milli: 5000, at: NOW - 8 * DAY, by: 'a test' }
    await service.writer.addAdjustment({ ...given, lead })
    const after = await expectExact()
    expect(after.map(({ trend_milli }) => trend_milli)).not.toEqual(
      before.map(({ trend_milli }) => trend_milli),
    )
    service.now += DAY
    await expectExact()
    const sorted = (await page('-change')).map(({ change_milli }) => change_milli)
    expect(sorted.length).toBeGreaterThan(3)
    expect(sorted[0]).toBe(Math.max(...sorted))
  }, 30_000)

  test('is counted, and a page knows its place', async () => {
    const { reader } = whole.service
    const all = await found(reader.leadPage({}, NOW))
    const first = await found(reader.leadPage({ limit: 2 }, NOW))
    expect([first.total, first.before]).toEqual([all.data.length, 0])
    const next = await found(reader.leadPage({ limit: 2, cursor: first.next_cursor ?? '' }, NOW))
    expect([next.total, next.before]).toEqual([all.data.length, 2])
    expect((await get('/leads')).text).toContain(`<strong>${all.data.length} leads</strong>`)
    for (const sort of ['name', '-stage', 'grade', '-change', 'first_seen', 'email']) {
      const ids: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const query = { sort, limit: 1, ...(cursor && { cursor }) }
        const one: { data: readonly ListedLeadJson[]; next_cursor: string | null } = await found(
          reader.leadPage(query, NOW),
        )
        ids.push(...one.data.map(({ id }) => id))
        cursor = one.next_cursor
      }
      const whole = (await found(reader.leadPage({ sort }, NOW))).data.map(({ id }) => id)
      expect([sort, ids]).toEqual([sort, whole])
      expect(ids).toHaveLength(all.total)
    }
  })

  test('chooses its columns by the address, and says what it can’t show', async () => {
    const { text } = await get('/leads?cols=change,company')
    const heads = [...text.matchAll(/<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]*)/g)].map(([, head]) =>
      head?.trim(),
    )
    expect(heads).toEqual(['Lead', '7 days', 'Company'])
    expect(text).toContain('name="cols" value="change,company"')
    const cookie = await whole.sessionOf('owner')
    const chosen = await whole.request('/leads?q=an&col=score&col=email', { headers: { cookie } })
    expect(chosen.headers.get('location')).toBe('/leads?q=an&cols=score%2Cemail')
    for (const query of ['cols=score,wings', 'seen_since=soon', 'new_since=0d', 'sort=-wings']) {
      const bad = await get(`/leads?${query}`)
      expect([query, bad.status]).toEqual([query, 400])
    }
  })
})

describe('saved views', () => {
  test('are tabs for everybody, in the words they were saved with, and never twice', async () => {
    const query = 'stage=lead&min_score=5&cursor=abc&sort=-change&wings=2&site=si_9'
    const saved = await post('/leads/views', { name: ' Rising   leads ', query })
    expect([saved.status, saved.to]).toEqual([
      303,
      '/leads?stage=lead&min_score=5&sort=-change&done=saved',
    ])
    const shown = await get('/leads?stage=lead&min_score=5&sort=-change', 'viewer')
    expect(tabsOf(shown.text).at(-1)).toEqual([
      'Rising leads',
      '/leads?stage=lead&min_score=5&sort=-change',
    ])
    expect(shown.text).toMatch(/aria-current="true">Rising leads/)
    for (const name of ['RISING leads', 'Customers']) {
      const again = await post('/leads/views', { name, query: 'q=ann' })
      expect(again.status).toBeGreaterThanOrEqual(400)
      expect(again.text).toContain(`There is a view called “${name}” already`)
      // What was typed, and what was to be saved, is still there.
      expect(again.text).toContain(`value="${name}"`)
      expect(again.text).toContain('name="query" value="q=ann"')
    }
    for (const name of ['', ' ', 'x'.repeat(41), 'a\0b']) {
      expect((await post('/leads/views', { name, query })).status).toBe(400)
    }
    expect((await whole.service.reader.savedViews()).length).toBe(1)
  })

  test('are renamed and removed, and can be brought back', async () => {
    await post('/leads/views', { name: 'One', query: 'q=one' })
    await post('/leads/views', { name: 'Two', query: 'q=two' })
    const [one] = await whole.service.reader.savedViews()
    const rename = (name: string) => post(`/leads/views/${one?.id}/rename`, { name })
    expect((await rename('two')).status).toBe(409)
    expect((await rename('ONE')).status).toBe(303)
    const removed = await post(`/leads/views/${one?.id}/remove`, {})
    expect(removed.text).toContain('The view “ONE” is removed')
    expect(removed.text).toMatch(/name="query" value="q=one"/)
    expect((await whole.service.reader.savedViews()).map(({ name }) => name)).toEqual(['Two'])
    expect((await post(`/leads/views/${one?.id}/remove`, {})).status).toBe(400)
    expect((await post('/leads/views', { name: 'ONE', query: 'q=one' })).status).toBe(303)
  })

  test('that hold what is no more still open', async () => {
    const { writer } = whole.service
    await writer.addView({
      name: 'Old',
      query: 'stage=gone&q=ann&cols=wings&sort=x&site=si_77',
      author: 'x',
      at: NOW,
    })
    expect(tabsOf((await get('/leads')).text).at(-1)).toEqual(['Old', '/leads?q=ann'])
  })

  test('go with the person whom they name', async () => {
    await post('/leads/views', { name: 'Bob', query: 'q=BOB%40example.org' })
    await post('/leads/views', { name: 'Others', query: 'q=example.org' })
    const cookie = await whole.sessionOf('owner')
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const path = '/api/v1/leads/email:bob@example.org'
    expect((await whole.request(path, { method: 'DELETE', headers })).status).toBe(200)
    expect((await whole.service.reader.savedViews()).map(({ name }) => name)).toEqual(['Others'])
  })

  test('are for viewers to use and not to change', async () => {
    await post('/leads/views', { name: 'Ann', query: 'q=ann@example.com' })
    const { text } = await get('/leads?q=nobody', 'viewer')
    expect(text).not.toContain('action="/leads/views')
    expect(text).not.toMatch(/ann(@|%40)/)
    for (const path of ['', '/vw_1/rename', '/vw_1/remove']) {
      expect((await post(`/leads/views${path}`, { name: 'x' }, 'viewer')).status).toBe(403)
    }
  })
})

describe('the file', () => {
  test('has what is shown, in its order, and hides addresses from viewers', async () => {
    const path = '/leads.csv?sort=email&cols=change,score,trend,seen,source'
    const rows = (await get(path)).text.split('\r\n')
    expect(rows[0]).toBe(
      'Lead,E-mail,Change in 7 days,Score,Percentile,Last seen,First source,Last source,Id',
    )
    const { data } = await found(whole.service.reader.leadPage({ sort: 'email' }, NOW))
    expect(rows.slice(1, -1).map((row) => row.split(',').at(-1))).toEqual(data.map(({ id }) => id))
    const [first] = data
    expect(rows[1]).toContain(`,${(first?.change_milli ?? 0) / 1000},${first?.score},`)
    expect(rows[1]).toContain(`,${first?.last_seen_at},`)
    expect(rows.join()).toContain('ann@example.com')
    const veiled = (await get(path, 'viewer')).text
    expect(veiled).toContain('a…@example.com')
    expect(veiled).not.toMatch(/ann@|bob@/)
    expect((await get('/leads.csv?q=bob@example.org', 'viewer')).text.split('\r\n')).toHaveLength(2)
  })

  test('is a download with a telling name, and no lead', async () => {
    const cookie = await whole.sessionOf('owner')
    const answer = await whole.request('/leads.csv?stage=mql', { headers: { cookie } })
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect([...bytes.slice(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 'L'.charCodeAt(0)])
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="leads-mqls-2026-11-21.csv"',
    )
    expect((await get('/leads.csv?stage=hot')).status).toBe(400)
  })

  test('that breaks off in the middle is no whole file', async () => {
    const leads = Array.from({ length: 120 }, (_, i) => leadWith({ id: `ld_${i}` }))
    const reader = readerOf({ ...world, leads })
    let reads = 0
    const failing = {
      ...reader,
      listedLeads: (refs: readonly number[], now: number) => {
        reads += 1
        return reads === 2 ? Promise.reject(new Error('gone')) : reader.listedLeads(refs, now)
      },
    }
    const app = new Hono<GuardedEnv>()
    const { show } = createScreens({ app, reader, clock: () => NOW, demo: false })
    app.get('/leads.csv', show('leads', leadsCsvScreen({ reader: failing })))
    const answer = await app.request('/leads.csv')
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow('gone')
    reads = 5
    const lines = (await (await app.request('/leads.csv')).text()).split('\r\n')
    expect(lines).toHaveLength(122)
  })
})
