import type { TouchReader } from '../scoring/derive.ts'
import type { NewOutcome } from '../store/standing.ts'
import type { Transaction, WriteStore } from '../store/store.ts'
import { foldUnlink } from './fold.ts'
import type { ModelKeeper } from './model-keeper.ts'
import { catchUpOn, settleLeads, settleWord } from './settle.ts'
import { tellWritten } from './telling.ts'
import type { WriterService } from './writer-service.ts'

/** What people say and undo, each in one transaction with the stages that follow from it. */
export function createSaying({ store, models, touchOf }: SayingDeps): Saying {
  function removeSaid(
    kind: 'removeOutcome' | 'removeAdjustment',
    lead: number,
    ref: number,
    at: number,
  ) {
    return store.apply((transaction) => {
      catchUpOn(transaction, models.judge(), [lead], at)
      const own = transaction[kind](ref, lead, at)
      if (own) settleWord(transaction, models.judge(), { lead, at, note: 'taken back' })
      return own
    })
  }
  function say(transaction: Transaction, outcome: NewOutcome): number {
    const { lead, recordedAt: at, reason: note } = outcome
    catchUpOn(transaction, models.judge(), [lead], at)
    const ref = transaction.addOutcome(outcome)
    settleWord(transaction, models.judge(), { lead, at, note })
    return ref
  }
  return {
    addOutcome: (outcome) =>
      store.apply((transaction) =>
        transaction.standingOf(outcome.lead) ? say(transaction, outcome) : null,
      ),
    addOutcomes: (outcomes) =>
      store.apply((transaction) =>
        outcomes.map((outcome) => {
          const standing = transaction.standingOf(outcome.lead)
          if (!standing) return 'nobody'
          const { type, at } = outcome
          if (standing.outcomes.some((one) => one.type === type && one.at === at)) return 'known'
          say(transaction, outcome)
          return 'new'
        }),
      ),
    removeOutcome: (lead, ref, at) => removeSaid('removeOutcome', lead, ref, at),
    addAdjustment: (adjustment) =>
      store.apply((transaction) => {
        if (!transaction.standingOf(adjustment.lead)) return null
        catchUpOn(transaction, models.judge(), [adjustment.lead], adjustment.at)
        const ref = transaction.addAdjustment(adjustment)
        settleLeads(transaction, models.judge(), [adjustment.lead], adjustment.at)
        return ref
      }),
    removeAdjustment: (lead, ref, at) => removeSaid('removeAdjustment', lead, ref, at),
    unlink: ({ visitor, lead, at, by }) =>
      store.apply((transaction) => {
        const { now: loaded } = transaction
        if (loaded.visitor(visitor)?.visitor.lead !== lead) return false
        const tools = { now: loaded, match: models.match(), touchOf }
        const changes = foldUnlink(visitor, { at, by }, tools)
        if (!changes) return false
        catchUpOn(transaction, models.judge(), changes.changedLeads, at)
        transaction.write(changes, [], at)
        tellWritten(transaction, models.judge(), changes, at)
        settleLeads(transaction, models.judge(), changes.changedLeads, at)
        return true
      }),
  }
}

export interface SayingDeps {
  readonly store: Pick<WriteStore, 'apply'>
  readonly models: Pick<ModelKeeper, 'judge' | 'match'>
  readonly touchOf: TouchReader
}

type Saying = Pick<
  WriterService,
  'addOutcome' | 'addOutcomes' | 'removeOutcome' | 'addAdjustment' | 'removeAdjustment' | 'unlink'
>
