import { scoreOf } from '../../../scoring/score.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type {
  HeldActionJson,
  HeldBackupJson,
  HeldClaimJson,
  HeldEventJson,
  HeldJson,
  HeldSessionJson,
  HeldVisitorJson,
} from '../../held.ts'
import { publicId, uuidOf } from '../../ids.ts'
import type { LeadJson, TrendDayJson } from '../../shapes.ts'
import type { StoredClaim } from '../../store.ts'
import { claimReader } from '../claim-rows.ts'
import type { Db } from '../connect.ts'
import { createLinksOf } from '../email-links.ts'
import { createMentions, type Mention, type PersonId } from '../mentions.ts'
import { eventReader, hexOf } from '../rows.ts'
import { adjustmentReader } from '../standing.ts'
import { readBackups } from '../tombstones.ts'
import { emailLinkJson } from './email-links.ts'
import type { createHistoryReader } from './history.ts'
import type { createSaidReader } from './said.ts'
import type { ReadTools } from './tools.ts'
import { createHoldReader, type HoldRow } from './touches.ts'

/** Reads everything that is held about one lead: the same rows that erasing it would take. */

interface HeldDeps {
  readonly history: ReturnType<typeof createHistoryReader>
  readonly said: ReturnType<typeof createSaidReader>
}

export interface HeldAsk {
  readonly now: number
  readonly retentionMonths: number
}

/** SQLite has no infinity to compare an instant with. */
const LONG_AGO = -9e15
const NEVER = 9e15

export function createHeldReader(tools: ReadTools, { history, said }: HeldDeps) {
  const { db, texts } = tools
  const holds = createHoldReader(tools)
  const claimsOf = claimReader(db)
  const adjustmentsOf = adjustmentReader(db)
  const readSessions = createSessionReader(tools)
  const keys = db.prepare('SELECT kind, value FROM lead_key WHERE lead = ? ORDER BY value').raw()
  const browserKey = db.prepare('SELECT key FROM browser WHERE id = ? AND cookieless = 0').pluck()
  const unlinks = db
    .prepare('SELECT at, author, from_at, to_at FROM unlink WHERE lead = ? ORDER BY id')
    .raw()
  const mentions = createMentions(db)
  const linksOf = createLinksOf(db)
  const toldWebhooks = db
    .prepare(
      `SELECT DISTINCT w.url FROM webhook w WHERE w.id IN (
         SELECT webhook FROM message_count WHERE lead = @lead
         UNION SELECT webhook FROM message WHERE lane = @lead OR lead = @lead)`,
    )
    .pluck()
  const ofBrowser = db
    .prepare(
      `SELECT id, reason, raw, received_at, site FROM quarantine
       WHERE site = ? AND browser = ? ORDER BY id`,
    )
    .raw()

  const browserOf = (ref: number) => {
    const key = browserKey.get(ref)
    return key instanceof Uint8Array ? uuidOf(hexOf(key)) : null
  }

  /** On each day on which something happened, at its end; and now. */
  function stepsOf(lead: number, days: readonly number[], now: number): TrendDayJson[] {
    const { rules } = tools.current()
    const all = [...new Set([...days, dayOf(now)])].sort((a, b) => a - b)
    const ends = all.map((day) => Math.min(now, (day + 1) * DAY_MS - 1))
    const given = adjustmentsOf(lead)
    return history.ofLeadAt(lead, ends, rules).buckets.map((parts, i) => {
      const [day, end] = [all[i] ?? 0, ends[i] ?? now]
      const own = given.filter(({ at }) => at <= end)
      const { milli } = scoreOf(parts.flat(), rules, day, own)
      return { day: dateOf(day * DAY_MS), score: milli / 1000, score_milli: milli }
    })
  }

  return (
    { ref, site }: { readonly ref: number; readonly site: number },
    lead: LeadJson,
    { now, retentionMonths }: HeldAsk,
  ): HeldJson => {
    const own = holds.ofLead(ref)
    const sessions = own
      .flatMap(readSessions)
      .sort((a, b) => (a.started_at < b.started_at ? -1 : 1))
    const ids = keys.all(ref) as PersonId[] // as selected; kinds of keys are kinds of tombstones
    const ofKind = (wanted: string) =>
      ids.filter(([kind]) => kind === wanted).map(([, value]) => value)
    const claims = claimsOf('lead', ref).sort((a, b) => a.at - b.at)
    const times = sessions.flatMap(({ events }) => events.map(({ at }) => Date.parse(at)))
    const firstEnd = sessions.map((one) => Date.parse(one.ended_at)).sort((a, b) => a - b)[0]
    return {
      exported_at: iso(now),
      lead,
      ids: { emails: ofKind('email'), user_ids: ofKind('user') },
      claims: claims.map((claim) => claimJson(claim, browserOf(claim.browser))),
      visitors: own.map(visitorJson),
      sessions,
      score_steps: stepsOf(ref, times.map(dayOf), now),
      decisions: said.decisions(ref),
      outcomes: said.outcomes(ref),
      adjustments: said.adjustments(ref),
      unlinks: unlinks.all(ref).map((raw) => {
        const [at, by, from, to] = raw as [number, string, number | null, number | null] // as selected
        return { at: iso(at), by, from: isoOrNull(from), to: isoOrNull(to) }
      }),
      refused: distinct(mentions.refused(site, ids)),
      waiting: distinct([
        ...mentions.waiting(site, ids),
        ...own.flatMap((hold) => ofBrowser.all(site, hold.browserKey) as Mention[]), // as selected
      ]),
      links: linksOf(site, ids).map(emailLinkJson),
      // The rest of such an address may be a secret.
      recipients: toldWebhooks.all({ lead: ref }).map((url) => new URL(String(url)).origin),
      retention: {
        events_months: retentionMonths,
        next_deletion:
          firstEnd === undefined ? null : dateOf(monthsAfter(firstEnd, retentionMonths)),
        identity: 'until it is erased',
      },
      backups: backupsOf(db, now),
    }
  }

  function visitorJson(hold: HoldRow): HeldVisitorJson {
    return {
      visitor: publicId('visitor', hold.visitor),
      browser: hold.browserId,
      from: isoOrNull(hold.from),
      to: isoOrNull(hold.to),
      first_seen_at: isoOrNull(hold.firstAt),
      last_seen_at: isoOrNull(hold.lastAt),
    }
  }

  function createSessionReader({ touchOf }: ReadTools) {
    const facts = db
      .prepare('SELECT key, touch, device, proven_ms, bot FROM session WHERE id = ?')
      .raw()
    const eventsOf = eventReader(
      db,
      texts,
      'WHERE s.browser = ? AND s.base_at + e.at_ms >= ? AND s.base_at + e.at_ms < ?',
    )
    type Facts = [Uint8Array | null, number | null, number | null, number | null, number | null]
    return (hold: HoldRow): HeldSessionJson[] => {
      const bySession = new Map<number, HeldActionJson[]>()
      const bounds = [Math.max(hold.from, LONG_AGO), Math.min(hold.to, NEVER)] as const
      for (const { session, event } of eventsOf(hold.browser, ...bounds)) {
        const { id, external, type, at, url, referrer, title, view, engagedMs, scroll, props } =
          event
        const action: HeldActionJson = {
          id: external ?? uuidOf(id),
          type,
          at: iso(at),
          url,
          referrer,
          title,
          view: view && uuidOf(view),
          engaged_ms: engagedMs,
          scroll,
          props: props ?? {},
        }
        const known = bySession.get(session)
        if (known) known.push(action)
        else bySession.set(session, [action])
      }
      return [...bySession].map(([ref, events]): HeldSessionJson => {
        const [key, touch, device, proven, bot] = facts.get(ref) as Facts // as selected
        const source = touch === null ? null : (texts.touchOf(touch) ?? touchOf(null, null))
        const times = events.map(({ at }) => at).sort()
        return {
          session: key === null ? publicId('session', ref) : uuidOf(hexOf(key)),
          visitor: publicId('visitor', hold.visitor),
          started_at: times[0] ?? '',
          ended_at: times.at(-1) ?? '',
          source: source && {
            channel: source.channel,
            source: source.source,
            medium: source.medium,
            campaign: source.campaign,
          },
          device: texts.valueOf(device),
          human: proven !== null,
          bot: texts.valueOf(bot),
          events: events.sort((a, b) => (a.at < b.at || (a.at === b.at && a.id < b.id) ? -1 : 1)),
        }
      })
    }
  }
}

/** Copies of the store that may hold anybody who is erased now. */
export function backupsOf(db: Db, now: number): HeldBackupJson[] {
  return readBackups(db, now).map(({ path, madeAt, expiresAt }) => ({
    path,
    made_at: iso(madeAt),
    expires_at: iso(expiresAt),
  }))
}

function claimJson(claim: StoredClaim, browser: string | null): HeldClaimJson {
  return {
    event: uuidOf(claim.id),
    at: iso(claim.at),
    browser,
    email: claim.email,
    user_id: claim.userId,
    evidence: claim.evidence,
    strength: claim.strength,
    traits: claim.traits,
    link: claim.link,
    is_void: claim.isVoid,
    is_shared: claim.isShared,
  }
}

/** A row that names a person and came from their browser is one row still. */
function distinct(rows: readonly Mention[]): HeldEventJson[] {
  const all = rows.map(([ref, code, sample, at]) => {
    return [ref, { code, sample, received_at: iso(at) }] as const
  })
  return [...new Map(all).values()]
}

function monthsAfter(at: number, months: number): number {
  const day = new Date(at)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, day.getUTCDate() + 1)
}

function dateOf(at: number): string {
  return iso(at).slice(0, 10)
}

function isoOrNull(at: number | null): string | null {
  return at === null || !Number.isFinite(at) ? null : iso(at)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
