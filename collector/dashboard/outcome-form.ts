import { type Form, fieldOf } from '../http/form.ts'
import { OUTCOME_TYPES, type OutcomeType } from '../scoring/stages.ts'
import { listWords } from './words.ts'

/** What sales says of a lead, as a form sends it. Pure. */

export interface Said {
  readonly type: OutcomeType
  readonly reason: string | null
  /** In the currency's own unit. */
  readonly value: number | null
  readonly currency: string | null
}

export type ReadSaid =
  | { readonly ok: true; readonly said: Said }
  | { readonly ok: false; readonly problems: readonly string[] }

const MAX_REASON_CHARS = 500
const SHOWN_CHARS = 40

/** Fields `type`, `reason`, `value` and `currency`; all but the first may be empty or absent. */
export function readSaid(form: Form): ReadSaid {
  const type = OUTCOME_TYPES.find((one) => one === fieldOf(form, 'type'))
  const [reason, value, currency] = ['reason', 'value', 'currency'].map((name) =>
    fieldOf(form, name).trim(),
  ) as [string, string, string] // as many as there are names
  const amount = value === '' ? null : Number(value)
  const problems: string[] = []
  if (!type) problems.push(`The outcome is ${quoted(fieldOf(form, 'type'))}; ${TYPES}.`)
  if (reason.length > MAX_REASON_CHARS || /\p{Cc}|\p{Cs}/u.test(reason)) {
    problems.push(`A reason is one line of at most ${MAX_REASON_CHARS} characters.`)
  }
  if (!/^(\d{1,15}(\.\d+)?)?$/.test(value)) {
    problems.push(`The value is ${quoted(value)}; expected a number such as 1200 or 99.50.`)
  }
  if (!/^([a-z]{3})?$/i.test(currency)) {
    problems.push(`The currency is ${quoted(currency)}; expected three letters such as EUR.`)
  }
  if (!type || problems.length > 0) return { ok: false, problems }
  const said = { type, reason: reason || null, value: amount }
  return { ok: true, said: { ...said, currency: currency.toUpperCase() || null } }
}

const TYPES = `expected one of ${listWords(OUTCOME_TYPES)}`

function quoted(text: string): string {
  const shown = text.replace(/\p{Cc}|\p{Cs}/gu, '�')
  return shown === '' ? 'missing' : `“${[...shown].slice(0, SHOWN_CHARS).join('')}”`
}
