import type { ApiDocument } from './api-document.ts'
import { fieldsOf } from './api-example.ts'
import { bodyOf, curlOf, type Entry, parametersOf } from './docs-curl.ts'
import { Fields, Kind, Words } from './docs-fields.tsx'

interface OperationProps {
  readonly entry: Entry
  readonly document: ApiDocument
  readonly origin: string
}

/** One operation: what it does and takes on one side, how it is called and answers on the other. */
export const OperationSection = ({ entry, document, origin }: OperationProps) => {
  const { operationId = '', summary, description, security, responses } = entry.operation
  const schemas = fieldsOf(document.components?.schemas)
  const body = bodyOf(entry.operation)
  const answers = Object.entries(responses ?? {})
  const good = answers.filter(([status]) => status.startsWith('2'))
  const bad = answers.filter(([status]) => !status.startsWith('2'))
  return (
    <section class="operation" id={operationId} aria-labelledby={`${operationId}-name`}>
      <div>
        <h3 id={`${operationId}-name`}>
          <a href={`#${operationId}`}>{summary}</a>
        </h3>
        <p class="route">
          <b data-method={entry.method.toLowerCase()}>{entry.method}</b> <code>{entry.path}</code>
        </p>
        {description && (
          <p>
            <Words text={description} />
          </p>
        )}
        <p class="hint">
          Scope <code>{fieldsOf(security?.[0]).key?.toString()}</code>. Operation{' '}
          <code>{operationId}</code>.
        </p>
        <Parameters entry={entry} />
        {body && (
          <>
            <h4>Body</h4>
            <Fields schema={body.schema} schemas={schemas} isSent />
          </>
        )}
      </div>
      <div class="samples">
        <Sample text={curlOf(document, entry, origin)} />
        {good.map(([status, answer]) => (
          <Answer status={status} answer={answer} />
        ))}
        <p class="hint">
          Or{' '}
          {bad.map(([status, answer], at) => (
            <>
              {at > 0 && ', '}
              <a href={`#status-${status}`} title={String(fieldsOf(answer).description ?? '')}>
                {status}
              </a>
            </>
          ))}
          , as a problem.
        </p>
      </div>
    </section>
  )
}

const Parameters = ({ entry }: { entry: Entry }) => {
  const parameters = parametersOf(entry.operation)
  if (parameters.length === 0) return null
  return (
    <>
      <h4>Parameters</h4>
      <dl class="api-fields">
        {parameters.map(({ name, in: place, schema, description, required }) => (
          <div>
            <dt>
              <code>{name}</code>{' '}
              <small>
                {place}, <Kind schema={schema} />
              </small>{' '}
              {required && place !== 'path' && <small class="needed">required</small>}
            </dt>
            {description && (
              <dd>
                <Words text={description} />
              </dd>
            )}
          </div>
        ))}
      </dl>
    </>
  )
}

const Answer = ({ status, answer }: { status: string; answer: unknown }) => {
  const { description, content } = fieldsOf(answer)
  const { example, schema } = fieldsOf(fieldsOf(content)['application/json'])
  const item = fieldsOf(fieldsOf(fieldsOf(schema).properties).data).items
  return (
    <>
      <p class="answered">
        <code>{status}</code> <Words text={String(description ?? '')} />
        {schema !== undefined && (
          <>
            {': '}
            {item === undefined ? (
              <Named schema={schema} />
            ) : (
              <>
                list of <Named schema={item} />
              </>
            )}
          </>
        )}
      </p>
      {example !== undefined && <Sample text={JSON.stringify(example, null, 2)} />}
    </>
  )
}

const Named = ({ schema }: { schema: unknown }) =>
  '$ref' in fieldsOf(schema) ? <Kind schema={schema} /> : <>an object</>

/** Long lines scroll, so the box can be reached by keyboard. */
export const Sample = ({ text }: { text: string }) => (
  <pre tabindex={0}>
    <code>{text}</code>
  </pre>
)
