import { describe, expect, test } from 'vitest'
import { createRowReader } from '../../collector/import/csv-rows.ts'
import { toldOf } from '../../collector/import/deliveries.ts'
import { readEventLine } from '../../collector/import/event-lines.ts'
import { lineOfRow } from '../../collector/import/line-of-row.ts'
import { type Block, linesOf } from '../../collector/import/lines.ts'
import { createLogReader } from '../../collector/import/log-lines.ts'
import { readMapping } from '../../collector/import/mapping.ts'
import { createTally } from '../../collector/import/report.ts'
import type { ImportRow, ReadRow } from '../../collector/import/row.ts'
import { createRowIds } from '../../collector/import/row-ids.ts'
import { Changed, importPieces, type Place, piecesOfLines } from '../../collector/import/run.ts'

/** From bytes to events: what each format says, and what is passed over with a reason. */

const NOW = Date.UTC(2026, 10, 29)
const BROWSER = '01990000-0000-7000-8000-000000000001'
const read = (line: unknown) =>
  readEventLine(typeof line === 'string' ? line : JSON.stringify(line), { now: NOW })
function rowOf(found: ReadRow): ImportRow {
  if (!found.ok) throw new Error(found.code)
  return found.row
}
async function* bytes(...parts: (string | Buffer)[]) {
  for (const part of parts) yield Buffer.from(part)
}
async function linesIn(...parts: (string | Buffer)[]) {
  const blocks: Block[] = []
  for await (const block of linesOf(bytes(...parts), 100)) blocks.push(block)
  return blocks.flatMap(({ lines }) => lines)
}

describe('lines', () => {
  test('of any ends, with a mark in front, without an end', async () => {
    const found = await linesIn('\uFEFFone\r\n\n', ' tw', 'o \nthree')
    expect(found.map(({ number, text }) => [number, text])).toEqual([
      [1, 'one'],
      [3, 'two'],
      [4, 'three'],
    ])
  })
  test('that are too long or no text are told, and the next ones read', async () => {
    const long = Array.from({ length: 50 }, () => 'x'.repeat(60))
    const found = await linesIn(...long, 'x\nok\n', Buffer.from([0xff, 0xfe, 0x0a]), 'end')
    expect(found.map(({ number, text, problem }) => [number, text ?? problem])).toEqual([
      [1, 'too_long'],
      [2, 'ok'],
      [3, 'not_text'],
      [4, 'end'],
    ])
  })
})

describe('a line of Segment', () => {
  const call = {
    type: 'track',
    event: 'Product Added',
    messageId: 'm1',
    userId: '42',
    anonymousId: BROWSER,
    timestamp: '2026-11-01T10:00:00Z',
    sentAt: '2026-11-01T10:00:05Z',
    context: { traits: { email: 'ann@corp.example', address: { city: { name: 'Ghent' } } } },
    properties: { product_id: 'p1', products: [{ variants: [{ sizes: [{ cm: [1] }] }] }] },
  }
  test('is read as its API reads it, at the time it says', () => {
    const row = rowOf(read(call))
    expect(row).toMatchObject({ browser: BROWSER, server: true, human: true })
    expect(row.event).toMatchObject({
      id: 'm1',
      type: 'add_to_cart',
      at: Date.UTC(2026, 10, 1, 10),
      claim: { user_id: '42', email: 'ann@corp.example' },
    })
    const { anonymousId: _, ...known } = call
    expect(rowOf(read({ ...known, type: 'identify', event: undefined }))).toMatchObject({
      browser: 'user:42',
      event: { type: 'identify', props: { user_id: '42', email: 'ann@corp.example' } },
    })
  })
  test('is passed over with its reason', () => {
    const of = (change: object) => read({ ...call, ...change })
    expect(of({ timestamp: undefined })).toMatchObject({ ok: false, code: 'no_time' })
    expect(of({ timestamp: 'soon' })).toMatchObject({ ok: false, code: 'no_time' })
    expect(of({ event: 7 })).toMatchObject({ ok: false, code: 'no_type' })
    const nobody = { userId: 'null', anonymousId: '', context: {} }
    expect(of(nobody)).toMatchObject({ ok: false, code: 'nobody' })
  })
})

test('a line of an exported lead says who it is, and counts for nothing', () => {
  const lead = { id: 'ld_7', email: 'ann@corp.example', user_id: null, traits: { company: 'Corp' } }
  const seen = { ...lead, first_seen_at: '2026-11-01T10:00:00.000Z', outcomes: [] }
  const row = rowOf(read(seen))
  expect(row).toMatchObject({ server: true, human: false, isUndated: false })
  expect(row.event).toEqual({
    type: 'identify',
    at: Date.UTC(2026, 10, 1, 10),
    props: { email: 'ann@corp.example', traits: { company: 'Corp' } },
  })
  expect(rowOf(read({ ...seen, first_seen_at: null }))).toMatchObject({ isUndated: true })
  expect(read({ ...seen, email: null })).toMatchObject({ ok: false, code: 'nobody' })
})

describe('a line of NDJSON', () => {
  const exported = {
    id: 'message 1',
    type: 'trial_start',
    at: '2026-11-01T10:00:00.000Z',
    received_at: '2026-11-01T10:00:01.000Z',
    browser: BROWSER,
    session: BROWSER,
    human: false,
    bot: 'isbot',
    device: 'Chrome on Windows',
    skew_ms: 12,
    claim: { user_id: '42', strength: 'weak', evidence: 'link', link: 'l1' },
  }
  test('of our export keeps all that it says', () => {
    const row = rowOf(read(exported))
    const { human, server, cookieless, bot, device, skewMs } = row
    expect({ human, server, cookieless, bot, device, skewMs }).toEqual({
      human: false,
      server: false,
      cookieless: false,
      bot: 'isbot',
      device: 'Chrome on Windows',
      skewMs: 12,
    })
    expect(row.event.claim).toEqual(exported.claim)
    const told = rowOf(read({ ...exported, session: undefined, server: true, cookieless: true }))
    expect([told.server, told.cookieless]).toEqual([true, true])
  })
  test('goes to a collector and is read there as the same', () => {
    for (const type of ['trial_start', 'identify']) {
      const row = rowOf(read({ ...exported, type }))
      const event = createRowIds().withId(row)
      expect(rowOf(read(lineOfRow({ line: 1, row, event })))).toEqual({ ...row, event })
    }
  })
  test('of others needs little, and is a server’s word unless it names a session', () => {
    const plain = rowOf(read({ event: 'login', timestamp: 1_790_000_000, user_id: 7 }))
    expect(plain).toMatchObject({ browser: 'user:7', server: true, human: true })
    expect(plain.event).toMatchObject({
      type: 'login',
      at: 1_790_000_000_000,
      claim: { user_id: '7' },
    })
    const visit = {
      type: 'page_view',
      at: '2026-11-01 10:00:00Z',
      browser: BROWSER,
      session: BROWSER,
    }
    expect(rowOf(read(visit))).toMatchObject({ server: false, human: true })
    expect(rowOf(read({ ...visit, session: undefined })).server).toBe(true)
    const { browser } = rowOf(read({ type: 'x', at: 1_790_000_000, email: 'Ann@x.example' }))
    expect(browser).not.toContain('nn@')
  })
  test.each([
    ['{', 'not_an_object'],
    ['[1]', 'not_an_object'],
    ['[[[[[[[1]]]]]]]', 'too_deep'],
    [{ at: NOW, browser: BROWSER }, 'no_type'],
    [{ type: 'x', browser: BROWSER }, 'no_time'],
    [{ type: 'x', at: '2026-11-01 10:00', browser: BROWSER }, 'no_time'],
    [{ type: 'x', at: '2026-02-31T10:00:00Z', browser: BROWSER }, 'no_time'],
    [{ type: 'x', at: NOW + 2 * 86_400_000, browser: BROWSER }, 'future'],
    [{ type: 'x', at: NOW }, 'nobody'],
  ])('%j is passed over', (line, code) => {
    expect(read(line)).toMatchObject({ ok: false, code })
  })
})

test('rows without ids get the same ones each time, and equal rows different ones', () => {
  const row = rowOf(read({ type: 'x', at: NOW, user_id: '1', props: { a: 1, b: 2 } }))
  const turned = rowOf(read({ props: { b: 2, a: 1 }, user_id: '1', at: NOW, type: 'x' }))
  const idsIn = (rows: readonly ImportRow[]) => {
    const ids = createRowIds()
    return rows.map((one) => ids.withId(one).id)
  }
  const first = idsIn([row, turned, row])
  expect(new Set(first).size).toBe(3)
  expect(idsIn([turned, row, row])).toEqual(first)
})

test('neighbours told alike are one delivery, and what tells them apart is kept', () => {
  const line = (human: boolean, server: boolean) =>
    rowOf(read({ type: 'x', at: NOW, browser: BROWSER, human, server }))
  const rows = [line(true, false), line(true, false), line(false, false), line(true, true)]
  const told = toldOf(
    'shop',
    rows.map((row, i) => ({ line: i + 1, row, event: row.event })),
  )
  expect(told.map(({ lines }) => lines)).toEqual([[1, 2], [3], [4]])
  expect(told.map(({ body }) => JSON.parse(body))).toMatchObject([
    { site: 'shop', browser: BROWSER, human: true, server: false },
    { human: false, server: false },
    { human: true, server: true },
  ])
})

describe('an import that was broken off', () => {
  const lines = Array.from({ length: 9 }, (_, i) =>
    JSON.stringify({ type: `t${i}`, at: NOW, user_id: 1 }),
  )
  const parts = [0, 3, 6].map((from) => `${lines.slice(from, from + 3).join('\n')}\n`)
  async function runOver(some: readonly string[], past: Place | null, most = 99) {
    const taken: string[] = []
    const places: (Place | null)[] = []
    await importPieces(
      piecesOfLines(linesOf(bytes(...some)), (text) => read(text), past),
      {
        tally: createTally(),
        ids: createRowIds(),
        rowsAtOnce: 3,
        isStopped: () => places.length >= most,
        onSkip() {},
        onBatch: (place) => void places.push(place),
        async take(rows) {
          taken.push(...rows.map(({ event }) => `${event.type} ${event.id}`))
        },
      },
    )
    return { taken, place: places.findLast((one) => one !== null) ?? null }
  }
  test('goes on behind what is in, skips nothing, and takes nothing twice', async () => {
    const whole = await runOver(parts, null)
    const begun = await runOver(parts, null, 1)
    expect(begun.taken).toHaveLength(3)
    const rest = await runOver(parts, begun.place)
    expect([...begun.taken, ...rest.taken]).toEqual(whole.taken)
  })
  test('begins anew where the file is another one by now', async () => {
    const { place } = await runOver(parts, null, 1)
    const other = [parts[0]?.replace('t1', 't9') ?? '', ...parts.slice(1)]
    await expect(runOver(other, place)).rejects.toBeInstanceOf(Changed)
    await expect(runOver([], place)).rejects.toBeInstanceOf(Changed)
  })
})

describe('a CSV', () => {
  const reader = (head: string, yaml?: string) =>
    createRowReader(head.split(','), {
      what: null,
      mapping: yaml === undefined ? null : readMapping(yaml, 'map.yaml'),
      now: NOW,
    })
  test('of people says who they are, and counts for nothing', () => {
    const { read: readRow } = reader('E-mail,Full Name,Company,Job Title,Seats,Created at,score')
    const row = rowOf(
      readRow(['ann@x.example', 'Ann Lee', 'Acme', 'CTO', '12', '2026-03-04', '77']),
    )
    expect(row).toMatchObject({ server: true, human: false })
    expect(row.event).toEqual({
      type: 'identify',
      at: Date.UTC(2026, 2, 4),
      props: {
        email: 'ann@x.example',
        traits: { name: 'Ann Lee', company: 'Acme', job_title: 'CTO', seats: 12 },
      },
    })
    expect(readRow(['', 'Ann'])).toMatchObject({ code: 'nobody' })
    expect(readRow(['ann', 'Ann'])).toMatchObject({ code: 'nobody' })
    expect(readRow(['a@x.example', '', '', '', '', 'soon'])).toMatchObject({ code: 'no_time' })
    expect(readRow(Array(9).fill('x'))).toMatchObject({ code: 'broken_row' })
  })
  test('of events goes by its names, or by a mapping', () => {
    const row = rowOf(
      reader('user_id,event,date,plan').read(['7', 'purchase', '2026-03-04', 'pro']),
    )
    expect(row.event).toMatchObject({ type: 'purchase', props: { plan: 'pro' } })
    const mapped = reader(
      'Kunde,Wann,Plan,x',
      'columns: { user_id: Kunde, at: Wann }\nconstants: { type: purchase }\nkeep: [Plan]\ndates: day_first',
    )
    const { event, browser } = rowOf(mapped.read(['7', '04.03.2026', 'pro', 'no']))
    expect(browser).toBe('user:7')
    expect(event).toMatchObject({
      type: 'purchase',
      at: Date.UTC(2026, 2, 4),
      props: { plan: 'pro' },
    })
    expect(() => reader('a', 'columns: { at: b }')).toThrow('no column “b”')
    expect(() => readMapping('columns: { when: b }', 'map.yaml')).toThrow('map.yaml is no mapping')
  })
})

describe('a line of an access log', () => {
  const key = Buffer.from('a key')
  const readLog = createLogReader({ now: NOW, key, trustHuman: false })
  const line = ({
    request = 'GET /pricing?utm_source=x HTTP/1.1',
    status = '200',
    agent = CHROME,
  } = {}) =>
    `203.0.113.9 - - [04/Mar/2026:10:00:00 +0100] "${request}" ${status} 512 "https://www.google.com/" "${agent}"`
  test('is a page view of a day’s pseudonym, which shows no address', () => {
    const row = rowOf(readLog(line()))
    expect(row).toMatchObject({ cookieless: true, server: false, human: false })
    expect(row.event.at).toBe(Date.UTC(2026, 2, 4, 9))
    expect(JSON.stringify(row)).not.toContain('203.0.113')
    expect(rowOf(readLog(line({ request: 'GET /plans HTTP/2' }))).browser).toBe(row.browser)
    const trusted = createLogReader({ now: NOW, key, trustHuman: true })
    expect(rowOf(trusted(line())).human).toBe(true)
  })
  test.each([
    [line({ request: 'GET /a.css HTTP/1.1' }), 'not_a_page'],
    [line({ request: 'POST /pay HTTP/1.1' }), 'not_a_page'],
    [line({ status: '404' }), 'not_a_page'],
    [line({ status: '301' }), 'not_a_page'],
    [line({ agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }), 'not_a_person'],
    ['something else', 'no_request'],
  ])('%s is passed over', (text, code) => {
    expect(readLog(text)).toMatchObject({ ok: false, code })
  })
})

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
