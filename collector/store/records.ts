/** What a store keeps, and forgets, beside events and people. */

/** What erasing somebody took out of the tables. */
export interface Erased {
  readonly site: number
  readonly events: number
  readonly visitors: number
  /** Browsers that others used too: to be derived anew in the same transaction. */
  readonly browsers: readonly number[]
  /** Claims of others that named one of the ids, by their number. */
  readonly connected: readonly number[]
}

/** What retention took out of the tables in one piece. */
export interface Pruned {
  readonly events: number
  readonly sessions: number
  readonly anonymous: number
  /** To be derived anew in the same transaction. */
  readonly browsers: readonly number[]
  /** There may be more. */
  readonly hasMore: boolean
}

/** What of the small tables had expired. */
export interface Expired {
  readonly rejected: number
  readonly quarantined: number
  /** Entries of who did what. */
  readonly audit: number
}

/** A copy that somebody made. */
export interface Backup {
  readonly path: string
  readonly madeAt: number
  readonly expiresAt: number
}

/** An event that waits in quarantine, as it came. */
export interface QuarantinedEvent {
  readonly ref: number
  readonly site: number
  readonly browserKey: string | null
  /** A code, or the name of the error. */
  readonly reason: string
  /** JSON text, cut. */
  readonly raw: string
  readonly envelope: string
  readonly receivedAt: number
}

/** A hash of what was erased, with the stretch of time; null is no bound. */
export interface Tombstone {
  readonly hash: string
  readonly from: number | null
  readonly to: number | null
  readonly erasedAt: number
}

/** A browser's life from an instant to before another. */
export interface Stretch {
  readonly browser: number
  readonly from: number
  readonly to: number
}

/** Which events of the quarantine: those of a reason, or with a number, alone. */
export interface AskedRequeue {
  readonly ref?: number
  readonly reason?: string
}

/** An event that was refused, as it is kept for the owner to look at. */
export interface RejectedEvent {
  readonly site: number
  readonly code: string
  readonly detail: string
  /** The event as it came, secrets masked, cut. */
  readonly sample: string
  readonly receivedAt: number
}

/** Somebody by a name they go by, in its normal form; on one site, or null for all. */
export interface Mentioned {
  readonly kind: 'email' | 'user'
  readonly value: string
  readonly site: number | null
}

/** Events that name somebody though they never happened. */
export interface Mentions {
  readonly waiting: number
  readonly refused: number
  /** Links in e-mails that were made for them. */
  readonly links: number
}

/** What a command asks of whoever is alone on the store; an erasure of lead 0 is of bytes that are deleted already. */
export type Order =
  | { readonly kind: 'erase'; readonly lead: number; readonly at: number }
  | { readonly kind: 'prune'; readonly at: number }

/** How a store sees to it that no file shows what was deleted, and is told to delete. */
export interface Forgetful {
  /** Writes the store anew, if it is small or may be of any size, so that no file shows what was deleted; whether it did. */
  rewrite(anySize: boolean): boolean
  /** The same for a small store that is free for a good part, to give the room back to the disk. */
  shrink(): boolean
  /** Drops texts that nothing refers to any more, after looking at every event; how many. */
  dropUnusedTexts(): number
  /** What commands have asked of whoever is alone on the store. */
  orders(): readonly Order[]
  giveOrder(order: Order): void
  endOrder(order: Order, how: { readonly isGone: boolean }): void
  /** How an order ended, once; null while it waits. */
  takeAnswer(order: Order): { readonly isGone: boolean } | null
}
