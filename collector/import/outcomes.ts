import { OUTCOME_TYPES, type OutcomeType } from '../scoring/stages.ts'
import { readAmount } from './amount.ts'
import { type Columns, type Field, plain } from './columns.ts'
import { readMoment } from './moment.ts'
import type { Row } from './table.ts'

/** Rows of a CSV as outcomes: each is taken as a whole, or refused with all that is wrong in it. Pure. */

/** What a row says sales did, with the names it gives of whom: `ld_…`, `user:…` and `email:…`. */
export interface SaidRow {
  readonly names: readonly string[]
  /** As the file has it. */
  readonly who: string
  readonly type: OutcomeType
  readonly at: number
  readonly value: number | null
  readonly currency: string | null
  readonly reason: string | null
}

export interface Judged {
  readonly row: Row
  /** Null where there are problems. */
  readonly said: SaidRow | null
  readonly problems: readonly string[]
}

const WORDS: Readonly<Record<OutcomeType, readonly string[]>> = {
  close_convert_lead: [
    'won',
    'closedwon',
    'closewon',
    'dealwon',
    'converted',
    'customer',
    'gewonnen',
  ],
  close_unconvert_lead: ['lost', 'closedlost', 'closelost', 'deallost', 'verloren'],
  qualify_lead: [
    'qualified',
    'accepted',
    'sql',
    'salesqualified',
    'salesqualifiedlead',
    'salesaccepted',
    'salesacceptedlead',
    'sal',
    'qualifiziert',
  ],
  disqualify_lead: [
    'disqualified',
    'unqualified',
    'rejected',
    'notqualified',
    'junk',
    'spam',
    'disqualifiziert',
    'unqualifiziert',
  ],
  open_opportunity: [
    'opportunity',
    'open',
    'openopportunity',
    'opendeal',
    'opportunityopened',
    'verkaufschance',
  ],
  recycle_lead: ['recycled', 'recycle', 'nurture', 'nurturing'],
  working_lead: [
    'working',
    'contacted',
    'workingcontacted',
    'inprogress',
    'attemptedtocontact',
    'kontaktiert',
    'inbearbeitung',
  ],
}

const TYPE_OF = new Map(
  OUTCOME_TYPES.flatMap((type) =>
    [plain(type), ...WORDS[type]].map((word) => [word, type] as const),
  ),
)

const MAX_NAME_CHARS = 400
const MAX_REASON_CHARS = 500
const SHOWN_CHARS = 60
const EXPECTED = 'write won, lost, qualified, disqualified, opportunity, recycled or working'

export function judge(row: Row, columns: Columns, width: number, now: number): Judged {
  if (row.cells.length > width) {
    const problem = `it has ${row.cells.length} cells and the first line ${width}: a cell that holds a comma or semicolon is written in quotation marks`
    return { row, said: null, problems: [problem] }
  }
  const cell = (field: Field) => (row.cells[columns[field] ?? -1] ?? '').trim()
  const problems: string[] = []
  const who = whoOf(cell, problems)
  const type = TYPE_OF.get(plain(cell('type')))
  if (!type) problems.push(`${shown(cell('type'))} is nothing that sales decided: ${EXPECTED}`)
  const moment = readMoment(cell('occurred_at').slice(0, SHOWN_CHARS), now)
  if (!moment.ok) problems.push(moment.problem)
  const worth = worthOf(cell('value'), cell('currency'), problems)
  const reason = cell('reason').replace(/\s+/gu, ' ')
  if (reason.length > MAX_REASON_CHARS) {
    problems.push(
      `its reason has ${reason.length} characters: at most ${MAX_REASON_CHARS} are kept`,
    )
  }
  if (/\p{Cc}|\p{Cs}/u.test(reason))
    problems.push('its reason holds characters that can’t be shown')
  if (!type || !moment.ok || problems.length > 0) return { row, said: null, problems }
  return { row, said: { ...who, type, at: moment.at, ...worth, reason: reason || null }, problems }
}

/** A CRM's own id in a column of ours names nobody here; it is passed over where another column does. */
function whoOf(cell: (field: Field) => string, problems: string[]): Pick<SaidRow, 'names' | 'who'> {
  const [lead, user, email] = [cell('lead'), cell('user_id'), cell('email')]
  const isOurs = /^ld_\d{1,15}$/.test(lead)
  const isAddress = /^[^@\s]+@[^@\s]+$/.test(email)
  if (email !== '' && !isAddress) problems.push(`${shown(email)} is no e-mail address`)
  const names = [
    ...(isOurs ? [lead] : []),
    ...(user === '' ? [] : [`user:${user}`]),
    ...(isAddress ? [`email:${email}`] : []),
  ]
  if (names.some((name) => name.length > MAX_NAME_CHARS)) {
    problems.push(`whoever it names has a name of more than ${MAX_NAME_CHARS} characters`)
  }
  if (names.length === 0 && email === '') {
    problems.push(
      lead === ''
        ? 'it names nobody: fill in an e-mail, a user id or a lead'
        : `${shown(lead)} is no lead of Pique’s, whose ids look like ld_42`,
    )
  }
  return { names, who: email || user || lead }
}

function worthOf(
  text: string,
  code: string,
  problems: string[],
): Pick<SaidRow, 'value' | 'currency'> {
  const named = code.toUpperCase()
  const isCode = /^([A-Z]{3})?$/.test(named)
  if (!isCode) problems.push(`${shown(code)} is no currency: write three letters such as EUR`)
  if (text === '') return { value: null, currency: named || null }
  // Whose dollars they are, the column beside says.
  const bare = named === '' ? text : text.replace(/[$¥]/, '')
  const read = readAmount(bare.slice(0, SHOWN_CHARS))
  if (!read.ok) {
    problems.push(read.problem)
    return { value: null, currency: null }
  }
  const { value, currency } = read.amount
  if (currency !== null && named !== '' && currency !== named) {
    problems.push(`“${text}” and ${shown(code)} are two currencies`)
  }
  return { value, currency: named || currency }
}

function shown(text: string): string {
  return text === '' ? 'an empty cell' : `“${[...text].slice(0, SHOWN_CHARS).join('')}”`
}
