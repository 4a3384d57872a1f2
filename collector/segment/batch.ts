import { isRecord } from '../ingest/props.ts'
import {
  type Call,
  type TranslateContext,
  type Translated,
  tooLarge,
  translate,
} from './translate.ts'

/** From a request's body to deliveries, one for each browser, and from their answers to one. */

/** Bytes of one message. */
export const MAX_MESSAGE_BYTES = 32 * 1024
/** Messages in one body; those of real programs are larger than would fit so often. */
export const MAX_MESSAGES = 10_000
/** A delivery is at most so long: that many events, or about that many characters. */
const MAX_EVENTS = 500
const MAX_LENGTH = 500_000

/** One delivery, and where its events stand in the batch. */
export interface SegmentDelivery {
  /** JSON. */
  readonly body: string
  readonly indexes: readonly number[]
}

type Context = Omit<TranslateContext, 'batchSentAt'>

/** The messages of a parsed body; a batch without a list of them is one message that is none. */
export function messagesOf(body: unknown, call: Call | null): readonly unknown[] {
  if (call !== null) return [body]
  return isRecord(body) && Array.isArray(body.batch) ? body.batch : [null]
}

/** `mayBeLong` where the body is longer than one message may be. */
export function translateAll(
  body: unknown,
  context: Context,
  mayBeLong: boolean,
): readonly Translated[] {
  const batchSentAt = context.call === null && isRecord(body) ? body.sentAt : null
  return messagesOf(body, context.call).map((message) =>
    mayBeLong && Buffer.byteLength(JSON.stringify(message)) > MAX_MESSAGE_BYTES
      ? tooLarge(message)
      : translate(message, { ...context, batchSentAt }),
  )
}

/** `deviceOf` names the device of a browser by its User-Agent. */
export function deliveriesOf(
  translated: readonly Translated[],
  {
    site,
    deviceOf,
  }: { readonly site: string; readonly deviceOf: (index: number) => string | null },
): SegmentDelivery[] {
  const open = new Map<string | null, Open>()
  const all: Open[] = []
  translated.forEach(({ browser, event }, index) => {
    const json = JSON.stringify(event)
    let own = open.get(browser)
    if (!own || own.indexes.length >= MAX_EVENTS || own.length + json.length > MAX_LENGTH) {
      own = { browser, first: index, indexes: [], events: [], length: 0 }
      open.set(browser, own)
      all.push(own)
    }
    own.indexes.push(index)
    own.events.push(json)
    own.length += json.length
  })
  return all.map(({ browser, first, indexes, events }) => {
    const device = deviceOf(first)
    const head = JSON.stringify({ site, browser, human: true, ...(device !== null && { device }) })
    return { body: `${head.slice(0, -1)},"events":[${events.join(',')}]}`, indexes }
  })
}

interface Open {
  readonly browser: string | null
  readonly first: number
  readonly indexes: number[]
  readonly events: string[]
  length: number
}
