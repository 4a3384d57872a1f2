import { isIP } from 'node:net'
import { parse } from 'yaml'
import { z } from 'zod'
import type { CrmKind, CrmSettings } from '../store/crm-store.ts'
import type { LeadJson } from '../store/shapes.ts'
import { hostOf, type Targets } from '../webhooks/targets.ts'

/**
 * Which field of a CRM gets what of a lead: a YAML file of `object`, `id` (the field that a record is known
 * by) and `fields`, each with one of the sources below or `traits.NAME`. Without a file, names of our own.
 */

const SOURCES = {
  score: (lead: LeadJson) => lead.score,
  score_milli: (lead: LeadJson) => lead.score_milli,
  engagement: (lead: LeadJson) => lead.engagement,
  fit: (lead: LeadJson) => lead.fit.letter,
  grade: (lead: LeadJson) => lead.grade,
  stage: (lead: LeadJson) => lead.stage,
  reasons: reasonsOf,
  lead_id: (lead: LeadJson) => lead.id,
  last_seen: (lead: LeadJson) => lead.last_seen_at,
  model_version: (lead: LeadJson) => lead.model_version,
  email: (lead: LeadJson) => lead.email,
  user_id: (lead: LeadJson) => lead.user_id,
  name: (lead: LeadJson) => lead.name,
  // A CRM may not have a person without them.
  last_name: (lead: LeadJson) => lead.name?.split(' ').at(-1) || (lead.email ?? lead.id),
  company: (lead: LeadJson) => lead.traits.company ?? 'Unknown',
} as const satisfies Record<string, (lead: LeadJson) => Value>
type Value = string | number | boolean | null | undefined

const HUBSPOT: Omit<CrmSettings, 'url'> = {
  object: 'contacts',
  id: 'email',
  fields: {
    pique_score: 'score',
    pique_grade: 'grade',
    pique_stage: 'stage',
    pique_engagement: 'engagement',
    pique_fit: 'fit',
    pique_reasons: 'reasons',
    pique_lead_id: 'lead_id',
    pique_last_seen: 'last_seen',
  },
}
const SALESFORCE: Omit<CrmSettings, 'url'> = {
  object: 'Contact',
  id: 'Pique_Id__c',
  fields: {
    LastName: 'last_name',
    Email: 'email',
    Pique_Score__c: 'score',
    Pique_Grade__c: 'grade',
    Pique_Stage__c: 'stage',
    Pique_Engagement__c: 'engagement',
    Pique_Fit__c: 'fit',
    Pique_Reasons__c: 'reasons',
    Pique_Last_Seen__c: 'last_seen',
  },
}
const USUAL = { hubspot: HUBSPOT, salesforce: SALESFORCE } as const
const OBJECTS = { hubspot: ['contacts'], salesforce: ['Contact', 'Lead'] } as const
/** The vendors' own; Salesforce has a host for each customer. */
const HUBSPOT_URL = 'https://api.hubapi.com'
const VENDORS: Readonly<Record<CrmKind, RegExp>> = {
  hubspot: /^api(-[a-z0-9]+)?\.hubapi\.com$/,
  salesforce: /^[a-z0-9.-]+\.salesforce\.com$/,
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/
const shape = z.strictObject({
  object: z.string().regex(NAME).optional(),
  id: z.string().regex(NAME).optional(),
  fields: z.record(z.string().regex(NAME), z.string()).optional(),
})

export type ReadMapping =
  | { readonly ok: true; readonly mapping: Omit<CrmSettings, 'url'> }
  | { readonly ok: false; readonly problem: string }

/** Reads a mapping file; what it leaves out is as usual. */
export function readMapping(kind: CrmKind, text: string | null): ReadMapping {
  const usual = USUAL[kind]
  if (text === null) return { ok: true, mapping: usual }
  const read = readYaml(text)
  const found = shape.safeParse(read)
  if (!found.success) {
    const [issue] = found.error.issues
    const place = issue?.path.join('.') || 'the file'
    return wrong(`${place} is wrong; expected object, id and fields, each a name of the CRM's`)
  }
  const { object = usual.object, id = usual.id } = found.data
  const fields = found.data.fields ?? { ...usual.fields, ...(object === 'Lead' && LEAD_FIELDS) }
  const objects: readonly string[] = OBJECTS[kind]
  if (!objects.includes(object)) {
    return wrong(`object is "${object}"; expected ${objects.join(' or ')}`)
  }
  for (const [field, source] of Object.entries(fields)) {
    if (Object.hasOwn(SOURCES, source) || /^traits\.[\w ]{1,60}$/.test(source)) continue
    const known = Object.keys(SOURCES).join(', ')
    return wrong(`${field} is "${source}"; expected ${known} or traits.NAME`)
  }
  return { ok: true, mapping: { object, id, fields } }
}

/** Salesforce has no lead without a company. */
const LEAD_FIELDS = { Company: 'company' } as const

function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch {
    return null
  }
}

function wrong(problem: string): ReadMapping {
  return { ok: false, problem }
}

/** Where a CRM is, checked; any other place than the vendor's only where the settings name its address. */
export function readUrl(
  kind: CrmKind,
  text: string | undefined,
  targets: Targets,
): { readonly url: string } | { readonly problem: string } {
  const given = text ?? (kind === 'hubspot' ? HUBSPOT_URL : '')
  if (given === '') {
    return { problem: 'is missing; expected https://YOURNAME.my.salesforce.com' }
  }
  const problem = placeProblem(kind, given, targets)
  return problem === null ? { url: new URL(given).origin } : { problem }
}

/** What is wrong with a place that a CRM is to be at, or says to be at; null for nothing. */
export function placeProblem(kind: CrmKind, text: string, targets: Targets): string | null {
  const problem = targets.problemOf(text)
  if (problem !== null) return problem
  const url = new URL(text)
  if (url.protocol === 'https:' && VENDORS[kind].test(url.hostname)) return null
  const host = hostOf(url)
  const isNamed = isIP(host) > 0 && targets.mayReach(host, false)
  return isNamed
    ? null
    : `is not the vendor's own; others only by an address that PIQUE_WEBHOOK_ALLOW names`
}

const LONGEST_SECRET = 4096

/** Whether it may be the secret of such a CRM: a token, or of Salesforce an id and a secret. */
export function isSecretOf(kind: CrmKind, secret: string): boolean {
  const isRight = /^[\x21-\x7e]+$/.test(secret) && secret.length <= LONGEST_SECRET
  return isRight && (kind !== 'salesforce' || /^[^:]+:.+$/.test(secret))
}

/** What a lead's record has in its fields; those without a value are empty. */
export function recordOf(
  lead: LeadJson,
  { fields }: Pick<CrmSettings, 'fields'>,
): Readonly<Record<string, string | number | boolean | null>> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, source]) => [field, readSource(lead, source) ?? null]),
  )
}

function readSource(lead: LeadJson, source: string): Value {
  if (source.startsWith('traits.')) return lead.traits[source.slice('traits.'.length)]
  return Object.hasOwn(SOURCES, source)
    ? SOURCES[source as keyof typeof SOURCES](lead) // just looked up
    : null
}

/** The three strongest lines of a score, in words. */
function reasonsOf({ reasons }: LeadJson): string {
  return [...reasons]
    .sort((a, b) => Math.abs(b.milli) - Math.abs(a.milli))
    .slice(0, 3)
    .map(({ label, milli }) => `${label} ${milli < 0 ? '−' : '+'}${Math.abs(milli) / 1000}`)
    .join('; ')
}

/** Whether a source is a number, for a field that is made for it. */
export function isNumber(source: string): boolean {
  return ['score', 'score_milli', 'engagement', 'model_version'].includes(source)
}
