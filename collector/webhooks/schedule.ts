import type { DueMessage, Tried } from '../store/webhook-store.ts'
import { type Refusal, refusalOf } from './refusals.ts'

/**
 * When a message is tried again, and when it is given up. Ten tries with growing gaps, some 75 hours
 * in all; a message that waited as long for a webhook that took nothing at all has one. A webhook that
 * fails again and again is tried with one message at a time, seldom: nobody hammers what is down, and
 * what is back is noticed within half a minute.
 */

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** After the first try, the second, and so on. */
const GAPS_MS: readonly number[] = [
  5 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  30 * HOUR_MS,
]
export const MAX_TRIES = GAPS_MS.length + 1
/** A gap is up to a tenth longer or shorter, so that what failed together does not come back together. */
const JITTER = 0.1
const GIVE_UP_MS = 75 * HOUR_MS

/** After so many failures in a row a webhook counts as down. */
export const DOWN_AFTER = 5
const LONGEST_PROBE_GAP_MS = 30 * SECOND_MS
/** `Retry-After` is believed up to here: of the message, and of everything else for this webhook. */
const LONGEST_WISH_MS = 24 * HOUR_MS
const LONGEST_WISHED_PAUSE_MS = HOUR_MS

/** How a webhook answered, or why it did not. */
export type PostAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | null
      /** Where it was to be kept. */
      readonly text?: string
      /** The whole answer, where it is one word such as `no_service`. */
      readonly word?: string
    }
  | { readonly kind: 'failed'; readonly error: string }

type Asked = Pick<DueMessage, 'lane' | 'tries' | 'toldAt' | 'failingSince' | 'failures'> &
  Partial<Pick<DueMessage, 'format'>>
export type Judged = Pick<Tried, 'status' | 'error' | 'became' | 'pausedUntil'>

/** What an answer makes of a message and its webhook; `random` is from 0 to 1. */
export function judgeAnswer(
  message: Asked,
  answer: PostAnswer,
  { now, random }: { readonly now: number; readonly random: number },
): Judged {
  const status = answer.kind === 'answered' ? answer.status : null
  if (status !== null && status >= 200 && status < 300) {
    return { status, error: null, became: { kind: 'delivered' }, pausedUntil: null }
  }
  const refusal = answer.kind === 'failed' ? null : refusalOf(message.format, answer)
  const error = answer.kind === 'failed' ? answer.error : wordsOf(answer.status, refusal)
  const isTest = message.lane === 0
  if (isTest) return { status, error, became: { kind: 'parked' }, pausedUntil: null }
  if (status === 410 || refusal?.ends === 'gone') {
    return { status, error, became: { kind: 'gone' }, pausedUntil: null }
  }
  const wishMs = answer.kind === 'answered' ? wishOf(answer, now) : 0
  const pauseMs = Math.max(
    probeGapMs(message.failures + 1),
    Math.min(wishMs, LONGEST_WISHED_PAUSE_MS),
  )
  const pausedUntil = pauseMs > 0 ? now + pauseMs : null
  const gapMs = GAPS_MS[message.tries]
  if (refusal?.ends === 'parked' || gapMs === undefined || isTooLate(message, now)) {
    return { status, error, became: { kind: 'parked' }, pausedUntil }
  }
  const jittered = Math.round(gapMs * (1 + JITTER * (2 * random - 1)))
  const dueAt = now + Math.max(jittered, Math.min(wishMs, LONGEST_WISH_MS))
  return { status, error, became: { kind: 'waiting', dueAt }, pausedUntil }
}

function isTooLate({ failingSince, toldAt }: Asked, now: number): boolean {
  return failingSince !== null && now - Math.max(failingSince, toldAt) >= GIVE_UP_MS
}

function probeGapMs(failures: number): number {
  if (failures < DOWN_AFTER) return 0
  return Math.min(LONGEST_PROBE_GAP_MS, SECOND_MS * 2 ** (failures - DOWN_AFTER))
}

/** What `Retry-After` asks for, in seconds or as a date; 0 where it asks for nothing. */
export function wishOf(
  { retryAfter }: { readonly retryAfter: string | null },
  now: number,
): number {
  if (retryAfter === null) return 0
  const text = retryAfter.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}

function wordsOf(status: number, refusal: Refusal | null): string {
  if (refusal !== null) return `answered ${status}: ${refusal.words}`
  if (status >= 300 && status < 400) return `answered ${status}; redirects are not followed`
  return status === 410 ? 'answered 410: it wants nothing more' : `answered ${status}`
}
