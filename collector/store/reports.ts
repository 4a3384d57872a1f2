import type { Share } from '../scoring/proportion.ts'

/** Reports over all visitors and leads, in the words and shapes of the public API. */

/** What a report can be divided by. */
export const DIMENSIONS = ['channel', 'source', 'medium', 'campaign', 'landing'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Which of several touches counts: `last_non_direct` is the last where all were direct. */
export const TOUCHES = ['first', 'last', 'last_non_direct'] as const
export type TouchChoice = (typeof TOUCHES)[number]

/** A cohort: who was first seen from `since` to `until`, both included, in epoch milliseconds. */
export interface ReportQuery {
  readonly site?: string
  readonly since?: number
  readonly until?: number
  /** Default `first`. */
  readonly touch?: TouchChoice
  /** Only those whose touch says this, exactly. */
  readonly channel?: string
  readonly source?: string
  readonly medium?: string
  readonly campaign?: string
}

export interface SourcesQuery extends ReportQuery {
  /** Default `channel`. */
  readonly by?: Dimension
  /** The rows that are told apart, 500 if absent; the rest is one more. */
  readonly most?: number
}

export interface AmountJson {
  readonly currency: string | null
  readonly amount: number
}

/** Each number counts who got this far or further, so a lead that is won counts as MQL and SQL too. */
export interface FunnelJson {
  readonly visitors: number
  readonly leads: number
  readonly mql: number
  readonly sql: number
  readonly won: number
  /** Of won leads, by currency: different ones are never added. */
  readonly value: readonly AmountJson[]
  /** The share of each step in the one before, with its 95 % interval; null without a step before. */
  readonly rates: {
    readonly lead: Share | null
    readonly mql: Share | null
    readonly sql: Share | null
    readonly won: Share | null
  }
  /** From first seen to first MQL, over those that the score or a hand raise made one. */
  readonly days_to_mql: { readonly median: number; readonly p90: number } | null
}

export interface SourceRowJson extends FunnelJson {
  /** Null where it isn't known: no visit with a landing page, or a campaign that is not named. */
  readonly name: string | null
  /** Of a division by source alone. */
  readonly source: string | null
  readonly medium: string | null
}

export interface SourcesJson {
  readonly data: readonly SourceRowJson[]
  /** What was more than could be told apart, together. */
  readonly others: SourceRowJson | null
  readonly others_count: number
  /** Over all rows: each visitor and each lead is in exactly one. */
  readonly total: FunnelJson
  readonly by: Dimension
  readonly touch: TouchChoice
  readonly since: string | null
  readonly until: string | null
  /** Leads that the model excludes, such as own staff, and their visits: in no other number here. */
  readonly excluded: { readonly leads: number; readonly visitors: number }
  /** When visitors were counted; leads are as of the reading. */
  readonly as_of: string
}

/** Null while visitors are being counted for the first time. */
export type Counted<T> = T | null

/** A page, without query, over all that is kept. */
export interface PageRowJson {
  readonly site: string
  /** Host and path. */
  readonly page: string
  readonly views: number
  readonly visitors: number
  /** Leads who saw it, and those of them who ever became MQL or got further. */
  readonly leads: number
  readonly mql: number
}

export interface PagesJson {
  readonly data: readonly PageRowJson[]
  /** Pages with fewer views than those that are named. */
  readonly others_count: number
  /** When all of it was counted. */
  readonly as_of: string
}
