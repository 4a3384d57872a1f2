import type { RuleExplained } from '../store/explained.ts'
import type { Reason, ScoreJson } from '../store/shapes.ts'
import { followableUrl, hostOf, pathOf } from './links.ts'
import { presentRule, type RuleView } from './present-rule.ts'
import { measureOf } from './vocabulary.ts'
import {
  type DayView,
  dayOfWords,
  exactPoints,
  maybeWhen,
  signedPoints,
  type When,
  whenOf,
} from './words.ts'

/**
 * A score as a receipt: every reason a line, in an order a person reads (what gave most first, each
 * cap under its rule, then what was adjusted by hand, then the floor). Lines are never merged or
 * left out, so they add up to the total to the last digit.
 */

export interface ReceiptLine {
  readonly kind: 'rule' | 'cap' | 'adjustment' | 'floor'
  readonly label: string
  /** "3 visits", "Cap of this rule"; empty where there is nothing to add. */
  readonly detail: string
  readonly last: When | null
  readonly milli: number
  readonly points: string
  readonly tone: 'plus' | 'minus'
  /** Length beside the longest line, 0–100. */
  readonly share: number
  /** What stands behind a rule's line; null for the other kinds. */
  readonly rule: RuleView | null
  /** When a cap takes nothing any more. */
  readonly until: DayView | null
}

export interface ReceiptView {
  readonly lines: readonly ReceiptLine[]
  readonly total: string
  readonly totalMilli: number
  readonly asOf: When
  readonly model: string
}

/** `rules` are those of the score's lines; what is missing there is a line that doesn't open. */
export function presentReceipt(
  score: ScoreJson,
  rules: readonly RuleExplained[],
  now: number,
): ReceiptView {
  const ruleOf = new Map(rules.map((rule) => [rule.rule, rule]))
  const longest = score.reasons.reduce((most, { milli }) => Math.max(most, Math.abs(milli)), 0)
  return {
    lines: inReadingOrder(score.reasons).map((reason) =>
      presentLine({ reason, longest, now, rule: ruleOf.get(reason.rule ?? '') }),
    ),
    total: exactPoints(score.score_milli),
    totalMilli: score.score_milli,
    asOf: whenOf(score.as_of, now),
    model: `Model version ${score.model_version}`,
  }
}

interface LineSource {
  readonly reason: Reason
  readonly longest: number
  readonly now: number
  readonly rule: RuleExplained | undefined
}

function presentLine({ reason, longest, now, rule }: LineSource): ReceiptLine {
  const kind = reason.kind ?? 'rule'
  return {
    kind,
    label: reason.label,
    detail: kind === 'rule' ? (measureOf(reason) ?? '') : KIND_WORDS[kind],
    last: maybeWhen(reason.last_at, now),
    milli: reason.milli,
    points: signedPoints(reason.milli),
    tone: reason.milli < 0 ? 'minus' : 'plus',
    share: longest === 0 ? 0 : Math.round((Math.abs(reason.milli) / longest) * 100),
    rule: kind === 'rule' && rule ? presentRule(reason, rule) : null,
    until: kind === 'cap' && rule?.fits_cap_on ? dayOfWords(rule.fits_cap_on) : null,
  }
}

const KIND_WORDS = {
  cap: 'Cap of this rule',
  adjustment: 'Adjusted by hand, does not fade',
  floor: 'Floor',
} as const

function inReadingOrder(reasons: readonly Reason[]): Reason[] {
  const groups = new Map<string, Reason[]>()
  reasons.forEach((reason, index) => {
    const key = reason.rule ?? `${reason.kind} ${index}`
    groups.set(key, [...(groups.get(key) ?? []), reason])
  })
  return [...groups.values()]
    .toSorted((a, b) => rankOf(a) - rankOf(b) || netOf(b) - netOf(a))
    .flatMap((group) => group.toSorted((a, b) => kindRank(a) - kindRank(b)))
}

function netOf(group: readonly Reason[]): number {
  return group.reduce((sum, { milli }) => sum + milli, 0)
}

function rankOf(group: readonly Reason[]): number {
  return Math.min(...group.map(kindRank).map((rank) => (rank === 1 ? 0 : rank)))
}

function kindRank(reason: Reason): number {
  return { rule: 0, cap: 1, adjustment: 2, floor: 3 }[reason.kind ?? 'rule']
}

/** An address a tracked page reported: always readable, a link only where following it is safe. */
export interface PlaceView {
  readonly text: string
  readonly href: string | null
}

export function placeOf(
  url: string | null | undefined,
  shown: 'path' | 'whole' = 'path',
): PlaceView | null {
  if (!url) return null
  const host = hostOf(url)
  const path = pathOf(url)
  const isFront = path === '/'
  if (host === null) return { text: path, href: null }
  const whole = `${host}${isFront ? '' : path}`
  return { text: shown === 'whole' || isFront ? whole : path, href: followableUrl(url) }
}
