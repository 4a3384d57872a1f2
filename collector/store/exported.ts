import type { Scoped } from './reader.ts'

/**
 * What an export walks through, page by page, in the order of the store's own numbers: a place in it stays
 * what it is, whatever comes in meanwhile. Times are epoch milliseconds, both ends included.
 */
export interface ExportQuery extends Scoped {
  /** Of leads: last seen from then on. Of events: happened from then on. */
  readonly since?: number
  readonly until?: number
  readonly limit: number
  readonly cursor?: string
}

/** One event, with whose it is now. */
export interface ExportedEventJson {
  readonly id: string
  readonly type: string
  readonly at: string
  readonly site: string
  readonly session: string
  readonly visitor: string | null
  /** The lead that the visitor belongs to. */
  readonly lead: string | null
  /** The id that the browser keeps; null where it keeps none. */
  readonly browser: string | null
  readonly device: string | null
  /** A person was proven to be there; without it nothing in the session scores. */
  readonly human: boolean
  readonly bot: string | null
  readonly url: string | null
  readonly referrer: string | null
  readonly title: string | null
  readonly view: string | null
  readonly props: Readonly<Record<string, unknown>>
}
