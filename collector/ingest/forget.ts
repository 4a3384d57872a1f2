import { cutOff, SMALL_KEPT_DAYS } from '../retention.ts'
import type { TouchReader } from '../scoring/derive.ts'
import { DAY_MS } from '../scoring/tables.ts'
import type { Backup, Expired, Order } from '../store/records.ts'
import type { Transaction, WriteStore } from '../store/store.ts'
import { foldRest } from './fold.ts'
import type { Rest } from './link.ts'
import type { ModelKeeper } from './model-keeper.ts'
import { catchUpOn, settleLeads } from './settle.ts'
import { tellWritten } from './telling.ts'

/**
 * What has to be forgotten: somebody, at once and everywhere; and everybody's past, after its time. Each is
 * one transaction, or many small ones, in which what is left is derived anew, so that every score is what the
 * events that are still there say.
 */
export interface Forgetting {
  /** Erases a lead; null where there is none. */
  erase(lead: number, at: number): Forgotten | null
  /** Sees to it that no file shows what was deleted; false where it can't yet, as in `Forgotten.isGone`. */
  wipe(): boolean
  /** Does what a command beside has ordered; whether all is gone. */
  obey(order: Extract<Order, { kind: 'erase' }>): boolean
  /** Erases anew who was erased before a backup that still had them was restored; how many. */
  eraseAgain(at: number): number
  /** A piece of what retention says, at an instant; null when nothing is left to do. */
  prune(at: number): Piece | null
  /** What is kept for days; a piece of it. */
  pruneSmall(at: number): Expired
  /** To be called every second: empties the log, where it may show what was deleted. */
  tidyLog(): void
  /** Whether the log may still show something. */
  isLogStained(): boolean
}

export interface Forgotten {
  readonly events: number
  readonly visitors: number
  /** Copies that still hold the person. */
  readonly backups: readonly Backup[]
  /**
   * No file shows a byte of it any more. Else a reader was in the way, and it is gone within seconds; or the
   * store is too large to be written anew while deliveries wait, which `prune` does when it is asked to shrink.
   */
  readonly isGone: boolean
}

export interface Piece {
  readonly events: number
  readonly sessions: number
  readonly anonymous: number
}

export interface ForgettingDeps {
  readonly store: WriteStore
  readonly models: Pick<ModelKeeper, 'judge' | 'match'>
  readonly touchOf: TouchReader
  readonly retentionMonths: number
}

export function createForgetting(deps: ForgettingDeps): Forgetting {
  const { store, models, touchOf, retentionMonths } = deps
  // Whoever ended before the log was empty left it to the next.
  let isStained = true

  function foldWhatIsLeft(transaction: Transaction, rest: Rest, at: number): void {
    const tools = { now: transaction.now, match: models.match(), touchOf }
    const changes = foldRest(rest, tools)
    catchUpOn(transaction, models.judge(), changes.changedLeads, at)
    transaction.write(changes, [], at)
    tellWritten(transaction, models.judge(), changes, at)
    settleLeads(transaction, models.judge(), changes.changedLeads, at)
  }

  function eraseIn(transaction: Transaction, lead: number, at: number) {
    const erased = transaction.erase(lead, at)
    if (!erased) return null
    const { site } = erased
    transaction.outbox.tell({ type: 'lead.erased', lead, at, site }, at)
    foldWhatIsLeft(transaction, erased, at)
    return erased
  }

  function tidyLog(): void {
    if (isStained) isStained = !store.emptyLog()
  }

  function wipe(): boolean {
    isStained = true
    const isRewritten = store.rewrite(false)
    tidyLog()
    return isRewritten && !isStained
  }

  function erase(lead: number, at: number): Forgotten | null {
    const erased = store.apply((transaction) => eraseIn(transaction, lead, at))
    if (!erased) return null
    const isGone = wipe()
    const { events, visitors } = erased
    return { events, visitors, backups: store.backups(at), isGone }
  }

  return {
    wipe,
    erase,
    obey: ({ lead, at }) => (lead === 0 ? wipe() : (erase(lead, at)?.isGone ?? true)),
    eraseAgain(at) {
      const leads = store.buriedLeads()
      for (const { lead, erasedAt } of leads) {
        store.apply((transaction) => eraseIn(transaction, lead, Math.min(at, erasedAt)))
        isStained = true
      }
      const stretches = store.buriedStretches()
      if (stretches.length > 0) {
        store.apply((transaction) => {
          const browsers = transaction.eraseStretches(stretches)
          foldWhatIsLeft(transaction, { site: null, browsers, connected: [] }, at)
        })
        isStained = true
      }
      if (leads.length + stretches.length > 0) store.rewrite(false)
      store.noteBuried()
      tidyLog()
      return leads.length
    },
    prune(at) {
      const { events, sessions, anonymous, hasMore } = store.apply((transaction) => {
        const pruned = transaction.prune(cutOff(at, retentionMonths))
        const rest = { site: null, browsers: pruned.browsers, connected: [] }
        if (pruned.browsers.length > 0) foldWhatIsLeft(transaction, rest, at)
        return pruned
      })
      if (sessions > 0) isStained = true
      return sessions > 0 || hasMore ? { events, sessions, anonymous } : null
    },
    pruneSmall: (at) =>
      store.dropExpired({
        keptSince: at - SMALL_KEPT_DAYS * DAY_MS,
        now: at,
        auditSince: cutOff(at, retentionMonths),
      }),
    tidyLog,
    isLogStained: () => isStained,
  }
}
