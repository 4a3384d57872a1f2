import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Admin } from '../engine.ts'
import { hashSecret, newSecret, sessionCookie } from './auth.ts'

/** How a browser comes in and goes out: the session cookie, 256 bits of chance, kept as its hash. */
export interface Entrance {
  /** Begins a session; whatever session the browser had is over, so a planted one is worth nothing. */
  enter(c: Context, account: number | null, proof?: Proof): Promise<void>
  /** Ends the browser's session. */
  leave(c: Context): Promise<void>
  attributes(c: Context): {
    readonly path: '/'
    readonly httpOnly: true
    readonly sameSite: 'Strict'
    readonly secure: boolean
  }
}

/** What somebody was let in for. */
export interface Proof {
  /** The session ends then at the latest, because what it was begun with does. */
  readonly until?: number | null
  /** As the account had it when it was checked: with another by now, the session is worth nothing. */
  readonly password?: string | undefined
}

export interface EntranceDeps {
  readonly writer: Pick<Admin, 'putSignIn' | 'removeSignIn'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly isHttps: (c: Context) => boolean
}

/** A session ends then, however much it is used. */
const SESSION_MS = 7 * 24 * 3_600_000

export function createEntrance({ writer, clock, isHttps }: EntranceDeps): Entrance {
  // Strict: nothing that starts at another site brings the session along; see the guard for links.
  const attributes: Entrance['attributes'] = (c) => ({
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isHttps(c),
  })

  async function leave(c: Context): Promise<void> {
    const old = getCookie(c, sessionCookie(isHttps(c)))
    if (old) await writer.removeSignIn(hashSecret(old))
  }

  return {
    attributes,
    leave,
    async enter(c, account, { until = null, password } = {}) {
      await leave(c)
      const session = newSecret()
      const now = clock()
      await writer.putSignIn({
        hash: hashSecret(session),
        kind: 'session',
        expiresAt: Math.min(now + SESSION_MS, until ?? Number.POSITIVE_INFINITY),
        seenAt: now,
        account,
        password,
      })
      setCookie(c, sessionCookie(isHttps(c)), session, {
        ...attributes(c),
        maxAge: SESSION_MS / 1000,
      })
    },
  }
}
