import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import Database from 'better-sqlite3'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DashboardReader } from '../../collector/dashboard/deps.ts'
import { createPageChecks } from '../../collector/dashboard/page-checks.ts'
import { signingCode } from '../../collector/dashboard/tag-code.ts'
import type { EventLine } from '../../collector/export/event-line.ts'
import { isCompressible } from '../../collector/http/download.ts'
import type { LeadJson } from '../../collector/store/shapes.ts'
import { eventAt } from '../support/world.ts'
import { createWhole, type Whole } from './access-fixture.ts'
import { DAY, MINUTE, NOW } from './api-fixture.ts'
import { exportedWith, leadWith, openDashboard, readerOf, world } from './dashboard-fixture.ts'

/** What flows in and out on Connect, over a real store. */

const FORMULA = '=SUM(1,2)&"x"'
/** More than two pages of an export. */
const MANY = 230
/** New e-mails that one network may bring within an hour. */
const AN_HOUR = 50

type Role = Parameters<Whole['sessionOf']>[0]

async function get(whole: Whole, path: string, role: Role = 'owner'): Promise<Response> {
  return whole.request(path, { headers: { cookie: await whole.sessionOf(role) } })
}

async function linesOf<T>(whole: Whole, query: string): Promise<readonly T[]> {
  const answer = await get(whole, `/connect/export?${query}`)
  expect([query, answer.status]).toEqual([query, 200])
  const text = await answer.text()
  expect(text.at(-1)).toBe('\n')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Records of a CSV as RFC 4180 has it. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') rows.push([])
    if (end === '') break
  }
  return rows.filter((row) => row.length > 1)
}

describe('downloads', () => {
  let whole: Whole
  beforeAll(async () => {
    whole = await createWhole()
    const { service } = whole
    for (let i = 0; i < MANY; i += 1) {
      const at = NOW - DAY - Math.floor(i / AN_HOUR) * 61 * MINUTE
      const traits = {
        name: i === 0 ? FORMULA : `Person ${i}, "the ${i}th"`,
        company: 'Ünique, Ltd',
      }
      const claim = eventAt(at, 'identify', { props: { email: `p${i}@many.example`, traits } })
      service.deliver('blog', randomUUID(), [eventAt(at, 'page_view'), claim], at)
    }
  })
  afterAll(() => whole.service.close())

  /** All leads that the API lists. */
  async function listed(site: string): Promise<readonly LeadJson[]> {
    const key = whole.service.keyOf(['read'])
    const all: LeadJson[] = []
    let cursor = ''
    do {
      const path = `/api/v1/leads?site=${site}&limit=100${cursor && `&cursor=${cursor}`}`
      const { data, next_cursor: next } = await (await whole.service.ask(path, key)).json()
      all.push(...data)
      cursor = next ?? ''
    } while (cursor !== '')
    return all
  }

  test('leads as CSV: as many as the API lists, each whole address, and no formula', async () => {
    const answer = await get(whole, '/connect/export?site=si_2')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="pique-leads-blog-2026-11-21.csv"',
    )
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    const [header = [], ...rows] = csvRows(new TextDecoder().decode(bytes))
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)])
    const leads = await listed('si_2')
    expect(rows).toHaveLength(MANY + 2)
    expect(column('id').toSorted()).toEqual(leads.map(({ id }) => id).toSorted())
    expect(column('email').toSorted()).toEqual(leads.map(({ email }) => email).toSorted())
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([header.length]))
    expect(column('name')).toContain(`'${FORMULA}`)
    expect(column('company')).toContain('Ünique, Ltd')
    const scores = new Map(leads.map(({ id, score }) => [id, String(score)]))
    expect(rows.every((row) => row[header.indexOf('score')] === scores.get(row[0] ?? ''))).toBe(
      true,
    )
  })

  test('leads and scores as NDJSON, the score with every reason', async () => {
    const leads = await linesOf<LeadJson>(whole, 'what=leads&format=ndjson&site=si_2')
    const scores = await linesOf<LeadJson & { lead: string }>(whole, 'what=scores&site=si_2')
    expect(leads).toHaveLength(MANY + 2)
    expect(scores.map(({ lead }) => lead)).toEqual(leads.map(({ id }) => id))
    for (const { reasons, score_milli } of scores) {
      expect(reasons.reduce((sum, { milli }) => sum + milli, 0)).toBe(score_milli)
    }
    expect(scores.some(({ score_milli }) => score_milli > 0)).toBe(true)
    expect((await linesOf<LeadJson>(whole, 'format=ndjson')).length).toBeGreaterThan(0)
  })

  test('events: each that is stored, once, with whose it is; a period has its own', async () => {
    const db = new Database(whole.service.path, { readonly: true })
    const stored = db
      .prepare(
        `SELECT lower(hex(e.id)) AS id FROM event e JOIN session s ON s.id = e.session
         JOIN browser b ON b.id = s.browser WHERE b.site = ? ORDER BY 1`,
      )
      .pluck()
    const told = (events: readonly EventLine[]) =>
      events.map(({ id }) => id.replaceAll('-', '')).toSorted()
    const all = await linesOf<EventLine>(whole, 'what=events&site=si_2')
    expect(told(all)).toEqual(stored.all(2))
    const shop = await linesOf<EventLine>(whole, 'what=events&site=si_1')
    expect(told(shop)).toEqual(stored.all(1))
    db.close()

    const said = shop.filter(({ type }) => type === 'identify')
    expect(said[0]?.claim).toMatchObject({ email: 'ann@example.com', strength: 'medium' })
    const ann = (await listed('si_1'))[0]
    expect(new Set(said.map(({ lead }) => lead))).toEqual(new Set([ann?.id]))
    const alone = shop.filter(({ lead }) => lead === undefined)
    expect(alone).toHaveLength(1)
    const visitor = await get(whole, `/visitors/${alone[0]?.visitor}`)
    expect(visitor.status).toBe(200)

    const day = new Date(NOW - 2 * DAY).toISOString().slice(0, 10)
    const early = await linesOf<EventLine>(whole, `what=events&site=si_1&until=${day}`)
    const late = await linesOf<EventLine>(
      whole,
      `what=events&site=si_1&since=${new Date(NOW - DAY).toISOString().slice(0, 10)}`,
    )
    expect(early.every(({ at }) => at.slice(0, 10) <= day)).toBe(true)
    expect(early.length).toBeGreaterThan(0)
    expect(told([...early, ...late])).toEqual(told(shop))

    // In the middle of a visit, too.
    const middle = NOW - 4.5 * MINUTE
    const [before, after] = await Promise.all(
      [`until=${middle - 1}`, `since=${middle}`].map((period) =>
        linesOf<EventLine>(whole, `what=events&site=si_1&${period}`),
      ),
    )
    expect(after?.every(({ at }) => Date.parse(at) >= middle)).toBe(true)
    expect(after?.length).toBeGreaterThan(2)
    expect(told([...(before ?? []), ...(after ?? [])])).toEqual(told(shop))
  })

  test('a place in the walk through events is one at any size of page', async () => {
    const { reader } = whole.service
    const walk = async (limit: number) => {
      const ids: string[] = []
      let cursor: string | null = null
      do {
        const page = await reader.exportEvents({ limit, ...(cursor && { cursor }) })
        if (page.kind !== 'found') throw new Error(page.kind)
        expect(page.value.data.length).toBeLessThanOrEqual(limit)
        ids.push(...page.value.data.map(({ browser, at, id }) => `${browser} ${at} ${id}`))
        cursor = page.value.next_cursor
      } while (cursor !== null)
      return ids
    }
    const whole1 = await walk(1)
    expect(whole1.length).toBeGreaterThan(2 * MANY)
    expect(await walk(7)).toEqual(whole1)
    expect(await walk(100_000)).toEqual(whole1)
    expect(await reader.exportEvents({ limit: 1, cursor: 'x' })).toEqual({ kind: 'bad_cursor' })
    expect(await reader.exportLeads({ limit: 1, cursor: 'x' }, NOW)).toEqual({ kind: 'bad_cursor' })
  })

  test.each([
    ['what=people', 'leads, scores and events'],
    ['format=xlsx', 'The leads can be had as ndjson, csv, parquet.'],
    ['since=2026-02-30', 'A period begins and ends with a day'],
    ['since=2026-11-02&until=2026-11-01', 'ends before it begins'],
  ])('%s: says what would be right', async (query, words) => {
    const answer = await get(whole, `/connect/export?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(words)
  })

  test('are for owners: nobody else is even shown them', async () => {
    for (const role of ['analyst', 'viewer'] as const) {
      expect((await get(whole, '/connect/export', role)).status).toBe(403)
      for (const tab of ['', '?tab=keys', '?tab=export', '?tab=incoming']) {
        const html = await (await get(whole, `/connect${tab}`, role)).text()
        expect(html).not.toMatch(/tab=(keys|export)|\/connect\/export|\/connect\/quarantine/)
      }
      // Asking a page is a change, which a viewer may not make.
      const html = await (await get(whole, '/connect', role)).text()
      expect(html.includes('data-check')).toBe(role === 'analyst')
    }
    const html = await (await get(whole, '/connect?tab=export&since=2026-11-01')).text()
    expect(html).toContain(
      '/connect/export?what=events&amp;format=ndjson&amp;site=si_1&amp;since=2026-11-01',
    )
    expect(await (await get(whole, '/connect?tab=keys')).text()).toContain('href="/settings/keys"')
  })
})

describe('a download whose reading fails in between', () => {
  const lead = leadWith({ email: 'x'.repeat(2_000) })
  const page = Array.from({ length: 100 }, () => exportedWith(lead))

  function dashboardOver(reader: DashboardReader, onBroken: (error: unknown) => void = () => {}) {
    const clock = () => NOW
    const tagUrl = () => 'https://t.shop.example/pique.js'
    const checks = createPageChecks(clock)
    return openDashboard({ reader, clock, tagUrl, onBroken, checks, demo: false })
  }

  test.each(['identity', 'gzip'])('breaks off, and never looks whole: %s', async (encoding) => {
    const broken: unknown[] = []
    let reads = 0
    const reader = {
      ...readerOf(world),
      exportLeads: async () => {
        reads += 1
        await new Promise(setImmediate) // as from another thread
        if (reads === 3) throw new Error('the disk is gone')
        return { kind: 'found', value: { data: page, next_cursor: 'more' } } as const
      },
    }
    const app = new Hono()
    app.use(compress({ contentTypeFilter: isCompressible }))
    app.route(
      '/',
      dashboardOver(reader, (error) => broken.push(error)),
    )
    const server = createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
    try {
      const url = `http://127.0.0.1:${port}/connect/export?format=ndjson`
      const answer = await fetch(url, { headers: { 'accept-encoding': encoding } })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null)
      await expect(answer.text()).rejects.toThrow('terminated')
      expect(broken).toEqual([new Error('the disk is gone')])
    } finally {
      server.close()
    }
  })

  test('reads no further than it is taken, and ends when its taker is gone', async () => {
    let reads = 0
    const reader = {
      ...readerOf(world),
      exportLeads: async () => {
        reads += 1
        return { kind: 'found', value: { data: page, next_cursor: 'more' } } as const
      },
    }
    const server = createAdaptorServer({ fetch: dashboardOver(reader).fetch }).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
    try {
      const taker = new AbortController()
      const url = `http://127.0.0.1:${port}/connect/export?format=ndjson`
      const answer = await fetch(url, { signal: taker.signal })
      await answer.body?.getReader().read()
      const settled = async () => {
        let before = -1
        while (before !== reads) {
          before = reads
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
        return reads
      }
      // What sockets hold, and no more.
      expect(await settled()).toBeLessThan(100)
      taker.abort()
      const last = await settled()
      expect(await settled()).toBe(last)
    } finally {
      server.close()
    }
  })

  test('at the very beginning is an error, and no file', async () => {
    const reader = {
      ...readerOf(world),
      exportLeads: () => Promise.reject(new Error('the disk is gone')),
    }
    const app = dashboardOver(reader)
    app.onError((_, c) => c.text('failed', 500))
    expect((await app.request('/connect/export')).status).toBe(500)
  })
})

describe('what comes in', () => {
  let whole: Whole
  beforeEach(async () => {
    whole = await createWhole()
  })
  afterEach(() => whole.service.close())

  test('the last day by hour, and what was refused, in words with a cure', async () => {
    const flow = await whole.service.reader.flow('si_1', NOW)
    expect(flow.hours).toHaveLength(24)
    const sum = (of: 'visits' | 'events') => flow.hours.reduce((total, hour) => total + hour[of], 0)
    // Ann's visit of today, and somebody unknown; the event that was refused is none.
    expect([sum('visits'), sum('events')]).toEqual([2, 4])
    expect(flow.refused).toEqual([
      { code: 'invalid_id', events: 1, last_at: new Date(NOW).toISOString() },
    ])
    const html = await (await get(whole, '/connect?tab=incoming&site=si_1')).text()
    expect(html).toContain('4 events in 2 visits')
    expect(html).toContain('The id is no UUID')
    expect(html).toContain('Give every event a UUID of its own')
    expect(html).toContain('page_view at /')
    const hostile = '"><img src=x onerror=alert(1)>'
    whole.service.deliver('shop', randomUUID(), [eventAt(NOW, hostile, { id: hostile })])
    const laced = await (await get(whole, '/connect?tab=incoming&site=si_1')).text()
    expect(laced).toContain('&lt;img src=x')
    expect(laced).not.toContain('<img')
    const other = await (await get(whole, '/connect?tab=incoming&site=si_2')).text()
    expect(other).toContain('Nothing was refused.')
    expect(other).not.toContain('The id is no UUID')
    expect((await get(whole, '/connect?tab=incoming&cursor=x')).status).toBe(400)
  })

  test('what waits is taken or deleted by owners alone, and of their site', async () => {
    const { service } = whole
    for (let i = 0; i < 63; i += 1) {
      const props = { email: `held${i}@x.example` }
      service.deliver('shop', randomUUID(), [eventAt(NOW, 'identify', { props })])
    }
    const post = async (path: string, role: Role = 'owner') =>
      whole.request(`/connect/quarantine/${path}`, {
        method: 'POST',
        headers: { cookie: await whole.sessionOf(role), 'sec-fetch-site': 'same-origin' },
      })
    const waiting = async () =>
      [
        ...(await (await get(whole, '/connect?tab=incoming&site=si_1')).text()).matchAll(
          /data-waiting="(qu_\d+)"/g,
        ),
      ].map(([, id]) => id)
    const shown = await (await get(whole, '/connect?tab=incoming&site=si_1')).text()
    expect(shown).toContain('identify held62@x.example')
    expect(shown).toMatch(/· 3 waiting/)
    const [newest, oldest] = [(await waiting()).at(0), (await waiting()).at(-1)]
    expect((await post(`${newest}/requeue`, 'analyst')).status).toBe(403)
    expect((await post(`${newest}/drop?site=si_2`)).headers.get('location')).toContain('done=gone')
    expect((await post('qu_x/drop')).headers.get('location')).toContain('done=gone')
    const before = (await waiting()).length
    const taken = await post(`${oldest}/requeue?site=si_1`)
    expect([taken.status, taken.headers.get('location')]).toEqual([
      303,
      '/connect?site=si_1&tab=incoming&done=taken#waiting',
    ])
    expect((await post(`${newest}/drop?site=si_1`)).headers.get('location')).toContain(
      'done=dropped',
    )
    expect(await waiting()).toHaveLength(before - 2)
    const viewed = await (await get(whole, '/connect?tab=incoming&done=taken')).text()
    expect(viewed).toContain('The event is taken')
  })

  test('the code that signs an identity makes a signature that proves it', async () => {
    const code = signingCode({ key: 'shop' })
    const module: { sign(...given: unknown[]): string } = await import(
      `data:text/javascript,${encodeURIComponent(code)}`
    )
    const email = 'signed@shop.example'
    const prove = async (secret: string) => {
      const signature = module.sign(secret, Math.floor(NOW / 1000) + 1_800, '', email)
      const claim = eventAt(NOW, 'identify', { props: { email, signature } })
      whole.service.deliver('shop', randomUUID(), [claim])
      const links = await whole.service.reader.identities(`email:${email}`, {})
      return links.kind === 'found' ? links.value.map(({ strength }) => strength) : links.kind
    }
    expect(await prove('another secret')).toBe('missing')
    expect(await prove('signing-shop')).toEqual(['strong'])
  })
})

describe('what is connected', () => {
  let whole: Whole
  beforeEach(async () => {
    whole = await createWhole()
  })
  afterEach(() => whole.service.close())

  const post = async (path: string, fields: Record<string, string> = {}, role: Role = 'owner') =>
    whole.request(path, {
      method: 'POST',
      headers: { cookie: await whole.sessionOf(role), 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields),
    })
  const page = async (path: string, role: Role = 'owner') => (await get(whole, path, role)).text()
  const secretIn = (html: string) =>
    /<code id="secret">(.*?)<\/code>/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const audit = async () => {
    const found = await whole.service.reader.audit({ limit: 10 })
    return found.kind === 'found' ? found.value.data : []
  }

  test('a provider’s address is shown once and works, until it is removed', async () => {
    expect(await page('/connect/email')).toContain('No provider tells anything yet.')
    const added = await post('/connect/email/intakes?site=si_1', {
      provider: 'postmark',
      creates: 'on',
    })
    const address = new URL(secretIn(await added.text()))
    expect(address.pathname).toMatch(/^\/hooks\/.+/)
    const tell = (id: string) =>
      whole.request(address.pathname, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${address.username}:${address.password}`)}` },
        body: JSON.stringify({
          RecordType: 'SubscriptionChange',
          MessageID: id,
          Recipient: 'mia@mail.example',
          ChangedAt: new Date(NOW - MINUTE).toISOString(),
          SuppressSending: true,
          SuppressionReason: 'ManualSuppression',
        }),
      })
    expect(await (await tell('m1')).json()).toMatchObject({ accepted: 1 })
    const [intake] = await whole.service.reader.intakes()
    const shown = await page('/connect/email')
    expect(shown).toContain('For shop; people nobody knows become leads')
    expect(shown).not.toContain(address.password)
    expect(await page('/connect/email', 'analyst')).not.toContain('intakes')
    const gone = await post(`/connect/email/intakes/${intake?.id}/remove`)
    expect(gone.headers.get('location')).toContain('done=removed')
    expect((await tell('m2')).status).toBe(404)
    expect(await audit()).toMatchObject([
      { action: 'intake.removed', subject: intake?.id },
      { action: 'intake.added', subject: intake?.id, detail: 'postmark' },
    ])
  })

  test('a link is made for one person by whoever may write, and nobody else', async () => {
    const fields = {
      page: 'https://shop.example/pricing',
      email: 'Ann@Example.com',
      campaign: 'spring',
    }
    const made = await post('/connect/email/links?site=si_1', fields, 'analyst')
    const address = new URL(secretIn(await made.text()))
    expect(address.origin + address.pathname).toBe(fields.page)
    expect(address.searchParams.get('utm_campaign')).toBe('spring')
    expect(address.searchParams.get('utm_pique')).toMatch(/^[^.]+\.[^.]+$/)
    const found = await whole.service.reader.emailLinks({ site: 'si_1' })
    expect(found).toMatchObject({ value: { data: [{ email: 'ann@example.com' }] } })
    const wrong = await post('/connect/email/links', { ...fields, page: 'nowhere' }, 'analyst')
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain('value="Ann@Example.com"')
    expect((await post('/connect/email/links', fields, 'viewer')).status).toBe(403)
    expect(await page('/connect/email', 'viewer')).not.toContain('<form class="settings-form')
    expect(await audit()).toMatchObject([{ action: 'links.made', by: 'analyst@team.example' }])
  })

  test('a CRM says how it stands, and never its secret', async () => {
    expect(await page('/connect')).not.toContain('data-part="crm"')
    const secret = 'pat-eu1-very-secret'
    const added = await post('/connect/crm/add', { kind: 'hubspot', secret, of: 'si_1' })
    expect([added.status, added.headers.get('location')]).toEqual([
      303,
      '/connect/crm?site=si_1&done=added',
    ])
    expect(await page('/connect/crm')).toContain('Beginning')
    const { reader, writer } = whole.service
    const [open] = await writer.openCrms()
    expect(open?.secret).toBe(secret)
    const status = { cursor: 1, refused: [], failingSince: null, syncedAt: NOW, renewedAt: NOW }
    await writer.noteCrm(open?.ref ?? 0, { ...status, state: 'on', error: null })
    expect(await page('/connect/crm')).toContain('In step')
    await writer.noteCrm(open?.ref ?? 0, {
      ...status,
      state: 'stopped',
      error: 'the token is not accepted',
      refused: [{ lead: 'ld_1', why: 'INVALID_EMAIL' }],
    })
    const shown = await page('/connect/crm')
    for (const words of [
      'Stopped',
      'The token is not accepted.',
      '1 record not taken lately',
      'INVALID_EMAIL',
    ]) {
      expect(shown).toContain(words)
    }
    expect(shown).not.toContain(secret)
    expect(await page('/connect')).toContain('HubSpot is not in step: the token is not accepted.')
    expect(await page('/connect', 'analyst')).not.toContain('HubSpot')
    expect(await page('/connect/crm', 'analyst')).toContain('CRMs are for owners')
    const [crm] = await reader.crms()
    await post(`/connect/crm/${crm?.id}/remove`)
    expect(await reader.crms()).toEqual([])
    expect((await audit()).map(({ action }) => action)).toEqual(['crm.removed', 'crm.added'])
  })

  test('a new write key is shown once, and the one of before is refused', async () => {
    const send = (key: string) =>
      whole.request('/v1/track', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ userId: '42', event: 'Trial Started', messageId: randomUUID() }),
      })
    expect((await send('write-shop')).status).toBe(200)
    expect(await page('/connect', 'analyst')).not.toContain('/connect/write-key')
    const made = await post('/connect/write-key?site=si_1')
    const key = secretIn(await made.text())
    expect(key).toMatch(/^wk_/)
    expect([(await send('write-shop')).status, (await send(key)).status]).toEqual([401, 200])
    expect(await page('/connect')).not.toContain(key)
    expect((await send('write-blog')).status).toBe(200)
    expect(await audit()).toMatchObject([{ action: 'site.write_key_changed', subject: 'si_1' }])
  })
})
