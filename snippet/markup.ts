/** What the owner wrote into the page: `data-pique-*`; and what buttons and forms of a shop look like. */
import type { PropValue } from '../shared/wire.ts'
import { listen } from './listen.ts'

const PROP = 'data-pique-prop-'

/** Elements whose click the owner has named; a form so marked means its submit. */
export const MARKED =
  '[data-pique-event]:not(form),[data-pique-cart]:not(form),[data-pique-wishlist]:not(form)'

/** What can be clicked to do something. */
export const CONTROL = 'button,a,[type=submit],[role=button]'

/** Forms of Shopify and WooCommerce that put a product into the cart. */
const CART_FORM = 'form[action*="/cart/add"],form.cart'

/** Not the property: a form's field that is called "id" or "method" hides the form's own. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.getAttribute(name) || undefined
}

/** The innermost element that matches, also through open shadow roots. */
export function findInPath(event: Event, selector: string): Element | undefined {
  return event
    .composedPath()
    .find((node): node is Element => node instanceof Element && node.matches(selector))
}

/** Listens outside of what the owner has marked as ignored. */
export function hear<Heard extends Event>(types: string, run: (event: Heard) => unknown): void {
  listen(types, (event: Heard) => findInPath(event, '[data-pique-ignore]') || run(event))
}

/** The element's `data-pique-prop-KEY` attributes; HTML has made the keys lower case. */
export function markedProps(element: Element): Record<string, PropValue> {
  const props: Record<string, PropValue> = {}
  for (const { name, value } of element.attributes)
    if (name.startsWith(PROP)) props[name.slice(PROP.length)] = value
  return props
}

/** What a click on this element, or submitting it, does to cart or wish list; guesses only if `auto`. */
export function actionOf(element: Element, auto: boolean): string | undefined {
  const cart = attributeOf(element, 'data-pique-cart')
  // A control of a product says what it does by its class, name, address, label or text.
  const label =
    auto && element.matches(CONTROL) && element.closest('form,[class*=product i]')
      ? [...element.attributes].map(({ value }) => value) + (element.textContent ?? '')
      : ''
  if (cart === 'remove' || /remove.?from.?(cart|bag|basket)/i.test(label)) return 'remove_from_cart'
  if (element.hasAttribute('data-pique-wishlist') || /add.?to.?wish/i.test(label))
    return 'add_to_wishlist'
  if (cart || (auto && element.matches(CART_FORM)) || /add.?to.?(cart|bag|basket)/i.test(label))
    return 'add_to_cart'
  return
}
