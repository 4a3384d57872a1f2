/**
 * How numbers, instants and lengths of time are said. Pure: the instant of reading is an argument,
 * and exact times are in UTC, so the same data gives the same page everywhere.
 */

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MONTH_DAYS = 30
const YEAR_DAYS = 365
const JUST_NOW_MS = 5 * SECOND_MS

const MINUS = '\u2212'
/** Keeps a number and its sign on one line. */
const NO_BREAK = '\u00a0'
const integers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const thousandths = new Intl.NumberFormat('en', {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
})
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const lists = new Intl.ListFormat('en', { type: 'conjunction' })
const exactTimes = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** An instant as a `<time>` needs it: for machines, exactly, and in words. */
export interface When {
  readonly iso: string
  readonly exact: string
  readonly words: string
}

export function whenOf(iso: string, now: number): When {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return { iso: '', exact: '', words: 'at an unknown time' }
  return { iso, exact: `${exactTimes.format(at)} UTC`, words: agoWords(now - at) }
}

/** A UTC day as a `<time>` needs it: "12 Dec", and in full. */
export interface DayView {
  readonly iso: string
  readonly exact: string
  readonly words: string
}

const shortDays = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
})
const fullDays = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'full' })

/** Of `YYYY-MM-DD`, or of an instant's day. */
export function dayOfWords(iso: string): DayView {
  const day = iso.slice(0, 10)
  const at = Date.parse(`${day}T00:00:00Z`)
  return { iso: day, exact: `${fullDays.format(at)}, UTC`, words: shortDays.format(at) }
}

export function maybeWhen(iso: string | null | undefined, now: number): When | null {
  return iso ? whenOf(iso, now) : null
}

/** "3 s ago", "2 days ago"; instants ahead of the clock are "just now". */
export function agoWords(elapsedMs: number): string {
  if (elapsedMs < JUST_NOW_MS) return 'just now'
  if (elapsedMs < MINUTE_MS) return `${Math.floor(elapsedMs / SECOND_MS)} s ago`
  if (elapsedMs < HOUR_MS) return `${Math.floor(elapsedMs / MINUTE_MS)} min ago`
  if (elapsedMs < DAY_MS) return `${Math.floor(elapsedMs / HOUR_MS)} h ago`
  const days = Math.floor(elapsedMs / DAY_MS)
  if (days < 2 * MONTH_DAYS) return `${plural(days, 'day')} ago`
  if (days < 2 * YEAR_DAYS) return `${Math.floor(days / MONTH_DAYS)} months ago`
  return `${Math.floor(days / YEAR_DAYS)} years ago`
}

/** "8 s", "3 min 4 s", "1 h 12 min"; anything under a second is "under 1 s". */
export function durationWords(ms: number): string {
  if (!(ms >= SECOND_MS)) return 'under 1 s'
  const seconds = Math.floor(ms / SECOND_MS)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return twoUnits(minutes, 'min', seconds % 60, 's')
  return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = `${integers.format(large)} ${largeUnit}`
  return small === 0 ? first : `${first} ${small} ${smallUnit}`
}

/** "12,345"; whole. */
export function countWords(count: number): string {
  return integers.format(count)
}

/** "1 visit", "2 visits"; an irregular plural is given as the third argument. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${integers.format(count)} ${count === 1 ? one : many}`
}

/** "85 %", of a share that is already in percent. */
export function percentWords(percent: number): string {
  return `${Math.round(percent)}${NO_BREAK}%`
}

/** Milli-points as a line of a receipt: "+14.120", "−3.100". */
export function signedPoints(milli: number): string {
  const size = thousandths.format(Math.abs(milli) / 1000)
  if (milli === 0) return size
  return `${milli > 0 ? '+' : MINUS}${size}`
}

/** Milli-points as a total: "87.412". */
export function exactPoints(milli: number): string {
  return milli < 0 ? signedPoints(milli) : thousandths.format(milli / 1000)
}

/** One decimal for lists, cut and not rounded, so that 99.96 never looks like the 100 it isn't. */
export function shortPoints(milli: number): string {
  const size = tenths.format(Math.floor(Math.abs(milli) / 100) / 10)
  return milli <= -100 ? `${MINUS}${size}` : size
}

export function money(value: number, currency: string): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(value)
  } catch {
    // The currency came from a tracked page and may be anything.
    return `${tenths.format(value)} ${currency}`
  }
}

export function listWords(items: readonly string[]): string {
  return lists.format(items)
}

/** "tour_booked" → "Tour booked", for names nobody has words for. */
export function humanise(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}
