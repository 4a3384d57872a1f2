import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-route.ts'
import { refuse } from './refuse.ts'

/**
 * `Idempotency-Key`: a write sent again, by the same credential to the same path within a day, does
 * nothing and gets the first answer. Only answers that changed something are kept; what was refused
 * may be corrected and sent again. Kept in memory, so a restart forgets.
 */

interface Answer {
  readonly status: number
  readonly body: string
  readonly type: string
}
interface Remembered {
  readonly fingerprint: string
  readonly until: number
  /** Null when there was nothing worth keeping. */
  readonly answer: Promise<Answer | null>
}

const KEPT_MS = 24 * 3_600_000
const MAX_KEPT = 10_000

export interface Answers {
  readonly remember: MiddlewareHandler<ApiEnv>
  /** Forgets all of them. */
  forget(): void
}

export function rememberAnswers(clock: () => number): Answers {
  // In order of age, so the oldest is forgotten first.
  const kept = new Map<string, Remembered>()

  function forgetOld(now: number): void {
    for (const [name, { until }] of kept) {
      if (until > now && kept.size < MAX_KEPT) return
      kept.delete(name)
    }
  }

  const remember: Answers['remember'] = async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (key === undefined || c.req.method !== 'POST') return next()
    const name = JSON.stringify([c.get('access').credential, c.req.path, key])
    const fingerprint = createHash('sha256')
      .update(new URL(c.req.url).search)
      .update('\n')
      .update(await c.req.text())
      .digest('base64')

    forgetOld(clock())
    for (let known = kept.get(name); known; known = kept.get(name)) {
      if (known.fingerprint !== fingerprint) return refuse(c, 'idempotency_conflict')
      const answer = await known.answer
      if (answer) {
        return new Response(answer.body, {
          status: answer.status,
          headers: {
            'content-type': answer.type,
            'cache-control': 'no-store',
            'idempotent-replayed': 'true',
          },
        })
      }
    }

    let settle = (_answer: Answer | null) => {}
    const answer = new Promise<Answer | null>((resolve) => {
      settle = resolve
    })
    kept.set(name, { fingerprint, until: clock() + KEPT_MS, answer })
    let done: Answer | null = null
    try {
      await next()
      if (c.res.ok) {
        const type = c.res.headers.get('content-type') ?? 'application/json'
        done = { status: c.res.status, body: await c.res.clone().text(), type }
      }
    } finally {
      if (!done) kept.delete(name)
      settle(done)
    }
  }
  return { remember, forget: () => kept.clear() }
}
