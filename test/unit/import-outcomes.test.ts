import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAmount } from '../../collector/import/amount.ts'
import { columnsOf } from '../../collector/import/columns.ts'
import { skippedCsv, templateCsv } from '../../collector/import/files.ts'
import { readMoment } from '../../collector/import/moment.ts'
import { judge } from '../../collector/import/outcomes.ts'
import { type Plan, planning } from '../../collector/import/plan.ts'
import { delimiterOf, MAX_FILE_BYTES, MAX_ROWS, readTable } from '../../collector/import/table.ts'
import { OUTCOME_TYPES } from '../../collector/scoring/stages.ts'

/** What is made of a CSV: its rows, and each row as an outcome or as what is wrong with it. */

const NOW = Date.parse('2026-11-21T20:00:00Z')
const bytesOf = (text: string) => new TextEncoder().encode(text)
const rowsOf = async (file: string | Uint8Array) => {
  const read = await readTable(typeof file === 'string' ? bytesOf(file) : file)
  return read.ok ? read.table.rows.map(({ line, cells }) => [line, ...cells]) : read.problem
}

describe('a file', () => {
  test('is told by its first line, and keeps its lines', async () => {
    expect(await rowsOf('\uFEFFa,b\r\n"1\r\n2",x\r\n\r\n,\r\n3,"y ""z"""\r\n')).toEqual([
      [2, '1\n2', 'x'],
      [6, '3', 'y "z"'],
    ])
    expect(await rowsOf('"a,b";c\n1,5;2')).toEqual([[2, '1,5', '2']])
    expect(await rowsOf('a\tb\n1,5\t2')).toEqual([[2, '1,5', '2']])
    expect(delimiterOf('email')).toBe(',')
    const wide = Buffer.from('\uFEFFa\tb\r\né\t1', 'utf16le')
    expect(await rowsOf(wide)).toEqual([[2, 'é', '1']])
  })

  test('that can’t be read is told with the line', async () => {
    expect(await rowsOf('a,b\n1,2\n"3,4\n5,6')).toMatch(/^From line 3 on .*never closed/)
    expect(await rowsOf('a,b\n1,2\n3,4" x"\n')).toMatch(/^From line 3 on .*stands where none can/)
    expect(await rowsOf('')).toMatch(/empty/)
    expect(await rowsOf('\r\n \r\n')).toMatch(/empty/)
    expect(await rowsOf(Uint8Array.of(97, 0xe9, 10))).toMatch(/no text in UTF-8/)
    expect(await rowsOf('PK\u0003\u0004')).toMatch(/workbook/)
    expect(await rowsOf('a\0b')).toMatch(/no text/)
    expect(await rowsOf(new Uint8Array(MAX_FILE_BYTES + 1))).toMatch(/over 5 MB/)
    expect(await rowsOf(`a\n${'x\n'.repeat(MAX_ROWS)}`)).toHaveLength(MAX_ROWS)
    expect(await rowsOf(`a\n${'x\n'.repeat(MAX_ROWS + 1)}`)).toMatch(/more than 20,000 rows/)
    expect(await rowsOf(`a\n"${'x'.repeat(200_000)}"`)).toMatch(/a row is longer than/)
  })

  test('of any cells comes back as it was written', async () => {
    const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\0|\r/g, ''))
    const row = fc.tuple(fc.constant('x'), cell, cell)
    const delimiter = fc.constantFrom(',', ';', '\t')
    await fc.assert(
      fc.asyncProperty(fc.array(row), delimiter, async (rows, sign) => {
        const text = stringify([['a', 'b', 'c'], ...rows], { delimiter: sign, quoted: true })
        const read = await readTable(bytesOf(text))
        expect(read.ok && read.table.rows.map(({ cells }) => cells)).toEqual(rows)
      }),
      { numRuns: 200 },
    )
  })

  test('of any bytes is read or refused', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(...'",;\t\r\nax\uFEFF'), maxLength: 60 }).map(bytesOf),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (file) => {
        const read = await readTable(file)
        if (!read.ok) expect(read.problem.length).toBeGreaterThan(10)
      }),
      { numRuns: 500 },
    )
  })
})

describe('columns', () => {
  test('go by the names that CRMs give them, and the others are named', () => {
    const head = ['Contact Email', 'Deal Stage', 'Close Date', 'Owner', 'Amount', 'Status', '']
    expect(columnsOf(head)).toEqual({
      ok: true,
      columns: { email: 0, type: 1, occurred_at: 2, value: 4 },
      unused: ['Owner', 'Status'],
    })
    for (const email of ['E-mail', 'email', 'Email Address', 'EMAIL_ADDRESS', 'e mail']) {
      expect(columnsOf([email, 'type', 'date'])).toMatchObject({ columns: { email: 0 } })
    }
  })
  test('that are missing or twice are asked for', () => {
    expect(columnsOf(['type', 'date'])).toMatchObject({
      problem: expect.stringMatching(/email.*“type”, “date”/),
    })
    expect(columnsOf(['email', 'date'])).toMatchObject({
      problem: expect.stringMatching(/“stage”/),
    })
    expect(columnsOf(['email', 'type'])).toMatchObject({
      problem: expect.stringMatching(/occurred_at/),
    })
    expect(columnsOf(['E-mail', 'Email', 'type', 'date'])).toMatchObject({
      problem: /called the same/,
    })
  })
})

test.each<[string, number | RegExp, string?]>([
  ['1200', 1200],
  ['99.50', 99.5],
  ['99,5', 99.5],
  ['1,200.50', 1200.5],
  ['1.200,50 €', 1200.5, 'EUR'],
  ['€1,200.50', 1200.5, 'EUR'],
  ['1 200,50', 1200.5],
  ['1\u202F200', 1200],
  ['1’200.00', 1200],
  ['1,200,000', 1_200_000],
  ['USD 1,200.00', 1200, 'USD'],
  ['1200.500', 1200.5],
  ['0,125', 0.125],
  ['0', 0],
  ['1,200', /two amounts: write 1200 or 1.2$/],
  ['1.200', /two amounts/],
  ['$100', /several countries/],
  ['-5', /no amount/],
  ['1,20,000', /no amount/],
  ['1.200.50', /no amount/],
  ['1.200.000.5', /no amount/],
  ['1e9', /no amount/],
  ['∞', /no amount/],
  ['€', /no amount/],
  ['€ 5 EUR', /no amount/],
  ['9999999999999999', /no amount/],
])('an amount of %s', (text, expected, currency = undefined) => {
  const read = readAmount(text)
  if (typeof expected === 'number') {
    expect(read).toEqual({ ok: true, amount: { value: expected, currency: currency ?? null } })
  } else expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(expected) })
})

test.each<[string, string | RegExp]>([
  ['2026-04-03', '2026-04-03T00:00:00.000Z'],
  ['2026-04-03T10:00:00+02:00', '2026-04-03T08:00:00.000Z'],
  ['2026-04-03 10:00', '2026-04-03T10:00:00.000Z'],
  ['2026-04-03 10:00:00 UTC', '2026-04-03T10:00:00.000Z'],
  ['1800000000000', /future/],
  ['1700000000000', '2023-11-14T22:13:20.000Z'],
  ['03/04/2026', /two dates: write 2026-04-03 or 2026-03-04$/],
  ['13/4/2026', /write 2026-04-13$/],
  ['04/04/2026', /write 2026-04-04$/],
  ['31/31/2026', /no date: write one such/],
  ['2026-02-30', /no date/],
  ['20260403', /no date/],
  ['46115', /no date but .*: write 2026-04-03$/],
  ['3.4.2026', '2026-04-03T00:00:00.000Z'],
  ['03.04.2026 14:30', '2026-04-03T14:30:00.000Z'],
  ['31.02.2026', /no date/],
  ['2027-01-01', /future/],
  ['', /nothing of when/],
])('a moment of %s', (text, expected) => {
  const read = readMoment(text, NOW)
  if (typeof expected === 'string') {
    expect(read.ok && new Date(read.at).toISOString()).toBe(expected)
  } else expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(expected) })
})

const HEAD = ['email', 'user_id', 'id', 'stage', 'date', 'value', 'currency', 'reason']
const judged = (...cells: string[]) => {
  const read = columnsOf(HEAD)
  if (!read.ok) throw new Error(read.problem)
  return judge({ line: 2, cells }, read.columns, HEAD.length, NOW)
}

describe('a row', () => {
  test('is an outcome', () => {
    const row = judged(
      'Ann@Example.com',
      '42',
      'ld_7',
      'Closed - Won',
      '2026-04-03',
      '$1,200.50',
      'usd',
      'a\r\nb',
    )
    expect(row.said).toEqual({
      names: ['ld_7', 'user:42', 'email:Ann@Example.com'],
      who: 'Ann@Example.com',
      type: 'close_convert_lead',
      at: Date.parse('2026-04-03'),
      value: 1200.5,
      currency: 'USD',
      reason: 'a b',
    })
    expect(judged('a@b', '', '00Q5g', 'SQL', '2026-04-03').said?.names).toEqual(['email:a@b'])
  })
  test('may use the words of GA4, of CRMs, or ours', () => {
    const typeOf = (word: string) => judged('a@b', '', '', word, '2026-04-03').said?.type
    for (const type of OUTCOME_TYPES) expect(typeOf(type)).toBe(type)
    expect(['Lost', 'accepted', 'Unqualified', 'OPEN', 'nurture', 'Contacted'].map(typeOf)).toEqual(
      [
        'close_unconvert_lead',
        'qualify_lead',
        'disqualify_lead',
        'open_opportunity',
        'recycle_lead',
        'working_lead',
      ],
    )
  })
  test('is told all that is wrong with it', () => {
    const { said, problems } = judged(
      'nobody',
      '',
      '',
      'closed',
      '3/4/26',
      '1,200',
      'euro',
      'x'.repeat(501),
    )
    expect(said).toBeNull()
    expect(problems.join('\n')).toMatch(
      /“nobody” is no e-mail.*\n“closed” is nothing.*\n“3\/4\/26” is no date.*\n“euro” is no currency.*\n.*two amounts.*\n.*501 characters/,
    )
    expect(judged('a@b', '', '', 'won', '2026-04-03', '5 €', 'USD').problems).toEqual([
      expect.stringMatching(/two currencies/),
    ])
    expect(judged('', '', '00Q', 'won', '2026-04-03').problems).toEqual([
      expect.stringMatching(/“00Q” is no lead/),
    ])
    expect(judged('', '', '', 'won', '2026-04-03').problems).toEqual([
      expect.stringMatching(/names nobody/),
    ])
    expect(judged(...HEAD, 'one more').problems).toEqual([expect.stringMatching(/9 cells/)])
  })
  test('of any cells is an outcome, or has a problem', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a@b', 'won', '2026-04-03', '5', 'EUR', '__proto__', 'constructor'),
    )
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 9 }), (cells) => {
        const { said, problems } = judged(...cells)
        expect(said === null).toBe(problems.length > 0)
      }),
    )
  })
})

function planOf(...asked: Parameters<typeof planning>): Plan {
  const slices = planning(...asked)
  let slice = slices.next()
  while (!slice.done) slice = slices.next()
  return slice.value
}

test('a plan adds each outcome once, in the order of time, and says whose stage changes', async () => {
  const none = { isMql: false, mqlAt: null, belowSince: null, raisedAt: null }
  const known = [{ id: 1, type: 'qualify_lead', at: Date.parse('2026-04-01') }] as const
  const row = (line: number, email: string, stage: string, date: string) => ({
    ...judged(email, '', '', stage, date),
    row: { line, cells: [email, stage, date] },
  })
  const rows = [
    row(2, 'a@x', 'won', '2026-04-03'),
    row(3, 'a@x', 'qualified', '2026-04-01'),
    row(4, 'A@x', 'won', '2026-04-03'),
    row(5, 'b@x', 'open', '2026-04-02'),
    row(6, 'z@x', 'won', '2026-04-03'),
    row(7, '=cmd@x', 'maybe', '2026-04-03'),
  ]
  const plan = planOf(rows, {
    leads: new Map([
      ['email:a@x', 1],
      ['email:A@x', 1],
      ['email:b@x', 2],
    ]),
    said: new Map([
      [1, { ref: 1, stage: 'sql', qualification: none, outcomes: known }],
      [2, { ref: 2, stage: 'lead', qualification: none, outcomes: [] }],
    ]),
  })
  expect(plan.counts).toEqual({ new: 2, known: 2, nobody: 1, unreadable: 1 })
  expect(plan.toAdd.map(({ line, lead }) => [line, lead])).toEqual([
    [5, 2],
    [2, 1],
  ])
  expect(plan.moves).toEqual([
    { from: 'lead', to: 'opportunity', leads: 1 },
    { from: 'sql', to: 'won', leads: 1 },
  ])
  const written = await skippedCsv(['email', 'stage', 'date'], plan.rows)
  const file = written.split('\r\n')
  expect(file[0]).toBe('\uFEFFemail,stage,date,Line,Why it was skipped')
  expect(file[1]).toBe('a@x,qualified,2026-04-01,3,it is known already')
  expect(file[2]).toMatch(/^A@x,won,2026-04-03,4,line 2 says the same$/)
  expect(file.at(-2)).toMatch(/^'=cmd@x,/)
})

test('the template can be read', async () => {
  const read = await readTable(bytesOf(templateCsv()))
  if (!read.ok) throw new Error(read.problem)
  const { head, rows } = read.table
  const found = columnsOf(head)
  if (!found.ok) throw new Error(found.problem)
  expect(rows.map((row) => judge(row, found.columns, head.length, NOW).problems)).toEqual([
    [],
    [],
    [],
  ])
})

test('a file with German names and words is read as it is', () => {
  const head = ['E-Mail-Adresse', 'Ergebnis', 'Abschlussdatum', 'Betrag', 'Währung', 'Grund']
  const read = columnsOf(head)
  if (!read.ok) throw new Error(read.problem)
  expect(read.unused).toEqual([])
  const cells = ['ann@example.com', 'Gewonnen', '03.04.2026', '1.234,50', 'EUR', '']
  expect(judge({ line: 2, cells }, read.columns, head.length, NOW).said).toMatchObject({
    names: ['email:ann@example.com'],
    type: 'close_convert_lead',
    at: Date.UTC(2026, 3, 3),
    value: 1234.5,
    currency: 'EUR',
  })
})
