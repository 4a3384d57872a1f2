/**
 * The scripts that the tag is measured beside: packages from npm, each started as its documentation
 * says, with what it has of autocapture, by a file in `peers/`, and built as the tag is.
 */
import { readFileSync } from 'node:fs'
import { buildForeign } from './tag-sizes.ts'

export interface Subject {
  readonly name: string
  readonly version: string
  /** Whether it reports by itself how long a page is looked at. */
  readonly measuresEngagement: boolean
  readonly script: Uint8Array
}

interface Peer {
  readonly entry: string
  readonly measuresEngagement: boolean
  /** Chunks that any bundler with code splitting leaves for when they are asked for. */
  readonly external?: string[]
}

const PEERS: Readonly<Record<string, Peer>> = {
  // Vitals of the load, and of interactions; no time.
  'web-vitals': { entry: 'web-vitals', measuresEngagement: false },
  // Event `engagement`: time while visible and focused, deepest scroll.
  '@plausible-analytics/tracker': { entry: 'plausible', measuresEngagement: true },
  // Visits, views, clicks, submits.
  'ahoy.js': { entry: 'ahoy', measuresEngagement: false },
  // Screen views and links; durations are its server's, from one event to the next.
  '@openpanel/web': { entry: 'openpanel', measuresEngagement: false, external: ['./replay-*'] },
  // `$prev_pageview_duration` and scroll depths, with the next view or on leaving; also while idle.
  'posthog-js': { entry: 'posthog', measuresEngagement: true },
  // Page pings, every ten seconds in which somebody was active.
  '@snowplow/browser-tracker': { entry: 'snowplow', measuresEngagement: true },
  // Autocapture with scroll depths; no time.
  'mixpanel-browser': { entry: 'mixpanel', measuresEngagement: false },
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version

export function buildPeers(): Promise<Subject[]> {
  return Promise.all(
    Object.entries(PEERS).map(async ([name, { entry, measuresEngagement, external }]) => ({
      name,
      version: versionOf(name),
      measuresEngagement,
      script: await buildForeign(`collector/bench/peers/${entry}.mjs`, external),
    })),
  )
}
