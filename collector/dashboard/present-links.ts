import type { ConflictJson, DecisionJson, IdentityJson } from '../store/shapes.ts'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import { shortId } from './present.ts'
import { causeWords, decisionWords } from './present-moments.ts'
import type { Place } from './present-sales.ts'
import { evidenceWords } from './vocabulary.ts'
import { exactPoints, humanise, plural, signedPoints, type When, whenOf } from './words.ts'

/** What ties a lead together: the evidence of each browser, where it disagrees, and what was decided. */

export interface IdentityView {
  readonly visitor: string
  readonly href: string
  readonly browser: string
  readonly evidence: string
  readonly strength: string
  readonly when: When
  /** Undoes the link; null for who may only read. */
  readonly undo: string | null
}

export function presentIdentities(
  identities: readonly IdentityJson[],
  { path, site }: Place,
  { now, mayWrite }: { readonly now: number; readonly mayWrite: boolean },
): IdentityView[] {
  return identities.map((identity) => ({
    visitor: identity.visitor,
    href: visitorHref(identity.visitor),
    browser: identity.browser ? shortId(identity.browser) : 'No browser id',
    evidence: evidenceWords(identity.evidence),
    strength: humanise(identity.strength),
    when: whenOf(identity.at, now),
    undo: mayWrite
      ? hrefOf(`${path}/identity/${encodeURIComponent(identity.visitor)}/undo`, { site })
      : null,
  }))
}

export interface ConflictView {
  readonly words: string
  readonly other: string
  readonly when: When
}

/** Of a claim that named two people: who took the behaviour, and who else was named. */
export function presentConflicts(
  conflicts: readonly ConflictJson[],
  lead: string,
  now: number,
): ConflictView[] {
  return conflicts.map((one) => {
    const isTaker = one.lead === lead
    const [user, email] = [`user id ${one.user_id ?? '?'}`, one.email ?? 'the e-mail']
    return {
      words: isTaker
        ? `The ${user} is this lead’s, but ${email} belongs to somebody else. This lead took the visit.`
        : `${email} is this lead’s, but the ${user} belongs to somebody else, who took the visit.`,
      other: leadHref(isTaker ? one.other : one.lead),
      when: whenOf(one.at, now),
    }
  })
}

export interface DecisionView {
  readonly words: string
  readonly cause: string
  readonly when: When
  readonly score: string
  readonly model: string
  readonly note: string | null
  /** As they were then. */
  readonly lines: readonly { readonly label: string; readonly points: string }[]
}

export function presentDecisions(decisions: readonly DecisionJson[], now: number): DecisionView[] {
  return decisions.map((one) => ({
    words: decisionWords(one),
    cause: causeWords(one),
    when: whenOf(one.at, now),
    score: exactPoints(one.score_milli),
    model: `model version ${one.model_version}, ${fitWords(one)}`,
    note: one.note,
    lines: one.reasons.map(({ label, milli }) => ({ label, points: signedPoints(milli) })),
  }))
}

function fitWords({ fit }: DecisionJson): string {
  return fit.letter ? `fit ${fit.letter} with ${plural(fit.points, 'point')}` : 'fit unknown'
}
