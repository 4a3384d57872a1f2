/** How far an export has come, as words for whoever waits for it. */

export interface Progress {
  readonly rows: number
  readonly bytes: number
  /** Since it began. */
  readonly tookMs: number
  /** About how many rows there are; null where that is not known. */
  readonly total: number | null
}

/** "120,000 of about 1,000,000 events, 45.2 MB, 61,000 a second, about 14 s to go". */
export function progressWords(what: string, { rows, bytes, tookMs, total }: Progress): string {
  const aSecond = tookMs > 0 ? (rows * 1000) / tookMs : 0
  const left = total !== null && aSecond > 0 && total > rows ? (total - rows) / aSecond : null
  return [
    total === null || total < rows
      ? `${whole(rows)} ${what}`
      : `${whole(rows)} of about ${whole(total)} ${what}`,
    sizeWords(bytes),
    `${whole(aSecond)} a second`,
    ...(left === null ? [] : [`about ${durationWords(left)} to go`]),
  ].join(', ')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function sizeWords(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function durationWords(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
}
