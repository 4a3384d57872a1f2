import type { RejectCode } from '../errors.ts'
import { browserOfUser } from '../identity/user-browser.ts'
import { normalUserId } from '../ingest/text.ts'

/** Whose browser a message tells of, and which user it names. */
export type Who =
  | {
      readonly ok: true
      readonly browser: string
      /** Null where none was named, or one that means nothing. */
      readonly userId: string | null
    }
  | { readonly ok: false; readonly code: RejectCode }

interface Ids {
  readonly anonymousId?: unknown
  readonly userId?: unknown
}

/**
 * An `anonymousId` is the browser id; a `userId` alone is the browser `user:<userId>`. Ids may be
 * numbers. One that means nothing (`null`, `anonymous`, `0` …), or is longer than 400 characters, would join
 * strangers or can't be kept, so it counts as not sent; where no other is left, the message is refused.
 */
export function whoOf({ anonymousId, userId }: Ids): Who {
  const anonymous = normalUserId(anonymousId)
  const user = normalUserId(userId)
  if (anonymous.ok) {
    return { ok: true, browser: anonymous.value, userId: user.ok ? user.value : null }
  }
  if (user.ok) return { ok: true, browser: browserOfUser(user.value), userId: user.value }
  return { ok: false, code: isSaid(anonymousId) || isSaid(userId) ? 'refused_id' : 'missing_user' }
}

/** An alias says that the browser `previousId` is this user's. */
export function whoOfAlias({
  previousId,
  anonymousId,
  userId,
}: Ids & { readonly previousId?: unknown }): Who {
  const who = whoOf({ anonymousId: isSaid(previousId) ? previousId : anonymousId, userId })
  if (!who.ok) return who
  return who.userId === null ? { ok: false, code: 'refused_id' } : who
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}
