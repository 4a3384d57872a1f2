import type { Touch } from './touch.ts'

/**
 * Which of a visitor's sessions give its first touch, its last, and the last that was not direct. A
 * lead's are the earliest and the latest of its visitors'. Sessions without a landing, and those of
 * programs, are no touch.
 */
export interface TouchSessions {
  readonly first: number | null
  readonly last: number | null
  readonly lastNonDirect: number | null
}

export const NO_TOUCHES: TouchSessions = { first: null, last: null, lastNonDirect: null }

interface TouchedSession {
  readonly ref: number
  readonly startAt: number
  readonly bot: string | null
  readonly touch: Touch | null
}

/** Over the sessions that began from `from` to before `to`; of two that began at once, the older number. */
export function touchSessionsOf(
  sessions: readonly TouchedSession[],
  { from, to }: { readonly from: number; readonly to: number },
): TouchSessions {
  let [first, last, nonDirect]: (TouchedSession | null)[] = [null, null, null]
  for (const session of sessions) {
    const { startAt, bot, touch } = session
    if (!touch || bot !== null || startAt < from || startAt >= to) continue
    if (!first || isBefore(session, first)) first = session
    if (!last || isBefore(last, session)) last = session
    const isDirect = touch.channel === 'Direct'
    if (!isDirect && (!nonDirect || isBefore(nonDirect, session))) nonDirect = session
  }
  return {
    first: first?.ref ?? null,
    last: last?.ref ?? null,
    lastNonDirect: nonDirect?.ref ?? null,
  }
}

function isBefore(a: TouchedSession, b: TouchedSession): boolean {
  return a.startAt < b.startAt || (a.startAt === b.startAt && a.ref < b.ref)
}
