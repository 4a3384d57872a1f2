import type { LeadJson, OutcomeJson } from '../store/shapes.ts'
import { leadHref } from './links.ts'
import type { NoticeView } from './notice.tsx'
import { leadName, stageWords } from './present.ts'
import { humanise, money } from './words.ts'

/** What came of a word of sales, by the lead's name, and how to take it back. */

/** The parameters that say what a form did; a page that is led back to has none of an earlier one. */
const SAID = ['done', 'lead', 'outcome', 'type'] as const

/** A path of our own with what was done in its query. */
export function saidHref(back: string, said: Readonly<Record<string, string>>): string {
  const [path = '/', query = ''] = back.split('?', 2)
  const params = new URLSearchParams(query)
  for (const name of SAID) params.delete(name)
  for (const [name, value] of Object.entries(said)) params.append(name, value)
  return params.size === 0 ? path : `${path}?${params}`
}

export interface SaidSource {
  readonly lead: LeadJson
  readonly outcome: OutcomeJson
  /** Where taking it back leads; null for who may not. */
  readonly back: string | null
}

export function presentSaid({ lead, outcome, back }: SaidSource): NoticeView {
  const undo = back !== null && {
    action: `${leadHref(lead.id)}/outcome/${encodeURIComponent(outcome.id)}/undo`,
    label: 'Undo',
    fields: { back },
  }
  return { tone: 'good', words: saidWords(leadName(lead), outcome), ...(undo && { undo }) }
}

function saidWords(name: string, { type, reason, value, currency }: OutcomeJson): string {
  const why = reason ? `: ${reason}` : ''
  const worth = value === null ? '' : `, worth ${money(value, currency ?? '').trim()}`
  const words: Readonly<Record<string, string>> = {
    working_lead: `You have ${name} in hand now; everybody here sees that.`,
    qualify_lead: `${name} is accepted and sales-qualified now.`,
    open_opportunity: `${name} is an opportunity now${worth}.`,
    close_convert_lead: `${name} is won${worth}.`,
    close_unconvert_lead: `${name} is lost${why}.`,
    disqualify_lead: `${name} is rejected${why}.`,
    recycle_lead: `${name} goes back to be nurtured${why}.`,
  }
  return words[type] ?? `${humanise(type)}: ${name}.`
}

/** Nothing was recorded: the lead is already what it would have become. */
export function presentAlready(lead: LeadJson, type: string): NoticeView {
  const is = type === 'working_lead' ? 'in hand' : stageWords(lead).toLowerCase()
  return { tone: 'good', words: `Nothing to change: ${leadName(lead)} is ${is} already.` }
}

export function presentTakenBack(lead: LeadJson): NoticeView {
  const stage = stageWords(lead).toLowerCase()
  return { tone: 'good', words: `Taken back. ${leadName(lead)} is ${articleOf(stage)} again.` }
}

function articleOf(stage: string): string {
  return stage === 'lead' ? 'a lead' : stage === 'opportunity' ? 'an opportunity' : stage
}

export const HAD_BEEN_TAKEN_BACK: NoticeView = {
  tone: 'good',
  words: 'Nothing to change: that had been taken back before.',
}
