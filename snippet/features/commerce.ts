/**
 * What happens in a shop, each action once, from whatever tells it best: a GA4 data layer, the owner's
 * markup, the cart forms of Shopify and WooCommerce, a schema.org product, and last a control that
 * says what it does. A click waits for the next beat, so that a data layer entry for the same action,
 * which knows item and price, comes first.
 */
import type { PropValue } from '../../shared/wire.ts'
import type { Core, EventProps } from '../core.ts'
import { guard } from '../listen.ts'
import { actionOf, findInPath, hear, markedProps } from '../markup.ts'

declare global {
  interface Window {
    readonly dataLayer?: Iterable<unknown>
  }
}

/** Whatever the page put there; the collector drops what is not flat. */
interface Loose {
  readonly [name: PropertyKey]: Loose | undefined
}

/** The event of a data layer entry, in GTM's form or as the arguments of `gtag`, with the flat facts of
 *  the order and of its first item. */
export function readEntry(entry: unknown): readonly [name: string, props: EventProps] | undefined {
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
  for (const name of 'value currency transaction_id item_id item_name price quantity'.split(' '))
    props[name] = facts[name]
  return [event, props]
}

/** The one product that a page's JSON-LD is about; a page with several is a list. */
export function readProduct(nodes: readonly unknown[]): EventProps | undefined {
  const [product, another] = (nodes as readonly Loose[])
    .flatMap((node) => node?.['@graph'] ?? node)
    .filter((node) => /Product/.test(node?.['@type'] as unknown as string))
  if (!product || another) return
  const offer = [product.offers].flat()[0]
  return {
    item_id: product.sku,
    item_name: product.name,
    price: offer?.price,
    currency: offer?.priceCurrency,
  }
}

export function commerce(core: Core): void {
  const read = new Set<unknown>()
  const waiting: (() => void)[] = []
  let lastText = ''

  const actLater = (element: Element, type: string | undefined, source: string) =>
    type && waiting.push(() => core._act(type, markedProps(element), source))

  hear('click', (event) => {
    // What the owner has named; a form so marked means its submit.
    const element =
      findInPath(
        event,
        '[data-pique-event]:not(form),[data-pique-cart]:not(form),[data-pique-wishlist]:not(form)',
      ) ??
      (core._auto && findInPath(event, 'a,button,[type=submit]'))
    if (element) actLater(element, element.dataset.piqueEvent ?? actionOf(element), 'page')
  })
  hear('submit', (event) => {
    // Only forms are submitted.
    const form = event.target as HTMLFormElement
    if (core._auto || form.dataset.piqueCart) actLater(form, actionOf(form), 'form')
  })
  core._beats.push(() => {
    // Looked at, not wrapped: `push` stays the page's own, whoever replaces it and whenever.
    for (const entry of Array.from((core._auto && window.dataLayer) || [])) {
      const found = !read.has(entry) && readEntry(entry)
      read.add(entry)
      if (found) core._act(...found, 'data')
    }
    for (const act of waiting.splice(0)) act()
    // In-page navigations replace it late or never: only a change is news.
    const scripts = document.querySelectorAll<HTMLScriptElement>('[type$="ld+json"]')
    const texts = [...scripts].map((script) => script.text)
    const text = texts.join()
    if (!core._auto || text === lastText) return
    lastText = text
    // Broken JSON-LD is the page's own business.
    const product = readProduct(texts.map(guard((json) => JSON.parse(json))))
    if (product) core._act('view_item', product, 'page')
  })
}
