import { isRecord } from '../ingest/props.ts'

/** What providers of e-mail tell, in one form; see `deliveries.ts` for what becomes of it. */

export const PROVIDERS = ['sendgrid', 'postmark', 'mailgun', 'generic'] as const
export type Provider = (typeof PROVIDERS)[number]

export const KINDS = [
  'opened',
  'clicked',
  'replied',
  'bounced',
  'unsubscribed',
  'complained',
] as const
export type Kind = (typeof KINDS)[number]

export interface MailEvent {
  readonly kind: Kind
  /** As the provider wrote them. */
  readonly email: unknown
  readonly userId: unknown
  /** The provider's own, the same when it tells it again. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The link that was clicked. */
  readonly url: string | null
}

/** Where a generic provider's fields are: names joined by dots. */
export interface Mapping {
  /** Of the list of events; the body itself if absent. */
  readonly list?: string | undefined
  readonly email?: string | undefined
  readonly user_id?: string | undefined
  readonly event: string
  readonly id: string
  readonly at?: string | undefined
  readonly url?: string | undefined
  /** The provider's name of an event, and ours. */
  readonly names: Readonly<Record<string, Kind>>
}

export interface IntakeSettings {
  /** Whether somebody who is not known becomes a lead. */
  readonly createsLeads: boolean
  /** Of a generic provider alone. */
  readonly mapping: Mapping | null
}

/** What was read of a body: what can be told of people, and how much of it was something else. */
export interface ReadEvents {
  readonly events: readonly MailEvent[]
  readonly others: number
}

type Fields = Readonly<Record<string, unknown>>

/** The events in a body; what is no event of a person is counted alone. `now` is for those without a time. */
export function readMailEvents(
  provider: Provider,
  body: unknown,
  { mapping }: Pick<IntakeSettings, 'mapping'>,
  now: number,
): ReadEvents {
  const list = mapping?.list === undefined ? body : valueAt(body, mapping.list)
  const all = Array.isArray(list) ? list : [list]
  const read = (one: unknown): MailEvent | null => {
    if (!isRecord(one)) return null
    if (provider === 'sendgrid') return ofSendGrid(one)
    if (provider === 'postmark') return ofPostmark(one, now)
    if (provider === 'mailgun') return ofMailgun(one)
    return mapping === null ? null : ofMapping(one, mapping, now)
  }
  const events = all.map(read).filter((one) => one !== null)
  return { events, others: all.length - events.length }
}

const SENDGRID: Readonly<Record<string, Kind>> = {
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
  spamreport: 'complained',
}

function ofSendGrid({ event, email, sg_event_id: id, timestamp, url }: Fields): MailEvent | null {
  const kind = kindIn(SENDGRID, event)
  const at = timeOf(timestamp)
  if (kind === null || typeof id !== 'string' || id === '' || at === null) return null
  return { kind, email, userId: null, id, at, url: textOrNull(url) }
}

const POSTMARK: Readonly<Record<string, Kind>> = {
  Open: 'opened',
  Click: 'clicked',
  Bounce: 'bounced',
  SpamComplaint: 'complained',
  SubscriptionChange: 'unsubscribed',
  Inbound: 'replied',
}

/** No event has an id of its own: the message and the instant of what was done with it tell it. */
function ofPostmark(fields: Fields, now: number): MailEvent | null {
  const { RecordType: type, MessageID: message, FromFull: from } = fields
  const isInbound = type === undefined && isRecord(from)
  const kind = isInbound ? 'replied' : kindIn(POSTMARK, type)
  if (kind === null) return null
  // Bounces and complaints are told as such, too; and what was taken back is none.
  const { SuppressSending: isSuppressed, SuppressionReason: why } = fields
  if (kind === 'unsubscribed' && !(isSuppressed === true && why === 'ManualSuppression'))
    return null
  const said = fields.ReceivedAt ?? fields.BouncedAt ?? fields.ChangedAt ?? fields.Date
  const at = timeOf(said) ?? now
  const email =
    kind === 'replied' && isRecord(from) ? from.Email : (fields.Recipient ?? fields.Email)
  const id = `${isInbound ? 'Inbound' : type}:${message}:${said ?? ''}`
  return { kind, email, userId: null, id, at, url: textOrNull(fields.OriginalLink) }
}

const MAILGUN: Readonly<Record<string, Kind>> = {
  opened: 'opened',
  clicked: 'clicked',
  failed: 'bounced',
  unsubscribed: 'unsubscribed',
  complained: 'complained',
}

function ofMailgun({ 'event-data': data }: Fields): MailEvent | null {
  if (!isRecord(data)) return null
  const kind = kindIn(MAILGUN, data.event)
  const at = timeOf(data.timestamp)
  if (kind === null || typeof data.id !== 'string' || data.id === '' || at === null) return null
  if (kind === 'bounced' && data.severity !== 'permanent') return null
  return { kind, email: data.recipient, userId: null, id: data.id, at, url: textOrNull(data.url) }
}

function ofMapping(one: Fields, mapping: Mapping, now: number): MailEvent | null {
  const part = (path: string | undefined) => (path === undefined ? null : valueAt(one, path))
  const kind = kindIn(mapping.names, part(mapping.event))
  const id = part(mapping.id)
  if (kind === null || (typeof id !== 'string' && typeof id !== 'number') || id === '') return null
  const at = mapping.at === undefined ? now : timeOf(part(mapping.at))
  if (at === null) return null
  const [email, userId] = [part(mapping.email), part(mapping.user_id)]
  return { kind, email, userId, id: String(id), at, url: textOrNull(part(mapping.url)) }
}

function kindIn(names: Readonly<Record<string, Kind>>, name: unknown): Kind | null {
  return typeof name === 'string' && Object.hasOwn(names, name) ? (names[name] ?? null) : null
}

/** What stands at `a.b.c`; own fields alone. */
function valueAt(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.')) {
    if (!isRecord(at) || !Object.hasOwn(at, name)) return null
    at = at[name]
  }
  return at
}

/** Before this it is seconds: the same number of milliseconds was in 1973. */
const LEAST_MS = 100_000_000_000

/** Seconds or milliseconds since 1970, as a number or its digits; or ISO 8601. */
function timeOf(value: unknown): number | null {
  const isDigits = typeof value === 'string' && /^\d{1,16}(\.\d+)?$/.test(value)
  if (typeof value === 'number' || isDigits) {
    const number = Number(value)
    return Number.isFinite(number) && number > 0
      ? Math.floor(number < LEAST_MS ? number * 1000 : number)
      : null
  }
  const at = typeof value === 'string' && value.length < 64 ? Date.parse(value) : Number.NaN
  return at > 0 ? at : null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
