import { fieldsOf } from './api-example.ts'

/** Schemas as lists of fields. */

/** Text with `code` in backticks and **strong** words. */
export const Words = ({ text }: { text: string }) => (
  <>
    {text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
      if (part.startsWith('`')) return <code>{part.slice(1, -1)}</code>
      return part.startsWith('**') ? <strong>{part.slice(2, -2)}</strong> : part
    })}
  </>
)

/** What a value may be, in a line; names of schemas lead to them. */
export const Kind = ({ schema }: { schema: unknown }) => {
  const { $ref, anyOf, allOf, oneOf, items, enum: values, type, format, ...rest } = fieldsOf(schema)
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? ''
    return <a href={`#schema-${name}`}>{name}</a>
  }
  if (Array.isArray(allOf)) return <Kind schema={allOf[0]} />
  const either = [anyOf, oneOf].filter(Array.isArray).flat()
  if (either.length > 0) {
    return (
      <>
        {either.map((one, at) => (
          <>
            {at > 0 && ' or '}
            <Kind schema={one} />
          </>
        ))}
      </>
    )
  }
  if (Array.isArray(values)) {
    return (
      <>
        one of{' '}
        {values.map((value, at) => (
          <>
            {at > 0 && ', '}
            <code>{String(value)}</code>
          </>
        ))}
      </>
    )
  }
  if (items !== undefined) {
    return (
      <>
        list of <Kind schema={items} />
      </>
    )
  }
  const kinds = Array.isArray(type) ? type.map(String) : [String(type ?? 'any value')]
  return <>{[kinds.join(' or '), ...boundsOf(rest), format].filter(Boolean).join(', ')}</>
}

function boundsOf({ minimum, maximum, minLength, maxLength }: Readonly<Record<string, unknown>>) {
  const bounds: string[] = []
  if (minimum !== undefined && maximum !== undefined) bounds.push(`${minimum} to ${maximum}`)
  else if (minimum !== undefined) bounds.push(`at least ${minimum}`)
  if (maxLength !== undefined) bounds.push(`${minLength ?? 0} to ${maxLength} characters`)
  else if (typeof minLength === 'number') bounds.push(`at least ${minLength} characters`)
  return bounds
}

interface FieldsProps {
  readonly schema: unknown
  readonly schemas: Readonly<Record<string, unknown>>
  /** Says which fields must be sent; of what is answered all are there but the optional ones. */
  readonly isSent?: boolean
}

/** The fields of an object, those within objects that have no name of their own beneath them. */
export const Fields = ({ schema, schemas, isSent = false }: FieldsProps) => {
  const resolved = resolve(schema, schemas)
  const needed: readonly unknown[] = Array.isArray(resolved.required) ? resolved.required : []
  return (
    <dl class="api-fields">
      {Object.entries(fieldsOf(resolved.properties)).map(([name, one]) => (
        <div>
          <dt>
            <code>{name}</code>{' '}
            <small>
              <Kind schema={one} />
            </small>{' '}
            {isSent && needed.includes(name) && <small class="needed">required</small>}
            {!isSent && !needed.includes(name) && <small>where it applies</small>}
          </dt>
          {descriptionOf(one) && (
            <dd>
              <Words text={descriptionOf(one)} />
            </dd>
          )}
          {innerOf(one) !== null && (
            <dd>
              <Fields schema={innerOf(one)} schemas={schemas} isSent={isSent} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  )
}

/** The object without a name that a field is, or lists. */
function innerOf(schema: unknown): unknown {
  const { properties, items } = fieldsOf(schema)
  if (properties !== undefined) return schema
  return fieldsOf(items).properties === undefined ? null : items
}

function resolve(schema: unknown, schemas: Readonly<Record<string, unknown>>) {
  const { $ref } = fieldsOf(schema)
  return typeof $ref === 'string'
    ? fieldsOf(schemas[$ref.split('/').at(-1) ?? ''])
    : fieldsOf(schema)
}

export function descriptionOf(schema: unknown): string {
  const { description, allOf } = fieldsOf(schema)
  if (typeof description === 'string') return description
  return Array.isArray(allOf) ? descriptionOf(allOf.at(-1)) : ''
}
