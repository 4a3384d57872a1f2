import type { WireAnswer } from '../../shared/wire.ts'
import { REJECT_CODES, type RejectCode } from '../errors.ts'
import { isRecord } from '../ingest/props.ts'
import type { SegmentDelivery } from './batch.ts'

/** What became of each message, for a sender that asks with `X-Strict: 1`. */
export interface Verdicts {
  readonly success: true
  readonly accepted: number
  readonly duplicates: number
  readonly ignored: number
  readonly rejected: readonly Rejected[]
}

interface Rejected {
  /** In the batch; 0 for a single message. */
  readonly index: number
  /** As it was sent; null where none was. */
  readonly messageId: unknown
  readonly code: string
  readonly detail: string
}

/** The same reasons, in the words of this API where its fields have other names. */
const DETAILS: Readonly<Partial<Record<RejectCode, string>>> = {
  invalid_event: 'the message is not a JSON object, or the body holds no list `batch`',
  invalid_id: '`messageId` must be a text of 1 to 400 characters',
  invalid_type: '`event` must be a name of 1 to 100 characters, without personal data',
  invalid_at: '`timestamp` must be ISO 8601, or epoch seconds or milliseconds',
  refused_id:
    'the id means nothing (null, undefined, anonymous …), or is longer than 400 characters',
  invalid_identity: '`identify` needs a userId, or an e-mail among its traits',
}

/** `answers` are those of the deliveries, in their order. */
export function verdictsOf(
  messages: readonly unknown[],
  deliveries: readonly SegmentDelivery[],
  answers: readonly WireAnswer[],
): Verdicts {
  const rejected = answers.flatMap((answer, nth) =>
    answer.rejected.map(({ index, code }): Rejected => {
      const place = deliveries[nth]?.indexes[index] ?? 0
      return { index: place, messageId: idOf(messages[place]), code, detail: detailOf(code) }
    }),
  )
  const sum = (count: (answer: WireAnswer) => number) =>
    answers.reduce((total, answer) => total + count(answer), 0)
  return {
    success: true,
    accepted: sum(({ accepted }) => accepted),
    duplicates: sum(({ duplicates }) => duplicates),
    ignored: sum(({ ignored }) => ignored),
    rejected: rejected.sort((a, b) => a.index - b.index),
  }
}

function idOf(message: unknown): unknown {
  const id = isRecord(message) ? message.messageId : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function detailOf(code: string): string {
  const known = Object.hasOwn(REJECT_CODES, code) ? (code as RejectCode) : null // just looked up
  return known === null ? code : (DETAILS[known] ?? REJECT_CODES[known])
}
