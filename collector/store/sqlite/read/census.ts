import { createOrigins, type OriginReads, type Origins } from '../../../attribution/origins.ts'
import type { TouchChoice } from '../../reports.ts'
import type { Db } from '../connect.ts'

/**
 * All visitors as columns, for reports: when each was first seen, where it came from, whose it is. Taken from
 * one snapshot, a slice at a time, so that others can be answered in between; some 30 bytes a visitor.
 *
 * Programs are no visitors: who has no session but a program's is not here. Who was never seen, because the
 * events are gone, neither.
 */
export interface Census {
  /** When the snapshot was taken, epoch milliseconds. */
  readonly asOf: number
  readonly size: number
  readonly sites: Int32Array
  /** 0 for nobody's. */
  readonly leads: Int32Array
  readonly firstAt: Float64Array
  /** Numbers of words, and of landing pages. */
  readonly words: Readonly<Record<TouchChoice, Int32Array>>
  readonly pages: Readonly<Record<TouchChoice, Int32Array>>
  readonly origins: Origins
  readonly known: Map<number, LeadOrigin>
  /** The newest change of a lead and the newest decision that it has seen. */
  change: number
  decision: number
}

/** Where a lead came from, over all its visitors. */
export interface LeadOrigin extends Readonly<Record<TouchChoice, TouchAt>> {
  /** When it first became an MQL. */
  readonly mqlAt: number | null
}

/** Visitors, or decisions, in one go: some ten milliseconds. */
const SLICE = 1000

const COLUMNS = `v.id, b.site, v.lead, v.first_at, v.first_touch, v.last_touch, v.last_non_direct,
  a.start_at, a.touch, e.n, e.url`

type Row = [
  id: number,
  site: number,
  lead: number | null,
  firstAt: number,
  first: number | null,
  last: number | null,
  lastNonDirect: number | null,
  startAt: number | null,
  touch: number | null,
  landing: number | null,
  url: number | null,
]

interface TouchAt {
  readonly words: number
  readonly page: number
  readonly at: number
}

const UNKNOWN: TouchAt = { words: 0, page: 0, at: Number.NaN }

export function createCensusReads(db: Db) {
  const size = db.prepare('SELECT count(*) FROM visitor').pluck()
  const query = (where: string) =>
    db
      .prepare(
        `SELECT ${COLUMNS} FROM visitor v CROSS JOIN browser b ON b.id = v.browser
         LEFT JOIN session a ON a.id = v.first_touch
         LEFT JOIN event e ON e.session = a.id AND e.n = a.landing_n WHERE ${where}`,
      )
      .raw()
  const slice = query(
    `v.id > ? AND v.first_at IS NOT NULL AND (v.first_touch IS NOT NULL OR EXISTS (
       SELECT 1 FROM session s WHERE s.browser = v.browser AND s.bot IS NULL
         AND s.start_at <= v.last_at AND s.start_at + s.end_ms >= v.first_at))
     ORDER BY v.id LIMIT ?`,
  )
  const ofLead = query('v.lead = ? ORDER BY v.id')
  const session = db
    .prepare(
      `SELECT s.start_at, s.touch, e.n, e.url FROM session s
       LEFT JOIN event e ON e.session = s.id AND e.n = s.landing_n WHERE s.id = ?`,
    )
    .raw()
  const touch = db.prepare('SELECT channel, source, medium, campaign FROM touch WHERE id = ?')
  const url = db.prepare('SELECT value FROM text WHERE id = ?').pluck()
  const newestChange = db.prepare('SELECT max(changed) FROM lead').pluck()
  const newestDecision = db.prepare('SELECT max(id) FROM decision').pluck()
  const decisions = db
    .prepare(
      `SELECT id, lead, at FROM decision WHERE id > ? AND to_stage = 'mql' ORDER BY id LIMIT ?`,
    )
    .raw()
  const mqlAt = db
    .prepare(`SELECT min(at) FROM decision WHERE lead = ? AND to_stage = 'mql'`)
    .pluck()
  const stale = db
    .prepare('SELECT id FROM lead WHERE changed > ? UNION SELECT lead FROM decision WHERE id > ?')
    .pluck()
  const reads: OriginReads = {
    touch: (ref) => touch.get(ref) as ReturnType<OriginReads['touch']>, // the columns above
    url: (ref) => url.get(ref) as string | null,
  }

  function touchesOf(row: Row, origins: Origins): Record<TouchChoice, TouchAt> {
    const [, , , , firstRef, lastRef, nonDirectRef, startAt, touchRef, landing, urlRef] = row
    const found = (
      at: number | null,
      of: number | null,
      n: number | null,
      address: number | null,
    ) =>
      at === null || of === null || n === null
        ? UNKNOWN
        : {
            words: origins.wordsOf(of, reads),
            page: address === null ? 0 : origins.pageOf(address, reads),
            at,
          }
    const first = found(startAt, touchRef, landing, urlRef)
    const of = (ref: number | null): TouchAt => {
      if (ref === null || ref === firstRef) return ref === null ? UNKNOWN : first
      const own = session.get(ref) as (number | null)[] | undefined
      return own ? found(own[0] ?? null, own[1] ?? null, own[2] ?? null, own[3] ?? null) : UNKNOWN
    }
    const last = of(lastRef)
    return { first, last, last_non_direct: nonDirectRef === lastRef ? last : of(nonDirectRef) }
  }

  /** Takes the whole census; pauses wherever others may be answered. */
  function* take(asOf: number): Generator<void, Census> {
    const room = Number(size.get())
    const origins = createOrigins()
    const columns = {
      sites: new Int32Array(room),
      leads: new Int32Array(room),
      firstAt: new Float64Array(room),
    }
    const column = () => ({
      first: new Int32Array(room),
      last: new Int32Array(room),
      last_non_direct: new Int32Array(room),
    })
    const [words, pages] = [column(), column()]
    const change = Number(newestChange.get() ?? -1)
    const decision = Number(newestDecision.get() ?? 0)
    const gathered = new Map<number, Gathered>()
    let count = 0
    for (let after = 0, hasMore = true; hasMore; ) {
      const rows = slice.all(after, SLICE) as Row[] // the columns above
      for (const row of rows) {
        const [id, site, lead, firstAt] = row
        const own = touchesOf(row, origins)
        columns.sites[count] = site
        columns.leads[count] = lead ?? 0
        columns.firstAt[count] = firstAt
        const { first, last, last_non_direct: other } = own
        const lastSent = other === UNKNOWN ? last : other
        words.first[count] = first.words
        words.last[count] = last.words
        words.last_non_direct[count] = lastSent.words
        pages.first[count] = first.page
        pages.last[count] = last.page
        pages.last_non_direct[count] = lastSent.page
        count += 1
        after = id
        if (lead === null) continue
        const seen = gathered.get(lead) ?? { ...NO_TOUCHES }
        gathered.set(lead, seen)
        gather(seen, own)
      }
      hasMore = rows.length === SLICE
      yield
    }
    const firstMql = new Map<number, number>()
    for (let after = 0, hasMore = true; hasMore; ) {
      const rows = decisions.all(after, SLICE) as [number, number, number][] // as selected
      for (const [id, lead, at] of rows) {
        firstMql.set(lead, Math.min(at, firstMql.get(lead) ?? at))
        after = id
      }
      hasMore = rows.length === SLICE
      yield
    }
    const known = new Map<number, LeadOrigin>()
    for (const [lead, seen] of gathered) known.set(lead, originOf(seen, firstMql.get(lead)))
    for (const [lead, at] of firstMql)
      if (!known.has(lead)) known.set(lead, originOf(NO_TOUCHES, at))
    origins.forget()
    return { asOf, size: count, ...columns, words, pages, origins, known, change, decision }
  }

  return {
    take,
    /** Brings what is known of leads up to the snapshot that is read. */
    catchUp(census: Census): void {
      for (const lead of stale.all(census.change, census.decision).map(Number)) {
        const seen = { ...NO_TOUCHES }
        for (const row of ofLead.all(lead) as Row[]) gather(seen, touchesOf(row, census.origins))
        census.known.set(lead, originOf(seen, mqlAt.get(lead) as number | null)) // a minimum
      }
      census.change = Number(newestChange.get() ?? -1)
      census.decision = Number(newestDecision.get() ?? 0)
    },
  }
}

interface Gathered {
  first: TouchAt
  last: TouchAt
  nonDirect: TouchAt
}

const NO_TOUCHES: Gathered = { first: UNKNOWN, last: UNKNOWN, nonDirect: UNKNOWN }

/** The earliest and the latest over a lead's visitors; of two at once, the older visitor's. */
function gather(seen: Gathered, own: Record<TouchChoice, TouchAt>): void {
  if (seen.first === UNKNOWN || own.first.at < seen.first.at) seen.first = own.first
  if (seen.last === UNKNOWN || own.last.at > seen.last.at) seen.last = own.last
  const other = own.last_non_direct
  if (seen.nonDirect === UNKNOWN || other.at > seen.nonDirect.at) seen.nonDirect = other
}

function originOf({ first, last, nonDirect }: Gathered, mqlAt: number | null = null): LeadOrigin {
  const other = nonDirect === UNKNOWN ? last : nonDirect
  return { first, last, last_non_direct: other, mqlAt }
}
