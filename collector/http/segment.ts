import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { WireAnswer } from '../../shared/wire.ts'
import type { Admin } from '../engine.ts'
import type { RefusalCode } from '../errors.ts'
import { createAgents } from '../ingest/agent.ts'
import { isDeeper } from '../ingest/json-depth.ts'
import type { Answer, RawDelivery } from '../ingest/pipeline.ts'
import { isRecord } from '../ingest/props.ts'
import {
  deliveriesOf,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGES,
  messagesOf,
  type SegmentDelivery,
  translateAll,
} from '../segment/batch.ts'
import { CALLS, type Call } from '../segment/translate.ts'
import { verdictsOf } from '../segment/verdicts.ts'
import { readBoundedText } from './bounded-body.ts'
import { retryAfter } from './collect.ts'
import { refuse } from './refuse.ts'

export interface SegmentDeps {
  readonly collect: (raw: RawDelivery) => Promise<Answer>
  readonly writer: Pick<Admin, 'siteOfWriteKey'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const MAX_BODY_BYTES = 500 * 1024
const MAX_UNPACKED_BYTES = 1024 * 1024
/** Far more than messages need, and little enough for whatever looks into one. */
const MAX_DEPTH = 32
/** Deliveries that wait for the writer at a time: one large batch must not crowd out the tags. */
const AT_A_TIME = 100
const KNOWN_AGENTS = 1_000

/** Paths that take a batch; the second is what older SDKs call the first. */
const BATCH_PATHS = ['/v1/batch', '/v1/import'] as const
/** Everything below `/v1`. */
export const SEGMENT_PATHS: readonly string[] = [
  ...CALLS.map((call) => `/v1/${call}`),
  ...BATCH_PATHS,
]

/**
 * Segment's HTTP API for what servers know: `POST /v1/track` and its kin, with a site's write key as the user
 * name of Basic auth. No header lets the pages of a site ask: a write key on a page would be no secret.
 */
export function createSegmentRoutes({ collect, writer, clock }: SegmentDeps): Hono {
  const app = new Hono()
  const agents = createAgents(KNOWN_AGENTS)
  for (const call of CALLS) app.post(`/v1/${call}`, (c) => take(c, call))
  for (const path of BATCH_PATHS) app.post(path, (c) => take(c, null))
  for (const path of SEGMENT_PATHS) {
    app.all(path, (c) => refuse(c, 'method_not_allowed', undefined, { allow: 'POST' }))
  }

  async function take(c: Context, call: Call | null): Promise<Response> {
    const writeKey = writeKeyOf(c.req.header('authorization'))
    const site = writeKey === null ? null : await writer.siteOfWriteKey(writeKey)
    if (site === null) return refuseKey(c, writeKey)
    const mostBytes = call === null ? MAX_BODY_BYTES : MAX_MESSAGE_BYTES
    const mostUnpacked = call === null ? MAX_UNPACKED_BYTES : MAX_MESSAGE_BYTES
    const read = await readBoundedText(c, { mostBytes, mostUnpacked })
    if (!read.ok) {
      if (read.why === 'cut off') return c.body(null, 400) // its sender is gone, nobody reads this
      if (read.why === 'no gzip') return refuse(c, 'not_json')
      return refuseLarge(c, call === null ? 'payload_too_large' : 'event_too_large')
    }
    if (isDeeper(read.text, MAX_DEPTH)) return refuse(c, 'not_json', 'it is nested too deep')
    const body = parseJson(read.text)
    if (body === undefined) return refuse(c, 'not_json')
    const messages = messagesOf(body, call)
    if (messages.length > MAX_MESSAGES) return refuseLarge(c, 'too_many_messages')
    const receivedAt = clock()
    const context = { call, receivedAt, newId: randomUUID }
    const translated = translateAll(body, context, read.bytes > MAX_MESSAGE_BYTES)
    const deviceOf = (index: number) => deviceIn(messages[index])
    const deliveries = deliveriesOf(translated, { site, deviceOf })
    const answers = await collectAll(deliveries, receivedAt)
    if (answers.refused) return refusedBy(c, answers.refused)
    const isStrict = c.req.header('x-strict') === '1'
    return c.json(
      isStrict ? verdictsOf(messages, deliveries, answers.taken) : { success: true },
      200,
    )
  }

  /** The answers of all, or the first that took nothing; the sender then sends all of it again. */
  async function collectAll(
    deliveries: readonly SegmentDelivery[],
    receivedAt: number,
  ): Promise<{ readonly taken: readonly WireAnswer[]; readonly refused?: Answer }> {
    const taken: WireAnswer[] = []
    for (let next = 0; next < deliveries.length; next += AT_A_TIME) {
      const answers = await Promise.all(
        deliveries.slice(next, next + AT_A_TIME).map(({ body }) =>
          collect({
            body,
            receivedAt,
            userAgent: '',
            origin: null,
            address: '',
            isTrusted: true,
          }),
        ),
      )
      const refused = answers.find(({ status }) => status !== 202)
      if (refused) return { taken, refused }
      for (const { body } of answers) taken.push(JSON.parse(body))
    }
    return { taken }
  }

  /** Of a person's browser, as the server saw it; what the request itself says is the server's own. */
  function deviceIn(message: unknown): string | null {
    const context = isRecord(message) && isRecord(message.context) ? message.context : {}
    const { userAgent } = context
    if (typeof userAgent !== 'string' || userAgent === '') return null
    return agents.describe(userAgent).device
  }
  return app
}

/** The user name of Basic auth (RFC 7617); its password is nobody's business. */
function writeKeyOf(authorization: string | undefined): string | null {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return null
  const user = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0] ?? ''
  return user === '' ? null : user
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuseKey(c: Context, given: string | null = null): Response {
  // Three keys look alike to whoever sets up a server; which of them is secret is no news to its holder.
  const isOther = given !== null && !given.startsWith('wk_')
  const why = isOther ? 'this is another key: the write key of a site begins with wk_' : undefined
  return refuse(c, 'wrong_write_key', why, { 'www-authenticate': 'Basic realm="Pique"' })
}

/** The rest of such a body is not waited for, so nothing can follow it on this connection. */
function refuseLarge(
  c: Context,
  code: 'payload_too_large' | 'event_too_large' | 'too_many_messages',
): Response {
  return refuse(c, code, undefined, { connection: 'close' })
}

/** The writer's own word: to come back later, or that the site is gone since its key was looked up. */
function refusedBy(c: Context, { status, body }: Answer): Response {
  if (status === 403) return refuseKey(c)
  const { code } = JSON.parse(body) as { readonly code: RefusalCode } // made by `refusal`
  const isLater = status === 429 || status === 503
  return refuse(c, code, undefined, isLater ? { 'retry-after': retryAfter() } : {})
}
