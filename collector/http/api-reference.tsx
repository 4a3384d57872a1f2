import { assetUrl } from '../dashboard/assets.ts'
import type { ApiDocument } from './api-docs.tsx'

/** The API's description as a page to read: no script, no style of its own. */

type PathItem = ApiDocument['paths'][string]
type Operation = NonNullable<PathItem['get']>
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>

const METHODS = ['get', 'post', 'delete'] as const

interface Entry {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

function entriesOf(document: ApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ method: method.toUpperCase(), path, operation }] : []
    }),
  )
}

function parametersOf(operation: Operation): Parameter[] {
  return (operation.parameters ?? []).filter((one): one is Parameter => 'name' in one)
}

/** "string, one of a, b", or what else a schema says of its values in a line. */
function typeWords(schema: unknown): string {
  const { type, enum: values, minimum, maximum } = fieldsOf(schema)
  if (Array.isArray(values)) return `one of ${values.join(', ')}`
  const range = minimum === undefined || maximum === undefined ? '' : `, ${minimum} to ${maximum}`
  return `${Array.isArray(type) ? type.join(' or ') : String(type ?? 'value')}${range}`
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The example of a JSON body: what its fields give as theirs. */
function exampleBody(document: ApiDocument, operation: Operation): string | null {
  const content = fieldsOf(fieldsOf(operation.requestBody).content)
  const { $ref } = fieldsOf(fieldsOf(content['application/json']).schema)
  const name = typeof $ref === 'string' ? ($ref.split('/').at(-1) ?? '') : ''
  const properties = fieldsOf(fieldsOf(document.components?.schemas?.[name]).properties)
  const fields = Object.entries(properties).map(([key, schema]) => [key, exampleOf(schema)])
  return fields.length === 0 ? null : JSON.stringify(Object.fromEntries(fields))
}

function exampleOf(schema: unknown): unknown {
  const { example, enum: values, items } = fieldsOf(schema)
  if (example !== undefined) return example
  if (Array.isArray(values)) return values[0]
  return items === undefined ? '' : [exampleOf(items)]
}

function curlOf(document: ApiDocument, { method, path, operation }: Entry): string {
  const filled = parametersOf(operation)
    .filter((one) => one.in === 'path')
    .reduce((url, { name, schema }) => url.replace(`{${name}}`, String(exampleOf(schema))), path)
  const body = exampleBody(document, operation)
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$PIQUE${filled}"`,
    '-H "Authorization: Bearer $KEY"',
    ...(body === null ? [] : ['-H "Content-Type: application/json"', `-d '${body}'`]),
  ].join(' \\\n  ')
}

/** Text with `code` in backticks. */
const Words = ({ text }: { text: string }) => (
  <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>
)

const Parameters = ({ parameters }: { parameters: readonly Parameter[] }) => (
  <dl class="where">
    {parameters.map(({ name, in: place, schema, description }) => (
      <>
        <dt>
          <code>{name}</code> <small>{place}</small>
        </dt>
        <dd>
          <Words text={description ?? ''} /> <small>{typeWords(schema)}</small>
        </dd>
      </>
    ))}
  </dl>
)

const Route = ({ entry, document }: { entry: Entry; document: ApiDocument }) => {
  const { summary, security, responses } = entry.operation
  const parameters = parametersOf(entry.operation)
  const [good] = Object.entries(responses ?? {}).filter(([status]) => status.startsWith('2'))
  return (
    <li>
      <h2>
        {entry.method} <code>{entry.path}</code>
      </h2>
      <p>
        {summary}. Scope <code>{security?.[0]?.key?.join(', ')}</code>.
      </p>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      <div class="tag-box">
        <pre>
          <code>{curlOf(document, entry)}</code>
        </pre>
      </div>
      <p class="hint">
        <code>{good?.[0]}</code> {describedBy(good?.[1])}
      </p>
    </li>
  )
}

function describedBy(response: unknown): string {
  return String(fieldsOf(response).description ?? '')
}

/** Every way a route may say no, once: they are the same everywhere. */
const Refusals = ({ document }: { document: ApiDocument }) => {
  const all = entriesOf(document).flatMap(({ operation }) =>
    Object.entries(operation.responses ?? {}),
  )
  const refusals = new Map(all.filter(([status]) => !status.startsWith('2')))
  return (
    <dl class="where">
      {[...refusals].map(([status, response]) => (
        <>
          <dt>
            <code>{status}</code>
          </dt>
          <dd>
            <Words text={describedBy(response)} />
          </dd>
        </>
      ))}
    </dl>
  )
}

export const ApiReference = ({ document }: { document: ApiDocument }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>API · Pique</title>
      <link rel="icon" href={assetUrl('dashboard.svg')} type="image/svg+xml" />
      <link rel="stylesheet" href={assetUrl('dashboard.css')} />
    </head>
    <body>
      <main id="main">
        <div class="title">
          <h1>The API of Pique</h1>
          <a class="button" href="/openapi.json">
            openapi.json
          </a>
        </div>
        <ol class="steps">
          <li>
            <h2>Asking</h2>
            <p>
              <Words text={document.info.description ?? ''} />
            </p>
            <Refusals document={document} />
          </li>
          {entriesOf(document).map((entry) => (
            <Route entry={entry} document={document} />
          ))}
        </ol>
      </main>
    </body>
  </html>
)
