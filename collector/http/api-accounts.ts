import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { refOf } from '../store/ids.ts'
import { type AccountJson, ROLES } from '../store/shapes.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import { listQuery, writeHeaders } from './api-query.ts'
import { type Api, type ApiEnv, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { audited } from './audit.ts'
import { BUSY_RETRY_S } from './passwords.ts'
import type { Refused } from './people.ts'
import { refuse } from './refuse.ts'
import { exactly, instant, pageOf, text } from './schemas.ts'

/** People who sign in to the dashboard, and their sessions. A key that knows one site knows none of them. */

const TAGS = ['Accounts']

const accountFields = {
  id: text.openapi({ example: 'ac_1' }),
  email: text.openapi({ example: 'ann@example.com' }),
  role: z.enum(ROLES),
  has_password: z.boolean().openapi({ description: 'False until the one-time link was used.' }),
  created_at: instant,
}
const account = exactly<AccountJson>()(z.object(accountFields)).openapi('Account')
const newAccount = z
  .object({
    ...accountFields,
    link: z
      .string()
      .nullable()
      .openapi({ description: 'Sets the password, once, within a day; null where one was given.' }),
  })
  .openapi('NewAccount')

const role = z.enum(ROLES, { error: `one of ${ROLES.join(', ')}` }).openapi({
  example: 'analyst',
  description:
    '`owner` may do all, `analyst` works with leads and models, `viewer` reads, with e-mails masked.',
})
const PASSWORD = 'text of at least 12 characters'
const password = z.string({ error: PASSWORD }).openapi({ minLength: 12 }).optional()
const email = z.string({ error: 'an e-mail address' }).openapi({ example: 'ann@example.com' })

const toAdd = z
  .strictObject(
    { email, role, password },
    { error: 'an object with `email`, `role` and optionally `password`' },
  )
  .openapi('AccountToAdd')
const CHANGE = 'an object with `role`, `password` or both'
const toChange = z
  .strictObject({ role: role.optional(), password }, { error: CHANGE })
  .refine(({ role, password }) => role !== undefined || password !== undefined, { error: CHANGE })
  .openapi('AccountChange', { minProperties: 1 })

const params = z.object({ id: z.string().openapi({ example: 'ac_1' }) })
const sent = <S extends z.ZodType>(schema: S) =>
  ({ required: true, content: { 'application/json': { schema } } }) as const

const list = readRoute('admin', {
  path: '/accounts',
  tags: TAGS,
  summary: 'Who may sign in',
  request: { query: listQuery },
  responses: { 200: json(pageOf(account), 'A page of accounts') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/accounts',
  tags: TAGS,
  summary: 'Add somebody; without a password the answer has a link that sets one',
  request: { headers: writeHeaders, body: sent(toAdd) },
  responses: { 201: json(newAccount, 'The account') },
})
const change = writeRoute('admin', {
  method: 'patch',
  path: '/accounts/{id}',
  tags: TAGS,
  summary: 'Change what somebody may do, or their password, which signs them out everywhere',
  request: { headers: writeHeaders, params, body: sent(toChange) },
  responses: { 200: json(account, 'The account') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/accounts/{id}',
  tags: TAGS,
  summary: 'Remove somebody, and sign them out everywhere; the last owner stays',
  request: { headers: writeHeaders, params },
  responses: { 204: { description: 'Removed' } },
})
const signOut = writeRoute('admin', {
  method: 'delete',
  path: '/sessions',
  tags: TAGS,
  summary: 'Sign everybody out, or one account, everywhere',
  request: {
    headers: writeHeaders,
    query: z.object({
      account: z.string().openapi({ description: 'Only of this one.', example: 'ac_1' }).optional(),
    }),
  },
  responses: { 204: { description: 'Signed out' } },
})

export function addAccountRoutes(api: Api, { people, publicUrl }: ApiDeps): void {
  const isBound = (c: Context<ApiEnv>) => c.get('access').site !== null
  const refuseBound = (c: Context<ApiEnv>) =>
    refuse(c, 'forbidden', 'it is bound to one site, and accounts are of all')
  const find = (c: Context<ApiEnv>, id: string) => (isBound(c) ? null : people.find(id))

  api.openapi(list, async (c) => {
    if (isBound(c)) return refuseBound(c)
    const all = await people.list()
    const found = await askPage('accounts', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('account', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(add, async (c) => {
    if (isBound(c)) return refuseBound(c)
    const added = await people.add(c.req.valid('json'), publicUrl(c))
    if (added === 'taken') return refuse(c, 'account_exists')
    if (added === 'busy' || 'problem' in added) return refuseToKeep(c, added)
    audited(c, { detail: added.account.role })
    return c.json({ ...added.account, link: added.link }, 201)
  })

  api.openapi(change, async (c) => {
    const known = await find(c, c.req.valid('param').id)
    if (!known) return refuse(c, 'not_found')
    const changed = await people.change(known, c.req.valid('json'))
    if (changed === 'last_owner') return refuse(c, 'last_owner')
    if (changed === 'missing') return refuse(c, 'not_found')
    if (changed !== 'done') return refuseToKeep(c, changed)
    const { role, password } = c.req.valid('json')
    const what = [...(role ? [role] : []), ...(password === undefined ? [] : ['a new password'])]
    audited(c, { detail: what.join(' and ') || null })
    return c.json((await people.find(known.id)) ?? known, 200)
  })

  api.openapi(remove, async (c) => {
    const known = await find(c, c.req.valid('param').id)
    if (!known) return refuse(c, 'not_found')
    const removed = await people.remove(known)
    if (removed === 'last_owner') return refuse(c, 'last_owner')
    return c.body(null, 204)
  })

  api.openapi(signOut, async (c) => {
    if (isBound(c)) return refuseBound(c)
    const { account: id } = c.req.valid('query')
    const known = id === undefined ? null : await people.find(id)
    if (id !== undefined && !known) return refuse(c, 'not_found')
    await people.endSessions(known ? (refOf('account', known.id) ?? 0) : 'all')
    audited(c, { subject: known?.id ?? null, detail: known ? null : 'everybody' })
    return c.body(null, 204)
  })
}

/** Says why a password was not kept. */
function refuseToKeep(c: Context, why: Refused) {
  if (why !== 'busy') return refuse(c, 'invalid_request', why.problem)
  return refuse(c, 'passwords_busy', undefined, { 'retry-after': BUSY_RETRY_S })
}
