import type { WireAnswer } from '../../shared/wire.ts'
import { problem, REFUSALS, type RefusalCode, type RejectCode } from '../errors.ts'
import type { TouchReader } from '../scoring/derive.ts'
import type { QuarantinedEvent, RejectedEvent } from '../store/records.ts'
import type { DeliveryCounts, Transaction, WriteStore } from '../store/store.ts'
import { isFaultOfStore } from '../store/trouble.ts'
import { foldGroup } from './fold.ts'
import type { ModelKeeper } from './model-keeper.ts'
import {
  createOpener,
  type Opened,
  type OpenerDeps,
  refusedEvent,
  type Taken,
} from './open-delivery.ts'
import { nameOf, quarantinedEvent } from './quarantine.ts'
import { catchUp, catchUpOn, settleLeads } from './settle.ts'
import type { SiteCounts, VerdictTally } from './stats.ts'
import { tellWritten } from './telling.ts'

/**
 * From request bodies to verdicts, a group at a time: parse, check, clean, place, fold, commit.
 * Every event of the group gets a verdict, and no answer leaves before the group is on disk.
 *
 * An event that a mistake of ours stumbles over is found by trying again, delivery by delivery and then
 * event by event. It alone goes to quarantine; its neighbours are taken as if it had not come.
 */

/** A request as the HTTP thread hands it over. The address is used for cookieless days and kept nowhere. */
export interface RawDelivery {
  readonly body: string
  readonly receivedAt: number
  readonly userAgent: string
  readonly origin: string | null
  readonly address: string
  /** Why no person asked for this, whatever its agent says; null where nothing speaks against it. */
  readonly bot?: string | null
  /** Made by a route that knows its sender, or by an import: see `TrustedBatch`. It meets no limits. */
  readonly isTrusted?: boolean
}

export interface Answer {
  readonly status: number
  /** JSON text. */
  readonly body: string
  /** The browser id of a batch that was taken from a page, as it was sent; null for any other. */
  readonly browser: string | null
}

export interface Pipeline {
  /** Answers in the order of `raws`. Throws when the store can't be written; then nothing was answered. */
  ingest(raws: readonly RawDelivery[]): readonly Answer[]
  /** Takes events that wait in quarantine; of each, whether it need not wait any longer. */
  requeue(events: readonly QuarantinedEvent[], now: number): readonly boolean[]
  /** Writes what was counted since the last commit. */
  keepCounts(): void
  /** Takes sites added or removed into account. */
  refreshSites(): void
}

export interface PipelineDeps extends OpenerDeps {
  readonly store: WriteStore
  readonly models: Pick<ModelKeeper, 'judge' | 'match'>
  readonly touchOf: TouchReader
  readonly tally: VerdictTally
  readonly counts: SiteCounts
  /** Told of a mistake of ours, once for each group that met one. */
  readonly onMistake: (error: unknown) => void
}

/** What became of a delivery's events in the store; `poisoned` are the places of those it could not take. */
interface Outcome extends DeliveryCounts {
  readonly poisoned: readonly number[]
}
interface Care {
  /** When this is; the last receipt if absent. */
  readonly now?: number
  /** Leaves alone whatever else is due, as that may be what fails. */
  readonly isAlone?: boolean
}

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { store, models, touchOf, tally, counts: siteCounts, onMistake } = deps
  const opener = createOpener(deps)

  function ingest(raws: readonly RawDelivery[]): readonly Answer[] {
    opener.beginGroup()
    const opened = raws.map(openSafely)
    const outcomes = takeAll(opened.filter((one) => one.ok))
    let next = 0
    return opened.map((one) => (one.ok ? answerOf(one, outcomes[next++]) : refusal(one.code)))
  }

  function openSafely(raw: RawDelivery): Opened {
    try {
      return opener.open(raw)
    } catch (error) {
      if (isFaultOfStore(error)) throw error
      onMistake(error)
      return { ok: false, code: 'internal' }
    }
  }

  /** Takes a group, and where a mistake of ours forbids that, as much of it as can be taken. */
  function takeAll(taken: readonly Taken[], care: Care = {}): readonly Outcome[] {
    try {
      return take(taken, care)
    } catch (error) {
      if (isFaultOfStore(error)) throw error
      onMistake(error)
      return taken.map((one) => takeApart(one, care))
    }
  }

  function takeApart(one: Taken, care: Care): Outcome {
    try {
      return take([one], { ...care, isAlone: true })[0] ?? NOTHING
    } catch (error) {
      if (isFaultOfStore(error)) throw error
      return takeEach(one, care)
    }
  }

  function takeEach(one: Taken, care: Care): Outcome {
    const { events } = one.delivery
    const poisoned: number[] = []
    const total: Outcome = { accepted: 0, duplicates: 0, refused: [], poisoned }
    const rest = { ...one, delivery: { ...one.delivery, events: [] } }
    take([rest], { ...care, isAlone: true })
    for (const event of events) {
      const alone = {
        ...rest,
        delivery: { ...one.delivery, events: [event] },
        refused: [],
        held: [],
      }
      try {
        const counts = take([alone], { ...care, isAlone: true })[0] ?? NOTHING
        total.accepted += counts.accepted
        total.duplicates += counts.duplicates
        total.refused.push(...counts.refused)
      } catch (error) {
        if (isFaultOfStore(error)) throw error
        if (event.isOurs) continue
        poisoned.push(event.index)
        if (!one.isRequeued) keep(one, event.index, error)
      }
    }
    return total
  }

  /** What can't be taken now may be, once the program was mended: nothing is lost. */
  function keep({ values, envelope }: Taken, index: number, error: unknown): void {
    const kept = quarantinedEvent(values[index], envelope, nameOf(error))
    store.apply((transaction) => transaction.quarantine(kept))
  }

  /** Writes what there is to write, in one transaction; all of it or nothing. */
  function take(taken: readonly Taken[], care: Care): readonly Outcome[] {
    const hasWork = taken.some(
      ({ delivery, refused, held }) =>
        delivery.events.length > 0 || refused.length > 0 || held.length > 0,
    )
    if (!hasWork) return taken.map(() => NOTHING)
    const counts = store.apply((transaction) => commit(taken, transaction, care))
    siteCounts.kept()
    return counts.map((one) => ({ ...one, poisoned: [] }))
  }

  /** One transaction: events and all they change, up to the stages of their leads. */
  function commit(
    taken: readonly Taken[],
    transaction: Transaction,
    { now = 0, isAlone = false }: Care,
  ): readonly DeliveryCounts[] {
    const deliveries = taken.map((one) => one.delivery)
    const at = Math.max(now, ...deliveries.map(({ receivedAt }) => receivedAt))
    const isBehind = isAlone || catchUp(transaction, models.judge(), at)
    const { changes, counts } = foldGroup(deliveries, transaction.now, models.match(), touchOf)
    const late = taken.flatMap((one, i) => lateRefusals(one, counts[i]?.refused ?? []))
    if (isBehind) catchUpOn(transaction, models.judge(), changes.changedLeads, at)
    transaction.write(changes, [...taken.flatMap((one) => one.refused), ...late], at)
    for (const held of taken.flatMap((one) => one.held)) transaction.quarantine(held)
    tellWritten(transaction, models.judge(), changes, at)
    settleLeads(transaction, models.judge(), changes.changedLeads, at)
    const repeats = taken.map(({ delivery: { site } }, i) => ({
      site,
      name: 'duplicate',
      by: counts[i]?.duplicates ?? 0,
    }))
    transaction.count(siteCounts.with(repeats))
    return counts
  }

  function requeue(events: readonly QuarantinedEvent[], now: number): readonly boolean[] {
    const opened = events.map(opener.reopen)
    // What is refused again goes on waiting, and is told of no second time.
    const taken = opened.filter((one) => one.ok).map((one) => ({ ...one, refused: [], held: [] }))
    const outcomes = takeAll(taken, { now })
    let next = 0
    return opened.map((one) => {
      if (!one.ok) return false
      const { accepted, duplicates } = outcomes[next++] ?? NOTHING
      return accepted + duplicates + one.ignored.length > 0
    })
  }

  function answerOf(
    { delivery, rejected, ignored, links, browser }: Taken,
    outcome = NOTHING,
  ): Answer {
    const late = outcome.refused.flatMap(({ refusal: code, index }) =>
      code === null ? [] : [{ index, code }],
    )
    const poisoned = outcome.poisoned.map((index) => ({ index, code: 'quarantined' }))
    const answer: WireAnswer = {
      accepted: outcome.accepted,
      duplicates: outcome.duplicates,
      ignored: ignored.length,
      rejected: [...rejected, ...late, ...poisoned].sort((a, b) => a.index - b.index),
    }
    tally.add('accepted', answer.accepted)
    tally.add('duplicate', answer.duplicates)
    for (const reason of ignored) {
      tally.add(`ignored:${reason}`)
      siteCounts.add(delivery.site, `ignored:${reason}`)
    }
    for (const became of links) siteCounts.add(delivery.site, `email_link:${became}`)
    for (const { code } of answer.rejected) tally.add(`rejected:${code as RejectCode}`) // made above
    return { status: 202, body: JSON.stringify(answer), browser }
  }

  return {
    ingest,
    requeue,
    refreshSites: opener.refreshSites,
    keepCounts() {
      const counts = siteCounts.with([])
      if (counts.length === 0) return
      store.apply((transaction) => transaction.count(counts))
      siteCounts.kept()
    },
  }
}

const NOTHING: Outcome = { accepted: 0, duplicates: 0, refused: [], poisoned: [] }

/** Events that turned out to be new, and are refused for that. */
function lateRefusals({ delivery, values }: Taken, refused: DeliveryCounts['refused']) {
  return refused.flatMap(({ refusal: code, index }): RejectedEvent[] =>
    code === null ? [] : [refusedEvent(code, values[index], delivery.site, delivery.receivedAt)],
  )
}

export function refusal(code: RefusalCode): Answer {
  return { status: REFUSALS[code].status, body: JSON.stringify(problem(code)), browser: null }
}
