import { createHash } from 'node:crypto'
import { isRecord } from '../ingest/props.ts'

/** Who a row says it was. */

export interface ClaimSaid {
  readonly user_id?: string
  readonly email?: string
  readonly traits?: Readonly<Record<string, unknown>>
  readonly strength?: string
  readonly evidence?: string
  readonly link?: string
}

/**
 * The claim of a line: its `claim`, or the ids and traits beside it, or what an `identify` has as props.
 * Null where nobody is named; of an erased person only the boundary is left, which names nobody.
 */
export function claimIn(
  raw: Readonly<Record<string, unknown>>,
  props: Readonly<Record<string, unknown>> = {},
): ClaimSaid | null {
  const said = isRecord(raw.claim) ? raw.claim : { ...props, ...idsOf(raw) }
  const userId = idOf(said.user_id ?? said.userId)
  const email = idOf(said.email)
  if (userId === undefined && email === undefined) return null
  const { traits, strength, evidence, link } = said
  return {
    ...(userId !== undefined && { user_id: userId }),
    ...(email !== undefined && { email }),
    ...(isRecord(traits) && { traits }),
    ...(typeof strength === 'string' && { strength }),
    ...(typeof evidence === 'string' && { evidence }),
    ...(typeof link === 'string' && { link }),
  }
}

function idsOf(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const userId = raw.user_id ?? raw.userId
  return {
    ...(userId !== undefined && { user_id: userId }),
    ...(raw.email !== undefined && { email: raw.email }),
    ...(isRecord(raw.traits) && { traits: raw.traits }),
  }
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** The browser of somebody that a file knows by an address alone; it does not show the address. */
export function personOf(email: string): string {
  const hash = createHash('sha256').update(email.trim().toLowerCase()).digest('hex')
  return `person:${hash.slice(0, 32)}`
}
