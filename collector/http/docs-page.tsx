import { assetUrl } from '../dashboard/assets.ts'
import { Wordmark } from '../dashboard/layout.tsx'
import type { ApiDocument } from './api-document.ts'
import { fieldsOf } from './api-example.ts'
import { type Entry, entriesOf } from './docs-curl.ts'
import { descriptionOf, Fields, Words } from './docs-fields.tsx'
import { GUIDES, Guides } from './docs-guides.tsx'
import { OperationSection } from './docs-operation.tsx'

/** The reference as a page to read: all of it at once, for the browser's own search; no script needed. */

interface DocsProps {
  readonly document: ApiDocument
  readonly origin: string
}

interface Group {
  readonly name: string
  readonly description: string
  readonly entries: readonly Entry[]
}

function groupsOf(document: ApiDocument): Group[] {
  const entries = entriesOf(document)
  return document.tags.map((tag) => ({
    name: tag.name,
    description: descriptionOf(tag),
    entries: entries.filter(({ operation }) => operation.tags?.includes(tag.name)),
  }))
}

const groupId = (name: string) => `group-${name.toLowerCase().replace(/\W+/g, '-')}`

export const DocsHead = ({ title }: { title: string }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{title} · Pique</title>
    <link rel="icon" href={assetUrl('dashboard.svg')} type="image/svg+xml" />
    <link rel="stylesheet" href={assetUrl('dashboard.css')} />
  </head>
)

const Contents = ({ groups }: { groups: readonly Group[] }) => (
  <nav class="contents" id="contents" aria-label="Contents">
    <h2>Guides</h2>
    <ul>
      {GUIDES.map(({ id, title }) => (
        <li>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
    </ul>
    {groups.map(({ name, entries }) => (
      <>
        <h2>
          <a href={`#${groupId(name)}`}>{name}</a>
        </h2>
        <ul>
          {entries.map(({ method, path, operation }) => (
            <li>
              <a href={`#${operation.operationId}`}>
                <b data-method={method.toLowerCase()}>{method === 'DELETE' ? 'DEL' : method}</b>{' '}
                {path.replace('/api/v1', '')}
              </a>
            </li>
          ))}
        </ul>
      </>
    ))}
    <h2>
      <a href="#schemas">Objects</a>
    </h2>
    <h2>
      <a href="/problems">Problems</a>
    </h2>
  </nav>
)

const Schemas = ({ document }: { document: ApiDocument }) => {
  const schemas = fieldsOf(document.components?.schemas)
  return (
    <section class="prose" id="schemas" aria-labelledby="schemas-name">
      <h2 id="schemas-name">Objects</h2>
      {Object.entries(schemas).map(([name, schema]) => (
        <section class="object" id={`schema-${name}`} aria-labelledby={`schema-${name}-name`}>
          <h3 id={`schema-${name}-name`}>
            <a href={`#schema-${name}`}>{name}</a>
          </h3>
          {descriptionOf(schema) && (
            <p>
              <Words text={descriptionOf(schema)} />
            </p>
          )}
          <Fields
            schema={schema}
            schemas={schemas}
            isSent={fieldsOf(schema).additionalProperties === false}
          />
        </section>
      ))}
    </section>
  )
}

/** Every way an operation may say no, once: they are the same everywhere. */
function refusalsOf(document: ApiDocument): (readonly [status: string, meaning: string])[] {
  const all = entriesOf(document).flatMap(({ operation }) =>
    Object.entries(operation.responses ?? {}),
  )
  const refusals = new Map(
    all
      .filter(([status]) => !status.startsWith('2'))
      .map(([status, answer]) => [status, descriptionOf(answer)] as const),
  )
  return [...refusals].sort(([a], [b]) => Number(a) - Number(b))
}

const Docs = ({ document, origin }: DocsProps) => {
  const groups = groupsOf(document)
  return (
    <html lang="en">
      <DocsHead title="API" />
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top docs-top">
          <a class="home" href="/docs" aria-label="Pique API">
            <Wordmark />
          </a>
          <span>API</span>
          <a class="to-contents" href="#contents">
            Contents
          </a>
          <a class="button" href="/openapi.json">
            openapi.json
          </a>
        </header>
        <div class="docs">
          <Contents groups={groups} />
          <main id="main" tabindex={-1}>
            <h1>The API of Pique</h1>
            <Guides
              origin={origin}
              about={document.info.description ?? ''}
              refusals={refusalsOf(document)}
            />
            {groups.map(({ name, description, entries }) => (
              <>
                <section class="prose" id={groupId(name)} aria-labelledby={`${groupId(name)}-name`}>
                  <h2 id={`${groupId(name)}-name`}>{name}</h2>
                  <p>{description}</p>
                </section>
                {entries.map((entry) => (
                  <OperationSection entry={entry} document={document} origin={origin} />
                ))}
              </>
            ))}
            <Schemas document={document} />
          </main>
        </div>
      </body>
    </html>
  )
}

/** The whole document; commands in it call `origin`. */
export function renderDocs(document: ApiDocument, origin: string): string {
  return `<!doctype html>${<Docs document={document} origin={origin} />}`
}
