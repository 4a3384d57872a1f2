import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClock } from './clock.ts'
import type { Config } from './config.ts'
import { createSync } from './crm/sync.ts'
import { reportSales } from './demo/sales.ts'
import { demoModel, seedDemo } from './demo/seed.ts'
import { type Engine, startEngine } from './engine.ts'
import { createApp } from './http/app.ts'
import { hashSecret, newApiKey } from './http/auth.ts'
import { type Listener, listen } from './http/listen.ts'
import { newSiteSecrets } from './http/site-secrets.ts'
import { EXTRA_NAMES, type ExtraFiles } from './http/tag-files.ts'
import { type Log, reasonOf } from './log.ts'
import { createMetrics } from './metrics.ts'
import defaultModel from './scoring/default-model.yaml'
import { createSetupNote } from './setup-note.ts'
import { EXIT_STORE_FAILED } from './store/trouble.ts'
import { createPoster, POST_TIMEOUT_MS } from './webhooks/post.ts'
import { createSender } from './webhooks/sender.ts'
import { createTargets } from './webhooks/targets.ts'

/** The composition root: everything is made here and handed to what needs it. */

export interface Running {
  readonly url: string
  /** Signs in once, as owner. */
  readonly dashboard: string
  /** Makes the first account, once; null where there is one. */
  readonly setup: string | null
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
  /** Begin a new store where there was one. */
  readonly init?: boolean
  readonly migrationBackup?: boolean
}

const EXIT_BUG = 1
const TIDY_MS = 3_600_000
const LOOK_MS = 1000
/** A CRM takes its time for a hundred records. */
const SYNC_TIMEOUT_MS = 30_000

export async function startCollector(options: StartOptions): Promise<Running> {
  const listener = await listen(options.config)
  try {
    return await startBehind(listener, options)
  } catch (error) {
    listener.abandon()
    throw error
  }
}

async function startBehind(listener: Listener, options: StartOptions): Promise<Running> {
  const { config, log, isDemo } = options
  const clock = createClock({
    now: Date.now,
    monotonicMs: () => performance.now(),
    onJump: ({ ms }) => log.warn('the clock jumped; it is followed once it rests', { ms }),
  })
  const origin = config.publicUrl ?? listener.url
  const place = isDemo ? createDemoStore(origin, clock(), log) : keepStore(config.store)
  let end: (code: number) => void = () => {}
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  const engine = await startEngine({
    store: place.store,
    initialModel: place.model,
    now: clock(),
    retentionMonths: config.retentionMonths,
    ...(!isDemo && { minFreeBytes: config.minFreeBytes }),
    file: {
      instanceKey: config.instanceKey,
      init: options.init ?? false,
      migrationBackup: options.migrationBackup ?? true,
      ...(!isDemo && { ballastBytes: config.ballastBytes }),
    },
    onFailure({ message, isFatal, isBug = false, exitCode = EXIT_STORE_FAILED }) {
      const what = isBug ? 'a thread failed' : 'the store failed'
      log.error(what, { reason: message, fatal: isFatal })
      if (isFatal) end(isBug ? EXIT_BUG : exitCode)
    },
  }).catch((error) => {
    place.remove()
    throw error
  })
  const site = await firstSite(engine, clock())
  const setupNote = createSetupNote(place.store)
  const version = readVersion()
  const metrics = createMetrics({
    stats: engine.writer.stats,
    waiting: engine.load,
    clockJumps: clock.jumps,
    version,
  })
  let isDraining = false
  const targets = createTargets(config.webhookAllow)
  const sender = createSender({
    store: engine.writer,
    poster: createPoster({ targets, timeoutMs: POST_TIMEOUT_MS }),
    clock,
    random: Math.random,
    home: origin,
    log,
  })
  const sync = createSync({
    store: engine.writer,
    reader: engine.reader,
    poster: createPoster({ targets, timeoutMs: SYNC_TIMEOUT_MS }),
    targets,
    clock,
    log,
  })
  const { fetch, newLink, newSetup } = createApp({
    engine,
    config,
    clock,
    log,
    metrics,
    isDraining: () => isDraining,
    tag: readBuilt('pique.js'),
    extras: readExtras(),
    demoSiteKey: isDemo ? site : null,
    onAccount: setupNote.remove,
  })
  const dashboard = await newLink(origin)
  const setup = isDemo ? null : await newSetup(origin)
  setupNote.keep(setup)
  // Last of all that may fail: whoever starts the collector sees the key now or never.
  const madeAdminKey = await makeAdminKey(engine, config, clock())
  listener.answerWith(fetch)
  async function look(now: number): Promise<void> {
    for (const { level, message, fields } of await engine.look(now)) log[level](message, fields)
    sender.look()
    sync.look()
  }
  const repeat = (everyMs: number, complaint: string, work: (now: number) => Promise<void>) =>
    setInterval(() => {
      work(clock()).catch((error: Error) => {
        log.error(complaint, { reason: reasonOf(error) })
      })
    }, everyMs).unref()
  const timers = [
    repeat(TIDY_MS, 'what is to be forgotten stays for another hour', (now) =>
      engine.tidy(now, clock.isSettled()),
    ),
    repeat(LOOK_MS, 'leads were not looked at', look),
    repeat(TIDY_MS, 'the store was not checked', engine.check),
    repeat(TIDY_MS, 'reports were not prepared', engine.reader.prepareReports),
  ]
  // What the clock changed while nothing ran.
  await look(clock())
  if (isDemo) await reportSales(engine, clock())
  // Beside all else; a store that is damaged is told as a failure.
  engine.check(clock()).catch((error: Error) => {
    log.error('the store was not checked', { reason: reasonOf(error) })
  })
  // So that whoever asks first doesn't wait for it; who stops at once does not either.
  engine.reader.prepareReports(clock()).catch((error: Error) => {
    if (!isDraining) log.error('reports were not prepared', { reason: reasonOf(error) })
  })

  log.info('started', { version, store: 'sqlite', pid: process.pid, node: process.version })

  let stopped: Promise<void> | null = null
  async function stop(): Promise<void> {
    isDraining = true
    for (const timer of timers) clearInterval(timer)
    await Promise.all([listener.drain(), sender.stop(), sync.stop()])
    const code = await engine.close().then(
      () => 0,
      (error: Error) => {
        log.error('the store did not close', { reason: reasonOf(error) })
        return EXIT_STORE_FAILED
      },
    )
    place.remove()
    log.info('stopped', { code })
    end(code)
  }
  return {
    url: listener.url,
    dashboard,
    setup,
    madeAdminKey,
    ended,
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

function readExtras(): ExtraFiles {
  return Object.fromEntries(EXTRA_NAMES.map((name) => [name, readBuilt(`pique-${name}.js`)]))
}

/** A file of the tag, as it was built beside the collector. */
function readBuilt(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`./snippet/${name}`, import.meta.url)))
}

function readVersion(): string {
  const own = readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8')
  const { version }: { readonly version: string } = JSON.parse(own)
  return version
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
function createDemoStore(origin: string, now: number, log: Log): StorePlace {
  const directory = mkdtempSync(join(tmpdir(), 'pique-demo-'))
  const store = join(directory, 'pique.db')
  const model = demoModel(defaultModel)
  const { siteKey, writeKey, signingSecret } = newSiteSecrets()
  const { events } = seedDemo({
    store,
    model,
    now,
    siteKey,
    origin,
    secrets: { writeKey, signingSecret },
  })
  log.info('generated the demo history', { events, ms: Date.now() - now })
  return { store, model, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** The key of the first site, made where there is none. */
async function firstSite({ reader, writer }: Engine, now: number): Promise<string> {
  const known = (await reader.sites())[0]
  if (known) return known.key
  const { siteKey, writeKey, signingSecret } = newSiteSecrets()
  await writer.addSite({
    name: 'My site',
    key: siteKey,
    writeKey,
    signingSecret,
    origins: [],
    needsSignature: false,
    isGenerated: false,
    createdAt: now,
  })
  return siteKey
}

/** The store's first key, unless it has one; returned if it was made here. */
async function makeAdminKey(engine: Engine, config: Config, now: number): Promise<string | null> {
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
