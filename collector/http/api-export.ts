import { z } from '@hono/zod-openapi'
import { EXPORT_FORMATS, EXPORT_KINDS } from '../export/pieces.ts'
import type { ApiDeps } from './api.ts'
import { instant, siteQuery } from './api-query.ts'
import { type Api, readRoute } from './api-route.ts'
import { exportAnswer } from './export-answer.ts'
import { refuse } from './refuse.ts'
import { exportedLine } from './schemas-export.ts'

/** Everything of a kind as one file. It takes the owner's scope, like the whole of one lead. */

function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `one of ${words.join(', ')}` })
}

const file = z.string().openapi({ type: 'string', format: 'binary' })

const everything = readRoute('admin', {
  path: '/export',
  tags: ['Export'],
  summary: 'All leads, scores or events as a file, sent while it is read',
  request: {
    query: siteQuery.extend({
      what: oneOf(EXPORT_KINDS).openapi({ description: '`leads` if absent.' }).optional(),
      format: oneOf(EXPORT_FORMATS)
        .openapi({
          description:
            '`ndjson` if absent: an object a line, of events all that an import needs. Parquet keeps instants as timestamps, whole numbers as 64 bits, and lists and records as JSON.',
        })
        .optional(),
      since: instant(
        'start',
        'Events that happened, leads that were last seen then or later; a day means its beginning, UTC.',
      ).optional(),
      until: instant('end', 'The same, then or before; a day means its end.').optional(),
    }),
  },
  responses: {
    200: {
      description:
        'The file. A connection that ends before the answer does has brought a part of it only',
      content: {
        'application/x-ndjson': { schema: exportedLine },
        'text/csv': { schema: z.string() },
        'application/vnd.apache.parquet': { schema: file },
      },
    },
  },
})

export function addExportRoutes(api: Api, { reader, clock, onBroken = () => {} }: ApiDeps): void {
  api.openapi(everything, async (c) => {
    const { what = 'leads', format = 'ndjson', since, until } = c.req.valid('query')
    if (since !== undefined && until !== undefined && since > until) {
      return refuse(c, 'invalid_request', 'until is before since; expected the same or later')
    }
    const id = c.get('site')
    const site = (await reader.sites()).find((one) => one.id === id) ?? null
    const ask = { what, format, site: id, since, until }
    return exportAnswer(c, { reader, ask, site, now: clock(), onBroken })
  })
}
