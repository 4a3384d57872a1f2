import { Hono } from 'hono'
import type { Admin } from '../engine.ts'
import { askPage } from '../http/api-cursor.ts'
import { FORMER_SECRET_MS } from '../http/api-webhooks.ts'
import type { GuardedEnv } from '../http/auth.ts'
import { fieldOf } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { DELIVERY_STATES } from '../http/schemas-webhooks.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { WebhookJson } from '../store/webhook-shapes.ts'
import { EVENT_TYPES } from '../webhooks/news.ts'
import { newWebhookSecret } from '../webhooks/sign.ts'
import type { Targets } from '../webhooks/targets.ts'
import { answer, trouble, type Visit } from './answers.tsx'
import { FOR_OWNERS, isOwner } from './connect-actions.ts'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentTabs, WEBHOOKS as START } from './present-connect.ts'
import { siteChoices } from './present-settings.ts'
import { deliveryTabs, eventChoices, presentDelivery, presentWebhook } from './present-webhooks.ts'
import { type Action, createScreens, type Screen } from './screens.ts'
import { OwnersOnly, Webhook, Webhooks } from './webhooks.tsx'

/** The pages about webhooks, to be mounted behind the guard. They are the owner's. */

export interface WebhookPagesDeps {
  readonly reader: Pick<Reader, 'sites'> & Pick<InternalReader, 'webhooks' | 'deliveries'>
  readonly writer: Pick<
    Admin,
    | 'addWebhook'
    | 'changeWebhook'
    | 'removeWebhook'
    | 'rotateWebhook'
    | 'testWebhook'
    | 'replayMessage'
    | 'replayParked'
  >
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly targets: Pick<Targets, 'problemOf'>
  readonly demo: boolean
}

const PAGE = 25
const DONE: Readonly<Record<string, string>> = {
  removed: 'The webhook is removed, and its messages with it.',
  test: 'A test message is on its way. It shows below within a second or two; reload to see.',
  on: 'It is on again: what waited is sent now.',
  off: 'It is switched off. What waits goes out when you switch it on; what happens meanwhile is not told.',
  again: 'It is sent again, under the same id.',
}
const GONE = {
  title: 'There is no such webhook',
  points: ['It may have been removed.'],
  links: [{ href: START, label: 'All webhooks' }],
}

const problem = (words: string): NoticeView => ({ tone: 'problem', words })

export function createWebhookPages(deps: WebhookPagesDeps): Hono<GuardedEnv> {
  const { reader, writer, clock, targets } = deps
  const app = new Hono<GuardedEnv>()
  const { show, act } = createScreens({ app, ...deps })

  const owned =
    (screen: Screen): Screen =>
    (visit) =>
      isOwner(visit) ? screen(visit) : answer(visit, 'Webhooks', <OwnersOnly />)
  const done = ({ c }: Visit): NoticeView | null => {
    const words = doneWords(DONE, c.req.query('done'))
    return words === undefined ? null : { tone: 'good', words }
  }

  async function listPage(visit: Visit, notice = done(visit), typed = '') {
    const { now, sites } = visit
    const all = await reader.webhooks()
    const hooks = all.map((hook) => presentWebhook(hook, sites, EVENT_TYPES, now))
    const form = { url: typed, events: eventChoices(EVENT_TYPES), sites: siteChoices(sites) }
    const tabs = presentTabs(visit.site, 'webhooks', true)
    const page = <Webhooks hooks={hooks} form={form} tabs={tabs} />
    return answer(visit, 'Webhooks', page, notice?.tone === 'problem' ? 400 : 200, notice)
  }

  async function onePage(visit: Visit, hook: WebhookJson, notice = done(visit)) {
    const { c, now, sites } = visit
    const state = DELIVERY_STATES.find((one) => one === c.req.query('state'))
    const cursor = c.req.query('cursor')
    const found = await askPage(`deliveries-${hook.id}`, { limit: PAGE, cursor }, (page) =>
      reader.deliveries(hook.id, { ...page, ...(state && { state }) }),
    )
    if (found.kind !== 'found') return trouble(visit, 404, GONE)
    const { data, next_cursor: next } = found.value
    const view = presentWebhook(hook, sites, EVENT_TYPES, now)
    const older = next === null ? null : hrefOf(view.href, { state, cursor: next })
    const page = (
      <Webhook
        hook={view}
        tabs={deliveryTabs(hook.id, state)}
        deliveries={data.map((one) => presentDelivery(one, hook.id, now))}
        older={older}
      />
    )
    return answer(visit, view.host, page, 200, notice)
  }

  async function hookOf({ c }: Visit): Promise<WebhookJson | undefined> {
    const id = c.req.param('id')
    return (await reader.webhooks()).find((one) => one.id === id)
  }

  const actOwned = (path: string, action: Action) =>
    act(path, 'connect', START, (visit, form) =>
      isOwner(visit) ? action(visit, form) : refuse(visit.c, 'forbidden', FOR_OWNERS),
    )
  /** A form about one webhook; what it leads to, or a page of its own. */
  const actOn = (path: string, change: (ref: number, visit: Visit) => Promise<string | Response>) =>
    actOwned(`${START}/:id/${path}`, async (visit) => {
      const hook = await hookOf(visit)
      const ref = hook && refOf('webhook', hook.id)
      if (!hook || !ref) return trouble(visit, 404, GONE)
      const next = await change(ref, visit)
      return typeof next === 'string' ? visit.c.redirect(next, 303) : next
    })
  const pathOf = (ref: number, code: string) => `${START}/${publicId('webhook', ref)}?done=${code}`

  app.get(
    START,
    show(
      'connect',
      owned((visit) => listPage(visit)),
    ),
  )
  actOwned(`${START}/add`, async (visit, form) => {
    const url = fieldOf(form, 'url').trim()
    const wrong = targets.problemOf(url)
    if (wrong !== null) return listPage(visit, problem(`This address ${wrong}.`), url)
    const events = EVENT_TYPES.filter((type) => fieldOf(form, type) === 'on')
    if (events.length === 0) return listPage(visit, problem('Choose what to tell it.'), url)
    const site = fieldOf(form, 'site')
    if (site !== '' && !visit.sites.some(({ id }) => id === site)) {
      return listPage(visit, problem('Choose a site that is there.'), url)
    }
    const secret = newWebhookSecret()
    await writer.addWebhook({
      url: new URL(url).href,
      events: events.length === EVENT_TYPES.length ? null : events,
      site: site === '' ? null : refOf('site', site),
      isFull: fieldOf(form, 'personal') === 'on',
      secret,
      createdAt: clock(),
    })
    const words = 'The webhook is added. The secret that signs its messages, shown only now:'
    return listPage(visit, { tone: 'good', words, secret })
  })
  app.get(
    `${START}/:id`,
    show(
      'connect',
      owned(async (visit) => {
        const hook = await hookOf(visit)
        return hook ? onePage(visit, hook) : trouble(visit, 404, GONE)
      }),
    ),
  )
  actOn('test', async (ref) => {
    await writer.testWebhook(ref, clock())
    return pathOf(ref, 'test')
  })
  for (const [path, isEnabled] of [
    ['on', true],
    ['off', false],
  ] as const) {
    actOn(path, async (ref) => {
      await writer.changeWebhook(ref, { isEnabled })
      return pathOf(ref, path)
    })
  }
  actOn('remove', async (ref) => {
    await writer.removeWebhook(ref)
    return `${START}?done=removed`
  })
  actOn('rotate', async (ref, visit) => {
    const secret = newWebhookSecret()
    await writer.rotateWebhook(ref, secret, clock() + FORMER_SECRET_MS)
    const hook = await hookOf(visit)
    const words = 'The new secret, shown only now. The one of before signs beside it for a day:'
    return hook ? onePage(visit, hook, { tone: 'good', words, secret }) : START
  })
  actOn('replay', async (ref) => {
    await writer.replayParked(ref, 0, clock())
    return pathOf(ref, 'again')
  })
  actOn('deliveries/:delivery/replay', async (ref, { c }) => {
    const message = refOf('message', c.req.param('delivery') ?? '') ?? 0
    await writer.replayMessage(ref, message, clock())
    return pathOf(ref, 'again')
  })
  return app
}
