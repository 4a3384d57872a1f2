import type {
  IdentityJson,
  LeadJson,
  Reason,
  ScoreJson,
  TouchJson,
  VisitorJson,
} from '../store/shapes.ts'
import { hrefOf, leadHref, visitorHref } from './links.ts'
import {
  leadName,
  pageWords,
  type Standing,
  shortId,
  stageWords,
  standingWords,
  traitOf,
} from './present.ts'
import { type PlaceView, placeOf, presentReceipt, type ReceiptView } from './present-receipt.ts'
import {
  botName,
  botWords,
  causeOf,
  channelWords,
  evidenceWords,
  FITS,
  HEATS,
  type Heat,
  isDirect,
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

export interface FitView {
  readonly letter: string
  readonly words: string
  readonly points: string
  /** 0–100. */
  readonly share: number
  readonly next: string
}

export interface IdentityView {
  readonly visitor: string
  readonly href: string
  readonly browser: string
  readonly evidence: string
  readonly strength: string
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
  readonly identities: readonly IdentityView[]
  readonly facts: readonly FactView[]
  readonly factsTitle: string
  /** The lead an anonymous page really belongs to. */
  readonly belongsTo: { readonly href: string; readonly name: string } | null
}

const FIT_CAP = 70
const FIT_FROM = [
  { letter: 'A', from: 45 },
  { letter: 'B', from: 30 },
  { letter: 'C', from: 15 },
] as const
const NAMED_CAUSES = 2

export interface LeadSource {
  readonly lead: LeadJson
  readonly identities: readonly IdentityJson[]
  readonly standing: Standing | null
  readonly now: number
}

export function presentLead({ lead, identities, standing, now }: LeadSource): PersonView {
  return {
    ...presentPerson(lead, now),
    standing: standingWords(standing, lead.score_milli),
    name: leadName(lead),
    sentence: sentenceOf(whoIs(lead), lead, now),
    back: { href: hrefOf('/leads'), label: 'Leads' },
    fit: presentFit(lead),
    identities: identities.map((identity) => presentIdentity(identity, now)),
    facts: factsOf(lead),
    factsTitle: 'Traits',
    belongsTo: null,
  }
}

export function presentVisitor(
  visitor: VisitorJson,
  lead: LeadJson | null,
  now: number,
): PersonView {
  const known = visitor.lead
  const device = visitor.device ?? 'an unknown device'
  return {
    ...presentPerson(visitor, now),
    standing: null,
    name: visitor.bot ? botWords(visitor.bot) : 'Anonymous visitor',
    sentence: sentenceOf(`A visitor on ${device}`, visitor, now),
    back: { href: hrefOf('/visitors'), label: 'Visitors' },
    fit: null,
    identities: [],
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

type Seen = ScoreJson &
  Pick<LeadJson, 'first_touch' | 'last_touch' | 'first_seen_at' | 'last_seen_at'>

function presentPerson(person: Seen, now: number) {
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
    receipt: presentReceipt(person, now),
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
  const touch = person.first_touch
  if (touch) {
    const ago = whenOf(touch.at, now).words
    if (isDirect(touch)) return `came directly ${ago}`
    const campaign = touch.campaign ? ` (${touch.campaign})` : ''
    return `came from ${sourceWords(touch)}${campaign} ${ago}`
  }
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

function presentFit({ fit }: LeadJson): FitView {
  if (!fit.letter) {
    return {
      letter: '–',
      words: 'Fit unknown',
      points: 'No points yet',
      share: 0,
      next: 'No rule has found a trait to look at. Send a job title or a company with identify.',
    }
  }
  const better = FIT_FROM.filter(({ from }) => from > fit.points).at(-1)
  return {
    letter: fit.letter,
    words: FITS[fit.letter],
    points: `${fit.points} of ${FIT_CAP} points`,
    share: Math.max(0, Math.min(100, Math.round((fit.points / FIT_CAP) * 100))),
    next: better
      ? `${better.letter} starts at ${better.from} points.`
      : 'The best letter there is.',
  }
}

function presentIdentity(identity: IdentityJson, now: number): IdentityView {
  return {
    visitor: identity.visitor,
    href: visitorHref(identity.visitor),
    browser: identity.browser ? shortId(identity.browser) : 'No browser id',
    evidence: evidenceWords(identity.evidence),
    strength: humanise(identity.strength),
    when: whenOf(identity.at, now),
  }
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
