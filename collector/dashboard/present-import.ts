import type { Fate, Move, Planned, ToAdd } from '../import/plan.ts'
import { MAX_ROWS } from '../import/table.ts'
import { publicId } from '../store/ids.ts'
import { hrefOf, leadHref } from './links.ts'
import { OUTCOME_DONE } from './present-sales.ts'
import { STAGES } from './vocabulary.ts'
import { countWords, listWords, money, plural } from './words.ts'

/** The words of an import: how a file is to be, what it would do, and what it did. */

export const IMPORT = '/connect/import'
export const TEMPLATE = `${IMPORT}/template.csv`

export interface UploadView {
  readonly action: string
  readonly limits: string
  readonly problem: string
}

export function presentUpload(site: string, problem: string): UploadView {
  const limits = `Up to 5 MB and ${countWords(MAX_ROWS)} rows, straight from your CRM`
  return { action: hrefOf(IMPORT, { site }), limits, problem }
}

export function importTabHref(site: string | undefined, done?: string): string {
  return hrefOf('/connect', { site, tab: 'import', done })
}

/** What stands below a form that led back to the tab. */
export const FORGOTTEN =
  'That file is forgotten: files are kept for 15 minutes, and only until the next one. Choose it again.'

export interface RowView {
  readonly line: string
  readonly who: string
  readonly href: string
  readonly what: string
  readonly when: string
  readonly worth: string
  readonly reason: string
}

export interface ProblemView {
  readonly line: string
  readonly who: string
  readonly why: string
}

export interface MoveView {
  readonly from: string
  readonly to: string
  readonly leads: string
}

export interface DryRunView {
  readonly file: string
  readonly title: string
  readonly rest: string
  /** Null where there is nothing to add. */
  readonly button: string | null
  readonly action: string
  readonly againHref: string
  readonly first: readonly RowView[]
  readonly firstTitle: string
  readonly moves: readonly MoveView[]
  /** Said where outcomes are added and no stage changes. */
  readonly stays: string
  readonly problems: ProblemsView | null
  readonly unused: string
}

export interface ProblemsView {
  readonly title: string
  readonly list: readonly ProblemView[]
  readonly href: string
}

const SHOWN_ROWS = 10
const SHOWN_PROBLEMS = 20
const SHOWN_CHARS = 60

export interface DryRunSource {
  readonly draft: { readonly id: string; readonly site: string; readonly name: string }
  readonly counts: Readonly<Record<Fate, number>>
  readonly rows: readonly Planned[]
  readonly toAdd: readonly ToAdd[]
  readonly moves: readonly Move[]
  readonly unused: readonly string[]
}

export function presentDryRun({ draft, counts, ...plan }: DryRunSource): DryRunView {
  const news = plural(counts.new, 'outcome')
  const shown = Math.min(SHOWN_ROWS, counts.new)
  const byLine = [...plan.toAdd].sort((a, b) => a.line - b.line).slice(0, SHOWN_ROWS)
  return {
    file: draft.name,
    title: `${plural(plan.rows.length, 'row')}: ${counts.new === 0 ? 'nothing' : countWords(counts.new)} would be added`,
    rest: restOf(counts),
    button: counts.new === 0 ? null : `Import ${news}`,
    action: hrefOf(`${IMPORT}/${draft.id}/add`, { site: draft.site }),
    againHref: importTabHref(draft.site),
    first: byLine.map((one) => rowOf(one)),
    firstTitle:
      shown < counts.new ? `The first ${shown}, as they would be taken` : 'As they would be taken',
    moves: plan.moves.map(({ from, to, leads }) => ({
      from: STAGES[from],
      to: STAGES[to],
      leads: plural(leads, 'lead'),
    })),
    stays:
      counts.new > 0 && plan.moves.length === 0
        ? 'No stage would change: sales has said something newer of each.'
        : '',
    problems: problemsOf(draft, plan.rows),
    unused: unusedWords(plan.unused),
  }
}

function rowOf({ line, who, lead, type, at, value, currency, reason }: ToAdd): RowView {
  return {
    line: String(line),
    who: cut(who),
    href: leadHref(publicId('lead', lead)),
    what: OUTCOME_DONE[type] ?? type,
    when: momentWords(at),
    worth: value === null ? '' : currency ? money(value, currency) : value.toLocaleString('en'),
    reason: reason ?? '',
  }
}

/** As the file has it, so that whoever compares the two finds it again. UTC. */
function momentWords(at: number): string {
  const [day, time = ''] = new Date(at).toISOString().split('T')
  return time.startsWith('00:00:00.000') ? `${day}` : `${day} ${time.slice(0, 5)}`
}

/** "20 are known already, 8 name nobody here and 4 can’t be read." */
function restOf({ known, nobody, unreadable }: Readonly<Record<Fate, number>>): string {
  const parts = [
    say(known, 'is known already', 'are known already'),
    say(nobody, 'names nobody here', 'name nobody here'),
    say(unreadable, 'can’t be read', 'can’t be read'),
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'Every row can be taken.' : `${listWords(parts)}.`
}

function say(count: number, one: string, many: string): string {
  return count === 0 ? '' : `${countWords(count)} ${count === 1 ? one : many}`
}

function problemsOf(
  { id, site }: DryRunSource['draft'],
  rows: readonly Planned[],
): ProblemsView | null {
  const skipped = rows.filter(({ fate }) => fate !== 'new')
  // What is known needs nobody's care, so it stands only in the file.
  const wrong = skipped.filter(({ fate }) => fate !== 'known')
  const list = wrong.slice(0, SHOWN_PROBLEMS)
  if (skipped.length === 0) return null
  const href = hrefOf(`${IMPORT}/${id}/skipped.csv`, { site })
  const some = list.length < wrong.length ? `, the first ${list.length}` : ''
  const title = `${plural(skipped.length, 'row')} to be skipped${some}`
  return {
    title,
    list: list.map(({ judged: { row, said }, why }) => ({
      line: `Line ${countWords(row.line)}`,
      who: cut(said?.who ?? row.cells.find((cell) => cell !== '') ?? ''),
      why: `${why}.`,
    })),
    href,
  }
}

function unusedWords(columns: readonly string[]): string {
  if (columns.length === 0) return ''
  const names = columns.slice(0, SHOWN_ROWS).map((name) => `“${cut(name)}”`)
  const more = columns.length - names.length
  const all = more > 0 ? [...names, plural(more, 'other')] : names
  return `Not used, because ${columns.length === 1 ? 'its name says' : 'their names say'} nothing here: ${listWords(all)}.`
}

export interface ReportView {
  readonly title: string
  readonly rest: string
  readonly file: string
  readonly funnelHref: string
  readonly skippedHref: string | null
  readonly againHref: string
}

export function presentReport(
  draft: DryRunSource['draft'],
  counts: Readonly<Record<Fate, number>>,
): ReportView {
  const skipped = counts.known + counts.nobody + counts.unreadable
  return {
    title: counts.new === 0 ? 'Nothing was added' : `${plural(counts.new, 'outcome')} imported`,
    rest: skipped === 0 ? 'Every row was taken.' : `Skipped: ${restOf(counts)}`,
    file: draft.name,
    funnelHref: hrefOf('/sources', { site: draft.site, period: 'all' }),
    skippedHref:
      skipped === 0 ? null : hrefOf(`${IMPORT}/${draft.id}/skipped.csv`, { site: draft.site }),
    againHref: importTabHref(draft.site),
  }
}

function cut(text: string): string {
  const all = [...text]
  return all.length > SHOWN_CHARS ? `${all.slice(0, SHOWN_CHARS).join('')}…` : text
}
