/**
 * Paths (below the shop's base) and titles of the demo shop. The shop renders them and the generated
 * history reports them, so that both look alike in a report.
 */
import type { Product } from './catalogue.ts'

export const SHOP_NAME = 'Fernleaf Supply'
/** Where the shop is mounted unless its options say otherwise; the history reports addresses below it. */
export const DEMO_BASE = '/demo'
export const GUIDE_FILE = '/files/buyers-guide.pdf'

export interface DemoPage {
  readonly path: string
  readonly title: string
}

const page = (path: string, title: string): DemoPage => ({ path, title: `${title} — ${SHOP_NAME}` })

export const PAGES = {
  home: { path: '', title: `${SHOP_NAME} — coffee and kitchen gear for offices` },
  products: page('/products', 'Products'),
  // The term stays out of the title: titles are captured, and what people type is not.
  search: page('/products', 'Search results'),
  cart: page('/cart', 'Your cart'),
  checkout: page('/checkout', 'Checkout'),
  order: page('/order', 'Order placed'),
  pricing: page('/pricing', 'Plans and pricing'),
  guide: page('/guide', 'How to choose an office coffee machine'),
  contact: page('/contact', 'Contact us'),
  bookDemo: page('/book-a-demo', 'Book a tasting at your office'),
  thanks: page('/thanks', 'Thank you'),
  careers: page('/careers', 'Careers'),
  blog: page('/blog', 'Brew notes'),
  article: page('/blog/what-a-good-coffee-corner-costs', 'What a good coffee corner costs'),
  missing: page('', 'Page not found'),
} as const

export function productPage(product: Product): DemoPage {
  return page(`/products/${product.slug}`, product.name)
}
