import type { AdjustmentJson, DecisionJson, OutcomeJson } from '../store/shapes.ts'
import { OUTCOME_DONE, valueWords } from './present-sales.ts'
import { STAGES } from './vocabulary.ts'
import { signedPoints, type When, whenOf } from './words.ts'

/** What was decided and said about somebody, placed in time among their visits. */

export interface MomentView {
  /** Epoch milliseconds, to place it by. */
  readonly at: number
  readonly when: When
  readonly tone: 'up' | 'down' | 'said'
  readonly words: string
  readonly detail: string
  /** The score or the clock decided; it may be part of the visit that made it so. */
  readonly isAlone: boolean
}

export interface MomentsSource {
  readonly decisions: readonly DecisionJson[]
  readonly outcomes: readonly OutcomeJson[]
  readonly adjustments: readonly AdjustmentJson[]
  readonly now: number
}

/** Newest first. What sales said is told by what they said, not by what was decided on it. */
export function presentMoments(source: MomentsSource): MomentView[] {
  const { decisions, outcomes, adjustments, now } = source
  const decided = decisions
    .filter((one) => one.by !== 'sales' || outcomes.length === 0)
    .map((one): MomentView => {
      return {
        ...placed(one.at, now),
        tone: isDown(one) ? 'down' : 'up',
        words: decisionWords(one),
        detail: `${causeWords(one)}, ${signedPoints(one.score_milli).replace('+', '')} points then`,
        isAlone: one.by === 'clock' || one.by === 'sales',
      }
    })
  const said = outcomes.map((one): MomentView => {
    const value = one.value === null ? [] : [valueWords(one.value, one.currency)]
    return {
      ...placed(one.occurred_at, now),
      tone: 'said',
      words: OUTCOME_DONE[one.type] ?? one.type,
      detail: [`by ${one.by}`, ...value, ...(one.reason ? [`“${one.reason}”`] : [])].join(', '),
      isAlone: true,
    }
  })
  const adjusted = adjustments.map((one): MomentView => {
    return {
      ...placed(one.at, now),
      tone: 'said',
      words: `Score adjusted by ${signedPoints(one.points * 1000)}`,
      detail: `by ${one.by}, “${one.reason}”`,
      isAlone: true,
    }
  })
  return [...decided, ...said, ...adjusted].sort((a, b) => b.at - a.at)
}

function placed(iso: string, now: number) {
  return { at: Date.parse(iso), when: whenOf(iso, now) }
}

function isDown({ to, by }: DecisionJson): boolean {
  return by === 'clock' || to === 'lost' || to === 'disqualified'
}

/** "Became an MQL", "Fell back to lead". */
export function decisionWords({ from, to, by }: DecisionJson): string {
  if (to === 'mql') return from === 'mql' ? 'Still an MQL' : 'Became an MQL'
  if (by === 'clock') return `Fell back to ${STAGES[to].toLowerCase()}`
  if (to === 'lead' && from !== 'anonymous') return 'A lead again'
  return to === 'lead' ? 'Became a lead' : STAGES[to]
}

const CAUSES: Readonly<Record<DecisionJson['by'], string>> = {
  score: 'by the score',
  hand_raise: 'by a hand raise',
  clock: 'the score was low for too long',
  sales: 'sales’ word',
  identity: 'it was learnt who is who',
}

export function causeWords({ by }: DecisionJson): string {
  return CAUSES[by]
}
