import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { renderSpent, renderWelcome } from '../dashboard/welcome.tsx'
import type { Admin } from '../engine.ts'
import { normalEmail } from '../ingest/text.ts'
import { publicId } from '../store/ids.ts'
import type { Invitation } from '../store/sqlite/read/accounts.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { audited } from './audit.ts'
import { hashSecret, newSecret } from './auth.ts'
import { fieldOf, MAX_FORM_BYTES, readForm } from './form.ts'
import { isForeign } from './own-page.ts'
import { passwordProblem } from './password-rules.ts'
import { BUSY_RETRY_S, type Passwords } from './passwords.ts'
import { refuse } from './refuse.ts'
import type { Entrance } from './session.ts'
import { unkept } from './unkept.ts'

export interface FirstAccountDeps {
  readonly writer: Pick<Admin, 'setUp' | 'welcome' | 'putSignIn'>
  readonly reader: Pick<InternalReader, 'invitation' | 'accounts'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly entrance: Pick<Entrance, 'enter'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly isHttps: (c: Context) => boolean
  /** There is an account now, and the link that makes the first is worth nothing. */
  readonly onAccount: () => void
}

export interface FirstAccount {
  /** A link that makes the first account, once, within a day; null where there is one already. */
  newSetup(baseUrl: string): Promise<string | null>
  /** `/setup` and `/welcome`; a secret that is not good leads to a page that says so. */
  readonly routes: Hono
}

const TOKEN_MS = 24 * 3_600_000
const NO_EMAIL = 'That is no e-mail address; expected one such as you@example.com.'
const BUSY = 'Too many passwords are being set at once. Try again in a few seconds.'

/** What a good secret led to: a session for this account; or the secret was used meanwhile. */
type Made =
  | { readonly account: number | null; readonly email: string }
  | { readonly problem: string }
  | 'busy'

/**
 * No account comes with the product. The first one is made with a secret that only whoever started
 * the collector has seen; further ones choose their password with one that an owner handed them.
 */
export function createFirstAccount(deps: FirstAccountDeps): FirstAccount {
  const { writer, reader, passwords, entrance, clock, isHttps, onAccount } = deps
  const routes = new Hono()

  async function make(invitation: Invitation, hash: Uint8Array, c: Context): Promise<Made> {
    const form = await readForm(c)
    const isFirst = invitation.kind === 'setup'
    const email = isFirst ? normalEmail(fieldOf(form, 'email')) : invitation.email
    if (email === null) return { problem: NO_EMAIL }
    const password = fieldOf(form, 'password')
    const problem = passwordProblem(password, email)
    if (problem !== null) return { problem }
    const kept = await passwords.hash(password)
    if (kept === null) return 'busy'
    const now = clock()
    const token = { hash, now }
    if (!isFirst) return { account: await writer.welcome(kept, token), email }
    const owner = { email, role: 'owner', password: kept, createdAt: now } as const
    return { account: await writer.setUp(owner, token), email }
  }

  async function answer(c: Context, kind: Invitation['kind']): Promise<Response> {
    const token = c.req.query('token') ?? ''
    const hash = hashSecret(token)
    const invitation = await reader.invitation(hash, clock())
    if (invitation?.kind !== kind) return c.html(renderSpent(kind), 404)
    const action = `/${kind}?token=${token}`
    const email = invitation.kind === 'setup' ? null : invitation.email
    if (c.req.method !== 'POST') return c.html(renderWelcome({ action, email }))
    if (isForeign(c, isHttps(c))) return refuse(c, 'cross_site')
    const made = await make(invitation, hash, c)
    if (made === 'busy') {
      c.header('retry-after', BUSY_RETRY_S)
      return c.html(renderWelcome({ action, email, error: BUSY }), 503)
    }
    if ('problem' in made) {
      const typed = fieldOf(await readForm(c), 'email')
      return c.html(renderWelcome({ action, email, error: made.problem, typed }), 400)
    }
    if (made.account === null) return c.html(renderSpent(kind), 404)
    onAccount()
    await entrance.enter(c, made.account)
    audited(c, { author: made.email, subject: publicId('account', made.account) })
    return c.redirect('/', 303)
  }

  const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') })
  for (const kind of ['setup', 'welcome'] as const) {
    routes.use(`/${kind}`, unkept, limit)
    routes.get(`/${kind}`, (c) => answer(c, kind))
    routes.post(`/${kind}`, (c) => answer(c, kind))
  }

  return {
    routes,
    async newSetup(baseUrl) {
      if ((await reader.accounts()).length > 0) return null
      const { secret, signIn } = newToken('setup', null, clock())
      await writer.putSignIn(signIn)
      return `${baseUrl}/setup?token=${secret}`
    },
  }
}

/** A link with which the holder of an account sets the password, once, within a day. */
export async function newWelcome(
  writer: Pick<Admin, 'putSignIn'>,
  { account, baseUrl, now }: { account: number; baseUrl: string; now: number },
): Promise<string> {
  const { secret, signIn } = newToken('welcome', account, now)
  await writer.putSignIn(signIn)
  return `${baseUrl}/welcome?token=${secret}`
}

function newToken(kind: 'setup' | 'welcome', account: number | null, now: number) {
  const secret = newSecret()
  const hash = hashSecret(secret)
  return { secret, signIn: { hash, kind, expiresAt: now + TOKEN_MS, seenAt: now, account } }
}
