import type { FlowJson } from '../store/flow.ts'
import type { KeyJson, SiteJson, VisitorJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'
import { presentDay } from './present-flow.ts'
import { type KeyView, presentKeys } from './present-settings.ts'
import { type ServerCode, serverCode } from './server-code.ts'
import {
  curlOf,
  IDENTIFY,
  type Install,
  installOf,
  PLATFORMS,
  type Platform,
  SIGNED_IDENTIFY,
  signingCode,
} from './tag-code.ts'
import { maybeWhen, plural, type When } from './words.ts'

/** Connect: its tabs, how data stands at a glance, where the tag goes, keys and exports. */

export const TABS = {
  tag: 'Tag',
  incoming: 'Incoming',
  email: 'E-mail',
  crm: 'CRM',
  webhooks: 'Webhooks',
  keys: 'Keys',
  import: 'Import',
  export: 'Export',
} as const
export type Tab = keyof typeof TABS

/** What only owners are shown. */
const OWNERS_TABS: readonly Tab[] = ['crm', 'webhooks', 'keys', 'export']
/** What is nothing for those who only read. */
const WRITERS_TABS: readonly Tab[] = ['email', 'import']

function isShown(tab: Tab, isOwner: boolean, mayWrite: boolean): boolean {
  return OWNERS_TABS.includes(tab) ? isOwner : mayWrite || !WRITERS_TABS.includes(tab)
}
/** Its pages have addresses of their own. */
export const WEBHOOKS = '/connect/webhooks'
const PLACES: Readonly<Partial<Record<Tab, string>>> = {
  email: '/connect/email',
  crm: '/connect/crm',
  webhooks: WEBHOOKS,
}

export interface ChoiceView {
  readonly label: string
  readonly href: string
  readonly current: boolean
}

/** The tab of an address; the first where it names none that this person may see. */
export function tabOf(text: string | undefined, isOwner: boolean, mayWrite = isOwner): Tab {
  const known = text !== undefined && Object.hasOwn(TABS, text) ? (text as Tab) : 'tag' // just looked up
  return isShown(known, isOwner, mayWrite) ? known : 'tag'
}

export function presentTabs(
  site: Pick<SiteJson, 'id'> | null,
  tab: Tab,
  isOwner: boolean,
  mayWrite = isOwner,
): ChoiceView[] {
  const all = Object.entries(TABS) as [Tab, string][] // the keys of a record of ours
  return all
    .filter(([key]) => isShown(key, isOwner, mayWrite))
    .map(([key, label]) => ({
      label,
      href:
        key in PLACES
          ? hrefOf(PLACES[key] ?? '', { site: site?.id })
          : hrefOf('/connect', { site: site?.id, tab: key === 'tag' ? null : key }),
      current: key === tab,
    }))
}

export interface ProxyView {
  readonly tone: 'good' | 'note' | 'problem'
  readonly words: string
}

/** How data stands, in four facts. */
export interface GlanceView {
  readonly lastSeen: When | null
  readonly events: string
  readonly span: string
  readonly refused: string
  readonly refusedHref: string
  /** How many wait in quarantine; empty for none. */
  readonly waiting: string
}

export function presentGlance(
  site: SiteJson,
  flow: FlowJson,
  latest: VisitorJson | null,
  now: number,
): GlanceView {
  const day = presentDay(flow, now)
  const refused = flow.refused.reduce((sum, { events }) => sum + events, 0)
  return {
    lastSeen: maybeWhen(latest?.last_seen_at, now),
    events: day.words,
    span: day.span,
    refused: refused === 0 ? 'None' : `${plural(refused, 'event')} lately`,
    refusedHref: `${hrefOf('/connect', { site: site.id, tab: 'incoming' })}#refused`,
    waiting: flow.waiting === 0 ? '' : `${flow.waiting.toLocaleString('en')} waiting`,
  }
}

export interface TagView {
  readonly choices: readonly ChoiceView[]
  readonly platform: Platform
  readonly label: string
  readonly install: Install
  readonly identify: string
  readonly signedIdentify: string
  readonly signing: string
  readonly server: readonly ServerCode[]
  readonly siteId: string
}

export function presentTag(site: SiteJson, tagUrl: string, platform: Platform): TagView {
  const all = Object.entries(PLATFORMS) as [Platform, string][] // the keys of a record of ours
  return {
    choices: all.map(([key, label]) => ({
      label,
      href: hrefOf('/connect', { site: site.id, for: key === 'html' ? null : key }),
      current: key === platform,
    })),
    platform,
    label: PLATFORMS[platform],
    install: installOf(platform, site, tagUrl),
    identify: IDENTIFY,
    signedIdentify: SIGNED_IDENTIFY,
    signing: signingCode(site),
    server: serverCode(new URL(tagUrl).origin),
    siteId: site.id,
  }
}

export interface KeysView {
  readonly siteKey: string
  readonly siteId: string
  readonly keys: readonly KeyView[]
  readonly curl: string
}

/** The site's own key, and the API keys that open it. */
export function presentSiteKeys(
  site: SiteJson,
  sites: readonly SiteJson[],
  keys: readonly KeyJson[],
  { origin, now }: { readonly origin: string; readonly now: number },
): KeysView {
  const own = keys.filter((key) => key.site === null || key.site === site.id)
  return {
    siteKey: site.key,
    siteId: site.id,
    keys: presentKeys(own, sites, now),
    curl: curlOf(origin, site.id),
  }
}

export interface ExportsView {
  readonly site: string
  readonly since: string
  readonly until: string
  readonly problem: string
  readonly periods: readonly ChoiceView[]
  readonly kinds: readonly ExportView[]
}

export interface ExportView {
  readonly title: string
  readonly words: string
  readonly files: readonly { readonly label: string; readonly href: string }[]
}

export interface Period {
  readonly since: string
  readonly until: string
}

const DAY_MS = 86_400_000
const PERIODS = [
  ['All time', null],
  ['Last 7 days', 7],
  ['Last 30 days', 30],
  ['Last 90 days', 90],
] as const
const FORMATS = { CSV: 'csv', NDJSON: 'ndjson', Parquet: 'parquet' } as const

export function presentExports(
  site: SiteJson,
  { since, until }: Period,
  problem: string,
  now: number,
): ExportsView {
  const filesOf = (what: string, labels: readonly (keyof typeof FORMATS)[]) =>
    labels.map((label) => {
      const format = FORMATS[label]
      return {
        label,
        href: hrefOf('/connect/export', { what, format, site: site.id, since, until }),
      }
    })
  return {
    site: site.id,
    since,
    until,
    problem,
    periods: PERIODS.map(([label, days]) => {
      // Whole days, with today.
      const from = days === null ? '' : dayOf(now - (days - 1) * DAY_MS)
      return {
        label,
        href: hrefOf('/connect', { site: site.id, tab: 'export', since: from }),
        current: since === from && until === '',
      }
    }),
    kinds: [
      {
        title: 'Leads',
        words:
          'A lead a row, last seen in the period: who, stage, grade, score, first and last touch.',
        files: filesOf('leads', ['CSV', 'NDJSON', 'Parquet']),
      },
      {
        title: 'Scores',
        words:
          'A lead a line, last seen in the period: the score as of now, with every reason that sums to it.',
        files: filesOf('scores', ['NDJSON', 'CSV', 'Parquet']),
      },
      {
        title: 'Events',
        words:
          'An event a line, happened in the period: type, time, page and properties, with its visitor and lead.',
        files: filesOf('events', ['NDJSON', 'CSV', 'Parquet']),
      },
    ],
  }
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
