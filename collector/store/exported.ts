import type { Scoped } from './reader.ts'
import type { AdjustmentJson, DecisionJson, LeadJson, OutcomeJson } from './shapes.ts'

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

/** What an export will walk through. */
export interface ExportTotalAsk extends Scoped {
  readonly what: 'leads' | 'scores' | 'events'
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** A lead, and beside what is derived of it what people and programs said: what an import needs of it. */
export interface ExportedLeadJson extends LeadJson {
  /** Newest first, as the API tells them. */
  readonly outcomes: readonly OutcomeJson[]
  /** Newest first. */
  readonly adjustments: readonly AdjustmentJson[]
  /** Changes of stage, newest first. */
  readonly decisions: readonly DecisionJson[]
  /**
   * Links to browsers that were undone, each that voids a claim of this lead. One that voids claims of two leads
   * stands at both.
   */
  readonly unlinks: readonly ExportedUnlinkJson[]
}

/** That somebody said: from `from` to before `to` this browser was not who these ids name. */
export interface ExportedUnlinkJson {
  /** When it was said; a newer claim links again. */
  readonly at: string
  readonly by: string
  /** As in the line of an event. */
  readonly browser: string
  /** Null where it is the browser's first hold. */
  readonly from: string | null
  /** Null where it is its last. */
  readonly to: string | null
  readonly user_ids: readonly string[]
  readonly emails: readonly string[]
}
