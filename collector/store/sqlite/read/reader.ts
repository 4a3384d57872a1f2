import { emailOf, resolveClaims } from '../../../identity/claims.ts'
import type { MailDomains } from '../../../scoring/mail-domains.ts'
import { scoreOf } from '../../../scoring/score.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type { HeldBackupJson, HeldJson } from '../../held.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, ListPage, Reader, Scoped } from '../../reader.ts'
import type { Mentioned, Mentions } from '../../records.ts'
import type {
  KeyJson,
  Page,
  QuarantinedJson,
  RejectedJson,
  ScoreJson,
  SiteJson,
  TrendDayJson,
} from '../../shapes.ts'
import { claimReader, connected } from '../claim-rows.ts'
import { createMentionReader } from '../mentions.ts'
import { siteOf } from '../sites.ts'
import { type VerifyReport, verifyStore } from '../verify.ts'
import { type AccessReads, createAccessReader } from './accounts.ts'
import { backupsOf, createHeldReader, type HeldAsk } from './held.ts'
import { bucketsOfHistory, createHistoryReader, type History } from './history.ts'
import { createIdentityReader } from './identities.ts'
import type { LeadRow } from './lead-rows.ts'
import { createLeadReader } from './leads.ts'
import { createModelReader } from './models.ts'
import { createQuarantineReader } from './quarantine.ts'
import { createSaidReader } from './said.ts'
import { type Person, scoreJson } from './score-json.ts'
import { createSimulator } from './simulate.ts'
import { createTimelineReader } from './timeline.ts'
import { openReadTools } from './tools.ts'
import type { HoldRow } from './touches.ts'
import { createVisitorReader } from './visitors.ts'
import { createWebhookReader, type WebhookReads } from './webhooks.ts'

export interface Engagement {
  readonly origins: readonly string[]
  /** Null for a browser that was never seen. */
  readonly level: ScoreJson['engagement'] | null
}

/** What the collector itself reads, beside what people and programs do. */
export interface InternalReader extends Reader, AccessReads, WebhookReads {
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
  verify(): Promise<VerifyReport>
  /** The store's number of a lead. */
  leadRef(id: string, scope: Scoped): Promise<Found<number>>
  /** Everything that is held about a lead, and that erasing it would take. */
  held(id: string, scope: Scoped, ask: HeldAsk): Promise<Found<HeldJson>>
}

/** Days of a trend before today. */
const TREND_DAYS = 30
const EMPTY: History = { sessions: [], contributions: [] }

/** Every read is one snapshot of the store; writers are not held up by it. */
export function createSqliteReader(path: string, domains: MailDomains): InternalReader {
  const tools = openReadTools(path, domains)
  const { db } = tools
  const leads = createLeadReader(tools)
  const visitors = createVisitorReader(tools)
  const history = createHistoryReader(tools)
  const timelineOf = createTimelineReader(tools)
  const links = createIdentityReader(tools)
  const said = createSaidReader(tools)
  const held = createHeldReader(tools, { history, said })
  const models = createModelReader(tools)
  const quarantine = createQuarantineReader(db)
  const mentions = createMentionReader(db)
  const { book, adjustmentsOf } = leads
  const simulate = createSimulator({ ...tools, path, book, adjustmentsOf })
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
    ...createWebhookReader(db),
    leads: async (query, now) => snapshot(() => leads.list(query, now)),
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
    leadRef: async (id, scope) => withLead(id, scope, ({ ref }) => found(ref)),
    held: async (id, scope, ask) =>
      withLead(id, scope, (lead) => found(held(lead, leads.json(lead, ask.now), ask))),
    async trend(id, scope, now) {
      return withLead(id, scope, ({ ref }) => {
        const { rules } = tools.current()
        const today = dayOf(now)
        const days = Array.from({ length: TREND_DAYS + 1 }, (_, i) => today - TREND_DAYS + i)
        const ends = days.map((day) => Math.min(now, (day + 1) * DAY_MS - 1))
        const histories = history.ofLeadAt(ref, ends, rules)
        const adjustments = leads.adjustmentsOf(ref)
        const points = days.map((day, i): TrendDayJson => {
          const own = adjustments.filter(({ at }) => at <= (ends[i] ?? now))
          const { milli } = scoreOf(bucketsOfHistory(histories[i] ?? EMPTY), rules, day, own)
          const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
          return { day: date, score: milli / 1000, score_milli: milli }
        })
        return found(points)
      })
    },
    model: async (version) =>
      snapshot(() => {
        const known = models.model(version)
        return known ? found(known) : { kind: 'no_model' }
      }),
    modelVersions: async () => snapshot(() => models.versions()),
    simulate: (yaml, scope, now) => simulate(yaml, scope, now),
    visitors: async (query, now) => snapshot(() => visitors.list(query, now)),
    visitor: async (id, scope, now) =>
      withVisitor(id, scope, (hold) => found(visitors.json(hold, now))),
    async visitorTimeline(id, page, now) {
      return withVisitor(id, page, (hold) => {
        const { rules } = tools.current()
        return timelineOf(history.ofVisitor(hold.browser, hold.from, now, rules), page)
      })
    },
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

function siteJson(site: ReturnType<typeof siteOf>): SiteJson {
  return {
    id: publicId('site', site.ref),
    name: site.name,
    key: site.key,
    origins: site.origins,
    created_at: new Date(site.createdAt).toISOString(),
    generated: site.isGenerated,
    require_signature: site.needsSignature,
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
