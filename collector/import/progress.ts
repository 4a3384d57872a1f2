import type { ImportReport } from './report.ts'

/** How far an import is, and what came of it, in words. Pure. */

export interface Progress {
  readonly rows: number
  readonly tookMs: number
  /** Share of the file that is read; null where its size is not known. */
  readonly share: number | null
}

/** "41 % · 412,000 rows · 21,300 a second · 28 s left" */
export function importProgressWords({ rows, tookMs, share }: Progress): string {
  const rate = tookMs > 0 ? Math.round((rows * 1000) / tookMs) : 0
  const isEarly = share === null || share <= 0.001
  const leftMs = isEarly ? null : (tookMs / share) * (1 - share)
  return [
    ...(share === null ? [] : [`${Math.floor(share * 100)} %`]),
    `${count(rows)} rows`,
    `${count(rate)} a second`,
    ...(leftMs === null ? [] : [`${durationWords(leftMs)} left`]),
  ].join(' · ')
}

function durationWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}

export interface Finished extends ImportReport {
  readonly isDry: boolean
  /** What the rows are. */
  readonly things: 'events' | 'outcomes'
  /** Null where it is not known. */
  readonly leads: number | null
  readonly tookMs: number
}

/** The report for people, line by line. */
export function reportLines(done: Finished): readonly string[] {
  const { read, new: fresh, known, erased, skipped, reasons, leads, isDry, tookMs, things } = done
  const rate = tookMs > 0 ? Math.round((read * 1000) / tookMs) : 0
  const would = isDry ? 'would be ' : ''
  return [
    `${counted(read, 'rows')} read in ${durationWords(tookMs)} (${count(rate)} a second)`,
    `${counted(fresh, things)} ${would}new, ${count(known)} known already`,
    ...(leads === null ? [] : [`${counted(leads, 'leads')} ${would}new`]),
    ...(erased > 0 ? [`${count(erased)} of people who were erased, so left out`] : []),
    ...(skipped > 0 ? [`${counted(skipped, 'rows')} skipped:`] : []),
    ...reasons.map(
      ({ rows, why, code, lines }) =>
        `  ${count(rows)} × ${code}: ${why} (line ${lines.join(', ')}${rows > lines.length ? ', …' : ''})`,
    ),
    ...(isDry ? ['Nothing was imported: this was a dry run.'] : []),
  ]
}

/** "1 row", "2 rows". */
function counted(n: number, things: string): string {
  return `${count(n)} ${n === 1 ? things.replace(/s$/, '') : things}`
}

function count(n: number): string {
  return n.toLocaleString('en')
}
