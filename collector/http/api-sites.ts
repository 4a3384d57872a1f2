import { z } from '@hono/zod-openapi'
import { tagOf } from '../dashboard/present-today.ts'
import { refOf } from '../store/ids.ts'
import { SITE_CONSENTS, type SiteJson } from '../store/shapes.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { siteListQuery, siteParams, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { newSite, newWriteKey, pageOf, site } from './schemas.ts'
import { createSites, MAX_ORIGINS, nameOf, originOf } from './sites.ts'

const TAGS = ['Sites']

export function nameField() {
  const expected = 'text of 1 to 100 characters on one line'
  return z
    .string({ error: expected })
    .trim()
    .refine((text) => nameOf(text) !== null, { error: expected })
    .openapi({ minLength: 1, maxLength: 100, example: 'Northwind Shop' })
}

const ORIGIN = 'an origin such as https://shop.example, without path, query or user name'

const origin = z
  .string({ error: ORIGIN })
  .transform((text, ctx) => {
    const known = originOf(text)
    if (known !== null) return known
    ctx.addIssue({ code: 'custom', message: ORIGIN })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'https://shop.example' })

const ORIGINS = `a list of up to ${MAX_ORIGINS} origins`
const body = z
  .strictObject(
    {
      name: nameField(),
      origins: z
        .array(origin, { error: ORIGINS })
        .max(MAX_ORIGINS, { error: ORIGINS })
        .openapi({ description: 'Pages that may send events; empty or absent accepts any.' })
        .optional(),
      require_signature: z
        .boolean({ error: 'true or false' })
        .openapi({ description: 'An `identify` from a page counts only with a signature.' })
        .optional(),
      consent: z
        .enum(SITE_CONSENTS, { error: `one of ${SITE_CONSENTS.join(', ')}` })
        .openapi({ description: '`granted` if absent: what the tag begins with.' })
        .optional(),
    },
    { error: 'an object with `name` and optionally `origins`, `require_signature` and `consent`' },
  )
  .openapi('SiteToAdd')

const list = readRoute('read', {
  path: '/sites',
  tags: TAGS,
  summary: 'Sites',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(site), 'A page of sites') },
})
const one = readRoute('read', {
  path: '/sites/{id}',
  tags: TAGS,
  summary: 'One site',
  request: { params: siteParams },
  responses: { 200: json(site, 'The site') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/sites',
  tags: TAGS,
  summary: 'Add a site; answers with its tag and its secrets',
  request: {
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: body } } },
  },
  responses: { 201: json(newSite, 'The site, its secrets and its tag') },
})
const newKey = writeRoute('admin', {
  method: 'post',
  path: '/sites/{id}/write-key',
  tags: TAGS,
  summary: 'Make a new write key; the one before is refused from then on',
  request: { params: siteParams, headers: writeHeaders },
  responses: { 201: json(newWriteKey, 'The new key, in this answer and in no other') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/sites/{id}',
  tags: TAGS,
  summary: 'Remove a site and the keys bound to it; its tag is refused from then on',
  request: { headers: writeHeaders, params: siteParams },
  responses: { 204: { description: 'Removed' } },
})

export function addSiteRoutes(api: Api, { reader, writer, clock, publicUrl }: ApiDeps): void {
  const sites = createSites({ reader, writer, clock })
  async function sitesOf(bound: string | null): Promise<readonly SiteJson[]> {
    return (await reader.sites()).filter(({ id }) => bound === null || id === bound)
  }

  api.openapi(list, async (c) => {
    const all = await sitesOf(c.get('site') ?? null)
    const found = await askPage('sites', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('site', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(one, async (c) => {
    const { id } = c.req.valid('param')
    const known = (await sitesOf(c.get('access').site)).find((each) => each.id === id)
    return known ? c.json(known, 200) : refuse(c, 'not_found')
  })

  api.openapi(add, async (c) => {
    if (c.get('access').site !== null) {
      return refuse(c, 'forbidden', 'it is bound to one site, so it can not add another')
    }
    const { name, origins = [], require_signature, consent = 'granted' } = c.req.valid('json')
    const needsSignature = require_signature ?? false
    const added = await sites.add({ name, origins, needsSignature, consent })
    const secrets = { write_key: added.writeKey, signing_secret: added.signingSecret }
    const tag = tagOf(added.site, `${publicUrl(c)}/pique.js`)
    return c.json({ ...added.site, ...secrets, tag }, 201)
  })

  api.openapi(newKey, async (c) => {
    const { id } = c.req.valid('param')
    const known = (await sitesOf(c.get('access').site)).find((each) => each.id === id)
    const writeKey = known ? await sites.newWriteKey(id) : null
    if (writeKey === null) return refuse(c, 'not_found')
    return c.json({ id, write_key: writeKey }, 201)
  })

  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const known = (await sitesOf(c.get('access').site)).find((each) => each.id === id)
    if (!known || !(await sites.remove(id))) return refuse(c, 'not_found')
    return c.body(null, 204)
  })
}
