import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Admin } from '../engine.ts'
import type { ApiEnv } from './api-route.ts'
import { POSTED_READS } from './auth.ts'
import { isSafe } from './own-page.ts'
import { refuse } from './refuse.ts'

/**
 * `Idempotency-Key`: a write sent again, by the same credential to the same path within a day, does
 * nothing and gets the first answer. Only answers that changed something are kept; what was refused
 * may be corrected and sent again.
 *
 * Kept in the store, after the write and before it is answered: only a crash between the two lets a
 * repeat write twice. An answer may show a new key or a name, so it is sealed with what the sender
 * proved to be by: a stolen store opens none. Erasing somebody drops them all.
 */

interface Answer {
  /** Of the query and the body. */
  readonly fingerprint: string
  readonly status: number
  readonly body: string
  readonly type: string
}
interface Underway {
  readonly fingerprint: string
  /** Null when there was nothing worth keeping. */
  readonly answer: Promise<Answer | null>
}

const KEPT_MS = 24 * 3_600_000

export interface Answers {
  readonly remember: MiddlewareHandler<ApiEnv>
}

export interface AnswersDeps {
  readonly writer: Pick<Admin, 'keepAnswer' | 'keptAnswer'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export function rememberAnswers({ writer, clock }: AnswersDeps): Answers {
  /** What is being done now, so that of several at once one does it. */
  const underway = new Map<string, Underway>()

  const remember: Answers['remember'] = async (c, next) => {
    const key = c.req.header('idempotency-key')
    const isRead = isSafe(c) || POSTED_READS.includes(`${c.req.method} ${c.req.path}`)
    if (key === undefined || isRead) return next()
    const { method, path } = c.req
    const name = JSON.stringify([c.get('access').credential, method, path, key])
    const fingerprint = createHash('sha256')
      .update(new URL(c.req.url).search)
      .update('\n')
      .update(await c.req.text())
      .digest('base64')

    for (let known = underway.get(name); known; known = underway.get(name)) {
      if (known.fingerprint !== fingerprint) return refuse(c, 'idempotency_conflict')
      const answer = await known.answer
      if (answer) return replayed(answer)
    }

    let settle = (_answer: Answer | null) => {}
    const answer = new Promise<Answer | null>((resolve) => {
      settle = resolve
    })
    underway.set(name, { fingerprint, answer })
    let done: Answer | null = null
    try {
      const startedAt = clock()
      const seal = createSeal(secretOf(c), name)
      const kept = seal.open(await writer.keptAnswer(seal.name, startedAt))
      if (kept) {
        if (kept.fingerprint !== fingerprint) return refuse(c, 'idempotency_conflict')
        done = kept
        return replayed(kept)
      }
      await next()
      if (c.res.ok) {
        const type = c.res.headers.get('content-type') ?? ''
        done = { fingerprint, status: c.res.status, body: await c.res.clone().text(), type }
        const sealed = seal.close(done)
        const until = startedAt + KEPT_MS
        // It is done, and to be answered as done, even where that can't be remembered.
        await writer.keepAnswer({ name: seal.name, sealed, startedAt, until }).catch(() => {})
      }
    } finally {
      underway.delete(name)
      settle(done)
    }
  }
  return { remember }
}

function replayed({ status, body, type }: Answer): Response {
  return new Response(body === '' ? null : body, {
    status,
    headers: {
      ...(type !== '' && { 'content-type': type }),
      'cache-control': 'no-store',
      'idempotent-replayed': 'true',
    },
  })
}

/** What the sender has shown to be let in by: 256 bits of chance, or an owner's long text. */
function secretOf(c: Context): string {
  const authorization = c.req.header('authorization')
  if (authorization !== undefined) return authorization.replace(/^\S+ +/, '').trim()
  return getCookie(c, '__Host-pique') ?? getCookie(c, 'pique') ?? ''
}

const CIPHER = 'aes-256-gcm'
const [IV_BYTES, TAG_BYTES] = [12, 16]

function createSeal(secret: string, said: string) {
  const name = createHash('sha256').update(said).digest()
  const key = Buffer.from(hkdfSync('sha256', secret, name, 'pique answer', 32))
  return {
    name,
    close(answer: Answer): Uint8Array {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, key, iv)
      const text = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), text])
    },
    /** Null for nothing, and for what another secret sealed. */
    open(sealed: Uint8Array | null): Answer | null {
      if (!sealed) return null
      const bytes = Buffer.from(sealed)
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      try {
        const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
        return JSON.parse(Buffer.concat([text, decipher.final()]).toString())
      } catch {
        return null
      }
    },
  }
}
