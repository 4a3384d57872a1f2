/**
 * What people do in a shop, and what the owner has marked. Every action counts once, from whatever tells
 * it best: what is clicked waits for the next beat, so that a data layer entry for the same action, which
 * knows item and price, comes first; the tag then leaves out what is told twice.
 */
import { config, isAuto } from '../config.ts'
import { guard, listen } from '../listen.ts'
import { findInPath, hear, markedProps } from '../markup.ts'
import type { Pique } from '../start.ts'
import { type Facts, readEntry, readMarkup, readProduct } from './products.ts'
import { actionOf, actionOfPage, productOf } from './shop-signs.ts'

declare global {
  interface Window {
    readonly jQuery?: (element: Element) => {
      on(type: string, run: (...told: ArrayLike<HTMLElement>[]) => void): void
    }
  }
}

const MARKED = ':is([data-pique-event],[data-pique-cart],[data-pique-wishlist])'

/** What Shopify's storefront events carry, as far as it is read here. */
interface StorefrontEvent extends Event {
  readonly action?: string
  readonly context?: string
  readonly lines?: readonly { readonly merchandiseId?: string; readonly quantity?: number }[]
  readonly product?: { readonly id?: string; readonly title?: string }
}

export function shop(pique: Pique): void {
  const known = new Set<unknown>()
  const waiting: (() => void)[] = []
  let lastText: string | undefined
  let lastPath: string | undefined
  let lastSearch: string | undefined
  let isHeard: boolean | undefined
  /** The form that a click has told of; its submit is the same action. */
  let told: Element | null = null

  const act = (type: string | undefined, props: Facts, source: string, item?: unknown) => {
    if (type) pique('act', type, props, source, item ?? props.item_id)
  }
  const actLater = (element: HTMLElement, type = actionOf(element)) => {
    const props = { ...productOf(element), ...markedProps(element) }
    if (type) told = element.closest('form')
    waiting.push(() =>
      act(type, props, 'page', props.item_id ?? element.closest('form') ?? element),
    )
  }

  hear('click', (event) => {
    // A form so marked means its submit.
    const element =
      findInPath(event, `${MARKED}:not(form)`) ??
      (isAuto && findInPath(event, 'a,button,[type=submit]'))
    if (element) actLater(element, element.dataset.piqueEvent)
  })
  hear('submit', ({ target }) => {
    // Only forms are submitted; what their event is when it is named, the tag knows.
    const form = target as HTMLFormElement
    const isTold = form === told
    told = null
    if ((isAuto || form.matches(MARKED)) && !form.dataset.piqueEvent && !isTold) actLater(form)
  })

  pique('beat', () => {
    if (isAuto) readDataLayer()
    for (const run of waiting.splice(0)) run()
    if (isAuto) readPage()
  })

  function readDataLayer(): void {
    // Looked at, not wrapped: `push` stays the page's own, whoever replaces it and whenever.
    for (const entry of Array.from(window.dataLayer ?? [])) {
      if (known.has(entry)) continue
      known.add(entry)
      const found = readEntry(entry)
      if (found) act(...found, 'data')
      // A banner that tells Google tells owners who wait for a decision.
      const { 0: command, 1: what, 2: decision } = Object(entry)
      const { analytics_storage } = Object(decision)
      if (command === 'consent' && what === 'update' && analytics_storage)
        if (config.consent === 'pending') pique('consent', analytics_storage)
    }
  }

  function readPage(): void {
    const { pathname, search } = location
    if (lastPath !== pathname) act(actionOfPage(pathname, document.body.className), {}, 'page')
    lastPath = pathname
    // That somebody searched, never for what.
    if (lastSearch !== search && /[?&](q|s|search|query|keyword)=[^&]/i.test(search))
      act('view_search_results', {}, 'page', search)
    lastSearch = search
    hearWooCommerce()
    // In-page navigations replace it late or never: only a change is news.
    const scripts = document.querySelectorAll<HTMLScriptElement>('[type$="ld+json"]')
    const texts = Array.from(scripts, ({ text }) => text)
    const text = texts.join()
    if (text === lastText) return
    lastText = text
    // Broken JSON-LD is the page's own business.
    const product = readProduct(texts.map(guard((json) => JSON.parse(json)))) ?? readMarkup()
    if (product) act('view_item', product, 'page')
  }

  /** What WooCommerce says when the cart has it, also where a theme has buttons of its own; a known button
   *  has told of the click. */
  function hearWooCommerce(): void {
    if (isHeard || !window.jQuery) return
    isHeard = true
    window.jQuery(document.body).on('added_to_cart', (...[, , , button]) => {
      const [element] = Array.from(button ?? [])
      if (!element) act('add_to_cart', {}, 'shop')
      else if (!actionOf(element)) act('add_to_cart', productOf(element), 'shop')
    })
  }

  if (!isAuto) return
  listen('wc-blocks_added_to_cart', () => act('add_to_cart', {}, 'shop'))
  // shopify.dev, "Standard storefront events": the facts are the event's own properties.
  listen('shopify:cart:lines-update', ({ action, lines: [line] = [] }: StorefrontEvent) => {
    const props = { item_id: line?.merchandiseId?.split('/').pop(), quantity: line?.quantity }
    if (action === 'add') act('add_to_cart', props, 'shop')
    if (action === 'remove') act('remove_from_cart', props, 'shop')
  })
  listen('shopify:cart:view', () => act('view_cart', {}, 'shop'))
  listen('shopify:product:view', ({ context, product }: StorefrontEvent) => {
    const props = { item_id: product?.id?.split('/').pop(), item_name: product?.title }
    if (context === 'page') act('view_item', props, 'shop')
  })
}
