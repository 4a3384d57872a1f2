import { Hono } from 'hono'
import type { DashboardDeps, DashboardReader } from '../../collector/dashboard/deps.ts'
import { createDashboard } from '../../collector/dashboard/routes.tsx'
import type { Access, GuardedEnv } from '../../collector/http/auth.ts'
import type { AttentionJson, WaitingJson } from '../../collector/store/attention.ts'
import type { LeadExplained } from '../../collector/store/explained.ts'
import type { ExportedLeadJson } from '../../collector/store/exported.ts'
import type { Found, LeadQuery, VisitorQuery } from '../../collector/store/reader.ts'
import type {
  IdentityJson,
  LeadJson,
  ListedLeadJson,
  Page,
  Reason,
  SiteJson,
  TimelineEventJson,
  TimelineSessionJson,
  TouchJson,
  VisitorJson,
} from '../../collector/store/shapes.ts'

/** A reader over plain arrays, and people rich enough to show every part of every page. */

export const NOW = Date.parse('2026-11-21T20:00:00Z')
const MINUTE = 60_000
const DAY = 86_400_000
const ago = (ms: number): string => new Date(NOW - ms).toISOString()

export const shop: SiteJson = {
  id: 'si_1',
  name: 'Northwind Shop',
  key: 'k_9f3b2c71d0',
  origins: ['https://shop.example'],
  require_signature: false,
  consent: 'granted',
  created_at: ago(90 * DAY),
  generated: false,
}

export const springAd: TouchJson = {
  channel: 'paid_search',
  source: 'google',
  medium: 'cpc',
  campaign: 'Spring launch',
  landing: 'https://shop.example/compare?utm_source=google',
  referrer: 'https://www.google.com/',
  at: ago(12 * DAY),
}

const newsletter: TouchJson = {
  channel: 'email',
  source: 'newsletter',
  medium: 'email',
  campaign: 'November digest',
  landing: 'https://shop.example/pricing',
  referrer: null,
  at: ago(2 * DAY),
}

export const direct: TouchJson = {
  channel: 'direct',
  source: '(direct)',
  medium: '(none)',
  campaign: null,
  landing: 'https://shop.example/',
  referrer: null,
  at: ago(3 * MINUTE),
}

/** A rule over its cap, a negative rule, an adjustment, and one visit alone. */
const reasons: readonly Reason[] = [
  { rule: 'page_view', label: 'Pages viewed', milli: 9_412, count: 23, last_at: ago(4 * MINUTE) },
  { rule: 'visit', label: 'Visits', milli: 3_000, count: 1, last_at: ago(2 * DAY) },
  {
    rule: 'engaged_time',
    label: 'Time on the site',
    milli: 31_205,
    count: 0,
    engaged_ms: 1_271_000,
    last_at: ago(4 * MINUTE),
  },
  {
    rule: 'pricing_time',
    label: 'Time on pricing pages',
    milli: 43_100,
    count: 3,
    engaged_ms: 184_000,
    last_at: ago(2 * DAY),
  },
  {
    rule: 'pricing_time',
    kind: 'cap',
    label: 'Time on pricing pages: at most 40 points',
    milli: -3_100,
  },
  { rule: 'download', label: 'Downloads', milli: 8_000, count: 1, last_at: ago(5 * DAY) },
  { rule: 'cart', label: 'Added to cart', milli: 20_180, count: 2, last_at: ago(2 * DAY) },
  { rule: 'careers', label: 'Looked at jobs', milli: -7_320, count: 1, last_at: ago(9 * DAY) },
  { kind: 'adjustment', label: 'Met at the Malmö trade fair', milli: 5_000 },
]

export const sumOf = (lines: readonly Reason[]): number =>
  lines.reduce((sum, { milli }) => sum + milli, 0)

export function leadWith(changes: Partial<LeadJson> = {}): LeadJson {
  const lines = changes.reasons ?? reasons
  const milli = changes.score_milli ?? sumOf(lines)
  return {
    id: 'ld_ada',
    site: shop.id,
    email: 'ada@norrsken.example',
    user_id: '42',
    name: 'Ada Lindqvist',
    traits: {
      job_title: 'Head of Marketing',
      company: 'Norrsken',
      industry: 'Energy',
      employees: 240,
      newsletter: true,
    },
    first_touch: springAd,
    last_non_direct_touch: springAd,
    excluded: null,
    last_touch: newsletter,
    first_seen_at: ago(12 * DAY),
    last_seen_at: ago(4 * MINUTE),
    score: milli / 1000,
    score_milli: milli,
    engagement: milli >= 100_000 ? 1 : milli >= 60_000 ? 2 : milli >= 25_000 ? 3 : 4,
    fit: { points: 52, letter: 'A' },
    grade: 'A1',
    stage: 'mql',
    model_version: 3,
    as_of: new Date(NOW).toISOString(),
    percentile: 97,
    reasons: lines,
    ...changes,
  }
}

export const ada = leadWith()

/** Twelve points up since a week ago. */
export function listedWith(lead: LeadJson): ListedLeadJson {
  const trend = Array.from({ length: 31 }, (_, i) => lead.score_milli - 12_000 * Number(i < 30))
  return { ...lead, trend_milli: trend, change_milli: 12_000 }
}

export function visitorWith(changes: Partial<VisitorJson> = {}): VisitorJson {
  return {
    id: 'vi_1',
    site: shop.id,
    browser: '01928a5e-7b1c-7d2e-9f00-3a4b5c6d7e8f',
    lead: null,
    device: 'Chrome on Mac',
    bot: null,
    first_touch: direct,
    last_touch: direct,
    first_seen_at: ago(3 * MINUTE),
    last_seen_at: ago(3_000),
    last_page: {
      url: 'https://shop.example/pricing',
      title: 'Pricing',
      opened_at: ago(2 * MINUTE),
    },
    score: 14.5,
    score_milli: 14_500,
    engagement: 4,
    fit: { points: 0, letter: null },
    grade: '-4',
    stage: 'anonymous',
    model_version: 3,
    as_of: new Date(NOW).toISOString(),
    percentile: null,
    reasons: [
      { rule: 'pricing_view', label: 'Key pages viewed', milli: 10_000, count: 1 },
      { rule: 'page_view', label: 'Pages viewed', milli: 4_500, count: 5 },
    ],
    ...changes,
  }
}

let serial = 0
export function eventWith(
  type: string,
  at: number,
  changes: Partial<TimelineEventJson> = {},
): TimelineEventJson {
  serial += 1
  return {
    id: `ev_${serial}`,
    type,
    at: new Date(at).toISOString(),
    url: 'https://shop.example/pricing',
    title: 'Pricing',
    props: {},
    milli: 0,
    rules: [],
    ...changes,
  }
}

const recent = NOW - 2 * DAY
const buyersGuide = { link_url: 'https://shop.example/files/buyers-guide.pdf' }

export const sessions: readonly TimelineSessionJson[] = [
  {
    session: 'se_2',
    visitor: 'vi_ada',
    started_at: new Date(recent).toISOString(),
    ended_at: new Date(recent + 11 * MINUTE).toISOString(),
    source: newsletter,
    device: 'Firefox on Windows',
    human: true,
    bot: null,
    events: [
      eventWith('session_start', recent, { title: null }),
      eventWith('page_view', recent, { milli: 11_000, rules: ['page_view', 'pricing_view'] }),
      eventWith('user_engagement', recent + 20_000, {
        props: { engaged_ms: 15_000, scroll: 40, view_at: 1 },
        milli: 4_912,
        rules: ['engaged_time', 'pricing_time'],
      }),
      eventWith('user_engagement', recent + 80_000, {
        props: { engaged_ms: 80_000, scroll: 85, view_at: 1 },
        milli: 12_307,
        rules: ['engaged_time', 'pricing_time'],
      }),
      eventWith('file_download', recent + 3 * MINUTE, {
        props: buyersGuide,
        milli: 8_000,
        rules: ['download'],
      }),
      eventWith('view_item', recent + 4 * MINUTE, {
        url: 'https://shop.example/p/heat-pump-9',
        title: 'Heat pump 9 kW',
        props: { item_name: 'Heat pump 9 kW' },
        milli: 2_000,
        rules: ['product_view'],
      }),
      eventWith('add_to_cart', recent + 6 * MINUTE, {
        url: 'https://shop.example/p/heat-pump-9',
        title: 'Heat pump 9 kW',
        props: { item_name: 'Heat pump 9 kW' },
        milli: 15_000,
        rules: ['cart'],
      }),
      eventWith('generate_lead', recent + 9 * MINUTE, {
        url: 'https://shop.example/contact',
        title: 'Contact',
        milli: 40_000,
        rules: ['contact_form'],
      }),
      eventWith('identify', recent + 9 * MINUTE + 1, {
        url: 'https://shop.example/contact',
        props: { email: 'ada@norrsken.example' },
      }),
      eventWith('tour_booked', recent + 10 * MINUTE, {
        props: { seats: 4, city: 'Malmö' },
      }),
    ],
  },
  {
    session: 'se_1',
    visitor: 'vi_ada',
    started_at: ago(9 * DAY),
    ended_at: ago(9 * DAY - 40_000),
    source: springAd,
    device: 'Safari on iPhone',
    human: true,
    bot: null,
    events: Array.from({ length: 18 }, (_, index) =>
      eventWith('page_view', NOW - 9 * DAY + index * 2_000, {
        url: `https://shop.example/jobs/${index + 1}`,
        title: `Job ${index + 1}`,
        milli: index === 0 ? -9_000 : 0,
        rules: index === 0 ? ['careers'] : [],
      }),
    ),
  },
  {
    session: 'se_0',
    visitor: 'vi_bot',
    started_at: ago(11 * DAY),
    ended_at: ago(11 * DAY),
    source: null,
    device: null,
    human: false,
    bot: 'crawler: Googlebot',
    events: [eventWith('page_view', NOW - 11 * DAY)],
  },
]

export const identities: readonly IdentityJson[] = [
  {
    visitor: 'vi_ada',
    browser: '01928a5e-7b1c-7d2e-9f00-3a4b5c6d7e8f',
    evidence: 'form',
    strength: 'medium',
    at: ago(2 * DAY),
  },
  {
    visitor: 'user:42',
    browser: null,
    evidence: 'server_identify',
    strength: 'strong',
    at: ago(DAY),
  },
]

export interface World {
  readonly sites: readonly SiteJson[]
  readonly leads: readonly LeadJson[]
  readonly visitors: readonly VisitorJson[]
  readonly sessions: readonly TimelineSessionJson[]
  readonly identities: readonly IdentityJson[]
}

export const emptyWorld: World = {
  sites: [shop],
  leads: [],
  visitors: [],
  sessions: [],
  identities: [],
}

export const world: World = {
  sites: [shop],
  leads: [ada],
  visitors: [
    visitorWith(),
    visitorWith({ id: 'vi_ada', lead: ada.id, last_seen_at: ago(240_000) }),
  ],
  sessions,
  identities,
}

const found = <T>(value: T): Found<T> => ({ kind: 'found', value })
const GOOD_CURSOR = /^\d+$/

/** Cursors are offsets; any other text is a bad one. */
function pageOf<T>(all: readonly T[], cursor = '0', limit = 50): Found<Page<T>> {
  if (!GOOD_CURSOR.test(cursor)) return { kind: 'bad_cursor' }
  const from = Number(cursor)
  const next = from + limit
  return found({
    data: all.slice(from, next),
    next_cursor: next < all.length ? String(next) : null,
  })
}

function byId<T extends { readonly id: string }>(all: readonly T[], id: string): Found<T> {
  if (id === 'email:twice@example.com') return { kind: 'ambiguous' }
  const value = all.find((one) => one.id === id)
  return value ? found(value) : { kind: 'missing' }
}

const seenSince = (since: number | undefined) => (one: { last_seen_at: string | null }) =>
  since === undefined || Date.parse(one.last_seen_at ?? '') >= since

/** What the last call of each list was asked, for tests about queries. */
export interface Asked {
  leads?: LeadQuery
  visitors?: VisitorQuery
  /** How many lists of leads, and how many single leads. */
  lists?: number
  single?: number
}

/** Nothing to explain by: the parts that a real store gives have tests over one. */
const EXPLAINED: Omit<LeadExplained, 'lead' | 'identities'> = {
  rules: [],
  fit: { cap: 70, rules: [] },
  prospect: {
    enter: 100,
    exit: 60,
    dwell_days: 14,
    cool_down_days: 30,
    min_fit: 'C',
    min_active_days: 2,
    active_days: 3,
    is_included: true,
    is_fit: true,
    is_active: true,
    is_over_bar: true,
    ready_at: null,
    is_with_sales: false,
    is_worked: false,
    below_since: null,
    next: null,
    steps: [],
  },
  conflicts: [],
  outcomes: [],
  adjustments: [],
  decisions: [],
}

export function readerOf(source: World, asked: Asked = {}): DashboardReader {
  return {
    sites: async () => source.sites,
    keys: async () => [],
    leads: async (query) => {
      asked.leads = query
      asked.lists = (asked.lists ?? 0) + 1
      const kept = source.leads
        .filter(seenSince(query.seenSince))
        .filter(({ site }) => !query.site || site === query.site)
        .filter((lead) => !query.q || `${lead.name} ${lead.email}`.includes(query.q))
        .filter(({ stage }) => !query.stage || stage === query.stage)
      return pageOf(kept, query.cursor, query.limit)
    },
    lead: async (id) => {
      asked.single = (asked.single ?? 0) + 1
      return byId(source.leads, id)
    },
    score: async (id) => byId(source.leads, id),
    timeline: async (_id, page) => pageOf(source.sessions, page.cursor, page.limit),
    identities: async () => found(source.identities),
    visitors: async (query) => {
      asked.visitors = query
      const kept = source.visitors
        .filter(seenSince(query.seenSince))
        .filter(({ site }) => !query.site || site === query.site)
        .filter(({ lead }) => !query.anonymous || lead === null)
      return pageOf(kept, query.cursor, query.limit)
    },
    visitor: async (id) => byId(source.visitors, id),
    visitorTimeline: async (_id, page) => pageOf(source.sessions, page.cursor, page.limit),
    rejected: async () => found({ data: [], next_cursor: null }),
    conflicts: async () => found({ data: [], next_cursor: null }),
    outcomes: async () => found([]),
    adjustments: async () => found([]),
    decisions: async () => found([]),
    trend: async () => found([]),
    model: async () => ({ kind: 'no_model' }),
    modelVersions: async () => [],
    simulate: () => Promise.reject(new Error('no page asks this')),
    leadRef: async () => ({ kind: 'missing' }),
    flow: async () => ({ hours: [], counts: {}, refused: [], waiting: 0, counted_of: 5_000 }),
    quarantined: async () => found({ data: [], next_cursor: null }),
    isQuarantined: async () => false,
    exportLeads: async () => found({ data: source.leads.map(exportedWith), next_cursor: null }),
    exportEvents: async () => found({ data: [], next_cursor: null }),
    sources: async () => null,
    async leadPage(query, now) {
      const page = await this.leads(query, now)
      if (page.kind !== 'found') return page
      const data = page.value.data.map(listedWith)
      const total = source.leads.length
      return found({ ...page.value, data, total, before: Number(query.cursor ?? 0) })
    },
    leadOrder: async () => source.leads.map((_, index) => index),
    listedLeads: async (refs) => refs.flatMap((ref) => source.leads[ref] ?? []).map(listedWith),
    savedViews: async () => [],
    attention: async () => attentionOf(source),
    arrived: async () => 0,
    held: async () => ({ kind: 'missing' }),
    explained: async (id) => {
      const lead = byId(source.leads, id)
      if (lead.kind !== 'found') return lead
      return found({ ...EXPLAINED, lead: lead.value, identities: source.identities })
    },
    visitorExplained: async (id) => {
      const visitor = byId(source.visitors, id)
      return visitor.kind === 'found' ? found({ visitor: visitor.value, rules: [] }) : visitor
    },
    visitorTrend: async () => found([]),
    rulesLately: async () => [],
    webhooks: async () => [],
    crms: async () => [],
  }
}

/** Every MQL waits, since a day ago, for its score; nothing else moved. */
function attentionOf({ leads }: World): AttentionJson {
  const waiting = leads
    .filter(({ stage }) => stage === 'mql')
    .map((lead): WaitingJson => {
      return { lead, mql_at: ago(DAY), because: 'score', asked: null, in_hand: null }
    })
  const none = { total: 0, first: [] }
  return {
    enter: 100,
    waiting: {
      total: waiting.length,
      longest_since: waiting[0]?.mql_at ?? null,
      first: waiting.slice(0, 12),
    },
    in_hand: none,
    raised: none,
    since: ago(7 * DAY).slice(0, 10),
    heating: [],
    cooling: [],
  }
}

/** Refuses everything; tests of forms run over a real store. */
const refuses = () => Promise.reject(new Error('no form is sent here'))
const NO_WRITER: DashboardDeps['writer'] = {
  addOutcome: refuses,
  removeOutcome: refuses,
  addAdjustment: refuses,
  removeAdjustment: refuses,
  requeue: refuses,
  dropQuarantined: refuses,
  addView: refuses,
  renameView: refuses,
  removeView: refuses,
  unlink: refuses,
  publishModel: refuses,
  publishAfter: refuses,
  modelProgress: async () => null,
  changeSite: refuses,
}

const OWNER: Access = {
  scopes: ['admin'],
  site: null,
  credential: 'session:test',
  name: 'owner',
  role: 'owner',
  account: null,
}

/** The dashboard as the guard lets an owner see it. */
export function openDashboard(
  deps: Omit<DashboardDeps, 'writer' | 'erasing' | 'retentionMonths'>,
): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>()
  app.use(async (c, next) => {
    c.set('access', OWNER)
    await next()
  })
  app.route(
    '/',
    createDashboard({
      writer: NO_WRITER,
      erasing: { eraseLead: refuses },
      retentionMonths: 13,
      ...deps,
    }),
  )
  return app
}

/** A lead as an export has it, of whom nobody said anything. */
export function exportedWith(lead: LeadJson): ExportedLeadJson {
  return { ...lead, outcomes: [], adjustments: [], decisions: [], unlinks: [] }
}
