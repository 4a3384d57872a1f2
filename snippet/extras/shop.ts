/**
 * What people do in a shop, and what the owner has marked. Every action counts once, from whatever tells
 * it best: what is clicked waits for the next beat, so that a data layer entry for the same action, which
 * knows item and price, comes first; the tag then leaves out what is told twice.
 *
 * Loaded by the tag where there are signs of any of it; loads in turn what knows products.
 */
import type { Config } from '../config.ts'
import type { ShopParts } from '../features/embeds.ts'
import { type Facts, readEntry } from './data-layer.ts'
import { actionOf, actionOfPage, productOf } from './shop-signs.ts'

declare global {
  interface Window {
    readonly jQuery?: (element: Element) => {
      on(type: string, run: (...told: ArrayLike<HTMLElement>[]) => void): void
    }
  }
}

/** What Shopify's storefront events carry, as far as it is read here. */
interface StorefrontEvent extends Event {
  readonly action?: string
  readonly context?: string
  readonly lines?: readonly { readonly merchandiseId?: string; readonly quantity?: number }[]
  readonly product?: { readonly id?: string; readonly title?: string }
}

/** What shops dispatch, and what it means; removals come under the name of additions. */
const STOREFRONT: Readonly<Record<string, string>> = {
  'wc-blocks_added_to_cart': 'add_to_cart',
  'shopify:cart:lines-update': 'add_to_cart',
  'shopify:cart:view': 'view_cart',
  'shopify:product:view': 'view_item',
}

const MARKED = ':is([data-pique-event],[data-pique-cart],[data-pique-wishlist])'

export function run(
  ...[act, beats, decide, findInPath, guard, hear, loadExtra, markedProps]: ShopParts
): void {
  // The tag has put it there before.
  const config = window.pique?.config as Config
  const isAuto = config.auto !== 'off'
  const isPending = config.consent === 'pending'
  const known = new Set<unknown>()
  const waiting: (() => void)[] = []
  let lastPath: string | undefined
  let lastSearch: string | undefined
  let jQuery: unknown
  let product: unknown
  /** The form that a click has told of; its submit is the same action. */
  let told: Element | null = null

  /** Tells an action, where there is one. */
  const tell = (type: unknown, props: Facts, source: string, item?: unknown) => {
    if (type) act(type as string, props, source, item)
  }
  const tellLater = (element: HTMLElement, type = actionOf(element)) => {
    const props = { item_id: productOf(element), ...markedProps(element) }
    if (type) told = element.closest('form')
    waiting.push(() =>
      tell(type, props, 'page', props.item_id ?? element.closest('form') ?? element),
    )
  }

  hear('click', (event) => {
    // A form so marked means its submit.
    const element =
      findInPath(event, `${MARKED}:not(form)`) ??
      (isAuto && findInPath(event, 'a,button,[type=submit]'))
    if (element) tellLater(element, element.dataset.piqueEvent)
  })
  hear('submit', ({ target }) => {
    // Only forms are submitted; what their event is when it is named, the tag knows.
    const form = target as HTMLFormElement
    const isTold = form === told
    told = null
    if ((isAuto || form.matches(MARKED)) && !form.dataset.piqueEvent && !isTold) tellLater(form)
  })

  const readDataLayer = () => {
    // Looked at, not wrapped: `push` stays the page's own, whoever replaces it and whenever.
    for (const entry of Array.from(window.dataLayer ?? [])) {
      if (known.has(entry)) continue
      known.add(entry)
      const [type, props, decision] = readEntry(entry)
      // A banner that tells Google tells owners who wait for a decision, and when it is taken back.
      if (decision && isPending) decide(decision)
      tell(type, props, 'data')
    }
  }

  /** What WooCommerce says when the cart has it, also where a theme has buttons of its own; a known button
   *  has told of the click. */
  const hearWooCommerce = () => {
    if (jQuery || !window.jQuery) return
    jQuery = window.jQuery
    window.jQuery(document.body).on(
      'added_to_cart',
      guard((...[, , , button]) => {
        const element = button?.[0]
        if (!element || !actionOf(element))
          tell('add_to_cart', { item_id: productOf(element) }, 'shop')
      }),
    )
  }

  const readPage = () => {
    const { pathname, search } = location
    if (lastPath !== pathname)
      tell(actionOfPage(pathname, document.body.className), {}, 'page', pathname)
    lastPath = pathname
    // That somebody searched, never for what.
    if (lastSearch !== search)
      tell(
        /[?&](q|s|search|query|keyword)=[^&]/i.test(search) && 'view_search_results',
        {},
        'page',
        search,
      )
    lastSearch = search
    if (!product && document.querySelector('[type$="ld+json"],[itemtype$="/Product"]'))
      product = loadExtra('product', act, beats, guard)
  }

  const beat = () => {
    if (isAuto) guard(readDataLayer)()
    for (const run of waiting.splice(0)) guard(run)()
    if (isAuto) for (const look of [hearWooCommerce, readPage]) guard(look)()
  }
  beats.push(beat)
  beat()

  if (isAuto)
    // shopify.dev, "Standard storefront events": the facts are the event's own properties.
    hear(
      Object.keys(STOREFRONT).join(' '),
      ({ type, action = 'add', context, lines: [line] = [], product }: StorefrontEvent) =>
        tell(
          action === 'remove'
            ? 'remove_from_cart'
            : action === 'add' && (!product || context === 'page') && STOREFRONT[type],
          {
            item_id: (line?.merchandiseId ?? product?.id)?.split('/').pop(),
            item_name: product?.title,
            quantity: line?.quantity,
          },
          'shop',
        ),
    )
}

/** What the file about products works with. */
export type ProductParts = readonly [act: ShopParts[0], beats: ShopParts[1], guard: ShopParts[4]]
