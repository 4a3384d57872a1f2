/** How long what is kept for a while is kept. */

/** Refused and waiting events are for whoever mends something, not for ever. */
export const SMALL_KEPT_DAYS = 30

/** The beginning of the UTC day that many months ago: what ended before it is not kept. */
export function cutOff(at: number, months: number): number {
  const day = new Date(at)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - months, day.getUTCDate())
}
