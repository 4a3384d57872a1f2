import { expect, test } from 'vitest'
import { readEntry } from '../../snippet/extras/data-layer.ts'
import { readProduct } from '../../snippet/extras/product.ts'

function argumentsOf(...args: unknown[]): unknown {
  return Object.assign({ length: args.length }, args)
}

test.each([
  ['null', null],
  ['text', 'add_to_cart'],
  ['a command', argumentsOf('config', 'G-1')],
  ['another event', { event: 'gtm.js' }],
  ['an event of another name', argumentsOf('event', 'page_view', {})],
  ['what every object has', { event: 'constructor' }],
  ['a default for consent', argumentsOf('consent', 'default', { analytics_storage: 'granted' })],
])('%s in the data layer is no action', (_name, entry) => {
  const [name, , decision] = readEntry(entry)
  expect(name).toBeFalsy()
  expect(decision).toBeFalsy()
})

test('an entry keeps the flat facts of an order and of its first item, and nothing else', () => {
  const ecommerce = {
    transaction_id: 'T1',
    value: 12.5,
    currency: 'EUR',
    user_data: { email: 'jane@shop.example' },
    coupon: 'X',
    items: [{ item_id: 'A', price: 10, quantity: 1, item_brand: 'B' }, { item_id: 'C' }],
  }
  const props = {
    ...{ transaction_id: 'T1', value: 12.5, currency: 'EUR' },
    ...{ item_id: 'A', price: 10, quantity: 1 },
  }
  expect(readEntry({ event: 'purchase', ecommerce }).slice(0, 2)).toEqual(['purchase', props])
  expect(readEntry(argumentsOf('event', 'purchase', ecommerce)).slice(0, 2)).toEqual([
    'purchase',
    props,
  ])
})

const DESK = {
  '@type': 'Product',
  name: 'Desk',
  sku: 'D',
  offers: [{ price: 9, priceCurrency: 'EUR' }],
}

test.each([
  ['one product', [DESK], 'Desk'],
  ['in a graph', [{ '@graph': [{ '@type': 'WebPage' }, DESK] }], 'Desk'],
  ['with two types', [{ ...DESK, '@type': ['Product', 'Thing'] }], 'Desk'],
  ['a list of products', [[DESK, DESK]], undefined],
  ['an article', [{ '@type': 'Article' }, undefined, 'text'], undefined],
])('JSON-LD: %s', (_name, nodes, name) => {
  expect(readProduct(nodes)?.item_name).toBe(name)
})
