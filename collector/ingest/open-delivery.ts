import { createHmac } from 'node:crypto'
import type { WireAnswer } from '../../shared/wire.ts'
import {
  IGNORE_REASONS,
  type IgnoreReason,
  REJECT_CODES,
  type RefusalCode,
  type RejectCode,
} from '../errors.ts'
import { dayOf } from '../scoring/tables.ts'
import type { QuarantinedEvent, RejectedEvent } from '../store/records.ts'
import type { Delivery, NewEvent, Site, WriteStore } from '../store/store.ts'
import { isFaultOfStore } from '../store/trouble.ts'
import type { Agents } from './agent.ts'
import type { EmailLimits } from './email-limits.ts'
import type { Became, Clicks } from './email-link.ts'
import { serverBrowser } from './external.ts'
import type { Admission, Limits } from './limits.ts'
import { isAllowed } from './origins.ts'
import { type EventContext, parseBatch, parseEvent, type RawBatch } from './parse.ts'
import type { RawDelivery } from './pipeline.ts'
import { isRecord } from './props.ts'
import { type Envelope, envelopeOf, nameOf, quarantinedEvent, rawOf } from './quarantine.ts'
import { sampleOf } from './sample.ts'
import { compactUuid } from './text.ts'
import type { Tombs } from './tombs.ts'

/**
 * From a request body to what of it may be taken: who sent it, how much of it the limits let through, and
 * a verdict on each event that does not need the store's events.
 */
export interface Opener {
  open(raw: RawDelivery): Opened
  /** An event that waits in quarantine, without limits: it met them when it came. */
  reopen(event: QuarantinedEvent): Opened
  /** To be called before the deliveries of a group are opened. */
  beginGroup(): void
  refreshSites(): void
}

export interface OpenerDeps {
  readonly store: Pick<WriteStore, 'sites' | 'saltOf'>
  readonly agents: Agents
  /** How much may be sent, and how many people claimed; null where only the events are tried out. */
  readonly limits: { readonly rates: Limits; readonly emails: EmailLimits } | null
  readonly tombs: Tombs
  /** Reads links in e-mails off page views. */
  readonly clicks: Clicks
}

export interface Taken {
  readonly ok: true
  readonly delivery: Delivery
  /** The browser id as a page sent it; null for any other sender. */
  readonly browser: string | null
  /** The events as they came. */
  readonly values: readonly unknown[]
  readonly envelope: Envelope
  readonly rejected: WireAnswer['rejected']
  readonly refused: readonly RejectedEvent[]
  /** To be kept until they can be taken, or somebody has looked at them. */
  readonly held: readonly Omit<QuarantinedEvent, 'ref'>[]
  readonly ignored: readonly IgnoreReason[]
  /** What became of the links in e-mails that page views came by. */
  readonly links: readonly Became[]
  /** What could not be taken is in quarantine already. */
  readonly isRequeued: boolean
}
export type Opened = { readonly ok: false; readonly code: RefusalCode } | Taken

/** What became of one event before the store is asked; `broken` is a mistake of ours. */
type Early = NewEvent | RejectCode | IgnoreReason | { readonly broken: string }

export function createOpener({ store, agents, limits, tombs, clicks }: OpenerDeps): Opener {
  let sites = new Map<string, Site>()
  const refreshSites = () => {
    sites = new Map(store.sites().map((site) => [site.key, site]))
  }
  refreshSites()

  function open(raw: RawDelivery): Opened {
    const parsed = parseBatch(raw.body, raw.isTrusted)
    if (!parsed.ok) return parsed
    const { batch } = parsed
    const site = sites.get(batch.site)
    if (!site) return { ok: false, code: 'unknown_site' }
    if (batch.trusted) {
      const { key: browserKey = null, external = null } = serverBrowser(batch.browser) ?? {}
      return readEvents(raw, batch, {
        site,
        browserKey,
        external,
        admitted: null,
        isRequeued: false,
      })
    }
    if (!isAllowed(raw.origin, site)) return { ok: false, code: 'origin_not_allowed' }
    const browserKey = batch.browser === null ? dayKey(raw, site) : compactUuid(batch.browser)
    const admitted = admit(raw, batch, { site, browserKey })
    if (admitted?.kind === 'busy') return { ok: false, code: 'site_busy' }
    const from = { site, browserKey, external: null, admitted, isRequeued: false }
    return readEvents(raw, batch, from)
  }

  function reopen(event: QuarantinedEvent): Opened {
    const read = rawOf(event)
    const site = read && [...sites.values()].find(({ ref }) => ref === event.site)
    if (!read || !site) return { ok: false, code: 'unknown_site' }
    const parsed = parseBatch(read.raw.body, read.raw.isTrusted)
    if (!parsed.ok) return parsed
    const { browserKey, external } = read
    return readEvents(read.raw, parsed.batch, {
      site,
      browserKey,
      external,
      admitted: null,
      isRequeued: true,
    })
  }

  function admit(
    { address, receivedAt }: RawDelivery,
    { events }: RawBatch,
    { site, browserKey }: { readonly site: Site; readonly browserKey: string | null },
  ): Admission | null {
    if (limits === null) return null
    const salt = store.saltOf(dayOf(receivedAt))
    const asked = { site: site.ref, browserKey, address, salt, receivedAt }
    return limits.rates.admit({ ...asked, events: events.length })
  }

  function readEvents(raw: RawDelivery, batch: RawBatch, from: Sender): Taken {
    const { site, browserKey, external, admitted, isRequeued } = from
    const { receivedAt } = raw
    const { trusted } = batch
    const agent = trusted ?? agents.describe(raw.userAgent)
    const isCookieless = trusted ? trusted.isCookieless : batch.browser === null
    const context: EventContext = {
      receivedAt,
      sentAt: batch.sentAt,
      human: batch.human,
      bot: raw.bot ?? agent.bot,
      isCookieless,
      site,
      trusted,
    }
    const envelope = envelopeOf(raw, batch, { site: site.ref, browserKey, external })
    const events: NewEvent[] = []
    const rejected: WireAnswer['rejected'][number][] = []
    const refused: RejectedEvent[] = []
    const held: Omit<QuarantinedEvent, 'ref'>[] = []
    const ignored: IgnoreReason[] = []
    const links: Became[] = []
    batch.events.forEach((value, index) => {
      const early =
        admitted?.kind === 'taken' && index >= admitted.taken
          ? admitted.reason
          : tried(() => earlyOf(value, index, context, raw, from))
      if (typeof early === 'string' && isIgnored(early)) ignored.push(early)
      else if (typeof early === 'string') {
        rejected.push({ index, code: early })
        if (early === 'held_for_review') held.push(quarantinedEvent(value, envelope, early))
        else if (!trusted?.isImport) refused.push(refusedEvent(early, value, site.ref, receivedAt))
      } else if ('broken' in early) {
        rejected.push({ index, code: 'quarantined' })
        held.push(quarantinedEvent(value, envelope, early.broken))
      } else {
        events.push(early)
        const click = trusted ? null : clicks.of(value, early, { site, isCookieless })
        if (click) links.push(click.became)
        if (click?.event) events.push(click.event)
      }
    })
    const delivery: Delivery = {
      site: site.ref,
      browserKey: browserKey ?? '',
      external,
      isCookieless,
      receivedAt,
      skewMs: trusted?.skewMs ?? (batch.sentAt === null ? null : receivedAt - batch.sentAt),
      human: batch.human,
      device: agent.device,
      events,
    }
    // Only a page keeps cookies, and only a page says where it is.
    const isPage = browserKey !== null && raw.origin !== null && trusted === null
    const browser = isPage ? batch.browser : null
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
      links,
      isRequeued,
    }
  }

  function earlyOf(
    value: unknown,
    index: number,
    context: EventContext,
    { address, receivedAt }: RawDelivery,
    { site, browserKey, isRequeued }: Sender,
  ): Early {
    const refused = context.trusted ? refusedBefore(value) : null
    if (refused !== null) return refused
    if (browserKey === null) return 'invalid_browser'
    const read = parseEvent(value, index, context)
    if (!read.ok) return read.code
    const { event } = read
    if (tombs.isErased(event, { site: site.ref, browserKey })) return 'erased'
    const isExempt = context.trusted !== null || isRequeued
    if (event.claim === null || limits === null || isExempt) return event
    const salt = store.saltOf(dayOf(receivedAt))
    const from = { site: site.ref, browserKey, address, salt, receivedAt }
    return limits.emails.refusalOf(event, from) ?? event
  }

  /** A pseudonym that lasts a UTC day: its salt is random, and gone after two. */
  function dayKey(raw: RawDelivery, site: Site): string {
    return createHmac('sha256', store.saltOf(dayOf(raw.receivedAt)))
      .update(`${site.ref}\n${raw.address}\n${raw.userAgent}`)
      .digest('hex')
      .slice(0, 32)
  }

  return { open, reopen, refreshSites, beginGroup: () => limits?.emails.beginGroup() }
}

interface Sender {
  readonly site: Site
  /** Null where the sender named no browser that is one. */
  readonly browserKey: string | null
  /** See `Delivery`. */
  readonly external: string | null
  readonly admitted: Admission | null
  readonly isRequeued: boolean
}

/** A mistake of ours costs the one event that meets it, and only until it is mended. */
function tried(work: () => Early): Early {
  try {
    return work()
  } catch (error) {
    if (isFaultOfStore(error)) throw error
    return { broken: nameOf(error) }
  }
}

function isIgnored(early: IgnoreReason | RejectCode): early is IgnoreReason {
  return Object.hasOwn(IGNORE_REASONS, early)
}

/** Why a route that was handed an event could make nothing of it; it is kept with the others that were refused. */
function refusedBefore(value: unknown): RejectCode | null {
  const code = isRecord(value) ? value.refused : null
  const isKnown = typeof code === 'string' && Object.hasOwn(REJECT_CODES, code)
  return isKnown ? (code as RejectCode) : null // just looked up
}

/** An event that was refused, as its owner is shown it. */
export function refusedEvent(
  code: RejectCode,
  value: unknown,
  site: number,
  receivedAt: number,
): RejectedEvent {
  return { site, code, detail: REJECT_CODES[code], sample: sampleOf(value), receivedAt }
}
