/** What the owner wrote into the page: `data-pique-*`; and what buttons and forms of a shop look like. */
import type { PropValue } from '../shared/wire.ts'

const PROP = 'data-pique-prop-'

/** Elements whose click the owner has named; a form so marked means its submit. */
export const MARKED =
  '[data-pique-event]:not(form),[data-pique-cart]:not(form),[data-pique-wishlist]:not(form)'

/** Forms of Shopify and WooCommerce that put a product into the cart. */
const CART_FORM = 'form[action*="/cart/add"],form.cart'

/** What can be clicked to do something. */
export const CONTROL =
  'button:not(.product_type_variable),a:not(.product_type_variable),[type=submit],[role=button]'
const PRODUCT = 'form,[itemtype*="Product"],[class*=product i],[id*=product i],[data-product-id]'

/** Not the property: a form's field that is called "id" or "method" hides the form's own. */
export function attributeOf(element: Element, name: string): string {
  return element.getAttribute(name) || ''
}

/** The innermost element that matches, also through open shadow roots. */
export function findInPath(event: Event, selector: string): Element | undefined {
  return event
    .composedPath()
    .find((node): node is Element => node instanceof Element && node.matches(selector))
}

export function isIgnored(event: Event): boolean {
  return !!findInPath(event, '[data-pique-ignore]')
}

/** The element's `data-pique-prop-KEY` attributes; HTML has made the keys lower case. */
export function markedProps(element: Element): Record<string, PropValue> {
  const props: Record<string, PropValue> = {}
  for (const { name, value } of element.attributes)
    if (name.startsWith(PROP)) props[name.slice(PROP.length)] = value
  return props
}

const LABELS: readonly (readonly [action: string, label: RegExp])[] = [
  ['remove_from_cart', /remove.+from.?(your.|my.)?(cart|bag|basket)/i],
  ['add_to_wishlist', /add.?to.?(your.|my.)?(wish|favou?rite)/i],
  [
    'add_to_cart',
    /add.?to.?(your.|my.)?(cart|bag|basket)|in den warenkorb|au panier|al carrello|al carrito|winkelwagen/i,
  ],
]

/** The action that a label (text, accessible name, class, name and id of a control) announces. */
export function actionOfLabel(label: string): string | undefined {
  const [action] = LABELS.find(([, pattern]) => pattern.test(label)) || []
  return action
}

/** What a click on this element, or submitting it, does to cart or wish list; guesses only if `auto`. */
export function actionOf(element: Element, auto: boolean): string | undefined {
  const cart = attributeOf(element, 'data-pique-cart')
  if (cart) return cart === 'remove' ? 'remove_from_cart' : 'add_to_cart'
  if (element.hasAttribute('data-pique-wishlist')) return 'add_to_wishlist'
  if (!auto) return
  if (element.matches(CART_FORM)) return 'add_to_cart'
  // WooCommerce gives the class to "Select options" as well, which only opens the product.
  if (!element.matches(CONTROL) || !element.closest(PRODUCT)) return
  const named = ['aria-label', 'value', 'name', 'id', 'class'].map((key) =>
    element.getAttribute(key),
  )
  return actionOfLabel([element.textContent?.slice(0, 80), ...named].join(' '))
}
