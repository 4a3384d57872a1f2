import type { WriteStore } from '../store/store.ts'
import type { Forgetting, Piece } from './forget.ts'

/** Retention at work: all of it while somebody waits, or in pieces between deliveries. */
export interface Pruning {
  /** Drops what is too old, all of it now; how much that was. */
  run(at: number, shrinks: boolean): PruneReport
  /** The same in pieces, which `work` takes. */
  start(at: number): void
  /** Takes a piece; whether there is more. */
  work(): boolean
}

export interface PruneReport extends Piece {
  readonly rejected: number
  readonly quarantined: number
  /** Addresses, titles and the like that nothing refers to any more. */
  readonly texts: number
  /** The file was written anew, and is smaller. */
  readonly isShrunk: boolean
}

type PrunedStore = Pick<
  WriteStore,
  'emptyLog' | 'dropUnusedTexts' | 'rewrite' | 'shrink' | 'orders' | 'endOrder'
>

export function createPruning(store: PrunedStore, forgetting: Forgetting): Pruning {
  /** At work for this instant. */
  let until: number | null = null

  function end(): void {
    until = null
    store.shrink()
    forgetting.tidyLog()
    for (const order of store.orders()) {
      if (order.kind === 'prune') store.endOrder(order, { isGone: !forgetting.isLogStained() })
    }
  }

  return {
    run(at, shrinks) {
      const total = { events: 0, sessions: 0, anonymous: 0 }
      for (let piece = forgetting.prune(at); piece; piece = forgetting.prune(at)) {
        total.events += piece.events
        total.sessions += piece.sessions
        total.anonymous += piece.anonymous
        store.emptyLog() // on a full disk the log must not grow
      }
      const small = { rejected: 0, quarantined: 0 }
      for (let hasMore = true; hasMore; ) {
        const { rejected, quarantined, audit } = forgetting.pruneSmall(at)
        small.rejected += rejected
        small.quarantined += quarantined
        hasMore = rejected + quarantined + audit > 0
      }
      const texts = store.dropUnusedTexts()
      const isShrunk = shrinks && store.rewrite(true)
      forgetting.tidyLog()
      return { ...total, ...small, texts, isShrunk }
    },
    start(at) {
      until = Math.max(until ?? 0, at)
    },
    work() {
      if (until === null) return false
      if (forgetting.prune(until)) return true
      const { rejected, quarantined, audit } = forgetting.pruneSmall(until)
      if (rejected + quarantined + audit > 0) return true
      end()
      return false
    },
  }
}
