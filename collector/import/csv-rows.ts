import { plain } from './columns.ts'
import { readEvent } from './event-lines.ts'
import type { DateForm, Mapping } from './mapping.ts'
import { readMoment } from './moment.ts'
import { personOf } from './person.ts'
import { type ReadRow, skipped } from './row.ts'
import { ImportTrouble } from './trouble.ts'

/**
 * Rows of a CSV as events, or as leads: somebody, by a server's word, with traits. Which column is what, its
 * name says, or a mapping. Pure.
 */

export type Kind = 'events' | 'leads' | 'outcomes'

const FIELDS = {
  id: ['id', 'eventid', 'messageid'],
  type: ['type', 'event', 'eventtype', 'eventname', 'action'],
  at: ['at', 'time', 'timestamp', 'occurredat', 'date', 'datetime', 'eventtime', 'createdat'],
  browser: ['browser', 'browserid', 'anonymousid', 'clientid', 'visitorid'],
  user_id: ['userid', 'externalid', 'externaluserid', 'user', 'customerid'],
  email: [
    'email',
    'emailaddress',
    'mail',
    'useremail',
    'workemail',
    'contactemail',
    'leademail',
    'emailadresse',
  ],
  session: ['session', 'sessionid'],
  url: ['url', 'pageurl', 'page', 'pagelocation', 'address'],
  referrer: ['referrer', 'referer', 'pagereferrer'],
  title: ['title', 'pagetitle'],
} as const
type Field = keyof typeof FIELDS
const NAMES = Object.keys(FIELDS) as Field[] // the keys of a constant

/** Of a lead: what its row is known by, and since when. */
const LEAD_FIELDS: readonly Field[] = ['at', 'user_id', 'email']
const LEAD_TIMES = [
  'at',
  'createdat',
  'createdate',
  'signedupat',
  'signupdate',
  'updatedat',
  'erstelltam',
  'angelegtam',
]
/** Traits that other programs call otherwise. */
const TRAIT_NAMES: Readonly<Record<string, string>> = {
  title: 'job_title',
  jobtitle: 'job_title',
  role: 'job_title',
  position: 'job_title',
  companyname: 'company',
  organization: 'company',
  account: 'company',
  phonenumber: 'phone',
  firma: 'company',
  firmenname: 'company',
  unternehmen: 'company',
  funktion: 'job_title',
  jobtitel: 'job_title',
  telefon: 'phone',
  telefonnummer: 'phone',
  vorname: 'first_name',
  nachname: 'last_name',
  fullname: 'name',
  contactname: 'name',
}
/** What an export of leads says besides, and what follows from events. */
const DERIVED =
  /^(id|site|stage|grade|score|score_milli|fit_points|fit_letter|percentile|engagement|reasons|(first|last)_(touch_.*|seen_at)|excluded|model_version|as_of|traits|outcomes|adjustments)$/

export interface RowReader {
  read(cells: readonly string[]): ReadRow
  /** Which column is taken for what, in words. */
  readonly columns: readonly string[]
}

export function createRowReader(
  head: readonly string[],
  { what, mapping, now }: { what: Kind | null; mapping: Mapping | null; now: number },
): RowReader {
  const places = placesOf(head, mapping)
  const hasType = places.type !== undefined || mapping?.constants.type !== undefined
  const kind = what ?? (hasType ? 'events' : 'leads')
  if (kind === 'leads') places.at = leadTimeOf(head, mapping)
  const used = kind === 'leads' ? LEAD_FIELDS : NAMES
  const taken = new Set(used.flatMap((field) => places[field] ?? []))
  const rest = head
    .map((name, place) => ({ name, place }))
    .filter(({ name, place }) => !taken.has(place) && isKept(name, kind, mapping))
    .map(({ name, place }) => ({ place, key: kind === 'leads' ? traitOf(name) : keyOf(name) }))
  const isNamed = places.user_id !== undefined || places.email !== undefined
  if (kind === 'leads' && !isNamed) {
    throw new ImportTrouble(
      `no column says who it is: name one “email” or “user_id”; the first line names ${head.slice(0, 20).join(', ')}`,
    )
  }
  const at = (text: string) => momentOf(text, mapping?.dates ?? 'iso', now)
  const cellOf = (cells: readonly string[], field: Field) => cells[places[field] ?? -1] ?? ''
  const columns = [
    `rows are ${kind}`,
    ...used.flatMap((field) =>
      places[field] === undefined ? [] : [`${head[places[field]]} → ${field}`],
    ),
    ...rest.map(
      ({ place, key }) => `${head[place]} → ${kind === 'leads' ? 'trait' : 'prop'} ${key}`,
    ),
  ]

  function read(cells: readonly string[]): ReadRow {
    if (cells.length > head.length) return skipped('broken_row')
    const values = rest.flatMap(({ place, key }) => {
      const value = cells[place] ?? ''
      return value === '' ? [] : [[key, cellValue(value)] as const]
    })
    const more = Object.fromEntries(values)
    return kind === 'leads' ? readLead(cells, more) : readEventRow(cells, more)
  }

  function readEventRow(cells: readonly string[], props: Record<string, unknown>): ReadRow {
    const when = cellOf(cells, 'at') || (mapping?.constants.at ?? '')
    const moment = at(when)
    if (!moment.ok) return skipped('no_time', moment.problem)
    const said = Object.fromEntries(
      NAMES.flatMap((field) => {
        const value = cellOf(cells, field)
        return value === '' ? [] : [[field, value] as const]
      }),
    )
    return readEvent({ ...mapping?.constants, ...said, at: moment.at, props }, { now })
  }

  function readLead(cells: readonly string[], traits: Record<string, unknown>): ReadRow {
    const [userId, email] = [cellOf(cells, 'user_id'), cellOf(cells, 'email')]
    if (userId === '' && email === '') return skipped('nobody')
    if (email !== '' && !/^[^@\s]+@[^@\s]+$/.test(email)) {
      return skipped('nobody', `“${email.slice(0, 40)}” is no e-mail address`)
    }
    const since = cellOf(cells, 'at')
    const moment = since === '' ? { ok: true as const, at: now } : at(since)
    if (!moment.ok) return skipped('no_time', moment.problem)
    const claim = {
      ...(userId !== '' && { user_id: userId }),
      ...(email !== '' && { email }),
      traits,
    }
    // It is said of them, and they did nothing: no proof of a person, so nothing counts for it.
    const isUndated = since === ''
    // As of its receipt, by which erasing knows an event that had no time.
    const known = isUndated ? { receivedAt: moment.at } : {}
    const event = { type: 'identify', at: moment.at, ...known, props: claim }
    const browser = userId === '' ? personOf(email) : `user:${userId}`
    const row = { browser, server: true, human: false, cookieless: false }
    return {
      ok: true,
      row: { ...row, device: null, bot: null, skewMs: null, isUndated, event },
    }
  }

  return { read, columns }
}

function placesOf(
  head: readonly string[],
  mapping: Mapping | null,
): Partial<Record<Field, number | undefined>> {
  const names = head.map(plain)
  const places: Partial<Record<Field, number | undefined>> = {}
  for (const field of NAMES) {
    const asked = mapping?.columns[field]
    if (asked !== undefined) {
      const place = head.indexOf(asked)
      if (place === -1) {
        throw new ImportTrouble(
          `there is no column “${asked}” for ${field}; the first line names ${head.slice(0, 20).join(', ')}`,
        )
      }
      places[field] = place
      continue
    }
    const name = FIELDS[field].find((one) => names.includes(one))
    if (name !== undefined) places[field] = names.indexOf(name)
  }
  return places
}

function leadTimeOf(head: readonly string[], mapping: Mapping | null): number | undefined {
  const asked = mapping?.columns.at
  if (asked !== undefined) return head.indexOf(asked)
  const names = head.map(plain)
  const name = LEAD_TIMES.find((one) => names.includes(one))
  return name === undefined ? undefined : names.indexOf(name)
}

function isKept(name: string, kind: Kind, mapping: Mapping | null): boolean {
  if (name === '') return false
  if (mapping?.keep) return mapping.keep.includes(name)
  return kind === 'events' || !DERIVED.test(keyOf(name))
}

function traitOf(name: string): string {
  return TRAIT_NAMES[plain(name)] ?? keyOf(name)
}

/** "Job Title" → "job_title". */
function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** Numbers and yes or no as such; what begins with a zero is a code. */
function cellValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/.test(text) ? Number(text) : text
}

function momentOf(text: string, form: DateForm, now: number) {
  const number = /^\d{1,14}(?:\.\d+)?$/.test(text) ? Number(text) : null
  if (form === 'epoch_s' && number !== null)
    return { ok: true as const, at: Math.floor(number * 1000) }
  if (form === 'epoch_ms' && number !== null) return { ok: true as const, at: Math.floor(number) }
  const [, first = '', second = '', year = '', rest = ''] =
    /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(.*)$/.exec(text) ?? []
  if (year === '' || (form !== 'day_first' && form !== 'month_first')) return readMoment(text, now)
  const [day, month] = form === 'day_first' ? [first, second] : [second, first]
  return readMoment(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`, now)
}
