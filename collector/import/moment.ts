import { parseInstant } from '../http/api-instant.ts'

/** When something happened, as a file says it. */

export type ReadMoment =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly problem: string }

/** How far the clock of whoever wrote the file may be ahead of ours. */
const CLOCK_SKEW_MS = 60_000
const DAY_MS = 86_400_000

const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?=$|\s)/
/** Days between the beginning of epoch time and of the count that spreadsheets keep. */
const SHEET_DAYS = 25_569

/**
 * A day (its beginning, UTC) or an ISO instant, also with a blank for its `T`; a day with dots, which is
 * written with the day first wherever it is written so; or epoch milliseconds.
 */
export function readMoment(text: string, now: number): ReadMoment {
  // Other digits are no milliseconds: a day without dashes, seconds, or how spreadsheets count days.
  const isOther = /^\d*$/.test(text) && text.length !== 13
  const iso = dashed(text)
    .replace(/^(\d{4}-\d{2}-\d{2})\s+(?=\d)/, '$1T')
    .replace(/\s*UTC$/, 'Z')
  const at = isOther ? null : parseInstant(iso, 'start')
  if (at === null) return wrong(problemOf(text))
  if (at > now + CLOCK_SKEW_MS) {
    return wrong(`“${text}” is in the future: write when it happened, not when it is planned`)
  }
  return { ok: true, at: Math.min(at, now) }
}

function dashed(text: string): string {
  return text.replace(
    DOTTED,
    (_, day: string, month: string, year: string) =>
      `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`,
  )
}

function problemOf(text: string): string {
  if (/^[2-7]\d{4}$/.test(text)) {
    const day = new Date((Number(text) - SHEET_DAYS) * DAY_MS).toISOString().slice(0, 10)
    return `“${text}” is no date but the number a spreadsheet keeps for one: write ${day}`
  }
  const [, first, second, year] = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b/.exec(text) ?? []
  if (first && second && year) {
    const days = [
      [second, first],
      [first, second],
    ].flatMap(([month = '', day = '']) => {
      const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
      return parseInstant(iso, 'start') === null ? [] : [iso]
    })
    const [one, other] = [...new Set(days)]
    if (one && other) return `“${text}” can be two dates: write ${one} or ${other}`
    if (one) return `“${text}” is no date as they are read here: write ${one}`
  }
  if (text === '') return 'it says nothing of when it happened: write a date such as 2026-04-03'
  return `“${text}” is no date: write one such as 2026-04-03`
}

function wrong(problem: string): ReadMoment {
  return { ok: false, problem }
}
