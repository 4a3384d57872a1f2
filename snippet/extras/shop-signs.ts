/** What in a page stands for an action in a shop: how controls, pages and products say so. */

/** Around a product, a control may say in its own words what it does. */
const PRODUCT = 'form,.card,[class*=product],[id*=product],[itemtype]'

/**
 * What the owner has marked, how Shopify and WooCommerce write it, after `~` the name, class or words of a
 * control of a product, after `@` the address of a page. The first that fits is it.
 */
const SIGNS: Readonly<Record<string, RegExp>> = {
  remove_from_cart:
    /cart=remove|remove_item=|cart\/change.*quantity=0|remove_from_cart|~(.*[-_])?remove.?from.?(cart|ba)/i,
  add_to_wishlist: /pique-wish|add_to_wish|~(.*[-_])?add.?to.?(wish|fav)/i,
  add_to_cart:
    /pique-cart|cart\/add\b|add_to_cart|add-to-cart=|name=add-to-cart|~(.*[-_])?add.?to.?(cart|ba)/i,
  purchase: /^@.*(\/order-received\/|woocommerce-order-received)/,
  begin_checkout: /name=checkout|^@.*(\/checkout\/? |woocommerce-checkout)/,
  view_cart: /^@.*(\/(cart|basket)\/? |woocommerce-cart)/,
}

function typeOf(signs: string): string | undefined {
  return Object.keys(SIGNS).find((type) => SIGNS[type]?.test(signs))
}

/** Which product a control is about: by its own mark, its address, or the form that it stands in; never what
 *  somebody has typed there. */
export const productOf = (element?: HTMLElement): string | undefined =>
  element?.dataset.product_id ??
  /[?&]add-to-cart=(\w+)/.exec(element?.getAttribute('href') ?? '')?.[1] ??
  element?.closest('form')?.querySelector('[name=add-to-cart],[name=id]')?.getAttribute('value') ??
  undefined

/** What a click on this element, or submitting it, does; text is only that of what the page has written. */
export function actionOf(element: HTMLElement): string | undefined {
  const { id, classList, textContent } = element
  const signs = Array.from(element.attributes, ({ name, value }) => `${name}=${value}`)
  // "Select options": a link to the product, dressed as its button.
  if (/product_type_(variable|grouped|external)/.test(element.className)) return
  if (element.closest(PRODUCT))
    for (const words of [
      id,
      element.getAttribute('name'),
      ...classList,
      element.getAttribute('aria-label'),
      textContent.trim(),
    ])
      signs.push(`~${words}`)
  return typeOf(signs.join('\n'))
}

/** What a page is, by its path and by what WooCommerce says of it. */
export const actionOfPage = (path: string, bodyClass: string): string | undefined =>
  typeOf(`@${path} ${bodyClass}`)
