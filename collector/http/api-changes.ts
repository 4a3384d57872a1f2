import { z } from '@hono/zod-openapi'
import { CHANGE_TYPES, type ChangeType } from '../store/change-shapes.ts'
import type { ApiDeps } from './api.ts'
import { limit, siteQuery, textLike, USUAL_LIMIT } from './api-query.ts'
import { type Api, json, readRoute, refusal, unfound } from './api-route.ts'
import { createStreams } from './change-stream.ts'
import { refuse } from './refuse.ts'
import { changesPage } from './schemas-changes.ts'

const TAGS = ['Changes']
const PLACE = 'the id of an entry, the next_cursor of an answer, 0 or now'
const TYPES = `some of ${CHANGE_TYPES.join(', ')}, with commas between them`
const RETRY_AFTER_S = '5'

const place = () =>
  textLike(/^[\w-]{1,200}$/, PLACE).openapi({
    description:
      'Go on after this: the `id` of an entry, or the `next_cursor` of an answer. `now` is the end as it is; the beginning if absent.',
  })
const after = place().optional()
const types = z
  .string({ error: TYPES })
  .transform((list, ctx): readonly ChangeType[] => {
    const names = list.split(',').map((name) => name.trim())
    const known = CHANGE_TYPES.filter((type) => names.includes(type))
    if (known.length !== names.length) ctx.addIssue({ code: 'custom', message: TYPES })
    return known.length === names.length ? known : z.NEVER
  })
  .openapi({ type: 'string', description: `Only these: ${TYPES}.`, example: 'lead.stage_changed' })

const feed =
  'Entries come in the order of what was committed. `lead.stage_changed` is kept as long as events are. Of `lead.score_changed` a lead has one, its newest, with the score as of the answer: whoever reads on misses none and reads no lead twice for what changed ten times in between. The feed tells what events, people and the clock’s decisions changed; that a score falls day by day is told by no entry, and can be read at any time. `model.published` says that everybody is scored anew. A lead that was erased leaves `lead.erased` and nothing else. After a backup was restored the feed begins anew, wherever one was.'

const list = readRoute('read', {
  path: '/changes',
  tags: TAGS,
  summary: 'What changed of leads, in order, to be read on from where one was',
  description: `${feed} Ask again with \`next_cursor\`, also when nothing was left.`,
  request: { query: siteQuery.extend({ after, limit: limit.optional() }) },
  responses: { 200: json(changesPage, 'A piece of the feed') },
})
const stream = readRoute('read', {
  path: '/stream',
  tags: TAGS,
  summary: 'The same as server-sent events',
  description: `${feed} Each entry is an event with its \`type\` as \`event\` and its \`id\` as \`id\`; a client that reconnects with \`Last-Event-ID\` goes on after that. A comment comes every 15 seconds.`,
  request: {
    query: siteQuery.extend({ after, types: types.optional() }),
    headers: z.object({ 'last-event-id': place().optional() }),
  },
  responses: {
    200: {
      description: 'A stream that ends when the collector does, or the key',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    503: refusal('Too many streams are open; `Retry-After` says when to come again'),
  },
})

export function addChangeRoutes(api: Api, deps: ApiDeps): void {
  const { reader, clock, guard, isDraining } = deps
  const streams = createStreams({ reader, clock, isDraining })

  api.openapi(list, async (c) => {
    const { after, limit = USUAL_LIMIT } = c.req.valid('query')
    const asked = { site: c.get('site'), limit, ...(after !== undefined && { after }) }
    const found = await reader.changes(asked, clock())
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(stream, async (c) => {
    const { after: asked, types = CHANGE_TYPES } = c.req.valid('query')
    const after = c.req.valid('header')['last-event-id'] ?? asked
    // Looked at once, so that a place that is none is refused and not streamed.
    const begin = { site: c.get('site'), limit: 1, ...(after !== undefined && { after }) }
    const found = await reader.changes(begin, clock())
    if (found.kind !== 'found') return unfound(c, found.kind)
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // No proxy is to hold anything back.
      'x-accel-buffering': 'no',
    }
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    const start = after === 'now' ? found.value.next_cursor : (after ?? '0')
    const body = streams.open({
      after: start,
      site: c.get('site'),
      types,
      // Addresses are hidden from viewers.
      reads: `${c.get('site')} ${c.get('access').role === 'viewer'}`,
      isStillIn: () => guard.isStillIn(c),
      breakOff: () => (c.env as Outgoing | undefined)?.outgoing?.destroy(),
    })
    if (!body) return refuse(c, 'too_many_streams', undefined, { 'retry-after': RETRY_AFTER_S })
    return c.body(body, 200, headers)
  })
}

/** What the server hands along with a request. */
interface Outgoing {
  readonly outgoing?: { destroy(): void }
}
