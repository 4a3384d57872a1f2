import type { LeadExplained, RuleExplained, VisitorExplained } from '../store/explained.ts'
import type {
  LeadJson,
  Reason,
  ScoreJson,
  TouchJson,
  TrendDayJson,
  VisitorJson,
} from '../store/shapes.ts'
import { arrivalWords } from './arrival-words.ts'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import {
  leadName,
  pageWords,
  type Standing,
  stageWords,
  standingWords,
  traitOf,
} from './present.ts'
import { type FitView, presentFit } from './present-fit.ts'
import {
  type ConflictView,
  type DecisionView,
  type IdentityView,
  presentConflicts,
  presentDecisions,
  presentIdentities,
} from './present-links.ts'
import { type ProspectView, presentProspect } from './present-prospect.ts'
import { type PlaceView, placeOf, presentReceipt, type ReceiptView } from './present-receipt.ts'
import {
  type AdjustmentsView,
  type Place,
  presentAdjustments,
  presentSales,
  type SalesView,
} from './present-sales.ts'
import { presentTrend, type TrendView } from './present-trend.ts'
import {
  botName,
  botWords,
  causeOf,
  channelWords,
  FITS,
  HEATS,
  type Heat,
  sourceWords,
} from './vocabulary.ts'
import { exactPoints, humanise, listWords, maybeWhen, type When, whenOf } from './words.ts'

/** The page of one person, known or anonymous: the sentence, the score, the receipt and the cards. */

export interface TouchView {
  readonly label: string
  readonly source: string
  readonly channel: string
  readonly campaign: string | null
  readonly landing: PlaceView | null
  readonly referrer: PlaceView | null
  readonly when: When
}

interface FactView {
  readonly name: string
  readonly value: string
}

export interface PersonView {
  readonly name: string
  readonly sentence: string
  readonly back: { readonly href: string; readonly label: string }
  readonly whole: string
  readonly decimals: string
  readonly grade: string
  readonly heat: Heat
  readonly heatWords: string
  readonly fitWords: string
  /** Null where there is nobody to compare with. */
  readonly standing: string | null
  readonly stage: string
  readonly stageKey: string
  readonly firstSeen: When | null
  readonly lastSeen: When | null
  readonly receipt: ReceiptView
  readonly touches: readonly TouchView[]
  /** Only a known person has a fit worth a card. */
  readonly fit: FitView | null
  readonly prospect: ProspectView | null
  /** What would make somebody a lead who is none, in sentences. */
  readonly teaching: readonly string[]
  readonly trend: TrendView | null
  readonly identities: readonly IdentityView[]
  readonly conflicts: readonly ConflictView[]
  readonly decisions: readonly DecisionView[]
  /** Null for who may only read. */
  readonly sales: SalesView | null
  readonly adjustments: AdjustmentsView | null
  readonly links: LinksView
  /** For owners. */
  readonly privacy: PrivacyView | null
  readonly facts: readonly FactView[]
  readonly factsTitle: string
  /** The lead an anonymous page really belongs to. */
  readonly belongsTo: { readonly href: string; readonly name: string } | null
}

export interface LinksView {
  readonly self: string
  /** An address to write to, for whoever may see it. */
  readonly mailto: string | null
}

export interface PrivacyView {
  readonly exportHref: string
  readonly eraseAction: string
}

/** What somebody may do here. */
export interface Rights {
  readonly mayWrite: boolean
  readonly mayAdmin: boolean
  readonly seesEmails: boolean
}

const NAMED_CAUSES = 2

export interface LeadSource {
  readonly explained: LeadExplained
  readonly trend: readonly TrendDayJson[]
  readonly standing: Standing | null
  readonly rights: Rights
  readonly site: string | undefined
  readonly now: number
}

export function presentLead(source: LeadSource): PersonView {
  const { explained, standing, rights, site, now } = source
  const { lead, prospect, decisions } = explained
  const { mayWrite, mayAdmin, seesEmails } = rights
  const place: Place = { path: leadHref(lead.id), site }
  return {
    ...presentPerson(lead, explained.rules, now),
    standing: standingWords(standing, lead.score_milli),
    name: leadName(lead),
    sentence: sentenceOf(whoIs(lead), lead, now),
    back: { href: hrefOf('/leads', { site }), label: 'Leads' },
    fit: presentFit(lead, explained.fit),
    prospect: presentProspect({ lead, prospect, decisions, now }),
    teaching: [],
    trend: presentTrend({ days: source.trend, enter: prospect.enter, decisions }),
    identities: presentIdentities(explained.identities, place, { now, mayWrite }),
    conflicts: presentConflicts(explained.conflicts, lead.id, now),
    decisions: presentDecisions(decisions, now),
    sales: mayWrite ? presentSales(explained.outcomes, place, now) : null,
    adjustments: mayWrite ? presentAdjustments(explained.adjustments, place, now) : null,
    links: {
      self: place.path,
      mailto: seesEmails ? mailtoOf(lead.email) : null,
    },
    privacy: mayAdmin
      ? {
          exportHref: hrefOf(`${place.path}/export`, { site }),
          eraseAction: hrefOf(`${place.path}/erase`, { site }),
        }
      : null,
    facts: factsOf(lead),
    factsTitle: 'Traits',
    belongsTo: null,
  }
}

/** An address came from a tracked page and may be anything: what looks like none is no link. */
function mailtoOf(email: string | null): string | null {
  if (email === null || !/^[^\s@:/?#]+@[^\s@:/?#]+$/.test(email)) return null
  return `mailto:${encodeURIComponent(email).replace('%40', '@')}`
}

export interface VisitorSource {
  readonly explained: VisitorExplained
  /** Whose browser it is. */
  readonly lead: LeadJson | null
  readonly trend: readonly TrendDayJson[]
  readonly site: string | undefined
  readonly now: number
}

export function presentVisitor({ explained, lead, trend, site, now }: VisitorSource): PersonView {
  const { visitor } = explained
  const known = visitor.lead
  const device = visitor.device ?? 'an unknown device'
  return {
    ...presentPerson(visitor, explained.rules, now),
    standing: null,
    name: visitor.bot ? botWords(visitor.bot) : 'Anonymous visitor',
    sentence: sentenceOf(`A visitor on ${device}`, visitor, now),
    back: { href: hrefOf('/visitors', { site }), label: 'Visitors' },
    fit: null,
    prospect: null,
    teaching: known ? [] : teachingOf(visitor),
    trend: presentTrend({ days: trend, enter: null, decisions: [] }),
    identities: [],
    conflicts: [],
    decisions: [],
    sales: null,
    adjustments: null,
    links: { self: visitorHref(visitor.id), mailto: null },
    privacy: null,
    facts: [
      { name: 'Device', value: visitor.device ?? 'Unknown' },
      { name: 'Browser id', value: visitor.browser ?? 'None, cookieless' },
      { name: 'Last page', value: pageWords(visitor) },
      { name: 'Visitor id', value: visitor.id },
      ...(visitor.bot
        ? [{ name: 'Crawler', value: `${botName(visitor.bot)}, so nothing scores` }]
        : []),
    ],
    factsTitle: 'Browser',
    belongsTo: known ? { href: leadHref(known), name: lead ? leadName(lead) : known } : null,
  }
}

function teachingOf(visitor: VisitorJson): string[] {
  if (visitor.bot) {
    return [
      `${botName(visitor.bot)} is a program. Nothing it does scores, and it never becomes a lead.`,
    ]
  }
  return [
    'A form with an e-mail, a signed link in an e-mail, or an identify call says who this is.',
    'From then on it is a lead, with all that this browser did before: nothing of this receipt is lost.',
    ...(visitor.browser
      ? []
      : ['It is cookieless: what it does on another day is another visitor’s, until it is known.']),
  ]
}

type Seen = ScoreJson &
  Pick<LeadJson, 'first_touch' | 'last_touch' | 'first_seen_at' | 'last_seen_at'>

function presentPerson(person: Seen, rules: readonly RuleExplained[], now: number) {
  const [whole = '', decimals = ''] = exactPoints(person.score_milli).split('.')
  return {
    whole,
    decimals: `.${decimals}`,
    grade: person.grade,
    heat: person.engagement,
    heatWords: HEATS[person.engagement],
    fitWords: person.fit.letter ? FITS[person.fit.letter] : 'Fit unknown',
    stage: stageWords(person),
    stageKey: person.stage,
    firstSeen: maybeWhen(person.first_seen_at, now),
    lastSeen: maybeWhen(person.last_seen_at, now),
    receipt: presentReceipt(person, rules, now),
    touches: [
      ...touchOf('First touch', person.first_touch, now),
      ...touchOf('Last touch', person.last_touch, now),
    ],
  }
}

/** "Ada Lindqvist, Head of Marketing at Norrsken,": the name with what is known of the job. */
function whoIs(lead: LeadJson): string {
  const title = traitOf(lead, 'job_title', 'title')
  const company = traitOf(lead, 'company', 'company_name', 'organization')
  if (title && company) return `${leadName(lead)}, ${title} at ${company},`
  if (title) return `${leadName(lead)}, ${title},`
  return company ? `${leadName(lead)} of ${company}` : leadName(lead)
}

export function sentenceOf(who: string, person: Seen, now: number): string {
  return `${who} ${arrivalOf(person, now)} ${heatOf(person)}.`
}

function arrivalOf(person: Seen, now: number): string {
  if (person.first_touch) return arrivalWords(person.first_touch, now)
  if (!person.first_seen_at) return 'has not been seen on the site yet'
  return `was first seen ${whenOf(person.first_seen_at, now).words}`
}

function heatOf(person: Seen): string {
  const causes = causesOf(person.reasons, 1)
  const heat = HEATS[person.engagement].toLowerCase()
  if (causes.length === 0) return 'and nothing has scored yet'
  const drags = causesOf(person.reasons, -1).slice(0, 1)
  const held = drags.length > 0 ? `, held back by ${drags[0]}` : ''
  if (person.engagement === 4) return `and is quiet so far, with ${listWords(causes)}${held}`
  return `and is ${heat} because of ${listWords(causes)}${held}`
}

/** The strongest causes in one direction, each rule net of its cap. */
function causesOf(reasons: readonly Reason[], sign: 1 | -1): string[] {
  const net = new Map<string, { cause: string; milli: number }>()
  reasons.forEach((reason, index) => {
    if (reason.kind === 'floor') return
    const key = reason.rule ?? `line ${index}`
    const sum = net.get(key)
    if (sum) sum.milli += reason.milli
    else net.set(key, { cause: causeOf(reason), milli: reason.milli })
  })
  const ranked = [...net.values()]
    .filter(({ milli }) => Math.sign(milli) === sign)
    .toSorted((a, b) => Math.abs(b.milli) - Math.abs(a.milli))
  return [...new Set(ranked.map(({ cause }) => cause))].slice(0, NAMED_CAUSES)
}

function touchOf(label: string, touch: TouchJson | null, now: number): TouchView[] {
  if (!touch) return []
  return [
    {
      label,
      source: sourceWords(touch) ?? 'Unknown',
      channel: channelWords(touch.channel),
      campaign: touch.campaign,
      landing: placeOf(touch.landing),
      referrer: placeOf(touch.referrer, 'whole'),
      when: whenOf(touch.at, now),
    },
  ]
}

function factsOf(lead: LeadJson): FactView[] {
  const ids = [
    { name: 'E-mail', value: lead.email ?? '' },
    { name: 'User id', value: lead.user_id ?? '' },
  ].filter(({ value }) => value !== '')
  const traits = Object.entries(lead.traits).map(([name, value]) => ({
    name: humanise(name),
    value: typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(value),
  }))
  return [...ids, ...traits]
}
