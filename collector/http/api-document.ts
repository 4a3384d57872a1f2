import { API_TAGS, INTRODUCTION } from './api-about.ts'
import { exampleOf, fieldsOf } from './api-example.ts'
import { operationIdOf } from './api-operation-id.ts'
import type { Api } from './api-route.ts'

/** OpenAPI 3.1 of every route, from the schemas that check what comes in and type what goes out. */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The document of every route that `api` has, with paths below `base`; `servers` is for whoever sends it. */
export function openApiDocument(api: Api, base: string) {
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key with scope read, write or admin; each includes the ones before it.',
  })
  const { paths, ...rest } = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Pique', version: '1', description: INTRODUCTION, license: LICENSE },
  })
  const schemas = fieldsOf(rest.components?.schemas)
  for (const [path, item] of Object.entries(paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method]
      if (operation) finish(operation, { method, path, schemas })
    }
  }
  const based = Object.entries(paths ?? {}).map(([path, item]) => [base + path, item] as const)
  const used = new Set(
    based.flatMap(([, item]) => METHODS.flatMap((method) => item[method]?.tags ?? [])),
  )
  const known = API_TAGS.filter(({ name }) => used.has(name))
  const others = [...used].filter((name) => !known.some((tag) => tag.name === name))
  const tags = [...known, ...others.map((name) => ({ name }))]
  return { ...rest, tags, paths: Object.fromEntries(based) }
}

const LICENSE = { name: 'MIT', identifier: 'MIT' }

export type ApiDocument = ReturnType<typeof openApiDocument>
export type PathItem = ApiDocument['paths'][string]
export type Operation = NonNullable<PathItem['get']>

interface Place {
  readonly method: (typeof METHODS)[number]
  readonly path: string
  readonly schemas: Readonly<Record<string, unknown>>
}

/** What follows from the rest of an operation: its id, examples, and headers of its answers. */
function finish(operation: Operation, { method, path, schemas }: Place): void {
  const answers = Object.entries(operation.responses ?? {})
  const good = answers.find(([status]) => status.startsWith('2'))
  const properties = fieldsOf(fieldsOf(jsonOf(good?.[1], 'application/json').schema).properties)
  const isList = 'next_cursor' in properties
  operation.operationId ??= operationIdOf({ method, path, isList })
  const takesKey = (operation.parameters ?? []).some(
    (one) => 'name' in one && one.name === 'idempotency-key',
  )
  for (const [status, answer] of answers) {
    for (const type of ['application/json', 'application/problem+json']) {
      const content = jsonOf(answer, type)
      if (content.schema === undefined || 'example' in content || 'examples' in content) continue
      const example = type === 'application/json' ? exampleOf(content.schema, schemas) : undefined
      if (example !== undefined) Object.assign(content, { example })
    }
    if (status.startsWith('2') && takesKey) addHeader(answer, 'idempotent-replayed', REPLAYED)
    if (status === '503' || status === '429') addHeader(answer, 'retry-after', RETRY_AFTER)
    if (status === '401') addHeader(answer, 'www-authenticate', BEARER)
  }
  const body = jsonOf(operation.requestBody, 'application/json')
  if (body.schema !== undefined && !('example' in body)) {
    Object.assign(body, { example: exampleOf(body.schema, schemas) })
  }
}

/** The content of that type, as it stands in the document, or an empty one that does not. */
function jsonOf(holder: unknown, type: string): Record<string, unknown> {
  const content = fieldsOf(fieldsOf(holder).content)[type]
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {} // an object
}

function addHeader(answer: object, name: string, header: object): void {
  Object.assign(answer, {
    headers: { ...fieldsOf(Reflect.get(answer, 'headers')), [name]: header },
  })
}

const RETRY_AFTER = {
  description: 'Seconds to wait before the next try.',
  schema: { type: 'integer', minimum: 1 },
  required: true,
}
const REPLAYED = {
  description:
    '`true` where the answer is the one of an earlier request with this `Idempotency-Key`.',
  schema: { type: 'string', enum: ['true'] },
}
const BEARER = {
  description: 'Says that a key is to be sent as a bearer token.',
  schema: { type: 'string', example: 'Bearer' },
  required: true,
}
