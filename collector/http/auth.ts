import { createHash, randomBytes } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Scope } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { refuse } from './refuse.ts'

/**
 * Who may do what. Secrets are 256 bits of chance or an owner's long text; they are looked up by
 * their SHA-256, so nothing compares a secret letter by letter and a stolen store opens no door.
 */

/** What a caller may do, and where. */
export interface Access {
  readonly scopes: readonly Scope[]
  /** The one site a bound key knows; null for all of them. */
  readonly site: string | null
  /** Names the key or session, without its secret. */
  readonly credential: string
  /** Who that is, for what is written down of whoever did something. */
  readonly name: string
}

export interface GuardedEnv {
  Variables: { access: Access }
}

export interface GuardDeps {
  readonly reader: Pick<InternalReader, 'key' | 'isSignedIn'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Whether the browser's side of this request is https; the same as the sign-in's. */
  readonly isHttps: (c: Context) => boolean
}

export interface Guard {
  /** Before `/api/*`: a key, or for an owner's browser the session. */
  readonly requireKey: MiddlewareHandler<GuardedEnv>
  /** Before the dashboard's pages. */
  readonly requireSession: MiddlewareHandler<GuardedEnv>
}

/** What is posted only because it is long, and changes nothing. */
const POSTED_READS: readonly string[] = ['POST /api/v1/model/simulate']

/** How somebody is named who signed in, which only the owner can. */
const OWNER = 'owner'

const RANK: Readonly<Record<Scope, number>> = { read: 1, write: 2, admin: 3 }

export function hashSecret(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** 256 random bits, safe in a URL. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The prefix lets secret scanners know a leaked key. */
export function newApiKey(): string {
  return `pq_live_${newSecret()}`
}

/** `admin` may do everything, and who may write may read. */
export function mayUse(access: Pick<Access, 'scopes'>, needed: Scope): boolean {
  return access.scopes.some((scope) => RANK[scope] >= RANK[needed])
}

/** `__Host-` keeps other hosts of the domain from planting a session; browsers take it over https alone. */
export function sessionCookie(isHttps: boolean): string {
  return isHttps ? '__Host-pique' : 'pique'
}

function isSafe(c: Context): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD'
}

export function originOf(c: Context, isHttps: boolean): string {
  return `${isHttps ? 'https' : 'http'}://${new URL(c.req.url).host}`
}

/** A page of this very origin sent the request; without a sign of it, no. */
function isFromOwnPage(c: Context, isHttps: boolean): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  return c.req.header('origin') === originOf(c, isHttps)
}

export function createGuard({ reader, clock, isHttps }: GuardDeps): Guard {
  async function ownerOf(c: Context): Promise<Access | null> {
    const session = getCookie(c, sessionCookie(isHttps(c)))
    if (!session) return null
    const hash = hashSecret(session)
    if (!(await reader.isSignedIn(hash, clock()))) return null
    const credential = `session:${Buffer.from(hash).toString('hex').slice(0, 16)}`
    return { scopes: ['admin'], site: null, credential, name: OWNER }
  }

  async function keyHolderOf(authorization: string): Promise<Access | null> {
    const [, secret] = /^Bearer +(\S.*)$/i.exec(authorization) ?? []
    if (!secret) return null
    const key = await reader.key(hashSecret(secret.trim()))
    return key && { scopes: key.scopes, site: key.site, credential: key.id, name: key.name }
  }

  return {
    async requireKey(c, next) {
      // A wrong key never falls back to the session: whoever sends a key means that key.
      const authorization = c.req.header('authorization')
      const byKey = authorization !== undefined
      const access = byKey ? await keyHolderOf(authorization) : await ownerOf(c)
      if (!access) return refuse(c, 'unauthorized', undefined, { 'www-authenticate': 'Bearer' })
      if (!byKey && !isSafe(c) && !isFromOwnPage(c, isHttps(c))) return refuse(c, 'cross_site')
      const isReading = isSafe(c) || POSTED_READS.includes(`${c.req.method} ${c.req.path}`)
      if (!mayUse(access, isReading ? 'read' : 'write')) return refuse(c, 'forbidden')
      c.set('access', access)
      return next()
    },

    async requireSession(c, next) {
      const access = await ownerOf(c)
      if (!access && isSafe(c)) return c.redirect(loginHref(c), 303)
      if (!access) return refuse(c, 'forbidden', 'sign in first')
      if (!isSafe(c) && !isFromOwnPage(c, isHttps(c))) return refuse(c, 'cross_site')
      c.set('access', access)
      return next()
    },
  }
}

function loginHref(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  const next = ownPath(pathname + search)
  return next === '/' ? '/login' : `/login?${new URLSearchParams({ next })}`
}

const ANYWHERE = 'http://pique.invalid'

/** A path of the dashboard to go to; `/` for anything that a browser could read as another host. */
export function ownPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || !URL.canParse(wanted, ANYWHERE)) {
    return '/'
  }
  const { origin, pathname, search } = new URL(wanted, ANYWHERE)
  const path = pathname + search
  // Judged after normalising: "/.//host" is harmless as written and "//host" as resolved.
  const isOwn = origin === ANYWHERE && !path.startsWith('//') && !/^\/(login|logout)\b/.test(path)
  return isOwn ? path : '/'
}
