/** `view_item` of a page that is about one product, as schema.org has it: JSON-LD, or microdata. */
import type { Facts } from './data-layer.ts'
import type { ProductParts } from './shop.ts'

/** Whatever the page put there; the collector drops what is not flat. */
interface Loose {
  readonly [name: PropertyKey]: Loose | undefined
}

/** The facts of a product, by the names that schema.org has for them. */
const factsOf = (read: (name: string) => unknown) =>
  ({
    item_id: read('sku'),
    item_name: read('name'),
    price: read('price'),
    currency: read('priceCurrency'),
  }) as Facts

/** The one product that a page's JSON-LD is about; a page with several is a list. */
export function readProduct(nodes: readonly unknown[]): Facts | undefined {
  const [product, another] = (nodes as readonly Loose[])
    .flatMap((node) => node?.['@graph'] ?? node)
    // A text, or several in a list, which the test makes one text.
    .filter((node) => /Product/.test(node?.['@type'] as unknown as string))
  if (!product || another) return
  const offer = [product.offers].flat()[0]
  // Where WooCommerce puts it since version 9.
  const [price] = [offer?.priceSpecification].flat()
  return factsOf((name) => product[name] ?? offer?.[name] ?? price?.[name])
}

/** The one product that a page's own markup is about (microdata). */
function readMarkup(): Facts | undefined {
  const [item, another] = document.querySelectorAll('[itemtype$="/Product"]')
  if (!item || another) return
  return factsOf((name) => {
    const element = item.querySelector(`[itemprop=${name}]`)
    return element?.getAttribute('content') ?? element?.textContent?.trim()
  })
}

export function run(...[act, beats, guard]: ProductParts): void {
  let lastText: string | undefined
  const look = () => {
    // In-page navigations replace it late or never: only a change is news.
    const scripts = document.querySelectorAll<HTMLScriptElement>('[type$="ld+json"]')
    const texts = Array.from(scripts, ({ text }) => text)
    const text = texts.join()
    if (text === lastText) return
    lastText = text
    // Broken JSON-LD is the page's own business.
    const product = readProduct(texts.map(guard((json) => JSON.parse(json)))) ?? readMarkup()
    if (product) act('view_item', product, 'page')
  }
  beats.push(look)
  look()
}
