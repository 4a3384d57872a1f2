/**
 * Everything that crosses the wire between the tag and the collector: shapes, limits and names.
 * Both sides import from here and nowhere else, so a change in one is a type error in the other.
 */

/** A collector refuses larger bodies with 413; also the browsers' shared cap for keepalive requests. */
export const MAX_BODY_BYTES = 65_536
/** Events in one batch; a larger batch is refused with 413. */
export const MAX_BATCH_EVENTS = 100
/** A session ends after this long without an event. */
export const SESSION_IDLE_MS = 30 * 60_000
/** Beacon events older than this are rejected as `too_old`. */
export const MAX_EVENT_AGE_MS = 7 * 86_400_000
/** Holds the browser id: written by the tag, renewed by a collector of the same site. */
export const BROWSER_COOKIE = '_pq'
/** For as long as that cookie may live; Chrome keeps none longer than 400 days. */
export const COOKIE_SECONDS = 400 * 86_400

/** Values a prop or a trait may have on the wire; anything else is dropped. */
export type PropValue = string | number | boolean
export type Props = Readonly<Record<string, PropValue>>

/**
 * One thing that happened in a browser. Times are epoch milliseconds on the sender's clock.
 * `id`, `session` and `view` are UUIDs, time-ordered where they are new.
 */
export interface WireEvent {
  readonly id: string
  readonly type: string
  readonly at: number
  readonly session?: string
  readonly view?: string
  readonly url?: string
  readonly referrer?: string
  readonly title?: string
  readonly props?: Readonly<Record<string, PropValue | Props>>
}

/** The body of `POST /e`: the events of one session. `browser` is absent when cookieless. */
export interface WireBatch {
  readonly site: string
  readonly browser?: string
  readonly sentAt?: number
  /** This session has proven that a person is there; see CONTRACT, "The beacon". */
  readonly human?: boolean
  readonly events: readonly WireEvent[]
}

/** What the collector answers with 202: a verdict for every event. */
export interface WireAnswer {
  readonly accepted: number
  readonly duplicates: number
  readonly ignored: number
  readonly rejected: readonly { readonly index: number; readonly code: string }[]
}

/** Query parameters of a page's address that may leave the browser with their value. */
export const CAMPAIGN_PARAMS = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_id',
  'utm_term',
  'utm_content',
  'utm_source_platform',
] as const

/** Click ids: only that one was there leaves the browser, as `name=1`. */
export const CLICK_ID_PARAMS = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'msclkid',
  'fbclid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'rdt_cid',
  'ScCid',
  'epik',
] as const
