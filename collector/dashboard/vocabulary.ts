import type { FitLetter, Reason, ScoreJson, Stage, TouchJson } from '../store/shapes.ts'
import { durationWords, humanise, plural } from './words.ts'

/** The words for what Pique counts: stages, heat, fit, rules, evidence and sources. */

export const STAGES: Readonly<Record<Stage, string>> = {
  anonymous: 'Anonymous',
  lead: 'Lead',
  mql: 'Marketing-qualified',
  sql: 'Sales-qualified',
  opportunity: 'Opportunity',
  won: 'Won',
  lost: 'Lost',
  disqualified: 'Disqualified',
  recycled: 'Recycled',
}

/** The stages a lead can be in, as a filter offers them. */
export const LEAD_STAGES: readonly Stage[] = [
  'lead',
  'mql',
  'sql',
  'opportunity',
  'won',
  'lost',
  'disqualified',
  'recycled',
]

export type Heat = ScoreJson['engagement']

export const HEATS: Readonly<Record<Heat, string>> = { 1: 'Hot', 2: 'Warm', 3: 'Mild', 4: 'Quiet' }

export const FITS: Readonly<Record<FitLetter, string>> = {
  A: 'Excellent fit',
  B: 'Good fit',
  C: 'Fair fit',
  D: 'Poor fit',
}

interface RuleWords {
  /** Completes "is hot because of …". */
  readonly noun: string
  /** What a count of it counts; "time" where there is nothing better. */
  readonly unit?: string
}

/** The rules of the default model. A rule an owner made is quoted by its own label instead. */
const RULES: Readonly<Record<string, RuleWords>> = {
  page_view: { noun: 'the pages viewed', unit: 'page' },
  visit: { noun: 'repeated visits', unit: 'visit' },
  engaged_time: { noun: 'time on the site', unit: 'page' },
  pricing_view: { noun: 'looking at pricing', unit: 'view' },
  pricing_time: { noun: 'time on pricing pages', unit: 'page' },
  product_view: { noun: 'products viewed', unit: 'product' },
  search: { noun: 'searching the site', unit: 'search' },
  download: { noun: 'downloads', unit: 'download' },
  video_half: { noun: 'videos watched', unit: 'video' },
  video_complete: { noun: 'videos watched to the end', unit: 'video' },
  newsletter: { noun: 'a newsletter sign-up', unit: 'sign-up' },
  content_form: { noun: 'a submitted form', unit: 'form' },
  contact_form: { noun: 'a contact form', unit: 'form' },
  hand_raise: { noun: 'asking to talk', unit: 'request' },
  webinar_register: { noun: 'a webinar registration', unit: 'registration' },
  webinar_attend: { noun: 'attending a webinar', unit: 'webinar' },
  wish_list: { noun: 'a wish list', unit: 'product' },
  cart: { noun: 'a cart', unit: 'addition' },
  checkout: { noun: 'a started checkout', unit: 'checkout' },
  ad_click: { noun: 'an ad click', unit: 'click' },
  email_click: { noun: 'e-mail clicks', unit: 'click' },
  trial: { noun: 'a started trial', unit: 'trial' },
  careers: { noun: 'looking at jobs', unit: 'page' },
  unsubscribe: { noun: 'unsubscribing', unit: 'time' },
}

const IRREGULAR: Readonly<Record<string, string>> = { search: 'searches' }

export function causeOf(reason: Reason): string {
  if (reason.kind === 'adjustment') return 'a manual adjustment'
  return RULES[reason.rule ?? '']?.noun ?? `“${reason.label}”`
}

/** What stands behind a line: "3 visits", "3 min 4 s", or nothing where neither is known. */
export function measureOf(reason: Reason): string | null {
  if (reason.engaged_ms !== undefined) return durationWords(reason.engaged_ms)
  if (reason.count === undefined || reason.count === 0) return null
  const unit = RULES[reason.rule ?? '']?.unit ?? 'time'
  return plural(reason.count, unit, IRREGULAR[unit])
}

const EVIDENCE: Readonly<Record<string, string>> = {
  server_identify: 'Identified by your server',
  signed_identify: 'Signed identify from the page',
  browser_identify: 'Identify from the page, not signed',
  unsigned_identify: 'Identify from the page, not signed',
  identify: 'Identify call',
  form: 'E-mail in a submitted form',
  form_submit: 'E-mail in a submitted form',
  email_event: 'Told by the e-mail provider',
  email_link: 'Signed link in an e-mail',
  signed_link: 'Signed link in an e-mail',
}

export function evidenceWords(evidence: string): string {
  return EVIDENCE[evidence] ?? humanise(evidence)
}

/** "Googlebot"; the store says what kind of program, which adds nothing here. */
export function botName(bot: string): string {
  return bot.replace(/^crawler: /, '')
}

export function botWords(bot: string): string {
  return `Bot: ${botName(bot)}`
}

/** "google / cpc", or "Direct" where nobody sent them. */
export function sourceWords(touch: TouchJson | null): string | null {
  if (!touch) return null
  if (isDirect(touch)) return 'Direct'
  const medium = meaningful(touch.medium)
  const source = meaningful(touch.source) ?? humanise(touch.channel)
  return medium ? `${source} / ${medium}` : source
}

export function isDirect(touch: TouchJson): boolean {
  return touch.channel === 'direct' || meaningful(touch.source) === null
}

function meaningful(value: string): string | null {
  return ['', 'direct', '(direct)', 'none', '(none)', '(not set)'].includes(value) ? null : value
}

export function channelWords(channel: string): string {
  return channel === '' ? 'Unknown' : humanise(channel)
}
