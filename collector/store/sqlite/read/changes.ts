import type { ChangeJson, ChangesJson } from '../../change-shapes.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, Scoped } from '../../reader.ts'
import type { DecisionJson, LeadJson, Reason, Stage } from '../../shapes.ts'
import type { Db } from '../connect.ts'
import type { ChangeBody } from '../feed.ts'
import type { LeadRow } from './lead-rows.ts'

/**
 * The feed of changes, in order of commits; of one commit first what happened once, and then the leads
 * whose score it changed. A place is (era, commit, kind, number), and what is behind one never comes in
 * front of it again: a later change of the same lead moves it to a later commit.
 *
 * A place of another era, or of commits that this store has not seen, is one of a store that was put back
 * to before: it begins anew, because what came after the backup may be otherwise now.
 */
export interface ChangesQuery extends Scoped {
  /** A place that an entry or an answer gave; `now` for what is yet to come; absent for the beginning. */
  readonly after?: string
  readonly limit: number
}

export interface ChangeReads {
  changes(query: ChangesQuery, now: number): Promise<Found<ChangesJson>>
  /** The number of the newest commit: where it is the same, nothing is new. */
  changeHead(): Promise<number>
  /** Leads that changed after a commit, in order, each with the number of its own; for who keeps others in step. */
  changedLeads(query: ChangedQuery, now: number): Promise<readonly ChangedLead[]>
}

export interface ChangedQuery extends Scoped {
  readonly after: number
  /** The last lead of that commit that was read. */
  readonly afterLead: number
  readonly limit: number
}

export interface ChangedLead {
  readonly commit: number
  readonly ref: number
  readonly lead: LeadJson
}

/** What happened once, or a lead whose score changed. */
const [ONCE, SCORE] = [0, 1]
interface Place {
  readonly commit: number
  readonly kind: number
  readonly ref: number
}
const BEGINNING: Place = { commit: 0, kind: ONCE, ref: 0 }

type RowOfChange = [
  ref: number,
  lead: number,
  site: number,
  type: Exclude<ChangeJson['type'], 'lead.score_changed'>,
  at: number,
  body: string | null,
  commit: number,
]
type RowOfLead = [ref: number, commit: number, at: number | null]
type RowOfDecision = [
  from: Stage,
  to: Stage,
  by: DecisionJson['by'],
  scoreMilli: number,
  reasons: string,
  fit: string,
  model: number,
  at: number,
]

export interface ChangeTools {
  readonly db: Db
  readonly leads: {
    readonly rows: { lead(ref: number): LeadRow | undefined }
    json(lead: LeadRow, now: number): LeadJson
  }
  readonly snapshot: <T>(read: () => T) => T
}

export function createChangeReader({ db, leads, snapshot }: ChangeTools): ChangeReads {
  const rows = db
    .prepare(
      `SELECT id, lead, site, type, at, body, changed FROM change
       WHERE changed >= @commit AND (changed > @commit OR id > @ref)
         AND (@site IS NULL OR site = @site OR site = 0)
       ORDER BY changed, id LIMIT @limit`,
    )
    .raw()
  const scores = db
    .prepare(
      `SELECT id, changed, changed_at FROM lead
       WHERE changed >= @commit AND (changed > @commit OR id > @ref)
         AND (@site IS NULL OR site = @site)
       ORDER BY changed, id LIMIT @limit`,
    )
    .raw()
  const decision = db
    .prepare(
      `SELECT from_stage, to_stage, decided_by, score_milli, reasons, fit, model, at
       FROM decision WHERE id = ?`,
    )
    .raw()
  const counter = db.prepare('SELECT value FROM counter WHERE site = 0 AND name = ?').pluck()
  const headOf = () => Number(counter.get('commit') ?? 0)
  const eraOf = () => Number(counter.get('feed_era') ?? 0)
  const siteRefOf = (site: string | undefined) =>
    site === undefined ? null : (refOf('site', site) ?? -1)

  /** Where a reader goes on; null for what is no place. */
  function placeAfter(after: string | undefined, era: number, head: number): Place | null {
    if (after === undefined || after === '0') return BEGINNING
    if (after === 'now') return { commit: head, kind: SCORE, ref: Number.MAX_SAFE_INTEGER }
    const [itsEra, commit, kind, ref] = numbersOf(after)
    if (commit === undefined || kind === undefined || ref === undefined) return null
    return itsEra === era && commit <= head ? { commit, kind, ref } : BEGINNING
  }

  function scoreChanged(ref: number, at: number | null, now: number) {
    const row = leads.rows.lead(ref)
    if (!row) return null
    const lead = leads.json(row, now)
    const changedAt = at === null ? (lead.last_seen_at ?? lead.as_of) : iso(at)
    return {
      type: 'lead.score_changed' as const,
      at: changedAt,
      lead: lead.id,
      site: lead.site,
      score: lead.score,
      score_milli: lead.score_milli,
      engagement: lead.engagement,
      fit: lead.fit,
      grade: lead.grade,
      stage: lead.stage,
      model_version: lead.model_version,
      as_of: lead.as_of,
      percentile: lead.percentile,
      reasons: lead.reasons,
    }
  }

  /** What a stage was decided on; of one that was inherited, how its lead stands. Null where that was erased. */
  function decided(lead: number, body: ChangeBody, now: number) {
    if ('decision' in body) {
      const raw = decision.get(body.decision)
      if (raw === undefined) return null
      const [from, to, by, milli, reasons, fit, model, at] = raw as RowOfDecision // the columns selected
      return {
        ...{ from, to, by, score: milli / 1000, score_milli: milli },
        reasons: JSON.parse(reasons) as readonly Reason[], // as they were written
        fit: JSON.parse(fit) as DecisionJson['fit'],
        ...{ model_version: model, as_of: iso(at) },
      }
    }
    const row = leads.rows.lead(lead)
    if (!row || !('from' in body)) return null
    const { score, score_milli, reasons, fit, model_version, as_of } = leads.json(row, now)
    const frozen = { score, score_milli, reasons, fit, model_version, as_of }
    return { from: body.from, to: body.to, by: 'identity' as const, ...frozen }
  }

  function once(row: RowOfChange, now: number): WithoutId<ChangeJson> | null {
    const [, ref, siteRef, type, at, text] = row
    const body = text === null ? null : (JSON.parse(text) as ChangeBody) // as feed.ts wrote it
    const common = {
      at: iso(at),
      lead: publicId('lead', ref),
      site: publicId('site', siteRef),
    }
    if (type === 'lead.stage_changed') {
      const facts = body && decided(ref, body, now)
      return facts && { type, ...common, ...facts }
    }
    if (type === 'lead.merged') {
      return body && 'merged' in body
        ? { type, ...common, merged: publicId('lead', body.merged) }
        : null
    }
    if (type === 'model.published') {
      const version = body && 'version' in body ? body.version : 0
      return { type, at: iso(at), lead: null, site: null, model_version: version }
    }
    return { type, ...common }
  }

  function changes({ after, limit, site }: ChangesQuery, now: number): Found<ChangesJson> {
    const era = eraOf()
    const head = headOf()
    const from = placeAfter(after, era, head)
    if (!from) return { kind: 'bad_cursor' }
    const idOf = ({ commit, kind, ref }: Place) => cursorOf([era, commit, kind, ref])
    const asked = { commit: from.commit, site: siteRefOf(site), limit }
    const ofRows = (
      rows.all({
        ...asked,
        ref: from.kind === ONCE ? from.ref : Number.MAX_SAFE_INTEGER,
      }) as RowOfChange[]
    ).map((row) => ({ commit: row[6], kind: ONCE, ref: row[0], entry: () => once(row, now) }))
    const ofLeads = (
      scores.all({ ...asked, ref: from.kind === SCORE ? from.ref : 0 }) as RowOfLead[]
    ).map(([ref, commit, at]) => ({
      ...{ commit, kind: SCORE, ref },
      entry: () => scoreChanged(ref, at, now),
    }))
    const found = [...ofRows, ...ofLeads].sort(byPlace).slice(0, limit)
    const data = found.flatMap(({ entry, ...place }): ChangeJson[] => {
      const made = entry()
      return made ? [{ id: idOf(place), ...made } as ChangeJson] : [] // each is one of them, without its id
    })
    const last = found.at(-1)
    // Where nothing is left, all up to this snapshot's newest commit was looked at.
    const end = { commit: head, kind: SCORE, ref: Number.MAX_SAFE_INTEGER }
    return { kind: 'found', value: { data, next_cursor: idOf(last ?? end) } }
  }

  return {
    changes: async (query, now) => snapshot(() => changes(query, now)),
    changeHead: async () => headOf(),
    changedLeads: async ({ after, afterLead, limit, site }, now) =>
      snapshot(() => {
        const asked = { commit: after, ref: afterLead, site: siteRefOf(site), limit }
        return (scores.all(asked) as RowOfLead[]).flatMap(([ref, commit]): ChangedLead[] => {
          const row = leads.rows.lead(ref)
          return row ? [{ commit, ref, lead: leads.json(row, now) }] : []
        })
      }),
  }
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

function numbersOf(place: string): readonly number[] {
  return (placeOf(place, ['number', 'number', 'number', 'number']) ?? []).map(Number)
}

function byPlace(a: Place, b: Place): number {
  return a.commit - b.commit || a.kind - b.kind || a.ref - b.ref
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
