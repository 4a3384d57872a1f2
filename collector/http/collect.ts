import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import { MAX_BODY_BYTES } from '../../shared/wire.ts'
import { problem, REFUSALS, type RefusalCode } from '../errors.ts'
import type { Answer, RawDelivery } from '../ingest/pipeline.ts'
import { type Log, reasonOf } from '../log.ts'
import type { ClientAddress } from './client-address.ts'
import { originHeaders } from './cross-origin.ts'
import { createFirstParty } from './first-party.ts'
import type { ProxyWatch } from './proxy-watch.ts'

export interface CollectDeps {
  readonly collect: (raw: RawDelivery) => Promise<Answer>
  readonly clock: () => number
  readonly clientAddress: ClientAddress
  /** Where the collector is reached from outside, if it was told. */
  readonly publicUrl: string | null
  readonly log: Log
  /** Told how each delivery came in. */
  readonly noteProxy?: ProxyWatch['note']
}

/** Within these seconds a client that met a busy collector should come back, each at a time of its own. */
const MAX_RETRY_AFTER_S = 5
const TAKEN_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', 'application/json'])

/** A transparent GIF of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** Where the tag sends: `POST /e`, and `GET /e.gif` for pages without scripts. */
export function createCollectRoutes(deps: CollectDeps): Hono {
  const { collect, clock, clientAddress, publicUrl, log, noteProxy } = deps
  const firstParty = createFirstParty(publicUrl)
  const app = new Hono()
  app.onError((error, c) => {
    // Its kind and place: a message may quote what was sent.
    log.error('a beacon failed', { path: c.req.routePath, reason: reasonOf(error) })
    return refuse(c, 'internal')
  })

  app.post('/e', async (c) => {
    const headers = headersOf(c)
    const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (!TAKEN_TYPES.has(type) || headers['content-encoding']) {
      return refuse(c, 'unsupported_type')
    }
    const body = await readBody(c, headers['content-length']).catch(() => 'cut off' as const)
    if (body === 'cut off') return c.body(null, 400) // its sender is gone, nobody reads this
    if (body === null) return refuse(c, 'body_too_large')
    const verdict = await collect(deliveryOf(c, body))
    return answer(c, verdict, verdict.browser === null ? null : renewalOf(c, verdict.browser))
  })

  // Pages that send application/json are asked first by their browser.
  app.options('/e', (c) =>
    c.body(null, 204, {
      ...originHeaders(headersOf(c).origin),
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    }),
  )

  app.get('/e.gif', async (c) => {
    const now = clock()
    const url = c.req.header('referer')
    const event = { id: randomUUID(), type: 'page_view', at: now, ...(url && { url }) }
    const body = JSON.stringify({ site: c.req.query('site') ?? '', sentAt: now, events: [event] })
    const bot = isPrefetch(c) ? 'prefetch' : null
    const { status } = await collect({ ...deliveryOf(c, body), origin: null, bot })
    c.header('cache-control', 'no-store')
    c.header('content-type', 'image/gif')
    c.header('x-content-type-options', 'nosniff')
    if (status === 503 || status === 429) c.header('retry-after', retryAfter())
    // The picture is shown whatever became of the event: a page must not look broken.
    return c.body(PIXEL, status === 403 || status === 429 || status === 503 ? status : 200)
  })

  app.all('/e', (c) => refuseMethod(c, 'POST, OPTIONS'))
  app.all('/e.gif', (c) => refuseMethod(c, 'GET, HEAD'))

  function renewalOf(c: Context, browser: string): string | null {
    const { origin, host, cookie, 'x-forwarded-host': forwarded } = headersOf(c)
    const isForwarded = forwarded !== undefined && clientAddress.isTrusted(socketAddress(c))
    // Of several proxies the first one saw the browser. A client that lies here gets a cookie that
    // its own browser refuses.
    const seen = isForwarded ? forwarded.split(',', 1)[0]?.trim() : host
    return firstParty.renewalOf(browser, { origin, host: seen, cookie })
  }

  function deliveryOf(c: Context, body: string): RawDelivery {
    const headers = headersOf(c)
    const [from, forwardedFor] = [socketAddress(c), headers['x-forwarded-for'] ?? null]
    noteProxy?.({
      socketAddress: from,
      forwardedFor,
      forwardedProto: headers['x-forwarded-proto'] ?? null,
      host: headers.host ?? null,
    })
    return {
      body,
      receivedAt: clock(),
      userAgent: headers['user-agent'] ?? '',
      origin: headers.origin ?? null,
      address: clientAddress.of(from, forwardedFor),
    }
  }
  return app
}

/** Fetched before anybody asked for the page (`Sec-Purpose`, and what older browsers said). */
function isPrefetch(c: Context): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) =>
    c.req.header(name),
  )
  return purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose ?? ''))
}

type CollectHeaders = Partial<
  Record<
    | 'content-type'
    | 'content-encoding'
    | 'content-length'
    | 'user-agent'
    | 'origin'
    | 'host'
    | 'cookie'
    | 'x-forwarded-host'
    | 'x-forwarded-for'
    | 'x-forwarded-proto',
    string
  >
>

/**
 * The headers as Node parsed them, which costs nothing; a `Headers` object for every beacon costs
 * a tenth of the whole answer. Without a socket, as in tests, they come from the request.
 */
function headersOf(c: Context): CollectHeaders {
  const bindings: Partial<HttpBindings> | undefined = c.env // the server's, if there is one
  const incoming = bindings?.incoming
  if (!incoming) return c.req.header()
  const forwarded = incoming.headers['x-forwarded-for']
  const headers = incoming.headers as CollectHeaders // Node gives one string for each of these
  return Array.isArray(forwarded) ? { ...headers, 'x-forwarded-for': forwarded.join(',') } : headers
}

/** The address of the connection; empty where there is none, as in tests without sockets. */
export function socketAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? ''
  } catch {
    return ''
  }
}

/**
 * The body as text, or null once it is larger than allowed: by its announced length before a byte
 * is read, else while reading.
 */
async function readBody(c: Context, announced: string | undefined): Promise<string | null> {
  if (announced !== undefined) {
    if (!(Number(announced) <= MAX_BODY_BYTES)) return null
    return c.req.text()
  }
  const reader = c.req.raw.body?.getReader()
  if (!reader) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    // As `text()` reads it: a byte order mark is none of the text.
    if (done) return new TextDecoder().decode(Buffer.concat(chunks))
    size += value.byteLength
    if (size > MAX_BODY_BYTES) {
      // Not cancelled, which would cut the connection before its sender has the answer: the server lets the
      // rest run into nothing for a moment, and then closes.
      reader.releaseLock()
      return null
    }
    chunks.push(value)
  }
}

/** A plain `Response`: the server writes its plain headers as they are. */
function answer(
  c: Context,
  { status, body }: Pick<Answer, 'status' | 'body'>,
  cookie: string | null = null,
): Response {
  const headers: Record<string, string> = originHeaders(headersOf(c).origin)
  headers['cache-control'] = 'no-store'
  headers['cross-origin-resource-policy'] = 'cross-origin'
  headers['x-content-type-options'] = 'nosniff'
  headers['content-type'] = status < 400 ? 'application/json' : 'application/problem+json'
  if (status === 503 || status === 429) headers['retry-after'] = retryAfter()
  // The rest of such a body is not waited for, so nothing can follow it on this connection.
  if (status === 413) headers.connection = 'close'
  if (cookie !== null) headers['set-cookie'] = cookie
  return new Response(body, { status, headers })
}

function refuseMethod(c: Context, allow: string): Response {
  const refused = refuse(c, 'method_not_allowed')
  refused.headers.set('allow', allow)
  return refused
}

/** Seconds after which a client that met a busy collector should come back. */
export function retryAfter(): string {
  return String(1 + Math.floor(Math.random() * MAX_RETRY_AFTER_S))
}

function refuse(c: Context, code: RefusalCode): Response {
  return answer(c, { status: REFUSALS[code].status, body: JSON.stringify(problem(code)) })
}
