import type { IgnoreReason, RejectCode } from '../errors.ts'

/** Every reason for which an event is not taken, in words, and what its owner can do about it. */

export interface RefusalWords {
  readonly title: string
  /** One sentence; in it `this` is code. */
  readonly cure: string
}

const REFUSALS: Readonly<Record<RejectCode, RefusalWords>> = {
  invalid_event: {
    title: 'Not an event',
    cure: 'Each entry of `events` must be a JSON object; mend the program that sends it.',
  },
  invalid_id: {
    title: 'The id is no UUID',
    cure: 'Give every event a UUID of its own as `id`; the tag does so by itself.',
  },
  invalid_type: {
    title: 'The name can’t be used',
    cure: 'Name events with 1 to 100 characters, such as `tour_booked`, and never with an e-mail or a number of somebody.',
  },
  invalid_at: {
    title: 'The time is missing or wrong',
    cure: 'Send `at` in epoch milliseconds, as a number: seconds or a text are refused.',
  },
  invalid_session: {
    title: 'The session is no UUID',
    cure: 'Send a UUID as `session`, or leave it out: the collector then finds the visits.',
  },
  invalid_view: {
    title: 'The view is no UUID',
    cure: 'Send a UUID as `view`, or leave it out.',
  },
  invalid_browser: {
    title: 'The browser is no UUID',
    cure: 'Send a UUID as `browser`, one that stays the same for a browser, or leave it out for cookieless visits.',
  },
  invalid_url: {
    title: 'The address can’t be read',
    cure: 'Send the whole address with its `https://` as `url`; pages opened from a file or in an app have none.',
  },
  invalid_props: {
    title: 'The properties are no object',
    cure: 'Send `props` as an object of names and plain values.',
  },
  too_old: {
    title: 'Older than seven days',
    cure: 'A browser was offline for long, or its program keeps events too long; send what is older with the server’s own clock.',
  },
  refused_id: {
    title: 'The user id means nothing',
    cure: 'Call `identify` only once you know who it is: ids such as `null`, `undefined` or `anonymous` would join strangers.',
  },
  invalid_identity: {
    title: 'Nobody was named',
    cure: 'Give `identify` an e-mail or a user id.',
  },
  invalid_signature: {
    title: 'The signature is wrong',
    cure: 'Sign id and e-mail exactly as they are sent, with this site’s signing secret, for at most an hour ahead.',
  },
  signature_required: {
    title: 'The signature is missing',
    cure: 'This site takes `identify` from a page only with a signature; make it on your server, as the Tag tab shows.',
  },
  too_many_emails: {
    title: 'Too many e-mails from one browser',
    cure: 'A browser may name five new e-mails a day; where a till or a shared computer needs more, send them from your server.',
  },
  too_many_devices: {
    title: 'Too many browsers of one person',
    cure: 'Somebody is known in as many browsers as a page may claim; it is often a shared address, such as `info@`.',
  },
  held_for_review: {
    title: 'Many new e-mails from one network',
    cure: 'The event waits in quarantine for your word: take it where the e-mails are real, delete it where a program made them up.',
  },
  message_too_large: {
    title: 'Larger than 32 KB',
    cure: 'Leave out of the message what nobody will ask for, such as whole documents or lists of products.',
  },
  unknown_call: {
    title: 'The call is none that is known',
    cure: 'Your server sends messages of a `type` other than track, identify, page, screen, group and alias.',
  },
  missing_user: {
    title: 'It is of nobody',
    cure: 'Give every message of your server a `userId`, or the `anonymousId` of the visitor’s browser.',
  },
  reserved_name: {
    title: 'The name is taken',
    cure: 'An event of a server can’t be called so; to say who somebody is, send an `identify` call.',
  },
  quarantined: {
    title: 'Could not be processed',
    cure: 'Nothing is wrong with your site: the event is kept in quarantine, and can be taken after an update.',
  },
}

const IGNORED: Readonly<Record<IgnoreReason, RefusalWords>> = {
  browser_rate: {
    title: 'One browser sent too much at once',
    cure: 'More than 300 events at once, or ten a second, are no person: look for a loop that calls `track`.',
  },
  address_rate: {
    title: 'One network sent more than people make',
    cure: 'Mostly a program; behind a proxy of yours, check that visitors are told apart.',
  },
  erased: {
    title: 'Of somebody who was erased',
    cure: 'Late events of erased people are not taken again, as it should be.',
  },
}

export function refusalWords(code: string): RefusalWords {
  return Object.hasOwn(REFUSALS, code)
    ? REFUSALS[code as RejectCode] // just looked up
    : { title: code, cure: 'A newer version of the collector knows this reason.' }
}

/** Words for a counter of a site, such as `ignored:erased`; null for one that is nobody's business here. */
export function countWords(name: string): RefusalWords | null {
  if (name === 'duplicate') {
    return {
      title: 'Came twice',
      cure: 'Sent again after an answer was lost, and counted once: as it should be.',
    }
  }
  const reason = name.replace(/^ignored:/, '')
  const isKnown = name.startsWith('ignored:') && Object.hasOwn(IGNORED, reason)
  return isKnown ? IGNORED[reason as IgnoreReason] : null // just looked up
}

/** Why an event waits in quarantine: for a word, or the name of the mistake it met. */
export function waitingWords(reason: string): string {
  return reason === 'held_for_review'
    ? 'Many new e-mails came from its network'
    : `Could not be processed (${reason})`
}
