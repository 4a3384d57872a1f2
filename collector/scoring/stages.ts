import type { FitLetter, Stage } from '../store/shapes.ts'
import type { Model } from './model.ts'
import { DAY_MS, dayOf } from './tables.ts'

/**
 * Which stage a lead is in (SCORING.md, "Stages"). Two voices decide, and they are kept apart: what
 * the score and the clock made of a lead is its `Qualification`, what sales said are its `Outcome`s,
 * and `stageOf` reads the stage off both. Sales' word wins.
 *
 * A score changes with the UTC day alone, so between events the machine need only be looked at when
 * the last look said. Looks in between change nothing, and looks made up for afterwards
 * (`lookUntil`) decide the same at the same instants: what happened after a look is not seen by it.
 */

/** What sales can say; GA4's names where it has one. */
export const OUTCOME_TYPES = [
  'working_lead',
  'qualify_lead',
  'open_opportunity',
  'close_convert_lead',
  'close_unconvert_lead',
  'disqualify_lead',
  'recycle_lead',
] as const
export type OutcomeType = (typeof OUTCOME_TYPES)[number]

export interface Outcome {
  readonly id: number
  readonly type: OutcomeType
  /** When it happened, which may be long before it was reported. */
  readonly at: number
}

/** What the score and the clock alone have decided; stored on the lead. */
export interface Qualification {
  readonly isMql: boolean
  /** The last time it became an MQL. */
  readonly mqlAt: number | null
  /** Since when the score is below `exit`, while it is an MQL that nobody works on. */
  readonly belowSince: number | null
  /** The newest hand raise that needs no answer any more. */
  readonly raisedAt: number | null
}

export const UNQUALIFIED: Qualification = {
  isMql: false,
  mqlAt: null,
  belowSince: null,
  raisedAt: null,
}

/** May be worked out when asked for: most looks stop at the score. */
export interface QualificationReading {
  readonly isExcluded: boolean
  /** Null: nothing is known, which is no obstacle. */
  readonly letter: FitLetter | null
  readonly activeDays: number
  /** The newest hand raise that is still worth anything. */
  readonly raisedAt: number | null
  /**
   * The score's positive part now, which no later score exceeds. Where it reaches `enter` though the
   * score does not, fading penalties may lift the lead, and the machine looks for that day; without
   * it a rise is noticed when something else makes somebody look.
   */
  readonly positiveMilli?: number
  /** Milli-points as of a UTC day, of what is stored now. */
  scoreAt(day: number): number
}

/** A stage that a known person can be in. */
export type LeadStage = Exclude<Stage, 'anonymous'>
/** `identity`: it was learnt who is who, and the stage is what another lead had, or what is left. */
export type DecidedBy = 'score' | 'hand_raise' | 'clock' | 'sales' | 'identity'
type DecidedAlone = Exclude<DecidedBy, 'sales' | 'identity'>

export interface LeadNow {
  readonly qualification: Qualification
  readonly outcomes: readonly Outcome[]
  readonly reading: QualificationReading
  readonly mql: Model['mql']
  readonly at: number
}

export interface LeadLook {
  /** The same object where nothing changed. It may change though nothing was decided. */
  readonly qualification: Qualification
  /** Null: nothing was decided. */
  readonly by: DecidedAlone | null
  /** When to look again though nothing happens; later than this look. Null: never. */
  readonly lookAt: number | null
}

const NEVER = Number.NEGATIVE_INFINITY
/** How far ahead one look searches; then it asks for another. Scores may rise and fall, so every day is read. */
const SEARCH_DAYS = 400

/** The stage that an outcome sets; null where it sets none. */
export const STAGE_AFTER: Readonly<Record<OutcomeType, LeadStage | null>> = {
  working_lead: null,
  qualify_lead: 'sql',
  open_opportunity: 'opportunity',
  close_convert_lead: 'won',
  close_unconvert_lead: 'lost',
  disqualify_lead: 'disqualified',
  recycle_lead: 'recycled',
}

/** All that outcomes mean, in whatever order they were reported. */
interface Word {
  readonly stage: LeadStage | null
  readonly recycledAt: number | null
  readonly isWorked: boolean
}

function wordOf(outcomes: readonly Outcome[]): Word {
  let word: Word = { stage: null, recycledAt: null, isWorked: false }
  for (const { type, at } of [...outcomes].sort((a, b) => a.at - b.at || a.id - b.id)) {
    const stage = STAGE_AFTER[type]
    if (stage === 'recycled') word = { stage, recycledAt: at, isWorked: false }
    else if (stage === null) word = { ...word, isWorked: true }
    else word = { ...word, stage }
  }
  return word
}

function isWithSales({ stage }: Word): boolean {
  return stage !== null && stage !== 'recycled'
}

/** A lead that sales gave back after it became an MQL is none, whatever is stored. */
function isStillMql({ isMql, mqlAt }: Qualification, { recycledAt }: Word): boolean {
  return isMql && (recycledAt === null || (mqlAt ?? NEVER) > recycledAt)
}

/** The stage that follows from what the score decided and what sales said. */
export function stageOf(
  qualification: Qualification,
  outcomes: readonly Outcome[],
): Exclude<Stage, 'anonymous'> {
  const word = wordOf(outcomes)
  if (!isWithSales(word) && isStillMql(qualification, word)) return 'mql'
  return word.stage ?? 'lead'
}

/**
 * One look at a lead at an instant. Hand raises and outcomes later than `at` are not seen, only
 * waited for. A look that is overdue belongs to `lookUntil`: here a dwell begins when it is noticed.
 */
export function lookAtLead(now: LeadNow): LeadLook {
  const { qualification, outcomes, reading, mql, at } = now
  const word = wordOf(outcomes.filter((outcome) => outcome.at <= at))
  const comingAt = outcomes.map((outcome) => outcome.at)
  if (isWithSales(word)) return { qualification, by: null, lookAt: soonest(at, comingAt) }
  const scene: Scene = { reading, mql, word, at, milli: reading.scoreAt(dayOf(at)) }
  const isMql = isStillMql(qualification, word)
  const decided = isMql ? judgeMql(qualification, scene) : judgeLead(qualification, scene)
  const after = isSame(decided.qualification, qualification) ? qualification : decided.qualification
  const isMqlAfter = decided.by === null ? isMql : after.isMql
  const next = isMqlAfter ? nextLookAtMql(after, scene) : nextLookAtLead(after, scene)
  const lookAt = soonest(at, [...comingAt, next, freshRaise(after, scene)])
  return { qualification: after, by: decided.by, lookAt }
}

interface Scene {
  readonly reading: QualificationReading
  readonly mql: Model['mql']
  readonly word: Word
  readonly at: number
  /** The score at `at`. */
  readonly milli: number
}

type Judged = Pick<LeadLook, 'qualification' | 'by'>

function judgeLead(before: Qualification, scene: Scene): Judged {
  const { at, milli, word } = scene
  const raisedAt = seenRaise(before, scene)
  const isOverBar =
    milli >= enterMilli(scene) && at >= coolDownEnd(before, word, scene) && mayQualify(scene)
  if (raisedAt === null && !isOverBar) return { qualification: before, by: null }
  const qualification = {
    isMql: true,
    mqlAt: at,
    belowSince: belowSince(null, scene),
    raisedAt: raisedAt ?? before.raisedAt,
  }
  return { qualification, by: raisedAt === null ? 'score' : 'hand_raise' }
}

function judgeMql(before: Qualification, scene: Scene): Judged {
  const raisedAt = seenRaise(before, scene)
  const after = {
    ...before,
    belowSince: belowSince(before.belowSince, scene),
    raisedAt: raisedAt ?? before.raisedAt,
  }
  const dueAt = demotionAt(after, scene)
  if (dueAt === null || scene.at < dueAt) return { qualification: after, by: null }
  // A raise that came when the demotion was due already is for the next look to answer, not lost.
  const isOldNews = raisedAt !== null && raisedAt < dueAt
  return {
    qualification: {
      ...after,
      isMql: false,
      belowSince: null,
      raisedAt: isOldNews ? raisedAt : before.raisedAt,
    },
    by: 'clock',
  }
}

function enterMilli({ mql }: Scene): number {
  return 1000 * mql.enter
}

/** Never above `enter`: a lead would come and go with every look. */
function exitMilli({ mql }: Scene): number {
  return 1000 * Math.min(mql.exit, mql.enter)
}

/** All that a promotion by score asks for, but the score and the time. */
function mayQualify(scene: Scene): boolean {
  return !scene.reading.isExcluded && isFitEnough(scene) && isActiveEnough(scene)
}

function isFitEnough({ reading: { letter }, mql }: Scene): boolean {
  return letter === null || letter <= mql.min_fit // letters sort as they rank
}

function isActiveEnough({ reading, mql }: Scene): boolean {
  return reading.activeDays >= mql.min_active_days
}

/** What `lookAtLead` asks of a promotion by score, each for itself; all of it together is one. */
export interface Requirements {
  readonly isIncluded: boolean
  readonly isFit: boolean
  readonly isActive: boolean
  readonly isOverBar: boolean
  /** When the cool-down is over; null where none runs. */
  readonly readyAt: number | null
  /** Sales' word is the stage, whatever the score says. */
  readonly isWithSales: boolean
  /** Sales works on it, so the clock takes nothing away. */
  readonly isWorked: boolean
}

export function requirementsOf(now: LeadNow): Requirements {
  const { qualification, reading, mql, at } = now
  const word = wordOf(now.outcomes.filter((outcome) => outcome.at <= at))
  const scene: Scene = { reading, mql, word, at, milli: reading.scoreAt(dayOf(at)) }
  const overAt = coolDownEnd(qualification, word, scene)
  return {
    isIncluded: !reading.isExcluded,
    isFit: isFitEnough(scene),
    isActive: isActiveEnough(scene),
    isOverBar: scene.milli >= enterMilli(scene),
    readyAt: overAt > at ? overAt : null,
    isWithSales: isWithSales(word),
    isWorked: word.isWorked,
  }
}

/** Without a cool-down it still takes a later instant than the recycling's, whose word would hide the promotion. */
function coolDownEnd({ mqlAt }: Qualification, { recycledAt }: Word, { mql }: Scene): number {
  const coolDownMs = mql.cool_down_days * DAY_MS
  return Math.max((mqlAt ?? NEVER) + coolDownMs, (recycledAt ?? NEVER) + Math.max(1, coolDownMs))
}

/** The newest hand raise, unless a promotion, sales or an earlier look has overtaken it. */
function freshRaise(before: Qualification, { reading, word }: Scene): number | null {
  const { isExcluded, raisedAt } = reading
  if (isExcluded || raisedAt === null) return null
  const { raisedAt: knownAt, mqlAt } = before
  const overtakenBy = Math.max(knownAt ?? NEVER, mqlAt ?? NEVER, word.recycledAt ?? NEVER)
  return raisedAt > overtakenBy ? raisedAt : null
}

function seenRaise(before: Qualification, scene: Scene): number | null {
  const raisedAt = freshRaise(before, scene)
  return raisedAt !== null && raisedAt <= scene.at ? raisedAt : null
}

/** A hand raise may promote what is below already; its dwell begins there and then. */
function belowSince(since: number | null, scene: Scene): number | null {
  if (scene.word.isWorked || scene.milli >= exitMilli(scene)) return null
  return since ?? scene.at
}

/** When an MQL that stays below is one no more; never on the day of its promotion, even without a dwell. */
function demotionAt({ belowSince, mqlAt }: Qualification, { mql }: Scene): number | null {
  if (belowSince === null) return null
  return Math.max(belowSince + mql.dwell_days * DAY_MS, (dayOf(mqlAt ?? NEVER) + 1) * DAY_MS)
}

function nextLookAtMql(after: Qualification, scene: Scene): number | null {
  if (scene.word.isWorked) return null
  const exit = exitMilli(scene)
  const dueAt = demotionAt(after, scene)
  if (dueAt === null) return firstDay(scene.at, scene, (milli) => milli < exit)
  return firstDay(scene.at, scene, (milli) => milli >= exit, dueAt)
}

function nextLookAtLead(after: Qualification, scene: Scene): number | null {
  const { reading, at, word } = scene
  if (seenRaise(after, scene) !== null) return at + 1
  const enter = enterMilli(scene)
  const overAt = coolDownEnd(after, word, scene)
  const isWaiting = overAt > at && reading.scoreAt(dayOf(overAt)) >= enter
  const mayRise = (reading.positiveMilli ?? 0) >= enter
  if ((!isWaiting && !mayRise) || !mayQualify(scene)) return null
  return isWaiting ? overAt : firstDay(Math.max(at, overAt), scene, (milli) => milli >= enter)
}

/** The beginning of the first day after an instant whose score holds, or `endAt`, or when to search on. */
function firstDay(
  afterAt: number,
  { reading }: Scene,
  holds: (milli: number) => boolean,
  endAt = Number.POSITIVE_INFINITY,
): number {
  const last = dayOf(afterAt) + SEARCH_DAYS
  for (let day = dayOf(afterAt) + 1; day <= last && day * DAY_MS < endAt; day++) {
    if (holds(reading.scoreAt(day))) return day * DAY_MS
  }
  return Math.min(endAt, last * DAY_MS)
}

function soonest(afterAt: number, instants: readonly (number | null)[]): number | null {
  return instants.reduce((first, at) => {
    if (at === null || at <= afterAt) return first
    return first === null || at < first ? at : first
  }, null)
}

function isSame(one: Qualification, other: Qualification): boolean {
  return (
    one.isMql === other.isMql &&
    one.mqlAt === other.mqlAt &&
    one.belowSince === other.belowSince &&
    one.raisedAt === other.raisedAt
  )
}

/** A change of stage that the score or the clock made. */
export interface StageDecision {
  readonly at: number
  readonly by: DecidedAlone
  readonly from: LeadStage
  readonly to: LeadStage
}

export interface CaughtUp {
  readonly decisions: readonly StageDecision[]
  readonly qualification: Qualification
  /** Later than `until`, or null. */
  readonly lookAt: number | null
}

/**
 * All looks that fell due from `at` to `until`, both included. The result is what punctual looks
 * would have given, if the reading holds nothing that came later than the looks; so catch up before
 * applying what is new.
 */
export function lookUntil(now: LeadNow & { readonly until: number }): CaughtUp {
  const decisions: StageDecision[] = []
  let qualification = now.qualification
  let lookAt: number | null = now.at
  while (lookAt !== null && lookAt <= now.until) {
    const at: number = lookAt
    const look = lookAtLead({ ...now, qualification, at })
    if (look.by !== null) {
      const said = now.outcomes.filter((outcome) => outcome.at <= at)
      const from = stageOf(qualification, said)
      decisions.push({ at, by: look.by, from, to: stageOf(look.qualification, said) })
    }
    qualification = look.qualification
    lookAt = look.lookAt
  }
  return { decisions, qualification, lookAt }
}
