import { MAX_QUANTITY } from './cart.ts'
import { CURRENCY, PRODUCTS, type Product, priceText, searchProducts } from './catalogue.ts'
import { ProductJsonLd } from './json-ld.tsx'
import { PAGES, productPage } from './titles.ts'

interface GridProps {
  readonly base: string
  readonly products: readonly Product[]
}

export function ProductGrid({ base, products }: GridProps) {
  return (
    <ul class="grid">
      {products.map((product) => (
        <li>
          <a class="card" href={base + productPage(product).path}>
            <img
              src={`${base}/art/${product.slug}.svg`}
              alt=""
              width="320"
              height="240"
              loading="lazy"
            />
            <span class="category">{product.category}</span>
            <strong>{product.name}</strong>
            <span class="summary">{product.summary}</span>
            <span class="price">{priceText(product.priceCents)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function SearchForm({ base, query }: { readonly base: string; readonly query: string }) {
  return (
    <search>
      <form class="inline-form" method="get" action={base + PAGES.products.path}>
        <label class="sr" for="q">
          Search products
        </label>
        <input id="q" type="search" name="q" value={query} placeholder="Search products" />
        <button type="submit">Search</button>
      </form>
    </search>
  )
}

export function ProductList({ base }: { readonly base: string }) {
  return (
    <>
      <div class="title-row">
        <h1>Products</h1>
        <SearchForm base={base} query="" />
      </div>
      <p class="lead">Everything ships within three working days. Pay on invoice.</p>
      <ProductGrid base={base} products={PRODUCTS} />
    </>
  )
}

export function SearchResults({ base, query }: { readonly base: string; readonly query: string }) {
  const found = searchProducts(query)
  return (
    <>
      <div class="title-row">
        <h1>Search results</h1>
        <SearchForm base={base} query={query} />
      </div>
      <p class="lead">
        {found.length === 0 ? 'Nothing' : found.length} found for “{query}”.{' '}
        <a href={base + PAGES.products.path}>Show all products</a>
      </p>
      <ProductGrid base={base} products={found} />
    </>
  )
}

interface ProductProps {
  readonly base: string
  readonly product: Product
  readonly isWished: boolean
}

export function ProductDetail({ base, product, isWished }: ProductProps) {
  const position = PRODUCTS.findIndex((other) => other.slug === product.slug)
  const related = [...PRODUCTS, ...PRODUCTS].slice(position + 1, position + 5)
  return (
    <>
      <ProductJsonLd product={product} />
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={base}>Home</a> / <a href={base + PAGES.products.path}>Products</a> /{' '}
        <span>{product.name}</span>
      </nav>
      <article class="product">
        <img src={`${base}/art/${product.slug}.svg`} alt={product.name} width="640" height="480" />
        <div>
          <span class="category">{product.category}</span>
          <h1>{product.name}</h1>
          <p class="lead">{product.summary}</p>
          <p class="price">
            {priceText(product.priceCents)} <small>excl. tax</small>
          </p>
          <BuyForm base={base} product={product} />
          <WishForm base={base} product={product} isWished={isWished} />
          <p class="small">In stock · SKU {product.sku} · Delivered in 3 working days</p>
        </div>
      </article>
      <section class="columns">
        <div>
          <h2>About it</h2>
          {product.description.map((text) => (
            <p>{text}</p>
          ))}
        </div>
        <div>
          <h2>Details</h2>
          <dl class="specs">
            {product.specs.map(([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      </section>
      <section>
        <h2>Goes well with</h2>
        <ProductGrid base={base} products={related} />
      </section>
    </>
  )
}

function BuyForm({ base, product }: { readonly base: string; readonly product: Product }) {
  return (
    <form class="buy" method="post" action={`${base}/cart/add`}>
      <input type="hidden" name="slug" value={product.slug} />
      <label>
        Quantity
        <input type="number" name="quantity" value="1" min="1" max={MAX_QUANTITY} />
      </label>
      <button
        type="submit"
        data-pique-cart="add"
        data-pique-prop-item_id={product.sku}
        data-pique-prop-item_name={product.name}
        data-pique-prop-value={product.priceCents / 100}
        data-pique-prop-currency={CURRENCY}
      >
        Add to cart
      </button>
    </form>
  )
}

function WishForm({ base, product, isWished }: ProductProps) {
  return (
    <form class="wish" method="post" action={`${base}/wishlist`}>
      <input type="hidden" name="slug" value={product.slug} />
      {isWished ? (
        <button type="submit" class="quiet" data-pique-ignore>
          ✓ On your wish list — remove
        </button>
      ) : (
        <button
          type="submit"
          class="quiet"
          data-pique-wishlist
          data-pique-prop-item_id={product.sku}
          data-pique-prop-item_name={product.name}
        >
          Save to wish list
        </button>
      )}
    </form>
  )
}
