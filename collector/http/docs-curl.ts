import type { ApiDocument, Operation } from './api-document.ts'
import { exampleOf, fieldsOf } from './api-example.ts'

/** An operation as the page shows it. */
export interface Entry {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export type Parameter = Extract<
  NonNullable<Operation['parameters']>[number],
  { readonly name: string }
>

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

export function entriesOf(document: ApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ method: method.toUpperCase(), path, operation }] : []
    }),
  )
}

export function parametersOf(operation: Operation): Parameter[] {
  return (operation.parameters ?? []).filter((one): one is Parameter => 'name' in one)
}

/** What is sent as JSON: its example, and its schema. */
export function bodyOf(operation: Operation): Readonly<Record<string, unknown>> | null {
  const content = fieldsOf(fieldsOf(operation.requestBody).content)
  return 'application/json' in content ? fieldsOf(content['application/json']) : null
}

/** A command that works when pasted, once `PIQUE_KEY` is set; ids are those of the examples. */
export function curlOf(document: ApiDocument, { method, path, operation }: Entry, origin: string) {
  const schemas = fieldsOf(document.components?.schemas)
  const parameters = parametersOf(operation)
  const filled = parameters
    .filter((one) => one.in === 'path')
    .reduce((url, { name, schema }) => {
      const value = String(exampleOf(schema, schemas, name))
      return url.replace(
        `{${name}}`,
        encodeURIComponent(value).replace(/%3A/g, ':').replace(/%40/g, '@'),
      )
    }, path)
  const needed = parameters.filter((one) => one.in === 'query' && one.required)
  const query = new URLSearchParams(
    needed.map(({ name, schema }) => [name, String(exampleOf(schema, schemas, name))]),
  )
  const url = `${origin}${filled}${needed.length > 0 ? `?${query}` : ''}`
  const body = bodyOf(operation)
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"${url}"`,
    '-H "Authorization: Bearer $PIQUE_KEY"',
    ...(body === null
      ? []
      : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body.example))}`]),
  ].join(' \\\n  ')
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
