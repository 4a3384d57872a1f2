import { csvOf } from '../export/csv.ts'
import type { FunnelJson, SourceRowJson, SourcesJson } from '../store/reports.ts'

/** The report as a file: a row each, names as they were sent, shares from 0 to 1. */
export function reportCsv(report: SourcesJson): string {
  const { by, data, others } = report
  const rows = others ? [...data, { ...others, name: '(others)' }] : data
  const currencies = currenciesOf(report.total)
  const named = by === 'source' ? ['source', 'medium'] : [by]
  const columns = [
    ...named,
    ...['visitors', 'leads', 'mql', 'sql', 'won'],
    ...currencies.map((currency) => `value_${currency ?? 'without_currency'}`),
    ...['lead_rate', 'mql_rate', 'sql_rate', 'won_rate'].flatMap((rate) => [
      rate,
      `${rate}_low`,
      `${rate}_high`,
    ]),
    ...['days_to_mql_median', 'days_to_mql_p90'],
  ]
  return csvOf([columns, ...rows.map((row) => cellsOf(row, named, currencies))], { bom: true })
}

function currenciesOf(total: FunnelJson): (string | null)[] {
  return total.value.map(({ currency }) => currency)
}

function cellsOf(
  row: SourceRowJson,
  named: readonly string[],
  currencies: readonly (string | null)[],
): (string | number)[] {
  const { rates, days_to_mql: wait } = row
  const names = named.length === 2 && row.source !== null ? [row.source, row.medium] : [row.name]
  const value = (of: string | null) =>
    row.value.find(({ currency }) => currency === of)?.amount ?? 0
  return [
    ...named.map((_, i) => names[i] ?? ''),
    ...[row.visitors, row.leads, row.mql, row.sql, row.won],
    ...currencies.map(value),
    ...[rates.lead, rates.mql, rates.sql, rates.won].flatMap((share) =>
      share ? [share.rate, share.low, share.high].map((part) => part.toFixed(4)) : ['', '', ''],
    ),
    ...(wait ? [wait.median, wait.p90] : ['', '']),
  ]
}
