import { createHmac } from 'node:crypto'
import type { WireAnswer } from '../../shared/wire.ts'
import {
  IGNORE_REASONS,
  type IgnoreReason,
  problem,
  REFUSALS,
  REJECT_CODES,
  type RefusalCode,
  type RejectCode,
} from '../errors.ts'
import type { TouchReader } from '../scoring/derive.ts'
import { dayOf } from '../scoring/tables.ts'
import type { QuarantinedEvent } from '../store/records.ts'
import type {
  Delivery,
  DeliveryCounts,
  NewEvent,
  RejectedEvent,
  Site,
  Transaction,
  WriteStore,
} from '../store/store.ts'
import { codeOf } from '../store/trouble.ts'
import type { Agents } from './agent.ts'
import type { EmailLimits } from './email-limits.ts'
import { foldGroup } from './fold.ts'
import type { Limits } from './limits.ts'
import type { ModelKeeper } from './model-keeper.ts'
import { isAllowed } from './origins.ts'
import { type EventContext, parseBatch, parseEvent, type RawBatch } from './parse.ts'
import { type Envelope, envelopeOf, quarantinedEvent, rawOf } from './quarantine.ts'
import { sampleOf } from './sample.ts'
import { catchUp, catchUpOn, settleLeads } from './settle.ts'
import type { VerdictTally } from './stats.ts'
import { compactUuid } from './text.ts'
import type { Tombs } from './tombs.ts'

/**
 * From request bodies to verdicts, a group at a time: parse, check, clean, place, fold, commit.
 * Every event of the group gets a verdict, and no answer leaves before the group is on disk.
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
}

export interface Answer {
  readonly status: number
  /** JSON text. */
  readonly body: string
  /** The browser id of a batch that was taken from a page, as it was sent; null for any other. */
  readonly browser: string | null
}

export interface Pipeline {
  /** Answers in the order of `raws`. Throws when the store can't be written; then nothing happened. */
  ingest(raws: readonly RawDelivery[]): readonly Answer[]
  /**
   * The same for one delivery that can't be taken as a whole: event by event, and those that can't be
   * taken at all go to quarantine. Throws only where the store can't be written.
   */
  isolate(raw: RawDelivery): Answer
  /** Takes an event out of quarantine; whether it is in the store now. */
  requeue(event: QuarantinedEvent): boolean
  /** Takes sites added or removed into account. */
  refreshSites(): void
}

export interface PipelineDeps {
  readonly store: WriteStore
  readonly models: Pick<ModelKeeper, 'judge' | 'match'>
  readonly agents: Agents
  readonly touchOf: TouchReader
  /** How much may be sent, and how many people claimed; null where only the events are tried out. */
  readonly limits: { readonly rates: Limits; readonly emails: EmailLimits } | null
  readonly tombs: Tombs
  readonly tally: VerdictTally
}

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { store, models, agents, touchOf, limits, tombs, tally } = deps
  let sites = new Map<string, Site>()
  const refreshSites = () => {
    sites = new Map(store.sites().map((site) => [site.key, site]))
  }
  refreshSites()

  function ingest(raws: readonly RawDelivery[]): readonly Answer[] {
    const opened = raws.map((raw) => open(raw))
    const counts = take(opened.filter((one) => one.ok))
    let next = 0
    return opened.map((one) => (one.ok ? answerOf(one, counts[next++], tally) : refusal(one.code)))
  }

  /** Writes what there is to write, in one transaction. */
  function take(taken: readonly Taken[]): readonly DeliveryCounts[] {
    const hasWork = taken.some(
      ({ delivery, refused, held }) =>
        delivery.events.length > 0 || refused.length > 0 || held.length > 0,
    )
    return hasWork ? store.apply((transaction) => commit(taken, transaction)) : []
  }

  /** One transaction: events and all they change, up to the stages of their leads. */
  function commit(taken: readonly Taken[], transaction: Transaction): readonly DeliveryCounts[] {
    const deliveries = taken.map((one) => one.delivery)
    const at = Math.max(...deliveries.map(({ receivedAt }) => receivedAt))
    const isBehind = catchUp(transaction, models.judge(), at)
    const { changes, counts } = foldGroup(deliveries, transaction.now, models.match(), touchOf)
    const late = taken.flatMap((one, i) => lateRefusals(one, counts[i]?.refused ?? []))
    if (isBehind) catchUpOn(transaction, models.judge(), changes.changedLeads, at)
    transaction.write(changes, [...taken.flatMap((one) => one.refused), ...late])
    for (const held of taken.flatMap((one) => one.held)) transaction.quarantine(held)
    settleLeads(transaction, models.judge(), changes.changedLeads, at)
    return counts
  }

  function isolate(raw: RawDelivery): Answer {
    const whole = open(raw)
    if (!whole.ok) return refusal(whole.code)
    const total: DeliveryCounts = { accepted: 0, duplicates: 0, refused: [] }
    const poisoned: WireAnswer['rejected'][number][] = []
    take([{ ...whole, delivery: { ...whole.delivery, events: [] } }])
    for (const event of whole.delivery.events) {
      const alone = { ...whole, delivery: { ...whole.delivery, events: [event] } }
      try {
        const counts = take([{ ...alone, refused: [], held: [] }])[0]
        total.accepted += counts?.accepted ?? 0
        total.duplicates += counts?.duplicates ?? 0
        total.refused.push(...(counts?.refused ?? []))
      } catch (error) {
        if (codeOf(error).startsWith('SQLITE_')) throw error
        // What could not be taken now may be, once the program was mended: nothing is lost.
        const value = whole.values[event.index]
        const reason = error instanceof Error ? error.name : 'Error'
        store.apply((transaction) =>
          transaction.quarantine(quarantinedEvent(value, whole.envelope, reason)),
        )
        poisoned.push({ index: event.index, code: 'quarantined' })
      }
    }
    return answerOf({ ...whole, rejected: [...whole.rejected, ...poisoned] }, total, tally)
  }

  function requeue(event: QuarantinedEvent): boolean {
    const read = rawOf(event)
    const site = read && [...sites.values()].find(({ ref }) => ref === event.site)
    if (!read || !site) return false
    const parsed = parseBatch(read.raw.body)
    if (!parsed.ok) return false
    const opened = readEvents(read.raw, parsed.batch, { site, browserKey: read.browserKey })
    if (!opened.ok) return false
    const counts = take([opened])[0]
    return (counts?.accepted ?? 0) + (counts?.duplicates ?? 0) > 0
  }

  function open(raw: RawDelivery): Opened {
    const parsed = parseBatch(raw.body)
    if (!parsed.ok) return parsed
    const { batch } = parsed
    const site = sites.get(batch.site)
    if (!site) return { ok: false, code: 'unknown_site' }
    if (!isAllowed(raw.origin, site)) return { ok: false, code: 'origin_not_allowed' }
    return readEvents(raw, batch, { site })
  }

  /** `browserKey` is given where the events wait since an earlier delivery: they met the limits then. */
  function readEvents(
    raw: RawDelivery,
    batch: RawBatch,
    known: { readonly site: Site; readonly browserKey?: string | undefined },
  ): Opened {
    const { site } = known
    const agent = agents.describe(raw.userAgent)
    const isCookieless = batch.browser === null
    const browserKey =
      known.browserKey ?? (isCookieless ? dayKey(raw, site) : compactUuid(batch.browser))
    const salt = store.saltOf(dayOf(raw.receivedAt))
    const { address, receivedAt } = raw
    const isLimited = limits !== null && known.browserKey === undefined
    const admitted = isLimited
      ? limits.rates.admit({
          site: site.ref,
          browserKey,
          address,
          salt,
          receivedAt,
          events: batch.events.length,
        })
      : null
    if (admitted?.kind === 'busy') return { ok: false, code: 'site_busy' }
    const context: EventContext = {
      receivedAt,
      sentAt: batch.sentAt,
      human: batch.human,
      bot: raw.bot ?? agent.bot,
      isCookieless,
      site,
    }
    const envelope = envelopeOf(raw, batch, { site: site.ref, browserKey })
    const events: NewEvent[] = []
    const rejected: WireAnswer['rejected'][number][] = []
    const refused: RejectedEvent[] = []
    const held: Omit<QuarantinedEvent, 'ref'>[] = []
    const ignored: IgnoreReason[] = []
    const refuse = (code: RejectCode, value: unknown, index: number) => {
      rejected.push({ index, code })
      if (code === 'held_for_review') held.push(quarantinedEvent(value, envelope, code))
      else refused.push(refusedEvent(code, value, site.ref, receivedAt))
    }
    const verdictOf = (value: unknown, index: number): NewEvent | RejectCode | 'erased' => {
      if (browserKey === null) return 'invalid_browser'
      const read = parseEvent(value, index, context)
      if (!read.ok) return read.code
      const from = { site: site.ref, browserKey, address, salt, receivedAt }
      if (tombs.isErased(read.event, from)) return 'erased'
      return (isLimited && limits.emails.refusalOf(read.event, from)) || read.event
    }
    batch.events.forEach((value, index) => {
      const verdict =
        admitted && index >= admitted.taken ? admitted.reason : verdictOf(value, index)
      if (typeof verdict !== 'string') events.push(verdict)
      else if (isIgnored(verdict)) ignored.push(verdict)
      else refuse(verdict, value, index)
    })
    const delivery: Delivery = {
      site: site.ref,
      browserKey: browserKey ?? '',
      isCookieless,
      receivedAt,
      skewMs: batch.sentAt === null ? null : receivedAt - batch.sentAt,
      human: batch.human,
      device: agent.device,
      events,
    }
    // Only a page keeps cookies, and only a page says where it is.
    const browser = browserKey === null || raw.origin === null ? null : batch.browser
    return {
      ok: true,
      delivery,
      browser: typeof browser === 'string' ? browser : null,
      values: batch.events,
      envelope,
      rejected,
      refused,
      held,
      ignored,
    }
  }

  /** A pseudonym that lasts a UTC day: its salt is random, and gone after two. */
  function dayKey(raw: RawDelivery, site: Site): string {
    return createHmac('sha256', store.saltOf(dayOf(raw.receivedAt)))
      .update(`${site.ref}\n${raw.address}\n${raw.userAgent}`)
      .digest('hex')
      .slice(0, 32)
  }

  return { ingest, isolate, requeue, refreshSites }
}

function isIgnored(verdict: IgnoreReason | RejectCode): verdict is IgnoreReason {
  return Object.hasOwn(IGNORE_REASONS, verdict)
}

interface Taken {
  readonly ok: true
  readonly delivery: Delivery
  readonly browser: string | null
  /** The events as they came. */
  readonly values: readonly unknown[]
  readonly envelope: Envelope
  readonly rejected: WireAnswer['rejected']
  readonly refused: readonly RejectedEvent[]
  /** To be kept until somebody has looked at them. */
  readonly held: readonly Omit<QuarantinedEvent, 'ref'>[]
  readonly ignored: readonly IgnoreReason[]
}
type Opened = { readonly ok: false; readonly code: RefusalCode } | Taken

function refusedEvent(
  code: RejectCode,
  value: unknown,
  site: number,
  receivedAt: number,
): RejectedEvent {
  return { site, code, detail: REJECT_CODES[code], sample: sampleOf(value), receivedAt }
}

/** Events that turned out to be new, and are refused for that. */
function lateRefusals({ delivery, values }: Taken, refused: readonly NewEvent[]): RejectedEvent[] {
  return refused.flatMap(({ refusal: code, index }) =>
    code === null ? [] : [refusedEvent(code, values[index], delivery.site, delivery.receivedAt)],
  )
}

function answerOf(
  { rejected, ignored, browser }: Taken,
  counts: DeliveryCounts | undefined,
  tally: VerdictTally,
): Answer {
  const late = (counts?.refused ?? []).flatMap(({ refusal: code, index }) =>
    code === null ? [] : [{ index, code }],
  )
  const answer: WireAnswer = {
    accepted: counts?.accepted ?? 0,
    duplicates: counts?.duplicates ?? 0,
    ignored: ignored.length,
    rejected: [...rejected, ...late].sort((a, b) => a.index - b.index),
  }
  tally.add('accepted', answer.accepted)
  tally.add('duplicate', answer.duplicates)
  for (const reason of ignored) tally.add(`ignored:${reason}`)
  for (const { code } of answer.rejected) tally.add(`rejected:${code as RejectCode}`) // made above
  return { status: 202, body: JSON.stringify(answer), browser }
}

export function refusal(code: RefusalCode): Answer {
  return { status: REFUSALS[code].status, body: JSON.stringify(problem(code)), browser: null }
}
