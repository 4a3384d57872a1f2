import { createHmac } from 'node:crypto'
import type { WireAnswer } from '../../shared/wire.ts'
import { problem, REFUSALS, REJECT_CODES, type RefusalCode, type RejectCode } from '../errors.ts'
import type { TouchReader } from '../scoring/derive.ts'
import { dayOf } from '../scoring/tables.ts'
import type {
  Delivery,
  DeliveryCounts,
  NewEvent,
  RejectedEvent,
  Site,
  Transaction,
  WriteStore,
} from '../store/store.ts'
import type { Agents } from './agent.ts'
import { foldGroup } from './fold.ts'
import type { ModelKeeper } from './model-keeper.ts'
import { isAllowed } from './origins.ts'
import { type EventContext, parseBatch, parseEvent, type RawBatch } from './parse.ts'
import { sampleOf } from './sample.ts'
import { catchUp, catchUpOn, settleLeads } from './settle.ts'
import { compactUuid } from './text.ts'

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
  /** Takes sites added or removed into account. */
  refreshSites(): void
}

export interface PipelineDeps {
  readonly store: WriteStore
  readonly models: Pick<ModelKeeper, 'judge' | 'match'>
  readonly agents: Agents
  readonly touchOf: TouchReader
}

export function createPipeline({ store, models, agents, touchOf }: PipelineDeps): Pipeline {
  let sites = new Map<string, Site>()
  const refreshSites = () => {
    sites = new Map(store.sites().map((site) => [site.key, site]))
  }
  refreshSites()

  function ingest(raws: readonly RawDelivery[]): readonly Answer[] {
    const opened = raws.map((raw) => open(raw))
    const taken = opened.filter((one) => one.ok)
    let counts: ReturnType<typeof foldGroup>['counts'] = []
    if (taken.some(({ delivery, refused }) => delivery.events.length > 0 || refused.length > 0)) {
      counts = store.apply((transaction) => commit(taken, transaction))
    }
    let next = 0
    return opened.map((one) => (one.ok ? answerOf(one, counts[next++]) : refusal(one.code)))
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
    settleLeads(transaction, models.judge(), changes.changedLeads, at)
    return counts
  }

  function open(raw: RawDelivery): Opened {
    const parsed = parseBatch(raw.body)
    if (!parsed.ok) return parsed
    const { batch } = parsed
    const site = sites.get(batch.site)
    if (!site) return { ok: false, code: 'unknown_site' }
    if (!isAllowed(raw.origin, site)) return { ok: false, code: 'origin_not_allowed' }
    return readEvents(raw, batch, site)
  }

  function readEvents(raw: RawDelivery, batch: RawBatch, site: Site): Opened {
    const agent = agents.describe(raw.userAgent)
    const isCookieless = batch.browser === null
    const browserKey = isCookieless ? dayKey(raw, site) : compactUuid(batch.browser)
    const context: EventContext = {
      receivedAt: raw.receivedAt,
      sentAt: batch.sentAt,
      human: batch.human,
      bot: raw.bot ?? agent.bot,
      isCookieless,
      site,
    }
    const events: NewEvent[] = []
    const rejected: WireAnswer['rejected'][number][] = []
    const refused: RejectedEvent[] = []
    batch.events.forEach((value, index) => {
      const event =
        browserKey === null
          ? ({ ok: false, code: 'invalid_browser' } as const)
          : parseEvent(value, index, context)
      if (event.ok) {
        events.push(event.event)
        return
      }
      rejected.push({ index, code: event.code })
      refused.push(refusedEvent(event.code, value, site.ref, raw.receivedAt))
    })
    const delivery: Delivery = {
      site: site.ref,
      browserKey: browserKey ?? '',
      isCookieless,
      receivedAt: raw.receivedAt,
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
      rejected,
      refused,
    }
  }

  /** A pseudonym that lasts a UTC day: its salt is random, and gone after two. */
  function dayKey(raw: RawDelivery, site: Site): string {
    return createHmac('sha256', store.saltOf(dayOf(raw.receivedAt)))
      .update(`${site.ref}\n${raw.address}\n${raw.userAgent}`)
      .digest('hex')
      .slice(0, 32)
  }

  return { ingest, refreshSites }
}

interface Taken {
  readonly ok: true
  readonly delivery: Delivery
  readonly browser: string | null
  /** The events as they came. */
  readonly values: readonly unknown[]
  readonly rejected: WireAnswer['rejected']
  readonly refused: readonly RejectedEvent[]
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

function answerOf({ rejected, browser }: Taken, counts: DeliveryCounts | undefined): Answer {
  const late = (counts?.refused ?? []).flatMap(({ refusal: code, index }) =>
    code === null ? [] : [{ index, code }],
  )
  const answer: WireAnswer = {
    accepted: counts?.accepted ?? 0,
    duplicates: counts?.duplicates ?? 0,
    ignored: 0,
    rejected: [...rejected, ...late].sort((a, b) => a.index - b.index),
  }
  return { status: 202, body: JSON.stringify(answer), browser }
}

export function refusal(code: RefusalCode): Answer {
  return { status: REFUSALS[code].status, body: JSON.stringify(problem(code)), browser: null }
}
