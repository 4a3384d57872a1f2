import { describe, expect, test } from 'vitest'
import { siteUnderTest } from '../support/site.ts'

/** One action is one event, whatever tells of it; and what only looks like an action is none. */

const site = siteUnderTest()
const STAY = '<script>onsubmit = (event) => event.preventDefault()</script>'

const openBody = async (body: string, path = '/') => {
  site.collector.bodies.set(new URL(path, 'http://any.test').pathname, `${body}${STAY}`)
  await site.open(path)
}
const click = (selector: string) => () => site.page.click(selector)

test('what somebody has typed is nobody’s product', async () => {
  await openBody(
    '<form><input name=id><input type=password><button data-pique-event=login>Go</button></form>',
  )
  await site.settle()
  await site.page.fill('[name=id]', 'secret-user-4711')
  await site.expectOnly({ login: 1, form_submit: 1 }, click('button'))
  expect(site.sent()).not.toContain('4711')
})

describe('a click and the submit that it leads to are one action', () => {
  test.each([
    [
      'named by the owner',
      '<form action="/cart/add"><button data-pique-event=buy_now>Buy</button></form>',
      { buy_now: 1 },
    ],
    [
      'to the checkout',
      '<form action="/cart/add"><button name=checkout>Buy now</button></form>',
      { begin_checkout: 1 },
    ],
    [
      'submitted by a script, with an id of its own',
      '<form action="/cart/add"><input type=hidden name=id value=99><button type=button data-product_id=7 onclick="this.form.requestSubmit()">Add to cart</button></form>',
      { add_to_cart: [{ item_id: '7' }] },
    ],
    [
      'submitted three seconds later',
      '<form action="/cart/add"><button type=button onclick="setTimeout(() => this.form.requestSubmit(), 3000)">Add to cart</button></form>',
      { add_to_cart: 1 },
    ],
  ])('%s', async (_name, body, expected) => {
    await openBody(body)
    await site.expectOnly(expected, click('button'))
  })
})

describe('a page is what it is once, whatever becomes of its query', () => {
  test.each([
    ['/checkout/order-received/17/?key=wc_1', ['?', '?a=1'], { page_view: 1, purchase: 1 }],
    ['/checkout?step=1', ['?step=2', '?step=3'], { page_view: 1, begin_checkout: 1 }],
    ['/search?q=desk', ['/product/7?q=desk'], { page_view: 2, view_search_results: 1 }],
  ])('%s', async (path, addresses, expected) => {
    await site.expectOnly(expected, async () => {
      await openBody('<h1>Page</h1>', path)
      for (const address of addresses) {
        await site.page.clock.runFor(3_000)
        await site.page.evaluate((to) => history.replaceState({}, '', to), address)
      }
    })
  })

  test.each([
    ['/accounts/login/?next=/checkout/', {}],
    ['/login?next=/orders/order-received/17', {}],
    ['/blog/order-received-but-not-shipped', {}],
    ['/docs/search?q=add_to_cart', { view_search_results: 1 }],
  ])('%s is not what it speaks of', async (path, expected) => {
    await site.expectOnly({ page_view: 1, ...expected }, () =>
      openBody('<div class=card>Card</div>', path),
    )
  })
})

test.each([
  ['a line of a list', '<form><button type=button>Remove item</button></form>'],
  [
    'a link that came from somewhere',
    '<div class=product><a href="#?ref=add-to-cart-list">More</a></div>',
  ],
  ['a hint', '<form><button type=button title="You can add to favourites later">Next</button>'],
])('%s is no action', async (_name, body) => {
  await openBody(body)
  await site.expectOnly({}, click('button,a'))
})

test.each([
  [
    'a kind of product',
    '<form><button type=button data-product-type=earrings>Add to cart</button>',
  ],
  ['an address that adds', '<a href="/cart/add/7" onclick="event.preventDefault()">+</a>'],
  ['a control far from any product', '<p class=cart><button id=add_to_cart>+</button>'],
])('%s adds', async (_name, body) => {
  await openBody(`<div class=cart></div>${body}`)
  await site.expectOnly({ add_to_cart: 1 }, click('button,a'))
})

test('what is odd in a data layer, and a jQuery that is none, stop nothing', async () => {
  await site.expectOnly({ page_view: 1, purchase: [{ value: 5 }], view_item: 1 }, () =>
    openBody(
      `<script>jQuery = () => undefined
       dataLayer = [{ event: Object.create(null) }, { event: 'purchase', ecommerce: { value: 5 } }]</script>
       <script type="application/ld+json">{"@type":"Product","sku":"A","name":"Kettle"}</script>`,
    ),
  )
})

test('a price beside one that says nothing is told', async () => {
  await site.expectOnly({ page_view: 1, view_item: [{ price: '9', currency: 'EUR' }] }, () =>
    openBody(
      '<script type="application/ld+json">{"@type":"Product","sku":"A","offers":{"price":"9","priceCurrency":"EUR","priceSpecification":{"@type":"UnitPriceSpecification"}}}</script>',
    ),
  )
})
