import { z } from '@hono/zod-openapi'
import { publicId, refOf } from '../store/ids.ts'
import type { WebhookJson } from '../store/webhook-shapes.ts'
import { newWebhookSecret } from '../webhooks/sign.ts'
import type { ApiDeps } from './api.ts'
import { askPage, pageOfAll } from './api-cursor.ts'
import {
  deliveryParams,
  listQuery,
  siteListQuery,
  webhookParams,
  writeHeaders,
} from './api-query.ts'
import { type Api, given, json, readRoute, unfound, writeRoute } from './api-route.ts'
import { refuse } from './refuse.ts'
import { pageOf } from './schemas.ts'
import {
  DELIVERY_STATES,
  delivery,
  newWebhook,
  replayed,
  replayedAll,
  rotated,
  webhook,
} from './schemas-webhooks.ts'
import { chosenOf, mannerOf, toAdd, toChange, toReplay } from './webhook-asked.ts'

const TAGS = ['Webhooks']
/** A secret that was replaced signs beside the new one for so long. */
export const FORMER_SECRET_MS = 24 * 3_600_000

const bodyOf = <S extends z.ZodType>(schema: S) => ({
  required: true as const,
  content: { 'application/json': { schema } },
})
const list = readRoute('admin', {
  path: '/webhooks',
  tags: TAGS,
  summary: 'Webhooks, without their secrets',
  request: { query: siteListQuery },
  responses: { 200: json(pageOf(webhook), 'A page of webhooks') },
})
const one = readRoute('admin', {
  path: '/webhooks/{id}',
  tags: TAGS,
  summary: 'One webhook',
  request: { params: webhookParams },
  responses: { 200: json(webhook, 'The webhook') },
})
const add = writeRoute('admin', {
  method: 'post',
  path: '/webhooks',
  tags: TAGS,
  summary: 'Have changes of leads sent somewhere; the secret is shown this once',
  description:
    'Messages are signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`). A body is `{ "type", "timestamp", "data" }`; `data` has `lead`, `site`, `at`, `sequence` (counts what this webhook was told of this lead, from 1 and without a gap), and but for `lead.erased` `stage`, `score`, `score_milli`, `engagement`, `fit`, `grade`, `model_version` and `reasons`. `lead.stage_changed` adds `from`, `to` and `by`, `lead.score_crossed` the `bar` (60 or 100 points), `lead.merged` the lead that is no more as `merged`. Answer 2xx within 10 seconds; anything else is tried again, ten times over three days. Messages come at least once, and of each lead in order.',
  request: { headers: writeHeaders, body: bodyOf(toAdd) },
  responses: { 201: json(newWebhook, 'The webhook and the secret that signs its messages') },
})
const change = writeRoute('admin', {
  method: 'patch',
  path: '/webhooks/{id}',
  tags: TAGS,
  summary: 'Switch a webhook off or on, or change what it is told; what waits is kept as it is',
  request: { params: webhookParams, headers: writeHeaders, body: bodyOf(toChange) },
  responses: { 200: json(webhook, 'The webhook') },
})
const remove = writeRoute('admin', {
  method: 'delete',
  path: '/webhooks/{id}',
  tags: TAGS,
  summary: 'Remove a webhook and its messages',
  request: { headers: writeHeaders, params: webhookParams },
  responses: { 204: { description: 'Removed' } },
})
const rotate = writeRoute('admin', {
  method: 'post',
  path: '/webhooks/{id}/rotate',
  tags: TAGS,
  summary: 'A new secret; the one of before signs beside it for a day',
  request: { params: webhookParams, headers: writeHeaders },
  responses: { 200: json(rotated, 'The new secret') },
})
const test = writeRoute('admin', {
  method: 'post',
  path: '/webhooks/{id}/test',
  tags: TAGS,
  summary: 'Send a `pique.test` message, once',
  request: { params: webhookParams, headers: writeHeaders },
  responses: { 202: json(replayed, 'The message, which deliveries tell more about') },
})
const replayAll = writeRoute('admin', {
  method: 'post',
  path: '/webhooks/{id}/replay',
  tags: TAGS,
  summary: 'Send all that was given up again, or what was of a period',
  request: {
    params: webhookParams,
    headers: writeHeaders,
    body: { ...bodyOf(toReplay), required: false },
  },
  responses: { 202: json(replayedAll, 'How many') },
})
const deliveries = readRoute('admin', {
  path: '/webhooks/{id}/deliveries',
  tags: TAGS,
  summary: 'What a webhook was sent and is to be sent, newest first; kept for 30 days',
  request: {
    params: webhookParams,
    query: listQuery.extend({
      state: z.enum(DELIVERY_STATES, { error: `one of ${DELIVERY_STATES.join(', ')}` }).optional(),
    }),
  },
  responses: { 200: json(pageOf(delivery), 'A page of deliveries') },
})
const replay = writeRoute('admin', {
  method: 'post',
  path: '/webhooks/{id}/deliveries/{delivery}/replay',
  tags: TAGS,
  summary: 'Send a message again, delivered or not, under its id',
  request: { params: deliveryParams, headers: writeHeaders },
  responses: { 202: json(replayed, 'It waits to be sent') },
})

export function addWebhookRoutes(api: Api, { reader, writer, clock, targets }: ApiDeps): void {
  /** The webhooks a caller may see: all of them, or those of the same site. */
  async function webhooksOf(bound: string | null): Promise<readonly WebhookJson[]> {
    return (await reader.webhooks()).filter(({ site }) => bound === null || site === bound)
  }
  async function find(bound: string | null, id: string) {
    const ref = refOf('webhook', id)
    const known = (await webhooksOf(bound)).find((each) => each.id === id)
    return known && ref !== null ? { ref, known } : null
  }

  api.openapi(list, async (c) => {
    const all = await webhooksOf(c.get('site') ?? null)
    const found = await askPage('webhooks', c.req.valid('query'), async (page) =>
      pageOfAll(all, ({ id }) => refOf('webhook', id) ?? 0, page),
    )
    return found.kind === 'found' ? c.json(found.value, 200) : unfound(c, found.kind)
  })

  api.openapi(one, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    return found ? c.json(found.known, 200) : refuse(c, 'not_found')
  })

  api.openapi(add, async (c) => {
    const { site: bound } = c.get('access')
    const { url, events, site: asked, personal = false, ...wish } = c.req.valid('json')
    const site = asked ?? bound
    const isKnown = site === null || (await reader.sites()).some(({ id }) => id === site)
    if (!isKnown || (bound !== null && site !== bound)) {
      return refuse(c, 'not_found', `there is no site ${site}`)
    }
    const wrong = targets.problemOf(url)
    if (wrong !== null) return refuse(c, 'webhook_target', `url ${wrong}`)
    const chosen = chosenOf(events)
    const manner = mannerOf(wish, { format: 'standard', template: null }, chosen)
    if (!manner.ok) return refuse(c, 'webhook_template', manner.problem)
    const secret = newWebhookSecret()
    const ref = await writer.addWebhook({
      url: new URL(url).href,
      ...manner.manner,
      events: chosen,
      site: site === null ? null : refOf('site', site),
      isFull: personal,
      secret,
      createdAt: clock(),
    })
    const added = await find(bound, publicId('webhook', ref))
    return added ? c.json({ ...added.known, secret }, 201) : refuse(c, 'not_found')
  })

  api.openapi(change, async (c) => {
    const { site: bound } = c.get('access')
    const found = await find(bound, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    const { enabled, events, personal, ...wish } = c.req.valid('json')
    const chosen = events === undefined ? found.known.events : chosenOf(events)
    const manner = mannerOf(wish, found.known, chosen)
    if (!manner.ok) return refuse(c, 'webhook_template', manner.problem)
    await writer.changeWebhook(found.ref, {
      ...given({ isEnabled: enabled, isFull: personal }),
      ...(events !== undefined && { events: chosenOf(events) }),
      manner: manner.manner,
    })
    const changed = await find(bound, found.known.id)
    return changed ? c.json(changed.known, 200) : refuse(c, 'not_found')
  })

  api.openapi(remove, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    await writer.removeWebhook(found.ref)
    return c.body(null, 204)
  })

  api.openapi(rotate, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    const secret = newWebhookSecret()
    await writer.rotateWebhook(found.ref, secret, clock() + FORMER_SECRET_MS)
    return c.json({ id: found.known.id, secret }, 200)
  })

  api.openapi(test, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    if (found.known.state !== 'on') return refuse(c, 'webhook_off')
    const message = await writer.testWebhook(found.ref, clock())
    if (message === null) return refuse(c, 'not_found')
    return c.json({ id: publicId('message', message), state: 'waiting' as const }, 202)
  })

  api.openapi(replayAll, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    const period = c.req.valid('json')
    if ((period.since ?? 0) > (period.until ?? Number.POSITIVE_INFINITY)) {
      return refuse(c, 'invalid_request', '`since` is after `until`; a period begins first')
    }
    return c.json({ replayed: await writer.replayParked(found.ref, period, clock()) }, 202)
  })

  api.openapi(deliveries, async (c) => {
    const found = await find(c.get('access').site, c.req.valid('param').id)
    if (!found) return refuse(c, 'not_found')
    const { state, ...asked } = c.req.valid('query')
    const answered = await askPage(`deliveries-${found.known.id}`, asked, (page) =>
      reader.deliveries(found.known.id, { ...page, ...given({ state }) }),
    )
    return answered.kind === 'found' ? c.json(answered.value, 200) : unfound(c, answered.kind)
  })

  api.openapi(replay, async (c) => {
    const { id, delivery: asked } = c.req.valid('param')
    const found = await find(c.get('access').site, id)
    const ref = refOf('message', asked)
    if (!found || ref === null) return refuse(c, 'not_found')
    if (!(await writer.replayMessage(found.ref, ref, clock()))) return refuse(c, 'not_found')
    return c.json({ id: publicId('message', ref), state: 'waiting' as const }, 202)
  })
}
