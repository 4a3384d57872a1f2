/** Instants as people write them in a URL. */

const DAY_MS = 86_400_000
const DAY = /^(\d{4}-\d{2}-\d{2})$/
// A "+" of the zone that was not percent-encoded arrives as a space.
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+ -]\d{2}:\d{2})?$/i
const EPOCH = /^\d{1,14}$/

/**
 * Epoch milliseconds of a day (its beginning or its end), an ISO 8601 instant (UTC where it names no
 * zone) or epoch milliseconds; null for anything else and for what lies before 1970.
 */
export function parseInstant(text: string, side: 'start' | 'end'): number | null {
  if (EPOCH.test(text)) return Number(text)
  const [, day] = DAY.exec(text) ?? []
  if (day) return inTime(day, dayStart(day) + (side === 'end' ? DAY_MS - 1 : 0))
  const [, date, zone] = INSTANT.exec(text) ?? []
  if (!date) return null
  return inTime(date, Date.parse(zone ? text.replace(' ', '+') : `${text}Z`))
}

export function endOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS + DAY_MS - 1
}

function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** `at`, if it is one and its day exists: Date.parse reads 30 February as 2 March. */
function inTime(day: string, at: number): number | null {
  const start = dayStart(day)
  const isDay = Number.isFinite(start) && new Date(start).toISOString().startsWith(day)
  return isDay && Number.isFinite(at) && at >= 0 ? at : null
}
