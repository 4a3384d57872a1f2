import { browserOfUser } from '../identity/user-browser.ts'
import { isRecord } from '../ingest/props.ts'
import { claimIn, personOf } from './person.ts'
import { type ReadRow, skipped } from './row.ts'

/**
 * A line of exported leads: who somebody is, by a server's word. They did nothing by it, so nothing counts; what
 * they did is in the export of events. Their score, stage and what sales said follow from elsewhere.
 */

type Line = Readonly<Record<string, unknown>>

/** Whether a line is of a lead, and not of something that happened. */
export function isLeadLine({ type, event, at, traits, first_seen_at: seen }: Line): boolean {
  const isEvent = type !== undefined || event !== undefined || at !== undefined
  return !isEvent && (isRecord(traits) || seen !== undefined)
}

/** `now` is when the file is read: of a lead that was never seen, when it is said. */
export function readLeadLine(raw: Line, now: number): ReadRow {
  const claim = claimIn(raw)
  if (claim === null) return skipped('nobody')
  const seenAt = typeof raw.first_seen_at === 'string' ? Date.parse(raw.first_seen_at) : Number.NaN
  const isUndated = !(seenAt >= 0 && seenAt <= now)
  const { user_id: userId, email = '' } = claim
  return {
    ok: true,
    row: {
      browser: userId === undefined ? personOf(email) : browserOfUser(userId),
      server: true,
      human: false,
      cookieless: false,
      device: null,
      bot: null,
      skewMs: null,
      isUndated,
      event: { type: 'identify', at: isUndated ? now : seenAt, props: { ...claim } },
    },
  }
}
