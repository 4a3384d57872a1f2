import type { Told } from '../scoring/crossings.ts'
import type { Format } from '../webhooks/kinds.ts'
import type { EventType, News } from '../webhooks/news.ts'

/**
 * The outbox: what other systems are to be told is written in the transaction that made it true, a row
 * for each webhook that wants it. Of a lead's rows only the oldest that waits is ever due, so that a
 * webhook hears of each lead in order; leads don't wait for each other.
 */
export interface Outbox {
  /** Whether any webhook wants this; asks without reading. */
  wants(type: EventType): boolean
  /** Writes the messages; `now` is when they are first due. */
  tell(news: News, now: number): void
  /** The best bar that was told of a lead; null where nobody listened yet. */
  toldLevel(lead: number): Told | null
  noteLevel(lead: number, told: Told): void
}

export interface NewWebhook {
  readonly url: string
  /** `standard` where it is left out; the address of any other is a secret, and lies sealed. */
  readonly format?: Format
  /** The text of the format `template`. */
  readonly template?: string | null
  /** Null for what its format is told by itself, also of later ones. */
  readonly events: readonly EventType[] | null
  readonly site: number | null
  /** Its messages say who a lead is, and what people wrote. */
  readonly isFull: boolean
  /** `whsec_` and base64. */
  readonly secret: string
  readonly createdAt: number
}

/** What is left out stays. What is on its way already goes as it was written. */
export interface WebhookChange {
  readonly isEnabled?: boolean
  readonly events?: readonly EventType[] | null
  readonly isFull?: boolean
  /** With its text, or without one. */
  readonly manner?: { readonly format: Format; readonly template: string | null }
}

/** When messages were told that are sent again: from the first instant to the last. */
export interface ReplayPeriod {
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** How webhooks fare, over all of them. */
export interface WebhookHealth {
  readonly waiting: number
  readonly parked: number
  /** How many are on and take nothing, and since when the first of them. */
  readonly failing: number
  readonly failingSince: number | null
}

/** A message as it is to be sent now. */
export interface DueMessage {
  readonly ref: number
  readonly webhook: number
  readonly lane: number
  /** `webhook-id`: the same at every try. */
  readonly key: string
  readonly url: string
  readonly format: Format
  readonly contentType: string
  readonly body: string
  /** Before this one. */
  readonly tries: number
  readonly toldAt: number
  /** Since when the webhook takes nothing; null while it takes what it is sent. */
  readonly failingSince: number | null
  /** How many tries have failed one after the other, of any message. */
  readonly failures: number
  /** The newest first; an older one signs too for a day after it was replaced. */
  readonly secrets: readonly string[]
}

/** What is under way already. */
export type InFlight = Pick<DueMessage, 'webhook' | 'lane'>

/** What became of a try. */
export interface Tried {
  readonly ref: number
  readonly webhook: number
  readonly at: number
  /** The answer's; null where there was none. */
  readonly status: number | null
  /** In a few words, without anybody's data; null for a delivery. */
  readonly error: string | null
  readonly became:
    | { readonly kind: 'delivered' }
    | { readonly kind: 'waiting'; readonly dueAt: number }
    | { readonly kind: 'parked' }
    /** It asked for nothing more to be sent: the webhook is switched off, the message goes on waiting. */
    | { readonly kind: 'gone' }
  /** Nothing is sent to this webhook before; null for no pause. */
  readonly pausedUntil: number | null
}

/** Webhooks and their messages, as whoever administrates and whoever sends them sees it. */
export interface WebhookStore {
  addWebhook(webhook: NewWebhook): number
  /** Its messages go with it. */
  removeWebhook(ref: number): boolean
  changeWebhook(ref: number, change: WebhookChange): boolean
  /** A new secret; the one it replaces signs beside it until `formerUntil`. */
  rotateWebhook(ref: number, secret: string, formerUntil: number): boolean
  /** Has a message sent again, as often as a new one; whether this webhook has it. */
  replayMessage(webhook: number, ref: number, now: number): boolean
  /** The same of all that were given up; how many. */
  replayParked(webhook: number, period: ReplayPeriod, now: number): number
  /** Writes a test message; its number, or null where there is no such webhook. */
  testWebhook(ref: number, now: number): number | null
  webhookHealth(): WebhookHealth
  /** What is to be sent now, at most so many of each webhook together with what is under way. */
  dueMessages(now: number, underWay: readonly InFlight[], most: number): readonly DueMessage[]
  /** Writes what became of tries, in one transaction. */
  noteTries(tries: readonly Tried[]): void
}
