/**
 * Every code the outside can see, with what it means. A code is never renamed or reused.
 */

/** Why one event of a batch was refused; the rest of the batch is unaffected. */
export const REJECT_CODES = {
  invalid_event: 'the event is not a JSON object',
  invalid_id: '`id` must be a UUID',
  invalid_type: '`type` must be a name of 1 to 100 characters, without personal data',
  invalid_at: '`at` must be epoch milliseconds',
  invalid_session: '`session` must be a UUID',
  invalid_view: '`view` must be a UUID',
  invalid_browser: '`browser` must be a UUID',
  invalid_url: '`url` must be an absolute http or https address of at most 8192 characters',
  invalid_props: '`props` must be an object',
  too_old: 'the event happened more than 7 days before it was received',
  refused_id: 'the user id means nothing (null, undefined, anonymous …)',
  invalid_identity: '`identify` needs props.user_id or props.email',
  invalid_signature: 'the signature does not prove this identity, or has expired',
  signature_required: 'this site takes an `identify` from a page only with props.signature',
  too_many_emails: 'a browser may claim at most 5 new e-mails a day',
  too_many_devices: 'this person is known in as many browsers as a page may claim',
  held_for_review: 'too many new e-mails came from this network; the event waits for your word',
  message_too_large: 'the message is larger than 32 KB',
  unknown_call: '`type` must be track, identify, page, screen, group or alias',
  missing_user: 'the message needs a `userId` or an `anonymousId`',
  reserved_name: 'no event of a server may have this name; send an `identify` call instead',
  quarantined: 'the event could not be processed; it is kept, and `pique requeue` tries it again',
} as const

export type RejectCode = keyof typeof REJECT_CODES

/** Why an event was not taken although nothing is wrong with it; counted, and not kept. */
export const IGNORE_REASONS = {
  browser_rate: 'this browser sent more than 300 events at once, or 10 a second',
  address_rate: 'this network sent more events than people make',
  erased: 'whoever did this was erased afterwards',
} as const

export type IgnoreReason = keyof typeof IGNORE_REASONS

/** Why an import passed over a row of a file; a row that was read may be refused with a code from above, too. */
export const SKIP_REASONS = {
  too_long: 'the line is longer than 64 KiB',
  not_text: 'the line is no text in UTF-8',
  not_an_object: 'the line is not a JSON object',
  too_deep: 'the line is nested more than six levels deep',
  no_type: 'the row says not what happened: it needs `type`',
  no_time:
    'the row says not when it happened: it needs `at`, an instant with its zone or epoch milliseconds',
  future: 'the row is of a time to come',
  nobody: 'the row names nobody: it needs `browser`, `user_id` or `email`',
  unknown_lead: 'no lead of this site goes by that name',
  no_outcome: 'the row is no outcome that can be read',
  broken_row: 'the row has more cells than the first line has names',
  no_request: 'the line is not of the combined log format',
  not_a_page: 'the request is of no page: a file that a page loads, or not a GET that was answered',
  not_a_person: 'the request is of a program, such as a crawler',
} as const

export type SkipCode = keyof typeof SKIP_REASONS

/** Why a whole request was refused; nothing of it was taken. */
export const REFUSALS = {
  not_json: { status: 400, title: 'The body is not JSON' },
  not_a_batch: { status: 400, title: 'The body is not a batch: it needs `site` and `events`' },
  body_too_large: { status: 413, title: 'The body is larger than 64 KiB' },
  hook_too_large: { status: 413, title: 'What a provider tells is at most 1 MiB and 5000 events' },
  hook_unproven: { status: 401, title: 'Not signed as this provider signs, or not lately' },
  check_too_large: { status: 413, title: 'What a tag answers to a check is at most 8 KiB' },
  too_many_events: { status: 413, title: 'A batch holds at most 100 events' },
  unsupported_type: {
    status: 415,
    title: 'Send the body as text/plain or application/json, not compressed',
  },
  unknown_site: { status: 403, title: 'No site has this key' },
  origin_not_allowed: { status: 403, title: 'This site does not accept events from this origin' },
  overloaded: { status: 503, title: 'The collector is busy; send the same events again' },
  store_unavailable: {
    status: 503,
    title: 'The store can not be written; send the same events again',
  },
  site_busy: { status: 429, title: 'This site sends more than it may; send the same events again' },
  disk_full: { status: 503, title: 'The disk is nearly full; send the same events again' },
  payload_too_large: {
    status: 413,
    title: 'The body is larger than 500 KB, or than 1 MB unpacked; send smaller batches',
  },
  event_too_large: { status: 413, title: 'An event is at most 32 KB' },
  too_many_messages: { status: 413, title: 'A batch holds at most 10000 messages' },
  wrong_write_key: {
    status: 401,
    title: 'A write key is needed, as the user name of Basic auth: `Authorization: Basic …`',
  },
  unsupported_media_type: { status: 415, title: 'Send the body as application/json' },
  unauthorized: { status: 401, title: 'A key is needed: `Authorization: Bearer KEY`' },
  forbidden: { status: 403, title: 'This key may not do that' },
  cross_site: { status: 403, title: 'Another site sent this in your name' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This method is not for this path' },
  unknown_check: { status: 404, title: 'This check is over, or never was; start one on Connect' },
  ambiguous: { status: 409, title: 'Several sites know this one; say which with `site`' },
  idempotency_conflict: {
    status: 409,
    title: 'This `Idempotency-Key` was used with another request',
  },
  account_exists: { status: 409, title: 'Somebody has an account with this e-mail' },
  last_owner: { status: 409, title: 'The last owner stays; make somebody else owner first' },
  passwords_busy: { status: 503, title: 'Too many passwords are being checked; try again soon' },
  too_many_tries: { status: 429, title: 'Too many tries; wait before the next one' },
  invalid_request: { status: 400, title: 'A parameter is wrong' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that a list gave' },
  webhook_target: { status: 400, title: 'A webhook can not go to this address' },
  crm_target: { status: 400, title: 'A CRM can not be at this address' },
  webhook_template: { status: 400, title: 'This text can not be sent by a webhook' },
  webhook_off: { status: 409, title: 'This webhook is switched off; switch it on first' },
  invalid_model: { status: 400, title: 'The model is wrong; `problems` says all that is' },
  unchanged_model: { status: 409, title: 'This model is the one in force' },
  model_too_large: { status: 413, title: 'The body is larger than 256 KiB' },
  import_too_large: { status: 413, title: 'The body is larger than 4 MiB; send it in pieces' },
  unknown_model: { status: 404, title: 'There is no such model version' },
  too_many_streams: { status: 503, title: 'Too many streams are open; try again soon' },
  counting: { status: 503, title: 'Visitors are being counted; ask again in a moment' },
  internal: { status: 500, title: 'Something went wrong in the collector' },
} as const satisfies Record<string, { status: number; title: string }>

export type RefusalCode = keyof typeof REFUSALS

/**
 * The body of an RFC 9457 problem. `type` is the path of the page about it, relative to whatever address the
 * collector was asked at, so that it is the same text everywhere.
 */
export function problem(code: RefusalCode, detail?: string) {
  const { status, title } = REFUSALS[code]
  return { type: `/problems/${code}`, title, status, code, ...(detail !== undefined && { detail }) }
}
