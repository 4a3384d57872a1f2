import type { LeadJson, Stage } from './shapes.ts'

/** Who needs somebody's attention now: what the screen Today is made of. */

/** Somebody who has taken a lead in hand, and since when. */
export interface InHandJson {
  readonly by: string
  readonly at: string
}

/** A marketing-qualified lead that sales has not judged yet. */
export interface WaitingJson {
  readonly lead: LeadJson
  /** When it became one: what it waits since. */
  readonly mql_at: string
  /** What made it one. */
  readonly because: 'score' | 'hand_raise'
  /** Name of the event by which it asked to talk; null where it did not, or the event is kept no more. */
  readonly asked: string | null
  /** Null: nobody works on it. */
  readonly in_hand: InHandJson | null
}

export interface RaisedJson {
  readonly lead: LeadJson
  readonly raised_at: string
  readonly asked: string | null
  readonly in_hand: InHandJson | null
}

/** A lead whose score moved: `change_milli` is its score now less the one at the end of `since`. */
export interface MovedJson {
  readonly lead: LeadJson
  readonly before_milli: number
  readonly change_milli: number
  /** What moved it most; null where nothing moved it that way. */
  readonly cause: {
    readonly label: string
    readonly rule: string | null
    readonly milli: number
  } | null
}

/** How many there are, and the first of them. */
export interface QueueJson<T> {
  readonly total: number
  readonly first: readonly T[]
}

export interface AttentionJson {
  /** Points that make an MQL. */
  readonly enter: number
  /** Nobody works on them. Who asked to talk lately comes first, the newest on top; then who waits longest. */
  readonly waiting: QueueJson<WaitingJson> & { readonly longest_since: string | null }
  /** Somebody does; the latest taken first. */
  readonly in_hand: QueueJson<WaitingJson>
  /** Asked to talk lately and not with sales yet; newest first. */
  readonly raised: QueueJson<RaisedJson>
  /** The UTC day at whose end the scores before are read. */
  readonly since: string
  readonly heating: readonly MovedJson[]
  readonly cooling: readonly MovedJson[]
}

/** Stages of leads that marketing still owns. */
export const WITH_MARKETING: readonly Stage[] = ['lead', 'mql', 'recycled']
