import { beforeEach, describe, expect, test } from 'vitest'
import { siteUnderTest } from '../support/site.ts'

/** What the tag asks for besides itself, on which pages; each file once, however often it is needed. */

const site = siteUnderTest()

let asked: string[]
beforeEach(() => {
  asked = []
  site.page.on('request', (request) => {
    const [, name] = /\/pique-?(\w*)\.js/.exec(request.url()) ?? []
    if (name !== undefined) asked.push(name || 'pique')
  })
})

/** Opens a page and lets it be for a while. */
async function stay(body: string, path = '/', attributes = ''): Promise<void> {
  site.collector.attributes = attributes
  site.collector.bodies.set(new URL(path, 'http://any.test').pathname, body)
  await site.open(path)
  await site.settle()
}

describe('a page loads the tag alone', () => {
  test.each([
    ['to read', '<h1>Kettles</h1><p>They boil.</p><a href="/next">Next</a><button>More</button>'],
    ['with forms', '<form><input type=email name=e><textarea name=m></textarea><button>Go</form>'],
    ['with pictures and files', '<img alt="" src="/a.ico"><a href="/manual.pdf">Manual</a>'],
  ])('%s', async (_name, body) => {
    await stay(body)
    expect(asked).toEqual(['pique'])
  })
})

describe('a page loads what it needs besides, once', () => {
  test.each([
    ['a data layer', '<script>dataLayer = []</script>', '/', '', 'shop'],
    ['a mark of the owner', '<button data-pique-event=quote>Quote</button>', '/', '', 'shop'],
    ['a product', '<div class=product-card>Kettle</div>', '/', '', 'shop'],
    ['WooCommerce', '<div class=woocommerce></div>', '/', '', 'shop'],
    ['the address of a cart', '', '/cart', '', 'shop'],
    ['a query', '', '/?q=kettle', '', 'shop'],
    ['a video', '<video muted loop></video>', '/', '', 'video'],
    ['other domains of the owner', '', '/', 'data-domains="pay.example"', 'links'],
  ])('%s', async (_name, body, path, attributes, file) => {
    await stay(body, path, attributes)
    expect(asked).toEqual(['pique', file])
  })

  test('structured data', async () => {
    await stay('<script type="application/ld+json">{"@type":"Article"}</script>')
    expect(asked).toEqual(['pique', 'shop', 'product'])
  })

  test('what comes later, and is asked for again and again', async () => {
    await stay('<p>nothing yet</p>')
    expect(asked).toEqual(['pique'])
    await site.page.evaluate(() => {
      document.body.innerHTML = '<div class=cart></div><video></video>'
      for (let n = 0; n < 3; n++) window.pique?.('is', 'hot', () => {})
    })
    await site.settle()
    await site.settle()
    expect(asked.toSorted()).toEqual(['is', 'pique', 'shop', 'video'])
  })

  test('with data-auto=off, for what the owner has marked', async () => {
    const body = '<button data-pique-cart=add>Add</button>'
    await stay(body, '/', 'data-auto=off')
    expect(asked).toEqual(['pique', 'shop'])
  })
})
