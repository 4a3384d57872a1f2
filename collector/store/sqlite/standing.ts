import type { Adjustment } from '../../scoring/score.ts'
import type { Outcome, OutcomeType, Qualification } from '../../scoring/stages.ts'
import type { Stage } from '../shapes.ts'
import type { LeadStanding } from '../standing.ts'
import type { Transaction } from '../store.ts'
import type { Db } from './connect.ts'
import { bucketOf } from './rows.ts'

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
export function createStandings(db: Db, commit: () => number): Standings {
  const leadRow = db
    .prepare(
      `SELECT email, traits, stage, is_mql, mql_at, below_since, raised_at, look_at
       FROM lead WHERE id = ?`,
    )
    .raw()
  const buckets = db
    .prepare(
      `SELECT b.day, b.rule, b.count, b.engaged_ms, b.last_ms FROM visitor v
       JOIN bucket b ON b.visitor = v.id WHERE v.lead = ?`,
    )
    .raw()
  const due = db
    .prepare('SELECT id FROM lead WHERE look_at <= ? ORDER BY look_at, id LIMIT ?')
    .pluck()
  const putStanding = db.prepare(
    // What is read of a lead changes with its stage; the rest is for the next look alone.
    `UPDATE lead SET changed = CASE stage WHEN @stage THEN changed ELSE @commit END, stage = @stage,
       is_mql = @isMql, mql_at = @mqlAt, below_since = @belowSince, raised_at = @raisedAt,
       look_at = @lookAt WHERE id = @ref`,
  )
  const addDecision = db.prepare(
    `INSERT INTO decision (lead, at, from_stage, to_stage, decided_by, score_milli, reasons, fit,
       model, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addOutcome = db.prepare(
    `INSERT INTO outcome (lead, type, at, value, currency, reason, author, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addAdjustment = db.prepare(
    'INSERT INTO adjustment (lead, milli, label, at, author) VALUES (?, ?, ?, ?, ?)',
  )
  const dropOutcome = db.prepare('DELETE FROM outcome WHERE id = ? AND lead = ?')
  const dropAdjustment = db.prepare('DELETE FROM adjustment WHERE id = ? AND lead = ?')
  const touchLead = db.prepare('UPDATE lead SET changed = ? WHERE id = ?')
  const lookAtAll = db.prepare('UPDATE lead SET look_at = ?')
  const outcomesOf = outcomeReader(db)
  const adjustmentsOf = adjustmentReader(db)

  return {
    standingOf(ref): LeadStanding | undefined {
      const row = leadRow.get(ref) as LeadRow | undefined
      if (!row) return undefined
      const [email, traits, stage, isMql, mqlAt, belowSince, raisedAt, lookAt] = row
      return {
        ref,
        email,
        get traits() {
          return JSON.parse(traits)
        },
        stage,
        qualification: { isMql: isMql === 1, mqlAt, belowSince, raisedAt },
        lookAt,
        buckets: buckets.all(ref).map(bucketOf),
        adjustments: adjustmentsOf(ref),
        outcomes: outcomesOf(ref),
      }
    },
    dueLeads: (at, limit) => due.all(at, limit).map(Number),
    settle({ ref, stage, qualification, lookAt, decisions }) {
      const isMql = qualification.isMql ? 1 : 0
      putStanding.run({ ...qualification, isMql, ref, stage, lookAt, commit: commit() })
      for (const { at, from, to, by, scoreMilli, reasons, fit, modelVersion, note } of decisions) {
        const frozen = [JSON.stringify(reasons), JSON.stringify(fit)]
        addDecision.run(ref, at, from, to, by, scoreMilli, ...frozen, modelVersion, note)
      }
    },
    addOutcome({ lead, type, at, value, currency, reason, by, recordedAt }) {
      const added = addOutcome.run(lead, type, at, value, currency, reason, by, recordedAt)
      return Number(added.lastInsertRowid)
    },
    removeOutcome: (ref, lead) => dropOutcome.run(ref, lead).changes > 0,
    addAdjustment({ lead, milli, label, at, by }) {
      touchLead.run(commit(), lead)
      return Number(addAdjustment.run(lead, milli, label, at, by).lastInsertRowid)
    },
    removeAdjustment(ref, lead) {
      touchLead.run(commit(), lead)
      return dropAdjustment.run(ref, lead).changes > 0
    },
    lookAtAll: (at) => void lookAtAll.run(at),
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
 * Two leads turn out to be one: what was decided, said and added is the other's from now on, and
 * what was announced of either is not announced again.
 */
export function createInheritance(db: Db): (ref: number, heir: number) => void {
  const moves = [
    db.prepare('UPDATE decision SET lead = ? WHERE lead = ?'),
    db.prepare('UPDATE outcome SET lead = ? WHERE lead = ?'),
    db.prepare('UPDATE adjustment SET lead = ? WHERE lead = ?'),
  ]
  const select = db
    .prepare('SELECT is_mql, mql_at, below_since, raised_at FROM lead WHERE id = ?')
    .raw()
  const put = db.prepare(
    'UPDATE lead SET is_mql = ?, mql_at = ?, below_since = ?, raised_at = ?, look_at = 0 WHERE id = ?',
  )
  return (ref, heir) => {
    for (const move of moves) move.run(heir, ref)
    const [gone, kept] = [ref, heir].map((one) => {
      const row = select.get(one) as [number, number | null, number | null, number | null]
      return { isMql: row[0] === 1, mqlAt: row[1], belowSince: row[2], raisedAt: row[3] }
    })
    if (!gone || !kept) return
    const { isMql, mqlAt, belowSince, raisedAt } = together(kept, gone)
    put.run(isMql ? 1 : 0, mqlAt, belowSince, raisedAt, heir)
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
