import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Admin } from '../engine.ts'
import { type Log, reasonOf } from '../log.ts'
import type { AuditEntry } from '../store/audit-store.ts'
import { publicId } from '../store/ids.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { AUDITED } from './audit-routes.ts'
import type { Access } from './auth.ts'
import { createTries } from './tries.ts'

/**
 * Who changed or read out what. Every request to a route of audit-routes.ts that worked is written down
 * before it is answered. What it was done to is the public id in its path, or of what it made; where neither
 * says it, the route does, through `audited`.
 */

/** What a route knows better than its path. */
export type Said = Partial<Pick<AuditEntry, 'author' | 'subject' | 'detail'>>

export interface AuditDeps {
  readonly reader: Pick<InternalReader, 'leadRef'>
  readonly writer: Pick<Admin, 'addAudit'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Pick<Log, 'error'>
}

/** Nobody can fill the log by trying passwords: more are counted by nobody. */
const FAILURES = { most: 20, windowMs: 3_600_000, maxNetworks: 1 }
const MAX_DETAIL = 200
/** Whoever could not say who they are. */
const UNKNOWN = 'unknown'

const said = new WeakMap<Context, Said | null>()

/** Adds to what is written down of this request; `null` says that nothing was changed. Never an address of a visitor. */
export function audited(c: Context, more: Said | null): void {
  said.set(c, more && { ...said.get(c), ...more })
}

/** How whoever asks is named: nobody can name a key so that it looks like a person. */
function authorOf({ account, role, name, credential }: Access): string {
  return account?.email ?? (role === null ? `${name} (${credential})` : name)
}

export function createAudit({ reader, writer, clock, log }: AuditDeps): MiddlewareHandler {
  const failures = createTries(FAILURES, clock)

  async function write(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    // What was done is done: whoever asked is told so, and the owner that it is written down nowhere.
    await writer.addAudit({ ...entry, at: clock() }).catch((error: unknown) => {
      log.error('a change is missing in the audit log', {
        action: entry.action,
        reason: reasonOf(error),
      })
    })
  }

  /** The ids in the path. A lead by another name is looked up first: afterwards it may be gone. */
  async function idsOf(c: Context): Promise<string[]> {
    const parts = c.req.path.split('/')
    const ids = parts.filter((part) => /^[a-z]{2}_\d{1,15}$/.test(part))
    const name = decoded(parts[parts.indexOf('leads') + 1] ?? '')
    if (!/^(email|user):/i.test(name)) return ids
    const access: Access | undefined = c.get('access')
    const site = access?.site ?? c.req.query('site')
    const lead = await reader.leadRef(name, { site })
    return lead.kind === 'found' ? [publicId('lead', lead.value), ...ids] : ids
  }

  return async (c, next) => {
    const found = actionOf(c)
    if (found === null) return next()
    const { action, isLedOn } = found
    const ids = await idsOf(c)
    await next()
    const { status, headers } = c.res
    const more = said.get(c) ?? {}
    const access: Access | undefined = c.get('access')
    const author = more.author ?? (access ? authorOf(access) : UNKNOWN)
    if (status === 401 && action === 'signed_in' && failures.take('') === 0) {
      await write({
        author: UNKNOWN,
        action: 'sign_in_failed',
        subject: null,
        detail: null,
        ...more,
      })
    }
    const isRepeated = headers.has('idempotent-replayed')
    if (status >= 400 || isRepeated || said.get(c) === null) return
    if (isLedOn && status < 300) return
    const made = status === 201 ? await madeBy(c.res) : null
    const [subject = null, detail = null] = made === null ? ids : [...ids, made]
    const entry = { author, action, subject, detail, ...more }
    await write({ ...entry, detail: entry.detail?.slice(0, MAX_DETAIL) ?? null })
  }
}

/** The action of the route that will answer; null for one that none is written down of. */
function actionOf(c: Context): { readonly action: string; readonly isLedOn: boolean } | null {
  if (c.req.method === 'HEAD') return null
  const names = matchedRoutes(c).map(({ method, path }) => routeName(method, path))
  const known = names.find((name) => Object.hasOwn(AUDITED, name))
  const entry = known === undefined ? undefined : AUDITED[known]
  if (entry === undefined || (typeof entry === 'object' && 'none' in entry)) return null
  return typeof entry === 'string'
    ? { action: entry, isLedOn: false }
    : { action: entry.ifLedOn, isLedOn: true }
}

/** A route as audit-routes.ts names it. */
export function routeName(method: string, path: string): string {
  return `${method} ${path.replace(/\{.*?\}/g, '')}`
}

/** The id of what an answer says was made, or the version of a model. */
async function madeBy(answer: Response): Promise<string | null> {
  if (!answer.headers.get('content-type')?.startsWith('application/json')) return null
  const { id, version }: { id?: unknown; version?: unknown } = await answer.clone().json()
  if (typeof id === 'string') return id
  return typeof version === 'number' ? `v${version}` : null
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return '' // no name of anybody: the route refuses it
  }
}
