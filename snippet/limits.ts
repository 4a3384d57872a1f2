/** Every time and every cap of the tag. The bundler writes a number from another file where it is used. */

/** Chrome keeps no cookie longer than 400 days. */
export const COOKIE_SECONDS = 400 * 86_400

/** How long events are gathered before they are sent. */
export const GATHER_MS = 1_000
/** Waits before the next try, at random, grow by this much. */
export const RETRY_MS = 4_000
/** An event takes 210 characters and more, so these are never more than 200. */
export const MAX_SHELF_CHARS = 42_000
export const MAX_EVENT_CHARS = 4_000
/** Events of one request: with the above, less than what browsers allow for keepalive. */
export const MAX_EVENTS = 16

export const BEAT_MS = 1_000
/** The same action seen again this soon, by another source or for the same item, is one action. */
export const SAME_ACTION_MS = 2_000

/** Attention ends this long after the last sign of life. */
export const IDLE_MS = 30_000
/** Attention is told when it has grown by this much. */
export const REPORT_MS = 15_000
/** Beats that a page was visible for, which prove a person: after a touch of theirs, and without. */
export const PROOF_BEATS_AFTER_INPUT = 3
export const PROOF_BEATS = 10

/** In-page navigation changes the address first and the title a moment later. */
export const TITLE_SETTLES_MS = 100

/** A formdata event with no submit before it is `form.submit()` if the page leaves this soon. */
export const LEAVES_WITHIN_MS = 1_000
