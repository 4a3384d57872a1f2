import { type Context, Hono } from 'hono'
import { openApiDocument } from './api-document.ts'
import type { Api } from './api-route.ts'
import { renderDocs } from './docs-page.tsx'
import { addProblemPages } from './problem-pages.tsx'
import { refuse } from './refuse.ts'

/** The description of the API, for programs and for people; all of it says nothing about anybody's data. */

interface DocsDeps {
  readonly publicUrl: (c: Context) => string
}

/** Stands in the rendered page where the address of the collector goes. */
const HERE = 'https://collector.invalid'
const NO_STORE = { 'cache-control': 'no-store' }

export function createApiDocs(api: Api, base: string, { publicUrl }: DocsDeps): Hono {
  const document = openApiDocument(api, base)
  let page: string | null = null // rendered when first asked for
  const app = new Hono()
    .get('/openapi.json', (c) =>
      c.json({ ...document, servers: [{ url: publicUrl(c) }] }, 200, NO_STORE),
    )
    .get('/docs', (c) => {
      page ??= renderDocs(document, HERE)
      return c.html(page.replaceAll(HERE, plainUrl(publicUrl(c))), 200, NO_STORE)
    })
  addProblemPages(app, (c) => refuse(c, 'not_found'))
  return app
}

/** Whoever asks says the host: what could be more than an address is not repeated. */
function plainUrl(url: string): string {
  return /^https?:\/\/[\w.:[\]-]+$/.test(url) ? url : 'https://t.example.com'
}
