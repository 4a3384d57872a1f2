import type { EventLine } from '../../../export/event-line.ts'
import { emailOf, resolveClaims } from '../../../identity/claims.ts'
import type { MailDomains } from '../../../scoring/mail-domains.ts'
import type { AttentionJson } from '../../attention.ts'
import type { LeadExplained, VisitorExplained } from '../../explained.ts'
import type { ExportedLeadJson, ExportQuery, ExportTotalAsk } from '../../exported.ts'
import type { FlowJson } from '../../flow.ts'
import type { HeldBackupJson, HeldJson } from '../../held.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, ListPage, Reader, Scoped } from '../../reader.ts'
import type { Mentioned, Mentions } from '../../records.ts'
import type { Counted, PagesJson, SourcesJson, SourcesQuery } from '../../reports.ts'
import type {
  KeyJson,
  Page,
  QuarantinedJson,
  RejectedJson,
  RuleLatelyJson,
  ScoreJson,
  TrendDayJson,
} from '../../shapes.ts'
import { siteJson } from '../../site-records.ts'
import type { LeadSaid } from '../../standing.ts'
import { claimReader, connected } from '../claim-rows.ts'
import { openReader } from '../connect.ts'
import { createMentionReader } from '../mentions.ts'
import { siteOf } from '../sites.ts'
import { type VerifyReport, verifyStore } from '../verify.ts'
import { type AccessReads, createAccessReader } from './accounts.ts'
import { createAttentionReader } from './attention.ts'
import { type AuditReads, createAuditReader } from './audit.ts'
import type { LeadBook } from './book.ts'
import { createExplainedReader } from './explained.ts'
import { createEventWalk } from './export.ts'
import { createLeadExport } from './export-leads.ts'
import { createExportTotal } from './export-total.ts'
import { createFlowReader } from './flow.ts'
import { backupsOf, createHeldReader, type HeldAsk } from './held.ts'
import { bucketsOfHistory, createHistoryReader } from './history.ts'
import { createIdentityReader } from './identities.ts'
import type { KeeperOptions } from './keeper.ts'
import { createLatelyReader } from './lately.ts'
import { createLeadList, type LeadListReads } from './lead-list.ts'
import { createRowReads, type LeadRow } from './lead-rows.ts'
import { createLeadReader } from './leads.ts'
import { createModelReader } from './models.ts'
import { createQuarantineReader } from './quarantine.ts'
import { createSaidReader } from './said.ts'
import { type Person, scoreJson } from './score-json.ts'
import { createSimulator } from './simulate.ts'
import { createSourcesReader } from './sources.ts'
import { createTimelineReader } from './timeline.ts'
import { openReadTools } from './tools.ts'
import type { HoldRow } from './touches.ts'
import { createTrends, trendJson } from './trend.ts'
import { createVisitorReader } from './visitors.ts'
import { createWebhookReader, type WebhookReads } from './webhooks.ts'
import { createWeek } from './week.ts'

export interface Engagement {
  readonly origins: readonly string[]
  /** Null for a browser that was never seen. */
  readonly level: ScoreJson['engagement'] | null
}

/** What the collector itself reads, beside what people and programs do. */
export interface InternalReader
  extends Reader,
    AccessReads,
    LeadListReads,
    AuditReads,
    WebhookReads {
  /**
   * How hot the visitor behind a browser is, by that visitor's own score and never by that of the
   * lead it was joined to; null where no site has this key.
   */
  engagement(siteKey: string, browserKey: string | null, now: number): Promise<Engagement | null>
  /** Events that wait in quarantine, newest first. */
  quarantined(page: Scoped & ListPage): Promise<Found<Page<QuarantinedJson>>>
  /** How many refused and waiting events name somebody. */
  mentions(who: Mentioned): Promise<Mentions>
  /** Copies of the store that may hold whoever is erased now. */
  backups(now: number): Promise<readonly HeldBackupJson[]>
  /** Whether an event with the store's number waits in quarantine. */
  isQuarantined(ref: number, scope: Scoped): Promise<boolean>
  /** Reads all leads into memory, beside other reads; what needs them before that waits for it. */
  warm(now: number): Promise<void>
  verify(): Promise<VerifyReport>
  /** What each rule of the active model matched lately, in the model's order. */
  rulesLately(now: number): Promise<readonly RuleLatelyJson[]>
  /** The store's number of a lead. */
  leadRef(id: string, scope: Scoped): Promise<Found<number>>
  /** The store's numbers of leads of one site by their names; null for each that names nobody there. */
  leadRefsOf(site: string, names: readonly string[]): Promise<readonly (number | null)[]>
  /** What sales said of these leads; those that are no more are left out. */
  saidOf(leads: readonly number[]): Promise<readonly LeadSaid[]>
  /** Who needs attention now: the queues of Today. */
  attention(scope: Scoped, now: number): Promise<AttentionJson>
  /** How many MQLs have begun to wait for sales after an instant, and still do. */
  arrived(scope: Scoped & { readonly since: number }, now: number): Promise<number>
  /** Everything that is held about a lead, and that erasing it would take. */
  held(id: string, scope: Scoped, ask: HeldAsk): Promise<Found<HeldJson>>
  /** Whether data flows into a site. */
  flow(site: string, now: number): Promise<FlowJson>
  /** A page of all leads, each with its whole receipt, and with what was said of it. */
  exportLeads(query: ExportQuery, now: number): Promise<Found<Page<ExportedLeadJson>>>
  /** A page of all events; it may be empty, with more behind it. */
  exportEvents(query: ExportQuery): Promise<Found<Page<EventLine>>>
  /** About how many rows an export has; null where that takes reading them. */
  exportTotal(ask: ExportTotalAsk): Promise<number | null>
  /** The funnel by where people came from; null while visitors are counted for the first time. */
  sources(query: SourcesQuery, now: number): Promise<Counted<SourcesJson>>
  /** Pages by views, over all that is kept; null while they are counted for the first time. */
  pages(scope: Scoped, now: number): Promise<Counted<PagesJson>>
  /** Has what reports are made of counted, beside all else, if it is time. */
  prepareReports(now: number): Promise<void>
  /** A lead, and all that explains its score and stage. */
  explained(id: string, scope: Scoped, now: number): Promise<Found<LeadExplained>>
  visitorExplained(id: string, scope: Scoped, now: number): Promise<Found<VisitorExplained>>
  /** The last 30 days and today, of this visitor alone. */
  visitorTrend(id: string, scope: Scoped, now: number): Promise<Found<readonly TrendDayJson[]>>
}

/** Every read is one snapshot of the store; writers are not held up by it. */
export function createSqliteReader(
  path: string,
  domains: MailDomains,
  reports: KeeperOptions = {},
): InternalReader {
  const tools = openReadTools(path, domains)
  const { db } = tools
  const leads = createLeadReader(tools)
  const visitors = createVisitorReader(tools)
  const history = createHistoryReader(tools)
  const timelineOf = createTimelineReader(tools)
  const trends = createTrends({ tools, history, leads })
  const week = createWeek(tools, leads.book, leads.rows)
  const links = createIdentityReader(tools)
  const said = createSaidReader(tools)
  const held = createHeldReader(tools, { history, said })
  const attention = createAttentionReader(tools, leads, history, week)
  const explained = createExplainedReader(tools, { leads, visitors, history, links, said })
  const models = createModelReader(tools)
  const quarantine = createQuarantineReader(db)
  const mentions = createMentionReader(db)
  const flow = createFlowReader(db)
  const eventWalk = createEventWalk(tools)
  const exportTotal = createExportTotal(tools)
  const leadWalk = createLeadExport(tools, { walk: leads.walk, said })
  const { book, adjustmentsOf } = leads
  const rulesLately = createLatelyReader(tools, book)
  const simulate = createSimulator({ ...tools, path, book, adjustmentsOf })
  const sources = createSourcesReader({ ...tools, path, book }, reports)
  const claimsOf = claimReader(db)
  const siteByKey = db.prepare('SELECT * FROM site WHERE key = ?')
  const snapshot = <T>(read: () => T): T => db.transaction(read)()

  const withLead = <T>(
    id: string,
    scope: { readonly site?: string | undefined },
    read: (lead: LeadRow) => Found<T>,
  ): Found<T> =>
    snapshot(() => {
      const found = leads.find(id, scope)
      return found.kind === 'found' ? read(found.value) : found
    })
  const withVisitor = <T>(
    id: string,
    scope: { readonly site?: string | undefined },
    read: (hold: HoldRow) => Found<T>,
  ): Found<T> =>
    snapshot(() => {
      const hold = visitors.find(id, scope)
      return hold ? read(hold) : { kind: 'missing' }
    })
  const found = <T>(value: T): Found<T> => ({ kind: 'found', value })

  /** Who a lead was known to be at an instant: ids and traits by the claims up to then. */
  function personAsOf(lead: LeadRow, asOf: number): Person {
    const own = claimsOf('lead', lead.ref)
    const known = connected(lead.site, own, claimsOf).filter((claim) => claim.at <= asOf)
    const then = resolveClaims(known).leads.find(({ claims }) =>
      claims.some((claim) => claim.lead === lead.ref),
    )
    const email = then ? emailOf(then) : null
    const stage = then ? said.stageAt(lead.ref, asOf) : 'anonymous'
    return { email, traits: then?.traits ?? {}, stage }
  }

  return {
    sites: async () => db.prepare('SELECT * FROM site ORDER BY id').all().map(siteOf).map(siteJson),
    engagement: async (siteKey, browserKey, now) =>
      snapshot(() => {
        const row = siteByKey.get(siteKey)
        if (!row) return null
        const { ref, origins } = siteOf(row)
        const level = browserKey && visitors.engagementOf(ref, browserKey, now)
        return { origins, level: level || null }
      }),
    keys: async () =>
      db
        .prepare('SELECT id, name, scopes, site, created_at, expires_at FROM api_key ORDER BY id')
        .raw()
        .all()
        .map(keyJson),
    ...createAccessReader(db),
    async warm(now) {
      await warm(path, book, now)
      snapshot(() => {
        book.refresh(now)
        week.before(now)
      })
    },
    ...createAuditReader(db),
    ...createWebhookReader(db),
    leads: async (query, now) => snapshot(() => leads.list(query, now)),
    ...createLeadList({ db, leads, week, trends, snapshot }),
    lead: async (id, scope, now) => withLead(id, scope, (lead) => found(leads.json(lead, now))),
    async score(id, at, now) {
      return withLead(id, at, (lead) => {
        const model = tools.modelOf(at.model)
        if (!model) return { kind: 'no_model' }
        const isPast = at.asOf !== undefined && at.asOf < now
        const isCurrent = model === tools.current()
        const asOf = at.asOf ?? now
        const buckets =
          isPast || !isCurrent
            ? bucketsOfHistory(history.ofLead(lead.ref, asOf, model.rules))
            : leads.bucketsOf(leads.holds.ofLead(lead.ref))
        const percentile = isPast || !isCurrent ? null : leads.percentile(lead.ref, now)
        const person = isPast ? personAsOf(lead, asOf) : lead
        const adjustments = leads.adjustmentsOf(lead.ref).filter((one) => one.at <= asOf)
        return found(scoreJson({ buckets, adjustments, person, model, asOf, percentile }, tools))
      })
    },
    async timeline(id, page, now) {
      return withLead(id, page, (lead) =>
        timelineOf(history.ofLead(lead.ref, now, tools.current().rules), page),
      )
    },
    identities: async (id, scope) =>
      withLead(id, scope, (lead) => found(links.identities(lead.ref))),
    conflicts: async (page) => snapshot(() => links.conflicts(page)),
    outcomes: async (id, scope) => withLead(id, scope, ({ ref }) => found(said.outcomes(ref))),
    adjustments: async (id, scope) =>
      withLead(id, scope, ({ ref }) => found(said.adjustments(ref))),
    decisions: async (id, scope) => withLead(id, scope, ({ ref }) => found(said.decisions(ref))),
    attention: async (scope, now) => snapshot(() => attention.attention(scope, now)),
    arrived: async (scope, now) => snapshot(() => attention.arrived(scope, now)),
    leadRef: async (id, scope) => withLead(id, scope, ({ ref }) => found(ref)),
    leadRefsOf: async (site, names) =>
      snapshot(() =>
        names.map((name) => {
          const found = leads.find(name, { site })
          return found.kind === 'found' ? found.value.ref : null
        }),
      ),
    saidOf: async (refs) => snapshot(() => refs.flatMap((ref) => said.standing(ref) ?? [])),
    held: async (id, scope, ask) =>
      withLead(id, scope, (lead) => found(held(lead, leads.json(lead, ask.now), ask))),
    trend: async (id, scope, now) =>
      withLead(id, scope, ({ ref }) => found(trendJson(trends.of(ref, now), now))),
    explained: async (id, scope, now) =>
      withLead(id, scope, (lead) => found(explained.lead(lead, now))),
    visitorExplained: async (id, scope, now) =>
      withVisitor(id, scope, (hold) => found(explained.visitor(hold, now))),
    visitorTrend: async (id, scope, now) =>
      withVisitor(id, scope, (hold) => found(explained.visitorTrend(hold, now))),
    model: async (version) =>
      snapshot(() => {
        const known = models.model(version)
        return known ? found(known) : { kind: 'no_model' }
      }),
    modelVersions: async () => snapshot(() => models.versions()),
    simulate: (yaml, scope, now) => simulate(yaml, scope, now),
    sources: async (query, now) => snapshot(() => sources.sources(query, now)),
    pages: async (scope, now) => snapshot(() => sources.pages(scope, now)),
    prepareReports: async (now) => snapshot(() => sources.prepare(now)),
    rulesLately: async (now) => snapshot(() => rulesLately(now)),
    visitors: async (query, now) => snapshot(() => visitors.list(query, now)),
    visitor: async (id, scope, now) =>
      withVisitor(id, scope, (hold) => found(visitors.json(hold, now))),
    async visitorTimeline(id, page, now) {
      return withVisitor(id, page, (hold) => {
        const { rules } = tools.current()
        return timelineOf(history.ofVisitor(hold.browser, hold.from, now, rules), page)
      })
    },
    flow: async (site, now) => snapshot(() => flow(refOf('site', site) ?? 0, now)),
    exportLeads: async (query, now) => snapshot(() => leadWalk(query, now)),
    exportEvents: async (query) => snapshot(() => eventWalk(query)),
    exportTotal: async (ask) => snapshot(() => exportTotal(ask)),
    quarantined: async (page) => quarantine.page(page),
    backups: async (now) => backupsOf(db, now),
    mentions: async (who) => snapshot(() => mentions(who)),
    isQuarantined: async (ref, scope) => quarantine.has(ref, scope),
    async rejected(page) {
      const after = page.cursor === undefined ? null : placeOf(page.cursor, ['number'])
      if (page.cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const limit = page.limit ?? 50
      const rows = db
        .prepare(
          `SELECT id, site, code, detail, sample, received_at FROM rejected
           WHERE id < ? AND (? IS NULL OR site = ?) ORDER BY id DESC LIMIT ?`,
        )
        .raw()
      const site = page.site === undefined ? null : (refOf('site', page.site) ?? 0)
      const before = Number(after?.[0] ?? Number.MAX_SAFE_INTEGER)
      const all = rows.all(before, site, site, limit + 1) as RejectedRow[]
      const shown = all.slice(0, limit)
      const last = shown.at(-1)
      const next = all.length > limit && last ? cursorOf([last[0]]) : null
      return found({ data: shown.map(rejectedJson), next_cursor: next })
    },
    verify: async () =>
      verifyStore({
        db,
        texts: tools.texts,
        model: tools.current().rules,
        touchOf: tools.touchOf,
      }),
  }
}

/** On a connection of its own, because one that is read row by row can't be asked anything else. */
async function warm(path: string, book: LeadBook, now: number): Promise<void> {
  const db = openReader(path)
  try {
    db.exec('BEGIN')
    for (const _ of book.loading(createRowReads({ db }), now)) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    db.close()
  }
}

type RejectedRow = [number, number, string, string, string, number]

function rejectedJson([ref, site, code, detail, sample, at]: RejectedRow): RejectedJson {
  return {
    id: `re_${ref}`,
    site: publicId('site', site),
    code,
    detail,
    sample,
    received_at: new Date(at).toISOString(),
  }
}

function keyJson(raw: unknown): KeyJson {
  const [ref, name, scopes, site, createdAt, expiresAt] = raw as [
    number,
    string,
    string,
    number | null,
    number,
    number | null,
  ]
  return {
    id: publicId('key', ref),
    name,
    scopes: JSON.parse(scopes),
    site: site === null ? null : publicId('site', site),
    created_at: new Date(createdAt).toISOString(),
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  }
}
