import type { z } from 'zod'
import type { funnelShown, hotLead, leadShown, sourcesShown } from './shapes.ts'

/** What a tool says in words: short, and the same numbers as in its structured answer. */

type Lead = z.output<typeof leadShown>
type Hot = z.output<typeof hotLead>
type Funnel = z.output<typeof funnelShown>
type Sources = z.output<typeof sourcesShown>

export function hotWords(leads: readonly Hot[], hasMore: boolean): string {
  if (leads.length === 0) return 'No lead is like that.'
  const lines = leads.map((lead, i) => {
    const why = lead.reasons.map((reason) => lineOf(reason)).join('; ')
    return `${i + 1}. ${headOf(lead)}${why && `\n   ${why}`}`
  })
  return [...lines, ...(hasMore ? ['There are more; ask for more, or narrower.'] : [])].join('\n')
}

/** The receipt: its lines sum to the total, to the last thousandth. */
export function leadWords(lead: Lead): string {
  const touch = lead.first_touch
  const from = touch && `First came from ${touch.source} / ${touch.medium}, ${touch.at}.`
  const lines = lead.reasons.map(
    (reason) => `  ${pointsOf(reason.milli)}  ${lineOf(reason, false)}`,
  )
  return [
    headOf(lead),
    ...(from ? [from] : []),
    ...(lead.excluded ? [`Its score can make it no MQL: ${lead.excluded}.`] : []),
    'Receipt:',
    ...lines,
    `= ${pointsOf(lead.score_milli)}`,
    lead.page,
  ].join('\n')
}

export function funnelWords({ data, as_of }: Funnel): string {
  const steps = data.map(({ step, count, of_previous }) =>
    of_previous === null
      ? `${step} ${count}`
      : `${step} ${count} (${percentOf(of_previous.rate)} of those before; ${percentOf(of_previous.low)} to ${percentOf(of_previous.high)})`,
  )
  return `${steps.join('\n')}\nAs of ${as_of}.`
}

export function sourcesWords({ data, by, others_count }: Sources): string {
  if (data.length === 0) return 'Nobody came in that time.'
  const rows = data.map(
    (row) =>
      `${row.name ?? 'unknown'}: ${row.visitors} visitors, ${row.leads} leads, ${row.mql} MQL, ${row.sql} SQL, ${row.won} won`,
  )
  const more = others_count > 0 ? [`and ${others_count} more`] : []
  return [`By ${by}:`, ...rows, ...more].join('\n')
}

function headOf(lead: Hot): string {
  const named = lead.name ?? lead.email ?? lead.user_id ?? lead.id
  const email = lead.email !== null && lead.email !== named ? `, ${lead.email}` : ''
  const seen = lead.last_seen_at === null ? '' : `, last seen ${lead.last_seen_at}`
  return `${named}${email} (${lead.id}): ${pointsOf(lead.score_milli)} points, grade ${lead.grade}, stage ${lead.stage}${seen}`
}

function lineOf({ kind, label, milli, count }: Hot['reasons'][number], withPoints = true): string {
  const what = `${label}${kind === 'cap' ? ' (cap)' : ''}${count === undefined ? '' : ` × ${count}`}`
  return withPoints ? `${what}: ${pointsOf(milli)}` : what
}

function pointsOf(milli: number): string {
  return (milli / 1000).toFixed(3)
}

function percentOf(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
