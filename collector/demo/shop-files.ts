/** The files of the demo shop: style, script, product art and the guide. All are made in code. */
import type { Hono } from 'hono'
import { artOf } from './art.ts'
import { buildGuidePdf } from './guide-pdf.ts'
import { shopStyles } from './shop-css.ts'
import { shopScript } from './shop-js.ts'
import { GUIDE_FILE } from './titles.ts'

export function serveFiles(shop: Hono): void {
  const guide = buildGuidePdf()
  const cached = { 'Cache-Control': 'max-age=300' }
  shop.get('/shop.css', (c) =>
    c.body(shopStyles, 200, { ...cached, 'Content-Type': 'text/css; charset=utf-8' }),
  )
  shop.get('/shop.js', (c) =>
    c.body(shopScript, 200, { ...cached, 'Content-Type': 'text/javascript; charset=utf-8' }),
  )
  shop.get('/art/:file{[a-z-]+\\.svg}', (c) => {
    const art = artOf(c.req.param('file').slice(0, -'.svg'.length))
    return art ? c.body(art, 200, { ...cached, 'Content-Type': 'image/svg+xml' }) : c.notFound()
  })
  shop.get(GUIDE_FILE, (c) =>
    c.body(guide, 200, {
      'Content-Type': 'application/pdf',
      'Content-Disposition': 'attachment; filename="buyers-guide.pdf"',
    }),
  )
}
