import { type CartLine, cartTotalCents } from './cart.ts'
import { CURRENCY, priceText } from './catalogue.ts'
import { PAGES, productPage } from './titles.ts'

interface CartProps {
  readonly base: string
  readonly cart: readonly CartLine[]
}

interface DataLayerProps {
  readonly event: 'view_cart' | 'begin_checkout' | 'purchase'
  readonly cart: readonly CartLine[]
  readonly order?: string
}

/** Read by the shop's script, which pushes it to `dataLayer`. */
function DataLayer({ event, cart, order }: DataLayerProps) {
  const items = cart.map(({ product, quantity }) => ({
    item_id: product.sku,
    item_name: product.name,
    price: product.priceCents / 100,
    quantity,
  }))
  return (
    <div
      hidden
      data-shop-event={event}
      data-shop-currency={CURRENCY}
      data-shop-value={cartTotalCents(cart) / 100}
      data-shop-items={JSON.stringify(items)}
      data-shop-order={order}
    ></div>
  )
}

export function CartPage({ base, cart }: CartProps) {
  if (cart.length === 0) return <EmptyCart base={base} />
  return (
    <>
      <h1>Your cart</h1>
      <DataLayer event="view_cart" cart={cart} />
      <ul class="lines">
        {cart.map(({ product, quantity }) => (
          <li>
            <img src={`${base}/art/${product.slug}.svg`} alt="" width="96" height="72" />
            <div>
              <a href={base + productPage(product).path}>{product.name}</a>
              <span class="small">
                {quantity} × {priceText(product.priceCents)}
              </span>
            </div>
            <b>{priceText(product.priceCents * quantity)}</b>
            <form method="post" action={`${base}/cart/remove`}>
              <input type="hidden" name="slug" value={product.slug} />
              <button
                type="submit"
                class="quiet"
                data-pique-cart="remove"
                data-pique-prop-item_id={product.sku}
              >
                Remove
              </button>
            </form>
          </li>
        ))}
      </ul>
      <p class="total">
        Total, excl. tax <b>{priceText(cartTotalCents(cart))}</b>
      </p>
      <p class="actions end">
        <a class="button quiet" href={base + PAGES.products.path}>
          Keep shopping
        </a>
        <a class="button" href={base + PAGES.checkout.path}>
          Checkout
        </a>
      </p>
    </>
  )
}

function EmptyCart({ base }: { readonly base: string }) {
  return (
    <>
      <h1>Your cart</h1>
      <p class="lead">There is nothing in it yet.</p>
      <p>
        <a class="button" href={base + PAGES.products.path}>
          Browse products
        </a>
      </p>
    </>
  )
}

export function CheckoutPage({ base, cart }: CartProps) {
  if (cart.length === 0) return <EmptyCart base={base} />
  return (
    <>
      <h1>Checkout</h1>
      <DataLayer event="begin_checkout" cart={cart} />
      <div class="columns">
        <form class="stacked" id="checkout" method="post" action={base + PAGES.checkout.path}>
          <label>
            Name
            <input name="name" autocomplete="name" required />
          </label>
          <label>
            Work e-mail
            <input type="email" name="email" autocomplete="email" required />
          </label>
          <label>
            Company
            <input name="company" autocomplete="organization" />
          </label>
          <label>
            Delivery address
            <input name="address" autocomplete="street-address" />
          </label>
          <label>
            <span>
              Purchase order number <small>(optional)</small>
            </span>
            <input name="po_number" autocomplete="off" />
          </label>
          <button type="submit">Order on invoice</button>
        </form>
        <aside class="panel">
          <h2>Your order</h2>
          <dl class="specs">
            {cart.map(({ product, quantity }) => (
              <div>
                <dt>
                  {quantity} × {product.name}
                </dt>
                <dd>{priceText(product.priceCents * quantity)}</dd>
              </div>
            ))}
            <div class="sum">
              <dt>Total, excl. tax</dt>
              <dd>{priceText(cartTotalCents(cart))}</dd>
            </div>
          </dl>
          <p class="small">Payable within 30 days. This is a demo: nothing will be charged.</p>
        </aside>
      </div>
    </>
  )
}

export function OrderPage({ base, cart, order }: CartProps & { readonly order: string }) {
  return (
    <>
      <h1>Thank you for your order</h1>
      {cart.length > 0 && <DataLayer event="purchase" cart={cart} order={order} />}
      <p class="lead">
        {cart.length > 0
          ? `Order ${order} over ${priceText(cartTotalCents(cart))} is on its way to our warehouse.`
          : 'We have it, and will write as soon as it ships.'}
      </p>
      <p>
        <a href={base + PAGES.products.path}>Back to the shop</a>
      </p>
    </>
  )
}
