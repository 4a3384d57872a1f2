import { isRecord, type Values } from '../ingest/props.ts'
import { normalEmail } from '../ingest/text.ts'
import { renamed, scalarsOf } from './flat.ts'

/**
 * Segment's traits under the names that fit rules and pages read. What is nested is made flat where Segment
 * reserves a name for it (`company`, `address`) and left out where not. The job title under `title` is
 * renamed behind this, with everybody's.
 */

const PERSON: Readonly<Record<string, string>> = {
  firstName: 'first_name',
  lastName: 'last_name',
  jobTitle: 'job_title',
  createdAt: 'created_at',
  companyName: 'company',
  companySize: 'company_size',
  employees: 'company_size',
  employeeCount: 'company_size',
  employee_count: 'company_size',
}
/** A company's, whether its own record tells them or a person's. */
const COMPANY: Readonly<Record<string, string>> = {
  name: 'company',
  industry: 'industry',
  employees: 'company_size',
  employeeCount: 'company_size',
  employee_count: 'company_size',
  size: 'company_size',
  plan: 'plan',
  website: 'company_website',
}
/** Pictures are no trait, and an e-mail is taken as who it is. */
const NO_TRAITS: readonly string[] = ['avatar', 'email']

/** Who somebody is, of records of which the later ones say it better. */
export function personTraits(...records: readonly unknown[]): Values {
  const traits: Values = {}
  for (const record of records) {
    if (!isRecord(record)) continue
    const own = without(renamed(scalarsOf(record), PERSON))
    Object.assign(traits, companyTraits(record.company), placeOf(record.address, ''), own)
  }
  return traits
}

/** What a company is, as traits of its people: `company`, `industry`, `company_size`, `plan`, and `company_…`. */
export function companyTraits(record: unknown): Values {
  if (!isRecord(record)) return {}
  const traits = placeOf(record.address, 'company_')
  for (const [key, value] of Object.entries(without(scalarsOf(record)))) {
    const name = Object.hasOwn(COMPANY, key) ? COMPANY[key] : undefined
    const other = /^company/i.test(key) ? key : `company_${snakeCase(key)}`
    traits[name ?? other] ??= value
  }
  return traits
}

/** The e-mail among traits; null where none of them has one that is one. */
export function emailOf(...records: readonly unknown[]): string | null {
  for (const record of records) {
    const email = isRecord(record) ? normalEmail(record.email) : null
    if (email !== null) return email
  }
  return null
}

/** Of an address no more than a rule can ask for. */
function placeOf(address: unknown, prefix: string): Values {
  if (!isRecord(address)) return {}
  const { city, state, country } = scalarsOf(address)
  const place = Object.entries({ city, state, country })
  const known = place.flatMap(([key, value]) =>
    value === undefined ? [] : [[`${prefix}${key}`, value] as const],
  )
  return Object.fromEntries(known)
}

function without(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !NO_TRAITS.includes(key)))
}

function snakeCase(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}
