import { createHash } from 'node:crypto'
import { saysWhen } from './instant.ts'

/**
 * The id of a message's event. Where none was sent, a message that says when it happened is known by its
 * content, so that sent again it is a duplicate; one that says nothing of the kind gets a random id, and
 * sent again is another event. Null where what was sent is no id.
 */
export function messageIdOf(
  call: string,
  message: Readonly<Record<string, unknown>>,
  newId: () => string,
): string | null {
  const { messageId } = message
  if (typeof messageId === 'number') return String(messageId)
  if (typeof messageId === 'string' && messageId !== '') return messageId
  if (messageId !== undefined && messageId !== null && messageId !== '') return null
  if (!saysWhen(message)) return newId()
  // Every try is sent at another time.
  const { sentAt: _, ...content } = message
  return createHash('sha256')
    .update(JSON.stringify([call, content]))
    .digest('hex')
    .slice(0, 40)
}
