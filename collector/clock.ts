/**
 * The time of receipt, from a wall clock that is held against the monotonic one. A wall clock that jumps
 * (a step of NTP, a virtual machine that slept, somebody's hand) is not followed for a minute: most wrong
 * settings are put right by then. If it stays where it went, that is the time, and it is taken.
 *
 * Between jumps the answers never go back; at most once a jump, when it is taken.
 */
export interface Clock {
  /** Epoch milliseconds, whole. To be asked at least every few seconds, or drift looks like a jump. */
  (): number
  /** How often the wall clock jumped. */
  readonly jumps: () => number
  /**
   * Whether what can't be taken back, such as dropping what is old, may go by this clock: not in the day after
   * it jumped by more than a day, in which somebody sees that it is wrong.
   */
  readonly isSettled: () => boolean
}

export interface ClockDeps {
  /** Epoch milliseconds, as the system has them. */
  readonly now: () => number
  /** Milliseconds since any instant, never going back. */
  readonly monotonicMs: () => number
  /** Told of each jump, with its length; before the time is taken. */
  readonly onJump?: (jump: { readonly ms: number }) => void
}

/** Clocks are slewed by less than that in a second; whoever jumps so little does no harm. */
const JUMP_MS = 1_000
const DOUBT_MS = 60_000
const DAY_MS = 86_400_000

export function createClock({ now, monotonicMs, onJump = () => {} }: ClockDeps): Clock {
  const startedAt = monotonicMs()
  /** From the monotonic clock to the time: as trusted, and as the wall clock last had it. */
  let trusted = now() - startedAt
  let seen = trusted
  let jumps = 0
  let doubtedSince: number | null = null
  let leaptAt = Number.NEGATIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY

  function read(): number {
    const monotonic = monotonicMs()
    const offset = now() - monotonic
    const moved = offset - seen
    seen = offset
    if (Math.abs(moved) > JUMP_MS) {
      jumps += 1
      doubtedSince = monotonic
      if (Math.abs(moved) > DAY_MS) leaptAt = monotonic
      onJump({ ms: Math.round(moved) })
    }
    if (Math.abs(offset - trusted) <= JUMP_MS) {
      trusted = offset
      doubtedSince = null
    } else if (doubtedSince !== null && monotonic - doubtedSince >= DOUBT_MS) {
      trusted = offset
      doubtedSince = null
      last = Number.NEGATIVE_INFINITY
    }
    last = Math.max(last, Math.round(trusted + monotonic))
    return last
  }
  const isSettled = () => monotonicMs() - leaptAt > DAY_MS
  return Object.assign(read, { jumps: () => jumps, isSettled })
}
