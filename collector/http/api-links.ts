import { z } from '@hono/zod-openapi'
import {
  type LinkAsked,
  MOST_LINK_DAYS,
  MOST_LINKS,
  problemOfTarget,
  USUAL_LINK_DAYS,
} from '../ingest/email-link.ts'
import { normalEmail, normalUserId } from '../ingest/text.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { ApiDeps } from './api.ts'
import { askPage } from './api-cursor.ts'
import { linkParams, sentence, siteListQuery, siteQuery, writeHeaders } from './api-query.ts'
import { type Api, given, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { audited } from './audit.ts'
import { refuse } from './refuse.ts'
import { pageOf } from './schemas.ts'
import { emailLink, madeLinks } from './schemas-mail.ts'

const TAGS = ['E-mail']
const URL_LIKE = 'an address such as https://shop.example/pricing'
const EMAIL_LIKE = 'an e-mail such as someone@example.com'
const ID_LIKE = 'the id of a user, of 1 to 400 characters'
const WHO = 'expected `email`, `user_id` or both'
const DAYS = `a whole number from 1 to ${MOST_LINK_DAYS}`
const MANY = `a list of 1 to ${MOST_LINKS} objects with \`url\` and \`email\` or \`user_id\``

const who = {
  url: z.string({ error: URL_LIKE }).openapi({ example: 'https://shop.example/pricing' }),
  email: z
    .string({ error: EMAIL_LIKE })
    .transform((raw, ctx) => {
      const email = normalEmail(raw)
      if (email === null) ctx.addIssue({ code: 'custom', message: EMAIL_LIKE })
      return email ?? z.NEVER
    })
    .openapi({ type: 'string', example: 'someone@example.com' })
    .optional(),
  user_id: z
    .string({ error: ID_LIKE })
    .transform((raw, ctx) => {
      const id = normalUserId(raw)
      if (!id.ok) ctx.addIssue({ code: 'custom', message: ID_LIKE })
      return id.ok ? id.value : z.NEVER
    })
    .openapi({ type: 'string', example: '42' })
    .optional(),
  campaign: sentence({ least: 1, most: 100 })
    .openapi({ description: '`utm_campaign`, where the address has none.', example: 'spring' })
    .optional(),
}
const days = z
  .int({ error: DAYS })
  .min(1, { error: DAYS })
  .max(MOST_LINK_DAYS, { error: DAYS })
  .openapi({ description: `${USUAL_LINK_DAYS} if absent.`, example: 30 })
  .optional()

const toMake = z
  .strictObject(
    {
      ...who,
      url: who.url.optional(),
      links: z
        .array(z.strictObject(who, { error: MANY }), { error: MANY })
        .min(1, { error: MANY })
        .max(MOST_LINKS, { error: MANY })
        .openapi({ description: 'Many at once, in place of `url`, `email` and `user_id`.' })
        .optional(),
      expires_in_days: days,
    },
    { error: 'an object with `url` and `email` or `user_id`, or with `links`' },
  )
  .openapi('EmailLinksToMake')

const list = readRoute('read', {
  path: '/links',
  tags: TAGS,
  summary: 'Links made for e-mails, newest first, until a month after they expire',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(emailLink), 'A page of links') },
})
const make = writeRoute('write', {
  method: 'post',
  path: '/links',
  tags: TAGS,
  summary: 'Make links for e-mails, each for one person',
  description: `The address is the page’s own with one more campaign parameter, so nothing leads through the collector and the e-mail shows nowhere in it. Followed, it says weakly whose browser it is, and counts as \`email_click\` when a person proves to be there. One link, or up to ${MOST_LINKS} as \`links\`. With several sites, \`site\` says for which.`,
  request: {
    query: siteQuery,
    headers: writeHeaders,
    body: { required: true, content: { 'application/json': { schema: toMake } } },
  },
  responses: { 201: json(madeLinks, 'The links, in the order asked') },
})
const remove = writeRoute('write', {
  method: 'delete',
  path: '/links/{id}',
  tags: TAGS,
  summary: 'Remove a link: it leads where it led, and says nothing of anybody',
  request: { params: linkParams, query: siteQuery },
  responses: { 204: { description: 'Removed' } },
})

export function addLinkRoutes(api: Api, { reader, writer, clock }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const site = c.get('site')
    const found = await askPage('links', { limit, cursor }, (page) =>
      reader.emailLinks({ ...page, ...given({ site }) }),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(make, async (c) => {
    const { links: many, expires_in_days: days = USUAL_LINK_DAYS, ...one } = c.req.valid('json')
    if ((many === undefined) === (one.url === undefined)) {
      return refuse(
        c,
        'invalid_request',
        `the body has ${many ? 'both' : 'no'} \`url\` ${many ? 'and' : 'or'} \`links\`; expected one of them`,
      )
    }
    const sites = await reader.sites()
    const site = c.get('site') ?? (sites.length === 1 ? sites[0]?.id : undefined)
    const known = sites.find(({ id }) => id === site)
    if (!known)
      return refuse(c, 'invalid_request', 'there are several sites; say for which with site')
    const wanted = (many ?? [one]).map(
      ({ url = '', email = null, user_id: userId = null, campaign }): LinkAsked => ({
        url,
        email,
        userId,
        campaign: campaign ?? one.campaign ?? null,
      }),
    )
    for (const [i, asked] of wanted.entries()) {
      const place = many ? `links.${i}` : 'the body'
      if (asked.email === null && asked.userId === null) {
        return refuse(c, 'invalid_request', `${place} names nobody; ${WHO}`)
      }
      const problem = problemOfTarget(asked, known.origins)
      if (problem !== null) {
        return refuse(c, 'invalid_request', `${many ? `${place}.url` : 'url'} ${problem}`)
      }
    }
    const now = clock()
    const siteRef = refOf('site', known.id) ?? 0
    const made = await writer.addEmailLinks({ site: siteRef, links: wanted, now, days })
    if (!made) return refuse(c, 'not_found', `there is no site ${known.id}`)
    audited(c, { detail: String(made.length) })
    const data = made.map(({ ref, address, target, expiresAt }, i) => ({
      id: publicId('emailLink', ref),
      site: known.id,
      email: wanted[i]?.email ?? null,
      user_id: wanted[i]?.userId ?? null,
      url: target,
      created_at: new Date(now).toISOString(),
      expires_at: new Date(expiresAt).toISOString(),
      address,
    }))
    return c.json({ data }, 201)
  })

  api.openapi(remove, async (c) => {
    const ref = refOf('emailLink', c.req.valid('param').id)
    const isThere = ref !== null && (await reader.hasEmailLink(ref, given({ site: c.get('site') })))
    if (!isThere || !(await writer.removeEmailLink(ref))) return refuse(c, 'not_found')
    return c.body(null, 204)
  })
}
