import type { TimelineEventJson } from '../store/shapes.ts'
import { humanise, plural } from './words.ts'

/** A visit in a few words, for the line that stands for it while it is closed: "3 pages, pricing, added to cart". */

const MOST_POINTS = 4

/** What is worth a word, the weightiest first. */
const BY_TYPE: Readonly<Record<string, string>> = {
  purchase: 'bought something',
  begin_checkout: 'began checkout',
  add_to_cart: 'added to cart',
  request_demo: 'asked for a demo',
  request_quote: 'asked for a quote',
  request_call: 'asked for a call',
  generate_lead: 'contact form',
  trial_start: 'started a trial',
  sign_up: 'signed up',
  form_submit: 'submitted a form',
  webinar_attend: 'attended a webinar',
  webinar_register: 'registered for a webinar',
  file_download: 'a download',
  video_complete: 'watched a video to the end',
  add_to_wishlist: 'wish list',
  view_search_results: 'searched the site',
  unsubscribe: 'unsubscribed',
  identify: 'said who they are',
}

/** Page views are told apart by the rules they met. */
const BY_RULE: Readonly<Record<string, string>> = {
  pricing_view: 'pricing',
  pricing_time: 'pricing',
  careers: 'jobs',
}

/** Said by other words, or worth none. */
const PLAIN = new Set(['page_view', 'user_engagement', 'session_start', 'view_item'])

export function sessionGist(lines: readonly TimelineEventJson[]): string {
  const count = (type: string): number => lines.filter((line) => line.type === type).length
  const counted = [
    { count: count('page_view'), unit: 'page' },
    { count: count('view_item'), unit: 'product' },
  ].filter((one) => one.count > 0)
  const rules = new Set(lines.flatMap((line) => line.rules))
  const types = new Set(lines.map(({ type }) => type))
  const points = [
    ...Object.keys(BY_RULE)
      .filter((rule) => rules.has(rule))
      .map((rule) => BY_RULE[rule]),
    ...Object.keys(BY_TYPE)
      .filter((type) => types.has(type))
      .map((type) => BY_TYPE[type]),
    ...lines.filter(isOwnAndScored).map(({ type }) => humanise(type).toLowerCase()),
  ].filter((words) => words !== undefined)
  return [
    ...counted.map((one) => plural(one.count, one.unit)),
    ...[...new Set(points)].slice(0, MOST_POINTS),
  ].join(', ')
}

/** An event of the owner's own that a rule of theirs counted. */
function isOwnAndScored({ type, milli }: TimelineEventJson): boolean {
  return milli !== 0 && !PLAIN.has(type) && !Object.hasOwn(BY_TYPE, type)
}
