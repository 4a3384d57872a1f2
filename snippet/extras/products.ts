/** Orders and products, as data layers and schema.org write them. */
import type { PropValue } from '../../shared/wire.ts'

export type Facts = Readonly<Record<string, PropValue | undefined>>

/** Whatever the page put there; the collector drops what is not flat. */
interface Loose {
  readonly [name: PropertyKey]: Loose | undefined
}

const NAMES = 'value currency transaction_id item_id item_name price quantity'.split(' ')

/** The event of a data layer entry, in GTM's form or as the arguments of `gtag`, with the flat facts of
 *  the order and of its first item. */
export function readEntry(entry: unknown): readonly [name: string, props: Facts] | undefined {
  // `Object` turns null and undefined into an empty object.
  const { 1: argument, 2: params, event = argument, ecommerce = params } = Object(entry)
  if (
    !/^(view_item|(add_to|remove_from|view)_cart|begin_checkout|purchase|add_to_wishlist|sign_up|generate_lead)$/.test(
      event,
    )
  )
    return
  const facts = { ...ecommerce?.items?.[0], ...ecommerce }
  const props: Record<string, PropValue> = {}
  for (const name of NAMES) props[name] = facts[name]
  return [event, props]
}

/** The one product that a page's JSON-LD is about; a page with several is a list. */
export function readProduct(nodes: readonly unknown[]): Facts | undefined {
  const [product, another] = (nodes as readonly Loose[])
    .flatMap((node) => node?.['@graph'] ?? node)
    // A text, or several in a list, which the test makes one text.
    .filter((node) => /Product/.test(node?.['@type'] as unknown as string))
  if (!product || another) return
  const offer = [product.offers].flat()[0]
  // Where WooCommerce puts it since version 9.
  const [price = offer] = [offer?.priceSpecification].flat()
  const facts: Record<string, unknown> = {
    item_id: product.sku,
    item_name: product.name,
    price: offer?.price ?? price?.price,
    currency: offer?.priceCurrency ?? price?.priceCurrency,
  }
  return facts as Facts // whatever is not flat is dropped by the collector
}

/** The one product that a page's own markup is about (microdata). */
export function readMarkup(): Facts | undefined {
  const [item, another] = document.querySelectorAll('[itemtype$="/Product"]')
  if (!item || another) return
  const read = (name: string) => {
    const element = item.querySelector(`[itemprop=${name}]`)
    return element?.getAttribute('content') ?? element?.textContent?.trim()
  }
  return {
    item_id: read('sku'),
    item_name: read('name'),
    price: read('price'),
    currency: read('priceCurrency'),
  }
}
