/** What only some pages have, told by files of their own: shops, videos, and forms in frames. */
import { isAuto, loadExtra } from '../config.ts'
import { act, beats, decide } from '../core.ts'
import { guard } from '../listen.ts'
import { findInPath, hear, markedProps } from '../markup.ts'

/** What the owner has marked, carts, cards, products and what may be one; in the order that compresses
 *  best. */
const SHOP =
  '[data-pique-cart],[data-pique-wishlist],[class*=car],[href*=cart],[type$=json],[data-pique-event],[class*=woo],[itemtype],[class*=prod],[action*=cart]'

/** What the file about shops works with. */
export type ShopParts = readonly [
  typeof act,
  typeof beats,
  typeof decide,
  typeof findInPath,
  typeof guard,
  typeof hear,
  typeof loadExtra,
  typeof markedProps,
]

/** `watch` hears the forms of a document. */
export function embeds(watch: (root: Node) => void): void {
  let shop: unknown
  let video: unknown
  let elementCount = 0
  beats.push(() => {
    // Looking through a large page every second would cost; how many elements it has is known.
    const isOther = elementCount !== document.all.length
    elementCount = document.all.length
    const has = (selector: string) => isOther && document.querySelector(selector)
    // A query may be that of a search.
    if (!shop && (/\?|cart|check/.test(location.href) || window.dataLayer || has(SHOP)))
      // In the order of `ShopParts`.
      shop = loadExtra('shop', act, beats, decide, findInPath, guard, hear, loadExtra, markedProps)
    if (!video && has('video,iframe')) video = loadExtra('video', watch, isAuto)
  })
}
