/** Which column says what, by the names that CRMs and people give them. */

export const FIELDS = [
  'lead',
  'user_id',
  'email',
  'type',
  'occurred_at',
  'value',
  'currency',
  'reason',
] as const
export type Field = (typeof FIELDS)[number]

/** In English and German, without case, blanks and signs. Where a file has several, the one that stands first here is taken. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  lead: ['leadid', 'piqueid', 'id', 'lead'],
  user_id: ['userid', 'externalid', 'externaluserid', 'user'],
  email: [
    'email',
    'emailaddress',
    'emailadresse',
    'contactemail',
    'leademail',
    'workemail',
    'businessemail',
    'primaryemail',
    'useremail',
    'mail',
  ],
  type: [
    'type',
    'outcome',
    'outcometype',
    'stage',
    'dealstage',
    'opportunitystage',
    'leadstage',
    'lifecyclestage',
    'status',
    'leadstatus',
    'dealstatus',
    'result',
    'ergebnis',
    'phase',
    'dealphase',
  ],
  occurred_at: [
    'occurredat',
    'occurred',
    'happenedat',
    'date',
    'closedate',
    'closeddate',
    'dateclosed',
    'closedat',
    'closedon',
    'stagedate',
    'statusdate',
    'outcomedate',
    'when',
    'time',
    'timestamp',
    'datum',
    'abschlussdatum',
    'abgeschlossenam',
    'zeitpunkt',
  ],
  value: [
    'value',
    'amount',
    'dealvalue',
    'dealamount',
    'revenue',
    'total',
    'price',
    'betrag',
    'auftragswert',
    'umsatz',
    'wert',
  ],
  currency: ['currency', 'currencycode', 'dealcurrency', 'currencyisocode', 'währung', 'waehrung'],
  reason: [
    'reason',
    'lostreason',
    'closedlostreason',
    'lossreason',
    'note',
    'notes',
    'comment',
    'grund',
    'verlustgrund',
    'bemerkung',
    'notiz',
  ],
}

/** The place of each field's column. */
export type Columns = Readonly<Partial<Record<Field, number>>>

export type ReadColumns =
  | { readonly ok: true; readonly columns: Columns; readonly unused: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** Columns with any other name are left aside, and named. */
export function columnsOf(head: readonly string[]): ReadColumns {
  const names = head.map(plain)
  const columns: Partial<Record<Field, number>> = {}
  for (const field of FIELDS) {
    const name = NAMES[field].find((one) => names.includes(one))
    if (name === undefined) continue
    const place = names.indexOf(name)
    const other = names.indexOf(name, place + 1)
    if (other !== -1) {
      return {
        ok: false,
        problem: `Two columns are called the same, “${head[place]}” and “${head[other]}”: keep one of them.`,
      }
    }
    columns[field] = place
  }
  const missing = missingIn(columns)
  const found = head.filter((name) => name !== '').map((name) => `“${name.slice(0, 40)}”`)
  if (missing !== null) {
    return { ok: false, problem: `${missing} The first line names ${found.join(', ')}.` }
  }
  const used = new Set(Object.values(columns))
  const unused = head.filter((name, place) => !used.has(place) && name !== '')
  return { ok: true, columns, unused }
}

function missingIn({ lead, user_id, email, type, occurred_at }: Columns): string | null {
  if (lead === undefined && user_id === undefined && email === undefined) {
    return 'No column says who it was: name one “email”, “user_id” or “lead”.'
  }
  if (type === undefined)
    return 'No column says what happened: name one “type”, “stage” or “status”.'
  if (occurred_at === undefined) return 'No column says when it happened: name one “occurred_at”.'
  return null
}

/** "E-mail Address" → "emailaddress". */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}
