import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { renderLogin } from '../dashboard/login.tsx'
import type { Admin } from '../engine.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { hashSecret, mayUse, newSecret, originOf, ownPath, sessionCookie } from './auth.ts'
import { refuse } from './refuse.ts'
import { createTries } from './tries.ts'

export interface SignInDeps {
  readonly writer: Pick<Admin, 'putSignIn' | 'takeLink' | 'removeSignIn'>
  readonly reader: Pick<InternalReader, 'key'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Whether the browser's side of this request is https; the same as the guard's. */
  readonly isHttps: (c: Context) => boolean
  /** The caller's address, as far as proxies are trusted. */
  readonly addressOf: (c: Context) => string
}

export interface SignIn {
  /** A link that signs in once, as owner, within a day. Only its hash is kept. */
  newLink(baseUrl: string): Promise<string>
  /** `/login`, `/login/once` and `/logout`, to stand in front of the guard. */
  readonly routes: Hono
}

const LINK_MS = 24 * 3_600_000
const SESSION_MS = 7 * 24 * 3_600_000
const TRIES = { most: 10, windowMs: 15 * 60_000, maxNetworks: 10_000 }
const MAX_FORM_BYTES = 16 * 1024

const WRONG = 'That did not match. The admin key is the password.'
const SPENT = 'This link was used before, or is older than a day. The admin key still signs you in.'
const TOO_MANY = 'Too many tries from your address. Wait a few minutes, then try again.'

export function createSignIn(deps: SignInDeps): SignIn {
  const { writer, reader, clock, isHttps, addressOf } = deps
  const tries = createTries(TRIES, clock)
  const routes = new Hono()

  const page = (c: Context, status: 200 | 401 | 429, error?: string, next?: string) =>
    c.html(renderLogin({ error, next }), status)

  /** A new session at every sign-in, so that a planted one is worth nothing. */
  async function enter(c: Context, next: string): Promise<Response> {
    await leave(c)
    const session = newSecret()
    const now = clock()
    const hash = hashSecret(session)
    await writer.putSignIn({ hash, kind: 'session', expiresAt: now + SESSION_MS, seenAt: now })
    // Lax, not Strict: a link clicked in a mail starts at another site, and the page it leads to
    // must be signed in already. What changes anything asks for more than the cookie.
    setCookie(c, sessionCookie(isHttps(c)), session, {
      ...cookieAttributes(c),
      maxAge: SESSION_MS / 1000,
    })
    tries.clear(addressOf(c))
    return c.redirect(next, 303)
  }

  async function leave(c: Context): Promise<void> {
    const old = getCookie(c, sessionCookie(isHttps(c)))
    if (old) await writer.removeSignIn(hashSecret(old))
  }

  const cookieAttributes = (c: Context) =>
    ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isHttps(c) }) as const

  /** Whether this caller has tried too often; says so in `c` when it has. */
  function isTired(c: Context): boolean {
    const waitMs = tries.take(addressOf(c))
    if (waitMs > 0) c.header('retry-after', String(Math.ceil(waitMs / 1000)))
    return waitMs > 0
  }

  async function isAdminKey(password: string): Promise<boolean> {
    const key = await reader.key(hashSecret(password))
    return key !== null && key.site === null && mayUse(key, 'admin')
  }

  routes.use('/login/*', unkept)
  routes.use('/logout', unkept)
  routes.use(
    '/login',
    bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') }),
  )

  routes.get('/login', (c) => page(c, 200, undefined, c.req.query('next')))

  routes.get('/login/once', async (c) => {
    // Mail programs look at links with HEAD before a person does; looking spends nothing.
    if (c.req.method !== 'GET') return c.body(null, 200)
    if (isTired(c)) return page(c, 429, TOO_MANY)
    const token = c.req.query('token') ?? ''
    const isGood = await writer.takeLink(hashSecret(token), clock())
    return isGood ? enter(c, '/') : page(c, 401, SPENT)
  })

  routes.post('/login', async (c) => {
    if (isForeign(c, isHttps(c))) return refuse(c, 'cross_site')
    const { password, next } = await readForm(c)
    if (isTired(c)) return page(c, 429, TOO_MANY, next)
    // Any e-mail takes the same road, so the answer tells nothing about who is known.
    return (await isAdminKey(password)) ? enter(c, ownPath(next)) : page(c, 401, WRONG, next)
  })

  routes.post('/logout', async (c) => {
    if (isForeign(c, isHttps(c))) return refuse(c, 'cross_site')
    await leave(c)
    deleteCookie(c, sessionCookie(isHttps(c)), cookieAttributes(c))
    return c.redirect('/login', 303)
  })

  return {
    routes,
    async newLink(baseUrl) {
      const token = newSecret()
      const now = clock()
      const hash = hashSecret(token)
      await writer.putSignIn({ hash, kind: 'link', expiresAt: now + LINK_MS, seenAt: now })
      return `${baseUrl}/login/once?token=${token}`
    },
  }
}

/** Pages that carry secrets in their address or answer are neither kept nor told to others. */
async function unkept(c: Context, next: () => Promise<void>): Promise<void> {
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'no-referrer')
  await next()
}

/**
 * Another site sent this form. `Origin: null` proves nothing: our own pages send it too, because
 * they ask for no referrer, and over plain http a browser says nothing more. Signing in needs the
 * key and signing out the Lax cookie, which another site has neither of.
 */
function isForeign(c: Context, https: boolean): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = c.req.header('origin')
  return origin !== undefined && origin !== 'null' && origin !== originOf(c, https)
}

/** The fields of the form, or of the same as JSON; whatever can't be read is empty. */
async function readForm(c: Context): Promise<{ password: string; next: string }> {
  const isJson = c.req.header('content-type')?.startsWith('application/json')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => null)
  const field = (name: string): string => {
    const value: unknown = typeof body === 'object' && body ? Reflect.get(body, name) : undefined
    return typeof value === 'string' ? value : ''
  }
  return { password: field('password').trim(), next: field('next') }
}
