import type { Context } from 'hono'
import type { Admin } from '../engine.ts'
import type { Erasing } from '../http/erasing.ts'
import type { Reader } from '../store/reader.ts'
import type { LeadListReads } from '../store/sqlite/read/lead-list.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { ViewStore } from '../store/view-store.ts'
import type { PageChecks } from './page-checks.ts'
import type { ProxyView } from './present-connect.ts'

/** What the screens ask and what their forms do. */

export type DashboardReader = Reader &
  Pick<
    InternalReader,
    | 'leadRef'
    | 'flow'
    | 'quarantined'
    | 'isQuarantined'
    | 'exportLeads'
    | 'exportEvents'
    | 'sources'
    | keyof LeadListReads
    | 'attention'
    | 'arrived'
    | 'explained'
    | 'visitorExplained'
    | 'visitorTrend'
    | 'held'
    | 'rulesLately'
    | 'webhooks'
    | 'crms'
  >

export type DashboardWriter = Pick<
  Admin,
  | 'addOutcome'
  | 'removeOutcome'
  | 'addAdjustment'
  | 'removeAdjustment'
  | 'requeue'
  | 'dropQuarantined'
  | keyof ViewStore
  | 'unlink'
  | 'publishModel'
  | 'publishAfter'
  | 'modelProgress'
  | 'changeSite'
>

export interface DashboardDeps {
  readonly reader: DashboardReader
  readonly writer: DashboardWriter
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** The whole address of the tag's script, as the owner's pages will load it. */
  readonly tagUrl: (c: Context) => string
  readonly checks: Pick<PageChecks, 'start' | 'find'>
  /** How the collector and a proxy in front of it get along. */
  readonly proxyState?: (now: number) => ProxyView
  /** Told of a download that broke off because a read failed. */
  readonly onBroken?: (error: unknown) => void
  /** A throw-away store with a demo shop beside it. */
  readonly demo: boolean
  readonly erasing: Pick<Erasing, 'eraseLead'>
  /** How long events are kept; said wherever somebody asks what is held. */
  readonly retentionMonths: number
}
