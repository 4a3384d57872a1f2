import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDrafts } from '../../collector/import/drafts.ts'
import { readLeads } from '../../collector/import/leads-plan.ts'
import { takeLeads } from '../../collector/import/take-leads.ts'
import type { OutcomeJson } from '../../collector/store/shapes.ts'
import { eventAt } from '../support/world.ts'
import { createWhole, HOST, type Whole } from './access-fixture.ts'
import { HARD_ID, MINUTE, NOW } from './api-fixture.ts'

/** Outcomes from a CSV on Connect, over a real store: Ann is known to the shop and to the blog, Bob to the blog. */

type Role = Parameters<Whole['sessionOf']>[0]

let whole: Whole
let cookie: string
beforeEach(async () => {
  whole = await createWhole()
  cookie = await whole.sessionOf('analyst')
})
afterEach(() => whole.service.close())

const ours = () => ({ cookie, 'sec-fetch-site': 'same-origin' })
const get = (path: string) => whole.request(path, { headers: ours() })
const post = (path: string, body?: FormData) =>
  whole.request(path, { method: 'POST', headers: ours(), ...(body && { body }) })

function upload(text: string, site = 'si_1', name = 'deals.csv', what = ''): Promise<Response> {
  const form = new FormData()
  if (what !== '') form.append('what', what)
  form.append('file', new File([text], name, { type: 'text/csv' }))
  return post(`/connect/import?site=${site}`, form)
}

/** What a file would do: the page that its upload leads to. */
async function dryRun(text: string, site = 'si_1', what = '') {
  const answer = await upload(text, site, 'people.csv', what)
  expect(answer.status).toBe(303)
  const path = answer.headers.get('location') ?? ''
  return { path, html: await (await get(path)).text() }
}

const addPath = (path: string) => path.replace('?', '/add?')
const skippedPath = (path: string) => path.replace('?', '/skipped.csv?')

async function importAll(text: string, site = 'si_1'): Promise<string> {
  const { path } = await dryRun(text, site)
  const answer = await post(addPath(path))
  expect([answer.status, answer.headers.get('location')]).toEqual([303, path])
  return (await get(path)).text()
}

async function saidOf(id: string, site: string): Promise<readonly OutcomeJson[]> {
  const found = await whole.service.reader.outcomes(id, { site })
  return found.kind === 'found' ? found.value : []
}
const stageOf = async (id: string, site: string) => {
  const found = await whole.service.reader.lead(id, { site }, NOW)
  return found.kind === 'found' ? found.value.stage : null
}
async function auditOf() {
  const found = await whole.service.reader.audit({ limit: 10 })
  return found.kind === 'found' ? found.value.data : []
}
const ANN = 'email:ann@example.com'
const titleOf = (html: string) => /<h2 id="(?:run|report)-title"[^>]*>(.*?)<\/h2>/.exec(html)?.[1]
const restOf = (html: string) => /<p data-part="rest">(.*?)<\/p>/.exec(html)?.[1]

const DEALS = [
  'E-mail;Stage;Close date;Amount;Owner',
  'ANN@example.com;Qualified;2026-10-01;;Kim',
  'ann@example.com;Closed won;2026-10-20;1.200,50 €;Kim',
  'ann@example.com;Closed won;2026-10-20;1.200,50 €;Kim',
  'bob@example.org;lost;2026-10-02;;Kim',
  '=nobody@example.com;won;2026-10-03;;Kim',
  'ann@example.com;won;03/04/2026;;Kim',
].join('\r\n')

test('a dry run says what would be, and changes nothing', async () => {
  const { html, path } = await dryRun(`\uFEFF${DEALS}`)
  expect(titleOf(html)).toBe('6 rows: 2 would be added')
  expect(restOf(html)).toBe('1 is known already, 2 name nobody here, and 1 can’t be read.')
  expect(html).toContain('Not used, because its name says nothing here: “Owner”.')
  expect(html).toContain('Import 2 outcomes')
  expect(html).toContain('€1,200.50')
  expect(html).toMatch(/<strong>1 lead<\/strong> Lead .*Won/)
  expect(html).toContain('“03/04/2026” can be two dates: write 2026-04-03 or 2026-03-04.')
  expect(html).toMatch(/Line 5<\/strong> <span>bob@example.org/)
  expect(html).not.toContain('data-milli')
  const skipped = await get(skippedPath(path))
  expect(skipped.headers.get('content-disposition')).toBe('attachment; filename="skipped.csv"')
  const lines = (await skipped.text()).trim().split('\r\n')
  expect(lines).toHaveLength(5)
  expect(lines[3]).toBe(
    "'=nobody@example.com,won,2026-10-03,,Kim,6,no lead of this site goes by that name",
  )
  expect(await saidOf(ANN, 'si_1')).toEqual([])
  expect(await auditOf()).toEqual([])
})

test('an import adds what was shown, by name, and the same file adds nothing more', async () => {
  const html = await importAll(DEALS)
  expect(titleOf(html)).toBe('2 outcomes imported')
  expect(html).toContain('/sources?site=si_1&amp;period=all')
  const said = await saidOf(ANN, 'si_1')
  expect(said).toMatchObject([
    {
      type: 'close_convert_lead',
      occurred_at: '2026-10-20T00:00:00.000Z',
      value: 1200.5,
      currency: 'EUR',
      by: 'analyst@team.example',
      recorded_at: new Date(NOW).toISOString(),
    },
    { type: 'qualify_lead', occurred_at: '2026-10-01T00:00:00.000Z', value: null },
  ])
  expect(await stageOf(ANN, 'si_1')).toBe('won')
  const decisions = await whole.service.reader.decisions(ANN, { site: 'si_1' })
  expect(decisions).toMatchObject({
    value: [
      { to: 'won', by: 'sales' },
      { to: 'sql', by: 'sales' },
    ],
  })
  const report = await whole.service.reader.sources({ site: 'si_1' }, NOW)
  expect(report?.total).toMatchObject({ won: 1, value: [{ currency: 'EUR', amount: 1200.5 }] })
  expect(await auditOf()).toMatchObject([
    {
      action: 'outcomes.imported',
      by: 'analyst@team.example',
      subject: 'si_1',
      detail: '2 outcomes',
    },
  ])

  const again = await dryRun(DEALS)
  expect(titleOf(again.html)).toBe('6 rows: nothing would be added')
  expect(again.html).not.toContain('/add?')
  expect(titleOf(await importAll(DEALS))).toBe('Nothing was added')
  expect(await saidOf(ANN, 'si_1')).toHaveLength(2)
  expect(await auditOf()).toHaveLength(1)
})

test('two clicks, and two people with one file, add once', async () => {
  const { path } = await dryRun(DEALS)
  cookie = await whole.sessionOf('owner')
  const other = await dryRun(DEALS)
  const first = cookie
  const clicks = [post(addPath(other.path)), post(addPath(other.path))]
  cookie = await whole.sessionOf('analyst') // another session: the file of the first is not its own
  expect((await get(path)).headers.get('location')).toBe(
    '/connect?site=si_1&tab=import&done=forgotten',
  )
  for (const click of await Promise.all(clicks)) expect(click.status).toBe(303)
  expect(await saidOf(ANN, 'si_1')).toHaveLength(2)
  cookie = first
  expect(titleOf(await (await get(other.path)).text())).toBe('2 outcomes imported')
  expect(await auditOf()).toHaveLength(1)
})

test('what somebody else said meanwhile is not said again', async () => {
  const { path } = await dryRun(DEALS)
  const lead = await whole.service.reader.leadRef(ANN, { site: 'si_1' })
  if (lead.kind !== 'found') throw new Error('Ann is gone')
  const same = { lead: lead.value, type: 'qualify_lead', at: Date.parse('2026-10-01') } as const
  const rest = { value: null, currency: null, reason: null, by: 'x', recordedAt: NOW }
  // Between what the plan read and what is written, as another collector's thread may be.
  const { saidOf: read } = whole.service.reader
  whole.service.reader.saidOf = async (leads) => {
    const before = await read(leads)
    await whole.service.writer.addOutcome({ ...same, ...rest })
    whole.service.reader.saidOf = read
    return before
  }
  await post(addPath(path))
  const html = await (await get(path)).text()
  expect(titleOf(html)).toBe('1 outcome imported')
  expect(await saidOf(ANN, 'si_1')).toHaveLength(2)
  expect(await (await get(skippedPath(path))).text()).toContain('Kim,2,it is known already')
})

test('each site has its own people, by any of their names', async () => {
  const text = 'user_id,email,id,type,date\n'
  const hard = JSON.stringify(HARD_ID)
  await importAll(`${text}${hard},,,won,2026-10-01\n,ann@example.com,00Q5,lost,2026-10-02`)
  expect((await saidOf(ANN, 'si_1')).map(({ type }) => type)).toEqual([
    'close_unconvert_lead',
    'close_convert_lead',
  ])
  expect(await saidOf(ANN, 'si_2')).toEqual([])
  const blog = await importAll(
    `${text}${hard},,,won,2026-10-01\n,ann@example.com,,won,2026-10-03`,
    'si_2',
  )
  expect(titleOf(blog)).toBe('1 outcome imported')
  expect(await saidOf(ANN, 'si_2')).toMatchObject([{ occurred_at: '2026-10-03T00:00:00.000Z' }])
  const { html } = await dryRun(`${text},bob@example.org,ld_1,won,2026-10-01`, 'si_2')
  expect(restOf(html)).not.toContain('names nobody') // Bob, though the lead is another site's
  const both = await dryRun(`${text},bob@example.org,ld_2,won,2026-10-01`, 'si_2')
  expect(both.html).toMatch(/its columns name two different leads/)
})

test('whoever was erased is nobody, and files that may name them are forgotten', async () => {
  const { path } = await dryRun(DEALS)
  const lead = await whole.service.reader.leadRef(ANN, { site: 'si_1' })
  if (lead.kind !== 'found') throw new Error('Ann is gone')
  const analyst = cookie
  cookie = await whole.sessionOf('owner')
  const form = new FormData()
  form.append('confirm', 'erase')
  await post(`/leads/ld_${lead.value}/erase`, form)
  expect((await whole.service.reader.leadRef(ANN, { site: 'si_1' })).kind).toBe('missing')
  cookie = analyst
  expect((await get(path)).status).toBe(303)
  const { html } = await dryRun(DEALS)
  expect(restOf(html)).toBe('5 name nobody here and 1 can’t be read.')
})

test('who may only read is shown no tab and refused', async () => {
  cookie = await whole.sessionOf('viewer')
  expect((await upload(DEALS)).status).toBe(403)
  const html = await (await get('/connect?tab=import&site=si_1')).text()
  expect(html).not.toContain('tab=import')
  expect(html).not.toContain('import-form')
  for (const role of ['analyst', 'owner', 'admin key'] as const satisfies readonly Role[]) {
    cookie = await whole.sessionOf(role)
    const shown = await (await get('/connect?tab=import&site=si_1')).text()
    expect(shown).toContain('action="/connect/import?site=si_1"')
    expect(shown).toContain('/connect/import/template.csv')
  }
})

describe('a file that can’t be taken is told at once', () => {
  test.each<[string, string, number, RegExp]>([
    ['empty', '', 400, /The file is empty/],
    ['without people', 'type,date\nwon,2026-10-01', 400, /No column says who it was/],
    ['without rows', 'email,type,date\n', 400, /no rows below/],
    ['with a quote that never closes', 'email,type,date\n"a,b\n', 400, /From line 2 on/],
    ['too large', 'x'.repeat(6_000_000), 413, /over 5 MB/],
  ])('%s', async (_, text, status, words) => {
    const answer = await upload(text)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toMatch(words)
  })
  test('or is none', async () => {
    expect(await (await post('/connect/import?site=si_1', new FormData())).text()).toContain(
      'Choose a CSV file first.',
    )
    const form = new FormData()
    form.append('file', 'email,type\n')
    expect((await post('/connect/import?site=si_1', form)).status).toBe(400)
  })
})

test('a hostile file is text on every page', async () => {
  const evil = '<script>alert(1)</script>'
  const { html, path } = await dryRun(
    `email,stage,date,reason,${evil}\n${evil}@x,${evil},${evil},,\nann@example.com,won,2026-10-01,${evil},`,
  )
  expect(html).not.toContain(evil)
  expect(html).toContain('&lt;script&gt;')
  expect(await (await get(skippedPath(path))).text()).toContain(evil)
})

test('many rows are added in pieces, while others are answered', { timeout: 30_000 }, async () => {
  const people = Array.from({ length: 40 }, (_, i) => `p${i}@corp.example`)
  for (const email of people) {
    whole.service.deliver('shop', randomUUID(), [
      eventAt(NOW - MINUTE, 'identify', { props: { email } }),
    ])
  }
  const days = ['2026-09-01', '2026-09-02', '2026-09-03', '2026-09-04', '2026-09-05', '2026-09-06']
  const rows = days.flatMap((day) => people.map((email) => `${email},working,${day}`))
  let most = 0
  const { addOutcomes } = whole.service.writer
  whole.service.writer.addOutcomes = (some) => {
    most = Math.max(most, some.length)
    return addOutcomes(some)
  }
  const html = await importAll(['email,type,date', ...rows].join('\n'))
  expect(titleOf(html)).toBe('240 outcomes imported')
  expect(most).toBe(200)
  expect(titleOf((await dryRun(['email,type,date', ...rows].join('\n'))).html)).toMatch(/nothing/)
})

test('files are kept for a quarter of an hour, one of each session, and no more than fit', () => {
  let now = 0
  const drafts = createDrafts(() => now)
  const put = (credential: string, bytes = 10) =>
    drafts.put({ credential, site: 'si_1', name: 'x.csv' }, new Uint8Array(bytes))
  const first = put('a')
  expect(drafts.find(first, 'b')).toBeNull()
  const second = put('a')
  expect([drafts.find(first, 'a'), drafts.find(second, 'a')?.id]).toEqual([null, second])
  now = 15 * MINUTE
  expect(drafts.find(second, 'a')).toBeNull()
  const many = ['a', 'b', 'c', 'd', 'e'].map((one) => put(one, 5 * 1024 * 1024))
  expect(many.map((id, i) => drafts.find(id, 'abcde'[i] ?? '') !== null)).toEqual([
    false,
    true,
    true,
    true,
    true,
  ])
  drafts.forget()
  expect(drafts.find(many[4] ?? '', 'e')).toBeNull()
})

test('whoever erases somebody through the API too has no uploaded file left that names them', async () => {
  const { path } = await dryRun(DEALS)
  const key = whole.service.keyOf(['admin'])
  const erased = await whole.request(`/api/v1/leads/${encodeURIComponent(ANN)}?site=si_1`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${key}` },
  })
  expect(erased.status).toBe(200)
  const answer = await get(path)
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    expect.stringContaining('done=forgotten'),
  ])
})

test('a template is there to begin with', async () => {
  const answer = await get('/connect/import/template.csv')
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(await answer.text()).toContain('email,type,occurred_at,value,currency,reason\r\n')
  expect(new URL((await get('/connect/import')).headers.get('location') ?? '', HOST).search).toBe(
    '?tab=import',
  )
})

describe('people', () => {
  const PEOPLE = [
    'E-mail;User ID;Job Title;Seats;Score;Created At',
    'ANN@example.com;;CTO;12;99;2026-10-01',
    'cara@northwind.example;c-1;Head of Marketing;;1;',
    'Cara@Northwind.example;;;7;;',
    'not an address;;;;;',
    ';;CEO;;;',
    'dan@example.org;;;;;03/04/2026',
    '<b>eve</b>@example.org;;;;;',
  ].join('\r\n')
  const addPeople = (path: string) => path.replace('?', '/add-leads?')
  const leadOf = async (id: string) => {
    const found = await whole.service.reader.lead(id, { site: 'si_1' }, NOW)
    return found.kind === 'found' ? found.value : null
  }
  const CARA = 'email:cara@northwind.example'

  test('are shown as they would be taken, with every row that is passed over', async () => {
    const { html, path } = await dryRun(PEOPLE, 'si_1', 'leads')
    expect(titleOf(html)).toBe('7 rows: 1 new lead')
    expect(restOf(html)).toBe('2 are of people known, who learn what they say and 4 are skipped.')
    expect(html).toContain('Not used, because its name says nothing here: “Score”.')
    for (const [name, as] of [
      ['E-mail', 'E-mail: who it is'],
      ['Job Title', 'Job title'],
      ['Seats', 'Seats'],
      ['Created At', 'Since when they are known'],
    ]) {
      expect(html).toMatch(new RegExp(`<strong>${name}</strong>.{0,120}</span> ${as}</li>`))
    }
    expect(html).toContain('Import 3 rows')
    expect(html).toContain('“03/04/2026” can be two dates: write 2026-04-03 or 2026-03-04.')
    expect(html).not.toContain('<b>eve')
    const lines = (await (await get(skippedPath(path))).text()).trim().split('\r\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toBe('not an address,,,,,,5,“not an address” is no e-mail address')
    expect(await leadOf(CARA)).toBeNull()
    expect(await auditOf()).toEqual([])
  })

  test('become leads that know what the file says, and once only', async () => {
    const { path } = await dryRun(PEOPLE, 'si_1', 'leads')
    // The route of outcomes is not theirs.
    await post(addPath(path))
    expect(await leadOf(CARA)).toBeNull()
    const both = await Promise.all([post(addPeople(path)), post(addPeople(path))])
    for (const answer of both) {
      expect([answer.status, answer.headers.get('location')]).toEqual([303, path])
    }
    const html = await (await get(path)).text()
    expect(titleOf(html)).toBe('1 lead added')
    expect(restOf(html)).toContain('2 rows told something of people known and 4 rows were skipped.')
    expect(restOf(html)).toContain('erase them on their page')
    expect(await leadOf(CARA)).toMatchObject({
      user_id: 'c-1',
      email: 'cara@northwind.example',
      score_milli: 0,
      fit: { letter: 'A' },
      traits: { job_title: 'Head of Marketing', seats: 7 },
    })
    expect((await leadOf(ANN))?.traits).toMatchObject({ job_title: 'CTO', seats: 12 })
    expect(await auditOf()).toMatchObject([
      { action: 'data.imported', by: 'analyst@team.example', subject: 'si_1', detail: '1 leads' },
    ])
    const again = await dryRun(PEOPLE, 'si_1', 'leads')
    expect(titleOf(again.html)).toBe('7 rows: no new lead')
    await post(addPeople(again.path))
    const second = await (await get(again.path)).text()
    expect(titleOf(second)).toBe('No new lead')
    expect(restOf(second)).toBe('3 rows were known already and 4 rows were skipped.')
    expect(await auditOf()).toHaveLength(1)

    const { id = '' } = (await leadOf(CARA)) ?? {}
    const form = new FormData()
    form.append('confirm', 'erase')
    const analyst = cookie
    cookie = await whole.sessionOf('owner')
    await post(`/leads/${id}/erase`, form)
    expect(await leadOf(CARA)).toBeNull()
    cookie = analyst
    const third = await dryRun(PEOPLE, 'si_1', 'leads')
    await post(addPeople(third.path))
    const last = await (await get(third.path)).text()
    expect(restOf(last)).toMatch(/^1 row was known already, 2 rows are of people who were erased,/)
    expect(await leadOf(CARA)).toBeNull()
  })

  test('brought where decisions are asked for are told where they belong', async () => {
    const answer = await upload('email,name\r\na@example.com,A')
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('belongs under “People” above')
    const events = await (await get('/connect?tab=import&what=events&site=si_2')).text()
    expect(events).toContain(`pique import events.ndjson --site si_2 --url ${HOST}`)
  })

  test('wait again where the collector has too much to do, and are taken whole after that', async () => {
    const { reader, collect } = whole.service
    const text = ['email', ...Array.from({ length: 250 }, (_, i) => `p${i}@many.example`)].join(
      '\n',
    )
    const read = await readLeads(reader, { bytes: Buffer.from(text), site: 'si_1' }, NOW)
    if (!read.ok) throw new Error(read.problem)
    let answered = 0
    const busy = { status: 503, body: JSON.stringify({ code: 'overloaded' }) }
    const end = { site: 'shop', clock: () => NOW }
    const rows = read.file.rows
    const first = await takeLeads(rows, {
      ...end,
      collect: async (raw) => (++answered > 150 ? busy : collect(raw)),
    })
    expect(first).toBeNull()
    const taken = await takeLeads(rows, { ...end, collect })
    const fates = taken?.map(({ fate }) => fate) ?? []
    expect(fates.filter((fate) => fate === 'same')).toHaveLength(150)
    expect(fates.filter((fate) => fate === 'new')).toHaveLength(100)
  })
})
