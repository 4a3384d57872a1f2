/** Orders and what people did, as data layers write them. */
import type { PropValue } from '../../shared/wire.ts'

export type Facts = Readonly<Record<string, PropValue | undefined>>

const NAMES = 'value currency transaction_id item_id item_name price quantity'.split(' ')

/**
 * A data layer entry, in GTM's form or as the arguments of `gtag`: its event, if it is one of a shop or a
 * form, with the flat facts of the order and of its first item, and what it says that somebody has
 * decided of being measured.
 */
export function readEntry(
  entry: unknown,
): readonly [name: string | undefined, props: Facts, decision?: string] {
  // `Object` turns null and undefined into an empty object.
  const { 1: argument, 2: params, event = argument, ecommerce = params } = Object(entry)
  const facts = { ...ecommerce?.items?.[0], ...ecommerce }
  const props: Record<string, PropValue> = {}
  for (const name of NAMES) props[name] = facts[name]
  const isKnown =
    /^(view_item|(add_to|remove_from|view)_cart|begin_checkout|purchase|add_to_wishlist|sign_up|generate_lead)$/.test(
      event,
    )
  return [isKnown ? event : undefined, props, event === 'update' && params?.analytics_storage]
}
