import { OpenAPIHono } from '@hono/zod-openapi'
import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Admin, Engine } from '../engine.ts'
import { isDeeper } from '../ingest/json-depth.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { Targets } from '../webhooks/targets.ts'
import { addAccountRoutes } from './api-accounts.ts'
import { addAuditRoutes } from './api-audit.ts'
import { addChangeRoutes } from './api-changes.ts'
import { addCrmRoutes } from './api-crm.ts'
import { createApiDocs } from './api-docs.tsx'
import { addExportRoutes } from './api-export.ts'
import type { Answers } from './api-idempotency.ts'
import { addIdentityRoutes } from './api-identities.ts'
import { addImportRoutes, MAX_IMPORT_BYTES } from './api-import.ts'
import { addIntakeRoutes } from './api-intakes.ts'
import { addKeyRoutes } from './api-keys.ts'
import { addLeadRoutes } from './api-leads.ts'
import { addLinkRoutes } from './api-links.ts'
import { addModelRoutes } from './api-model.ts'
import { addOutcomeRoutes } from './api-outcomes.ts'
import { addPrivacyRoutes } from './api-privacy.ts'
import { refuseInvalid, refuseUnreadable } from './api-problems.ts'
import { addQuarantineRoutes } from './api-quarantine.ts'
import { addReportRoutes } from './api-reports.ts'
import { type Api, type ApiEnv, narrowToSite } from './api-route.ts'
import { addSiteRoutes } from './api-sites.ts'
import { addVisitorRoutes } from './api-visitors.ts'
import { addWebhookRoutes } from './api-webhooks.ts'
import type { Guard } from './auth.ts'
import type { Erasing } from './erasing.ts'
import { isSafe } from './own-page.ts'
import type { People } from './people.ts'
import { refuse } from './refuse.ts'
import { unkept } from './unkept.ts'

export interface ApiDeps {
  readonly reader: Pick<
    InternalReader,
    | 'sites'
    | 'keys'
    | 'leads'
    | 'lead'
    | 'score'
    | 'timeline'
    | 'identities'
    | 'visitors'
    | 'visitor'
    | 'visitorTimeline'
    | 'rejected'
    | 'quarantined'
    | 'isQuarantined'
    | 'leadRef'
    | 'held'
    | 'conflicts'
    | 'outcomes'
    | 'adjustments'
    | 'decisions'
    | 'trend'
    | 'model'
    | 'modelVersions'
    | 'simulate'
    | 'sources'
    | 'pages'
    | 'audit'
    | 'webhooks'
    | 'deliveries'
    | 'exportLeads'
    | 'exportEvents'
    | 'changes'
    | 'changeHead'
    | 'crms'
    | 'emailLinks'
    | 'hasEmailLink'
    | 'intakes'
  >
  readonly writer: Pick<
    Admin,
    | 'addSite'
    | 'changeSite'
    | 'removeSite'
    | 'addKey'
    | 'removeKey'
    | 'addOutcome'
    | 'removeOutcome'
    | 'addAdjustment'
    | 'removeAdjustment'
    | 'unlink'
    | 'publishModel'
    | 'publishAfter'
    | 'modelProgress'
    | 'requeue'
    | 'dropQuarantined'
    | 'addWebhook'
    | 'addCrm'
    | 'removeCrm'
    | 'changeWebhook'
    | 'removeWebhook'
    | 'rotateWebhook'
    | 'testWebhook'
    | 'replayMessage'
    | 'replayParked'
    | 'addEmailLinks'
    | 'removeEmailLink'
    | 'addIntake'
    | 'removeIntake'
  >
  readonly collect: Engine['collect']
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly publicUrl: (c: Context) => string
  readonly guard: Pick<Guard, 'requireKey' | 'isStillIn'>
  /** Streams end by themselves when the collector does. */
  readonly isDraining: () => boolean
  /** How long events are kept; said wherever somebody asks what is held. */
  readonly retentionMonths: number
  readonly people: People
  readonly answers: Answers
  readonly erasing: Pick<Erasing, 'eraseLead'>
  /** Where a webhook may go. */
  readonly targets: Targets
  /** Told of an export that broke off because a read failed. */
  readonly onBroken?: ((error: unknown) => void) | undefined
}

const BASE = '/api/v1'
const MAX_BODY_BYTES = 64 * 1024
const MAX_MODEL_BYTES = 256 * 1024
/** Of a body; a model needs eight. */
const MAX_DEPTH = 100

/**
 * `/api/*` behind its guard, and in front of it the description at `/openapi.json` and `/docs`; to
 * be mounted at `/`. A surprise is thrown on, for whoever mounts this to log and answer.
 */
export function createApi(deps: ApiDeps): Hono {
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
  api.onError(refuseUnreadable)
  // The guard is first, so that no route can be added in front of it.
  api.use(deps.guard.requireKey, unkept, narrowToSite(deps.reader))
  api.use(limitBody, limitDepth)
  api.use(deps.answers.remember)
  addLeadRoutes(api, deps)
  addPrivacyRoutes(api, deps)
  addIdentityRoutes(api, deps)
  addOutcomeRoutes(api, deps)
  addVisitorRoutes(api, deps)
  addReportRoutes(api, deps)
  addModelRoutes(api, deps)
  addSiteRoutes(api, deps)
  addKeyRoutes(api, deps)
  addQuarantineRoutes(api, deps)
  addWebhookRoutes(api, deps)
  addLinkRoutes(api, deps)
  addIntakeRoutes(api, deps)
  addAccountRoutes(api, deps)
  addAuditRoutes(api, deps)
  addExportRoutes(api, deps)
  addChangeRoutes(api, deps)
  addCrmRoutes(api, deps)
  addImportRoutes(api, deps)
  refuseOtherMethods(api)
  api.all('*', (c) => refuse(c, 'not_found', 'there is no such path; /docs lists those there are'))

  const app = new Hono()
  app.route('/', createApiDocs(api, BASE, deps))
  app.route(BASE, api)
  app.use('/api/*', deps.guard.requireKey)
  app.all('/api/*', (c) => refuse(c, 'not_found'))
  return app
}

const ofUsual = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (c) => refuse(c, 'body_too_large'),
})
const ofModels = bodyLimit({
  maxSize: MAX_MODEL_BYTES,
  onError: (c) => refuse(c, 'model_too_large'),
})
const ofImports = bodyLimit({
  maxSize: MAX_IMPORT_BYTES,
  onError: (c) => refuse(c, 'import_too_large'),
})
const isImport = (c: Context) => c.req.path === `${BASE}/import`
function limitBody(c: Context, next: Next) {
  if (isImport(c)) return ofImports(c, next)
  return (c.req.path.startsWith(`${BASE}/model/`) ? ofModels : ofUsual)(c, next)
}

/** Whoever says what is wrong with a value recurses into it, and a stack has an end. */
async function limitDepth(c: Context, next: Next) {
  // An import looks at each line by itself.
  const isFlat = isSafe(c) || isImport(c) || !isDeeper(await c.req.text(), MAX_DEPTH)
  const detail = `the body is nested more than ${MAX_DEPTH} levels deep; expected at most eight`
  return isFlat ? next() : refuse(c, 'invalid_request', detail)
}

/** A path that is known under other methods says so. */
function refuseOtherMethods(api: Api): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of api.routes) {
    if (method === 'ALL') continue
    const known = methods.get(path) ?? new Set()
    methods.set(path, known.add(method).add(method === 'GET' ? 'HEAD' : method))
  }
  for (const [path, known] of methods) {
    const allow = [...known].join(', ')
    api.all(path, (c) => refuse(c, 'method_not_allowed', `it takes ${allow}`, { allow }))
  }
}
