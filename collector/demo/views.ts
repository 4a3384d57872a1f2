/**
 * One page of the demo shop as somebody sees it: how long, how far down, and what they press there.
 * Props are named as the tag names them (GA4's names).
 */
import type { Props, PropValue } from '../../shared/wire.ts'
import { CURRENCY, PRODUCTS, type Product } from './catalogue.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { DEMO_BASE, type DemoPage, GUIDE_FILE, PAGES, productPage } from './titles.ts'

export interface Act {
  readonly type: string
  readonly props: Readonly<Record<string, PropValue | Props>>
  /** When, as a share of the time spent on the page. */
  readonly share: number
}

export interface View {
  readonly page: DemoPage
  readonly engagedMs: number
  /** Away from the page before leaving it: visible, but nobody there. */
  readonly idleMs: number
  readonly scroll: number
  readonly acts: readonly Act[]
}

export function look(
  random: Random,
  page: DemoPage,
  fromSeconds: number,
  toSeconds: number,
  acts: readonly Act[] = [],
): View {
  const engagedMs = Math.floor(random.between(fromSeconds, toSeconds) * 1000)
  const depth = Math.min(1, engagedMs / 45_000)
  return {
    page,
    engagedMs,
    idleMs: random.chance(0.12) ? random.whole(20_000, 400_000) : random.whole(0, 1500),
    scroll: Math.round(random.between(15 + 35 * depth, 45 + 55 * depth)),
    acts,
  }
}

/** A page that was fetched and never read. */
export function still(page: DemoPage): View {
  return { page, engagedMs: 0, idleMs: 900, scroll: 0, acts: [] }
}

type ProductAct = (product: Product, random: Random) => Act

export function item(
  random: Random,
  from: number,
  to: number,
  acts: readonly ProductAct[] = [],
): View {
  return itemOf(random, random.pick(PRODUCTS), from, to, acts)
}

export function itemOf(
  random: Random,
  product: Product,
  from: number,
  to: number,
  acts: readonly ProductAct[] = [],
): View {
  const made = acts.map((act) => act(product, random))
  return look(random, productPage(product), from, to, [valued('view_item', product, 0.01), ...made])
}

export function valued(type: string, product: Product, share: number): Act {
  const props = {
    item_id: product.sku,
    item_name: product.name,
    value: product.priceCents / 100,
    currency: CURRENCY,
  }
  return { type, share, props }
}

export const addToCart: ProductAct = (product, random) =>
  valued('add_to_cart', product, random.between(0.6, 0.95))
export const wish: ProductAct = (product, random) =>
  valued('add_to_wishlist', product, random.between(0.5, 0.9))
export const call: Act = { type: 'click', share: 0.8, props: { link_url: 'tel:+15550100142' } }

export function cart(random: Random, product: Product): View {
  return look(random, PAGES.cart, 4, 15, [valued('view_cart', product, 0.01)])
}

export function guide(random: Random): View {
  const download: Act = {
    type: 'file_download',
    share: 0.85,
    props: {
      file_name: DEMO_BASE + GUIDE_FILE,
      file_extension: 'pdf',
      link_text: 'Download the guide (PDF)',
    },
  }
  return look(random, PAGES.guide, 30, 140, random.chance(0.55) ? [download] : [])
}

export function search(random: Random): View {
  return look(random, PAGES.search, 4, 14, [
    { type: 'view_search_results', share: 0.01, props: {} },
  ])
}

export function order(
  random: Random,
  person: Person | undefined,
  seconds: readonly [number, number],
): readonly View[] {
  const product = random.pick(PRODUCTS)
  const transaction_id = `FL-${random.whole(10_000, 99_999)}`
  const purchase = valued('purchase', product, 0.02)
  return [
    itemOf(random, product, ...seconds, [addToCart]),
    cart(random, product),
    look(random, PAGES.checkout, 25, 70, [
      valued('begin_checkout', product, 0.01),
      ...submit('checkout', 'form_submit', person),
    ]),
    look(random, PAGES.order, 3, 12, [
      { ...purchase, props: { ...purchase.props, transaction_id } },
    ]),
  ]
}

/** A form from its first field to its submit; the claim comes with the submit. */
export function submit(form_id: string, type: string, person: Person | undefined): readonly Act[] {
  if (!person) return []
  const { email, name, company, jobTitle } = person
  const traits: Record<string, PropValue> = {}
  // The newsletter asks for an address and nothing else.
  if (type !== 'sign_up') {
    traits.name = name
    if (company) traits.company = company
    if (jobTitle) traits.job_title = jobTitle
  }
  return [
    { type: 'form_start', share: 0.55, props: { form_id } },
    { type, share: 0.98, props: { form_id, has_email: true } },
    { type: 'identify', share: 0.98, props: { email, traits, evidence: 'form' } },
  ]
}
