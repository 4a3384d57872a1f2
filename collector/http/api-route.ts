import { createRoute, type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import type { Reader } from '../store/reader.ts'
import type { Role, Scope } from '../store/shapes.ts'
import { type GuardedEnv, mayUse } from './auth.ts'
import { refuse } from './refuse.ts'

/** What every route of the API shares: who may call it, for which site, and how it says no. */

export interface ApiEnv {
  Variables: GuardedEnv['Variables'] & {
    /** The site that everything read or written is narrowed to; undefined is every site. */
    site: string | undefined
  }
}
export type Api = OpenAPIHono<ApiEnv>

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable, for programs.', example: 'invalid_request' }),
    detail: z
      .string()
      .optional()
      .openapi({ example: 'limit is "0"; expected a whole number from 1 to 100' }),
    problems: z
      .array(z.string())
      .readonly()
      .optional()
      .openapi({ description: 'All that is wrong with a model; `detail` is the first.' }),
  })
  .openapi('Problem')

export const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})
const refusals = {
  400: refusal('A parameter or the body is wrong; `detail` says which, and what would be right'),
  401: refusal('No key, or one that is not known'),
  403: refusal('The key may not do this'),
  404: refusal('There is no such thing, or not for this key'),
  409: refusal('Ambiguous, or in conflict with what is there'),
} as const
const writeRefusals = {
  413: refusal('The body is larger than 64 KiB; for a model, than 256 KiB'),
  415: refusal('The body is not application/json'),
  503: refusal('Too busy for this; `Retry-After` says when to come again'),
} as const

/** Of a report that is not ready yet. */
export const tooSoon = refusal(
  'Being counted for the first time; `Retry-After` says when to come again',
)

/** A route's answer with JSON. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } } as const
}

/** A route that needs `scope`. There is no way to define one without. */
export function readRoute<const R extends Omit<RouteConfig, 'method'> & { path: string }>(
  scope: Scope,
  route: R,
) {
  const responses = { ...route.responses, ...refusals } as R['responses'] & typeof refusals
  return createRoute({ ...route, ...guardOf(scope, route), method: 'get', responses })
}

/** `role` is one that may do this when signed in, though its scope is less. */
export function writeRoute<const R extends RouteConfig & { path: string }>(
  scope: Scope,
  route: R,
  role?: Role,
) {
  const responses = { ...route.responses, ...refusals, ...writeRefusals } as R['responses'] &
    typeof refusals &
    typeof writeRefusals
  return createRoute({ ...route, ...guardOf(scope, route, role), responses })
}

/** A mistyped filter would answer with everybody: what was ignored is named beside the answer. */
function noteIgnored(c: Context, { request }: Pick<RouteConfig, 'request'>): void {
  const query = request?.query
  const known = query && 'shape' in query ? Object.keys(query.shape) : []
  const ignored = Object.keys(c.req.query())
    .filter((name) => !known.includes(name) && name !== 'site' && /^[\w.-]{1,40}$/.test(name))
    .slice(0, 10)
  if (ignored.length > 0) c.header('ignored-parameters', ignored.join(', '))
}

function guardOf(scope: Scope, route: Pick<RouteConfig, 'request'>, role?: Role) {
  const requireScope: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const access = c.get('access')
    const isAllowed = mayUse(access, scope) || (role !== undefined && access.role === role)
    if (!isAllowed) return refuse(c, 'forbidden', `it needs scope ${scope}`)
    await next()
    noteIgnored(c, route)
    return undefined
  }
  return { middleware: requireScope, security: [{ key: [scope] }] }
}

/** Narrows to the site that a bound key knows, or that the caller asks for; others don't exist. */
export function narrowToSite(reader: Pick<Reader, 'sites'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { site: bound } = c.get('access')
    const asked = c.req.query('site')
    if (asked !== undefined && siteId.safeParse(asked).success) {
      const isKnown =
        bound === null ? (await reader.sites()).some(({ id }) => id === asked) : asked === bound
      if (!isKnown) return refuse(c, 'not_found', `there is no site ${asked}`)
    }
    // What is asked for here and is no site id at all is refused by the route's own schema.
    c.set('site', bound ?? asked)
    return next()
  }
}

export const siteId = z
  .string({ error: 'the id of a site, such as si_1' })
  .regex(/^si_[1-9]\d{0,14}$/, { error: 'the id of a site, such as si_1' })

type Unfound = 'missing' | 'ambiguous' | 'no_model' | 'bad_cursor'

/** Says why a reader had nothing. */
export function unfound(c: Context, kind: Unfound) {
  if (kind === 'bad_cursor') return refuse(c, 'invalid_cursor')
  if (kind === 'ambiguous') return refuse(c, 'ambiguous')
  if (kind === 'no_model') return refuse(c, 'unknown_model')
  const isBareEmail = /^[^:]+@/.test(c.req.param('id') ?? '')
  if (isBareEmail) return refuse(c, 'not_found', 'by its e-mail a lead is email:ann@example.com')
  return refuse(c, 'not_found')
}

/** The fields that have a value, so that absent ones are absent and not undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const some = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(some) as { [K in keyof T]?: Exclude<T[K], undefined> } // just filtered
}
