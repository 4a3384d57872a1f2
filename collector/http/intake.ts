import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Admin, Engine } from '../engine.ts'
import { isDeeper } from '../ingest/json-depth.ts'
import { bodiesOf, byPerson } from '../intake/deliveries.ts'
import { readMailEvents } from '../intake/mail-events.ts'
import { createOnce, isProven, mailgunSignature } from '../intake/verify.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { refuse } from './refuse.ts'

export interface IntakeDeps {
  readonly collect: Engine['collect']
  readonly writer: Pick<Admin, 'intakeOf'>
  /** Sees addresses: it is asked whether they are known, and none is answered. */
  readonly reader: Pick<InternalReader, 'knownPeople'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const MAX_BODY_BYTES = 1024 * 1024
const MAX_DEPTH = 20
const MOST_EVENTS = 5_000
/** Deliveries that wait for the writer at once, so that a large body does not crowd out visitors. */
const AT_ONCE = 100

/**
 * `POST /hooks/{token}`: providers of e-mail tell here what became of it. What is not signed as the provider
 * signs it is answered 401 and leaves nothing. Of people that nobody knows nothing is kept, unless the owner
 * wants leads of them. 503 asks to be told again, which is safe.
 */
export function createIntakeRoutes({ collect, writer, reader, clock }: IntakeDeps): Hono {
  const app = new Hono()
  const once = createOnce()
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => refuse(c, 'hook_too_large') })

  app.post('/hooks/:token', limit, async (c) => {
    const token = c.req.param('token')
    const intake = /^[0-9a-f]{32}$/.test(token) ? await orNull(() => writer.intakeOf(token)) : null
    if (intake === BUSY) return busy(c)
    if (intake === null) return refuse(c, 'not_found')
    const { provider, secret, settings, site, siteKey } = intake
    const body = await c.req.text()
    const now = clock()
    const sent = { header: (name: string) => c.req.header(name), body, now }
    if (!isProven(provider, secret, sent)) return refuse(c, 'hook_unproven')
    const signed = provider === 'mailgun' ? mailgunSignature(body) : null
    if (signed && !once.takes(`${token} ${signed.token}`, body)) return refuse(c, 'hook_unproven')

    const read = jsonOf(body)
    if (read === undefined) return refuse(c, 'not_json')
    const { events, others } = readMailEvents(provider, read, settings, now)
    if (events.length > MOST_EVENTS) return refuse(c, 'hook_too_large')
    const people = byPerson(events)
    const whos = people.map(({ who }) => who)
    const known = settings.createsLeads
      ? whos.map(() => true)
      : await reader.knownPeople(site, whos)
    const taken = people.filter((_, i) => known[i])
    const bodies = taken.flatMap((one) => bodiesOf(one, { site: siteKey, provider }))
    const total = { accepted: 0, duplicates: 0, ignored: 0, rejected: 0 }
    for (let i = 0; i < bodies.length; i += AT_ONCE) {
      const raw = { receivedAt: now, userAgent: '', origin: null, address: '', isTrusted: true }
      const some = bodies.slice(i, i + AT_ONCE).map((text) => collect({ ...raw, body: text }))
      for (const { status, body: answer } of await Promise.all(some)) {
        // What was taken before is known when it is told again.
        if (status !== 202) return busy(c)
        const { accepted, duplicates, ignored, rejected } = JSON.parse(answer)
        total.accepted += accepted
        total.duplicates += duplicates
        total.ignored += ignored
        total.rejected += rejected.length
      }
    }
    const told = taken.reduce((sum, one) => sum + one.events.length, 0)
    total.ignored += events.length - told + others
    return c.json(total, 202, { 'cache-control': 'no-store' })
  })
  app.all('/hooks/:token', (c) =>
    refuse(c, 'method_not_allowed', 'it takes POST', { allow: 'POST' }),
  )
  return app
}

const BUSY = Symbol('the store is busy')

async function orNull<T>(ask: () => Promise<T>): Promise<T | typeof BUSY> {
  return ask().catch((): typeof BUSY => BUSY)
}

function busy(c: Context) {
  return refuse(c, 'overloaded', undefined, { 'retry-after': '5' })
}

function jsonOf(text: string): unknown {
  if (isDeeper(text, MAX_DEPTH)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON
  }
}
