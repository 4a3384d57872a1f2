import type { AskedRequeue } from '../store/records.ts'
import type { WriteStore } from '../store/store.ts'
import type { Pipeline } from './pipeline.ts'

/** Taking events out of quarantine: for whoever waits, or because a command beside asked for it. */
export interface Requeuing {
  /** Takes a piece of those that can be taken now. */
  requeue(asked: AskedRequeue, now: number, after?: number): Requeued
  /** Reads anew what other processes asked for. */
  heedOrders(): void
  /** Takes a piece of that; whether there was any. */
  work(now: number): boolean
}

export interface Requeued {
  readonly taken: number
  /** Those that could not be taken. */
  readonly waiting: number
  /** Where to go on; null at the end. */
  readonly next: number | null
}

type QuarantineStore = Pick<
  WriteStore,
  'quarantined' | 'dropQuarantined' | 'askedRequeues' | 'forgetRequeue'
>

export function createRequeuing(
  store: QuarantineStore,
  pipeline: Pick<Pipeline, 'requeue'>,
): Requeuing {
  let asked = store.askedRequeues()
  /** How far the first of it has come. */
  let doneUpTo = 0

  function requeue(which: AskedRequeue, now: number, after = 0): Requeued {
    const events = store.quarantined(which, after)
    const done = pipeline.requeue(events, now)
    events.forEach(({ ref }, i) => {
      if (done[i]) store.dropQuarantined(ref)
    })
    const taken = done.filter(Boolean).length
    return { taken, waiting: events.length - taken, next: events.at(-1)?.ref ?? null }
  }

  return {
    requeue,
    heedOrders() {
      if (doneUpTo === 0) asked = store.askedRequeues()
    },
    work(now) {
      const [first] = asked
      if (!first) return false
      const { next } = requeue(first, now, doneUpTo)
      doneUpTo = next ?? 0
      if (next !== null) return true
      store.forgetRequeue(first)
      asked = store.askedRequeues()
      return true
    },
  }
}
