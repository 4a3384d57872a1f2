import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie } from 'hono/cookie'
import { type LoginView, renderLogin } from '../dashboard/login.tsx'
import type { Admin } from '../engine.ts'
import { normalEmail } from '../ingest/text.ts'
import { publicId } from '../store/ids.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { audited, type Said } from './audit.ts'
import { hashSecret, mayUse, newSecret, OWNER, ownPath, sessionCookie } from './auth.ts'
import { fieldOf, MAX_FORM_BYTES, readForm } from './form.ts'
import { isForeign } from './own-page.ts'
import { BUSY_RETRY_S, type Passwords } from './passwords.ts'
import { refuse } from './refuse.ts'
import type { Entrance, Proof } from './session.ts'
import { createTries } from './tries.ts'
import { unkept } from './unkept.ts'

export interface SignInDeps {
  readonly writer: Pick<Admin, 'putSignIn' | 'takeLink'>
  readonly reader: Pick<InternalReader, 'key' | 'account'>
  readonly passwords: Pick<Passwords, 'isRight'>
  readonly entrance: Entrance
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
  /** `/login`, `/login/once` and `/logout`, which check for themselves who asks. */
  readonly routes: Hono
}

const LINK_MS = 24 * 3_600_000
const TRIES = { most: 10, windowMs: 15 * 60_000, maxNetworks: 10_000 }

const WRONG = 'The e-mail or the password did not match.'
const SPENT = 'This link was used before, or is older than a day. The admin key still signs you in.'
const TOO_MANY = 'Too many tries. Wait a few minutes, then try again.'
const BUSY = 'Too many people are signing in at once. Try again in a few seconds.'

/** Whom a password lets in: an account, or the owner by the admin key. */
type Who = { readonly account: number | null; readonly proof: Proof }

export function createSignIn(deps: SignInDeps): SignIn {
  const { writer, reader, passwords, entrance, clock, isHttps, addressOf } = deps
  const byAddress = createTries(TRIES, clock)
  const byAccount = createTries(TRIES, clock)
  const routes = new Hono()

  const page = (c: Context, status: 200 | 401 | 429 | 503, view: LoginView) =>
    c.html(renderLogin(view), status)

  /** Says in `c` how long whoever tried too often has to wait; 0 is no wait. */
  function isTired(c: Context, waitMs: number): boolean {
    if (waitMs > 0) c.header('retry-after', String(Math.ceil(waitMs / 1000)))
    return waitMs > 0
  }

  async function adminKeyOf(password: string) {
    const key = await reader.key(hashSecret(password.trim()), clock())
    return key !== null && key.site === null && mayUse(key, 'admin') ? key : null
  }

  /**
   * Every address takes the same road, known or not: neither the answer nor the time it takes tells
   * who has an account. The admin key is long enough not to be guessed, and whoever holds it gets in
   * while others wear out an account.
   */
  async function whoIs(email: string, password: string): Promise<Who | 'wrong' | 'busy' | number> {
    const key = await adminKeyOf(password)
    if (key) return { account: null, proof: { until: key.expiresAt } }
    if (email === '') return 'wrong'
    const waitMs = byAccount.take(`account ${email}`)
    if (waitMs > 0) return waitMs
    const known = await reader.account(email)
    const isRight = await passwords.isRight(password, known?.password ?? null)
    if (isRight === null) return 'busy'
    if (!isRight || !known) return 'wrong'
    byAccount.giveBack(`account ${email}`)
    return { account: known.ref, proof: { password: known.password } }
  }

  routes.use('/login/*', unkept)
  routes.use('/logout', unkept)
  routes.use(
    '/login',
    bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') }),
  )

  routes.get('/login', (c) => page(c, 200, { next: c.req.query('next') }))

  routes.get('/login/once', async (c) => {
    // Mail programs look at links with HEAD before a person does; looking spends nothing.
    if (c.req.method !== 'GET') return c.body(null, 200)
    if (isTired(c, byAddress.take(addressOf(c)))) return page(c, 429, { error: TOO_MANY })
    const token = c.req.query('token') ?? ''
    if (!(await writer.takeLink(hashSecret(token), clock()))) return page(c, 401, { error: SPENT })
    byAddress.giveBack(addressOf(c))
    await entrance.enter(c, null)
    audited(c, { author: OWNER, detail: 'with a link' })
    return c.redirect('/', 303)
  })

  routes.post('/login', async (c) => {
    if (isForeign(c, isHttps(c))) return refuse(c, 'cross_site')
    const form = await readForm(c)
    const [next, typed] = [fieldOf(form, 'next'), fieldOf(form, 'email')]
    const again = (status: 401 | 429 | 503, error: string) =>
      page(c, status, { error, next, typed })
    if (isTired(c, byAddress.take(addressOf(c)))) return again(429, TOO_MANY)
    const who = await whoIs(accountKey(typed), fieldOf(form, 'password'))
    if (who === 'wrong') {
      const known = await reader.account(accountKey(typed))
      audited(c, { subject: known ? publicId('account', known.ref) : null })
      return again(401, WRONG)
    }
    if (who === 'busy') {
      c.header('retry-after', BUSY_RETRY_S)
      return again(503, BUSY)
    }
    if (typeof who === 'number') {
      isTired(c, who)
      return again(429, TOO_MANY)
    }
    byAddress.giveBack(addressOf(c))
    await entrance.enter(c, who.account, who.proof)
    audited(c, signedIn(who, accountKey(typed)))
    return c.redirect(ownPath(next), 303)
  })

  routes.post('/logout', async (c) => {
    // A page that asks for no referrer hides its origin; what is signed out here is whoever has the
    // cookie, and no other site's form brings that along.
    const hidden = c.req.header('sec-fetch-site') ?? c.req.header('origin')
    if (hidden !== 'null' && isForeign(c, isHttps(c))) return refuse(c, 'cross_site')
    await entrance.leave(c)
    deleteCookie(c, sessionCookie(isHttps(c)), entrance.attributes(c))
    return c.redirect('/login', 303)
  })

  return {
    routes,
    async newLink(baseUrl) {
      const token = newSecret()
      const now = clock()
      const hash = hashSecret(token)
      const kind = 'link'
      await writer.putSignIn({ hash, kind, expiresAt: now + LINK_MS, seenAt: now, account: null })
      return `${baseUrl}/login/once?token=${token}`
    },
  }
}

function signedIn({ account }: Who, email: string): Said {
  if (account === null) return { author: OWNER, detail: 'with the admin key' }
  return { author: email, subject: publicId('account', account) }
}

/** What stands for an account while it is tried; text that is no address is tried like one. */
function accountKey(text: string): string {
  return normalEmail(text) ?? text.trim().toLowerCase().slice(0, 256)
}
