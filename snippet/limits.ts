/** Every time and every cap of the tag. The bundler writes a number from another file where it is used. */

/** Domains of fewer labels than this are tried for cookies. */
export const MAX_LABELS = 9

/** How long events are gathered before they are sent. */
export const GATHER_MS = 1_000
/** The wait before the next try: at least the first, and at random up to the second more. */
export const RETRY_AT_LEAST_MS = 500
export const RETRY_WITHIN_MS = 59_000
/** A collector that has not answered by then will not. */
export const GIVE_UP_MS = 20_000
/** How long the answers to a page that is gone may take, before another page asks again. */
export const LEFT_MS = 1_000
export const MAX_SHELF_EVENTS = 200
export const MAX_SHELF_CHARS = 64_000
export const MAX_EVENT_CHARS = 4_000
/** Events of one request: with the above, less than what browsers allow for keepalive. */
export const MAX_EVENTS = 16

/** What one page may report: this much at once, and this much more at each beat. */
export const BURST_EVENTS = 300
export const REFILL_EVENTS = 10

export const BEAT_MS = 1_000
/** The same action seen again this soon, by another source or for the same item, is one action. */
export const SAME_ACTION_MS = 2_000

/** Attention ends this long after the last sign of life. */
export const IDLE_MS = 30_000
/** Attention is told at the first beat that it has grown by this much: every 15 seconds at the latest. */
export const REPORT_MS = 14_000
/** On leaving and going idle, by this much: two events tell of a leaving page, a moment apart. */
export const REST_MS = 50
/** Beats that a page was visible for, which prove a person: after a touch of theirs, and without. */
export const PROOF_BEATS_AFTER_INPUT = 3
export const PROOF_BEATS = 10

/** In-page navigation changes the address first and the title a moment later. */
export const TITLE_SETTLES_MS = 100

/** A formdata event with no submit before it is `form.submit()` if the page leaves this soon. */
export const LEAVES_WITHIN_MS = 1_000
