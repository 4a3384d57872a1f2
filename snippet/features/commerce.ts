/**
 * What happens in a shop, each action once, from whatever tells it best: a GA4 data layer, the owner's
 * markup, the cart forms of Shopify and WooCommerce, a schema.org product, and last a control that
 * says what it does. A click waits for the next beat, so that a data layer entry for the same action,
 * which knows item and price, comes first.
 */
import type { Core, EventProps } from '../core.ts'
import { actionOf, attributeOf, CONTROL, findInPath, hear, MARKED, markedProps } from '../markup.ts'

const ACTIONS =
  /^(view_item|(add_to|remove_from|view)_cart|begin_checkout|purchase|add_to_wishlist|sign_up|generate_lead|view_search_results)$/
const FACTS =
  'value currency transaction_id item_id item_name item_category price quantity'.split(' ')

declare global {
  interface Window {
    readonly dataLayer?: Iterable<unknown>
  }
}

/** Any value, to be asked for properties it may not have: they are whatever the page put there, and
 *  the collector drops what is not flat. */
function loosely(value: unknown): Readonly<Record<PropertyKey, never>> {
  // `Object` turns null and undefined into an empty object.
  return Object(value) as Readonly<Record<PropertyKey, never>>
}

/** The event of a data layer entry, in GTM's form or as the arguments of `gtag`, with the flat facts of
 *  the order and of its first item. */
export function readEntry(entry: unknown): { name: string; props: EventProps } | undefined {
  const { 0: command, 1: argument, 2: params, event, ecommerce } = loosely(entry)
  const name = command === 'event' ? argument : event
  if (!ACTIONS.test(name)) return
  const order = loosely(params || ecommerce)
  const items: readonly unknown[] = order.items || []
  const facts = { ...loosely(items[0]), ...order }
  return {
    name,
    props: {
      ...Object.fromEntries(FACTS.map((fact) => [fact, facts[fact]])),
      item_count: items.length || undefined,
    },
  }
}

/** The one product that a page's JSON-LD is about; a page with several is a list. */
export function readProduct(nodes: readonly unknown[]): EventProps | undefined {
  const [product, another] = nodes
    .flat()
    .flatMap((node) => loosely(node)['@graph'] ?? node)
    .map(loosely)
    .filter((node) => /\bProduct(Group)?\b/.test(node['@type']))
  if (!product || another) return
  const offer = loosely([product.offers].flat()[0])
  return {
    item_id: product.sku || product.productID,
    item_name: product.name,
    price: offer.price || offer.lowPrice,
    currency: offer.priceCurrency,
  }
}

function parseNode({ textContent }: Element): unknown {
  try {
    return JSON.parse(textContent ?? '')
  } catch {
    // Broken JSON-LD is the page's own business.
    return undefined
  }
}

export function commerce(core: Core): void {
  const auto = core._config._auto
  const read = new Set<unknown>()
  let waiting: (() => void)[] = []
  let lastJson = ''

  const actLater = (element: Element, type: string | undefined) => {
    if (type) waiting.push(() => core._act(type, markedProps(element), 'page'))
  }

  hear('click', (event) => {
    const element = findInPath(event, MARKED) ?? findInPath(event, CONTROL)
    if (element)
      actLater(element, attributeOf(element, 'data-pique-event') ?? actionOf(element, auto))
  })
  hear('submit', ({ target }) => {
    // Only forms are submitted.
    const form = target as HTMLFormElement
    actLater(form, actionOf(form, auto))
  })
  core._beats.push(() => {
    // Looked at, not wrapped: `push` stays the page's own, whoever replaces it and whenever.
    for (const entry of Array.from((auto && window.dataLayer) || [])) {
      const found = !read.has(entry) && readEntry(entry)
      read.add(entry)
      if (found) core._act(found.name, found.props, 'data')
    }
    for (const act of waiting) act()
    waiting = []
    // In-page navigations replace it late or never: only a change is news.
    const scripts = [...document.querySelectorAll('script[type="application/ld+json"]')]
    const json = scripts.map((script) => script.textContent).join()
    if (!auto || json === lastJson) return
    lastJson = json
    const product = readProduct(scripts.map(parseNode))
    if (product) core._act('view_item', product, 'schema')
  })
}
