import type { Adjustment, Bucket } from '../../scoring/score.ts'
import {
  type DecidedBy,
  type Outcome,
  type OutcomeType,
  type Qualification,
  UNQUALIFIED,
} from '../../scoring/stages.ts'
import type { Stage } from '../shapes.ts'
import type { LeadStanding } from '../standing.ts'
import type { Transaction } from '../store.ts'
import type { Db } from './connect.ts'
import type { Feed } from './feed.ts'
import { leadBucketReader } from './rows.ts'

/** How leads stand: what the score decided, what sales said, what people added by hand. */

type Standings = Pick<
  Transaction,
  | 'standingOf'
  | 'dueLeads'
  | 'settle'
  | 'addOutcome'
  | 'removeOutcome'
  | 'addAdjustment'
  | 'removeAdjustment'
  | 'lookAtAll'
>

/** `commit` is the number of the transaction that is being written. */
export function createStandings(
  db: Db,
  commit: () => number,
  feed: Pick<Feed, 'decided'>,
): Standings {
  const leadRow = db
    .prepare(
      `SELECT email, traits, stage, is_mql, mql_at, below_since, raised_at, look_at
       FROM lead WHERE id = ?`,
    )
    .raw()
  const bucketsOf = leadBucketReader(db)
  const due = db
    .prepare('SELECT id FROM lead WHERE look_at <= ? ORDER BY look_at, id LIMIT ?')
    .pluck()
  const putStanding = db.prepare(
    // What is read of a lead changes with these three; the rest is for the next look alone.
    `UPDATE lead SET
       changed = CASE WHEN stage = @stage AND mql_at IS @mqlAt AND raised_at IS @raisedAt
         THEN changed ELSE @commit END,
       changed_at = CASE stage WHEN @stage THEN changed_at ELSE @at END, stage = @stage,
       is_mql = @isMql, mql_at = @mqlAt, below_since = @belowSince, raised_at = @raisedAt,
       look_at = @lookAt WHERE id = @ref`,
  )
  const addDecision = db.prepare(
    `INSERT INTO decision (lead, anchor, at, from_stage, to_stage, decided_by, score_milli, reasons,
       fit, model, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addOutcome = db.prepare(
    `INSERT INTO outcome (lead, anchor, type, at, value, currency, reason, author, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addAdjustment = db.prepare(
    'INSERT INTO adjustment (lead, anchor, milli, label, at, author) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const dropOutcome = db.prepare('DELETE FROM outcome WHERE id = ? AND lead = ?')
  const dropAdjustment = db.prepare('DELETE FROM adjustment WHERE id = ? AND lead = ?')
  const anchor = db
    .prepare('SELECT id FROM claim WHERE lead = ? ORDER BY void, at, event LIMIT 1')
    .pluck()
  const anchorOf = (lead: number) => Number(anchor.get(lead))
  const touchLead = db.prepare('UPDATE lead SET changed = ?, changed_at = ? WHERE id = ?')
  const lookAtAll = db.prepare(
    'UPDATE lead SET look_at = @at WHERE look_at IS NULL OR look_at > @at',
  )
  const outcomesOf = outcomeReader(db)
  const adjustmentsOf = adjustmentReader(db)

  return {
    standingOf(ref): LeadStanding | undefined {
      const row = leadRow.get(ref) as LeadRow | undefined
      if (!row) return undefined
      const [email, traits, stage, isMql, mqlAt, belowSince, raisedAt, lookAt] = row
      let read: readonly Bucket[] | null = null
      return {
        ref,
        email,
        get traits() {
          return JSON.parse(traits)
        },
        stage,
        qualification: { isMql: isMql === 1, mqlAt, belowSince, raisedAt },
        lookAt,
        get buckets() {
          read ??= bucketsOf(ref)
          return read
        },
        adjustments: adjustmentsOf(ref),
        outcomes: outcomesOf(ref),
      }
    },
    dueLeads: (at, limit) => due.all(at, limit).map(Number),
    settle({ ref, stage, qualification, lookAt, decisions }) {
      const isMql = qualification.isMql ? 1 : 0
      const at = decisions.at(-1)?.at ?? null
      putStanding.run({ ...qualification, isMql, ref, stage, lookAt, at, commit: commit() })
      const first = decisions.length > 0 ? anchorOf(ref) : 0
      for (const { at, from, to, by, scoreMilli, reasons, fit, modelVersion, note } of decisions) {
        const frozen = [JSON.stringify(reasons), JSON.stringify(fit)]
        const facts = [ref, first, at, from, to, by, scoreMilli, ...frozen, modelVersion, note]
        feed.decided(ref, Number(addDecision.run(...facts).lastInsertRowid), at)
      }
    },
    addOutcome({ lead, type, at, value, currency, reason, by, recordedAt }) {
      const facts = [type, at, value, currency, reason, by, recordedAt]
      const added = addOutcome.run(lead, anchorOf(lead), ...facts)
      return Number(added.lastInsertRowid)
    },
    removeOutcome: (ref, lead) => dropOutcome.run(ref, lead).changes > 0,
    addAdjustment({ lead, milli, label, at, by }) {
      touchLead.run(commit(), at, lead)
      const added = addAdjustment.run(lead, anchorOf(lead), milli, label, at, by)
      return Number(added.lastInsertRowid)
    },
    removeAdjustment(ref, lead, at) {
      touchLead.run(commit(), at, lead)
      return dropAdjustment.run(ref, lead).changes > 0
    },
    lookAtAll: (at) => void lookAtAll.run({ at }),
  }
}

type LeadRow = [
  email: string | null,
  traits: string,
  stage: Stage,
  isMql: number,
  mqlAt: number | null,
  belowSince: number | null,
  raisedAt: number | null,
  lookAt: number | null,
]

/** What sales said of a lead, oldest first. */
export function outcomeReader(db: Db) {
  const select = db.prepare('SELECT id, type, at FROM outcome WHERE lead = ? ORDER BY at, id').raw()
  return (lead: number): Outcome[] =>
    select.all(lead).map((raw) => {
      const [id, type, at] = raw as [number, OutcomeType, number] // written from the same type
      return { id, type, at }
    })
}

/** Points that people gave a lead, oldest first. */
export function adjustmentReader(db: Db) {
  const select = db
    .prepare('SELECT label, milli, at FROM adjustment WHERE lead = ? ORDER BY at, id')
    .raw()
  return (lead: number): Adjustment[] =>
    select.all(lead).map((raw) => {
      const [label, milli, at] = raw as [string, number, number]
      return { label, milli, at }
    })
}

/**
 * Who has what was said and decided when leads turn out to be one, or two: it goes where the claim
 * goes that it is anchored to. What was announced of either of two leads is not announced again of
 * the one they are; two that part again have each what its own decisions made of it.
 */
export function createInheritance(db: Db) {
  const decided = db.prepare('SELECT DISTINCT lead FROM decision WHERE anchor = ?').pluck()
  const moves = [
    db.prepare('UPDATE decision SET lead = ? WHERE anchor = ?'),
    db.prepare('UPDATE outcome SET lead = ? WHERE anchor = ?'),
    db.prepare('UPDATE adjustment SET lead = ? WHERE anchor = ?'),
  ]
  const leave = [
    db.prepare('UPDATE decision SET lead = ? WHERE lead = ?'),
    db.prepare('UPDATE outcome SET lead = ? WHERE lead = ?'),
    db.prepare('UPDATE adjustment SET lead = ? WHERE lead = ?'),
  ]
  const decisions = db
    .prepare('SELECT to_stage, decided_by, at FROM decision WHERE lead = ? ORDER BY id')
    .raw()
  const select = db
    .prepare('SELECT is_mql, mql_at, below_since, raised_at FROM lead WHERE id = ?')
    .raw()
  // The stage as it was last decided; the next look says what it is now.
  const put = db.prepare(
    `UPDATE lead SET is_mql = @isMql, mql_at = @mqlAt, below_since = @belowSince,
       raised_at = @raisedAt, look_at = 0, stage = coalesce(
         (SELECT to_stage FROM decision WHERE lead = @ref ORDER BY id DESC LIMIT 1), 'lead')
     WHERE id = @ref`,
  )
  const write = (ref: number, qualification: Qualification) =>
    put.run({ ...qualification, isMql: qualification.isMql ? 1 : 0, ref })

  function stored(ref: number): Qualification {
    const row = select.get(ref) as [number, number | null, number | null, number | null] | undefined
    if (!row) return UNQUALIFIED
    return { isMql: row[0] === 1, mqlAt: row[1], belowSince: row[2], raisedAt: row[3] }
  }
  return {
    /** Moves what is anchored to a claim; the lead that had decisions of it, if it was another. */
    follow(claim: number, lead: number): number | null {
      const before = decided.get(claim)
      for (const move of moves) move.run(lead, claim)
      return typeof before === 'number' && before !== lead ? before : null
    },
    /** A lead that is no more leaves what it was, and what else was said of it, to another. */
    merge(gone: number, heir: number): void {
      for (const move of leave) move.run(heir, gone)
      write(heir, together(stored(heir), stored(gone)))
    },
    /** A lead is what the decisions that it has now made of it. */
    recall(lead: number): void {
      let now = UNQUALIFIED
      for (const raw of decisions.all(lead)) {
        const [to, by, at] = raw as [Stage, DecidedBy, number]
        if (to === 'mql' && by !== 'sales') {
          const raisedAt = by === 'hand_raise' ? at : now.raisedAt
          now = { isMql: true, mqlAt: at, belowSince: null, raisedAt }
        } else if (by === 'clock') now = { ...now, isMql: false }
      }
      write(lead, now)
    },
  }
}

/** The later of each; below only where neither was found to be above. */
function together(a: Qualification, b: Qualification): Qualification {
  const later = (x: number | null, y: number | null) =>
    x === null || y === null ? (x ?? y) : Math.max(x, y)
  const wasAbove = (one: Qualification) => one.isMql && one.belowSince === null
  return {
    isMql: a.isMql || b.isMql,
    mqlAt: later(a.mqlAt, b.mqlAt),
    belowSince: wasAbove(a) || wasAbove(b) ? null : later(a.belowSince, b.belowSince),
    raisedAt: later(a.raisedAt, b.raisedAt),
  }
}
