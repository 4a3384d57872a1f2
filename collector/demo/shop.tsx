/**
 * The demo shop: an ordinary server-rendered shop with the tag in it, so that a newcomer can browse
 * and watch the score. It keeps nothing on the server; a cart lives in a cookie, forms are thrown
 * away. The collector mounts it: `app.route('/demo', createShop({ siteKey, tagSrc }))`.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import {
  addToCart,
  type CartLine,
  cartCookie,
  cartCount,
  parseCart,
  parseQuantity,
  removeFromCart,
} from './cart.ts'
import { productOf } from './catalogue.ts'
import { Layout } from './layout.tsx'
import { Home } from './page-home.tsx'
import { Pricing } from './page-pricing.tsx'
import { CartPage, CheckoutPage, OrderPage } from './pages-cart.tsx'
import { BookDemo, Contact, Missing, Thanks } from './pages-forms.tsx'
import { ProductDetail, ProductList, SearchResults } from './pages-products.tsx'
import { Article, Blog, Careers, Guide } from './pages-reading.tsx'
import { serveFiles } from './shop-files.ts'
import { DEMO_BASE, type DemoPage, PAGES, productPage } from './titles.ts'

export interface ShopOptions {
  readonly siteKey: string
  readonly tagSrc: string
  /** Where the shop is mounted; its links carry it. `/demo` unless told. */
  readonly base?: string
}

const MAX_FORM_BYTES = 64 * 1024
const MAX_QUERY_LENGTH = 100
const CART_COOKIE = 'demo_cart'
const WISH_COOKIE = 'demo_wishlist'
const ORDER_COOKIE = 'demo_order'

export function createShop(options: ShopOptions): Hono {
  const { siteKey, tagSrc, base = DEMO_BASE } = options
  const shop = new Hono()

  const show = (c: Context, page: DemoPage, view: Child, status: 200 | 404 = 200) => {
    const frame = { base, siteKey, tagSrc, cartCount: cartCount(cartOf(c)) }
    const body = (
      <Layout frame={frame} page={page}>
        {view}
      </Layout>
    )
    // Not `no-store`: that would keep the pages out of the back/forward cache.
    c.header('Cache-Control', 'private, no-cache')
    return c.html(html`<!doctype html>${body}`, status)
  }
  const missing = (c: Context) => show(c, PAGES.missing, <Missing base={base} />, 404)
  const keep = (c: Context, name: string, value: string) =>
    setCookie(c, name, value, { path: base, httpOnly: true, sameSite: 'Lax', maxAge: 30 * 86_400 })

  shop.use(bodyLimit({ maxSize: MAX_FORM_BYTES }))
  shop.get('/', (c) => show(c, PAGES.home, <Home base={base} />))
  shop.get(PAGES.pricing.path, (c) => show(c, PAGES.pricing, <Pricing base={base} />))
  shop.get(PAGES.guide.path, (c) => show(c, PAGES.guide, <Guide base={base} />))
  shop.get(PAGES.blog.path, (c) => show(c, PAGES.blog, <Blog base={base} />))
  shop.get(PAGES.article.path, (c) => show(c, PAGES.article, <Article base={base} />))
  shop.get(PAGES.careers.path, (c) => show(c, PAGES.careers, <Careers />))
  shop.get(PAGES.contact.path, (c) => show(c, PAGES.contact, <Contact base={base} />))
  shop.get(PAGES.bookDemo.path, (c) => show(c, PAGES.bookDemo, <BookDemo base={base} />))
  shop.get(PAGES.thanks.path, (c) => show(c, PAGES.thanks, <Thanks base={base} />))

  shop.get(PAGES.products.path, (c) => {
    const query = (c.req.query('q') ?? '').trim().slice(0, MAX_QUERY_LENGTH)
    return query
      ? show(c, PAGES.search, <SearchResults base={base} query={query} />)
      : show(c, PAGES.products, <ProductList base={base} />)
  })
  shop.get('/products/:slug', (c) => {
    const product = productOf(c.req.param('slug'))
    if (!product) return missing(c)
    const isWished = wishesOf(c).includes(product.slug)
    const view = <ProductDetail base={base} product={product} isWished={isWished} />
    return show(c, productPage(product), view)
  })
  shop.get(PAGES.cart.path, (c) => show(c, PAGES.cart, <CartPage base={base} cart={cartOf(c)} />))
  shop.get(PAGES.checkout.path, (c) =>
    show(c, PAGES.checkout, <CheckoutPage base={base} cart={cartOf(c)} />),
  )
  // Shown in full once: a reload would otherwise report the purchase again.
  shop.get(PAGES.order.path, (c) => {
    const [order = '', cart = ''] = (getCookie(c, ORDER_COOKIE) ?? '').split('|')
    deleteCookie(c, ORDER_COOKIE, { path: base })
    return show(c, PAGES.order, <OrderPage base={base} cart={parseCart(cart)} order={order} />)
  })

  shop.post('/cart/add', async (c) => {
    const form = await formOf(c)
    const product = productOf(form('slug'))
    if (!product) return missing(c)
    const cart = addToCart(cartOf(c), product, parseQuantity(form('quantity')))
    keep(c, CART_COOKIE, cartCookie(cart))
    return c.redirect(base + PAGES.cart.path, 303)
  })
  shop.post('/cart/remove', async (c) => {
    const form = await formOf(c)
    keep(c, CART_COOKIE, cartCookie(removeFromCart(cartOf(c), form('slug'))))
    return c.redirect(base + PAGES.cart.path, 303)
  })
  shop.post('/wishlist', async (c) => {
    const form = await formOf(c)
    const product = productOf(form('slug'))
    if (!product) return missing(c)
    const others = wishesOf(c).filter((slug) => slug !== product.slug)
    const isWished = others.length < wishesOf(c).length
    keep(c, WISH_COOKIE, (isWished ? others : [...others, product.slug]).join('.'))
    return c.redirect(base + productPage(product).path, 303)
  })
  shop.post(PAGES.checkout.path, (c) => {
    const cart = cartOf(c)
    if (cart.length === 0) return c.redirect(base + PAGES.cart.path, 303)
    keep(c, ORDER_COOKIE, `FL-${crypto.randomUUID().slice(0, 8)}|${cartCookie(cart)}`)
    deleteCookie(c, CART_COOKIE, { path: base })
    return c.redirect(base + PAGES.order.path, 303)
  })
  for (const path of [PAGES.contact.path, PAGES.bookDemo.path, '/newsletter']) {
    shop.post(path, (c) => c.redirect(base + PAGES.thanks.path, 303))
  }

  serveFiles(shop)
  // A `notFound` handler would not survive being mounted.
  shop.all('*', (c) => (c.req.path === `${base}/` ? c.redirect(base, 301) : missing(c)))
  return shop
}

function cartOf(c: Context): readonly CartLine[] {
  return parseCart(getCookie(c, CART_COOKIE))
}

function wishesOf(c: Context): readonly string[] {
  const slugs = (getCookie(c, WISH_COOKIE) ?? '').slice(0, 1000).split('.')
  return [...new Set(slugs.filter((slug) => productOf(slug)))]
}

/** Reads text fields; a body that can't be read is an empty form, as people never cause one. */
async function formOf(c: Context): Promise<(name: string) => string> {
  const fields: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  return (name) => {
    const value = fields[name]
    return typeof value === 'string' ? value : ''
  }
}
