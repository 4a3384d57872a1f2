import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Config } from '../config.ts'
import { problem } from '../errors.ts'

/**
 * The HTTP server. It listens before there is anything to answer with, so that a start which can't
 * have its port has changed nothing yet, and it stops without cutting anybody off.
 */
export interface Listener {
  readonly url: string
  /** Answers from now on, those who came earlier first. */
  answerWith(fetch: Hono['fetch']): void
  /** Accepts nobody new, answers what is on its way, closes each connection after its answer. */
  drain(): Promise<void>
  /** Closes everything, unanswered. */
  abandon(): void
}

const HEADERS_TIMEOUT_MS = 10_000
/** Connections are looked at every two seconds, so that all that drips is closed within fifteen. */
const REQUEST_TIMEOUT_MS = 12_500
const CHECK_CONNECTIONS_MS = 2_000
const MAX_HEADER_BYTES = 16_384
/** Beyond the largest crowd that comes back at once; each idle connection costs some 10 KB. */
const MAX_CONNECTIONS = 10_000
/** A kept connection that nobody uses is closed after this; proxies keep theirs for less, or ask again. */
const KEEP_ALIVE_MS = 5_000
/** A crowd that comes at once waits here for its turn to be accepted; the kernel's own bound may be lower. */
const BACKLOG = 4_096
/** After a stop, clients have this long to use a connection once more and be told that it closes. */
const GRACE_MS = 500
/** Connections still busy this long after a stop are closed. */
const DRAIN_MS = 6_000

/** So many may wait for a collector that starts, and so long; the others are told to come back. */
const MAX_EARLY = 200
const EARLY_MS = 500
const MAX_RETRY_AFTER_S = 5

export async function listen({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Listener> {
  let answerWith: Listener['answerWith'] = () => {}
  let early = 0
  // While the store is opened: a crowd that an outage made wait is not to wait here once more.
  let answer: Hono['fetch'] = async (...request) => {
    if (early >= MAX_EARLY) return notYet()
    early += 1
    const fetch = await Promise.race([isReady, wait(EARLY_MS, null)])
    early -= 1
    return fetch === null ? notYet() : fetch(...request)
  }
  const isReady = new Promise<Hono['fetch']>((resolve) => {
    answerWith = (fetch) => {
      answer = fetch
      resolve(fetch)
    }
  })
  const server = createAdaptorServer({
    fetch: (request, env) => answer(request, env),
    hostname: host,
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      insecureHTTPParser: false, // whatever NODE_OPTIONS say
    },
  }) as Server // of the kinds it makes, the one without further options
  server.maxConnections = MAX_CONNECTIONS
  server.listen({ port, host, backlog: BACKLOG })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const address = await listening(server).catch((error) => {
    throw new Error(reasonOf(error, host, port))
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    answerWith: (fetch) => answerWith(fetch),
    drain: () => drain(server, sockets),
    abandon() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function notYet(): Response {
  return new Response(JSON.stringify(problem('overloaded')), {
    status: 503,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': String(1 + Math.floor(Math.random() * MAX_RETRY_AFTER_S)),
    },
  })
}

function listening(server: Server): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo) // a TCP server has an address once it listens
    })
  })
}

function drain(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false
  })
  return new Promise((resolve) => {
    const sweep = setInterval(() => {
      server.closeIdleConnections()
      // Opened ahead by a browser, and never used: Node takes them for busy.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    }, GRACE_MS)
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    // The HTTP server's own `close` closes idle connections at once, also those on which a request
    // is just arriving; without it, its sender gets an answer that says the connection closes.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep)
      clearTimeout(late)
      resolve()
    })
  })
}

function reasonOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `port ${port} is taken; stop what listens there or give --port`
  }
  if (error.code === 'EACCES') {
    return `port ${port} is not for this user; give --port a number from 1024 on`
  }
  return `can't listen on --host ${host}; give an address of this machine, such as 127.0.0.1`
}
