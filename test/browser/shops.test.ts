import { describe, expect, test } from 'vitest'
import { jquery, siteUnderTest } from '../support/site.ts'
import type { Route } from '../support/tag-collector.ts'

const site = siteUnderTest()

const click = (selector: string) => () => site.page.click(selector)
const clickBoth = (first: string, second: string) => async () => {
  await site.page.click(first)
  await site.page.click(second)
}

describe('a plain shop', () => {
  const openShop = async () => {
    site.serve({ '/desk': 'shop-plain.html' })
    await site.open('/desk')
  }

  test('what the data layer held before the tag loaded is told once', async () => {
    site.serve({ '/desk': 'shop-plain.html' })
    await site.expectOnly(
      {
        page_view: 1,
        view_item: [
          { item_id: 'D1', item_name: 'Desk', price: 99, currency: 'EUR', value: 99, quantity: 1 },
        ],
      },
      () => site.open('/desk'),
    )
  })

  test('markup adds, removes, wishes, and names events of its own', async () => {
    await openShop()
    await site.expectOnly({ add_to_cart: [{ item_id: 'D1', price: '99' }] }, click('#add b'))
    await site.expectOnly({ remove_from_cart: [{ item_id: 'D1' }] }, click('#remove'))
    await site.expectOnly({ add_to_wishlist: [{ item_id: 'D1' }] }, click('#wish'))
    await site.expectOnly({ brochure_requested: [{ size: 'a4', plan: 'pro' }] }, click('#brochure'))
  })

  test('links to cart, wish list and checkout are no events; nor is anything ignored', async () => {
    await openShop()
    await site.page.evaluate(() => addEventListener('click', (event) => event.preventDefault()))
    await site.expectOnly({}, async () => {
      for (const path of ['/', '/cart', '/wishlist', '/checkout'])
        await site.page.click(`nav [href="${path}"]`)
      for (const id of ['ignored', 'ignored-own']) await site.page.click(`#${id}`)
      await site.page.fill('#ignored-form input', 'jane@shop.example')
      await site.page.click('#ignored-form button')
    })
    expect(site.sent()).not.toMatch(/jane|form_start/)
  })

  test('a button and its entry are one action, whichever comes first', async () => {
    await openShop()
    await site.expectOnly({ add_to_cart: [{ item_id: 'D1', value: 99 }] }, click('#told-twice'))
    await site.expectOnly({ add_to_cart: 1 }, async () => {
      await site.page.click('#told-late')
      await site.page.clock.runFor(1_600)
    })
  })

  test('two items within two seconds are two actions, one item is one', async () => {
    await openShop()
    await site.expectOnly(
      { add_to_cart: [{ item_id: 'D1' }, { item_id: 'D2' }] },
      clickBoth('#add', '#add-other'),
    )
    await site.expectOnly({ add_to_cart: 1 }, clickBoth('#add', '#add'))
    await site.expectOnly({ add_to_cart: 2 }, async () => {
      await site.page.click('#add')
      await site.page.clock.runFor(2_500)
      await site.page.click('#add')
    })
  })

  test('two items in the data layer within two seconds are two actions', async () => {
    await openShop()
    await site.expectOnly({ add_to_cart: [{ item_id: 'A' }, { item_id: 'B' }] }, () =>
      site.page.evaluate(() => {
        const { dataLayer } = window as unknown as { dataLayer: unknown[] }
        for (const item_id of ['A', 'B'])
          dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id }] } })
      }),
    )
  })

  test('a tag manager that replaces push, later, keeps being heard and keeps its push', async () => {
    await openShop()
    const kept = await site.page.evaluate(() => {
      const layer = (window as unknown as { dataLayer: unknown[] }).dataLayer
      const own = Object.assign(
        (...entries: unknown[]) => Array.prototype.push.apply(layer, entries),
        {
          mark: 'own',
        },
      )
      layer.push = own
      return layer.push === own
    })
    expect(kept).toBe(true)
    await site.expectOnly({ begin_checkout: [{ value: 7 }] }, () =>
      site.page.evaluate(() => {
        const layer = (window as unknown as { dataLayer: unknown[] }).dataLayer
        layer.push({ event: 'begin_checkout', ecommerce: { value: 7, currency: 'EUR' } })
        layer.push({ event: 'gtm.click' }, null, 'text', { event: 'consent_update' })
      }),
    )
    expect(
      await site.page.evaluate(
        () => (window as unknown as { dataLayer: { push: { mark?: string } } }).dataLayer.push.mark,
      ),
    ).toBe('own')
  })

  test('a data layer that comes after the tag, and one that is replaced, are read', async () => {
    await site.openBody('')
    await site.expectOnly({ add_to_cart: [{ item_id: 'X' }], view_cart: 1 }, () =>
      site.page.evaluate(() => {
        const own = window as unknown as { dataLayer: unknown[] }
        own.dataLayer = [{ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'X' }] } }]
        setTimeout(() => {
          own.dataLayer = [...own.dataLayer, { event: 'view_cart', ecommerce: { value: 1 } }]
        }, 2_500)
      }),
    )
  })

  test('a confirmation is one purchase, with the facts of the order and no more', async () => {
    site.serve({ '/thanks': 'shop-confirmation.html' })
    const [, purchase] = await site.expectOnly(
      { page_view: 1, purchase: [{ transaction_id: 'T-1', value: 218.99, currency: 'EUR' }] },
      () => site.open('/thanks'),
    )
    expect(purchase?.props).not.toHaveProperty('items')
  })

  test.each([
    ['/cart', 'view_cart'],
    ['/de/cart/', 'view_cart'],
    ['/checkout', 'begin_checkout'],
    ['/checkout/', 'begin_checkout'],
  ])('%s is %s, by its address', async (path, type) => {
    await site.expectOnly({ page_view: 1, [type]: 1 }, () => site.open(path))
  })

  test('an address that only contains such a word is nothing', async () => {
    for (const path of ['/blog/cart-abandonment', '/cartography', '/self-checkout-systems'])
      await site.expectOnly({ page_view: 1 }, () => site.open(path))
  })

  test('data-auto=off leaves what the owner has marked', async () => {
    site.collector.attributes = 'data-auto=off'
    await openShop()
    await site.expectOnly({ add_to_cart: 1 }, click('#add'))
    await site.expectOnly({ add_to_wishlist: 1 }, click('#wish'))
    await site.expectOnly({}, click('#told-late'))
    await site.expectOnly({ page_view: 1 }, () => site.open('/cart'))
    expect(site.collector.events('view_item')).toEqual([])
  })
})

describe('schema.org', () => {
  test('a page about one product is a view of it', async () => {
    site.serve({ '/anvil': 'shop-product-jsonld.html' })
    await site.expectOnly(
      {
        page_view: 1,
        view_item: [
          { item_id: '0446310786', item_name: 'Executive Anvil', price: 119.99, currency: 'USD' },
        ],
      },
      () => site.open('/anvil'),
    )
  })

  test('a page with several is none', async () => {
    site.serve({ '/anvils': 'shop-list-jsonld.html' })
    await site.expectOnly({ page_view: 1 }, () => site.open('/anvils'))
  })

  test('microdata says the same', async () => {
    site.serve({ '/microwave': 'shop-product-microdata.html' })
    await site.expectOnly(
      {
        page_view: 1,
        view_item: [
          {
            item_id: 'K-17',
            item_name: 'Kenmore White 17" Microwave',
            price: '1055.00',
            currency: 'USD',
          },
        ],
      },
      () => site.open('/microwave'),
    )
  })

  test('a data layer and JSON-LD for one look are one view', async () => {
    site.collector.head =
      '<script>dataLayer = [{event:"view_item", ecommerce:{items:[{item_id:"D1"}]}}]</script>' +
      '<script type="application/ld+json">{"@type":"Product","sku":"D1","name":"Desk"}</script>'
    await site.expectOnly({ page_view: 1, view_item: 1 }, () => site.open('/desk'))
  })

  test('the next product of an in-page navigation is a view of its own', async () => {
    site.serve({ '/anvil': 'shop-product-jsonld.html' })
    await site.open('/anvil')
    await site.expectOnly({ page_view: 1, view_item: [{ item_id: 'A2' }] }, () =>
      site.page.evaluate(() => {
        history.pushState({}, '', '/hammer')
        for (const script of document.querySelectorAll('[type$="ld+json"]')) script.remove()
        const script = document.createElement('script')
        script.type = 'application/ld+json'
        script.text = '{"@type":"Product","sku":"A2","name":"Hammer"}'
        document.head.append(script)
      }),
    )
  })
})

describe('WooCommerce', () => {
  /** The shop's answer, which may take its time. */
  const answerAjax: Route = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"fragments":{},"cart_hash":"h"}')

  const openArchive = async (answer = answerAjax) => {
    site.serve({ '/shop/': 'woo-archive.html' })
    const { routes } = site.collector
    routes.set('/wp-includes/js/jquery/jquery.min.js', (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(jquery()),
    )
    // The front page answers the shop's ajax.
    routes.set('/', answer)
    await site.open('/shop/')
  }
  const added = (id: string, sku = `woo-${id}`) => [{ item_id: expect.toBeOneOf([id, sku]) }]
  const answered = () => site.page.waitForResponse(/wc-ajax/)

  test('an ajax button is one action, with its product; another product is another', async () => {
    await openArchive()
    await site.expectOnly({ add_to_cart: added('15', 'woo-beanie') }, () =>
      Promise.all([answered(), site.page.click('[data-product_id="15"]')]),
    )
    await site.expectOnly(
      { add_to_cart: 2 },
      clickBoth('[data-product_id="15"]', '[data-product_id="16"]'),
    )
  })

  test('an answer that takes three seconds tells the same action, not another', async () => {
    let answerNow = () => {}
    await openArchive((request, response) => {
      answerNow = () => answerAjax(request, response)
    })
    await site.expectOnly({ add_to_cart: 1 }, async () => {
      await Promise.all([
        site.page.waitForRequest(/wc-ajax/),
        site.page.click('[data-product_id="15"]'),
      ])
      await site.page.clock.runFor(3_000)
      await Promise.all([answered(), answerNow()])
    })
  })

  test("a theme's own button is told by the shop's event alone", async () => {
    await openArchive()
    await site.expectOnly({ add_to_cart: added('20') }, () =>
      Promise.all([answered(), site.page.click('#theme-quick-add')]),
    )
  })

  test('the event is heard also where jQuery loads after the tag', async () => {
    await site.openBody('<div class="woocommerce"></div>')
    await site.expectOnly({ add_to_cart: 1 }, async () => {
      await site.page.addScriptTag({ content: jquery() })
      await site.page.clock.runFor(3_000)
      await site.page.evaluate("jQuery(document.body).trigger('added_to_cart', [{}, 'h'])")
    })
  })

  test('the event of its blocks, which is native, is heard', async () => {
    await site.openBody('<div class="wc-block-grid__product"></div>')
    await site.expectOnly({ add_to_cart: 1 }, () =>
      site.page.evaluate(() =>
        document.body.dispatchEvent(
          new CustomEvent('wc-blocks_added_to_cart', {
            bubbles: true,
            cancelable: true,
            detail: { preserveCartData: false },
          }),
        ),
      ),
    )
  })

  test('a block button, and a plain link that adds, are one action each', async () => {
    await openArchive()
    await site.expectOnly({ add_to_cart: 1 }, click('[data-product_id="19"]'))
    await site.expectOnly({ page_view: 1, add_to_cart: added('21') }, async () => {
      await site.page.click('#plain-link')
      await site.page.waitForURL(/add-to-cart=21/)
    })
  })

  test('"Select options" leads to the product and adds nothing', async () => {
    await openArchive()
    await site.expectOnly({ page_view: 1 }, async () => {
      await site.page.click('[data-product_id="18"]')
      await site.page.waitForURL(/hoodie/)
    })
  })

  test('the wish list buttons of YITH and TI', async () => {
    await openArchive()
    await site.expectOnly({ add_to_wishlist: 1 }, click('.add_to_wishlist'))
    await site.expectOnly({ add_to_wishlist: 1 }, click('.tinvwl_add_to_wishlist_button'))
  })

  test('the product page: seen, and its form posted, once', async () => {
    site.serve({ '/product/beanie/': 'woo-product.html' })
    const serveDocument = site.collector.documents.get('/product/beanie/')
    expect(serveDocument).toBeDefined()
    await site.expectOnly(
      { page_view: 1, view_item: [{ item_id: 'woo-beanie', item_name: 'Beanie' }] },
      () => site.open('/product/beanie/'),
    )
    await site.expectOnly({ add_to_cart: added('15'), page_view: 1, view_item: 1 }, async () => {
      await Promise.all([
        site.page.waitForNavigation(),
        site.page.click('.single_add_to_cart_button'),
      ])
    })
  })

  test('the price of its product data is told', async () => {
    site.serve({ '/product/beanie/': 'woo-product.html' })
    await site.open('/product/beanie/')
    const [view] = await site.collector.expectEvents('view_item', 1)
    expect(view?.props).toMatchObject({ price: '18.00', currency: 'USD' })
  })

  test('the cart is a view, its cross removes, its update does neither', async () => {
    site.serve({ '/warenkorb/': 'woo-cart.html' })
    await site.expectOnly({ page_view: 1, view_cart: 1 }, () => site.open('/warenkorb/'))
    await site.expectOnly({ remove_from_cart: added('15', 'woo-beanie') }, click('.remove'))
    await site.page.evaluate(() => addEventListener('submit', (event) => event.preventDefault()))
    await site.expectOnly({}, click('[name=update_cart]'))
  })

  test('from cart to checkout is one begin_checkout', async () => {
    site.serve({ '/warenkorb/': 'woo-cart.html', '/kasse/': 'woo-checkout.html' })
    await site.open('/warenkorb/')
    await site.expectOnly({ page_view: 1, begin_checkout: 1 }, async () => {
      await site.page.click('.checkout-button')
      await site.page.waitForURL(/kasse/)
    })
  })

  test('an order received is a purchase and not another checkout', async () => {
    const path = '/kasse/order-received/123/'
    site.serve({ [path]: 'woo-received.html' })
    await site.expectOnly({ page_view: 1, purchase: 1 }, () =>
      site.open(`${path}?key=wc_order_secret`),
    )
    expect(site.sent()).not.toContain('secret')
  })
})

describe('Shopify', () => {
  const openProduct = async () => {
    site.serve({ '/products/snowboard': 'dawn-product.html' })
    for (const path of ['/cart/add', '/cart/change'])
      site.collector.routes.set(path, (_request, response) => response.end('{"items":[]}'))
    await site.open('/products/snowboard')
  }

  test('a product with variants is one product', async () => {
    site.serve({ '/products/snowboard': 'dawn-product.html' })
    await site.expectOnly({ page_view: 1, view_item: [{ item_name: 'Snowboard' }] }, () =>
      site.open('/products/snowboard'),
    )
  })

  test('its prevented and fetched form is one action and no form; a card is another', async () => {
    await openProduct()
    await site.expectOnly({ add_to_cart: 1 }, () =>
      Promise.all([
        site.page.waitForResponse(/cart\/add/),
        site.page.click('#ProductSubmitButton-main'),
      ]),
    )
    expect(site.sent()).not.toContain('form_start')
    await site.expectOnly({ add_to_cart: 2 }, clickBoth('#ProductSubmitButton-main', '#quick'))
  })

  test('a form that is posted for want of scripts is one action as well', async () => {
    site.collector.routes.set('/cart/add', (_request, response) =>
      response.writeHead(302, { location: '/cart' }).end(),
    )
    await site.openBody(
      '<form method=post action="/cart/add"><input type=hidden name=id value=111><button name=add>Add</button></form>',
    )
    await site.expectOnly({ add_to_cart: 1, page_view: 1, view_cart: 1 }, async () => {
      await site.page.click('button')
      await site.page.waitForURL(/\/cart$/)
    })
  })

  test('a storefront event and the button behind it are one action', async () => {
    await openProduct()
    await site.page.evaluate(() => {
      document.documentElement.dataset.standardEvents = 'on'
    })
    await site.expectOnly({ add_to_cart: 1 }, click('#ProductSubmitButton-main'))
  })

  test('storefront events tell what no button shows', async () => {
    await openProduct()
    const announce = (action: string, variant: number) => () =>
      site.page.evaluate(`announce(document.querySelector('#theme-own'), ${variant}, '${action}')`)
    await site.expectOnly({ add_to_cart: 1 }, announce('add', 113))
    await site.expectOnly({ remove_from_cart: 1 }, announce('remove', 5))
    await site.expectOnly({}, announce('update', 5))
    await site.expectOnly({ view_cart: 1 }, () =>
      site.page.evaluate(
        "document.body.dispatchEvent(new StandardEvent('shopify:cart:view', { context: 'dialog', cart: null }))",
      ),
    )
  })

  test('a product in view is a look only where the page is about it', async () => {
    await site.openBody('<product-info class="product__info"></product-info>')
    await site.page.addScriptTag({
      content:
        'class StandardEvent extends Event { constructor(n, p) { super(n, { bubbles: true }); Object.assign(this, p) } }',
    })
    const view = (context: string) => () =>
      site.page.evaluate(
        `document.querySelector('product-info').dispatchEvent(new StandardEvent('shopify:product:view', {
          context: '${context}', selectedOptions: [], product: { id: 'gid://shopify/Product/9', title: 'Snowboard' } }))`,
      )
    await site.expectOnly({}, view('collection'))
    await site.expectOnly({ view_item: [{ item_name: 'Snowboard' }] }, view('page'))
  })

  test('what a theme publishes for the pixels stays as it is', async () => {
    await openProduct()
    const queue = await site.page.evaluate(
      "Shopify.analytics.publish('own', { a: 1 }); JSON.stringify(Shopify.analytics.replayQueue)",
    )
    expect(queue).toBe('[["own",{"a":1},null]]')
  })

  test('the cart is a view, removal and checkout are told, steps of quantity are not', async () => {
    site.serve({ '/cart': 'dawn-cart.html' })
    site.collector.routes.set('/cart/change', (_request, response) => response.end('{}'))
    await site.expectOnly({ page_view: 1, view_cart: 1 }, () => site.open('/cart'))
    await site.expectOnly({}, clickBoth('[name=plus]', '[name=minus]'))
    await site.expectOnly({ remove_from_cart: 1 }, click('cart-remove-button a span'))
    await site.page.evaluate(() => addEventListener('submit', (event) => event.preventDefault()))
    await site.expectOnly({ begin_checkout: 1 }, click('#checkout'))
  })
})

describe('a grid of cards whose buttons only say it', () => {
  const openGrid = async () => {
    site.serve({ '/grid': 'bootstrap-grid.html' })
    await site.open('/grid')
  }

  test('a control in a product block that says so acts', async () => {
    await openGrid()
    await site.expectOnly({ add_to_cart: 1 }, click('#first'))
    await site.expectOnly({ add_to_wishlist: 1 }, click('#wish'))
  })

  test.each(['#nav-button', '#nav-link', '#blog', '#options', '#plain', '#prose'])(
    '%s does not',
    async (selector) => {
      await openGrid()
      await site.expectOnly({}, click(selector))
    },
  )

  test('data-auto=off turns it off', async () => {
    site.collector.attributes = 'data-auto=off'
    await openGrid()
    await site.expectOnly({}, clickBoth('#first', '#wish'))
  })
})
