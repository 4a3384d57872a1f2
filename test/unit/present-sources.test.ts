import { describe, expect, test } from 'vitest'
import { funnelShape, whiskerOf } from '../../collector/dashboard/funnel-shape.ts'
import { sortRows } from '../../collector/dashboard/present-source-rows.ts'
import { presentSources } from '../../collector/dashboard/present-sources.ts'
import { parseSourceFilters, sourcesHref } from '../../collector/dashboard/source-filters.ts'
import { reportCsv } from '../../collector/dashboard/sources-csv.ts'
import { shareOf } from '../../collector/scoring/proportion.ts'
import type { FunnelJson, SourceRowJson, SourcesJson } from '../../collector/store/reports.ts'

/** How Sources is said: sorting, shares, what is taught, and the file. */

const NOW = Date.parse('2026-11-21T20:00:00Z')

function funnelWith(counts: Partial<FunnelJson> = {}): FunnelJson {
  const { visitors = 100, leads = 10, mql = 2, sql = 0, won = 0 } = counts
  const rates = {
    lead: shareOf(leads, visitors),
    mql: shareOf(mql, leads),
    sql: shareOf(sql, mql),
    won: shareOf(won, sql),
  }
  return { visitors, leads, mql, sql, won, value: [], rates, days_to_mql: null, ...counts }
}

function rowWith(name: string | null, counts: Partial<FunnelJson> = {}): SourceRowJson {
  return { name, source: null, medium: null, ...funnelWith(counts) }
}

function reportWith(changes: Partial<SourcesJson> = {}): SourcesJson {
  const data = changes.data ?? [rowWith('Email')]
  return {
    data,
    others: null,
    others_count: 0,
    total: funnelWith(),
    by: 'channel',
    touch: 'first',
    since: null,
    until: null,
    excluded: { leads: 0, visitors: 0 },
    as_of: new Date(NOW).toISOString(),
    ...changes,
  }
}

function viewOf(report: SourcesJson, params: Record<string, string> = {}, isUntouched = false) {
  const asked = parseSourceFilters(params, NOW)
  if (!asked.ok) throw new Error(asked.problems[0])
  const { filters } = asked.value
  return presentSources({ report, filters, now: NOW, origin: 'https://shop.example', isUntouched })
}

describe('the address', () => {
  test('keeps what is chosen and leaves out what is usual', () => {
    const asked = parseSourceFilters({ channel: 'Email', by: 'source', period: '30' }, NOW)
    if (!asked.ok) throw new Error('refused')
    expect(asked.value.query).toEqual({
      by: 'source',
      touch: 'first',
      channel: 'Email',
      since: Date.parse('2026-10-23T00:00:00Z'),
    })
    expect(sourcesHref(asked.value.filters, { touch: 'last' })).toBe(
      '/sources?by=source&touch=last&period=30&channel=Email',
    )
    expect(sourcesHref(asked.value.filters, { by: 'channel', channel: '', period: '90' })).toBe(
      '/sources',
    )
  })
})

describe('rows', () => {
  const sure = rowWith('sure', { leads: 100, mql: 50 })
  const lucky = rowWith('lucky', { leads: 1, mql: 1 })
  const none = rowWith('none', { leads: 0, mql: 0 })
  const namesOf = (sort: string) => sortRows([none, lucky, sure], sort).map(({ name }) => name)

  test('are sorted by rate as far as it is sure: one of one does not beat fifty of a hundred', () => {
    expect(lucky.rates.mql?.rate).toBe(1)
    expect(namesOf('-mql_rate')).toEqual(['sure', 'lucky', 'none'])
    expect(namesOf('mql_rate')).toEqual(['lucky', 'sure', 'none'])
    expect(namesOf('-mql')).toEqual(['sure', 'lucky', 'none'])
    expect(namesOf('name')).toEqual(['lucky', 'none', 'sure'])
  })

  test('say shares with what is likely, and which are of few', () => {
    const { rows, steps } = viewOf(reportWith({ data: [sure, lucky] }))
    expect(rows[0]?.cells[1]?.rate).toMatchObject({
      rate: '50\u00a0%',
      range: '40–60',
      isUnsure: false,
      words: '50 of 100; the true share is likely between 40 % and 60 %',
    })
    expect(rows[1]?.cells[1]?.rate?.isUnsure).toBe(true)
    expect(steps[1]?.rate?.rate).toBe('10\u00a0%')
  })

  test('lead from a channel to its sources, and from a source to its leads', () => {
    const [channel] = viewOf(reportWith()).rows
    expect(channel?.href).toBe('/sources?by=source&channel=Email')
    const google = { ...rowWith('google / cpc'), source: 'google', medium: 'cpc' }
    const view = viewOf(reportWith({ data: [google], by: 'source' }), { by: 'source' })
    expect(view.rows[0]).toMatchObject({
      name: 'google / cpc',
      href: '/sources?by=campaign&source=google&medium=cpc',
    })
    expect(view.rows[0]?.cells[0]?.href).toBe('/leads?source=google')
  })

  test('beyond fifty are in the file alone', () => {
    const data = Array.from({ length: 60 }, (_, i) => rowWith(`c${i}`))
    const view = viewOf(reportWith({ data, others: rowWith(null), others_count: 7 }))
    expect(view.rows).toHaveLength(50)
    expect(view.more).toBe('17 more rows are in the CSV.')
  })
})

describe('what there is not', () => {
  const nobody = funnelWith({ visitors: 0, leads: 0, mql: 0 })
  test('nobody yet teaches the tag and tagged links; nobody in a period does not', () => {
    const empty = reportWith({ data: [], total: nobody })
    const view = viewOf(empty, { period: 'all' })
    expect(view.empty).toBe('none')
    expect(view.example).toMatch(/^https:\/\/shop\.example\/guide\?utm_source=newsletter&/)
    expect(viewOf(empty)).toMatchObject({ empty: 'period', example: null })
    // Where nobody ever came, the usual period is not to blame.
    expect(viewOf(empty, {}, true)).toMatchObject({ empty: 'none', example: view.example })
  })
  test('no campaign at all teaches tagged links', () => {
    const untagged = reportWith({ data: [rowWith(null)], by: 'campaign' })
    const view = viewOf(untagged, { by: 'campaign' })
    expect(view.rows[0]?.name).toBe('No campaign')
    expect(view.example).not.toBeNull()
    const tagged = reportWith({ data: [rowWith('spring'), rowWith(null)], by: 'campaign' })
    expect(viewOf(tagged, { by: 'campaign' }).example).toBeNull()
  })
  test('several currencies stand side by side, and what is left out is said', () => {
    const value = [
      { currency: 'EUR', amount: 1200 },
      { currency: 'USD', amount: 50 },
    ]
    const total = funnelWith({ sql: 1, won: 1, value })
    const { facts } = viewOf(reportWith({ total, excluded: { leads: 1, visitors: 2 } }))
    expect(facts).toEqual([
      'Won so far: €1,200.00 and $50.00.',
      'Left out: 1 excluded lead, such as own staff, with 2 visitors.',
    ])
  })
})

test('the funnel narrows from each count to the next, and whiskers stay on their line', () => {
  const { bands } = funnelShape([100, 25, 0, 0, 0])
  expect(bands).toHaveLength(5)
  // A quarter of the people is half of the height.
  expect(bands[0]).toMatch(/^M0,120C.*200,90.*L200,30C.*0,0/)
  const share = { rate: 0.5, low: 0.2, high: 0.9 }
  expect(whiskerOf(share, 0.6)).toEqual({ dot: 57.3, low: 25.3, high: 68 })
})

test('the file runs nothing in a spreadsheet', () => {
  const data = [rowWith('=HYPERLINK("http://x.example")'), rowWith('a,"b"')]
  const file = reportCsv(reportWith({ data, by: 'campaign' }))
  expect(file.startsWith('\uFEFFcampaign,visitors,leads,mql,sql,won,lead_rate,')).toBe(true)
  expect(file).toContain(`"'=HYPERLINK(""http://x.example"")",100,10,2,0,0,0.1000,`)
  expect(file).toContain('"a,""b""",100')
})
