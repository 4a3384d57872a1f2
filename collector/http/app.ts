import type { Context, Hono, MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { secureHeaders } from 'hono/secure-headers'
import type { Config } from '../config.ts'
import { renderNotFound } from '../dashboard/answers.tsx'
import { createDashboardAssets } from '../dashboard/assets.ts'
import { createCrmPages } from '../dashboard/crm-screen.tsx'
import { createEmailPages } from '../dashboard/email-screen.tsx'
import { createImportPages } from '../dashboard/import-screen.tsx'
import { createPageChecks } from '../dashboard/page-checks.ts'
import { presentProxyState } from '../dashboard/present-proxy.ts'
import { createDashboard } from '../dashboard/routes.tsx'
import { createSettings } from '../dashboard/settings-routes.ts'
import { createWebhookPages } from '../dashboard/webhooks-screen.tsx'
import { createShop } from '../demo/shop.tsx'
import type { Engine } from '../engine.ts'
import { problem } from '../errors.ts'
import { createDrafts } from '../import/drafts.ts'
import { type Log, reasonOf } from '../log.ts'
import type { Metrics, RouteClass } from '../metrics.ts'
import { createTargets } from '../webhooks/targets.ts'
import { createApi } from './api.ts'
import { rememberAnswers } from './api-idempotency.ts'
import { createAudienceRoutes } from './audience.ts'
import { createAudit } from './audit.ts'
import { createGuard } from './auth.ts'
import { createClientAddress } from './client-address.ts'
import { createCollectRoutes, socketAddress } from './collect.ts'
import { createGuardedApp, createListed, isApi, type PublicPath, publicPaths } from './doors.ts'
import { isCompressible } from './download.ts'
import { createErasing } from './erasing.ts'
import { createFirstAccount } from './first-account.ts'
import { createIntakeRoutes } from './intake.ts'
import { createOpsRoutes } from './ops.ts'
import { showsPages } from './own-page.ts'
import { createPasswords } from './passwords.ts'
import { createPeople } from './people.ts'
import { createPrivacyPage } from './privacy-page.ts'
import { createProxyWatch } from './proxy-watch.ts'
import { refuse } from './refuse.ts'
import { createSegmentRoutes } from './segment.ts'
import { createEntrance } from './session.ts'
import { createSignIn } from './sign-in.ts'
import { createSites } from './sites.ts'
import { createTagFiles, type ExtraFiles } from './tag-files.ts'
import { createVeil } from './veil.ts'
import { createVerifyRoutes } from './verify.ts'

export interface AppDeps {
  readonly engine: Pick<Engine, 'collect' | 'reader' | 'writer' | 'waiting' | 'isFailed'>
  readonly config: Pick<Config, 'publicUrl' | 'trustedProxies' | 'retentionMonths'> &
    Partial<Pick<Config, 'webhookAllow'>>
  readonly clock: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly isDraining: () => boolean
  /** The built tag, and the files that it loads where it needs them. */
  readonly tag: Buffer
  readonly extras: ExtraFiles
  /** Key of the site that the demo shop belongs to; null where there is no shop. */
  readonly demoSiteKey: string | null
  /** Somebody has an account from now on. */
  readonly onAccount?: () => void
}

export interface App {
  /** Every route, for a server or a test. */
  readonly fetch: Hono['fetch']
  /** Makes a link that signs in once, as owner. */
  newLink(baseUrl: string): Promise<string>
  /** Makes a link that makes the first account, once; null where there is one. */
  newSetup(baseUrl: string): Promise<string | null>
  /** What the router knows, for tests that leave nothing out. */
  readonly routes: Hono['routes']
  readonly publicPaths: readonly PublicPath[]
}

/** Every route of the collector, behind the guard; doors.ts lists what is public, and why. */
export function createApp(deps: AppDeps): App {
  const { engine, config, clock, log, metrics, isDraining, tag, extras, demoSiteKey } = deps
  const { onAccount = () => {} } = deps
  const { reader, writer, collect, waiting } = engine
  const clientAddress = createClientAddress(config.trustedProxies)
  const publicUrl = (c: Context): string => {
    if (config.publicUrl !== null) return config.publicUrl
    const { protocol, host } = new URL(c.req.url)
    return `${isHttps(c) ? 'https:' : protocol}//${host}`
  }
  /** A browser behind a proxy that speaks https; a plain visit to the same collector is not. */
  const isHttps = (c: Context): boolean =>
    (config.publicUrl?.startsWith('https:') && c.req.header('host') === hostOf(config.publicUrl)) ||
    (clientAddress.isTrusted(socketAddress(c)) && c.req.header('x-forwarded-proto') === 'https')

  const proxy = createProxyWatch(clientAddress, config.publicUrl, clock)
  const tagFiles = createTagFiles(tag, extras)
  const paths = publicPaths({ tagHash: tagFiles.hash, hasShop: demoSiteKey !== null })
  const isForOtherSites = createListed(paths.filter((one) => one.isForOtherSites))
  const veil = createVeil(reader)
  const guard = createGuard({ reader, writer, veil, clock, isHttps })
  // What other sites load and ask goes without the headers of our own pages, which would keep them out.
  const headers = ownHeaders()
  const app = createGuardedApp(guard, {
    isPublic: createListed(paths),
    before: async (c, next) => {
      await (isForOtherSites(c.req.path) ? next() : headers(c, next))
      // What says nothing else is of this moment and for this caller, errors and redirects too.
      if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
      metrics.countAnswer(classOf(c.req.path), c.res.status)
    },
  })
  app.onError((error, c) => {
    // Whoever sent half a body is gone, and nothing is wrong here.
    if ('code' in error && error.code === 'ECONNRESET') return c.body(null, 400)
    // Its kind and place: a message may quote what was sent.
    log.error('a request failed', { path: c.req.routePath, reason: reasonOf(error) })
    c.header('cache-control', 'no-store')
    return c.body(JSON.stringify(problem('internal')), 500, {
      'content-type': 'application/problem+json',
    })
  })
  app.route('/', tagFiles.routes)
  app.route('/', createAudienceRoutes({ reader, clock }))
  app.route('/', createIntakeRoutes({ collect, writer, reader, clock }))
  const checks = createPageChecks(clock)
  app.route('/', createVerifyRoutes({ checks, reader, clock, publicUrl }))
  app.route(
    '/',
    createOpsRoutes({
      settings: writer.settings,
      waiting,
      condition: () => (engine.isFailed() ? 'store_failed' : isDraining() ? 'draining' : 'running'),
      disk: writer.stats,
      metrics,
      guard,
    }),
  )
  app.route('/', createSegmentRoutes({ collect, writer, clock }))
  if (demoSiteKey !== null) {
    app.route('/demo', createShop({ siteKey: demoSiteKey, tagSrc: '/pique.js' }))
  }
  // From here on answers go compressed to whoever takes that.
  app.use(compress({ contentTypeFilter: isCompressible }))
  app.use(createAudit({ reader, writer, clock, log }))
  app.route('/', createDashboardAssets())
  app.route('/', createPrivacyPage(config))
  const passwords = createPasswords()
  const entrance = createEntrance({ writer, clock, isHttps })
  const entering = { writer, reader, passwords, entrance, clock, isHttps }
  const signIn = createSignIn({ ...entering, addressOf })
  const firstAccount = createFirstAccount({ ...entering, onAccount })
  app.route('/', signIn.routes)
  app.route('/', firstAccount.routes)

  // From here on everything is read through the veil.
  const seen = veil.reader
  const { retentionMonths } = config
  const people = createPeople({ ...entering, onAccount })
  const targets = createTargets(config.webhookAllow ?? [])
  const answers = rememberAnswers({ writer, clock })
  const drafts = createDrafts(clock)
  const erasing = createErasing({ writer, clock, forgetDrafts: () => drafts.forget() })
  const onBroken = (error: unknown) =>
    log.error('a download broke off', { reason: reasonOf(error) })
  const api = { collect, reader: seen, writer, clock, publicUrl, guard, people, retentionMonths }
  app.route('/', createApi({ ...api, answers, erasing, targets, isDraining, onBroken }))
  const tagUrl = (c: Context) => `${publicUrl(c)}/pique.js`
  const proxyState = (now: number) =>
    presentProxyState(proxy.read(), {
      publicUrl: config.publicUrl,
      trusted: config.trustedProxies,
      now,
    })
  const demo = demoSiteKey !== null
  app.route(
    '/',
    createDashboard({
      reader: seen,
      writer,
      clock,
      tagUrl,
      checks,
      proxyState,
      onBroken,
      demo,
      erasing,
      retentionMonths,
    }),
  )
  const places = { publicUrl: config.publicUrl, homeOf: publicUrl }
  app.route(
    '/',
    createImportPages({ reader: seen, writer, drafts, collect, clock, demo, homeOf: publicUrl }),
  )
  const pages = { reader: seen, writer, clock, demo, homeOf: publicUrl }
  app.route('/', createEmailPages(pages))
  app.route('/', createCrmPages({ ...pages, targets }))
  app.route('/', createWebhookPages({ reader: seen, writer, clock, targets, demo, ...places }))
  const settings = { people, writer, entrance, publicUrl, demo, retentionMonths, erasing }
  const sites = createSites({ reader: seen, writer, clock })
  app.route('/', createSettings({ ...settings, sites, reader: seen, clock, onBroken }))
  app.notFound((c) =>
    isApi(c.req.path) || !showsPages(c) ? refuse(c, 'not_found') : c.html(renderNotFound(), 404),
  )
  // Beacons go past the rest: nothing of it is for them, and each middleware would cost them time.
  const collectRoutes = createCollectRoutes({
    collect,
    clock,
    clientAddress,
    publicUrl: config.publicUrl,
    log,
    noteProxy: proxy.note,
  })
  const collected: Hono['fetch'] = async (...request) => {
    const answer = await collectRoutes.fetch(...request)
    metrics.countAnswer('collect', answer.status)
    return answer
  }
  const isCollected = (path: string) => path === '/e' || path === '/e.gif'
  return {
    fetch: (request, env, context) =>
      isCollected(pathOf(request.url))
        ? collected(request, env, context)
        : app.fetch(request, env, context),
    routes: [...app.routes, ...collectRoutes.routes],
    publicPaths: paths,
    newLink: signIn.newLink,
    newSetup: firstAccount.newSetup,
  }

  function addressOf(c: Context): string {
    return clientAddress.of(socketAddress(c), c.req.header('x-forwarded-for') ?? null)
  }
}

/** Headers of everything that our own pages are made of. */
function ownHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
    },
    crossOriginResourcePolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: false, // the proxy that speaks https says so
    xFrameOptions: 'DENY',
  })
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const end = url.indexOf('?', start)
  return url.slice(start, end === -1 ? undefined : end)
}

/** The kind of route that an answer is counted under. */
function classOf(path: string): RouteClass {
  if (path.startsWith('/api/') || path.startsWith('/v1/')) return 'api'
  if (/^\/(healthz|readyz|metrics)$/.test(path)) return 'ops'
  return /^\/(pique[.-]|is$|verify)/.test(path) ? 'tag' : 'dashboard'
}

function hostOf(origin: string): string {
  return new URL(origin).host
}
