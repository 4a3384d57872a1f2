import { MAX_BATCH_EVENTS, MAX_BODY_BYTES, MAX_EVENT_AGE_MS } from '../../shared/wire.ts'
import type { RefusalCode, RejectCode } from '../errors.ts'
import type { NewEvent } from '../store/store.ts'
import { cleanReferrer, cleanUrl } from './clean-url.ts'
import { serverId } from './external.ts'
import { isDeeper } from './json-depth.ts'
import { parseClaim, type SiteSecrets } from './parse-claim.ts'
import { isRecord, normalProps, normalType } from './props.ts'
import { remembered } from './remembered.ts'
import { cleanText, compactUuid, maskSecrets, normalText } from './text.ts'

/**
 * From the text of a beacon to events in normal form, placed in time. Hand-written and total:
 * whatever comes in, it answers with a refusal, with rejected events, or with accepted ones, and
 * never throws. Nothing behind this file checks a field again.
 */

const MAX_RAW_URL = 8192
/** Of a batch that a route of ours made of a larger body. */
const MAX_TRUSTED_LENGTH = 2_000_000
const MAX_TRUSTED_EVENTS = 5_000
export const MAX_TITLE = 300
const REMEMBERED_TEXTS = 20_000
/** A batch needs five levels, down to the traits of a claim. */
const MAX_DEPTH = 8
/** A line of an import has six, its traits go into a claim, and its batch is two more. */
const MAX_TRUSTED_DEPTH = 9
/** Of a device's name, or what tells a bot. */
const MAX_FACT = 100
const MAX_ENGAGED_MS = 86_400_000
/** The farthest instant a Date can hold. */
const MAX_TIME = 8.64e15

export interface RawBatch {
  readonly site: string
  readonly browser: unknown
  readonly sentAt: number | null
  readonly human: boolean
  readonly events: readonly unknown[]
  readonly trusted: TrustedBatch | null
}

/** What only a sender with a write key, or an import, may say. */
export interface TrustedBatch {
  /** The events are a server's word; else they are a browser's, told again. */
  readonly isServer: boolean
  /** `browser` is a day's pseudonym. */
  readonly isCookieless: boolean
  readonly device: string | null
  readonly bot: string | null
  /** How far the first sender's clock was behind, where that is told again. */
  readonly skewMs: number | null
  /** Whoever sends it tells its owner what was refused: it is kept nowhere. */
  readonly isImport: boolean
}

export type ParsedBatch =
  | { readonly ok: true; readonly batch: RawBatch }
  | { readonly ok: false; readonly code: RefusalCode }

/** Reads the envelope. A site's key is not checked here. */
export function parseBatch(body: string, isTrusted = false): ParsedBatch {
  const [mostLength, mostEvents, mostDepth] = isTrusted
    ? [MAX_TRUSTED_LENGTH, MAX_TRUSTED_EVENTS, MAX_TRUSTED_DEPTH]
    : [MAX_BODY_BYTES, MAX_BATCH_EVENTS, MAX_DEPTH]
  if (body.length > mostLength) return { ok: false, code: 'body_too_large' }
  if (isDeeper(body, mostDepth)) return { ok: false, code: 'not_json' }
  let raw: unknown
  try {
    raw = JSON.parse(body)
  } catch {
    return { ok: false, code: 'not_json' }
  }
  if (!isRecord(raw) || typeof raw.site !== 'string' || !Array.isArray(raw.events)) {
    return { ok: false, code: 'not_a_batch' }
  }
  if (raw.events.length > mostEvents) return { ok: false, code: 'too_many_events' }
  return {
    ok: true,
    batch: {
      site: raw.site,
      browser: raw.browser ?? null,
      sentAt: timeOf(raw.sentAt),
      human: raw.human === true,
      events: raw.events,
      trusted: isTrusted ? trustedOf(raw) : null,
    },
  }
}

function trustedOf(raw: Record<string, unknown>): TrustedBatch {
  const { server, cookieless, device, bot, skewMs } = raw
  const shortText = (value: unknown) =>
    typeof value === 'string' ? normalText(value, MAX_FACT) || null : null
  return {
    isServer: server !== false,
    isCookieless: cookieless === true,
    device: shortText(device),
    bot: shortText(bot),
    skewMs: timeOf(skewMs),
    isImport: raw.import === true,
  }
}

export type ParsedEvent =
  | { readonly ok: true; readonly event: NewEvent }
  | { readonly ok: false; readonly code: RejectCode }

export interface EventContext {
  readonly receivedAt: number
  readonly sentAt: number | null
  readonly human: boolean
  readonly bot: string | null
  readonly isCookieless: boolean
  readonly site: SiteSecrets
  /** Where the sender is trusted: ids may be any text, times of any age, and any event may name who it is. */
  readonly trusted: Pick<TrustedBatch, 'isServer'> | null
}

/** Reads one event of a batch, cleaned and corrected. */
export function parseEvent(raw: unknown, index: number, context: EventContext): ParsedEvent {
  if (!isRecord(raw)) return rejected('invalid_event')
  const { trusted } = context
  const id = trusted ? serverId(raw.id) : pageId(raw.id)
  if (id === null) return rejected('invalid_id')
  const type = normalType(raw.type)
  if (type === null) return rejected('invalid_type')
  const clientAt = timeOf(raw.at)
  if (clientAt === null) return rejected('invalid_at')
  const at = correct(clientAt, context)
  const isTooOld = trusted === null && context.receivedAt - at > MAX_EVENT_AGE_MS
  const isServer = trusted?.isServer === true

  const session = context.isCookieless || isServer ? null : sessionOf(raw.session)
  if (session === undefined) return rejected('invalid_session')
  const view = viewOf(raw.view)
  if (view === undefined) return rejected('invalid_view')
  const url = optionalUrl(raw.url)
  if (url === undefined) return rejected('invalid_url')
  const rawProps = raw.props ?? null
  if (rawProps !== null && !isRecord(rawProps)) return rejected('invalid_props')

  const isPing = type === 'user_engagement'
  const isClaim = type === 'identify'
  // One that is told again may have lost its ids with the person who was erased.
  const claimed = rawProps ?? (trusted ? null : {})
  const said = isClaim ? claimed : trusted && isRecord(raw.claim) ? raw.claim : null
  const claim = said && parseClaim(said, context)
  if (claim && !claim.ok) return rejected(claim.code)
  return {
    ok: true,
    event: {
      id: id.key,
      external: id.external,
      isServer,
      type,
      at,
      session,
      human: context.human,
      bot: context.bot ?? (trusted === null && isDriven(type, rawProps, url) ? 'webdriver' : null),
      url,
      referrer: typeof raw.referrer === 'string' ? referrerOf(raw.referrer) : null,
      title: typeof raw.title === 'string' ? titleOf(raw.title) || null : null,
      view,
      viewAt: isPing ? viewAtOf(rawProps?.view_at, at, context) : null,
      engagedMs: isPing ? clamp(rawProps?.engaged_ms, MAX_ENGAGED_MS) : null,
      scroll: isPing ? clamp(rawProps?.scroll, 100) : null,
      props: isPing || isClaim || rawProps === null ? null : normalProps(type, rawProps),
      claim: claim ? claim.claim : null,
      index,
      ...(trusted && { receivedAt: receiptOf(raw.receivedAt, at, context) }),
      refusal: isTooOld ? 'too_old' : (claim?.refusal ?? null),
    },
  }
}

/**
 * A browser that a program drives, by its own word, on a page of a real site. On names that no real
 * site has (RFC 6761, and loopback) it is the owner who tries something out.
 */
function isDriven(
  type: string,
  props: Readonly<Record<string, unknown>> | null,
  url: string | null,
): boolean {
  return type === 'page_view' && props?.webdriver === true && !(url !== null && isTryOut(url))
}

const isTryOut = remembered(REMEMBERED_TEXTS, (url) =>
  /^(?:localhost|127\.[\d.]+|\[::1\]|(?:.*\.)?(?:localhost|test|example|invalid))$/.test(
    new URL(url).hostname,
  ),
)

function pageId(value: unknown): { readonly key: string; readonly external: null } | null {
  const key = compactUuid(value)
  return key === null ? null : { key, external: null }
}

function rejected(code: RejectCode): ParsedEvent {
  return { ok: false, code }
}

/**
 * `receivedAt - (sentAt - at)`, never later than `receivedAt`; without `sentAt` the client's time
 * stands. Never before 1970 either: two wrong clocks may name an instant that no date can hold.
 */
function correct(clientAt: number, { receivedAt, sentAt }: EventContext): number {
  const at = sentAt === null ? clientAt : receivedAt - (sentAt - clientAt)
  return Math.max(0, Math.min(at, receivedAt))
}

/** When it was first received, where that is told again: never before it happened, nor after now. */
function receiptOf(value: unknown, at: number, { receivedAt }: EventContext): number {
  return Math.max(at, Math.min(timeOf(value) ?? receivedAt, receivedAt))
}

/** When a ping's view began: never after the ping, and unknown where it is no instant since 1970. */
function viewAtOf(value: unknown, at: number, context: EventContext): number | null {
  const clientAt = timeOf(value)
  const viewAt = clientAt === null ? 0 : correct(clientAt, context)
  return viewAt === 0 ? null : Math.min(viewAt, at)
}

/** Whole epoch milliseconds, or null for anything that is no instant. */
function timeOf(value: unknown): number | null {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_TIME)) return null
  return Math.floor(value)
}

/** Null where absent, undefined where it is not a UUID. */
function optionalUuid(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null
  return compactUuid(value) ?? undefined
}

/** The same text as last time is read once: a batch repeats its session and view in every event. */
function lastRemembered<T>(read: (value: unknown) => T): (value: unknown) => T {
  let lastValue: unknown
  let lastRead = read(undefined)
  return (value) => {
    if (value === lastValue) return lastRead
    lastRead = read(value)
    lastValue = value
    return lastRead
  }
}

function optionalUrl(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string' || value.length > MAX_RAW_URL) return undefined
  return hrefOf(value) ?? undefined
}

/** A finite number between 0 and `most`, whole; 0 for anything else. */
function clamp(value: unknown, most: number): number {
  if (typeof value !== 'number' || !(value > 0)) return 0
  return Math.min(Math.floor(value), most)
}

const sessionOf = lastRemembered(optionalUuid)
const viewOf = lastRemembered(optionalUuid)
const hrefOf = remembered(REMEMBERED_TEXTS, (raw) => cleanUrl(raw)?.href ?? null)
const referrerOf = remembered(REMEMBERED_TEXTS, (raw) =>
  raw.length > MAX_RAW_URL ? null : cleanReferrer(raw),
)
const titleOf = remembered(REMEMBERED_TEXTS, (raw) => cleanText(raw, MAX_TITLE, maskSecrets))
