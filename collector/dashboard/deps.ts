import type { Context } from 'hono'
import type { Admin } from '../engine.ts'
import type { Reader } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { PageChecks } from './page-checks.ts'

/** What the screens ask and what their forms do. */

export type DashboardReader = Reader & Pick<InternalReader, 'leadRef' | 'rulesLately'>

export type DashboardWriter = Pick<
  Admin,
  | 'addOutcome'
  | 'removeOutcome'
  | 'addAdjustment'
  | 'removeAdjustment'
  | 'publishModel'
  | 'publishAfter'
  | 'modelProgress'
>

export interface DashboardDeps {
  readonly reader: DashboardReader
  readonly writer: DashboardWriter
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** The whole address of the tag's script, as the owner's pages will load it. */
  readonly tagUrl: (c: Context) => string
  readonly checks: Pick<PageChecks, 'start' | 'find'>
  /** What is wrong between the collector and a proxy in front of it, in a sentence; null where nothing is. */
  readonly proxyAdvice?: (now: number) => string | null
  /** A throw-away store with a demo shop beside it. */
  readonly demo: boolean
}
