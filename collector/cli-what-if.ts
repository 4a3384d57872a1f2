import type { MovedLeadJson, WhatIfJson } from './store/shapes.ts'

/** A what-if as lines of text: who is gained and lost, how the scores spread, which rules move. */

/** Leads, and rules, that are named; the rest is counted. */
const NAMED = 20
const BAR_WIDTH = 20

/** The comparison in full. */
export function whatIfLines(whatIf: WhatIfJson): string[] {
  const { gained, gained_total, lost, lost_total, scanned_events: scanned } = whatIf
  return [
    `${counted(whatIf.leads, 'lead')}, by score: as it is, and as it would be`,
    ...histogramLines(whatIf),
    '',
    ...measureLines(whatIf),
    '',
    ...movedLines(moved(gained_total, 'become'), gained, gained_total),
    ...movedLines(moved(lost_total, 'stop being'), lost, lost_total),
    ...ruleLines(whatIf),
    ...(scanned > 0
      ? ['', `${counted(scanned, 'event')} had to be read: the rules count others than before.`]
      : []),
  ]
}

/** `12 leads would become MQLs, 3 would stop being one` */
export function movedSentence({ gained_total: gained, lost_total: lost }: WhatIfJson): string {
  return `${moved(gained, 'become')}, ${lost === 0 ? 'none' : number(lost)} would stop being one`
}

function moved(total: number, how: 'become' | 'stop being'): string {
  return total === 1
    ? `1 lead would ${how} an MQL`
    : `${total === 0 ? 'no' : number(total)} leads would ${how} MQLs`
}

function histogramLines({ before, after }: WhatIfJson): string[] {
  const most = Math.max(1, ...[...before.bands, ...after.bands].map(({ leads }) => leads))
  const bar = (leads: number) =>
    '█'.repeat(Math.round((BAR_WIDTH * leads) / most)) || (leads > 0 ? '▏' : '')
  const rows = before.bands.map(({ from, leads }, i) => {
    const next = before.bands[i + 1]
    const range = next ? `${from}–${next.from - 1}` : `${from}+`
    const then = after.bands[i]?.leads ?? 0
    return [range, number(leads), bar(leads).padEnd(BAR_WIDTH), number(then), bar(then)]
  })
  return tableLines(rows, 'rrlrl')
}

function measureLines({ before, after, judged }: WhatIfJson): string[] {
  const rows = [
    ['qualified', number(before.qualified), '→', number(after.qualified)],
    ['median score', points(before.median_milli), '→', points(after.median_milli)],
    ['90 % are up to', points(before.p90_milli), '→', points(after.p90_milli)],
  ]
  if (judged > 0) {
    rows.push(
      ['precision', share(before.precision), '→', share(after.precision)],
      ['recall', share(before.recall), '→', share(after.recall)],
    )
  }
  const lines = tableLines(rows, 'lrlr')
  return judged === 0
    ? lines
    : [...lines, `  precision and recall are over ${counted(judged, 'lead')} that sales judged`]
}

function movedLines(title: string, leads: readonly MovedLeadJson[], total: number): string[] {
  if (total === 0) return [title]
  const rows = leads
    .slice(0, NAMED)
    .map(({ id, email, before_milli, after_milli }) => [
      email ?? id,
      points(before_milli),
      '→',
      points(after_milli),
    ])
  const more = total - rows.length
  return [
    `${title}:`,
    ...tableLines(rows, 'lrlr'),
    ...(more > 0 ? [`  … and ${number(more)} more`] : []),
  ]
}

function ruleLines({ rules }: WhatIfJson): string[] {
  if (rules.length === 0) return ['', 'No rule gives other points.']
  const rows = rules
    .slice(0, NAMED)
    .map((one) => [
      one.rule,
      points(one.before_milli),
      '→',
      points(one.after_milli),
      'points,',
      number(one.before_leads),
      '→',
      number(one.after_leads),
      'leads',
    ])
  const more = rules.length - rows.length
  return [
    '',
    'Rules that move most, over all leads:',
    ...tableLines(rows, 'lrlrlrlrl'),
    ...(more > 0 ? [`  … and ${number(more)} more`] : []),
  ]
}

/** Rows in columns, two spaces in; `sides` says of each whether it stands left or right. */
export function tableLines(rows: readonly (readonly string[])[], sides: string): string[] {
  const widths = [...sides].map((_, i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      sides[i] === 'r' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    )
    return `  ${cells.join(' ')}`.trimEnd()
  })
}

export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function points(milli: number | null): string {
  if (milli === null) return '–'
  return (milli / 1000).toLocaleString('en-US', {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
}

function share(value: number | null): string {
  return value === null ? '–' : `${Math.round(100 * value)} %`
}
