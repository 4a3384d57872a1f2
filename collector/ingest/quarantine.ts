import type { QuarantinedEvent } from '../store/records.ts'
import { cleanReferrer, cleanUrl } from './clean-url.ts'
import { MAX_TITLE, type RawBatch } from './parse.ts'
import type { RawDelivery } from './pipeline.ts'
import { isRecord, normalProps } from './props.ts'
import { cleanText, maskSecrets } from './text.ts'

/**
 * Events that could not be taken, kept as they came so that they can be taken later: those that a mistake
 * of ours stumbled over, and those that wait for a person's word. An address is not kept: whose browser it
 * was is, as the pseudonym the delivery had.
 */

/** What of a delivery is needed to take one of its events later. */
export interface Envelope {
  readonly site: number
  readonly browserKey: string | null
  readonly receivedAt: number
  /** JSON of what the delivery said about all of its events. */
  readonly text: string
}

/** What a server calls the browser; null where it is no server's, or a UUID. */
interface Outside {
  readonly external: string | null
}

const MAX_RAW = 8_192
const MAX_USER_AGENT = 512

export function envelopeOf(
  { receivedAt, userAgent, bot }: RawDelivery,
  { browser, sentAt, human, trusted }: RawBatch,
  { site, browserKey, external }: Pick<Envelope, 'site' | 'browserKey'> & Outside,
): Envelope {
  return {
    site,
    browserKey,
    receivedAt,
    get text() {
      const agent = userAgent.slice(0, MAX_USER_AGENT)
      const isCookieless = browser === null
      const shared = { isCookieless, sentAt, human, userAgent: agent, bot: bot ?? null }
      return JSON.stringify(trusted ? { ...shared, trusted, external } : shared)
    },
  }
}

export function quarantinedEvent(
  value: unknown,
  { site, browserKey, receivedAt, text }: Envelope,
  reason: string,
): Omit<QuarantinedEvent, 'ref'> {
  return {
    site,
    browserKey,
    receivedAt,
    reason,
    raw: JSON.stringify(scrubbed(value)).slice(0, MAX_RAW),
    envelope: text,
  }
}

/**
 * The event as it came, but for what would not have been stored of it either: secrets in its addresses, its
 * title and its props. Cleaning what is clean changes nothing, so it is taken later as it would have been now.
 * Of an `identify` the ids stay: they are what waits.
 */
function scrubbed(value: unknown): unknown {
  if (!isRecord(value)) return null
  const { id, type, at, receivedAt, session, view, url, referrer, title, props, claim } = value
  const text = (raw: unknown, clean: (raw: string) => string | null) =>
    typeof raw === 'string' ? (clean(raw) ?? undefined) : undefined
  const isPlain = type !== 'identify' && type !== 'user_engagement' && typeof type === 'string'
  return {
    ...{ id, type, at, receivedAt, session, view },
    url: text(url, (raw) => (raw === '' ? raw : (cleanUrl(raw)?.href ?? null))),
    referrer: text(referrer, cleanReferrer),
    title: text(title, (raw) => cleanText(raw, MAX_TITLE, maskSecrets)),
    props: isPlain && isRecord(props) ? (normalProps(type, props) ?? {}) : props,
    claim,
  }
}

/** A mistake by its kind alone: a message may quote what was sent. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name.slice(0, 100) : 'Error'
}

/** The delivery of one event, as it would have come alone; null for one that was too long to be kept whole. */
export function rawOf({ raw, envelope, browserKey, receivedAt }: QuarantinedEvent): {
  readonly raw: RawDelivery
  readonly browserKey: string
  readonly external: string | null
} | null {
  const event = readJson(raw)
  const kept = readJson(envelope)
  if (event === undefined || !isRecord(kept) || browserKey === null) return null
  const { isCookieless, sentAt, human, userAgent, bot } = kept
  const external = typeof kept.external === 'string' ? kept.external : null
  const trusted = isRecord(kept.trusted) ? kept.trusted : null
  const isPseudonym = isCookieless === true && trusted === null
  const browser = isPseudonym ? undefined : (external ?? uuidOf(browserKey))
  const said = trusted && {
    server: trusted.isServer,
    cookieless: trusted.isCookieless,
    device: trusted.device,
    bot: trusted.bot,
    skewMs: trusted.skewMs,
  }
  return {
    browserKey,
    external,
    raw: {
      body: JSON.stringify({ site: '', browser, sentAt, human, ...said, events: [event] }),
      isTrusted: trusted !== null,
      receivedAt,
      userAgent: typeof userAgent === 'string' ? userAgent : '',
      origin: null,
      address: '',
      bot: typeof bot === 'string' ? bot : null,
    },
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
