import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { Admin } from '../../collector/engine.ts'
import { createApi } from '../../collector/http/api.ts'
import { rememberAnswers } from '../../collector/http/api-idempotency.ts'
import { createAudienceRoutes } from '../../collector/http/audience.ts'
import { createGuard, hashSecret, newApiKey } from '../../collector/http/auth.ts'
import { createErasing } from '../../collector/http/erasing.ts'
import { createPasswords } from '../../collector/http/passwords.ts'
import { createPeople } from '../../collector/http/people.ts'
import { createEntrance } from '../../collector/http/session.ts'
import { createSignIn } from '../../collector/http/sign-in.ts'
import { createVeil } from '../../collector/http/veil.ts'
import type { Answer, RawDelivery } from '../../collector/ingest/pipeline.ts'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { refOf } from '../../collector/store/ids.ts'
import type { Scope } from '../../collector/store/shapes.ts'
import {
  createSqliteReader,
  type InternalReader,
} from '../../collector/store/sqlite/read/reader.ts'
import { createTargets } from '../../collector/webhooks/targets.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { holdToDescription } from '../support/described.ts'
import { CHROME, eventAt } from '../support/world.ts'

/** The guarded surface over a real store with two sites, a lead on each, and somebody unknown. */

export const NOW = Date.parse('2026-11-21T20:00:00Z')
export const DAY = 86_400_000
export const MINUTE = 60_000
export const ORIGIN = 'http://localhost'
/** A user id with everything that a path finds hard. */
export const HARD_ID = 'a/b c?d#e%f+ü'

export interface Service {
  readonly app: Hono
  readonly reader: InternalReader
  readonly writer: Admin
  /** What the clock says; tests move it. */
  now: number
  readonly isHttps: { value: boolean }
  /** Whether the collector is about to end. */
  readonly isDraining: { value: boolean }
  readonly newLink: (baseUrl: string) => Promise<string>
  keyOf(scopes: readonly Scope[], site?: string): string
  /** A request with a key; a body becomes JSON. */
  ask(path: string, key: string | null, init?: Ask): Promise<Response>
  /** A delivery as the routes hand it over. */
  readonly collect: (raw: RawDelivery) => Promise<Answer>
  deliver(siteKey: string, browser: string, events: readonly WireEvent[], at?: number): void
  /** Does all the work that a collector does between deliveries. */
  work(): void
  readonly path: string
  readonly keys: readonly string[]
  close(): void
}

interface Ask {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `through` stands between the routes and the pipeline. */
export function createService(through?: Service['collect']): Service {
  const directory = mkdtempSync(join(tmpdir(), 'pique-test-'))
  const path = join(directory, 'pique.db')
  const initialModel = readFileSync('collector/scoring/default-model.yaml', 'utf8')
  const service = openWriterService({ store: path, initialModel, now: NOW - 90 * DAY })
  for (const name of ['shop', 'blog']) {
    service.addSite({
      name,
      key: name,
      writeKey: `write-${name}`,
      signingSecret: `signing-${name}`,
      origins: [],
      needsSignature: false,
      isGenerated: false,
      createdAt: NOW - 90 * DAY,
    })
  }
  const reader = createSqliteReader(path, createMailDomains('', ''))
  // As across threads: every method is there, and answers with a promise.
  const writer = Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      async (...args: never[]) => Reflect.apply(method, service, args),
    ]),
  ) as unknown as Admin
  const collect: Service['collect'] = async (raw) => {
    const [answer] = service.ingest([raw])
    if (!answer) throw new Error('a delivery was not answered')
    return answer
  }
  const keys: string[] = []
  const isHttps = { value: false }
  const isDraining = { value: false }
  const state = { now: NOW }
  const clock = () => state.now
  const https = () => isHttps.value
  const passwords = createPasswords()
  const entrance = createEntrance({ writer, clock, isHttps: https })
  const signIn = createSignIn({
    writer,
    reader,
    passwords,
    entrance,
    clock,
    isHttps: https,
    addressOf: (c) => c.req.header('x-test-address') ?? '192.0.2.1',
  })
  const veil = createVeil(reader)
  const guard = createGuard({ reader, writer, veil, clock, isHttps: https })
  const people = createPeople({ reader, writer, passwords, clock, onAccount() {} })
  const publicUrl = () => 'https://t.example.com'
  const answers = rememberAnswers({ writer, clock })
  const app = new Hono()
  app.route('/', createAudienceRoutes({ reader, clock }))
  app.route('/', signIn.routes)
  app.route(
    '/',
    createApi({
      collect: through ?? collect,
      reader: veil.reader,
      writer,
      clock,
      publicUrl,
      guard,
      people,
      retentionMonths: 13,
      answers,
      erasing: createErasing({ writer, clock, forgetDrafts() {} }),
      targets: createTargets(['127.0.0.0/8']),
      isDraining: () => isDraining.value,
    }),
  )
  app.use(guard.requireSession)
  app.get('/', (c) => c.text('the dashboard'))
  app.post('/settings', (c) => c.text('changed'))
  app.fetch = holdToDescription(app.fetch)

  const deliver: Service['deliver'] = (site, browser, events, at = NOW) => {
    const body = JSON.stringify({ site, browser, human: true, events })
    const raw = { receivedAt: at, userAgent: CHROME, origin: null, address: '192.0.2.1' }
    service.ingest([{ ...raw, body }])
  }
  deliverPeople(deliver)

  return {
    app,
    collect,
    reader,
    writer,
    isHttps,
    isDraining,
    newLink: signIn.newLink,
    path,
    keys,
    deliver,
    work() {
      while (service.work(state.now));
      service.look(state.now)
    },
    get now() {
      return state.now
    },
    set now(at) {
      state.now = at
    },
    keyOf(scopes, site) {
      const key = newApiKey()
      const bound = site === undefined ? null : refOf('site', site)
      service.addKey({ name: 'test', hash: hashSecret(key), scopes, site: bound, createdAt: NOW })
      keys.push(key)
      return key
    },
    async ask(to, key, { method = 'GET', body, headers } = {}) {
      return app.request(to, {
        method,
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
    },
    close() {
      service.close()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Ann reads prices three days ago and today and gives her e-mail; she is known to the blog too. */
function deliverPeople(deliver: Service['deliver']): void {
  const browser = randomUUID()
  const shop = 'https://shop.example'
  for (const at of [NOW - 3 * DAY, NOW - 5 * MINUTE]) {
    const session = randomUUID()
    const url = `${shop}/pricing`
    const events = [
      eventAt(at, 'page_view', { session, url, referrer: 'https://www.google.com/' }),
      eventAt(at + MINUTE, 'page_view', { session, url: `${shop}/` }),
    ]
    const props = { email: 'Ann@Example.com', user_id: HARD_ID, traits: { name: 'Ann Able' } }
    deliver(
      'shop',
      browser,
      [...events, eventAt(at + 2 * MINUTE, 'identify', { session, props })],
      at + 3 * MINUTE,
    )
  }
  deliver('shop', browser, [eventAt(NOW, 'page_view', { url: `${shop}/`, id: 'no uuid' })])
  deliver('shop', randomUUID(), [eventAt(NOW - MINUTE, 'page_view', { url: `${shop}/` })])

  const reader = randomUUID()
  const known = { email: 'ann@example.com' }
  const view = eventAt(NOW - 2 * DAY, 'page_view', { url: 'https://blog.example/' })
  deliver(
    'blog',
    reader,
    [view, eventAt(NOW - 2 * DAY, 'identify', { props: known })],
    NOW - 2 * DAY,
  )
  const bob = { email: 'bob@example.org', traits: { name: 'Bob' } }
  deliver('blog', randomUUID(), [eventAt(NOW - DAY, 'identify', { props: bob })], NOW - DAY)
}
