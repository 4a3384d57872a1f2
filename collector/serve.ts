import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerType, serve as serveHttp } from '@hono/node-server'
import type { Config } from './config.ts'
import { demoModel, seedDemo } from './demo/seed.ts'
import { type Engine, startEngine } from './engine.ts'
import { createApp } from './http/app.ts'
import { hashSecret, newApiKey } from './http/auth.ts'
import { newSiteSecrets } from './http/site-secrets.ts'
import type { Log } from './log.ts'
import defaultModel from './scoring/default-model.yaml'

/** The composition root: everything is made here and handed to what needs it. */

export interface Running {
  readonly url: string
  /** Signs in once, as owner. */
  readonly dashboard: string
  /** The admin key, where this start made it. It is shown now or never. */
  readonly madeAdminKey: string | null
  /** Ends when the collector does; the process's exit code. */
  readonly ended: Promise<number>
  /** Stops accepting, answers what is in hand, closes the store. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly config: Config
  readonly log: Log
  readonly isDemo: boolean
}

/** The store may be damaged; a supervisor starts the process anew, which checks it. */
const EXIT_STORE_FAILED = 70
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 15_000
const CHECK_CONNECTIONS_MS = 2_000
const MAX_HEADER_BYTES = 16_384
/** Connections still busy this long after a stop are closed. */
const DRAIN_MS = 8_000

export async function startCollector(options: StartOptions): Promise<Running> {
  const { log, isDemo } = options
  const clock = Date.now
  const config = isDemo ? await withKnownPort(options.config) : options.config
  const place = isDemo ? createDemoStore(config, clock(), log) : keepStore(config.store)
  let end: (code: number) => void = () => {}
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  const engine = await startEngine({
    store: place.store,
    initialModel: place.model,
    now: clock(),
    onFailure({ message, isFatal }) {
      log.error('the store failed', { reason: firstLine(message), fatal: isFatal })
      if (isFatal) end(EXIT_STORE_FAILED)
    },
  })
  const madeAdminKey = await prepare(engine, config, clock())
  const site = (await engine.reader.sites())[0] ?? null
  const { fetch, newLink } = createApp({
    engine,
    config,
    clock,
    log,
    tag: readFileSync(fileURLToPath(new URL('./snippet/pique.js', import.meta.url))),
    demoSiteKey: isDemo ? (site?.key ?? null) : null,
  })
  const server = serveHttp({
    fetch,
    port: config.port,
    hostname: config.host,
    serverOptions: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
  })
  const { port } = await listening(server).catch(async (error) => {
    await engine.close()
    place.remove()
    throw error
  })
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  return {
    url,
    dashboard: await newLink(config.publicUrl ?? url),
    madeAdminKey,
    ended,
    async stop() {
      await closed(server)
      await engine.close()
      place.remove()
      end(0)
    },
  }
}

/** The demo's history names the shop's address, so a free port is found before it is generated. */
async function withKnownPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config
  const probe = createServer().listen(0, config.host)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo // a TCP server has an address once it listens
  probe.close()
  await once(probe, 'close')
  return { ...config, port }
}

interface StorePlace {
  readonly store: string
  readonly model: string
  remove(): void
}

function keepStore(store: string): StorePlace {
  return { store, model: defaultModel, remove() {} }
}

/** A throw-away store with ninety days of generated history. */
function createDemoStore(config: Config, now: number, log: Log): StorePlace {
  const directory = mkdtempSync(join(tmpdir(), 'pique-demo-'))
  const store = join(directory, 'pique.db')
  const model = demoModel(defaultModel)
  const { siteKey, writeKey, signingSecret } = newSiteSecrets()
  const { events } = seedDemo({
    store,
    model,
    now,
    siteKey,
    origin: config.publicUrl ?? `http://${config.host}:${config.port}`,
    secrets: { writeKey, signingSecret },
  })
  log.info('generated the demo history', { events, ms: Date.now() - now })
  return { store, model, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** What a store needs before its first visitor: a site, and a key. Returns the key if it was made here. */
async function prepare(engine: Engine, config: Config, now: number): Promise<string | null> {
  if ((await engine.reader.sites()).length === 0) {
    const { siteKey, writeKey, signingSecret } = newSiteSecrets()
    await engine.writer.addSite({
      name: 'My site',
      key: siteKey,
      writeKey,
      signingSecret,
      origins: [],
      isGenerated: false,
      createdAt: now,
    })
  }
  if ((await engine.reader.keys()).length > 0) return null
  const adminKey = config.adminKey ?? newApiKey()
  await engine.writer.addKey({
    name: 'Admin',
    hash: hashSecret(adminKey),
    scopes: ['read', 'write', 'admin'],
    site: null,
    createdAt: now,
  })
  return config.adminKey === null ? adminKey : null
}

function listening(server: ServerType): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo) // a TCP server has an address once it listens
    })
  })
}

function closed(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      if ('closeAllConnections' in server) server.closeAllConnections()
    }, DRAIN_MS)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  })
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
