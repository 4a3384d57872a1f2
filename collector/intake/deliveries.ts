import { createHash } from 'node:crypto'
import { MAIL_BROWSER } from '../identity/user-browser.ts'
import { normalEmail, normalUserId } from '../ingest/text.ts'
import type { Kind, MailEvent, Provider } from './mail-events.ts'

/**
 * What providers tell of people becomes events of browsers that stand for their mailboxes, two of each person.
 * Answers and wishes (a reply, an unsubscription, a complaint) are a person's own. Opens, clicks and bounces may
 * be a program's: mail is opened and its links are followed by scanners. So these are kept, as from a session
 * that nobody proved to be human, and never count; a click counts by the visit that it leads to.
 */

const TYPES: Readonly<Record<Kind, string>> = {
  opened: 'email_open',
  clicked: 'email_click',
  replied: 'email_reply',
  bounced: 'email_bounce',
  unsubscribed: 'unsubscribe',
  complained: 'unsubscribe',
}
const OWN_ACTS: ReadonlySet<Kind> = new Set(['replied', 'unsubscribed', 'complained'])

export interface Who {
  readonly kind: 'email' | 'user'
  /** In normal form. */
  readonly value: string
}

export interface ForWho {
  readonly who: Who
  readonly events: readonly MailEvent[]
}

/** Events by whom they are about; those about nobody are left out. */
export function byPerson(events: readonly MailEvent[]): readonly ForWho[] {
  const people = new Map<string, { readonly who: Who; readonly events: MailEvent[] }>()
  for (const event of events) {
    const who = whoOf(event)
    if (who === null) continue
    const key = `${who.kind} ${who.value}`
    const known = people.get(key) ?? { who, events: [] }
    known.events.push(event)
    people.set(key, known)
  }
  return [...people.values()]
}

/** A user id is the stronger name. */
function whoOf({ email: rawEmail, userId }: MailEvent): Who | null {
  const id = userId === null ? null : normalUserId(userId)
  if (id?.ok) return { kind: 'user', value: id.value }
  const email = normalEmail(rawEmail)
  return email === null ? null : { kind: 'email', value: email }
}

export interface DeliveryFrom {
  readonly site: string
  readonly provider: Provider
}

/** Bodies as `RawDelivery.isTrusted` takes them: one for what is a person's own, one for what may be a program's. */
export function bodiesOf(
  { who, events }: ForWho,
  { site, provider }: DeliveryFrom,
): readonly string[] {
  const hash = createHash('sha256').update(`${site}\n${who.kind}\n${who.value}`).digest('hex')
  const ids = who.kind === 'email' ? { email: who.value } : { user_id: who.value }
  const claim = { ...ids, strength: 'medium', evidence: 'email_event' }
  return [true, false].flatMap((human) => {
    const own = events.filter(({ kind }) => OWN_ACTS.has(kind) === human)
    if (own.length === 0) return []
    const browser = `${MAIL_BROWSER}${human ? '' : 'unproven:'}${hash.slice(0, 32)}`
    return JSON.stringify({
      site,
      browser,
      human,
      events: own.map(({ kind, id, at, url }) => ({
        id: `${provider}:${id}`,
        type: TYPES[kind],
        at,
        ...(url !== null && URL.canParse(url) && { url }),
        props: { provider, ...(kind === 'complained' && { complained: true }) },
        claim,
      })),
    })
  })
}
