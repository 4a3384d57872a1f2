/**
 * A site and its collector on loopback ports of their own, for what goes wrong between them. The site
 * serves pages and the tag, always. The collector takes `POST /e` and does as told: per request
 * (`next`) or from now on (`mode`); its port can be closed and opened again. What it stored, and what
 * came at all, is the ledger.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WireBatch, WireEvent } from '../../shared/wire.ts'
import { buildTag, waitFor } from './tag-collector.ts'

export type Fault =
  | 'accept'
  /** Reads the request and never answers it. */
  | 'hang'
  /** Resets the connection before the body was read, or after it; nothing is stored. */
  | 'reset'
  | 'reset-when-read'
  /** Stores the batch and resets the connection instead of answering. */
  | 'lose-answer'
  /** Stores the batch and answers when `release` is called. */
  | 'wait'
  | { readonly status: number; readonly retryAfter?: string }

export interface Arrival {
  readonly batch: WireBatch
  readonly fault: Fault
  /** On this process's clock; the tag's own is in `batch.sentAt`. */
  readonly arrivedAt: number
  readonly isBeacon: boolean
  readonly contentType: string | undefined
}

export interface FaultServer {
  /** A page of the site. */
  readonly url: (path: string) => string
  /** Where the collector takes events. */
  readonly endpoint: string
  /** Markup of every page before the tag and in its body; attributes of the tag. */
  head: string
  body: string
  attributes: string
  /** Response headers of every page. */
  headers: Readonly<Record<string, string>>
  /** The site's key, and the collector's origin if it is another one; empty for the site's own. */
  site: string
  host: string
  /** Origin of a real collector, which then stores and answers what this one takes. */
  forwardTo: string
  mode: Fault | ((batch: WireBatch) => Fault)
  readonly next: Fault[]
  readonly arrivals: Arrival[]
  /** Every copy of an event that was stored, oldest first. */
  readonly stored: readonly WireEvent[]
  /** Answers what waits, as accepted. */
  readonly release: () => void
  /** Nobody listens on the collector's port any more, or again. */
  readonly goDown: () => Promise<void>
  readonly comeBack: () => Promise<void>
  readonly expectArrivals: (count: number) => Promise<void>
  readonly close: () => Promise<void>
}

const listen = (server: Server, port = 0) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port) // a TCP server has an address once it listens
    })
  })

const stop = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding is set
  return Buffer.concat(chunks).toString()
}

function answerTo(fault: Fault): { readonly status: number; readonly retryAfter?: string } {
  return typeof fault === 'object' ? fault : { status: 202 }
}

export async function startFaultServer(): Promise<FaultServer> {
  const tag = await buildTag()
  const arrivals: Arrival[] = []
  const stored: WireEvent[] = []
  const waiting: (() => void)[] = []

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const told = server.next.shift() ?? server.mode
    if (told === 'reset') return void request.socket.resetAndDestroy()
    // A batch is JSON by contract; anything else should fail the test loudly.
    const body = await readBody(request)
    const batch = JSON.parse(body) as WireBatch
    const fault = typeof told === 'function' ? told(batch) : told
    arrivals.push({
      batch,
      fault,
      arrivedAt: Date.now(),
      isBeacon: request.headers['sec-fetch-mode'] === 'no-cors',
      contentType: request.headers['content-type'],
    })
    if (fault === 'hang') return
    if (fault === 'reset-when-read') return void request.socket.resetAndDestroy()
    const { status, retryAfter } = answerTo(fault)
    const passedOn = status === 202 && server.forwardTo ? await forward(request, body) : undefined
    if (status === 202 && passedOn?.ok !== false) stored.push(...batch.events)
    if (fault === 'lose-answer') return void request.socket.resetAndDestroy()
    if (fault === 'wait') await new Promise<void>((resolve) => waiting.push(resolve))
    if (passedOn) {
      response.writeHead(passedOn.status, Object.fromEntries(passedOn.headers))
      return void response.end(await passedOn.text())
    }
    response.writeHead(status, {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After',
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    })
    response.end(
      status === 202
        ? JSON.stringify({ accepted: batch.events.length, duplicates: 0, ignored: 0, rejected: [] })
        : '{}',
    )
  }

  /** As a reverse proxy does; rejects when nobody answers. */
  const forward = ({ headers }: IncomingMessage, body: string) => {
    const passed = ['origin', 'user-agent', 'content-type'].flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value] satisfies [string, string]] : []
    })
    return fetch(`${server.forwardTo}/e`, { method: 'POST', body, headers: passed })
  }

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    // A request that is cut off, or that nobody answers, has no answer here either.
    take(request, response).catch(() => request.socket.resetAndDestroy())
  }

  const collector = createServer(handle)
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any.test')
    if (pathname === '/e') return handle(request, response)
    if (pathname === '/pique.js') {
      response.setHeader('content-type', 'text/javascript')
      return void response.end(tag)
    }
    if (pathname.endsWith('.ico')) return void response.writeHead(204).end()
    const host = server.host && `data-host="${server.host}"`
    response.writeHead(200, { 'content-type': 'text/html', ...server.headers })
    response.end(
      `<!doctype html><html><head><title>Page ${pathname}</title>${server.head}` +
        `<script defer src="/pique.js" data-site="${server.site}" ${host} ${server.attributes}></script>` +
        `</head><body>${server.body}</body></html>`,
    )
  })
  const sitePort = await listen(site)
  const collectorPort = await listen(collector)

  const server: FaultServer = {
    url: (path) => `http://127.0.0.1:${sitePort}${path}`,
    endpoint: `http://127.0.0.1:${collectorPort}/e`,
    head: '',
    body: '',
    attributes: '',
    headers: {},
    site: 'KEY',
    host: `http://127.0.0.1:${collectorPort}`,
    forwardTo: '',
    mode: 'accept',
    next: [],
    arrivals,
    stored,
    release: () => {
      for (const answer of waiting.splice(0)) answer()
    },
    goDown: () => stop(collector),
    comeBack: async () => void (await listen(collector, collectorPort)),
    expectArrivals: (count) =>
      waitFor(
        () => arrivals.length >= count,
        () => `${count} requests; there were ${arrivals.length}`,
      ).then(() => undefined),
    async close() {
      server.release()
      await Promise.all([stop(site), collector.listening && stop(collector)])
    },
  }
  return server
}
