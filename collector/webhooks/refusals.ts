import type { DueMessage } from '../store/webhook-store.ts'

/**
 * What chats answer that says more than its status: that a message will never be taken as it is, or that
 * the address leads nowhere any more. Of an answer nothing is kept but these words, which are ours.
 */
export interface Refusal {
  readonly words: string
  /** The message is given up at once; or the webhook is sent nothing more. Null: tried again as usual. */
  readonly ends: 'parked' | 'gone' | null
}

const GONE = 'this address is known no more; make a new one in Slack, and add it here'
const UNREADABLE = 'it can not read the message'

const SLACK: Readonly<Record<string, Refusal>> = {
  invalid_payload: { words: `${UNREADABLE} (invalid_payload)`, ends: 'parked' },
  invalid_blocks: { words: `${UNREADABLE} (invalid_blocks)`, ends: 'parked' },
  invalid_blocks_format: { words: `${UNREADABLE} (invalid_blocks_format)`, ends: 'parked' },
  no_text: { words: `${UNREADABLE} (no_text)`, ends: 'parked' },
  no_service: { words: `${GONE} (no_service)`, ends: 'gone' },
  no_service_id: { words: `${GONE} (no_service_id)`, ends: 'gone' },
  no_team: { words: `${GONE} (no_team)`, ends: 'gone' },
  team_disabled: { words: 'the workspace is switched off (team_disabled)', ends: 'gone' },
  invalid_token: { words: `${GONE} (invalid_token)`, ends: 'gone' },
  channel_not_found: { words: 'the channel is there no more (channel_not_found)', ends: 'gone' },
  channel_is_archived: { words: 'the channel is archived (channel_is_archived)', ends: 'gone' },
  action_prohibited: {
    words: 'the workspace does not let webhooks write there (action_prohibited)',
    ends: null,
  },
  posting_to_general_channel_denied: {
    words: 'the workspace does not let webhooks write to #general',
    ends: null,
  },
  rate_limited: { words: 'too many messages at once (rate_limited)', ends: null },
}

/** The same bytes will never be taken: what a chat says of a text that is not as it wants it. */
const NEVER: readonly number[] = [400, 413, 422]

export function refusalOf(
  format: DueMessage['format'] | undefined,
  { status, word }: { readonly status: number; readonly word?: string },
): Refusal | null {
  if (format === undefined || format === 'standard') return null
  const known = word !== undefined && Object.hasOwn(SLACK, word) ? SLACK[word] : undefined
  if (known !== undefined && format === 'slack') return known
  return NEVER.includes(status) ? { words: UNREADABLE, ends: 'parked' } : null
}
