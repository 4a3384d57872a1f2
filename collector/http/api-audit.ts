import { z } from '@hono/zod-openapi'
import type { AuditJson } from '../store/shapes.ts'
import type { ApiDeps } from './api.ts'
import { askPage } from './api-cursor.ts'
import { listQuery, sentence } from './api-query.ts'
import { type Api, json, readRoute, unfound } from './api-route.ts'
import { refuse } from './refuse.ts'
import { exactly, instant, maybe, pageOf, text } from './schemas.ts'

/** Who changed or read out what, for administrators of all sites. */

const entry = exactly<AuditJson>()(
  z.object({
    id: text.openapi({ example: 'au_1' }),
    at: instant,
    by: text.openapi({
      description: 'The e-mail of an account, name and id of a key, `owner` or `command line`.',
      example: 'CRM sync (ke_3)',
    }),
    action: text.openapi({ description: 'Stable, for programs.', example: 'lead.erased' }),
    subject: maybe.openapi({ description: 'The id of what it was done to.', example: 'ld_7' }),
    detail: maybe,
  }),
).openapi('AuditEntry')

const exact = (description: string) =>
  sentence({ least: 1, most: 300 }).openapi({ description }).optional()
const list = readRoute('admin', {
  path: '/audit',
  tags: ['Audit'],
  summary: 'Who changed or read out what, newest first',
  request: {
    query: listQuery.extend({
      by: exact('Only by this one.'),
      action: exact('Only this action.'),
      subject: exact('Only what was done to this.'),
    }),
  },
  responses: { 200: json(pageOf(entry), 'A page of entries') },
})

export function addAuditRoutes(api: Api, { reader }: Pick<ApiDeps, 'reader'>): void {
  api.openapi(list, async (c) => {
    if (c.get('access').site !== null) {
      return refuse(c, 'forbidden', 'it is bound to one site, and the log is of all')
    }
    const { by, action, subject, ...asked } = c.req.valid('query')
    const found = await askPage('audit', asked, (page) =>
      reader.audit({ author: by, action, subject, ...page }),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })
}
