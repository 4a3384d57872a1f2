import { type Context, Hono } from 'hono'
import type { Admin } from '../engine.ts'
import { askPage } from '../http/api-cursor.ts'
import { FORMER_SECRET_MS } from '../http/api-webhooks.ts'
import { audited } from '../http/audit.ts'
import type { GuardedEnv } from '../http/auth.ts'
import { readPeriod } from '../http/export-answer.ts'
import { type Form, fieldOf } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { DELIVERY_STATES } from '../http/schemas-webhooks.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { WebhookJson } from '../store/webhook-shapes.ts'
import { exampleOf, TEXT_EXAMPLES } from '../webhooks/kinds.ts'
import { EVENT_TYPES } from '../webhooks/news.ts'
import { newWebhookSecret } from '../webhooks/sign.ts'
import { FIELDS, HOME } from '../webhooks/story.ts'
import type { Targets } from '../webhooks/targets.ts'
import { answer, trouble, type Visit } from './answers.tsx'
import { FOR_OWNERS, isOwner } from './connect-actions.ts'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentTabs, WEBHOOKS as START } from './present-connect.ts'
import { siteChoices } from './present-settings.ts'
import {
  deliveryTabs,
  presentAddForm,
  presentDelivery,
  presentWebhook,
} from './present-webhooks.ts'
import { type Action, createScreens, type Screen } from './screens.ts'
import { Webhook } from './webhook.tsx'
import {
  chosenEvents,
  freshWebhook,
  problemOfAdding,
  problemOfTyped,
  readTyped,
  type TypedWebhook,
} from './webhook-form.ts'
import { OwnersOnly, Webhooks } from './webhooks.tsx'

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
  /** Where the collector is said to be; null where nobody said it. */
  readonly publicUrl: string | null
  readonly homeOf: (c: Context) => string
}

const PAGE = 25
const DONE: Readonly<Record<string, string>> = {
  added: 'The webhook is added. Send a test, to see a message where it is read.',
  removed: 'The webhook is removed, and its messages with it.',
  test: 'A test message is on its way. It shows below within a second or two; reload to see.',
  on: 'It is on again: what waited is sent now.',
  off: 'It is switched off. What waits goes out when you switch it on; what happens meanwhile is not told.',
  again: 'It is sent again, under the same id.',
  replayed: 'What was given up is sent again, each under its id.',
  nothing: 'Nothing was given up then.',
  changed: 'What it is told is changed, from the next message on.',
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

  function previewOf({ c, now }: Visit, { format, template, url, isFull }: TypedWebhook) {
    const host = URL.canParse(url) ? new URL(url).host : ''
    return exampleOf({ format, template, host }, isFull, now).replaceAll(HOME, deps.homeOf(c))
  }

  async function listPage(
    visit: Visit,
    notice = done(visit),
    typed = freshWebhook(visit.c.req.query('to'), visit.c.req.query('example')),
    preview: string | null = typed.format === 'slack' ? previewOf(visit, typed) : null,
  ) {
    const { now, sites } = visit
    const all = await reader.webhooks()
    const hooks = all.map((hook) => presentWebhook(hook, sites, EVENT_TYPES, now))
    const form = presentAddForm(START, {
      ...{ typed, preview, types: EVENT_TYPES, examples: TEXT_EXAMPLES, fields: FIELDS },
      sites: siteChoices(sites),
      isPublic: deps.publicUrl !== null,
    })
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
    return answer(visit, view.host, page, notice?.tone === 'problem' ? 400 : 200, notice)
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
  const actOn = (
    path: string,
    change: (
      ref: number,
      visit: Visit,
      form: Form,
      hook: WebhookJson,
    ) => Promise<string | Response>,
  ) =>
    actOwned(`${START}/:id/${path}`, async (visit, form) => {
      const hook = await hookOf(visit)
      const ref = hook && refOf('webhook', hook.id)
      if (!hook || !ref) return trouble(visit, 404, GONE)
      const next = await change(ref, visit, form, hook)
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
    const typed = readTyped(form)
    const { format, template, url, site, isFull } = typed
    if (fieldOf(form, 'preview') === 'on' && format !== 'standard') {
      audited(visit.c, null)
      const wrong = problemOfTyped(typed)
      if (wrong !== null) return listPage(visit, problem(wrong), typed, null)
      return listPage(visit, null, typed, previewOf(visit, typed))
    }
    const wrong = problemOfAdding(typed, visit.sites, targets)
    if (wrong !== null) return listPage(visit, problem(wrong), typed)
    const secret = newWebhookSecret()
    const ref = await writer.addWebhook({
      url: new URL(url).href,
      format,
      template: format === 'template' ? template : null,
      events: chosenEvents(typed),
      site: site === '' ? null : refOf('site', site),
      isFull,
      secret,
      createdAt: clock(),
    })
    // People read no signature: their page is where a test is sent from.
    if (format !== 'standard') return visit.c.redirect(pathOf(ref, 'added'), 303)
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
  actOn('change', async (ref, visit, form, hook) => {
    const { format } = hook
    const typed = { ...readTyped(form), format, template: fieldOf(form, 'template').trim() }
    const wrong = problemOfTyped(typed)
    if (wrong !== null) return onePage(visit, hook, problem(wrong))
    await writer.changeWebhook(ref, {
      events: chosenEvents(typed),
      isFull: typed.isFull,
      ...(format === 'template' && { manner: { format, template: typed.template } }),
    })
    return pathOf(ref, 'changed')
  })
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
  actOn('replay', async (ref, visit, form, hook) => {
    const read = readPeriod({ since: fieldOf(form, 'since'), until: fieldOf(form, 'until') })
    if (!read.ok) return onePage(visit, hook, problem(read.problem))
    const count = await writer.replayParked(ref, read.period, clock())
    return pathOf(ref, count > 0 ? 'replayed' : 'nothing')
  })
  actOn('deliveries/:delivery/replay', async (ref, { c }) => {
    const message = refOf('message', c.req.param('delivery') ?? '') ?? 0
    await writer.replayMessage(ref, message, clock())
    return pathOf(ref, 'again')
  })
  return app
}
