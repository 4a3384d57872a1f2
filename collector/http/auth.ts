import { createHash, randomBytes } from 'node:crypto'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Admin } from '../engine.ts'
import type { Role, Scope } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { isFromOwnPage, isLinkFromElsewhere, isSafe, showsPages } from './own-page.ts'
import { refuse } from './refuse.ts'
import type { Veil } from './veil.ts'

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
  /** Of whoever signed in; null for a key. */
  readonly role: Role | null
  /** The account behind a session; null for a key, and for an owner by the admin key or a link. */
  readonly account: { readonly ref: number; readonly email: string } | null
}

export interface GuardedEnv {
  Variables: { access: Access }
}

export interface GuardDeps {
  readonly reader: Pick<InternalReader, 'key' | 'session'>
  readonly writer: Pick<Admin, 'seeSession'>
  readonly veil: Pick<Veil<object>, 'answerFor'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Whether the browser's side of this request is https; the same as the sign-in's. */
  readonly isHttps: (c: Context) => boolean
}

export interface Guard {
  /** Before `/api/*`: a key, or for a browser that has signed in the session. */
  readonly requireKey: MiddlewareHandler<GuardedEnv>
  /** Before the dashboard's pages. */
  readonly requireSession: MiddlewareHandler<GuardedEnv>
  /** Whether whoever was let in still would be; for answers that go on for long. */
  readonly isStillIn: (c: Context) => Promise<boolean>
}

const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['admin'],
  analyst: ['write'],
  viewer: ['read'],
}

/** What everybody may change who has signed in: their own password, and that they are signed in. */
const OWN_CHANGES: readonly string[] = ['POST /settings/password', 'POST /settings/sign-out']

/** How often it is written down that a session is in use. */
const SEEN_EVERY_MS = 5 * 60_000

/** What is posted only because it is long, and changes nothing. */
export const POSTED_READS: readonly string[] = ['POST /api/v1/model/simulate']

/** How somebody is named who signed in by the admin key or a link. */
export const OWNER = 'owner'

const RANK: Readonly<Record<Scope, number>> = { read: 1, write: 2, admin: 3 }

/** Whether this changes nothing but how the caller signs in. */
export function isOwnChange(c: Context): boolean {
  return OWN_CHANGES.includes(`${c.req.method} ${c.req.path}`)
}

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

export function createGuard({ reader, writer, veil, clock, isHttps }: GuardDeps): Guard {
  async function sessionOf(c: Context): Promise<Access | null> {
    const secret = getCookie(c, sessionCookie(isHttps(c)))
    if (!secret) return null
    const hash = hashSecret(secret)
    const now = clock()
    const session = await reader.session(hash, now)
    if (!session) return null
    if (now - session.seenAt > SEEN_EVERY_MS) {
      // While nothing can be written pages are still to be read; the session then ends the earlier.
      await writer.seeSession(hash, now).catch(() => {})
    }
    const { account } = session
    const role = account?.role ?? 'owner'
    const credential = `session:${Buffer.from(hash).toString('hex').slice(0, 16)}`
    const name = account?.email ?? OWNER
    return { scopes: SCOPES_OF[role], site: null, credential, name, role, account }
  }

  async function keyHolderOf(authorization: string): Promise<Access | null> {
    const [, secret] = /^Bearer +(\S.*)$/i.exec(authorization) ?? []
    if (!secret) return null
    const key = await reader.key(hashSecret(secret.trim()), clock())
    if (!key) return null
    const { id: credential, name, scopes, site } = key
    return { scopes, site, credential, name, role: null, account: null }
  }

  function letIn(c: Context<GuardedEnv>, access: Access, next: Next): Promise<void> {
    c.set('access', access)
    return veil.answerFor(access.role !== 'viewer', next)
  }

  return {
    async isStillIn(c) {
      const authorization = c.req.header('authorization')
      if (authorization !== undefined) return (await keyHolderOf(authorization)) !== null
      const secret = getCookie(c, sessionCookie(isHttps(c)))
      return Boolean(secret && (await reader.session(hashSecret(secret), clock())))
    },

    async requireKey(c, next) {
      if (c.get('access')) return next() // asked for before
      // A wrong key never falls back to the session: whoever sends a key means that key.
      const authorization = c.req.header('authorization')
      const byKey = authorization !== undefined
      const access = byKey ? await keyHolderOf(authorization) : await sessionOf(c)
      if (!access) {
        const why = byKey
          ? 'no key that works is called so: it is unknown, revoked or has ended'
          : undefined
        return refuse(c, 'unauthorized', why, { 'www-authenticate': 'Bearer' })
      }
      if (!byKey && !isSafe(c) && !isFromOwnPage(c, isHttps(c))) return refuse(c, 'cross_site')
      // Trying out models would tell a viewer, guess by guess, which addresses are known.
      const isPostedRead =
        access.role !== 'viewer' && POSTED_READS.includes(`${c.req.method} ${c.req.path}`)
      const isReading = isSafe(c) || isPostedRead
      if (!mayUse(access, isReading ? 'read' : 'write')) {
        return refuse(c, 'forbidden', `it needs scope ${isReading ? 'read' : 'write'}`)
      }
      return letIn(c, access, next)
    },

    async requireSession(c, next) {
      if (c.get('access')) return next()
      const access = await sessionOf(c)
      if (!access) return turnAway(c)
      if (!isSafe(c) && !isFromOwnPage(c, isHttps(c))) return refuse(c, 'cross_site')
      const isAllowed = isSafe(c) || isOwnChange(c) || mayUse(access, 'write')
      return isAllowed ? letIn(c, access, next) : refuse(c, 'forbidden', 'a viewer only reads')
    },
  }
}

/** The session cookie stays away from links of other sites; asked for by our own page, it is sent. */
const ONCE_MORE =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>Pique</title></head><body></body></html>'

function turnAway(c: Context): Response {
  if (!isSafe(c)) return refuse(c, 'forbidden', 'sign in first')
  if (!showsPages(c)) return refuse(c, 'unauthorized')
  c.header('cache-control', 'no-store')
  return isLinkFromElsewhere(c) ? c.html(ONCE_MORE) : c.redirect(loginHref(c), 303)
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
  const isOwn =
    origin === ANYWHERE && !path.startsWith('//') && !/^\/(login|logout|setup|welcome)\b/.test(path)
  return isOwn ? path : '/'
}
