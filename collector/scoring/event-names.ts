import { nearestName } from './words.ts'

/** The names of events that the tag, the collector and GA4 use; any other name is as good. */

export const EVENT_NAMES: readonly string[] = [
  // What the tag and the server-side API make, and the rules of the default model count.
  ...['page_view', 'session_start', 'user_engagement', 'file_download', 'click', 'identify'],
  ...['form_start', 'form_submit', 'generate_lead', 'sign_up', 'view_search_results'],
  ...['view_item', 'add_to_cart', 'remove_from_cart', 'view_cart', 'begin_checkout', 'purchase'],
  ...['add_to_wishlist', 'video_start', 'video_progress', 'video_complete', 'trial_start'],
  ...['request_demo', 'request_quote', 'request_call', 'webinar_register', 'webinar_attend'],
  ...['email_click', 'email_open', 'email_reply', 'email_bounce', 'unsubscribe'],
  // What the collector derives.
  ...['engaged_time', 'session', 'landing'],
  // GA4's others, so that they are not taken for misspelt.
  ...['view_item_list', 'select_item', 'view_promotion', 'select_promotion', 'refund', 'login'],
  ...['add_payment_info', 'add_shipping_info', 'search', 'share', 'scroll', 'first_visit'],
  ...['select_content', 'join_group', 'tutorial_begin', 'tutorial_complete', 'level_up'],
  ...['close_convert_lead', 'close_unconvert_lead', 'disqualify_lead', 'qualify_lead'],
  ...['working_lead'],
]

/** What other tools and people call the same; Segment's names never arrive, they are translated. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['download', 'file_download'],
  ['downloads', 'file_download'],
  ['visit', 'session'],
  ['cart', 'add_to_cart'],
  ['checkout', 'begin_checkout'],
  ['wishlist', 'add_to_wishlist'],
  ['product viewed', 'view_item'],
  ['product added', 'add_to_cart'],
  ['checkout started', 'begin_checkout'],
  ['order completed', 'purchase'],
])

/** The known event that the name is likely to mean; null where it is one, or a name of its own. */
export function misspeltEvent(name: string): string | null {
  const near = OTHER_WORDS.get(name.toLowerCase()) ?? nearestName(name, EVENT_NAMES)
  return near === name ? null : near
}
