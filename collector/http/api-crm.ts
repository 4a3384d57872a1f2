import { z } from '@hono/zod-openapi'
import { isSecretOf, readMapping, readUrl } from '../crm/mapping.ts'
import { CRM_KINDS, type CrmJson } from '../store/crm-store.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { crmParams, listQuery, sentence, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, siteId, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { exactly, instant, maybe, maybeInstant, pageOf, text } from './schemas.ts'

const TAGS = ['CRMs']
const KIND = `one of ${CRM_KINDS.join(', ')}`
const SECRET = 'the token of a private app, or for salesforce CLIENT_ID:CLIENT_SECRET'
const LONGEST_MAPPING = 20_000

const crm = exactly<CrmJson>()(
  z.object({
    id: text.openapi({ example: 'cr_1' }),
    kind: z.enum(CRM_KINDS),
    name: text,
    site: maybe.openapi({ description: 'Null for leads of every site.' }),
    url: text,
    object: text,
    state: z.enum(['on', 'stopped']).openapi({
      description: '`stopped` where nothing is taken until somebody does something about it.',
    }),
    error: maybe,
    failing_since: maybeInstant,
    synced_at: maybeInstant.openapi({ description: 'When it last had everything.' }),
    refused: z
      .array(z.object({ lead: text, why: text }))
      .readonly()
      .openapi({ description: 'Records that it did not take, the newest twenty.' }),
    created_at: instant,
  }),
).openapi('Crm')
const toAdd = z
  .strictObject(
    {
      kind: z.enum(CRM_KINDS, { error: KIND }),
      secret: z
        .string({ error: SECRET })
        .max(4096, { error: SECRET })
        .openapi({ example: 'pat-eu1-TOKEN' }),
      name: sentence({ least: 1, most: 100 }).optional(),
      url: z
        .string({ error: 'an address such as https://YOURNAME.my.salesforce.com' })
        .openapi({ description: 'Needed for salesforce.' })
        .optional(),
      site: siteId.openapi({ description: 'Only leads of this site.' }).optional(),
      mapping: z
        .string({ error: 'YAML of object, id and fields' })
        .max(LONGEST_MAPPING, { error: `YAML of at most ${LONGEST_MAPPING} characters` })
        .openapi({ description: 'YAML of which field gets what; usual names if absent.' })
        .optional(),
    },
    { error: 'an object with `kind`, `secret` and optionally `name`, `url`, `site` and `mapping`' },
  )
  .openapi('CrmToAdd')

const list = readRoute('admin', {
  path: '/crm',
  tags: TAGS,
  summary: 'CRMs that are kept in step, and how they stand',
  request: { query: listQuery },
  responses: { 200: json(pageOf(crm), 'A page of CRMs, without their secrets') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/crm',
  tags: TAGS,
  summary: 'Keep a CRM in step: every lead’s score, grade, stage and reasons in its fields',
  request: {
    headers: writeHeaders,
    body: { required: true as const, content: { 'application/json': { schema: toAdd } } },
  },
  responses: { 201: json(crm, 'The CRM') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/crm/{id}',
  tags: TAGS,
  summary: 'Keep a CRM in step no more; what it has, it keeps',
  request: { params: crmParams },
  responses: { 204: { description: 'Removed' } },
})

export function addCrmRoutes(api: Api, { reader, writer, clock, targets }: ApiDeps): void {
  /** Those a caller may see: all of them, or those of the same site. */
  async function crmsOf(bound: string | null): Promise<readonly CrmJson[]> {
    return (await reader.crms()).filter(({ site }) => bound === null || site === bound)
  }

  api.openapi(list, async (c) => {
    const all = await crmsOf(c.get('access').site)
    const found = await askPage('crms', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('crm', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(add, async (c) => {
    const { site: bound } = c.get('access')
    const { kind, secret, name = kind, url, site: asked, mapping = null } = c.req.valid('json')
    const site = asked ?? bound
    const isKnown = site === null || (await reader.sites()).some(({ id }) => id === site)
    if (!isKnown || (bound !== null && site !== bound)) {
      return refuse(c, 'not_found', `there is no site ${site}`)
    }
    const read = readMapping(kind, mapping)
    if (!read.ok) return refuse(c, 'invalid_request', `mapping: ${read.problem}`)
    if (!isSecretOf(kind, secret)) return refuse(c, 'invalid_request', `secret is not ${SECRET}`)
    const place = readUrl(kind, url, targets)
    if ('problem' in place) return refuse(c, 'crm_target', `url ${place.problem}`)
    const ref = await writer.addCrm({
      kind,
      name,
      site: site === null ? null : refOf('site', site),
      settings: { ...read.mapping, ...place },
      secret,
      createdAt: clock(),
    })
    const added = (await crmsOf(bound)).find(({ id }) => id === publicId('crm', ref))
    return added ? c.json(added, 201) : refuse(c, 'not_found')
  })

  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const known = (await crmsOf(c.get('access').site)).some((one) => one.id === id)
    if (!known || !(await writer.removeCrm(refOf('crm', id) ?? 0))) return refuse(c, 'not_found')
    return c.body(null, 204)
  })
}
