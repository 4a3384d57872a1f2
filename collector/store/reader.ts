import type {
  AdjustmentJson,
  ConflictJson,
  DecisionJson,
  IdentityJson,
  KeyJson,
  LeadJson,
  ModelJson,
  ModelVersionJson,
  OutcomeJson,
  Page,
  RejectedJson,
  ScoreJson,
  SiteJson,
  Stage,
  TimelineSessionJson,
  TrendDayJson,
  VisitorJson,
  WhatIfJson,
} from './shapes.ts'

/** How a list of leads may be sorted; `-` is downwards. */
export const LEAD_SORTS = [
  '-score',
  'score',
  '-last_seen',
  'last_seen',
  '-first_seen',
  'first_seen',
  '-email',
  'email',
] as const

/** Further orders of the dashboard's list, which shows each lead's change in a week. */
export const LIST_SORTS = [
  ...LEAD_SORTS,
  '-change',
  'change',
  '-name',
  'name',
  '-stage',
  'stage',
  '-grade',
  'grade',
] as const

export interface LeadQuery {
  /** Site id (`si_…`); absent means every site the caller may see. */
  readonly site?: string
  readonly stage?: Stage
  /** `A1` … `D4`, a letter alone (`A`), or a number alone (`2`). */
  readonly grade?: string
  /** In points. */
  readonly minScore?: number
  /** Finds text in e-mail, user id, name and company, case-insensitive. */
  readonly q?: string
  /** `q` finds what is left of an e-mail when it is hidden, so that it can't be guessed letter by letter. */
  readonly hidesAddresses?: boolean
  /** Source of the first or last touch, exact. */
  readonly source?: string
  /** Epoch milliseconds. */
  readonly seenSince?: number
  /** Epoch milliseconds; first seen then or later. */
  readonly firstSince?: number
  /** One of `LEAD_SORTS`, or of `LIST_SORTS` for `leadPage`; default `-score`. */
  readonly sort?: string
  /** 1–100, default 50. */
  readonly limit?: number
  readonly cursor?: string
}

export interface VisitorQuery {
  readonly site?: string
  readonly seenSince?: number
  /** Leave out those that belong to a lead. */
  readonly anonymous?: boolean
  readonly limit?: number
  readonly cursor?: string
}

/** How a lead is named from outside: `ld_…`, `email:someone@example.com` or `user:42`. */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' }
  /** An `email:` or `user:` known to several sites, with no site to narrow it. */
  | { readonly kind: 'ambiguous' }
  /** The named model version does not exist. */
  | { readonly kind: 'no_model' }
  | { readonly kind: 'bad_cursor' }

export interface ListPage {
  readonly limit?: number
  readonly cursor?: string
}

export interface Scoped {
  readonly site?: string | undefined
}

/** Everything that can be read. Each call sees one consistent snapshot; `now` is the instant of reading. */
export interface Reader {
  sites(): Promise<readonly SiteJson[]>
  keys(): Promise<readonly KeyJson[]>
  leads(query: LeadQuery, now: number): Promise<Found<Page<LeadJson>>>
  lead(id: string, scope: Scoped, now: number): Promise<Found<LeadJson>>
  /** `asOf` in epoch milliseconds; absent means now. */
  score(
    id: string,
    at: Scoped & { readonly asOf?: number; readonly model?: number },
    now: number,
  ): Promise<Found<ScoreJson>>
  timeline(
    id: string,
    page: Scoped & { readonly limit?: number; readonly cursor?: string },
    now: number,
  ): Promise<Found<Page<TimelineSessionJson>>>
  identities(id: string, scope: Scoped): Promise<Found<readonly IdentityJson[]>>
  visitors(query: VisitorQuery, now: number): Promise<Found<Page<VisitorJson>>>
  visitor(id: string, scope: Scoped, now: number): Promise<Found<VisitorJson>>
  visitorTimeline(
    id: string,
    page: Scoped & { readonly limit?: number; readonly cursor?: string },
    now: number,
  ): Promise<Found<Page<TimelineSessionJson>>>
  /** Claims that name two people, newest first. */
  conflicts(page: Scoped & ListPage): Promise<Found<Page<ConflictJson>>>
  outcomes(id: string, scope: Scoped): Promise<Found<readonly OutcomeJson[]>>
  adjustments(id: string, scope: Scoped): Promise<Found<readonly AdjustmentJson[]>>
  /** Changes of stage, newest first. */
  decisions(id: string, scope: Scoped): Promise<Found<readonly DecisionJson[]>>
  /** The last 30 days and today. */
  trend(id: string, scope: Scoped, now: number): Promise<Found<readonly TrendDayJson[]>>
  /** The active model, or a version of it. */
  model(version?: number): Promise<Found<ModelJson>>
  /** Newest first. */
  modelVersions(): Promise<readonly ModelVersionJson[]>
  /** What a model (in YAML, already checked) would change. */
  simulate(yaml: string, scope: Scoped, now: number): Promise<WhatIfJson>
  rejected(
    page: Scoped & { readonly limit?: number; readonly cursor?: string },
  ): Promise<Found<Page<RejectedJson>>>
}
