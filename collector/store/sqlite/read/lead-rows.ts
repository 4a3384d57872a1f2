import type { Stage, Traits } from '../../shapes.ts'
import { leadBucketReader } from '../rows.ts'
import type { ReadTools } from './tools.ts'

/** How lead rows become leads: one by one, and all of them at once. */

export interface LeadRow {
  readonly ref: number
  readonly site: number
  readonly email: string | null
  readonly userId: string | null
  readonly traits: Traits
  readonly stage: Stage
  /** When it last became an MQL. */
  readonly mqlAt: number | null
  /** The newest hand raise that was answered by a promotion, or came while it was an MQL. */
  readonly raisedAt: number | null
}

/** What a lead's visitors say of it. */
export interface LeadFacts {
  /** Sources of its first and last touch. */
  readonly sources: readonly string[]
  readonly firstAt: number
  readonly lastAt: number
}

type BucketRow = [
  lead: number,
  rule: number,
  day: number,
  count: number,
  engagedMs: number,
  lastMs: number,
]

const LEAD = 'id, site, email, user_id, traits, stage, mql_at, raised_at'

export function createRowReads({ db }: Pick<ReadTools, 'db'>) {
  const all = db.prepare(`SELECT ${LEAD} FROM lead ORDER BY id`).raw()
  const one = db.prepare(`SELECT ${LEAD} FROM lead WHERE id = ?`).raw()
  const changed = db.prepare(`SELECT ${LEAD} FROM lead WHERE changed > ?`).raw()
  const newest = db.prepare('SELECT max(changed) FROM lead').pluck()
  const count = db.prepare('SELECT count(*) FROM lead').pluck()
  const epoch = db
    .prepare("SELECT value FROM counter WHERE site = 0 AND name = 'counts_epoch'")
    .pluck()
  const refs = db.prepare('SELECT id FROM lead').pluck()
  const after = db.prepare('SELECT id FROM lead WHERE id > ? ORDER BY id LIMIT ?').pluck()
  const bucketCount = db.prepare('SELECT count(*) FROM bucket').pluck()
  const buckets = db
    .prepare(
      `SELECT v.lead, b.rule, b.day, b.count, b.engaged_ms, b.last_ms FROM visitor v
       CROSS JOIN bucket b ON b.visitor = v.id WHERE v.lead IS NOT NULL ORDER BY v.lead`,
    )
    .raw()
  const adjustments = db.prepare('SELECT lead, sum(milli) FROM adjustment GROUP BY lead').raw()
  const adjustmentOf = db.prepare('SELECT sum(milli) FROM adjustment WHERE lead = ?').pluck()
  const factsWhere = (where: string) =>
    db
      .prepare(
        `SELECT v.lead, v.first_at, v.last_at, a.start_at, x.source, z.start_at, y.source
         FROM visitor v LEFT JOIN session a ON a.id = v.first_touch LEFT JOIN touch x ON x.id = a.touch
         LEFT JOIN session z ON z.id = v.last_touch LEFT JOIN touch y ON y.id = z.touch WHERE ${where}`,
      )
      .raw()
  const allFacts = factsWhere('v.lead IS NOT NULL')
  const ownFacts = factsWhere('v.lead = ?')

  return {
    leads: (): LeadRow[] => all.all().map(leadRowOf),
    lead(ref: number): LeadRow | undefined {
      const row = one.get(ref)
      return row === undefined ? undefined : leadRowOf(row)
    },
    changedSince: (change: number): LeadRow[] => changed.all(change).map(leadRowOf),
    newestChange: () => Number(newest.get() ?? -1),
    /** Another one where counts were written anew, whoever's they are. */
    epoch: () => Number(epoch.get() ?? 0),
    leadCount: () => Number(count.get()),
    refs: () => new Set(refs.all().map(Number)),
    /** The next numbers of leads behind one. */
    refsAfter: (ref: number, limit: number) => after.all(ref, limit).map(Number),
    bucketCount: () => Number(bucketCount.get()),
    /** Buckets of every lead, those of one lead together. */
    buckets: () => buckets.iterate() as IterableIterator<BucketRow>, // the columns above
    bucketsOf: leadBucketReader(db),
    adjustments: () => adjustments.all() as [number, number][],
    adjustmentOf: (ref: number) => Number(adjustmentOf.get(ref) ?? 0),
    /** Row after row, to be stopped between any two. */
    facts: (): FactsSoFar => gathering(allFacts.iterate()),
    factsOf(ref: number): LeadFacts | undefined {
      const facts = gathering(ownFacts.all(ref)[Symbol.iterator]())
      while (facts.more());
      return facts.found(ref)
    },
  }
}

export type RowReads = ReturnType<typeof createRowReads>

interface Gathered {
  firstAt: number
  lastAt: number
  first: readonly [at: number, source: string] | null
  last: readonly [at: number, source: string] | null
}

export interface FactsSoFar {
  /** Takes one row more; false at the end. */
  more(): boolean
  found(lead: number): LeadFacts | undefined
}

function gathering(rows: Iterator<unknown>): FactsSoFar {
  const known = new Map<number, Gathered>()
  return {
    more() {
      const { done, value } = rows.next()
      if (!done) gather(known, value)
      return !done
    },
    found(lead) {
      const facts = known.get(lead)
      if (!facts) return undefined
      const sources = [facts.first, facts.last].flatMap((one) => one?.[1] ?? [])
      return { firstAt: facts.firstAt, lastAt: facts.lastAt, sources: [...new Set(sources)] }
    },
  }
}

function gather(known: Map<number, Gathered>, raw: unknown): void {
  const [lead, firstAt, lastAt, startAt, source, lastStart, lastSource] = raw as [
    number,
    ...[number | null, number | null, number | null, string | null, number | null, string | null],
  ]
  const facts = known.get(lead) ?? {
    firstAt: Number.MAX_SAFE_INTEGER,
    lastAt: Number.MIN_SAFE_INTEGER,
    first: null,
    last: null,
  }
  known.set(lead, facts)
  facts.firstAt = Math.min(facts.firstAt, firstAt ?? facts.firstAt)
  facts.lastAt = Math.max(facts.lastAt, lastAt ?? facts.lastAt)
  if (startAt !== null && source !== null && startAt < (facts.first?.[0] ?? Infinity)) {
    facts.first = [startAt, source]
  }
  if (lastStart !== null && lastSource !== null && lastStart > (facts.last?.[0] ?? -Infinity)) {
    facts.last = [lastStart, lastSource]
  }
}

function leadRowOf(raw: unknown): LeadRow {
  const [ref, site, email, userId, traits, stage, mqlAt, raisedAt] = raw as [
    number,
    number,
    string | null,
    string | null,
    string,
    Stage,
    number | null,
    number | null,
  ]
  return { ref, site, email, userId, traits: JSON.parse(traits), stage, mqlAt, raisedAt }
}

/** A name from the traits, as forms and Segment give it. */
export function nameOf(traits: Traits): string | null {
  const parts = [traits.first_name ?? traits.firstName, traits.last_name ?? traits.lastName]
  const joined = parts.filter((part) => part !== undefined).join(' ')
  const name = traits.name ?? joined
  return name === '' ? null : String(name)
}
