import type { LeadFate, LeadsFile } from '../import/leads-plan.ts'
import type { TakenFate } from '../import/take-leads.ts'
import { hrefOf } from './links.ts'
import {
  cut,
  IMPORT,
  importTabHref,
  type ProblemsView,
  type ReportView,
  SHOWN_PROBLEMS,
  SHOWN_ROWS,
  say,
  unusedWords,
} from './present-import.ts'
import { countWords, listWords, plural } from './words.ts'

/** The words of an import of people: what it would do, and what it did. */

interface DraftView {
  readonly id: string
  readonly site: string
  readonly name: string
}

export interface PersonRow {
  readonly line: string
  readonly who: string
  readonly fate: string
  readonly traits: string
}

export interface LeadsRunView {
  readonly file: string
  readonly title: string
  readonly rest: string
  readonly columns: readonly { readonly name: string; readonly as: string }[]
  readonly unused: string
  readonly button: string | null
  readonly action: string
  readonly againHref: string
  readonly firstTitle: string
  readonly first: readonly PersonRow[]
  readonly problems: ProblemsView | null
}

/** A person is told with as many traits as fit on a line. */
const SHOWN_TRAITS = 4

export function presentLeadsRun(draft: DraftView, file: LeadsFile): LeadsRunView {
  const counts: Record<LeadFate, number> = { new: 0, there: 0, unreadable: 0 }
  for (const { fate } of file.rows) counts[fate] += 1
  const good = file.rows.filter(({ fate }) => fate !== 'unreadable')
  const shown = Math.min(SHOWN_ROWS, good.length)
  return {
    file: draft.name,
    title: `${plural(file.rows.length, 'row')}: ${counts.new === 0 ? 'no new lead' : plural(counts.new, 'new lead')}`,
    rest: restOf(counts),
    columns: file.columns.map(({ name, as }) => ({ name: cut(name), as: asWords(as) })),
    unused: unusedWords(file.unused),
    button: good.length === 0 ? null : `Import ${plural(good.length, 'row')}`,
    action: hrefOf(`${IMPORT}/${draft.id}/add-leads`, { site: draft.site }),
    againHref: importTabHref(draft.site, undefined, 'leads'),
    firstTitle:
      shown < good.length ? `The first ${shown}, as they would be taken` : 'As they would be taken',
    first: good.slice(0, SHOWN_ROWS).map(({ row, who, traits, fate }) => ({
      line: String(row.line),
      who: cut(who),
      fate: fate === 'new' ? 'New lead' : 'Known: learns what the row says',
      traits: traitWords(traits),
    })),
    problems: problemsOf(draft, file),
  }
}

/** "trait job_title" → "Job title"; ids and times by what they do. */
function asWords(as: string): string {
  if (as === 'email') return 'E-mail: who it is'
  if (as === 'user_id') return 'User id: who it is'
  if (as === 'at') return 'Since when they are known'
  return as
    .replace(/^trait /, '')
    .replaceAll('_', ' ')
    .replace(/^./u, (first) => first.toUpperCase())
}

function traitWords(traits: Readonly<Record<string, unknown>>): string {
  const all = Object.values(traits).map((value) => cut(String(value)))
  const more = all.length - SHOWN_TRAITS
  return [...all.slice(0, SHOWN_TRAITS), ...(more > 0 ? [`${more} more`] : [])].join(' · ')
}

function restOf({ there, unreadable }: Readonly<Record<LeadFate, number>>): string {
  const parts = [
    say(
      there,
      'is of somebody known, who learns what it says',
      'are of people known, who learn what they say',
    ),
    say(unreadable, 'is skipped', 'are skipped'),
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'Every row can be taken.' : `${listWords(parts)}.`
}

function problemsOf({ id, site }: DraftView, file: LeadsFile): ProblemsView | null {
  const wrong = file.rows.filter(({ fate }) => fate === 'unreadable')
  if (wrong.length === 0) return null
  const list = wrong.slice(0, SHOWN_PROBLEMS)
  const some = list.length < wrong.length ? `, the first ${list.length}` : ''
  return {
    title: `${plural(wrong.length, 'row')} to be skipped${some}`,
    list: list.map(({ row, why }) => ({
      line: `Line ${countWords(row.line)}`,
      who: cut(row.cells.find((cell) => cell !== '') ?? ''),
      why: `${why}.`,
    })),
    href: hrefOf(`${IMPORT}/${id}/skipped.csv`, { site }),
  }
}

export function presentLeadsReport(
  draft: DraftView,
  counts: Readonly<Record<TakenFate, number>>,
): ReportView {
  const taken = counts.new + counts.there
  const parts = [
    say(
      counts.there,
      'row told something of somebody known',
      'rows told something of people known',
    ),
    say(counts.same, 'row was known already', 'rows were known already'),
    say(counts.erased, 'row is of somebody who was erased', 'rows are of people who were erased'),
    say(counts.unreadable, 'row was skipped', 'rows were skipped'),
  ].filter((part) => part !== '')
  const undo =
    taken === 0
      ? ''
      : ' There is no undo for all at once: to take somebody out again, erase them on their page.'
  return {
    title: counts.new === 0 ? 'No new lead' : `${plural(counts.new, 'lead')} added`,
    rest: `${parts.length === 0 ? 'Every row was taken.' : `${listWords(parts)}.`}${undo}`,
    file: draft.name,
    next: { label: 'See the leads', href: hrefOf('/leads', { site: draft.site }) },
    skippedHref:
      counts.same + counts.erased + counts.unreadable === 0
        ? null
        : hrefOf(`${IMPORT}/${draft.id}/skipped.csv`, { site: draft.site }),
    againHref: importTabHref(draft.site, undefined, 'leads'),
  }
}
