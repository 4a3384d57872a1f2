/**
 * A collector for the tag's tests, and the site under test, on one loopback port: `/pique.js` and the
 * files that it loads are built as for release, `POST /e` is recorded and answered as told, what
 * `routes` names answers by itself, and everything else is a page.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import type { WireBatch, WireEvent } from '../../shared/wire.ts'

export interface Beacon {
  readonly batch: WireBatch
  readonly status: number
}

export type Route = (request: IncomingMessage, response: ServerResponse) => void

type Answer = 'accept' | 'hang' | { readonly status: number; readonly retryAfter?: number }

export interface TagCollector {
  /** `host` is any name under `.test`, which the test browser sends to this port. */
  readonly url: (path: string, host?: string) => string
  /** Markup of a page's body, by path; other paths serve an empty one. */
  readonly bodies: Map<string, string>
  /** Whole documents, by path; the tag goes to the end of their head. */
  readonly documents: Map<string, string>
  /** What answers a path instead of a page: a script, a shop's ajax, a redirect. */
  readonly routes: Map<string, Route>
  /** Every request for a page or a route, oldest first. */
  readonly requests: readonly IncomingMessage[]
  /** Attributes of the tag on every page, and its address. */
  attributes: string
  source: string
  /** Markup before the tag on every page. */
  head: string
  /** Response headers of every page. */
  headers: Record<string, string>
  answer: Answer
  readonly beacons: readonly Beacon[]
  /** Events that were answered for, each once, oldest first. */
  readonly events: (type?: string) => readonly WireEvent[]
  /** Waits for `count` events of a type; fails with what came instead. */
  readonly expectEvents: (type: string, count: number) => Promise<readonly WireEvent[]>
  readonly close: () => Promise<void>
}

const WAIT_MS = 8_000
const POLL_MS = 25

/** Waits until `find` answers; the message says what was there instead. */
export async function waitFor<Found>(
  find: () => Found | undefined | false,
  describe: () => string,
): Promise<Found> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const found = find()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

// The build script is plain JavaScript without types; its options are esbuild's.
const script: { readonly tagBuild: BuildOptions; readonly extrasBuild: BuildOptions } =
  await import(new URL('../../collector/build.mjs', import.meta.url).href)

/** The tag's text, built with the options of the release. */
export async function buildTag(): Promise<Uint8Array> {
  const built = await build({ ...script.tagBuild, write: false })
  const [file] = built.outputFiles ?? []
  if (!file) throw new Error('The tag was not built')
  return file.contents
}

/** The tag and the files that it loads where they are needed, by their path at the collector. */
async function buildScripts(): Promise<ReadonlyMap<string, Uint8Array>> {
  const extras = await build({ ...script.extrasBuild, write: false })
  return new Map([
    ['/pique.js', await buildTag()],
    ...(extras.outputFiles ?? []).map(({ path, contents }): [string, Uint8Array] => [
      `/${basename(path)}`,
      contents,
    ]),
  ])
}
/** Built once for all collectors of a test file. */
let scripts: Promise<ReadonlyMap<string, Uint8Array>> | undefined

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export async function startTagCollector(): Promise<TagCollector> {
  scripts ??= buildScripts()
  const built = await scripts
  const beacons: Beacon[] = []
  const requests: IncomingMessage[] = []

  const collect = async (request: IncomingMessage, response: ServerResponse) => {
    // A batch is JSON by contract; anything else should fail the test loudly.
    const batch = JSON.parse(await readBody(request)) as WireBatch
    const answer = collector.answer
    if (answer === 'hang') {
      beacons.push({ batch, status: 0 })
      return
    }
    const status = answer === 'accept' ? 202 : answer.status
    beacons.push({ batch, status })
    response.writeHead(status, {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
      'content-type': 'application/json',
      ...(typeof answer === 'object' && answer.retryAfter
        ? { 'retry-after': String(answer.retryAfter) }
        : {}),
    })
    response.end(
      JSON.stringify({ accepted: batch.events.length, duplicates: 0, ignored: 0, rejected: [] }),
    )
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any.test')
    if (pathname === '/e') {
      // A page that is left in the middle of a delivery takes its connection along.
      collect(request, response).catch((error) => {
        if (error.code !== 'ECONNRESET') throw error
      })
      return
    }
    if (pathname === '/is') return void response.end('{"is":true}')
    const script = built.get(pathname)
    if (script) {
      response.setHeader('content-type', 'text/javascript')
      response.setHeader('access-control-allow-origin', '*')
      return void response.end(script)
    }
    requests.push(request)
    const route = collector.routes.get(pathname)
    if (route) return route(request, response)
    if (/\.(ico|pdf|PDF)$/.test(pathname)) return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/html;charset=utf-8', ...collector.headers })
    const document =
      collector.documents.get(pathname) ??
      `<!doctype html><html><head><title>Page ${pathname}</title>${collector.head}</head>` +
        `<body>${collector.bodies.get(pathname) ?? ''}</body></html>`
    response.end(
      document.replace(
        '</head>',
        () => `<script defer src="${collector.source}" ${collector.attributes}></script></head>`,
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const events = (type?: string) => {
    const known = new Map<string, WireEvent>()
    for (const { batch, status } of beacons)
      if (status === 202) for (const event of batch.events) known.set(event.id, event)
    return [...known.values()].filter((event) => !type || event.type === type)
  }

  const collector: TagCollector = {
    url: (path, host = '127.0.0.1') => `http://${host}:${port}${path}`,
    bodies: new Map(),
    documents: new Map(),
    routes: new Map(),
    requests,
    attributes: '',
    source: '/pique.js?site=KEY',
    head: '',
    headers: {},
    answer: 'accept',
    beacons,
    events,
    expectEvents: (type, count) =>
      waitFor(
        () => events(type).length >= count && events(type),
        () =>
          `${count} × ${type}; there were ${
            events()
              .map((event) => event.type)
              .join(', ') || 'none'
          }`,
      ),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return collector
}
