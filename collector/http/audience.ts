import { Hono } from 'hono'
import { isAllowed } from '../ingest/origins.ts'
import { compactUuid } from '../ingest/text.ts'
import type { ScoreJson } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { originHeaders } from './cross-origin.ts'
import { refuse } from './refuse.ts'

export interface AudienceDeps {
  readonly reader: Pick<InternalReader, 'engagement'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Who belongs: this level of engagement, or a hotter one. */
const AUDIENCES: Readonly<Record<string, ScoreJson['engagement']>> = { hot: 1, warm: 2 }

/**
 * `GET /is?site=&browser=&audience=`: yes or no for the page that this browser has open. The answer
 * is about this browser alone. An unsigned claim may have joined it to somebody else's lead, and
 * must read nothing back about them.
 */
export function createAudienceRoutes({ reader, clock }: AudienceDeps): Hono {
  return new Hono().get('/is', async (c) => {
    const origin = c.req.header('origin')
    for (const [name, value] of Object.entries(originHeaders(origin))) c.header(name, value)
    c.header('cache-control', 'no-store')
    const { site, browser, audience } = c.req.query()
    if (site === undefined || browser === undefined || audience === undefined) {
      return refuse(c, 'invalid_request', '`site`, `browser` and `audience` are needed')
    }
    const found = await reader.engagement(site, compactUuid(browser), clock())
    if (!found) return refuse(c, 'unknown_site')
    if (!isAllowed(origin ?? null, found)) return refuse(c, 'origin_not_allowed')
    const most = Object.hasOwn(AUDIENCES, audience) ? AUDIENCES[audience] : undefined
    return c.json({ is: most !== undefined && found.level !== null && found.level <= most })
  })
}
