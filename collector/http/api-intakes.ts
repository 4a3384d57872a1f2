import { z } from '@hono/zod-openapi'
import { KINDS, PROVIDERS } from '../intake/mail-events.ts'
import { intakeAddress, settledSecret } from '../intake/set-up.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { intakeParams, listQuery, sentence, writeHeaders } from './api-query.ts'
import { type Api, json, readRoute, siteId, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { pageOf } from './schemas.ts'
import { intake, newIntake } from './schemas-mail.ts'

const TAGS = ['E-mail']
const PATH = 'names joined by dots, such as data.recipient'
const path = () =>
  z.string({ error: PATH }).regex(/^[^.\s]{1,100}(\.[^.\s]{1,100}){0,9}$/, { error: PATH })
const NAMES = `an object of the provider’s names, each with one of ${KINDS.join(', ')}`
const MAPPING = 'an object with `event`, `id`, `names` and `email` or `user_id`'

/** Where a generic provider's fields are; the command line reads it too. */
export const mappingBody = z
  .strictObject(
    {
      list: path().optional(),
      email: path().optional(),
      user_id: path().optional(),
      event: path(),
      id: path(),
      at: path().optional(),
      url: path().optional(),
      names: z
        .record(z.string().min(1).max(100), z.enum(KINDS, { error: NAMES }), {
          error: NAMES,
        })
        .refine((names) => Object.keys(names).length > 0, { error: NAMES }),
    },
    { error: MAPPING },
  )
  .refine(({ email, user_id }) => email !== undefined || user_id !== undefined, { error: MAPPING })

const toAdd = z
  .strictObject(
    {
      provider: z.enum(PROVIDERS, { error: `one of ${PROVIDERS.join(', ')}` }),
      name: sentence({ least: 1, most: 100 })
        .openapi({ description: 'The provider’s if absent.' })
        .optional(),
      site: siteId.openapi({ example: 'si_1' }).optional(),
      secret: z
        .string({ error: 'text of 1 to 1000 characters' })
        .min(1, { error: 'text of 1 to 1000 characters' })
        .max(1000, { error: 'text of 1 to 1000 characters' })
        .openapi({
          description:
            'SendGrid’s verification key, or Mailgun’s webhook signing key. Made here for Postmark and others.',
        })
        .optional(),
      creates_leads: z
        .boolean({ error: 'true or false' })
        .openapi({ description: 'Whether somebody who is not known becomes a lead; no if absent.' })
        .optional(),
      mapping: mappingBody
        .openapi({ description: 'Where the fields of a `generic` provider are.' })
        .optional(),
    },
    { error: 'an object with `provider`' },
  )
  .openapi('IntakeToAdd')

const list = readRoute('admin', {
  path: '/intakes',
  tags: TAGS,
  summary: 'Where providers of e-mail send their events, without secrets',
  request: { query: listQuery },
  responses: { 200: json(pageOf(intake), 'A page of intakes') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/intakes',
  tags: TAGS,
  summary: 'Take the events of a provider of e-mail; the address to paste is shown this once',
  description:
    'Opens (`email_open`) and clicks (`email_click`) of a provider’s word are kept and score nothing, because scanners open mail and follow links; replies (`email_reply`), unsubscriptions and complaints (`unsubscribe`) count. Of people that nobody knows nothing is kept.',
  request: {
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: toAdd } } },
  },
  responses: { 201: json(newIntake, 'The intake, its address and its secret') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/intakes/{id}',
  tags: TAGS,
  summary: 'Remove an intake: what is sent there is refused from then on',
  request: { params: intakeParams },
  responses: { 204: { description: 'Removed' } },
})

export function addIntakeRoutes(api: Api, { reader, writer, clock, publicUrl }: ApiDeps): void {
  const intakesOf = async (bound: string | null) =>
    (await reader.intakes()).filter(({ site }) => bound === null || site === bound)

  api.openapi(list, async (c) => {
    const all = await intakesOf(c.get('access').site)
    const found = await askPage('intakes', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('intake', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(add, async (c) => {
    const { site: bound } = c.get('access')
    const asked = c.req.valid('json')
    const { provider, name = provider, creates_leads: createsLeads = false, mapping = null } = asked
    const sites = await reader.sites()
    const site = asked.site ?? bound ?? (sites.length === 1 ? sites[0]?.id : undefined)
    if (site === undefined) {
      return refuse(c, 'invalid_request', 'there are several sites; say for which with site')
    }
    const isKnown = sites.some(({ id }) => id === site)
    if (!isKnown || (bound !== null && site !== bound)) {
      return refuse(c, 'not_found', `there is no site ${site}`)
    }
    const settled = settledSecret({ provider, secret: asked.secret ?? null, mapping })
    if (!settled.ok) return refuse(c, 'invalid_request', settled.problem)
    const { secret } = settled
    const settings = { createsLeads, mapping }
    const siteRef = refOf('site', site) ?? 0
    const made = { site: siteRef, name, provider, secret, settings, createdAt: clock() }
    const { ref, token } = await writer.addIntake(made)
    const id = publicId('intake', ref)
    const added = (await intakesOf(bound)).find((one) => one.id === id)
    if (!added) return refuse(c, 'not_found')
    const url = intakeAddress(publicUrl(c), { token, provider, secret })
    return c.json({ ...added, url, secret: asked.secret === undefined ? secret : null }, 201)
  })

  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const ref = refOf('intake', id)
    const isThere = (await intakesOf(c.get('access').site)).some((one) => one.id === id)
    if (!isThere || ref === null || !(await writer.removeIntake(ref))) return refuse(c, 'not_found')
    return c.body(null, 204)
  })
}
