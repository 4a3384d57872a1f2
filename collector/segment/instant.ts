/** Times as servers write them: ISO 8601 with or without fractions and zone, or epoch seconds or milliseconds. */

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/i
/** Numbers below are seconds: as milliseconds they would be before 1973, as seconds it is after the year 5000. */
const FIRST_MS = 100_000_000_000

/**
 * Epoch milliseconds. Null for what was not said (absent, null, empty); undefined for what is no time.
 * Without a zone it is UTC, whatever the zone of this machine.
 */
export function readInstant(value: unknown): number | null | undefined {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'number') return ofNumber(value)
  if (typeof value !== 'string' || value.length > 64) return undefined
  const text = value.trim()
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return ofNumber(Number(text))
  const iso = ISO.exec(text)
  if (!iso || !isDay(text)) return undefined
  const hasTime = text.length > 10
  const at = Date.parse(hasTime && iso[1] === undefined ? `${text.replace(' ', 'T')}Z` : text)
  return Number.isNaN(at) ? undefined : at
}

/** Whether a text begins with a day that there is: by itself a 31st of February becomes the 3rd of March. */
export function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}

function ofNumber(value: number): number | undefined {
  const ms = Math.floor(Math.abs(value) < FIRST_MS ? value * 1000 : value)
  return Math.abs(ms) <= 8.64e15 ? ms : undefined // the farthest instant a Date can hold
}

export interface Times {
  /** Of the message, as sent. */
  readonly timestamp: unknown
  readonly originalTimestamp: unknown
  readonly sentAt: unknown
  /** Of the batch around it. */
  readonly batchSentAt: unknown
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

/**
 * When it happened: `receivedAt - (sentAt - timestamp)`, which takes a wrong clock of the sender out, and
 * the moment of receipt where no time was said. A `timestamp` goes before an `originalTimestamp`: one SDK
 * writes the second by itself, and the first only where its user gave it. A `sentAt` that is no time is
 * as good as none. Undefined where the message's time is none. The future is left to the collector to cap.
 */
export function occurredAt(times: Times): number | undefined {
  const { timestamp, originalTimestamp, sentAt, batchSentAt, receivedAt } = times
  const said = readInstant(timestamp)
  const at = said === null ? readInstant(originalTimestamp) : said
  if (at === null) return receivedAt
  if (at === undefined) return undefined
  const sent = readInstant(sentAt) ?? readInstant(batchSentAt)
  return sent == null ? at : receivedAt - (sent - at)
}

/** Whether the message says when it happened. */
export function saysWhen({ timestamp, originalTimestamp }: Record<string, unknown>): boolean {
  return readInstant(timestamp) != null || readInstant(originalTimestamp) != null
}
