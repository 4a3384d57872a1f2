/**
 * What happens in a shop, each action once, from whatever tells it best: a GA4 data layer, the owner's
 * markup, the cart forms of Shopify and WooCommerce, a schema.org product, and last a control that
 * says what it does. A click waits for the next beat, so that a data layer entry for the same action,
 * which knows item and price, comes first.
 */
import type { PropValue } from '../../shared/wire.ts'
import type { Core, TrackOptions } from '../core.ts'
import { listen } from '../listen.ts'
import {
  actionOf,
  attributeOf,
  CONTROL,
  findInPath,
  isIgnored,
  MARKED,
  markedProps,
} from '../markup.ts'

const ACTIONS =
  /^(view_item|(add_to|remove_from|view)_cart|begin_checkout|purchase|add_to_wishlist|sign_up|generate_lead|search)$/

declare global {
  interface Window {
    readonly dataLayer?: Iterable<unknown>
  }
}

type Loose = Readonly<Record<PropertyKey, unknown>>

/** Any value, to be asked for properties it may not have. */
function loosely(value: unknown): Loose {
  // `Object` turns null and undefined into an empty object.
  return Object(value) as Loose
}

type FlatProps = Record<string, PropValue | undefined>

function pick(from: Loose, names: string): FlatProps {
  const picked: FlatProps = {}
  for (const name of names.split(' ')) {
    const value = from[name]
    if (typeof value === 'string' || typeof value === 'number') picked[name] = value
  }
  return picked
}

/** The flat props of a GA4 e-commerce event: the order's, and those of its first item. */
export function flattenItems(params: Loose): FlatProps {
  const items = Array.isArray(params.items) ? params.items : []
  return {
    ...pick(params, 'value currency transaction_id'),
    ...pick(loosely(items[0]), 'item_id item_name item_category price quantity'),
    item_count: items.length || undefined,
  }
}

/** The event of a data layer entry, in GTM's form or as the arguments of `gtag`. */
export function readEntry(entry: unknown): { name: string; props: FlatProps } | undefined {
  const { 0: command, 1: argument, 2: params, event, ecommerce } = loosely(entry)
  const name = command === 'event' ? argument : event
  if (typeof name !== 'string' || !ACTIONS.test(name)) return
  return {
    name: name === 'search' ? 'view_search_results' : name,
    props: flattenItems(loosely(params || ecommerce)),
  }
}

/** The one product that a page's JSON-LD is about; a page with several is a list. */
export function readProduct(nodes: readonly unknown[]): FlatProps | undefined {
  const all = nodes.flat().flatMap((node) => [node, loosely(node)['@graph']].flat())
  const products = all.filter((node) => /\bProduct(Group)?\b/.test(String(loosely(node)['@type'])))
  if (products.length !== 1) return
  const product = loosely(products[0])
  const offer = loosely([product.offers].flat()[0])
  const facts = {
    item_id: product.sku || product.productID,
    item_name: product.name,
    price: offer.price || offer.lowPrice,
    currency: offer.priceCurrency,
  }
  return pick(facts, 'item_id item_name price currency')
}

function parseNode(json: string | null): unknown {
  try {
    return JSON.parse(json || '')
  } catch {
    // Broken JSON-LD is the page's own business.
    return undefined
  }
}

/** A microdata product in the shape of JSON-LD. */
function nodeOf(product: Element): unknown {
  const read = (name: string) => {
    const element = product.querySelector(`[itemprop=${name}]`)
    return element && (attributeOf(element, 'content') || element.textContent)
  }
  const offers = { price: read('price'), priceCurrency: read('priceCurrency') }
  return { '@type': 'Product', name: read('name'), sku: read('sku'), offers }
}

export function commerce(core: Core): void {
  const auto = core._config._auto
  const read = new WeakSet<object>()
  let waiting: (() => void)[] = []
  let isFresh = false
  let lastJson = ''

  const record = (source: string, type: string, props: FlatProps, options?: TrackOptions) => {
    if (core._isFirst(type, source, props.item_id || props.item_name))
      core._track(type, props, options)
  }

  const recordLater = (type: string, element: Element) => {
    const options = { _at: Date.now(), _view: core._view }
    waiting.push(() => record('page', type, markedProps(element), options))
  }

  listen('click', (event) => {
    const marked = findInPath(event, MARKED)
    const control = marked || findInPath(event, CONTROL)
    const type =
      control && ((marked && attributeOf(marked, 'data-pique-event')) || actionOf(control, auto))
    if (type && !isIgnored(event)) recordLater(type, control)
  })
  listen('submit', (event) => {
    // Only forms are submitted.
    const form = event.target as HTMLFormElement
    const type = actionOf(form, auto)
    if (type && !isIgnored(event)) recordLater(type, form)
  })
  core._onBeat((beat) => {
    if (beat === 'viewed') {
      // The next beat is time enough for a page to put its product in place.
      isFresh = true
      return
    }
    // Looked at, not wrapped: `push` stays the page's own, whoever replaces it and whenever.
    for (const entry of (auto && window.dataLayer) || []) {
      if (typeof entry !== 'object' || !entry || read.has(entry)) continue
      read.add(entry)
      const found = readEntry(entry)
      if (found) record('data', found.name, found.props)
    }
    for (const run of waiting) run()
    waiting = []
    if (!isFresh || !auto) return
    isFresh = false
    const scripts = [...document.querySelectorAll('script[type="application/ld+json"]')]
    const json = scripts.map((script) => script.textContent)
    // In-page navigations replace it late or never; what was there before is not this page's.
    const isStale = json.join() === lastJson
    lastJson = json.join()
    const product =
      readProduct(isStale ? [] : json.map(parseNode)) ||
      readProduct([...document.querySelectorAll('[itemtype$="/Product"]')].map(nodeOf))
    if (product) record('schema', 'view_item', product)
  })
}
