import { z } from '@hono/zod-openapi'
import { tagOf } from '../dashboard/present-today.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { SiteJson } from '../store/shapes.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { listQuery, siteParams, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { newSite, pageOf, site } from './schemas.ts'
import { newSiteSecrets } from './site-secrets.ts'

const TAGS = ['Sites']
const MAX_ORIGINS = 100

export function nameField() {
  const expected = 'text of 1 to 100 characters on one line'
  return z
    .string({ error: expected })
    .trim()
    .refine((text) => /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(text), { error: expected })
    .openapi({ minLength: 1, maxLength: 100, example: 'Northwind Shop' })
}

const ORIGIN = 'an origin such as https://shop.example, without path, query or user name'

/** An origin as browsers write it in `Origin`: lower case, default ports left out. */
const origin = z
  .string({ error: ORIGIN })
  .transform((text, ctx) => {
    const url = URL.canParse(text) ? new URL(text) : null
    const isBare = url && `${url.origin}/` === url.href && /^https?:\/\//i.test(text)
    if (isBare && url.hostname !== '' && !text.includes('*')) return url.origin
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
    },
    { error: 'an object with `name` and optionally `origins` and `require_signature`' },
  )
  .openapi('SiteToAdd')

const list = readRoute('read', {
  path: '/sites',
  tags: TAGS,
  summary: 'Sites',
  request: { query: listQuery },
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
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/sites/{id}',
  tags: TAGS,
  summary: 'Remove a site and the keys bound to it; its tag is refused from then on',
  request: { params: siteParams },
  responses: { 204: { description: 'Removed' } },
})

export function addSiteRoutes(api: Api, { reader, writer, clock, publicUrl }: ApiDeps): void {
  async function sitesOf(bound: string | null): Promise<readonly SiteJson[]> {
    return (await reader.sites()).filter(({ id }) => bound === null || id === bound)
  }

  api.openapi(list, async (c) => {
    const all = await sitesOf(c.get('access').site)
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
    const { name, origins = [], require_signature: needsSignature = false } = c.req.valid('json')
    const { siteKey, writeKey, signingSecret } = newSiteSecrets()
    const added = await writer.addSite({
      name,
      key: siteKey,
      writeKey,
      signingSecret,
      origins: [...new Set(origins)],
      needsSignature,
      isGenerated: false,
      createdAt: clock(),
    })
    const shown: SiteJson = {
      id: publicId('site', added.ref),
      name: added.name,
      key: added.key,
      origins: added.origins,
      created_at: new Date(added.createdAt).toISOString(),
      generated: added.isGenerated,
      require_signature: added.needsSignature,
    }
    const secrets = { write_key: added.writeKey, signing_secret: added.signingSecret }
    return c.json({ ...shown, ...secrets, tag: tagOf(shown, `${publicUrl(c)}/pique.js`) }, 201)
  })

  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const known = (await sitesOf(c.get('access').site)).find((each) => each.id === id)
    const ref = refOf('site', id)
    if (!known || ref === null) return refuse(c, 'not_found')
    // The keys first: one that outlived its site would still read what the site left behind.
    for (const key of await reader.keys()) {
      const keyRef = refOf('key', key.id)
      if (key.site === id && keyRef !== null) await writer.removeKey(keyRef)
    }
    await writer.removeSite(ref)
    return c.body(null, 204)
  })
}
