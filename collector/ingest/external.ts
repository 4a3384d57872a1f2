import { createHash } from 'node:crypto'
import { USER_PREFIX } from '../identity/user-browser.ts'
import { compactUuid, cutText, normalText, normalUserId, showsEmail } from './text.ts'

/**
 * Ids that servers give: any text. A UUID is what it is; for any other a hash of it stands where a UUID would,
 * and that alone is kept of one that shows an e-mail: whoever erases its owner could not know where it stands.
 */

export interface ServerId {
  /** 32 hex digits. */
  readonly key: string
  /** The text itself, in normal form; null for a UUID, and for what shows an e-mail. */
  readonly external: string | null
}

const MAX_ID = 400

/** An event's id; null for what is none, or is longer than 400 characters. */
export function serverId(value: unknown): ServerId | null {
  const id = readId(value, MAX_ID)
  return id?.external != null && showsEmail(id.external) ? { ...id, external: null } : id
}

/**
 * A browser's id; the same, and null for one that would merge strangers, such as `null` or `anonymous`. The
 * browser of a user keeps its name, which is the user's own and is erased with them.
 */
export function serverBrowser(value: unknown): ServerId | null {
  const id = readId(value, MAX_ID + USER_PREFIX.length)
  if (id?.external == null) return id
  const isUser = id.external.startsWith(USER_PREFIX)
  if (!normalUserId(isUser ? id.external.slice(USER_PREFIX.length) : id.external).ok) return null
  return isUser || !showsEmail(id.external) ? id : { ...id, external: null }
}

function readId(value: unknown, most: number): ServerId | null {
  const key = compactUuid(value)
  if (key !== null) return { key, external: null }
  if (typeof value !== 'string' || value.length > 4 * most) return null
  const text = normalText(value, most + 1)
  if (text === '' || cutText(text, most) !== text) return null
  return { key: keyOf(text), external: text }
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
