import type { CrmKind, CrmSettings, Refused } from '../store/crm-store.ts'
import type { LeadJson } from '../store/shapes.ts'
import type { Poster } from '../webhooks/post.ts'
import type { PostAnswer } from '../webhooks/schedule.ts'
import type { Targets } from '../webhooks/targets.ts'

/** What a CRM made of some leads. */
export type Sent =
  /** All are there, but for those that it will never take. */
  | { readonly kind: 'taken'; readonly refused: readonly Refused[] }
  /** Nothing is known to be there; to be sent again, not before so many milliseconds. */
  | { readonly kind: 'later'; readonly error: string; readonly waitMs: number }
  /** It takes none of them together; alone, some of them. */
  | { readonly kind: 'apart'; readonly error: string }
  /** Nothing will be taken until somebody does something about it. */
  | { readonly kind: 'stopped'; readonly error: string }

export interface Vendor {
  /** Leads in one request. */
  readonly most: number
  /** Whether it can have a record of this lead. */
  mayHave(lead: LeadJson): boolean
  /** Makes what has to be there before anything is sent; once. */
  prepare(): Promise<Sent>
  send(leads: readonly LeadJson[]): Promise<Sent>
}

export interface VendorDeps {
  readonly settings: CrmSettings
  readonly secret: string
  readonly poster: Poster
  readonly targets: Targets
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly signal: AbortSignal
}

export type MakeVendor = (deps: VendorDeps) => Vendor
export type Vendors = Readonly<Record<CrmKind, MakeVendor>>

export const DONE: Sent = { kind: 'taken', refused: [] }

type Answered = Extract<PostAnswer, { kind: 'answered' }>

/** What an answer that says no says of the next try, whatever it was an answer to. */
export function laterOf(answer: PostAnswer, waitMs: number): Sent {
  if (answer.kind === 'failed') return { kind: 'later', error: answer.error, waitMs: 0 }
  return { kind: 'later', error: `answered ${answer.status}`, waitMs }
}

/** The JSON of an answer; null where it is none. */
export function bodyOf({ text = '' }: Answered): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The code of an error, which is of the vendor's own words and holds nobody's data. */
export function codeOf(text: unknown): string {
  return typeof text === 'string' && /^[A-Z][A-Z0-9_]{2,79}$/.test(text) ? text : 'REFUSED'
}

/** The members of something that came as JSON. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
