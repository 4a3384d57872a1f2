import { type Judge, readingOf } from '../scoring/reading.ts'
import { type DecidedBy, type LeadStage, lookUntil, stageOf } from '../scoring/stages.ts'
import type { Decision, LeadStanding, SettledLead } from '../store/standing.ts'
import type { Transaction } from '../store/store.ts'
import { scoredOf, tellSettled } from './telling.ts'

/**
 * From how leads stand to their stages, inside the transaction that changed them: first the looks
 * that fell due before (`catchUp`), then those that something new asks for (`settleLeads`). What is
 * decided is frozen with the score and the lines it was decided on.
 */

/** Looks at so many due leads at once, so that no commit waits for many. */
const DUE_AT_ONCE = 200

/** Does the looks that are due by an instant, each as of when it was due; whether there may be more. */
export function catchUp(transaction: Transaction, judge: Judge, at: number): boolean {
  const due = transaction.dueLeads(at, DUE_AT_ONCE)
  catchUpOn(transaction, judge, due, at)
  return due.length === DUE_AT_ONCE
}

/** The same for these leads alone, where so many are due that not all of them had their turn. */
export function catchUpOn(
  transaction: Transaction,
  judge: Judge,
  leads: Iterable<number>,
  at: number,
): void {
  for (const ref of leads) {
    const standing = transaction.standingOf(ref)
    if (!standing || standing.lookAt === null || standing.lookAt > at) continue
    // A look that was never taken is of now: what the lead did came later than 1970.
    const after = settled(standing, judge, { at: standing.lookAt || at, until: at })
    settle(transaction, standing, after)
    tellSettled(transaction, judge, { standing, after, at })
  }
}

/** Looks at leads about which something is new. */
export function settleLeads(
  transaction: Transaction,
  judge: Judge,
  leads: Iterable<number>,
  at: number,
): void {
  for (const ref of leads) {
    const standing = transaction.standingOf(ref)
    if (!standing) continue
    const after = settled(standing, judge, { at, until: at })
    settle(transaction, standing, after)
    tellSettled(transaction, judge, { standing, after, at })
  }
}

/** Writes how a lead stands, if that is new. */
function settle(transaction: Transaction, before: LeadStanding, after: SettledLead): void {
  const isNew =
    after.decisions.length > 0 ||
    after.qualification !== before.qualification ||
    after.stage !== before.stage ||
    after.lookAt !== before.lookAt
  if (isNew) transaction.settle(after)
}

/** Looks at a lead that sales, or whoever took their word back, has just spoken about. */
export function settleWord(
  transaction: Transaction,
  judge: Judge,
  word: { readonly lead: number; readonly at: number; readonly note: string | null },
): void {
  const { lead, at, note } = word
  const standing = transaction.standingOf(lead)
  if (!standing) return
  const to = stageOf(standing.qualification, standing.outcomes)
  const isNews = to !== standing.stage
  const said = isNews
    ? [frozen(standing, judge, { at, from: standing.stage, to, by: 'sales', note })]
    : []
  const looked = settled({ ...standing, stage: to }, judge, { at, until: at })
  const after = { ...looked, decisions: [...said, ...looked.decisions] }
  transaction.settle(after)
  tellSettled(transaction, judge, { standing, after, at })
}

function settled(
  standing: LeadStanding,
  judge: Judge,
  span: { readonly at: number; readonly until: number },
): SettledLead {
  const { ref, qualification, outcomes, stage: from } = standing
  const reading = readingOf(standing, judge, span.at)
  const to = stageOf(qualification, outcomes)
  const learnt = { at: span.at, from, to, by: 'identity', note: null } as const
  const looked = lookUntil({ qualification, outcomes, reading, mql: judge.model.spec.mql, ...span })
  return {
    ref,
    stage: stageOf(looked.qualification, outcomes),
    qualification: looked.qualification,
    lookAt: looked.lookAt,
    decisions: [
      ...(to === from ? [] : [frozen(standing, judge, learnt)]),
      ...looked.decisions.map((one) => frozen(standing, judge, { ...one, note: null })),
    ],
  }
}

interface Change {
  readonly at: number
  readonly from: LeadStanding['stage']
  readonly to: LeadStage
  readonly by: DecidedBy
  readonly note: string | null
}

function frozen(standing: LeadStanding, judge: Judge, change: Change): Decision {
  return { ...change, ...scoredOf(standing, judge, change.at) }
}
