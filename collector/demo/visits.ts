/** What people do in one visit to the demo shop, from the landing page on. */
import { PRODUCTS } from './catalogue.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { type DemoPage, PAGES, productPage } from './titles.ts'
import {
  addToCart,
  call,
  cart,
  guide,
  item,
  itemOf,
  look,
  order,
  search,
  still,
  submit,
  type View,
  valued,
  wish,
} from './views.ts'

export type VisitKind =
  | 'bounce'
  | 'browse'
  | 'research'
  | 'compare'
  | 'abandon'
  | 'buy'
  | 'reorder'
  | 'subscribe'
  | 'contact'
  | 'demo'
  | 'apply'
  | 'crawl'

interface Setting {
  readonly random: Random
  readonly landing: DemoPage
  /** Who fills in the forms; without one no form is sent. */
  readonly person: Person | undefined
}

export function planVisit(kind: VisitKind, setting: Setting): readonly View[] {
  return [arrive(setting, kind), ...BODIES[kind](setting)]
}

const BODIES: Readonly<Record<VisitKind, (setting: Setting) => readonly View[]>> = {
  bounce: () => [],
  browse: ({ random }) => [
    ...maybe(random, 0.6, () => look(random, PAGES.products, 4, 20)),
    ...many(random, 1, 3, () => item(random, 5, 30)),
    ...maybe(random, 0.25, () => look(random, PAGES.pricing, 8, 40)),
    ...maybe(random, 0.15, () => look(random, PAGES.article, 15, 60)),
  ],
  research: ({ random }) => [
    look(random, PAGES.pricing, 20, 95),
    ...maybe(random, 0.6, () => guide(random)),
    ...maybe(random, 0.3, () => search(random)),
    ...many(random, 1, 3, () => item(random, 12, 45)),
    ...maybe(random, 0.4, () => look(random, PAGES.pricing, 10, 50)),
  ],
  compare: ({ random }) => [
    ...maybe(random, 0.5, () => search(random)),
    ...many(random, 2, 4, () => item(random, 10, 40, random.chance(0.45) ? [wish] : [])),
    look(random, PAGES.pricing, 25, 80),
  ],
  abandon: ({ random }) => {
    const product = random.pick(PRODUCTS)
    return [
      look(random, PAGES.products, 5, 20),
      itemOf(random, product, 12, 45, [addToCart]),
      cart(random, product),
      ...maybe(random, 0.4, () =>
        look(random, PAGES.checkout, 8, 25, [valued('begin_checkout', product, 0.01)]),
      ),
    ]
  },
  buy: (setting) => order(setting.random, setting.person, [12, 50]),
  reorder: (setting) => order(setting.random, setting.person, [3, 10]),
  subscribe: ({ random, person }) => [
    ...maybe(random, 0.5, () => guide(random)),
    look(random, PAGES.article, 25, 110, submit('newsletter', 'sign_up', person)),
    look(random, PAGES.thanks, 2, 8),
  ],
  contact: ({ random, person }) => [
    look(random, PAGES.pricing, 25, 90),
    ...maybe(random, 0.5, () => item(random, 8, 30)),
    ...maybe(random, 0.15, () => look(random, PAGES.contact, 8, 20, [call])),
    look(random, PAGES.contact, 40, 110, submit('contact', 'generate_lead', person)),
    look(random, PAGES.thanks, 2, 10),
  ],
  demo: ({ random, person }) => [
    look(random, PAGES.pricing, 30, 100),
    look(random, PAGES.bookDemo, 30, 80, submit('book-a-demo', 'request_demo', person)),
    look(random, PAGES.thanks, 2, 10),
  ],
  apply: ({ random }) => [
    look(random, PAGES.careers, 20, 90),
    ...maybe(random, 0.5, () => look(random, PAGES.home, 5, 20)),
    ...maybe(random, 0.3, () => look(random, PAGES.careers, 10, 40)),
  ],
  crawl: ({ random }) =>
    many(random, 0, 3, () =>
      still(random.chance(0.5) ? productPage(random.pick(PRODUCTS)) : PAGES.blog),
    ),
}

function arrive({ random, landing }: Setting, kind: VisitKind): View {
  if (kind === 'crawl') return still(landing)
  const product = PRODUCTS.find((each) => productPage(each).path === landing.path)
  if (product) return itemOf(random, product, 4, 25)
  // Most bounces are over before anything is read; some read one article to its end.
  if (kind !== 'bounce') return look(random, landing, 5, 35)
  return random.chance(0.42) ? look(random, landing, 0.6, 4) : look(random, landing, 5, 40)
}

function maybe(random: Random, probability: number, view: () => View): readonly View[] {
  return random.chance(probability) ? [view()] : []
}

function many(random: Random, from: number, to: number, view: () => View): readonly View[] {
  return Array.from({ length: random.whole(from, to) }, view)
}
