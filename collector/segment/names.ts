/**
 * Segment's names of events under the names that rules, pages and GA4 know; README's table is this one.
 *
 * Compared without regard to letter case and to the width of the gaps between words. A name that is not
 * here stays as it is, and a rule can be written for it all the same.
 */
const NAMES: Readonly<Record<string, string>> = {
  // E-commerce, version 2.
  'products searched': 'view_search_results',
  'product list viewed': 'view_item_list',
  'product list filtered': 'view_item_list',
  'promotion viewed': 'view_promotion',
  'promotion clicked': 'select_promotion',
  'product clicked': 'select_item',
  'product viewed': 'view_item',
  'product added': 'add_to_cart',
  'product removed': 'remove_from_cart',
  'cart viewed': 'view_cart',
  'checkout started': 'begin_checkout',
  'payment info entered': 'add_payment_info',
  'order completed': 'purchase',
  'order refunded': 'refund',
  'product added to wishlist': 'add_to_wishlist',
  'wishlist product added to cart': 'add_to_cart',
  'product shared': 'share',
  'cart shared': 'share',
  // B2B SaaS, and what its sites call the same.
  'signed up': 'sign_up',
  'signed in': 'login',
  'trial started': 'trial_start',
  'demo requested': 'request_demo',
  'quote requested': 'request_quote',
  'call requested': 'request_call',
  'lead generated': 'generate_lead',
  'webinar registered': 'webinar_register',
  'webinar attended': 'webinar_attend',
  // Video. A playback has several contents where there are advertisements, so it alone starts and ends.
  'video playback started': 'video_start',
  'video content playing': 'video_progress',
  'video playback completed': 'video_complete',
  // E-mail.
  'email link clicked': 'email_click',
  'email opened': 'email_open',
  unsubscribed: 'unsubscribe',
}

const BY_NAME: ReadonlyMap<string, string> = new Map(Object.entries(NAMES))

/** The name under which an event is kept. */
export function eventName(name: string): string {
  return BY_NAME.get(name.trim().toLowerCase().replace(/\s+/g, ' ')) ?? name
}
