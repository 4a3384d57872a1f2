import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { PageChecks } from '../dashboard/page-checks.ts'
import { presentCheck } from '../dashboard/present-check.ts'
import type { Reader } from '../store/reader.ts'
import { refuse } from './refuse.ts'

export interface VerifyDeps {
  readonly checks: Pick<PageChecks, 'answer'>
  readonly reader: Pick<Reader, 'sites'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly publicUrl: (c: Context) => string
}

const MAX_BODY_BYTES = 8 * 1024
const MAX_KEY = 200
const MAX_PAGE = 2048

/** What can't be read is as good as unsaid: a tag of another version must still be able to answer. */
const flag = z.boolean().nullable().catch(null)
const answerBody = z.object({
  token: z.string().min(1),
  site: z
    .string()
    .transform((key) => key.slice(0, MAX_KEY))
    .nullable()
    .catch(null),
  page: z.string().transform(pageOf).nullable().catch(null),
  consent: z.enum(['granted', 'pending', 'denied']).nullable().catch(null),
  storage: z.enum(['cookie', 'none']).nullable().catch(null),
  stores: flag,
  gpc: flag,
  dnt: flag,
  ignored: flag,
  excluded: flag,
  auto: flag,
  collects: flag,
})

/**
 * `POST /verify`: a tag that was asked by `#pique-verify=TOKEN` answers here, from any page, and
 * gets one sentence to show there. Whoever has no token learns nothing and changes nothing.
 */
export function createVerifyRoutes({ checks, reader, clock, publicUrl }: VerifyDeps): Hono {
  const app = new Hono()
  app.use('/verify', async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined) c.header('access-control-allow-origin', origin)
    c.header('vary', 'Origin')
    c.header('cache-control', 'no-store')
    await next()
  })
  app.use(
    '/verify',
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => refuse(c, 'check_too_large') }),
  )
  app.post('/verify', async (c) => {
    const read = readJson(await c.req.text())
    if (!read.ok) return refuse(c, 'not_json')
    const body = answerBody.safeParse(read.value)
    if (!body.success) return refuse(c, 'invalid_request', '`token` is needed')
    const { token, ...answer } = body.data
    const check = checks.answer(token, answer)
    if (!check) return refuse(c, 'unknown_check')
    const collector = publicUrl(c)
    const { words } = presentCheck({ check, sites: await reader.sites(), collector, now: clock() })
    return c.json({ ok: true, words })
  })
  return app
}

type ReadJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

function readJson(text: string): ReadJson {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

/** Origin and path of a web page; a query may hold what is nobody's business. */
function pageOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { origin, pathname, protocol } = new URL(text)
  return /^https?:$/.test(protocol) ? (origin + pathname).slice(0, MAX_PAGE) : null
}
