/** Sees what only some pages have; what becomes of it is told by files of their own. */
import { config, loadExtra } from '../config.ts'
import { beats } from '../core.ts'

/** Frames and videos, what the owner has marked, carts, cards, products and what may be one; in the order
 *  that compresses best. */
const MORE =
  '[data-pique-cart],[data-pique-wishlist],[class*=car],[href*=cart],[type$=json],[data-pique-event],[class*=woo],[itemtype],[class*=prod],[action*=cart],video,iframe'

export function extras(): void {
  beats.push(() =>
    loadExtra(
      'more',
      // A query may be that of a search.
      config.domains ||
        /\?|cart|check/.test(location.href) ||
        window.dataLayer ||
        document.querySelector(MORE),
    ),
  )
}
