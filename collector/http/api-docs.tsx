import { Hono } from 'hono'
import { ApiReference } from './api-reference.tsx'
import type { Api } from './api-route.ts'

/** The description of the API, for programs and for people; both say nothing about anybody's data. */

const INTRODUCTION = [
  'Scores, leads and visitors, each score with the reasons that sum to it.',
  'Send a key as `Authorization: Bearer KEY`.',
  'Lists answer `{"data": [], "next_cursor": null}` and take `limit` and `cursor`.',
  'Errors are `application/problem+json` with a stable `code`.',
].join(' ')

/** OpenAPI 3.1 of every route that `api` has, with paths below `base`. */
function openApiDocument(api: Api, base: string) {
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key with scope read, write or admin; each includes the ones before it.',
  })
  const { paths, ...rest } = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Pique', version: '1', description: INTRODUCTION },
  })
  const based = Object.entries(paths ?? {}).map(([path, item]) => [base + path, item] as const)
  return { ...rest, paths: Object.fromEntries(based) }
}

export type ApiDocument = ReturnType<typeof openApiDocument>

export function createApiDocs(api: Api, base: string): Hono {
  const document = openApiDocument(api, base)
  let page: string | null = null // rendered when first asked for
  return new Hono()
    .get('/openapi.json', (c) => c.json(document, 200, { 'cache-control': 'no-store' }))
    .get('/docs', (c) => {
      page ??= `<!doctype html>${<ApiReference document={document} />}`
      return c.html(page, 200, { 'cache-control': 'no-store' })
    })
}
