import { browserOfUser } from '../identity/user-browser.ts'
import { isDeeper } from '../ingest/json-depth.ts'
import { isRecord } from '../ingest/props.ts'
import { isDay } from '../segment/instant.ts'
import { isLeadLine, readLeadLine } from './lead-line.ts'
import { type ClaimSaid, claimIn, personOf } from './person.ts'
import { type ImportRow, type ReadRow, type RowEvent, skipped } from './row.ts'
import { isSegmentLine, readSegmentLine } from './segment-line.ts'

/**
 * Lines of NDJSON as events: our own export with all that it says (see export/event-line.ts), and lines of
 * others, which need `type`, `at`, and `browser`, `user_id` or `email`. Names are a beacon's; some that others
 * use are known too, and calls of Segment's API (see segment-line.ts)
 * and exported leads (see lead-line.ts).
 *
 * A line that says neither `session`, `human` nor `server` is a server's word. One that names a session, and
 * not whether a person was proven in it, is believed to be a person's.
 */

/** Of a line; its claim has traits on the third level. What is made of it is within ingest/parse.ts's limit. */
const MAX_DEPTH = 6
/** Of what is translated first, and flat then. */
const MAX_SEGMENT_DEPTH = 32

export interface EventLineContext {
  /** Epoch milliseconds; a row may be of the next day at most. */
  readonly now: number
}

export function readEventLine(text: string, context: EventLineContext): ReadRow {
  const isDeep = isDeeper(text, MAX_DEPTH)
  if (isDeep && isDeeper(text, MAX_SEGMENT_DEPTH)) return skipped('too_deep')
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return skipped('not_an_object')
  }
  if (!isRecord(raw)) return skipped(isDeep ? 'too_deep' : 'not_an_object')
  if (isSegmentLine(raw)) return readSegmentLine(raw, context.now)
  if (isLeadLine(raw)) return readLeadLine(raw, context.now)
  return isDeep ? skipped('too_deep') : readEvent(raw, context)
}

/** The same of an object. */
export function readEvent(
  raw: Readonly<Record<string, unknown>>,
  { now }: EventLineContext,
): ReadRow {
  const type = raw.type ?? raw.event
  if (typeof type !== 'string' || type === '') return skipped('no_type')
  const at = instantOf(raw.at ?? raw.timestamp ?? raw.time)
  if (at === null) return skipped('no_time')
  if (at > now + DAY_MS) return skipped('future')
  const props = recordOf(raw.props ?? raw.properties)
  const claim = claimIn(raw, type === 'identify' ? props : undefined)
  const named = textOf(raw.browser ?? raw.anonymous_id ?? raw.anonymousId)
  const browser = named ?? (claim && browserOf(claim))
  if (!browser) return skipped('nobody')
  const session = textOf(raw.session)
  const isSaid = session !== undefined || raw.human !== undefined
  const server = raw.server === undefined ? named === undefined || !isSaid : raw.server === true
  const row: ImportRow = {
    browser,
    server,
    human: raw.human === undefined || raw.human === true,
    cookieless: raw.cookieless === true,
    device: textOf(raw.device) ?? null,
    bot: textOf(raw.bot) ?? null,
    skewMs: typeof raw.skew_ms === 'number' ? raw.skew_ms : null,
    event: eventOf(raw, { type, at, session, props, claim }),
  }
  return { ok: true, row }
}

interface Said {
  readonly type: string
  readonly at: number
  readonly session: string | undefined
  readonly props: Readonly<Record<string, unknown>> | undefined
  readonly claim: ClaimSaid | null
}

function eventOf(
  raw: Readonly<Record<string, unknown>>,
  { type, at, session, props, claim }: Said,
): RowEvent {
  const id = textOf(raw.id ?? raw.message_id ?? raw.messageId)
  const receivedAt = instantOf(raw.received_at)
  const view = textOf(raw.view)
  const url = textOf(raw.url)
  const referrer = textOf(raw.referrer)
  const title = textOf(raw.title)
  // What an `identify` says stands in its props; of any other event beside them.
  const isClaim = type === 'identify'
  const said = isClaim ? (claim ?? undefined) : props
  return {
    ...(id !== undefined && { id }),
    type,
    at,
    ...(receivedAt !== null && { receivedAt }),
    ...(session !== undefined && { session }),
    ...(view !== undefined && { view }),
    ...(url !== undefined && { url }),
    ...(referrer !== undefined && { referrer }),
    ...(title !== undefined && { title }),
    ...(said !== undefined && { props: { ...said } }),
    ...(!isClaim && claim !== null && { claim: { ...claim } }),
  }
}

/** The browser of somebody known by their ids alone. */
function browserOf({ user_id, email }: ClaimSaid): string {
  return user_id === undefined ? personOf(email ?? '') : browserOfUser(user_id)
}

const DAY_MS = 86_400_000
/** Of epoch milliseconds: what is less are seconds, since 1973. */
const LEAST_MS = 100_000_000_000
const LEAST_S = 100_000_000
const INSTANT =
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}| ?UTC)$/i

/** Epoch milliseconds of an instant that says its zone, or of epoch milliseconds or seconds; else null. */
function instantOf(value: unknown): number | null {
  if (typeof value === 'number') {
    if (!(value >= LEAST_S)) return null
    return Math.floor(value < LEAST_MS ? value * 1000 : value)
  }
  if (typeof value !== 'string') return null
  if (/^\d{9,14}(?:\.\d+)?$/.test(value)) return instantOf(Number(value))
  if (!INSTANT.test(value) || !isDay(value)) return null
  const at = Date.parse(value.replace(/ ?UTC$/i, 'Z').replace(' ', 'T'))
  return at >= 0 ? at : null
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(value) ? value : undefined
}
