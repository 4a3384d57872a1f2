import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorObject, Ajv2020 as Validator } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/**
 * Holds every answer of the API to the document that describes it: status, content type and body, each
 * field of it, and each body that was accepted. What the document leaves open (another field, another
 * status) is a finding too. Each operation and status that was seen is noted where `PIQUE_SEEN` says,
 * so that what no test ever saw can be told when all have run; see described-seen.ts.
 */

type Json = Readonly<Record<string, unknown>>
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: Json }>>
  }
  readonly responses: Readonly<Record<string, DescribedAnswer>>
}
interface DescribedAnswer {
  readonly content?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>
}
export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

export interface Exchange {
  readonly method: string
  /** With its query, as it was asked for. */
  readonly path: string
  /** What was sent, where that is JSON. */
  readonly sent?: string | null
  readonly status: number
  readonly header: (name: string) => string | null | undefined
  /** The answer's body; null where there is none to judge, as with a stream. */
  readonly text: string | null
}

export interface Described {
  /** What is not as the document says, in words; nothing where all is. */
  wrongOf(exchange: Exchange): readonly string[]
}

const BASE = '/api/v1'
/** What may answer a path or a method that no operation has. */
const BEYOND = [400, 401, 403, 404, 405, 413]

export function createDescribed(document: ApiDescription): Described {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [verb, { responses }] of Object.entries(operations)) {
      for (const status of Object.keys(responses)) {
        note(`+${verb.toUpperCase()} ${path} ${status}`)
      }
    }
  }
  const validator = new Validator({ strict: false, allErrors: true })
  formats.default(validator)
  validator.addSchema(closed(document) as object, 'api')
  const shapes = Object.entries(document.paths).map(([path, operations]) => ({
    path,
    operations,
    isThere: new RegExp(`^${path.replace(/[.]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
    // A written part before a parameter: /model/versions is no /model/{version}.
    open: path.split('{').length,
  }))
  shapes.sort((a, b) => a.open - b.open)

  function wrongBody(pointer: string, value: unknown): string[] {
    // Compiled when first met and kept by its reference.
    const validate = validator.getSchema(`api#${pointer}`)
    if (!validate) return [`the document has nothing at ${pointer}`]
    if (validate(value)) return []
    return (validate.errors ?? []).slice(0, 5).map(wordsOf)
  }

  return {
    wrongOf({ method, path, sent, status, header, text }) {
      const [bare = ''] = path.split('?', 1)
      if (bare !== BASE && !bare.startsWith(`${BASE}/`)) return []
      const type = header('content-type')?.split(';', 1)[0] ?? ''
      const shape = shapes.find(({ isThere }) => isThere.test(bare))
      // A HEAD is a GET whose body stays away.
      const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
      const operation = shape?.operations[verb]
      const name = `${method} ${shape?.path ?? bare}`
      const say = (what: string) => `${name} answered ${status}: ${what}`
      if (!shape || !operation) {
        if (!BEYOND.includes(status)) return [say('no operation says that it does')]
        if (method === 'HEAD') return []
        return problemOf(text, status, type).map(say)
      }
      const answer = operation.responses[String(status)]
      if (!answer) return [say('not a status of its description')]
      note(`${verb.toUpperCase()} ${shape.path} ${status}`)
      const wrong: string[] = []
      for (const [field, { required }] of Object.entries(answer.headers ?? {})) {
        if (required && !header(field)) wrong.push(`without the header ${field}`)
      }
      const types = Object.keys(answer.content ?? {})
      if (method !== 'HEAD' && types.length === 0 && text)
        wrong.push('has a body; none is described')
      if (method !== 'HEAD' && types.length > 0) {
        if (!types.includes(type)) wrong.push(`is ${type}, expected ${types.join(' or ')}`)
        else if (/json/.test(type) && text !== null) {
          const steps = ['paths', shape.path, verb, 'responses', status, 'content', type, 'schema']
          // What is a line each is described by its line.
          const isLines = type === 'application/x-ndjson'
          const values = isLines ? text.split('\n').filter(Boolean) : [text]
          for (const value of values) wrong.push(...wrongBody(pointerOf(steps), parsed(value)))
        }
      }
      if (status >= 400) wrong.push(...problemOf(text, status, type))
      if (status < 300) {
        wrong.push(...wrongRequest(operation, sent ?? null, [shape.path, verb]))
      }
      return wrong.map(say)
    },
  }

  function problemOf(text: string | null, status: number, type: string): string[] {
    if (text === null || text === '') return []
    if (type !== 'application/problem+json') return [`is ${type}, expected a problem`]
    const value = parsed(text)
    const wrong = wrongBody('/components/schemas/Problem', value)
    const said = typeof value === 'object' && value !== null ? Reflect.get(value, 'status') : null
    return said === status ? wrong : [...wrong, `says status ${said}`]
  }

  /** What was accepted although the document forbids it. */
  function wrongRequest(
    { requestBody }: Operation,
    sent: string | null,
    where: readonly string[],
  ): string[] {
    if (!requestBody) return []
    if (!sent) return requestBody.required ? ['accepted no body where one is described'] : []
    if (!('application/json' in requestBody.content)) return []
    const steps = ['paths', ...where, 'requestBody', 'content', 'application/json', 'schema']
    return wrongBody(pointerOf(steps), parsed(sent)).map((one) => `accepted a body: ${one}`)
  }
}

function pointerOf(steps: readonly (string | number)[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(String(step).replace(/~/g, '~0').replace(/\//g, '~1'))}`)
    .join('')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wordsOf({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`
}

/** The document with no room in an object that lists its fields for one that it doesn't list. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, closed(inner)])
  const copy = Object.fromEntries(entries)
  const isOpen = copy.properties && copy.type && copy.additionalProperties === undefined
  return isOpen ? { ...copy, additionalProperties: false } : copy
}

const noted = new Set<string>()

/** Each once; in one go, so that lines of several processes don't mix. */
function note(line: string): void {
  const directory = process.env.PIQUE_SEEN
  if (directory === undefined || noted.has(line)) return
  noted.add(line)
  appendFileSync(join(directory, `${process.pid}.txt`), `${line}\n`)
}

type Fetch = (request: Request, ...rest: never[]) => Response | Promise<Response>

let described: Promise<Described> | null = null

/** The same `fetch`, which throws where an answer of the API is not as its own document says. */
export function holdToDescription<F extends Fetch>(fetch: F): F {
  const held = async (request: Request, ...rest: never[]) => {
    const { method, url } = request
    const { pathname, search } = new URL(url)
    if (!pathname.startsWith(BASE)) return fetch(request, ...rest)
    const sent = request.body ? await request.clone().text() : null
    const answer = await fetch(request, ...rest)
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream')
    described ??= documentOf(fetch, new URL(url).origin, rest).then(createDescribed)
    const wrong = (await described).wrongOf({
      method,
      path: pathname + search,
      sent,
      status: answer.status,
      header: (name) => answer.headers.get(name),
      text: isStream || answer.headers.has('content-encoding') ? null : await answer.clone().text(),
    })
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    return answer
  }
  return held as F // takes and gives the same
}

async function documentOf(fetch: Fetch, origin: string, rest: never[]): Promise<ApiDescription> {
  return (await fetch(new Request(`${origin}/openapi.json`), ...rest)).json()
}
