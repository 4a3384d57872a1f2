import type { RejectCode } from '../errors.ts'
import { isRecord, NEVER_KEYS, type Values } from '../ingest/props.ts'
import { scalarsOf } from './flat.ts'
import { occurredAt } from './instant.ts'
import { messageIdOf } from './message-id.ts'
import { eventName } from './names.ts'
import { type Place, placeOf } from './place.ts'
import { propertiesOf } from './properties.ts'
import { companyTraits, emailOf, personTraits } from './traits.ts'
import { whoOf, whoOfAlias } from './who.ts'

/** From one message of Segment's API to one event of ours, and whose browser it is. Total, and never throws. */

export const CALLS = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const
export type Call = (typeof CALLS)[number]

/** An event as the collector takes it from those it trusts. */
export interface SegmentEvent extends Place {
  /** The message's id as it was sent; null, and so refused behind this, where that is none. */
  readonly id: string | null
  readonly type: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly props?: Readonly<Record<string, unknown>>
  readonly claim?: Claim
}

interface Claim {
  readonly user_id?: string
  readonly email?: string
  readonly traits?: Values
}

/** A message that can't be taken, as its owner is shown it. */
export interface RefusedMessage {
  readonly refused: RejectCode
  readonly id?: unknown
  readonly type?: unknown
  readonly at?: unknown
  readonly props?: unknown
}

export type Translated =
  | { readonly browser: string; readonly event: SegmentEvent }
  | { readonly browser: null; readonly event: RefusedMessage }

export interface TranslateContext {
  /** Of a path that takes one call only; null where each message says its own. */
  readonly call: Call | null
  readonly batchSentAt: unknown
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** A random id. */
  readonly newId: () => string
}

/** The only name that means a claim wherever an event has it; a call of the same name makes one. */
const RESERVED_NAME = 'identify'

export function translate(message: unknown, context: TranslateContext): Translated {
  if (!isRecord(message)) return refuse('invalid_event', {})
  const call = context.call ?? callOf(message.type)
  if (call === null) return refuse('unknown_call', message)
  const who = call === 'alias' ? whoOfAlias(message) : whoOf(message)
  if (!who.ok) return refuse(who.code, message)
  const at = occurredAt({
    timestamp: message.timestamp,
    originalTimestamp: message.originalTimestamp,
    sentAt: message.sentAt,
    batchSentAt: context.batchSentAt,
    receivedAt: context.receivedAt,
  })
  if (at === undefined) return refuse('invalid_at', message)
  const told = TELL[call](message, who.userId)
  if (typeof told === 'string') return refuse(told, message)
  const id = messageIdOf(call, message, context.newId)
  return { browser: who.browser, event: { id, at, ...told } }
}

type Told = Omit<SegmentEvent, 'id' | 'at'>
type Message = Readonly<Record<string, unknown>>

const TELL: Readonly<Record<Call, (message: Message, userId: string | null) => Told | RejectCode>> =
  {
    track(message, userId) {
      const { event, context, properties } = message
      if (typeof event !== 'string') return 'invalid_type'
      const type = eventName(event)
      if (type === RESERVED_NAME) return 'reserved_name'
      const props = propertiesOf(type, properties)
      return { type, ...placeOf(context), props, ...claimOf(message, userId) }
    },

    identify(message, userId) {
      const { context, traits } = message
      const said = [isRecord(context) ? context.traits : null, traits]
      const email = emailOf(traits, said[0])
      const props = {
        // One that means nothing is refused by its own name, unless an e-mail says who it is.
        user_id: userId ?? briefly(message.userId),
        ...(email !== null && { email }),
        traits: personTraits(...said),
      }
      return { type: 'identify', ...placeOf(context), props }
    },

    page(message, userId) {
      const { context, name, category, properties } = message
      const place = placeOf(context, properties)
      const title = place.title ?? (typeof name === 'string' ? name : undefined)
      const {
        url: _url,
        referrer: _referrer,
        title: _title,
        search: _search,
        ...own
      } = scalarsOf(properties)
      // What the address says already; without one it is all that is known.
      if (place.url !== undefined) delete own.path
      const props = { ...own, ...scalarsOf({ name, category }) }
      return {
        type: 'page_view',
        ...place,
        ...(title !== undefined && { title }),
        props,
        ...claimOf(message, userId),
      }
    },

    screen(message, userId) {
      const { context, name, category, properties } = message
      const props = { ...scalarsOf(properties), ...scalarsOf({ screen_name: name, category }) }
      return { type: 'screen_view', ...placeOf(context), props, ...claimOf(message, userId) }
    },

    group(message, userId) {
      const { context, groupId, traits } = message
      const name = isRecord(traits) ? traits.name : undefined
      const props = scalarsOf({ group_id: groupId, group_name: name })
      return {
        type: 'group',
        ...placeOf(context),
        props,
        ...claimOf(message, userId, companyTraits(traits)),
      }
    },

    alias(message, userId) {
      const props = scalarsOf({ previous_id: message.previousId })
      return { type: 'alias', ...placeOf(message.context), props, ...claimOf(message, userId) }
    },
  }

/**
 * Who a message other than `identify` says it is of: its user, with what its context knows of them. Properties
 * are no word about somebody: an e-mail in them may be anybody's.
 */
function claimOf(
  { context }: Message,
  userId: string | null,
  more: Values = {},
): { readonly claim?: Claim } {
  const known = isRecord(context) ? context.traits : null
  const email = emailOf(known)
  if (userId === null && email === null) return {}
  const traits = { ...personTraits(known), ...more }
  return {
    claim: {
      ...(userId !== null && { user_id: userId }),
      ...(email !== null && { email }),
      ...(Object.keys(traits).length > 0 && { traits }),
    },
  }
}

function callOf(type: unknown): Call | null {
  const name = typeof type === 'string' ? type.toLowerCase() : ''
  return CALLS.find((call) => call === name) ?? null
}

/** Of what was sent only as much as tells which message it was: nothing long, and nothing nested. */
function refuse(refused: RejectCode, message: Message): Translated {
  const { messageId, event, type, timestamp, properties, traits } = message
  return {
    browser: null,
    event: {
      refused,
      id: briefly(messageId),
      type: briefly(event ?? type),
      at: briefly(timestamp),
      props: shapeOf(properties ?? traits),
    },
  }
}

/** A message that is longer than one may be. */
export function tooLarge(message: unknown): Translated {
  return refuse('message_too_large', isRecord(message) ? message : {})
}

const MAX_BRIEF = 1_000
const MAX_KEYS = 50

/** What is no plain value becomes an empty one of its kind. */
function briefly(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_BRIEF)
  if (Array.isArray(value)) return []
  return isRecord(value) ? {} : value
}

function shapeOf(value: unknown): unknown {
  if (!isRecord(value)) return briefly(value)
  const keys = Object.keys(value).filter((key) => !NEVER_KEYS.has(key) && key.length < MAX_BRIEF)
  return Object.fromEntries(keys.slice(0, MAX_KEYS).map((key) => [key, briefly(value[key])]))
}
