import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { createShop } from '../../collector/demo/shop.tsx'

const app = new Hono().route('/demo', createShop({ siteKey: 'pk_1"><b>', tagSrc: '/pique.js' }))

const post = (path: string, fields: Record<string, string>, cookie = '') =>
  app.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { cookie } })
const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

test.each([
  '/demo',
  '/demo/products',
  '/demo/products?q=grinder',
  '/demo/products/hazel-quiet-grinder',
  '/demo/cart',
  '/demo/checkout',
  '/demo/order',
  '/demo/pricing',
  '/demo/guide',
  '/demo/contact',
  '/demo/book-a-demo',
  '/demo/thanks',
  '/demo/careers',
  '/demo/blog',
  '/demo/blog/what-a-good-coffee-corner-costs',
])('%s is a page with the tag and without inline code', async (path) => {
  const answer = await app.request(path)
  const html = await answer.text()
  expect(answer.status).toBe(200)
  expect(html).toMatch(/^<!doctype html><html lang="en">/)
  expect(html).toContain('<script defer="" src="/pique.js" data-site="pk_1&quot;&gt;&lt;b&gt;">')
  expect(html).toContain('href="/leads"')
  expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/)
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>/g)].map(([tag]) => tag)
  for (const tag of scripts) expect(tag).toBe('<script type="application/ld+json">')
})

test('every link and picture of the shop leads somewhere', async () => {
  const seen = new Set<string>()
  const queue = ['/demo']
  for (let path = queue.pop(); path; path = queue.pop()) {
    const answer = await app.request(path)
    expect(answer.status, path).toBe(200)
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue
    for (const [, target = ''] of (await answer.text()).matchAll(/(?:href|src)="(\/demo[^"]*)"/g)) {
      if (!seen.has(target)) queue.push(target)
      seen.add(target)
    }
  }
  expect(seen.size).toBeGreaterThan(25)
})

test.each([
  '/demo/nope',
  '/demo/products/nope',
  '/demo/products/constructor',
  '/demo/products/<script>',
  '/demo/products/%E0%A4%A',
  '/demo/art/constructor.svg',
  '/demo/cart/add',
])('%s is not found, and not echoed', async (path) => {
  const answer = await app.request(path)
  expect(answer.status).toBe(404)
  expect(await answer.text()).not.toContain('<script>')
})

test('what was searched for comes back as text', async () => {
  const answer = await app.request(
    `/demo/products?q=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`,
  )
  const html = await answer.text()
  expect(html).not.toContain('<img src=x')
  expect(html).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;')
  expect(html).toContain('<title>Search results — Fernleaf Supply</title>')
})

test('a search finds what has all of its words', async () => {
  const html = await (await app.request('/demo/products?q=QUIET+grinder')).text()
  expect(html).toContain('/demo/products/hazel-quiet-grinder')
  expect(html).not.toContain('/demo/products/stoneware-mugs')
})

test('a product is described as schema.org has it', async () => {
  const html = await (await app.request('/demo/products/rowan-kettle')).text()
  const json = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  expect(JSON.parse(json)).toMatchObject({
    '@type': 'Product',
    sku: 'FL-1031',
    offers: { price: '129.00', priceCurrency: 'USD' },
  })
})

test('a cart fills, shows, empties, and is ordered once', async () => {
  const added = await post('/demo/cart/add', { slug: 'rowan-kettle', quantity: '2' })
  expect(added.status).toBe(303)
  expect(added.headers.get('location')).toBe('/demo/cart')
  expect(added.headers.get('set-cookie')).toMatch(
    /^demo_cart=.*Path=\/demo; HttpOnly; SameSite=Lax/,
  )
  const cookie = cookieOf(added)
  const cart = await (await app.request('/demo/cart', { headers: { cookie } })).text()
  expect(cart).toContain('Rowan gooseneck kettle')
  expect(cart).toContain('$258.00')
  expect(cart).toContain('data-pique-cart="remove"')

  const removed = await post('/demo/cart/remove', { slug: 'rowan-kettle' }, cookie)
  expect(cookieOf(removed)).toBe('demo_cart=')

  const checkout = await (await app.request('/demo/checkout', { headers: { cookie } })).text()
  expect(checkout).toContain('data-shop-event="begin_checkout"')
  const ordered = await post('/demo/checkout', { email: 'a@b.example' }, cookie)
  const order = /demo_order=[^;]+/.exec(ordered.headers.get('set-cookie') ?? '')?.[0] ?? ''
  const placed = await app.request('/demo/order', { headers: { cookie: order } })
  expect(await placed.text()).toMatch(/data-shop-event="purchase".*data-shop-value="258"/)
  expect(placed.headers.get('set-cookie')).toContain('demo_order=; Max-Age=0')
})

test('a wish list remembers, and forgets on the second press', async () => {
  const saved = await post('/demo/wishlist', { slug: 'rowan-kettle' })
  const cookie = cookieOf(saved)
  const page = await (
    await app.request('/demo/products/rowan-kettle', { headers: { cookie } })
  ).text()
  expect(page).toContain('On your wish list')
  expect(cookieOf(await post('/demo/wishlist', { slug: 'rowan-kettle' }, cookie))).toBe(
    'demo_wishlist=',
  )
})

test.each(['-5', '0', '1e999', 'NaN', '99999999999999999999', '', '2.9', '<b>'])(
  'a quantity of "%s" becomes a sane one',
  async (quantity) => {
    const added = await post('/demo/cart/add', { slug: 'rowan-kettle', quantity })
    const [, kept = ''] = decodeURIComponent(cookieOf(added)).split('~')
    expect(Number(kept)).toBeGreaterThanOrEqual(1)
    expect(Number(kept)).toBeLessThanOrEqual(99)
  },
)

test.each(['%', 'x~y', 'rowan-kettle~99.rowan-kettle~99', '__proto__~1', '~~..~'.repeat(900)])(
  'a cart cookie of %s is read without harm',
  async (value) => {
    const headers = { cookie: `demo_cart=${value}; demo_wishlist=${value}; demo_order=${value}` }
    for (const path of [
      '/demo/cart',
      '/demo/checkout',
      '/demo/order',
      '/demo/products/rowan-kettle',
    ]) {
      expect((await app.request(path, { headers })).status).toBe(200)
    }
  },
)

test.each([
  '/demo/cart/add',
  '/demo/cart/remove',
  '/demo/wishlist',
  '/demo/checkout',
  '/demo/contact',
])('%s survives a body that is none', async (path) => {
  const bodies: RequestInit[] = [
    { body: 'slug=nope' },
    { body: '--x\r\nbroken', headers: { 'content-type': 'multipart/form-data; boundary=y' } },
    { body: '{', headers: { 'content-type': 'application/json' } },
    { body: 'x'.repeat(200_000), headers: { 'content-length': '200000' } },
    {},
  ]
  for (const init of bodies) {
    const answer = await app.request(path, { method: 'POST', ...init })
    expect(answer.status).toBeLessThan(500)
  }
})

test.each(['/demo/contact', '/demo/book-a-demo', '/demo/newsletter'])(
  '%s thanks whoever writes',
  async (path) => {
    const answer = await post(path, { email: 'not an address' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/demo/thanks')
  },
)

test('the guide is a PDF whose table points at its objects', async () => {
  const answer = await app.request('/demo/files/buyers-guide.pdf')
  expect(answer.headers.get('content-type')).toBe('application/pdf')
  expect(answer.headers.get('content-disposition')).toContain('attachment')
  const file = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  expect(file.startsWith('%PDF-1.4\n')).toBe(true)
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)?.[1])
  expect(file.slice(table, table + 4)).toBe('xref')
  const offsets = [...file.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
  expect(offsets.length).toBeGreaterThan(6)
  for (const [index, offset] of offsets.entries()) {
    expect(file.slice(offset, offset + 10)).toContain(`${index + 1} 0 obj`)
  }
  for (const stream of file.matchAll(/\/Length (\d+) >>\nstream\n/g)) {
    const end = stream.index + stream[0].length + Number(stream[1])
    expect(file.slice(end, end + 10)).toBe('\nendstream')
  }
})

test('a slash too many leads home', async () => {
  const answer = await app.request('/demo/')
  expect(answer.status).toBe(301)
  expect(answer.headers.get('location')).toBe('/demo')
})

test('links carry the base that was asked for', async () => {
  const shop = createShop({ siteKey: 'k', tagSrc: '/pique.js', base: '/try' })
  const html = await (await new Hono().route('/try', shop).request('/try')).text()
  expect(html).toContain('href="/try/pricing"')
  expect(html).not.toContain('"/demo')
})
