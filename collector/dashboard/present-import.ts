import type { Fate, Move, Planned, ToAdd } from '../import/plan.ts'
import { MAX_ROWS } from '../import/table.ts'
import { publicId } from '../store/ids.ts'
import { hrefOf, leadHref } from './links.ts'
import type { ChoiceView } from './present-connect.ts'
import { OUTCOME_DONE } from './present-sales.ts'
import { STAGES } from './vocabulary.ts'
import { countWords, listWords, money, plural } from './words.ts'

/** The words of an import: how a file is to be, what it would do, and what it did. */

export const IMPORT = '/connect/import'
export const TEMPLATE = `${IMPORT}/template.csv`

export const LEADS_TEMPLATE = `${IMPORT}/leads-template.csv`

/** What a file may hold, as the tab's own tabs name it. */
export const HOLDS = { outcomes: 'What sales decided', leads: 'People', events: 'Events' } as const
export type Holds = keyof typeof HOLDS

export function holdsOf(text: string | undefined): Holds {
  return text !== undefined && Object.hasOwn(HOLDS, text) ? (text as Holds) : 'outcomes' // just looked up
}

export interface UploadView {
  readonly action: string
  readonly what: Holds
  readonly choices: readonly ChoiceView[]
  /** For events, which come by other ways. */
  readonly commands: readonly CommandView[]
  readonly limits: string
  readonly problem: string
}

export interface CommandView {
  readonly id: string
  readonly words: string
  readonly code: string
}

export function presentUpload(
  site: string,
  {
    what,
    problem,
    home,
  }: { readonly what: Holds; readonly problem: string; readonly home: string },
): UploadView {
  const limits = `Up to 5 MB and ${countWords(MAX_ROWS)} rows`
  const keys = Object.keys(HOLDS) as Holds[] // the keys of a record of ours
  return {
    action: hrefOf(IMPORT, { site }),
    what,
    choices: keys.map((key) => ({
      label: HOLDS[key],
      href: importTabHref(site, undefined, key),
      current: key === what,
    })),
    commands: what === 'events' ? commandsOf(site, home) : [],
    limits,
    problem,
  }
}

/** How events come in, as it runs where the command line is. */
function commandsOf(site: string, home: string): readonly CommandView[] {
  return [
    {
      id: 'import-dry-run',
      words:
        'Where the store is, see first what a file would do: NDJSON, CSV or an access log of any size. Nothing is added.',
      code: `pique import events.ndjson --site ${site} --dry-run`,
    },
    {
      id: 'import-command',
      words: 'Then send it to this collector while it runs, with a key of scope write.',
      code: `PIQUE_API_KEY=KEY pique import events.ndjson --site ${site} --url ${home}`,
    },
    {
      id: 'import-api',
      words: 'Or by the API: NDJSON, up to 4 MiB at a time.',
      code: [
        `curl --fail -H "authorization: Bearer $PIQUE_API_KEY" \\`,
        `  -H 'content-type: application/x-ndjson' \\`,
        `  --data-binary @events.ndjson '${home}/api/v1/import?site=${site}'`,
      ].join('\n'),
    },
  ]
}

export function importTabHref(site: string | undefined, done?: string, what?: Holds): string {
  const holds = what === 'outcomes' ? undefined : what
  return hrefOf('/connect', { site, tab: 'import', what: holds, done })
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

export const SHOWN_ROWS = 10
export const SHOWN_PROBLEMS = 20
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

export function say(count: number, one: string, many: string): string {
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

export function unusedWords(columns: readonly string[]): string {
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
  /** Where to look at what came of it. */
  readonly next: { readonly label: string; readonly href: string }
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
    next: {
      label: 'See the funnel',
      href: hrefOf('/sources', { site: draft.site, period: 'all' }),
    },
    skippedHref:
      skipped === 0 ? null : hrefOf(`${IMPORT}/${draft.id}/skipped.csv`, { site: draft.site }),
    againHref: importTabHref(draft.site),
  }
}

export function cut(text: string): string {
  const all = [...text]
  return all.length > SHOWN_CHARS ? `${all.slice(0, SHOWN_CHARS).join('')}…` : text
}
