import { isRecord, type Values } from '../ingest/props.ts'
import { renamed, scalarsOf } from './flat.ts'

/** Segment's properties of known events under GA4's names; those of events with names of their own stay as they are. */

const ITEM: Readonly<Record<string, string>> = {
  product_id: 'item_id',
  sku: 'item_id',
  name: 'item_name',
  category: 'item_category',
  brand: 'item_brand',
  variant: 'item_variant',
}
/** Of products in a list only what a page or a rule asks for. */
const OF_FIRST: readonly string[] = ['item_id', 'item_name', 'item_category', 'price', 'quantity']
const ORDER: Readonly<Record<string, string>> = {
  order_id: 'transaction_id',
  revenue: 'value',
  total: 'value',
}
const LIST: Readonly<Record<string, string>> = {
  list_id: 'item_list_id',
  category: 'item_list_name',
}
const PROMOTION: Readonly<Record<string, string>> = {
  name: 'promotion_name',
  creative: 'creative_name',
  position: 'creative_slot',
}
const OF_EVENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  view_search_results: { query: 'search_term' },
  view_item_list: LIST,
  view_promotion: PROMOTION,
  select_promotion: PROMOTION,
  select_item: ITEM,
  view_item: ITEM,
  add_to_cart: ITEM,
  remove_from_cart: ITEM,
  add_to_wishlist: ITEM,
  view_cart: ORDER,
  begin_checkout: ORDER,
  add_payment_info: ORDER,
  purchase: ORDER,
  refund: ORDER,
  video_start: { title: 'video_title' },
  video_progress: { title: 'video_title' },
  video_complete: { title: 'video_title' },
}

/**
 * The flat properties of a track call under their names here. Of a list of `products` its first one stands
 * for all, as with the tag; a playing video tells how far it is.
 */
export function propertiesOf(type: string, raw: unknown): Values {
  const names = Object.hasOwn(OF_EVENT, type) ? OF_EVENT[type] : undefined
  const own = scalarsOf(raw)
  if (names === undefined || !isRecord(raw)) return own
  const props = { ...renamed(own, names) }
  const [first] = Array.isArray(raw.products) ? raw.products : []
  const product = renamed(scalarsOf(first), ITEM)
  for (const key of OF_FIRST) {
    const value = product[key]
    if (value !== undefined) props[key] ??= value
  }
  if (type === 'video_progress') props.video_percent ??= percentOf(own)
  return props
}

function percentOf({ position, total_length: length }: Values): number {
  if (typeof position !== 'number' || typeof length !== 'number' || !(length > 0)) return 0
  return Math.max(0, Math.min(100, Math.round((100 * position) / length)))
}
