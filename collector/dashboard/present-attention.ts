import type {
  AttentionJson,
  InHandJson,
  MovedJson,
  RaisedJson,
  WaitingJson,
} from '../store/attention.ts'
import type { LeadJson, Reason } from '../store/shapes.ts'
import { hrefOf, leadHref } from './links.ts'
import { leadName, presentScore, type ScoreView, traitOf } from './present.ts'
import { measureOf } from './vocabulary.ts'
import { humanise, plural, shortPoints, type When, whenOf } from './words.ts'

/** The queues of Today: who waits for sales, who asked to talk, whose interest moves. */

export interface RejectionView {
  readonly type: string
  readonly reason: string
}

/** Why a lead is turned down, in one click. What is only too early goes back to marketing. */
export const REJECTIONS: readonly RejectionView[] = [
  { type: 'disqualify_lead', reason: 'Not a fit' },
  { type: 'disqualify_lead', reason: 'No budget' },
  { type: 'disqualify_lead', reason: 'Student or job seeker' },
  { type: 'disqualify_lead', reason: 'Competitor' },
  { type: 'disqualify_lead', reason: 'Spam or wrong data' },
  { type: 'recycle_lead', reason: 'Not now, nurture' },
]

export interface WaitingRow {
  readonly id: string
  readonly href: string
  readonly who: string
  readonly company: string
  /** "Score passed 100", "Asked for a demo". */
  readonly why: string
  readonly isRaise: boolean
  /** The strongest thing in the score. */
  readonly top: string
  readonly waits: When
  readonly score: ScoreView
  /** Where its forms go. */
  readonly action: string
  /** "ann@example.com has it in hand", and since when. */
  readonly holder: string
  readonly heldSince: When | null
}

export interface RaisedRow {
  readonly href: string
  readonly who: string
  readonly company: string
  readonly asked: string
  readonly when: When
  readonly state: string
}

export interface MovedRow {
  readonly href: string
  readonly who: string
  readonly cause: string
  readonly change: string
  readonly now: string
}

export interface AttentionView {
  /** "3 MQLs wait for sales, the longest for 2 days". */
  readonly summary: string
  readonly enter: string
  readonly waiting: { readonly count: string; readonly rows: readonly WaitingRow[] }
  readonly inHand: { readonly count: string; readonly rows: readonly WaitingRow[] }
  /** Null where all MQLs are shown. */
  readonly more: { readonly href: string; readonly label: string } | null
  readonly raised: { readonly count: string; readonly rows: readonly RaisedRow[] }
  /** "14 Nov": at the end of which day the scores before are read. */
  readonly since: string
  readonly heating: readonly MovedRow[]
  readonly cooling: readonly MovedRow[]
}

export function presentAttention(
  attention: AttentionJson,
  site: string | undefined,
  now: number,
): AttentionView {
  const { waiting, in_hand, raised } = attention
  const enter = shortPoints(attention.enter * 1000).replace(/\.0$/, '')
  const row = (one: WaitingJson) => presentWaiting(one, enter, now)
  const hidden = waiting.total - waiting.first.length + in_hand.total - in_hand.first.length
  return {
    summary: summaryOf(attention, now),
    enter,
    waiting: { count: countWords(waiting.total), rows: waiting.first.map(row) },
    inHand: { count: countWords(in_hand.total), rows: in_hand.first.map(row) },
    more:
      hidden > 0
        ? {
            href: hrefOf('/leads', { site, stage: 'mql' }),
            label: `${plural(hidden, 'more MQL')} in Leads`,
          }
        : null,
    raised: {
      count: countWords(raised.total),
      rows: raised.first.map((one) => presentRaised(one, now)),
    },
    since: days.format(Date.parse(attention.since)),
    heating: attention.heating.map((one) => presentMoved(one, now)),
    cooling: attention.cooling.map((one) => presentMoved(one, now)),
  }
}

function summaryOf({ waiting }: AttentionJson, now: number): string {
  const { total, longest_since } = waiting
  if (total === 0 || longest_since === null) return 'No MQL waits for sales'
  const since = waitWords(longest_since, now)
  if (total === 1) return `1 MQL waits for sales, for ${since}`
  return `${plural(total, 'MQL')} wait for sales, the longest for ${since}`
}

function countWords(count: number): string {
  return integers.format(count)
}

function presentWaiting(one: WaitingJson, enter: string, now: number): WaitingRow {
  const { lead, because, in_hand } = one
  const isRaise = because === 'hand_raise'
  const rest = isRaise ? lead.reasons.filter(({ rule }) => rule !== 'hand_raise') : lead.reasons
  return {
    ...personOf(lead),
    id: lead.id,
    why: isRaise ? askedWords(one.asked) : `Score passed ${enter}`,
    isRaise,
    top: topCause(rest),
    waits: { ...whenOf(one.mql_at, now), words: waitWords(one.mql_at, now) },
    score: presentScore(lead),
    action: `${leadHref(lead.id)}/outcome`,
    holder: in_hand?.by ?? '',
    heldSince: in_hand && whenOf(in_hand.at, now),
  }
}

function presentRaised(one: RaisedJson, now: number): RaisedRow {
  return {
    ...personOf(one.lead),
    asked: askedWords(one.asked),
    when: whenOf(one.raised_at, now),
    state: stateOf(one.lead, one.in_hand),
  }
}

function stateOf({ stage }: LeadJson, inHand: InHandJson | null): string {
  if (inHand) return `${inHand.by} has it in hand`
  return stage === 'mql' ? 'Nobody on it yet' : 'Never answered'
}

function presentMoved({ lead, change_milli, cause }: MovedJson, now: number): MovedRow {
  const moved = cause && `${inShort(cause.label)} ${signedShort(cause.milli)}`
  const quiet = change_milli < 0 ? quietWords(lead, now) : null
  return {
    ...personOf(lead),
    cause: [quiet, moved].filter((part) => part !== null).join(' · '),
    change: signedShort(change_milli),
    now: `now ${shortPoints(lead.score_milli)}, ${lead.grade}`,
  }
}

/** The strongest thing in a score in few words: "Key pages viewed, 4 views". */
function topCause(reasons: readonly Reason[]): string {
  const [strongest] = reasons
    .filter(({ milli, kind }) => milli > 0 && kind === undefined)
    .toSorted((a, b) => b.milli - a.milli)
  if (!strongest) return 'Nothing else has scored'
  const measure = measureOf(strongest)
  return inShort(strongest.label) + (measure ? `, ${measure}` : '')
}

/** A label without what explains it: "Key pages viewed (pricing and the like)" in a narrow list. */
function inShort(label: string): string {
  return label.replace(/ \([^()]*\)$/, '')
}

/** "Quiet for 9 days", of who was not seen for more than one. */
function quietWords({ last_seen_at }: LeadJson, now: number): string | null {
  if (last_seen_at === null || now - Date.parse(last_seen_at) < 2 * DAY_MS) return null
  return `Quiet for ${waitWords(last_seen_at, now)}`
}

function personOf(lead: LeadJson) {
  const name = leadName(lead)
  const company = traitOf(lead, 'company', 'company_name', 'organization') ?? lead.email ?? ''
  return { href: leadHref(lead.id), who: name, company: company === name ? '' : company }
}

const ASKED: Readonly<Record<string, string>> = {
  request_demo: 'Asked for a demo',
  request_quote: 'Asked for a quote',
  request_call: 'Asked for a call',
}

function askedWords(event: string | null): string {
  if (event === null) return 'Asked to talk'
  return Object.hasOwn(ASKED, event) ? (ASKED[event] ?? '') : humanise(event)
}

const integers = new Intl.NumberFormat('en')
const days = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long since: "40 s", "12 min", "5 h", "2 days". */
export function waitWords(iso: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(iso))
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1000)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  return plural(Math.floor(ms / DAY_MS), 'day')
}

/** "+34.2", "−8.2"; cut, as scores in lists are. */
function signedShort(milli: number): string {
  const size = shortPoints(milli)
  return milli >= 100 ? `+${size}` : size
}
