import type { TimelineEventJson } from '../store/shapes.ts'
import { fileNameOf, hostOf, pathOf } from './links.ts'
import { durationWords, humanise, money, percentWords } from './words.ts'

/** What happened, as a person would say it. Props came from tracked pages: everything is checked. */

const SHOWN_PROPS = 3
const MAX_PROP_CHARS = 80

type Say = (event: TimelineEventJson) => string

const NAMES: Readonly<Record<string, Say>> = {
  page_view: (event) => `Viewed ${pageOf(event)}`,
  user_engagement: (event) => `Spent ${durationWords(number(event, 'engaged_ms') ?? 0)}`,
  file_download: (event) => `Downloaded ${downloadOf(event)}`,
  click: clickOf,
  form_start: (event) => `Started ${formOf(event, 'a form')}`,
  form_submit: (event) => `Submitted ${formOf(event, 'a form')}`,
  generate_lead: () => 'Submitted a contact form',
  sign_up: () => 'Signed up',
  view_item: (event) => withThing('Looked at a product', event),
  view_item_list: () => 'Looked through products',
  add_to_cart: (event) => withThing('Added to cart', event),
  remove_from_cart: (event) => withThing('Removed from cart', event),
  view_cart: () => 'Viewed the cart',
  begin_checkout: (event) => withValue('Began checkout', event),
  purchase: (event) => withValue('Bought something', event),
  add_to_wishlist: (event) => withThing('Added to wish list', event),
  video_start: (event) => `Started ${videoOf(event)}`,
  video_progress: (event) =>
    `Watched ${percentWords(number(event, 'video_percent') ?? 0)} of ${videoOf(event)}`,
  video_complete: (event) => `Watched ${videoOf(event)} to the end`,
  view_search_results: (event) => withQuoted('Searched the site', 'search_term', event),
  identify: identityOf,
  request_demo: () => 'Asked for a demo',
  request_quote: () => 'Asked for a quote',
  request_call: () => 'Asked for a call',
  webinar_register: (event) => withThing('Registered for a webinar', event),
  webinar_attend: (event) => withThing('Attended a webinar', event),
  trial_start: () => 'Started a trial',
  email_open: () => 'Opened an e-mail',
  email_click: () => 'Clicked in an e-mail',
  email_reply: () => 'Replied to an e-mail',
  email_bounce: () => 'An e-mail bounced',
  unsubscribe: () => 'Unsubscribed',
  working_lead: () => 'Sales started working on it',
  qualify_lead: () => 'Qualified by sales',
  open_opportunity: () => 'Opportunity opened',
  close_convert_lead: (event) => withValue('Won', event),
  close_unconvert_lead: () => 'Lost',
  disqualify_lead: () => 'Disqualified by sales',
  recycle_lead: () => 'Recycled for nurturing',
}

export function eventWords(event: TimelineEventJson): string {
  const say = Object.hasOwn(NAMES, event.type) ? NAMES[event.type] : undefined
  return say ? say(event) : humanise(event.type)
}

/** The small print of an event: how far it was read, what a custom event carried. */
export function eventDetail(event: TimelineEventJson): string | null {
  if (event.type === 'page_view') return joinedOrNull([timeOf(event), depthOf(event)])
  if (event.type === 'user_engagement') {
    return joinedOrNull([event.title ? `on ${pageOf(event)}` : null, depthOf(event)])
  }
  if (Object.hasOwn(NAMES, event.type)) return null
  const shown = Object.entries(event.props)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .slice(0, SHOWN_PROPS)
    .map(([name, value]) => `${humanise(name)}: ${cut(String(value))}`)
  return shown.length > 0 ? shown.join(' · ') : null
}

function timeOf(event: TimelineEventJson): string | null {
  const engagedMs = number(event, 'engaged_ms')
  return engagedMs === null ? null : durationWords(engagedMs)
}

function depthOf(event: TimelineEventJson): string | null {
  const scroll = number(event, 'scroll')
  return scroll ? `read to ${percentWords(scroll)}` : null
}

function joinedOrNull(parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null)
  return said.length > 0 ? said.join(', ') : null
}

function pageOf(event: TimelineEventJson): string {
  if (event.title) return `“${event.title}”`
  return event.url ? pathOf(event.url) : 'a page'
}

function downloadOf(event: TimelineEventJson): string {
  const named = text(event, 'file_name')
  const url = text(event, 'link_url')
  if (named) return fileNameOf(named)
  return url ? fileNameOf(url) : 'a file'
}

function clickOf(event: TimelineEventJson): string {
  const url = text(event, 'link_url') ?? ''
  if (url.startsWith('mailto:')) return 'Clicked an e-mail address'
  if (url.startsWith('tel:')) return 'Clicked a phone number'
  const host = text(event, 'link_domain') ?? hostOf(url)
  return host ? `Followed a link to ${host}` : 'Clicked a link'
}

function formOf(event: TimelineEventJson, otherwise: string): string {
  const name = text(event, 'form_name') ?? text(event, 'form_id')
  return name ? `the form “${name}”` : otherwise
}

function videoOf(event: TimelineEventJson): string {
  const title = text(event, 'video_title')
  return title ? `the video “${title}”` : 'a video'
}

function identityOf(event: TimelineEventJson): string {
  const who = text(event, 'email') ?? text(event, 'user_id')
  return who ? `Identified as ${who}` : 'Identified'
}

function withThing(words: string, event: TimelineEventJson): string {
  const thing = text(event, 'item_name') ?? text(event, 'name') ?? text(event, 'item_id')
  return thing ? `${words}: ${thing}` : words
}

function withQuoted(words: string, prop: string, event: TimelineEventJson): string {
  const value = text(event, prop)
  return value ? `${words} for “${value}”` : words
}

function withValue(words: string, event: TimelineEventJson): string {
  const value = number(event, 'value')
  if (value === null) return words
  return `${words}: ${money(value, text(event, 'currency') ?? '')}`.trim()
}

function text(event: TimelineEventJson, prop: string): string | null {
  const value = Object.hasOwn(event.props, prop) ? event.props[prop] : undefined
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function number(event: TimelineEventJson, prop: string): number | null {
  const value = Object.hasOwn(event.props, prop) ? event.props[prop] : undefined
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function cut(value: string): string {
  return value.length > MAX_PROP_CHARS ? `${value.slice(0, MAX_PROP_CHARS)}…` : value
}

export type EventIcon = 'page' | 'time' | 'file' | 'cart' | 'form' | 'person' | 'play' | 'star'

const ICONS: readonly (readonly [RegExp, EventIcon])[] = [
  [/^user_engagement$/, 'time'],
  [/^file_download$/, 'file'],
  [/cart|checkout|purchase|wishlist/, 'cart'],
  [/^(?:page_view|view_|click)/, 'page'],
  [/form|generate_lead|sign_up|request_|email_/, 'form'],
  [/identify/, 'person'],
  [/video|webinar/, 'play'],
]

export function iconOf(type: string): EventIcon {
  return ICONS.find(([pattern]) => pattern.test(type))?.[1] ?? 'star'
}
