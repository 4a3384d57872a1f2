import { OUTCOME_TYPES } from '../scoring/stages.ts'
import type { AdjustmentJson, OutcomeJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import { money, signedPoints, type When, whenOf } from './words.ts'

/** What people say of a lead: sales' outcomes and points by hand, each with its way back. */

/** As it is chosen in a form. */
const OUTCOME_CHOICES: Readonly<Record<string, string>> = {
  working_lead: 'Working on it',
  qualify_lead: 'Qualified (SQL)',
  open_opportunity: 'Opportunity opened',
  close_convert_lead: 'Won',
  close_unconvert_lead: 'Lost',
  disqualify_lead: 'Disqualified',
  recycle_lead: 'Recycled, nurture again',
}

/** As it is told afterwards. */
export const OUTCOME_DONE: Readonly<Record<string, string>> = {
  working_lead: 'Sales started working on it',
  qualify_lead: 'Qualified by sales',
  open_opportunity: 'Opportunity opened',
  close_convert_lead: 'Won',
  close_unconvert_lead: 'Lost',
  disqualify_lead: 'Disqualified by sales',
  recycle_lead: 'Recycled, to be nurtured again',
}

export interface SaidView {
  readonly words: string
  readonly detail: string
  readonly when: When
  readonly undo: string
}

export interface SalesView {
  readonly action: string
  /** Where the forms lead back to. */
  readonly back: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly outcomes: readonly SaidView[]
}

export interface AdjustmentsView {
  readonly action: string
  readonly adjustments: readonly SaidView[]
}

export interface Place {
  /** The lead's page, without a query. */
  readonly path: string
  readonly site: string | undefined
}

export function presentSales(
  outcomes: readonly OutcomeJson[],
  { path, site }: Place,
  now: number,
): SalesView {
  return {
    action: `${path}/outcome`,
    back: hrefOf(path, { site }),
    choices: OUTCOME_TYPES.map((value) => ({ value, label: OUTCOME_CHOICES[value] ?? value })),
    outcomes: outcomes.map((one) => ({
      words: OUTCOME_DONE[one.type] ?? one.type,
      detail: [
        ...(one.value === null ? [] : [valueWords(one.value, one.currency)]),
        ...(one.reason ? [`“${one.reason}”`] : []),
        `by ${one.by}`,
      ].join(', '),
      when: whenOf(one.occurred_at, now),
      undo: `${path}/outcome/${encodeURIComponent(one.id)}/undo`,
    })),
  }
}

export function presentAdjustments(
  adjustments: readonly AdjustmentJson[],
  { path, site }: Place,
  now: number,
): AdjustmentsView {
  return {
    action: hrefOf(`${path}/adjustment`, { site }),
    adjustments: adjustments.map((one) => ({
      words: signedPoints(one.points * 1000),
      detail: `“${one.reason}”, by ${one.by}`,
      when: whenOf(one.at, now),
      undo: hrefOf(`${path}/adjustment/${encodeURIComponent(one.id)}/undo`, { site }),
    })),
  }
}

export function valueWords(value: number, currency: string | null): string {
  return currency ? money(value, currency) : value.toLocaleString('en')
}
