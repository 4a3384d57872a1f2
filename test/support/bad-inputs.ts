import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'

/**
 * The list of bad inputs, one a line in `test/fixtures/bad-inputs.jsonl`: what is sent, and exactly
 * what must be answered. In a path, a header or a body
 *
 * - `«text*n»` is the text n times, `$ID` a fresh UUID, `$NOW` the time of the request,
 * - `$WRITE` is Basic auth with a write key of it,
 * - `$SITE`, `$LEAD`, `$VISITOR`, `$HASH` are what the collector under test has.
 *
 * A body is a text, a list of texts and `[text, times]` pairs, base64 where it is no text, or `fill`:
 * a batch without events of so many bytes.
 */
export interface BadInput {
  readonly name: string
  readonly method: string
  readonly path: string
  /** Whose credentials go with it; none where absent. */
  readonly as?: 'key' | 'owner'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BadBody
  /** Sent in chunks, without a length. */
  readonly chunked?: true
  readonly status: number | readonly number[]
  /** Of the problem that is answered. */
  readonly code?: string
  /** Of a beacon's answer. */
  readonly accepted?: number
  readonly rejected?: readonly (readonly [index: number, code: string])[] | `each ${string}`
  /** What else the JSON of the answer says. */
  readonly says?: Readonly<Record<string, unknown>>
}

type Part = string | readonly [text: string, times: number] | { readonly base64: string }
type BadBody = string | readonly Part[] | { readonly base64: string } | { readonly fill: number }

export interface Target {
  readonly url: string
  readonly site: string
  readonly lead: string
  readonly visitor: string
  readonly hash: string
  readonly key: string
  readonly cookie: string
  /** Of a site of its own. */
  readonly writeKey: string
}

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export function readBadInputs(): readonly BadInput[] {
  const lines = readFileSync('test/fixtures/bad-inputs.jsonl', 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

const DAY = 86_400_000

function filled(text: string, { site, lead, visitor, hash, writeKey }: Target): string {
  const now = Date.now()
  return text
    .replace(/«(.*?)\*(\d+)»/gs, (_, part: string, times: string) => part.repeat(Number(times)))
    .replaceAll('$NOW_MINUS_8_DAYS', String(now - 8 * DAY))
    .replaceAll('$NOW', String(now))
    .replaceAll('$SITE_UPPER', site.toUpperCase())
    .replaceAll('$SITE', site)
    .replaceAll('$LEAD', lead)
    .replaceAll('$VISITOR', visitor)
    .replaceAll('$HASH', hash)
    .replaceAll('$WRITE', `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`)
    .replace(/\$ID/g, () => randomUUID())
}

/** A list has a `fill` of its own, so it is asked for first. */
function isParts(body: BadBody): body is readonly Part[] {
  return Array.isArray(body)
}

function bytesOf(body: BadBody, target: Target): Buffer {
  if (typeof body === 'string') return Buffer.from(filled(body, target))
  if (!isParts(body)) {
    if ('base64' in body) return Buffer.from(body.base64, 'base64')
    const batch = `{"site":"${target.site}","events":[]}`
    return Buffer.from(batch + ' '.repeat(body.fill - batch.length))
  }
  return Buffer.concat(
    body.map((part) => {
      if (typeof part === 'string') return Buffer.from(filled(part, target))
      if ('base64' in part) return Buffer.from(part.base64, 'base64')
      return Buffer.from(part[0].repeat(part[1]))
    }),
  )
}

/** Sends it as it is: `fetch` would mend paths, and refuse headers. */
export function sendBadInput(input: BadInput, target: Target): Promise<Got> {
  const { hostname, port, origin } = new URL(target.url)
  const headers: Record<string, string> = {}
  if (input.as === 'key') headers.authorization = `Bearer ${target.key}`
  if (input.as === 'owner') Object.assign(headers, { cookie: target.cookie, origin })
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    headers[name] = filled(value, target)
  }
  const body = input.body === undefined ? null : bytesOf(input.body, target)
  if (body && !input.chunked) headers['content-length'] = String(body.length)
  const path = filled(input.path, target)
  return new Promise((resolve, reject) => {
    // Each on a connection of its own: whoever refuses a body may close behind its answer.
    const options = { hostname, port, path, method: input.method, headers, agent: false }
    let isAnswered = false
    const sent = request(options, (answer) => {
      isAnswered = true
      const chunks: Buffer[] = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
      })
    })
    // An answer may come before the body was sent; what is sent into its back may fail.
    sent.once('error', (error) => {
      const isCut = /EPIPE|ECONNRESET/.test(error.message)
      const fail = () => !isAnswered && reject(new Error(`${input.name}: ${error.message}`))
      if (isCut) setTimeout(fail, 2_000)
      else fail()
    })
    for (let at = 0; body && input.chunked && at < body.length; at += 10_000) {
      sent.write(body.subarray(at, at + 10_000))
    }
    sent.end(body && !input.chunked ? body : undefined)
  })
}

/** What is not as expected, in words; nothing where all is. */
export function wrongOf(input: BadInput, { status, headers, text }: Got): string[] {
  const wrong: string[] = []
  const say = (what: string, is: unknown, want: unknown) => {
    const [a, b] = [JSON.stringify(is), JSON.stringify(want)]
    if (a !== b) wrong.push(`${input.name}: ${what} is ${a}, expected ${b}; ${text.slice(0, 200)}`)
  }
  const wanted = [input.status].flat()
  if (!wanted.includes(status)) say('status', status, input.status)
  if (status >= 500) say('no failure', status, 'below 500')
  const isJson = /json/.test(headers['content-type'] ?? '')
  const json: Record<string, unknown> = isJson && text !== '' ? JSON.parse(text) : {}
  if (input.code !== undefined) {
    say('code', json.code, input.code)
    say('type', headers['content-type'], 'application/problem+json')
    say('status in the body', json.status, status)
  }
  const { rejected = [] } = input
  if (input.accepted !== undefined) {
    say('accepted', json.accepted, input.accepted)
    const found = json.rejected as readonly { index: number; code: string }[] | undefined
    if (typeof rejected === 'string') {
      const codes = [...new Set(found?.map(({ code }) => `each ${code}`))]
      say('rejected', codes, [rejected])
    } else {
      say(
        'rejected',
        found?.map(({ index, code }) => [index, code]),
        rejected,
      )
    }
  }
  for (const [key, value] of Object.entries(input.says ?? {})) say(key, json[key], value)
  return wrong
}
