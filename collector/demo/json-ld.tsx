/**
 * schema.org markup. A browser does not decode entities inside a script element, so JSON can't be
 * escaped the way text is; `<` is written as a JSON escape instead, and so nothing in it can end
 * the element. A data block is no script to a content security policy.
 */
import { raw } from 'hono/html'
import { CURRENCY, type Product } from './catalogue.ts'
import { SHOP_NAME } from './titles.ts'

export function ProductJsonLd({ product }: { readonly product: Product }) {
  const data = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    sku: product.sku,
    description: product.summary,
    category: product.category,
    brand: { '@type': 'Brand', name: SHOP_NAME },
    offers: {
      '@type': 'Offer',
      price: (product.priceCents / 100).toFixed(2),
      priceCurrency: CURRENCY,
      availability: 'https://schema.org/InStock',
    },
  }
  return (
    <script type="application/ld+json">
      {raw(JSON.stringify(data).replaceAll('<', '\\u003c'))}
    </script>
  )
}
