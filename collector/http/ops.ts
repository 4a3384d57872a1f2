import { type Context, Hono } from 'hono'
import type { Metrics } from '../metrics.ts'
import type { Guard, GuardedEnv } from './auth.ts'
import { socketAddress } from './collect.ts'
import { refuse } from './refuse.ts'
import { unkept } from './unkept.ts'

export interface OpsDeps {
  /** What the store answered when its durability was asked for; see RELIABILITY in the README. */
  readonly settings: () => Promise<Readonly<Record<string, string | number>>>
  readonly waiting: () => number
  /** Whether the collector stops, or its store failed for good. */
  readonly condition: () => Condition
  /** Null where that can't be told. */
  readonly disk: () => Promise<{
    readonly walBytes: number | null
    readonly freeBytes: number | null
  }>
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  readonly guard: Pick<Guard, 'requireKey'>
}

export type Condition = 'running' | 'draining' | 'store_failed'

/**
 * For supervisors: `/healthz` says that the process answers, `/readyz` that the store does, or in a word why not;
 * `/metrics` counts. That one is open to the machine itself, and to a key that may read.
 */
export function createOpsRoutes(deps: OpsDeps): Hono<GuardedEnv> {
  const { settings, waiting, condition, disk, metrics, guard } = deps
  const unready = (c: Context, reason: string) => c.json({ ready: false, reason }, 503)
  const app = new Hono<GuardedEnv>()
  app.use('/healthz', unkept).use('/readyz', unkept).use('/metrics', unkept)
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/readyz', async (c) => {
    const now = condition()
    if (now !== 'running') return unready(c, now)
    try {
      const [store, { walBytes, freeBytes }] = await Promise.all([settings(), disk()])
      const room = { wal_bytes: walBytes, free_bytes: freeBytes }
      return c.json({ ready: true, store, waiting: waiting(), ...room })
    } catch (error) {
      return unready(c, isDiskFull(error) ? 'disk_full' : 'store_unavailable')
    }
  })
  app.use('/metrics', async (c, next) => (isOwnMachine(c) ? next() : guard.requireKey(c, next)))
  app.get('/metrics', async (c) => {
    // Numbers of the whole instance: no key of one site may see them. There is none on the own machine.
    const access: GuardedEnv['Variables']['access'] | undefined = c.get('access')
    if (access && access.site !== null) return refuse(c, 'forbidden')
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
  })
  return app
}

const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']
const LOOPBACK = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * Whether a program on this machine asks, and asks for itself: no proxy sent it, and the host it names is
 * this one, which a page of somewhere else that had its name point here can't say.
 */
function isOwnMachine(c: Context): boolean {
  return (
    LOOPBACK.test(socketAddress(c)) &&
    LOOPBACK_HOST.test(c.req.header('host') ?? '') &&
    FORWARDED.every((name) => c.req.header(name) === undefined)
  )
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /SQLITE_FULL|disk is (nearly )?full/.test(error.message)
}
