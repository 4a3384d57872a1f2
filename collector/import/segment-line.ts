import type { SkipCode } from '../errors.ts'
import { CALLS, translate } from '../segment/translate.ts'
import { type ReadRow, skipped } from './row.ts'

/**
 * A line as Segment and its like archive it: one call with the names of its API. Their word is a server's; the
 * line says when it happened, and when it was sent and received corrects nothing any more.
 */

type Line = Readonly<Record<string, unknown>>

/** Whether a line is one; ours says `at`. */
export function isSegmentLine(raw: Line): boolean {
  const isCall = CALLS.some((call) => call === raw.type)
  return isCall && raw.at === undefined && NAMES.some((name) => raw[name] !== undefined)
}

export function readSegmentLine(raw: Line, now: number): ReadRow {
  const { sentAt: _, originalTimestamp, timestamp = originalTimestamp, ...rest } = raw
  if (timestamp === undefined) return skipped('no_time')
  const message = { ...rest, timestamp }
  const context = { call: null, batchSentAt: null, receivedAt: now, newId: () => '' }
  const { browser, event } = translate(message, context)
  if (browser === null) return skipped(WHY[event.refused] ?? 'not_an_object', event.refused)
  const { id, type, at, props, claim, ...place } = event
  return {
    ok: true,
    row: {
      browser,
      server: true,
      human: true,
      cookieless: false,
      device: null,
      bot: null,
      skewMs: null,
      event: {
        ...(id && { id }),
        type,
        at,
        ...place,
        ...(props && { props }),
        ...(claim && { claim: { ...claim } }),
      },
    },
  }
}

const NAMES = ['messageId', 'anonymousId', 'userId', 'originalTimestamp', 'sentAt'] as const
const WHY: Readonly<Record<string, SkipCode>> = {
  invalid_at: 'no_time',
  invalid_type: 'no_type',
  reserved_name: 'no_type',
  unknown_call: 'no_type',
  missing_user: 'nobody',
  refused_id: 'nobody',
}
