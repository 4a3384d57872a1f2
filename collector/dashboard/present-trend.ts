import type { DecisionJson, TrendDayJson } from '../store/shapes.ts'
import { plot } from './chart.ts'
import { decisionWords } from './present-moments.ts'
import { type DayView, dayOfWords, exactPoints, shortPoints } from './words.ts'

/** The score of the last 30 days: a line, the bar to an MQL, and what was decided on the way. */

interface Mark {
  readonly x: number
  readonly y: number
  readonly day: DayView
  readonly words: string
  readonly isGood: boolean
}

export interface TrendView {
  readonly width: number
  readonly height: number
  readonly line: string
  readonly area: string
  readonly last: { readonly x: number; readonly y: number; readonly words: string }
  /** The highest score, where that is not the last. */
  readonly peak: { readonly x: number; readonly y: number; readonly words: string } | null
  readonly bar: { readonly y: number; readonly words: string } | null
  readonly baseY: number
  readonly from: DayView
  readonly to: DayView
  readonly marks: readonly Mark[]
  /** The chart in a sentence. */
  readonly summary: string
  readonly rows: readonly { readonly day: DayView; readonly points: string }[]
}

export interface TrendSource {
  readonly days: readonly TrendDayJson[]
  /** The score that makes an MQL, in points; null where nobody can become one. */
  readonly enter: number | null
  readonly decisions: readonly DecisionJson[]
}

const BOX = { width: 400, height: 170, inset: 26 }
const HEADROOM = 1.12

/** Null where there is nothing to draw: no day has a point. */
export function presentTrend({ days, enter, decisions }: TrendSource): TrendView | null {
  const values = days.map(({ score_milli }) => score_milli / 1000)
  const [first, last] = [days[0], days.at(-1)]
  const most = Math.max(...values)
  if (!first || !last || values.length < 2 || most <= 0) return null
  const top = HEADROOM * Math.max(most, enter ?? 0)
  const { line, area, x, y } = plot(values, BOX, top)
  const peakAt = values.indexOf(most)
  // Two numbers side by side need so many days between them.
  const isPeakLast = values.length - 1 - peakAt < 5
  const marks = marksOf(days, decisions).map(({ index, ...mark }) => ({
    ...mark,
    x: x(index),
    y: y(values[index] ?? 0),
  }))
  return {
    ...{ width: BOX.width, height: BOX.height, line, area, marks },
    last: {
      x: x(values.length - 1),
      y: y(values.at(-1) ?? 0),
      words: shortPoints(last.score_milli),
    },
    peak: isPeakLast ? null : { x: x(peakAt), y: y(most), words: shortPoints(most * 1000) },
    bar: enter === null ? null : { y: y(enter), words: `MQL from ${enter}` },
    baseY: y(0),
    from: dayOfWords(first.day),
    to: dayOfWords(last.day),
    summary: summaryOf(first, last),
    rows: days
      .map(({ day, score_milli }) => ({ day: dayOfWords(day), points: exactPoints(score_milli) }))
      .toReversed(),
  }
}

function marksOf(days: readonly TrendDayJson[], decisions: readonly DecisionJson[]) {
  return decisions.toReversed().flatMap((decision) => {
    const index = days.findIndex(({ day }) => day === decision.at.slice(0, 10))
    if (index < 0 || decision.from === decision.to) return []
    const day = dayOfWords(decision.at)
    const isGood = !['lead', 'lost', 'disqualified', 'recycled'].includes(decision.to)
    return [{ index, day, words: decisionWords(decision), isGood }]
  })
}

function summaryOf(first: TrendDayJson, last: TrendDayJson): string {
  const change = last.score_milli - first.score_milli
  const size = shortPoints(Math.abs(change))
  if (Math.abs(change) < 100)
    return `As it was 30 days ago, ${shortPoints(last.score_milli)} points.`
  return `${change > 0 ? 'Up' : 'Down'} ${size} points in 30 days.`
}
