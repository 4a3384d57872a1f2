import type { FitExplained } from '../store/explained.ts'
import type { LeadJson } from '../store/shapes.ts'
import { FITS } from './vocabulary.ts'
import { humanise, signedPoints } from './words.ts'

/** How much a lead looks like a customer: the letter, what gave it, and what would add to it. */

export interface FitLineView {
  readonly label: string
  /** "Head of People"; what is not known, or not as the rule wants it. */
  readonly value: string
  readonly points: string
  readonly tone: 'plus' | 'minus'
}

export interface FitView {
  readonly letter: string
  readonly words: string
  readonly points: string
  /** 0–100. */
  readonly share: number
  readonly next: string
  readonly matched: readonly FitLineView[]
  readonly could: readonly FitLineView[]
}

const FIT_FROM = [
  { letter: 'A', from: 45 },
  { letter: 'B', from: 30 },
  { letter: 'C', from: 15 },
] as const
const SHOWN_COULD = 2

export function presentFit({ fit }: LeadJson, { cap, rules }: FitExplained): FitView {
  const matched = rules
    .filter(({ state }) => state === 'counts')
    .map(({ label, value, points }) => ({ label, value: value ?? '', ...signed(points) }))
  const could = rules
    .filter(({ gain }) => gain > 0)
    .toSorted((a, b) => b.gain - a.gain)
    .map(({ label, trait, value, gain }) => ({
      label,
      value: value === null ? `${humanise(trait)} not known` : `now “${value}”`,
      ...signed(gain),
    }))
  const shown = { matched, could: distinct(could).slice(0, SHOWN_COULD) }
  if (!fit.letter) {
    return {
      letter: '–',
      words: 'Fit unknown',
      points: 'No points yet',
      share: 0,
      next: 'No rule has found a trait to look at. Send a job title or a company with identify.',
      ...shown,
    }
  }
  const better = FIT_FROM.filter(({ from }) => from > fit.points).at(-1)
  return {
    letter: fit.letter,
    words: FITS[fit.letter],
    points: `${signedWhole(fit.points).replace('+', '')} of ${cap} points`,
    share: Math.max(0, Math.min(100, Math.round((fit.points / cap) * 100))),
    next: better
      ? `${better.letter} starts at ${better.from} points: ${better.from - fit.points} to go.`
      : 'The best letter there is.',
    ...shown,
  }
}

/** Rules of one label are one to a reader, whichever trait they look at. */
function distinct(lines: readonly FitLineView[]): FitLineView[] {
  return lines.filter((one, index) => lines.findIndex(({ label }) => label === one.label) === index)
}

function signed(points: number): Pick<FitLineView, 'points' | 'tone'> {
  return { points: signedWhole(points), tone: points < 0 ? 'minus' : 'plus' }
}

function signedWhole(points: number): string {
  return signedPoints(points * 1000).replace(/\.000$/, '')
}
