import { z } from '@hono/zod-openapi'
import { publicId, refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { instant, keyParams, siteListQuery, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, siteId, unfound, writeRoute } from './api-route.ts'
import { nameField } from './api-sites.ts'
import { audited } from './audit.ts'
import { hashSecret, newApiKey } from './auth.ts'
import { refuse } from './refuse.ts'
import { key, newKey, pageOf, SCOPES } from './schemas.ts'

const TAGS = ['Keys']
const SCOPE_LIST = `a list of at least one of ${SCOPES.join(', ')}`

const body = z
  .strictObject(
    {
      name: nameField().openapi({ example: 'CRM' }),
      scopes: z
        .array(z.enum(SCOPES, { error: `one of ${SCOPES.join(', ')}` }), { error: SCOPE_LIST })
        .min(1, { error: SCOPE_LIST })
        .max(10, { error: SCOPE_LIST })
        .openapi({ description: '`write` includes `read`, `admin` includes both.' }),
      site: siteId
        .openapi({ description: 'Binds the key to one site.', example: 'si_1' })
        .nullish(),
      expires_at: instant('end', 'Refused from then on; a day means its end, UTC.')
        .nullish()
        .openapi({ type: ['string', 'null'], example: '2030-12-31' }),
    },
    { error: 'an object with `name`, `scopes` and optionally `site` and `expires_at`' },
  )
  .openapi('KeyToAdd')

const list = readRoute('admin', {
  path: '/keys',
  tags: TAGS,
  summary: 'Keys, without their secrets',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(key), 'A page of keys') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/keys',
  tags: TAGS,
  summary: 'Make a key; it is shown this once',
  request: {
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: body } } },
  },
  responses: { 201: json(newKey, 'The key') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/keys/{id}',
  tags: TAGS,
  summary: 'Revoke a key, from the next request on',
  request: { headers: writeHeaders, params: keyParams },
  responses: { 204: { description: 'Revoked' } },
})

export function addKeyRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  /** The keys a caller may see: all of them, or those bound to the same site. */
  async function keysOf(bound: string | null) {
    return (await reader.keys()).filter(({ site }) => bound === null || site === bound)
  }

  api.openapi(list, async (c) => {
    const all = await keysOf(c.get('site') ?? null)
    const found = await askPage('keys', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('key', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(add, async (c) => {
    const { site: bound } = c.get('access')
    const { name, scopes, site: asked, expires_at: expiresAt = null } = c.req.valid('json')
    const site = asked ?? bound
    const isKnown = site === null || (await reader.sites()).some(({ id }) => id === site)
    if (!isKnown || (bound !== null && site !== bound)) {
      return refuse(c, 'not_found', `there is no site ${site}`)
    }
    const now = clock()
    if (expiresAt !== null && expiresAt <= now) {
      return refuse(c, 'invalid_request', 'expires_at is past; expected an instant to come')
    }
    const secret = newApiKey()
    const held = SCOPES.filter((scope) => scopes.includes(scope))
    const ref = await writer.addKey({
      name,
      hash: hashSecret(secret),
      scopes: held,
      site: site === null ? null : refOf('site', site),
      createdAt: now,
      expiresAt,
    })
    audited(c, { detail: held.join(', ') })
    const created_at = new Date(now).toISOString()
    const expires_at = expiresAt === null ? null : new Date(expiresAt).toISOString()
    return c.json(
      { id: publicId('key', ref), name, scopes: held, site, created_at, expires_at, key: secret },
      201,
    )
  })

  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const ref = refOf('key', id)
    const isKnown = (await keysOf(c.get('access').site)).some((each) => each.id === id)
    if (!isKnown || ref === null) return refuse(c, 'not_found')
    await writer.removeKey(ref)
    return c.body(null, 204)
  })
}
