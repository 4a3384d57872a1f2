import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { HOSTILE_STRINGS } from './hostile-strings.ts'

/** Values of every kind for every field of a batch, right ones often enough to get past the first check. */

const string = fc.oneof(
  fc.constantFrom(...HOSTILE_STRINGS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
)
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 53), 2 ** 63, 8.64e15, 8.64e15 + 2),
)
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  'a',
  'email',
  'name',
]
const key = fc.oneof(fc.constantFrom(...KEYS), string)
const flat = fc.oneof(string, number, fc.boolean(), fc.constant(null))
const anything = fc.oneof(
  { weight: 4, arbitrary: flat },
  { weight: 1, arbitrary: fc.array(flat, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(key, flat, { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 9 }) },
)
/** Right nine times of ten. */
const mostly = <T>(right: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything })

const uuid = fc.constant(null).map(() => randomUUID())
const TYPES = [
  'page_view',
  'user_engagement',
  'identify',
  'click',
  'generate_lead',
  'purchase',
  'own',
]
const URLS = ['https://a.example/', 'https://a.example/x?utm_source=y#/z', 'http://localhost/']
const hostileProps = fc.dictionary(key, anything, { maxKeys: 8, noNullPrototype: true })
const props = fc
  .tuple(
    hostileProps,
    fc.record(
      { user_id: anything, email: anything, traits: mostly(hostileProps), signature: anything },
      { requiredKeys: [] },
    ),
    fc.record({ engaged_ms: anything, scroll: anything, view_at: anything }, { requiredKeys: [] }),
  )
  .map(([a, b, c]) => ({ ...a, ...b, ...c }))

const event = fc.record(
  {
    id: mostly(uuid),
    type: mostly(fc.oneof(fc.constantFrom(...TYPES), string)),
    at: mostly(fc.integer({ min: Date.now() - 86_400_000, max: Date.now() + 86_400_000 })),
    session: mostly(uuid),
    view: mostly(uuid),
    url: mostly(
      fc.oneof(
        fc.constantFrom(...URLS),
        fc.webUrl({ withFragments: true, withQueryParameters: true }),
      ),
    ),
    referrer: mostly(fc.oneof(string, fc.webUrl())),
    title: mostly(string),
    props: mostly(props),
  },
  { requiredKeys: ['id', 'type', 'at'] },
)

export const hostileBatch = fc.record(
  {
    site: mostly(fc.constant('site-under-test')),
    browser: mostly(uuid),
    sentAt: mostly(fc.constant(Date.now())),
    human: mostly(fc.boolean()),
    events: mostly(fc.array(mostly(event), { minLength: 1, maxLength: 4 })),
  },
  { requiredKeys: ['site', 'events'] },
)
