import { Hono } from 'hono'

export interface OpsDeps {
  /** What the store answered when its durability was asked for; see RELIABILITY in the README. */
  readonly settings: () => Promise<Readonly<Record<string, string | number>>>
  readonly waiting: () => number
}

/** For supervisors: `/healthz` says that the process answers, `/readyz` that the store does. */
export function createOpsRoutes({ settings, waiting }: OpsDeps): Hono {
  return new Hono()
    .get('/healthz', (c) => {
      c.header('cache-control', 'no-store')
      return c.json({ ok: true })
    })
    .get('/readyz', async (c) => {
      c.header('cache-control', 'no-store')
      try {
        return c.json({ ready: true, store: await settings(), waiting: waiting() })
      } catch {
        return c.json({ ready: false }, 503)
      }
    })
}
