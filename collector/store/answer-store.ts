/** What writes were answered, for whoever sends one again with its `Idempotency-Key`. */

export interface KeptAnswer {
  /** A hash of who sent it, where to, and with which key. */
  readonly name: Uint8Array
  /** Opened with the sender's own credentials alone: it may hold a secret that is shown once. */
  readonly sealed: Uint8Array
  readonly startedAt: number
  /** Forgotten from then on. */
  readonly until: number
}

/** Every method is one transaction. */
export interface AnswerStore {
  /** Does nothing where somebody was erased since the write began: the answer may name them. */
  keepAnswer(answer: KeptAnswer): void
  /** The sealed answer; null where there is none any more. */
  keptAnswer(name: Uint8Array, now: number): Uint8Array | null
}
