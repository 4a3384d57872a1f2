import type { Context, Hono } from 'hono'
import type { Admin } from '../engine.ts'
import type { GuardedEnv } from '../http/auth.ts'
import type { Erasing } from '../http/erasing.ts'
import type { People } from '../http/people.ts'
import type { Entrance } from '../http/session.ts'
import type { Sites } from '../http/sites.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { NoticeView } from './notice.tsx'
import type { SettingsTab } from './present-settings.ts'
import type { SettingsPanel } from './settings.tsx'

/** What every part of Settings is made with, and how it answers. */

export interface SettingsDeps {
  readonly reader: Pick<
    InternalReader,
    'sites' | 'keys' | 'backups' | 'audit' | 'lastSignIns' | 'held' | 'mentions'
  >
  readonly writer: Pick<Admin, 'addKey' | 'removeKey'>
  readonly people: People
  readonly sites: Sites
  readonly erasing: Erasing
  readonly entrance: Pick<Entrance, 'enter'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly publicUrl: (c: Context) => string
  readonly retentionMonths: number
  /** Told of a download that broke off because a read failed. */
  readonly onBroken?: (error: unknown) => void
  readonly demo: boolean
}

export type SettingsContext = Context<GuardedEnv>

export interface SettingsPages {
  readonly app: Hono<GuardedEnv>
  /** The page of a tab, with what came of a form. */
  show(c: SettingsContext, tab: SettingsTab, notice?: NoticeView | null): Promise<Response>
  /** The page of a tab, with what was wrong with a form. */
  refuse(c: SettingsContext, tab: SettingsTab, words: string): Promise<Response>
  /** The page of a tab, with other panels than it has by itself. */
  place(
    c: SettingsContext,
    tab: SettingsTab,
    panels: readonly SettingsPanel[],
    notice?: NoticeView | null,
  ): Promise<Response>
  /** Back to a tab, where a code says what was done. */
  back(c: SettingsContext, tab: SettingsTab, done: string): Response
}

/** Adds a part's forms; returns what its tab shows. */
export type SettingsPart = (
  pages: SettingsPages,
  deps: SettingsDeps,
) => (c: SettingsContext) => Promise<readonly SettingsPanel[]>
