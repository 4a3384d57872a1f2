import type { RefusalCode } from '../errors.ts'

/** What a refusal means to whoever gets it; the title and the status stand in errors.ts. */
export interface ProblemWords {
  /** What happened, and who meets it. */
  readonly meaning: string
  /** What to do about it. In both `this` is code. */
  readonly cure: string
}

/** By status, for a code that has no words of its own. */
export const OF_STATUS: Readonly<Record<number, ProblemWords>> = {
  400: {
    meaning: 'Something that was sent is not what it should be. Nothing of it was taken.',
    cure: 'Read `detail`: it says which part is wrong, what it was and what would be right. Sent again as it is, it is refused again.',
  },
  401: {
    meaning: 'Nobody said who they are, or with a key or secret that is not known.',
    cure: 'Send the right credentials. A key that was revoked or has expired is not known any more.',
  },
  403: { meaning: 'It is known who asks, and they may not.', cure: 'Use a key that may do this.' },
  404: { meaning: 'There is no such thing.', cure: 'Look the path and the id up again.' },
  405: {
    meaning: 'The path is right and the method is not.',
    cure: '`Allow` lists those it takes.',
  },
  409: {
    meaning: 'It is in conflict with what is there.',
    cure: 'Read it anew, and decide whether it is still wanted.',
  },
  410: { meaning: 'It was there, and is no more.', cure: 'Do not ask for it again.' },
  413: { meaning: 'More was sent than is taken at once.', cure: 'Send less at a time.' },
  415: { meaning: 'The content type is not one that is taken.', cure: 'Send what `title` names.' },
  429: {
    meaning: 'More was sent than may be. Nothing of it was taken.',
    cure: 'Send the same again when `Retry-After` says.',
  },
  500: {
    meaning: 'Something went wrong in the collector, and not in what was sent.',
    cure: 'Try again. If it stays so, the log of the collector says where.',
  },
  503: {
    meaning: 'The collector can not do this now. Nothing was done.',
    cure: 'Send the same again when `Retry-After` says.',
  },
}

/** Of single codes, where more can be said than of their status. */
export const PROBLEM_WORDS: Readonly<Partial<Record<RefusalCode, ProblemWords>>> = {
  not_json: {
    meaning: 'The body could not be read as JSON: it is empty, cut off or something else.',
    cure: 'Send one JSON document in UTF-8, uncompressed, and say `Content-Type: application/json`. In a shell, put it in single quotes.',
  },
  not_a_batch: {
    meaning: 'A beacon came that is JSON and no batch. The tag never sends such a thing.',
    cure: 'Send an object with `site` (the key of the site) and `events` (a list).',
  },
  body_too_large: {
    meaning: 'A body may have 64 KiB, of a beacon as of a request of the API.',
    cure: 'Send fewer events at a time; for a whole history, use `pique import`.',
  },
  check_too_large: {
    meaning: 'While Connect checks a page, the tag reports what it found there; it said too much.',
    cure: 'Start the check again with the tag that this collector serves.',
  },
  too_many_events: {
    meaning: 'A beacon holds at most 100 events. Nothing of it was taken.',
    cure: 'Split the batch. All events of one may be of one session only.',
  },
  unsupported_type: {
    meaning: 'A beacon came with a content type or an encoding that is not taken.',
    cure: 'Send `text/plain` (no preflight), `application/json` or no type at all, and no `Content-Encoding`.',
  },
  unknown_site: {
    meaning:
      'The tag on a page, or a beacon, names a site that this collector does not have; perhaps it was removed, or the key was cut when it was copied.',
    cure: 'Copy the tag from Connect again. `GET /api/v1/sites` lists the keys.',
  },
  origin_not_allowed: {
    meaning:
      'The site takes events from the origins that it lists, and a page elsewhere sent some.',
    cure: 'If the page is yours, add its origin under Settings. If not, somebody copied your tag, and nothing is to be done.',
  },
  overloaded: {
    meaning: 'More events wait than can be written soon. Nothing of this batch was taken.',
    cure: 'Send the same events again when `Retry-After` says; the tag does so by itself. If it lasts, look at `/metrics`.',
  },
  store_unavailable: {
    meaning: 'The store can not be written now: its disk or another program holds it.',
    cure: 'Send the same again when `Retry-After` says. The log of the collector says what the store said.',
  },
  site_busy: {
    meaning: 'One site sends more than its share, so that the others are not held up.',
    cure: 'Send the same events again when `Retry-After` says. If the traffic is real, the limit is a setting.',
  },
  disk_full: {
    meaning:
      'The disk of the store is nearly full, so nothing more is taken; what is there is safe.',
    cure: 'Make room on the disk; the collector goes on by itself. Senders that keep their events lose none.',
  },
  unsupported_media_type: {
    meaning:
      'The API reads JSON, and the body came as something else. `curl -d` says a form by itself.',
    cure: 'Add `Content-Type: application/json`.',
  },
  unauthorized: {
    meaning:
      'The request has no key, or one that is not known: revoked, expired, cut off, or of another collector.',
    cure: 'Send `Authorization: Bearer KEY`. Make a key under Settings or with `pique key add`; it begins with `pq_live_` and is shown once.',
  },
  forbidden: {
    meaning:
      'The key is known and may not do this: its scope is less than the operation needs, it is bound to one site, or a person signed in whose role reads only.',
    cure: '`detail` says what is needed. Make a key with that scope; do not give a program more than it needs.',
  },
  cross_site: {
    meaning: 'A page of another site made a browser that is signed in here send something.',
    cure: 'Call the API with a key and from a server, not with the session of a browser.',
  },
  not_found: {
    meaning:
      'There is no such path or no such thing, or this key may not know of it: to a key of one site the others do not exist. A lead may have been erased, or merged with another.',
    cure: 'Check the id and how it is encoded: a slash in a user id is `%2F`. Paths have no slash at their end.',
  },
  method_not_allowed: {
    meaning: 'The path is right, and takes other methods.',
    cure: 'The header `Allow` lists them.',
  },
  unknown_check: {
    meaning: 'A page reported to a check of Connect that is over.',
    cure: 'Start a check on Connect again, and open the page from there.',
  },
  ambiguous: {
    meaning:
      'The e-mail or user id is known to several sites, and each of them has a lead of its own.',
    cure: 'Say which: `?site=si_1`. Or use the lead’s `id`, or a key that is bound to one site.',
  },
  idempotency_conflict: {
    meaning:
      'The `Idempotency-Key` was used within a day for a request with another body or query. Nothing was done.',
    cure: 'Use a new key for each thing that is to be done, such as the id of your own record, and the same only for the very same request.',
  },
  account_exists: {
    meaning: 'Somebody has an account with this e-mail already.',
    cure: 'Change that account, or make them a new link to set a password.',
  },
  last_owner: {
    meaning: 'Without an owner nobody could manage the collector.',
    cure: 'Make somebody else owner first.',
  },
  passwords_busy: {
    meaning: 'Checking a password takes work on purpose, and many are being checked at once.',
    cure: 'Try again when `Retry-After` says.',
  },
  too_many_tries: {
    meaning: 'Somebody tried to sign in too often, for this account or from this network.',
    cure: 'Wait as long as `Retry-After` says. Who has forgotten a password asks an owner for a new link.',
  },
  invalid_cursor: {
    meaning:
      'The cursor is not one that this list gave: it was cut, or is of another list or another order.',
    cure: 'Give `next_cursor` back as it came, percent-encoded, with the same `sort` and filters. Or begin at the start, without one.',
  },
  webhook_target: {
    meaning:
      'A webhook goes to https addresses of the public internet, so that it can not be used to reach into a private network.',
    cure: 'Use an https address. If the receiver is within your network, name its address in `PIQUE_WEBHOOK_ALLOW`.',
  },
  webhook_off: {
    meaning: 'The webhook is switched off, by hand or because its receiver answered 410.',
    cure: 'Switch it on with `PATCH /api/v1/webhooks/{id}` and `{"enabled":true}`.',
  },
  invalid_model: {
    meaning: 'The model file has faults. Nothing was published; the model in force scores on.',
    cure: '`problems` lists all of them, each with the line. `pique model check FILE` says the same.',
  },
  unchanged_model: {
    meaning:
      'The model is the one in force, to the letter of what it says, so there is nothing to publish.',
    cure: 'Nothing, if that is what you want in force.',
  },
  model_too_large: {
    meaning: 'A model and the request around it may have 256 KiB.',
    cure: 'Shorten the file: long lists of pages can mostly be said with `*`.',
  },
  unknown_model: {
    meaning: 'No version of the model has this number.',
    cure: '`GET /api/v1/model/versions` lists those there are. Left out, the current one is meant.',
  },
  counting: {
    meaning:
      'The report needs all visitors counted, which is going on for the first time since the start.',
    cure: 'Ask again when `Retry-After` says; it takes seconds.',
  },
  internal: {
    meaning: 'Something went wrong in the collector, and not in what was sent.',
    cure: 'Try again, with the same `Idempotency-Key` where you write. If it stays so, the log of the collector says where.',
  },
}
