/**
 * `pique/webhooks`: verifies what a webhook received, and says what can be in it. The signatures are
 * those of Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`, one for
 * each secret that is in force. Runs wherever there is WebCrypto. Every type that is exported is
 * declared here.
 *
 * Messages come at least once: remember each `webhook-id`, and answer 2xx for one that is known.
 */
import { base64Of, bytesOfBase64 } from './base64.ts'
import { hmacOf } from './hmac.ts'

export type Stage =
  | 'anonymous'
  | 'lead'
  | 'mql'
  | 'sql'
  | 'opportunity'
  | 'won'
  | 'lost'
  | 'disqualified'
  | 'recycled'

/** One line of a score; all of them sum to it. Entries of a rule carry `rule`. */
export interface Reason {
  readonly rule?: string
  readonly kind?: 'cap' | 'adjustment' | 'floor'
  readonly label: string
  /** Thousandths of a point. */
  readonly milli: number
  readonly count?: number
  readonly engaged_ms?: number
  readonly last_at?: string
}

interface AboutLead {
  readonly lead: string
  readonly site: string
  /** Counts what this webhook was told of this lead, from 1 and without a gap. */
  readonly sequence: number
  readonly at: string
}

/** Who the lead is: only where the webhook was made with `personal`. */
interface Person {
  readonly email?: string | null
  readonly user_id?: string | null
  readonly name?: string | null
  readonly traits?: Readonly<Record<string, string | number | boolean>>
}

/** The score as it was at the instant of the news. */
interface Scored extends AboutLead, Person {
  readonly stage: Stage
  readonly score: number
  readonly score_milli: number
  readonly engagement: 1 | 2 | 3 | 4
  readonly fit: { readonly points: number; readonly letter: 'A' | 'B' | 'C' | 'D' | null }
  readonly grade: string
  readonly model_version: number
  readonly reasons: readonly Reason[]
}

interface Message<Type extends string, Data> {
  readonly type: Type
  readonly timestamp: string
  readonly data: Data
}

export type LeadIdentified = Message<'lead.identified', Scored>

export interface StageChange extends Scored {
  readonly from: Stage
  readonly to: Stage
  readonly by: 'score' | 'hand_raise' | 'clock' | 'sales'
  /** What a colleague wrote about it; only with `personal`. */
  readonly note?: string | null
}
export type LeadStageChanged = Message<'lead.stage_changed', StageChange>

export interface Crossing extends Scored {
  /** In points; the score went up over it. */
  readonly bar: number
}
export type LeadScoreCrossed = Message<'lead.score_crossed', Crossing>

export interface Merger extends Scored {
  /** The lead that is no more; `lead` goes on. */
  readonly merged: string
}
export type LeadMerged = Message<'lead.merged', Merger>

export type LeadErased = Message<'lead.erased', AboutLead>

/** Sent when somebody asks for it, to see whether it arrives. */
export type Test = Message<'pique.test', { readonly webhook: string; readonly at: string }>

/** A newer collector may tell of more: leave alone what you don't know. */
export type WebhookEvent =
  | LeadIdentified
  | LeadStageChanged
  | LeadScoreCrossed
  | LeadMerged
  | LeadErased
  | Test

/** The headers of a request: a `Headers` object, or names in any case with their values, as Node has them. */
export type WebhookHeaders =
  | { get(name: string): string | null | undefined }
  | { readonly [name: string]: string | readonly string[] | undefined }

export interface VerifyOptions {
  /** Seconds that the timestamp may be away from now, either way; 300 if absent. */
  readonly tolerance?: number
  /** Now, in epoch milliseconds, where it is not the clock's. */
  readonly now?: number
}

export type WebhookErrorCode =
  | 'missing_header'
  | 'invalid_timestamp'
  | 'too_old'
  | 'too_new'
  | 'invalid_signature'
  | 'invalid_payload'
  | 'invalid_secret'

/** Why a message is not to be believed. Answer 400 then, but for `invalid_secret`, which is yours to mend. */
export class WebhookError extends Error {
  readonly code: WebhookErrorCode
  constructor(code: WebhookErrorCode, message: string) {
    super(message)
    this.name = 'WebhookError'
    this.code = code
  }
}

const TOLERANCE_SECONDS = 300
const PREFIX = 'whsec_'
const LEAST_SECRET_BYTES = 16

/**
 * The event in a message that one of the secrets signed, within the tolerance; throws a `WebhookError`
 * otherwise. `payload` is the body as it was received: parsed and written again, it has other bytes.
 */
export async function verify(
  payload: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { tolerance = TOLERANCE_SECONDS, now = Date.now() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const keys = (typeof secrets === 'string' ? [secrets] : (secrets ?? [])).map(keyOf)
  if (keys.length === 0)
    throw new WebhookError('invalid_secret', 'no secret was given; expected one such as whsec_…')
  const body = bytesOf(payload)
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  checkTime(timestamp, tolerance, now)
  const message = joined(new TextEncoder().encode(`${id}.${timestamp}.`), body)
  const expected = await Promise.all(
    keys.map(async (key) => `v1,${base64Of(await hmacOf(key, message))}`),
  )
  const given = signatures.split(' ')
  if (!expected.some((right) => given.some((one) => isEqual(right, one))))
    throw new WebhookError(
      'invalid_signature',
      'webhook-signature holds no signature of this body by this secret; pass the body as it was received',
    )
  return eventIn(body)
}

function keyOf(secret: unknown): Uint8Array<ArrayBuffer> {
  const text = typeof secret === 'string' ? secret : ''
  const key = bytesOfBase64(text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text)
  if (key && key.length >= LEAST_SECRET_BYTES) return key
  // Not the secret itself, which may end up in a log.
  const was = typeof secret === 'string' ? `${secret.length} characters` : typeof secret
  throw new WebhookError(
    'invalid_secret',
    `the secret is ${was}; expected whsec_ and base64, as it was shown once`,
  )
}

function bytesOf(payload: unknown): Uint8Array<ArrayBuffer> {
  if (typeof payload === 'string') return new TextEncoder().encode(payload)
  if (payload instanceof Uint8Array) return Uint8Array.from(payload)
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload)
  throw new WebhookError(
    'invalid_payload',
    `the payload is of type ${typeof payload}; expected the body as it was received, as text or bytes`,
  )
}

function headerOf(headers: WebhookHeaders, wanted: string): string {
  const value = headerIn(headers, wanted)
  if (typeof value === 'string' && value !== '') return value
  throw new WebhookError('missing_header', `the header ${wanted} is missing`)
}

function headerIn(headers: WebhookHeaders, wanted: string): unknown {
  if (typeof headers?.get === 'function') return headers.get(wanted)
  const [, value] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted) ?? []
  return Array.isArray(value) ? value[0] : value
}

function checkTime(timestamp: string, tolerance: number, now: number): void {
  if (!(tolerance >= 0)) throw new TypeError(`tolerance is ${tolerance}; expected seconds from 0`)
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookError(
      'invalid_timestamp',
      `webhook-timestamp is ${JSON.stringify(timestamp.slice(0, 40))}; expected epoch seconds`,
    )
  const ageSeconds = now / 1000 - Number(timestamp)
  if (Math.abs(ageSeconds) <= tolerance) return
  const [code, word] =
    ageSeconds > 0 ? (['too_old', 'old'] as const) : (['too_new', 'ahead'] as const)
  throw new WebhookError(
    code,
    `the message is ${Math.round(Math.abs(ageSeconds))} seconds ${word}; at most ${tolerance} are allowed`,
  )
}

/**
 * Looks at every character whatever it finds, so that the time it takes says nothing. At the characters and
 * not at the bytes they stand for: the last digit of base64 has bits that stand for none.
 */
function isEqual(expected: string, given: string): boolean {
  if (given.length !== expected.length) return false
  let difference = 0
  for (let i = 0; i < expected.length; i++)
    difference |= expected.charCodeAt(i) ^ given.charCodeAt(i)
  return difference === 0
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

function eventIn(body: Uint8Array): WebhookEvent {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(body))
    // It is signed by the collector, which sends these shapes and no others.
    if (typeof event === 'object' && event !== null && 'type' in event) return event as WebhookEvent
  } catch {
    // Said below.
  }
  throw new WebhookError('invalid_payload', 'the payload is signed, but is no JSON with a type')
}
